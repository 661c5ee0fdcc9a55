//! A writer is killed with SIGKILL again and again: while it opens the store, commits, prunes, exports, takes
//! down and makes the database anew. Nothing that it acknowledged may be lost, nothing may be there twice or by halves, and no kill may be
//! taken for damage. `TINTINH_KILLS` says how often (default 60).

use std::{
    collections::{BTreeMap, HashSet},
    env,
    io::{BufRead, BufReader},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use tintinh::{
    model::{
        Commit, Digest, EntryKey, KnownEntry, Likeness, Remembered, Rule, Seq, SourceId, SourceState,
        Timestamp, Update,
    },
    store::{Engine, Keep, Scope, SledEngine, Store, export},
};

use crate::support::{dice::Dice, stored};

/// Set in the child: the store's folder. Its absence makes a process the parent.
const FOLDER: &str = "TINTINH_KILL_FOLDER";
/// Set in the child: for each source the number of its next commit.
const NEXT: &str = "TINTINH_KILL_NEXT";

const SOURCES: [&str; 3] = ["bao", "bao-moi", "dai"];

/// Each such commit is a poll too large for one batch.
const LARGE_EVERY: u32 = 16;

fn is_large(number: u32) -> bool {
    number % LARGE_EVERY == 5
}

fn keys(source: &str, number: u32) -> Vec<EntryKey> {
    let count = if is_large(number) { 40 } else { 1 + number % 4 };
    (0..count).map(|item| EntryKey::new(Rule::Guid, &format!("{source}-{number}-{item}"))).collect()
}

/// The commit of this number: the same in every process.
fn commit(source: &str, number: u32) -> Commit {
    let at = stored::at(number.into());
    let inserted = keys(source, number).into_iter().enumerate().map(|(item, key)| {
        let words = stored::words(key, if is_large(number) { 2_500 } else { 20 });
        let mut entry = stored::entry(&format!("{key:?}"), Some(words.concat()));
        // The first of each commit is one story in all three sources.
        entry.canonical_link = (item == 0).then(|| link(number));
        let mut new = stored::new(entry, vec![key], at);
        new.likeness.title = Digest::of(&[source.as_bytes()]);
        new
    });
    stored::commit(source, at, &number.to_string(), inserted.collect())
}

fn link(number: u32) -> String {
    format!("//chung.example/{number}")
}

/// The child: commits until it is killed, and says what was acknowledged.
fn write(folder: &Path, next: &[u32]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(folder.join("data")).await.unwrap();
        let write = async |source: &str, first: u32| {
            for number in first.. {
                let mut commit = commit(source, number);
                if let Some(before) = number.checked_sub(1) {
                    commit.changes.updated = revision(&store, source, before).await;
                }
                store.commit(commit).await.unwrap();
                println!("acknowledged {source} {number}");
            }
        };
        let writing = [write(SOURCES[0], next[0]), write(SOURCES[1], next[1]), write(SOURCES[2], next[2])];
        let [first, second, third] = writing;
        tokio::join!(first, second, third, keep_up(&store, folder));
    });
}

/// Prunes, exports, takes down and compacts, over and over, and says which.
async fn keep_up(store: &Store, folder: &Path) {
    let now = Timestamp::from_timestamp(1_835_689_600, 0).unwrap();
    let keep = Keep { age: Duration::from_hours(24 * 36_525), entries: Some(KEPT), window: Duration::ZERO };
    let export = export_of(folder);
    loop {
        println!("began pruning");
        store.prune(&keep, now).await.unwrap();
        println!("began exporting");
        store.export(export.clone()).await.unwrap();
        println!("began taking down");
        let oldest = store.first_from(vec![Scope::All], Seq(1)).await.unwrap();
        store.take_down(oldest.into_iter().collect()).await.unwrap();
        println!("began compacting");
        store.compact().await.unwrap();
    }
}

/// How many entries of each source pruning leaves.
const KEPT: usize = 12;

/// The export beside the store.
fn export_of(folder: &Path) -> PathBuf {
    folder.join("export.jsonl.zst")
}

/// New words for the first entry of an earlier commit.
async fn revision(store: &Store, source: &str, number: u32) -> Vec<Update> {
    let id = SourceId::new(source).unwrap();
    let known = store.known(id, vec![keys(source, number)[0]]).await.unwrap();
    let update = |known: &KnownEntry| Update {
        known: KnownEntry {
            body_updates: known.body_updates + 1,
            likeness: Likeness { title: Digest::of(&[&number.to_be_bytes()]), ..known.likeness },
            ..*known
        },
        entry: stored::entry("revised", Some(format!("revised after {number}"))),
    };
    known.values().map(update).collect()
}

fn spawn(folder: &Path, next: &[u32]) -> Child {
    let next: Vec<String> = next.iter().map(u32::to_string).collect();
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "store_kill::what_was_acknowledged_outlives_a_kill", "--nocapture"])
        .env(FOLDER, folder)
        .env(NEXT, next.join(" "))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Lets a child write, kills it, and gives what it acknowledged, and what it was at beside that.
fn round(folder: &Path, next: &[u32], dice: &mut Dice) -> (Vec<(String, u32)>, String) {
    let mut child = spawn(folder, next);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut heard = Vec::new();
    let mut doing = "opening".to_owned();
    // One kill in five falls into the opening, or just after it.
    let wanted = if dice.below(5) == 0 { 0 } else { 1 + dice.below(40) };
    let mut hear = |line: &str, heard: &mut Vec<_>| {
        heard.extend(acknowledged(line));
        if let Some((_, began)) = line.split_once("began ") {
            began.clone_into(&mut doing);
        }
    };
    while (heard.len() as u64) < wanted {
        hear(&lines.next().expect("the child ended by itself"), &mut heard);
    }
    thread::sleep(Duration::from_micros(dice.below(if wanted == 0 { 120_000 } else { 60_000 })));
    child.kill().unwrap();
    lines.for_each(|line| hear(&line, &mut heard));
    assert!(!child.wait().unwrap().success());
    (heard, doing)
}

fn acknowledged(line: &str) -> Option<(String, u32)> {
    // The test harness begins a line of its own that ours may end.
    let (_, told) = line.split_once("acknowledged ")?;
    let (source, number) = told.split_once(' ')?;
    Some((source.to_owned(), number.parse().unwrap()))
}

fn number_of(state: &SourceState) -> u32 {
    String::from_utf8(state.validators.etag.clone().unwrap()).unwrap().parse().unwrap()
}

/// Looks at what is kept; gives the next commit's number of each source.
fn survey(engine: &SledEngine, acknowledged: &BTreeMap<&str, u32>) -> Vec<u32> {
    let census = engine.check().unwrap();
    assert_eq!(census.faults, 0, "{:?}", census.told);
    let states = engine.source_states().unwrap();
    let mut seen = HashSet::new();
    let mut rows = 0;
    let mut visit = |_| {
        rows += 1;
        ControlFlow::Continue(())
    };
    engine.scan(&Scope::All, &mut visit).unwrap();
    assert_eq!(rows, census.entries);
    // Tombstones too: what was pruned is not lost.
    // By which only what was taken down is known.
    let links: HashSet<EntryKey> =
        (0..5_000).map(|number| EntryKey::new(Rule::Link, &link(number))).collect();
    for Remembered { source, known, keys, stored, .. } in engine.remembered(Seq(0), usize::MAX).unwrap() {
        for key in keys.iter().filter(|key| !links.contains(key)) {
            assert!(seen.insert((source.clone(), *key)), "{} of {source} is there twice", known.seq.0);
        }
        if let Some(stored) = stored {
            assert_eq!(stored.entry.identity.value, format!("{:?}", stored.key));
        }
    }
    assert_eq!(seen.len() as u64, census.entries + census.tombstones);
    let next = |source: &&str| {
        let id = SourceId::new(source).unwrap();
        let last = states.get(&id).map(number_of);
        // At most the one commit that was under way may have come through beside those acknowledged.
        let promised = acknowledged.get(source).copied();
        assert!(
            last == promised || last == Some(promised.map_or(0, |number| number + 1)),
            "{source}: {promised:?} {last:?}"
        );
        let next = last.map_or(0, |number| number + 1);
        for number in 0..next {
            for key in keys(source, number) {
                assert!(seen.contains(&(id.clone(), key)), "{source} {number} is not whole");
            }
        }
        let begun = keys(source, next).into_iter().map(|key| seen.contains(&(id.clone(), key)));
        let begun: Vec<bool> = begun.collect();
        if is_large(next) {
            assert!(begun.is_sorted(), "{source} {next} did not begin at the document's end: {begun:?}");
        } else {
            assert!(!begun.contains(&true), "{source} {next} is there without its state");
        }
        next
    };
    SOURCES.iter().map(next).collect()
}

#[test]
fn what_was_acknowledged_outlives_a_kill() {
    if let Some(folder) = env::var_os(FOLDER) {
        let next = env::var(NEXT).unwrap();
        let next: Vec<u32> = next.split(' ').map(|number| number.parse().unwrap()).collect();
        return write(Path::new(&folder), &next);
    }
    let kills: u32 = env::var("TINTINH_KILLS").map_or(60, |kills| kills.parse().unwrap());
    let mut dice = Dice::new(0x7469_6e74_696e_6821);
    let mut folder = tempfile::tempdir().unwrap();
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    let mut next = vec![0; SOURCES.len()];
    let (mut heard, mut doings, mut exports) = (0, BTreeMap::<String, u32>::new(), 0);
    for kill in 1..=kills {
        let (told, doing) = round(folder.path(), &next, &mut dice);
        *doings.entry(doing).or_default() += 1;
        heard += told.len();
        for (source, number) in &told {
            let source = SOURCES.iter().find(|known| *known == source).unwrap();
            known.insert(source, *number);
        }
        let engine = SledEngine::open(&folder.path().join("data"))
            .unwrap_or_else(|error| panic!("kill {kill}: {}", error.in_words()));
        assert_eq!(engine.rescue(), None, "kill {kill} was taken for damage");
        next = survey(&engine, &known);
        drop(engine);
        if export_of(folder.path()).exists() {
            // Whatever the instant, what stands under its name is whole.
            export::inspect(&mut export::from_file(&export_of(folder.path())).unwrap()).unwrap();
            exports += 1;
        }
        // What came through unacknowledged counts from now on.
        known = SOURCES
            .into_iter()
            .zip(&next)
            .filter_map(|(source, next)| Some((source, next.checked_sub(1)?)))
            .collect();
        if kill % 10 == 0 {
            // The survey reads everything: begin anew before it takes long, and to kill first openings too.
            folder = tempfile::tempdir().unwrap();
            known.clear();
            next = vec![0; SOURCES.len()];
        }
    }
    println!("{kills} kills, {heard} commits acknowledged, {exports} exports read; killed while {doings:?}");
    assert!(heard as u64 >= u64::from(kills), "only {heard} commits were acknowledged");
}
