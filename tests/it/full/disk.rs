//! A disk that really fills up: below a daemon, which notices before it writes, and in the midst of a commit, which nobody
//! can notice before.

mod child;

use std::{collections::BTreeSet, env, fs, path::Path, time::Duration};

use tempfile::TempDir;
use tintinh::model::{EntryKey, Rule};
use tokio::{
    process::Command,
    time::{sleep, timeout},
};

use crate::support::{
    daemon::feed,
    disk::Disk,
    feed::{rss, titles},
    origin::{Origin, Reply},
    process::{Ended, PATIENCE, Process, Signal, ask, hidden, statuses, until, written},
    stored,
};

/// Room for a store, its segments of 16 MiB and what it wants to see free.
const DISK_MIB: u32 = 192;

/// Set in the child: the disk's top folder. Its absence makes a process the parent.
const FOLDER: &str = "TINTINH_FULL_FOLDER";

/// The test that is the child too.
const CHILD: &str =
    "full::disk::a_commit_that_meets_a_full_disk_fails_in_words_and_loses_nothing_acknowledged";

/// A `feeds.toml` whose store lies on the disk.
fn on(disk: &Disk, origin: &Origin) -> (TempDir, std::path::PathBuf) {
    let path = disk.folder().join("data");
    let source = feed("a", &origin.url("/a"), "interval = \"1s\"\nmax_interval = \"1s\"");
    written(&format!("[store]\npath = \"{}\"\n{source}", path.display()))
}

fn run(disk: &Disk, file: &Path) -> Process {
    let mut command = disk.command(Path::new(env!("CARGO_BIN_EXE_tintinh")));
    command.arg("--config").arg(file);
    Process::spawn(hidden(&mut Command::from(command)))
}

#[tokio::test]
async fn a_daemon_on_a_full_disk_says_so_serves_and_recovers_by_itself() {
    let Some(disk) = Disk::of(DISK_MIB) else { return };
    let origin = Origin::start();
    let one = ("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700");
    let two = ("2", "Hai", "Wed, 18 Jan 2012 05:57:00 +0700");
    let three = ("3", "Ba", "Thu, 19 Jan 2012 05:57:00 +0700");
    origin.on("/a", [Reply::ok(rss(&[one]))]);
    let (_folder, file) = on(&disk, &origin);
    let mut daemon = run(&disk, &file);
    let (readers, admin) = daemon.addresses().await;
    let address = format!("http://{readers}/feed.xml");
    until(&address, |body| titles(body) == ["Một"]).await;
    disk.fill();
    origin.on("/a", [Reply::ok(rss(&[two, one]))]);
    daemon.logged("0 MiB are free on the disk of").await;
    // Several polls fail, each in words, and none ends the process or hangs.
    let asked = origin.requests().len();
    origin.until_asked(asked + 3).await;
    let status = statuses(&admin).await.remove(0);
    assert_eq!(status["state"], "internal");
    assert!(status["reason"].as_str().unwrap().contains("0 MiB are free on the disk of"), "{status}");
    for path in ["feed.xml", "sources/a.xml"] {
        assert_eq!(titles(&ask(&format!("http://{readers}/{path}")).await.unwrap().1), ["Một"]);
    }
    disk.clear();
    // It goes on by itself; or, where the disk filled up under a write, ends to be started anew.
    let has_ended = tokio::select! {
        _ = until(&address, |body| titles(body) == ["Hai", "Một"]) => false,
        line = daemon.logged("ending, so that a restart can open it anew") => {
            assert!(line.contains("No space left on device"), "{line}");
            true
        }
    };
    if has_ended {
        assert_eq!(daemon.ended().await.code, Some(1));
        daemon = run(&disk, &file);
        let (readers, _) = daemon.addresses().await;
        until(&format!("http://{readers}/feed.xml"), |body| titles(body) == ["Hai", "Một"]).await;
    }

    // Its end on a full disk is in time.
    disk.fill();
    daemon.signal(Signal::TERM);
    let ended = daemon.ended().await;
    assert!(well_or_for_want_of_room(&ended), "{ended:#?}");
    // A start there fails in words where the database must write to be opened, as it mostly must; where not, readers are
    // served. Neither takes anything for damage.
    let daemon = run(&disk, &file);
    let serves = tokio::select! {
        (readers, _) = daemon.addresses() => {
            until(&format!("http://{readers}/feed.xml"), |body| titles(body) == ["Hai", "Một"]).await;
            daemon.signal(Signal::TERM);
            true
        }
        _ = daemon.logged("No space left on device") => false,
    };
    let ended = daemon.ended().await;
    if serves {
        assert!(well_or_for_want_of_room(&ended), "{ended:#?}");
    } else {
        assert_eq!(ended.code, Some(1), "{ended:#?}");
        assert!(ended.stderr.last().unwrap().contains("No space left on device"), "{ended:#?}");
    }
    disk.clear();
    origin.on("/a", [Reply::ok(rss(&[three, two, one]))]);
    let daemon = run(&disk, &file);
    let (readers, _) = daemon.addresses().await;
    until(&format!("http://{readers}/feed.xml"), |body| titles(body) == ["Ba", "Hai", "Một"]).await;
    assert_eq!(set_aside(&disk), [""; 0]);
}

/// How a daemon may end on a full disk: what it has yet to write may find room, or not.
fn well_or_for_want_of_room(ended: &Ended) -> bool {
    ended.code == Some(0) || ended.stderr.iter().any(|line| line.contains("No space"))
}

/// A document of 30 new items of some 80 KB that no compression makes short.
fn large(asked: u32) -> String {
    let names: Vec<String> = (0..30).map(|item| format!("{asked}-{item}")).collect();
    let date = "Wed, 18 Jan 2012 05:57:00 +0700";
    let mut document = rss(&names.iter().map(|name| (&**name, &**name, date)).collect::<Vec<_>>());
    for name in names {
        let body = stored::words(EntryKey::new(Rule::Guid, &name), 2400).join(" ");
        document = document.replacen(&format!("Về {name}<"), &format!("{body}<"), 1);
    }
    document
}

#[tokio::test]
async fn a_daemon_whose_disk_fills_up_while_it_writes_loses_nothing_that_readers_saw() {
    let Some(disk) = Disk::of(DISK_MIB) else { return };
    let origin = Origin::start();
    let mut asked = 0;
    origin.answer("/a", move |_| {
        asked += 1;
        Reply::ok(large(asked))
    });
    let (_folder, file) = on(&disk, &origin);
    let mut daemon = run(&disk, &file);
    let (mut readers, _) = daemon.addresses().await;
    let mut shown = BTreeSet::new();
    for round in 1..=2 {
        let look = async || ask(&format!("http://{readers}/feed.xml")).await.map(|(_, body)| titles(&body));
        // Filled when the database begins to grow: in the midst of a commit, or soon after it.
        let before = disk.taken("data/db");
        let grown = async {
            while disk.taken("data/db") < before + (256 << 10) {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(PATIENCE, grown).await.unwrap_or_else(|_| panic!("round {round}: {:#?}", daemon.said()));
        disk.fill();
        let polls = origin.requests().len();
        origin.until_asked(polls + 2).await;
        shown.extend(look().await.unwrap());
        disk.clear();
        // It goes on by itself, or ends to be started anew: what hit the full disk decides.
        let more = async {
            while look().await.is_none_or(|now| now.len() <= shown.len()) {
                sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::select! {
            () = more => {}
            line = daemon.logged("ending, so that a restart can open it anew") => {
                assert!(line.contains("No space left on device"), "{line}");
                let ended = daemon.ended().await;
                assert_eq!(ended.code, Some(1), "{ended:#?}");
                daemon = run(&disk, &file);
                (readers, _) = daemon.addresses().await;
            }
        }
    }
    let now: BTreeSet<String> =
        titles(&ask(&format!("http://{readers}/feed.xml")).await.unwrap().1).into_iter().collect();
    assert_eq!(shown.difference(&now).collect::<Vec<_>>(), [""; 0]);
    assert!(shown.len() >= 30, "only {} were shown", shown.len());
    assert_eq!(set_aside(&disk), [""; 0]);
}

/// What was set aside as damaged.
fn set_aside(disk: &Disk) -> Vec<String> {
    let files = fs::read_dir(disk.seen().join("data")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("damaged")).collect()
}

#[tokio::test]
async fn a_commit_that_meets_a_full_disk_fails_in_words_and_loses_nothing_acknowledged() {
    if let Some(folder) = env::var_os(FOLDER) {
        return child::run(Path::new(&folder)).await;
    }
    let Some(disk) = Disk::of(DISK_MIB) else { return };
    let child = async || {
        let mut command = Command::from(disk.command(&env::current_exe().unwrap()));
        command.args(["--exact", CHILD, "--nocapture"]).env(FOLDER, disk.folder());
        let ended = Process::spawn(&mut command).ended().await;
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        ended.stdout.join("\n")
    };
    let mut acknowledged = 0;
    for _ in 0..3 {
        let told = child().await;
        // The one that failed may be there, wholly, or not at all.
        let there = number_before(&told, " are there");
        assert!(there == acknowledged || there == acknowledged + 1, "{acknowledged} {told}");
        assert!(told.contains("No space left on device"), "{told}");
        acknowledged = number_before(&told, " acknowledged");
        assert!(acknowledged > there, "{told}");
        // As often as the service manager starts it: the disk is full still.
        let told = child().await;
        assert!(told.contains("cannot be opened") && told.contains("No space left on device"), "{told}");
        disk.clear();
    }
    assert_eq!(set_aside(&disk), [""; 0]);
}

/// The number before these words, where they stand last.
fn number_before(told: &str, words: &str) -> u32 {
    let line = told.lines().rev().find_map(|line| line.strip_suffix(words));
    line.unwrap_or_else(|| panic!("nothing of{words} in {told}")).parse().unwrap()
}
