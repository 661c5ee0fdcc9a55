//! A store carried elsewhere by `tintinh export` and `tintinh import`, and made anew by `tintinh compact`.

mod running;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
    time::Duration,
};

use tempfile::TempDir;
use tintinh::store::SledEngine;

use crate::support::{
    daemon::{Daemon, feed},
    feed::{rss, titles},
    origin::{Origin, Reply},
    process::{Process, tintinh, written},
};

/// `tintinh` with these arguments, to its end.
async fn run(file: &Path, arguments: &[&str]) -> Output {
    let all = ["--config", file.to_str().unwrap()].into_iter().chain(arguments.iter().copied());
    tintinh(all).output().await.unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim_end().to_owned()
}

/// A folder with a `feeds.toml` and a store that a daemon filled: three entries, of which one was pruned.
async fn filled() -> (TempDir, PathBuf) {
    let origin = Origin::start();
    let items = [
        ("3", "Ba", "Thu, 19 Jan 2012 05:57:00 +0700"),
        ("2", "Hai", "Wed, 18 Jan 2012 05:57:00 +0700"),
        ("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700"),
    ];
    origin.on("/a", [Reply::ok(rss(&items)).header("ETag", "\"ba\"")]);
    let tables = feed("a", &origin.url("/a"), "interval = \"1h\"\nprovince = \"hue\"");
    let daemon = Daemon::start(&tables).await;
    daemon.until("/feed.xml", |answer| titles(&answer.body).len() == 3).await;
    daemon.reload(&format!("[store]\nkeep_entries = 2\n{tables}"));
    daemon.until("/feed.xml", |answer| titles(&answer.body).len() == 2).await;
    let (ended, folder) = daemon.stop().await;
    ended.unwrap();
    let file = folder.path().join("feeds.toml");
    fs::write(&file, "").unwrap();
    (folder, file)
}

#[tokio::test]
async fn a_store_is_exported_and_imported_to_an_equal_one() {
    let (folder, file) = filled().await;
    for name in ["all.jsonl", "all.jsonl.zst"] {
        let export = folder.path().join(name);
        let export = export.to_str().unwrap();
        let done = run(&file, &["export", export]).await;
        assert!(done.status.success(), "{}", words(&done));
        let told = String::from_utf8(done.stdout).unwrap();
        // The merged feed, the provinces', and none of a source's own.
        assert_eq!(told, format!("{export}: 2 entries, 1 tombstones, 1 sources, 35 channels\n"));
        assert!(!Path::new(&format!("{export}.part")).exists());
        let other = folder.path().join(format!("other-{name}.toml"));
        fs::write(&other, format!("[store]\npath = \"other-{name}\"\n")).unwrap();
        let done = run(&other, &["import", export]).await;
        assert!(done.status.success(), "{}", words(&done));
        let again = folder.path().join(format!("again-{name}"));
        let done = run(&other, &["export", again.to_str().unwrap()]).await;
        assert!(done.status.success(), "{}", words(&done));
        assert_eq!(fs::read(&again).unwrap(), fs::read(export).unwrap(), "{name}");
        // A store that holds something takes no import.
        let refused = run(&other, &["import", export]).await;
        assert_eq!(refused.status.code(), Some(1));
        let wanted = "is not empty; import into a new folder (`path` in [store] of feeds.toml)";
        assert!(words(&refused).ends_with(wanted), "{}", words(&refused));
    }
    let plain = fs::read(folder.path().join("all.jsonl")).unwrap();
    assert_eq!(zstd::decode_all(&*fs::read(folder.path().join("all.jsonl.zst")).unwrap()).unwrap(), plain);
}

#[tokio::test]
async fn a_damaged_export_is_told_and_leaves_no_store_behind() {
    let (folder, file) = filled().await;
    let export = folder.path().join("all.jsonl");
    assert!(run(&file, &["export", export.to_str().unwrap()]).await.status.success());
    let text = fs::read_to_string(&export).unwrap();
    let other = folder.path().join("other.toml");
    fs::write(&other, "[store]\npath = \"other\"\n").unwrap();
    let lines = text.lines().count();
    let cut = text.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n";
    let broken = text.replacen("{\"entry\":", "{\"entry\";", 1);
    for (damaged, expected) in [
        (cut, "the export is cut off: its last line is missing; copy it anew, or take another one".to_owned()),
        (broken, format!("1 damaged line: line {}: expected `:` at line 1 column 9; take another export", lines - 3)),
        (
            "<rss/>".to_owned(),
            "this is no export of tintinh: its first line should begin with {\"tintinh\":; name a file that `tintinh \
             export` wrote"
                .to_owned(),
        ),
    ] {
        fs::write(&export, damaged).unwrap();
        let refused = run(&other, &["import", export.to_str().unwrap()]).await;
        assert_eq!(refused.status.code(), Some(1));
        assert_eq!(words(&refused), format!("tintinh: {}: {expected}", export.display()));
        assert!(!folder.path().join("other").exists());
    }
}

#[tokio::test]
async fn a_store_that_is_not_there_is_told_in_words() {
    let (_folder, file) = written("");
    for command in [&["export", "x.jsonl"][..], &["compact"]] {
        let refused = run(&file, command).await;
        assert_eq!(refused.status.code(), Some(1));
        assert!(words(&refused).starts_with("tintinh: there is no store in "), "{}", words(&refused));
    }
}

#[tokio::test]
async fn a_compacted_store_is_equal_and_takes_no_more_room() {
    let (folder, file) = filled().await;
    let export = |name: &str| folder.path().join(name);
    let before = export("before.jsonl");
    assert!(run(&file, &["export", before.to_str().unwrap()]).await.status.success());
    for round in 1..=3 {
        let done = run(&file, &["compact"]).await;
        assert!(done.status.success(), "{}", words(&done));
        let after = export("after.jsonl");
        assert!(run(&file, &["export", after.to_str().unwrap()]).await.status.success());
        assert_eq!(fs::read(&after).unwrap(), fs::read(&before).unwrap());
        // One database, and nothing of the former.
        let files = fs::read_dir(folder.path().join("data")).unwrap();
        let mut files: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        assert_eq!(
            files,
            [
                format!("generation-{round}"),
                "tintinh.current".to_owned(),
                "tintinh.next".to_owned(),
                "tintinh.store".to_owned()
            ]
        );
    }
    let engine = SledEngine::open(&folder.path().join("data")).unwrap();
    drop(engine);
}

#[tokio::test]
async fn exports_are_made_by_themselves_and_the_oldest_go() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]))]);
    let (folder, file) = written(&feed("a", &origin.url("/a"), "interval = \"1h\""));
    let text = fs::read_to_string(&file).unwrap();
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).unwrap();
    let old = ["tintinh-20200101T000000Z.jsonl.zst", "tintinh-20200102T000000Z.jsonl.zst"];
    for name in old {
        fs::write(exports.join(name), "x").unwrap();
    }
    fs::write(exports.join("mine.jsonl.zst"), "x").unwrap();
    fs::write(&file, format!("[store]\nexport = \"exports\"\nexport_keep = 2\n{text}")).unwrap();
    let daemon = Process::run(&file);
    daemon.logged("exported to ").await;
    let names = || {
        let names = fs::read_dir(&exports).unwrap();
        let mut names: Vec<_> = names.map(|name| name.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let rotated = async {
        while names().len() > 3 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), rotated).await.unwrap();
    let left = names();
    assert_eq!((left[0].as_str(), left[1].as_str()), ("mine.jsonl.zst", old[1]));
    let made = exports.join(&left[2]);
    let lines = zstd::decode_all(fs::File::open(made).unwrap()).unwrap();
    assert!(lines.starts_with(b"{\"tintinh\":{\"version\":2,"));
    assert!(String::from_utf8(lines).unwrap().lines().last().unwrap().starts_with("{\"end\":"));
}
