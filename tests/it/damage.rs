//! Stores whose files were damaged: the daemon starts with all that can be read of them, and with what the newest export
//! has, and keeps the damaged files.

use std::{collections::BTreeSet, fs, path::Path};

use tempfile::TempDir;
use tintinh::{
    model::{Commit, Entry, EntryKey, NewEntry, Rule, Seq, SourceId},
    store::{Engine, Options, SledEngine, export},
};

use crate::support::{
    dice::Dice,
    feed::{rss, titles},
    origin::{Origin, Reply},
    process::{Process, Signal, until, written},
    stored::{self, at},
};

const ENTRIES: u64 = 600;

fn new(number: u64) -> NewEntry {
    let name = format!("guid-{number}");
    let key = EntryKey::new(Rule::Guid, &name);
    let link = format!("//bao.example/{number}");
    let entry = Entry {
        link: Some(format!("https:{link}")),
        canonical_link: Some(link.clone()),
        summary: Some(stored::words(key, 20).join(" ")),
        ..stored::entry(&name, None)
    };
    stored::new(entry, vec![key, EntryKey::new(Rule::Link, &link)], at(number))
}

fn source() -> SourceId {
    stored::source("bao")
}

fn commit(numbers: std::ops::Range<u64>) -> Commit {
    let end = numbers.end;
    stored::commit("bao", at(end), &format!("\"{end}\""), numbers.map(new).collect())
}

/// A store of many commits, of which an export was made before the last quarter, and that was closed well.
fn filled() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let engine = SledEngine::open(&folder.path().join("data")).unwrap();
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).unwrap();
    for number in 0..ENTRIES / 10 {
        engine.apply(&commit(number * 10..number * 10 + 10)).unwrap();
        engine.sync().unwrap();
        if number == 45 {
            engine.bury(&[Seq(1), Seq(2)]).unwrap();
            let name = export::name(at(number));
            export::to_file(&engine, &exports.join(name), &mut |_| true).unwrap();
        }
    }
    // And one that is older, and empty.
    fs::write(exports.join(export::name(at(1))), "").unwrap();
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        if file.path().is_file() {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}

/// Bytes of the data file that hold something; after them sled leaves room.
fn used(db: &[u8]) -> u64 {
    db.iter().rposition(|byte| *byte != 0).unwrap() as u64
}

type Damage = Box<dyn Fn(&Path)>;

fn damages() -> Vec<(String, Damage)> {
    fn of_db(change: impl Fn(&mut Vec<u8>) + 'static) -> Damage {
        Box::new(move |folder: &Path| {
            let path = folder.join("db");
            let mut bytes = fs::read(&path).unwrap();
            change(&mut bytes);
            fs::write(path, bytes).unwrap();
        })
    }
    let mut all: Vec<(String, Damage)> = vec![
        ("no data file".to_owned(), Box::new(|folder| fs::remove_file(folder.join("db")).unwrap())),
        ("an empty data file".to_owned(), of_db(Vec::clear)),
        ("half a data file".to_owned(), of_db(|db| db.truncate(usize::try_from(used(db) / 2).unwrap()))),
        ("a data file of zeroes".to_owned(), of_db(|db| db.fill(0))),
        (
            "settings that are none".to_owned(),
            Box::new(|folder| fs::write(folder.join("conf"), "x").unwrap()),
        ),
        (
            "a pointer to nothing".to_owned(),
            Box::new(|folder| {
                fs::write(folder.join("tintinh.current"), "generation-7\n").unwrap();
            }),
        ),
        (
            "a half-written snapshot".to_owned(),
            Box::new(|folder| {
                fs::write(folder.join("snap.00000000000000FF.generating"), "x").unwrap();
            }),
        ),
    ];
    for part in 1..=3 {
        let cut = move |db: &mut Vec<u8>| db.truncate(usize::try_from(used(db) * part / 4).unwrap());
        all.push((format!("{part} quarters of a data file"), of_db(cut)));
        let hole = move |db: &mut Vec<u8>| {
            let begin = usize::try_from(used(db) * part / 4).unwrap();
            db[begin..begin + 4096].fill(0);
        };
        all.push((format!("a half-written page at quarter {part}"), of_db(hole)));
    }
    for seed in 1..=12_u64 {
        let flip = move |db: &mut Vec<u8>| {
            let mut dice = Dice::new(seed * 7_919);
            for _ in 0..=seed * 3 {
                let place = usize::try_from(dice.below(used(db))).unwrap();
                db[place] ^= 1 << dice.below(8);
            }
        };
        all.push((format!("{} flipped bits", seed * 3 + 1), of_db(flip)));
    }
    all
}

fn open(folder: &Path, exports: Option<&Path>) -> SledEngine {
    let exports = exports.map(Path::to_owned);
    let options = Options { exports, at: Some(at(9)), ..Options::default() };
    SledEngine::open_with(&folder.join("data"), options).unwrap()
}

/// Opens it as a daemon that is started again after each failure would, until all that is in it can be read.
fn opened(folder: &Path, exports: Option<&Path>, what: &str) -> SledEngine {
    for _ in 0..3 {
        let engine = open(folder, exports);
        // Reads everything; what it cannot read makes the next opening look.
        if engine.check().is_ok_and(|census| census.faults == 0) && engine.health().is_ok() {
            return engine;
        }
    }
    panic!("{what}: it does not become well");
}

/// The numbers of the articles that are there, tombstones included.
fn there(engine: &SledEngine) -> BTreeSet<u64> {
    let numbers = (0..ENTRIES).filter(|number| {
        let key = EntryKey::new(Rule::Guid, &format!("guid-{number}"));
        engine.known(&source(), &[key]).unwrap().contains_key(&key)
    });
    numbers.collect()
}

#[test]
fn a_damaged_store_is_set_aside_and_all_that_is_left_goes_on() {
    let whole = filled();
    let mut rescues = 0;
    for (what, damage) in damages() {
        for has_exports in [true, false] {
            let folder = tempfile::tempdir().unwrap();
            copy(&whole.path().join("data"), &folder.path().join("data"));
            damage(&folder.path().join("data"));
            let exports = whole.path().join("exports");
            let exports = has_exports.then_some(exports.as_path());
            let engine = opened(folder.path(), exports, &what);
            let there = there(&engine);
            if has_exports {
                // What the export has is there whatever was damaged: 46 commits of 10.
                let missing: Vec<u64> = (0..460).filter(|number| !there.contains(number)).collect();
                assert_eq!(missing, [0; 0], "{what}");
            }
            let aside = fs::read_dir(folder.path().join("data")).unwrap().filter(|file| {
                file.as_ref().unwrap().file_name().to_string_lossy().starts_with("damaged-20250101T000009Z")
            });
            rescues += aside.count();
            let next = engine.next().unwrap();
            let committed = engine.apply(&commit(9_000..9_010)).unwrap();
            assert_eq!(committed.inserted[9], next, "{what}");
            engine.sync().unwrap();
            drop(engine);
            // It is well from now on.
            let engine = open(folder.path(), exports);
            assert_eq!(engine.rescue(), None, "{what}");
            assert_eq!(engine.check().unwrap().told, Vec::<String>::new(), "{what}");
        }
    }
    assert!(rescues >= 20, "only {rescues} stores were set aside");
}

#[test]
fn what_only_stands_in_the_data_file_is_found_there() {
    let whole = filled();
    let folder = tempfile::tempdir().unwrap();
    copy(&whole.path().join("data"), &folder.path().join("data"));
    let aside = folder.path().join("data/damaged-by-hand");
    fs::create_dir(&aside).unwrap();
    // Without its beginning sled would know nothing of the rest.
    let mut bytes = fs::read(folder.path().join("data/db")).unwrap();
    bytes[..4096].fill(0);
    fs::write(aside.join("db"), bytes).unwrap();
    fs::remove_file(folder.path().join("data/db")).unwrap();
    let engine = opened(folder.path(), None, "no beginning");
    let rescue = engine.rescue().unwrap();
    assert!(rescue.found + rescue.read >= ENTRIES * 9 / 10, "{rescue}");
    let there = there(&engine);
    assert!(there.len() as u64 >= ENTRIES * 9 / 10, "{}", there.len());
    // Contents, place and number are those that were written.
    let number = *there.last().unwrap();
    let key = EntryKey::new(Rule::Guid, &format!("guid-{number}"));
    let known = engine.known(&source(), &[key]).unwrap()[&key];
    let stored = engine.entries(&[known.seq]).unwrap().pop().unwrap();
    assert_eq!((stored.entry, stored.place, stored.key), (new(number).entry, at(number), key));
}

#[test]
fn a_database_that_nothing_leads_to_any_more_is_found_again() {
    let whole = filled();
    for made_anew in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        copy(&whole.path().join("data"), &data);
        if made_anew {
            SledEngine::open(&data).unwrap().compact(&|| true).unwrap();
        }
        fs::write(data.join("tintinh.current"), "generation-7\n").unwrap();
        let engine = open(folder.path(), None);
        let rescue = engine.rescue().unwrap();
        assert_eq!(
            (there(&engine).len() as u64, rescue.read, rescue.found),
            (ENTRIES, ENTRIES, 0),
            "{rescue}"
        );
        assert_eq!(engine.check().unwrap().told, Vec::<String>::new());
        let next = engine.next().unwrap();
        drop(engine);
        let engine = open(folder.path(), None);
        assert_eq!(
            (engine.rescue(), there(&engine).len() as u64, engine.next().unwrap()),
            (None, ENTRIES, next)
        );
    }
}

#[tokio::test]
async fn a_daemon_over_a_damaged_store_starts_serves_and_says_so() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]))]);
    let (folder, file) = written(&crate::support::daemon::feed("a", &origin.url("/a"), "interval = \"1s\""));
    let daemon = Process::run(&file);
    let (readers, _) = daemon.addresses().await;
    let shows = |body: &[u8]| titles(body) == ["Một"];
    until(&format!("http://{readers}/feed.xml"), shows).await;
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().await.code, Some(0));
    fs::write(folder.path().join("data/db"), vec![7; 1 << 20]).unwrap();
    let daemon = Process::run(&file);
    let told = daemon.logged("the store was damaged").await;
    assert!(told.contains("it was set aside as ") && told.contains("damaged-2"), "{told}");
    let (readers, _) = daemon.addresses().await;
    until(&format!("http://{readers}/feed.xml"), shows).await;
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().await.code, Some(0));
}
