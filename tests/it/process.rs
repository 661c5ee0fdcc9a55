//! The daemon as the service manager and the admin at a shell meet it: exit codes, words, signals, notifications, logs.

mod check;
mod kill;
mod lists;
mod logs;
mod notify;
mod reload;
mod signals;
mod sockets;
mod status;

use std::{net::TcpListener, path::Path};

use crate::support::process::{Ended, Process, tintinh, until, written};

/// Runs a command to its end.
async fn ran<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Ended {
    Process::spawn(&mut tintinh(arguments)).ended().await
}

fn path(file: &Path) -> &str {
    file.to_str().unwrap()
}

/// The words of a command that ended so, on one line of stderr, and nothing on stdout.
fn only_line(ended: &Ended, code: i32) -> &str {
    assert_eq!((ended.code, ended.stdout.len(), ended.stderr.len()), (Some(code), 0, 1), "{ended:#?}");
    &ended.stderr[0]
}

const BAD: &str = "[server]\nlistn = \"127.0.0.1:0\"\n[[feeds]]\nid = \"Báo A\"\ntitle = \"A\"\n\
    province = \"ninh-bin\"\nurl = \"ftp://a.vn/rss\"\n";

#[tokio::test]
async fn the_shipped_file_is_found_well() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("feeds.toml");
    let ended = ran(["check", "--config", path(&file)]).await;
    assert_eq!((ended.code, ended.stderr.len()), (Some(0), 0), "{ended:#?}");
    let text = std::fs::read_to_string(&file).unwrap();
    let count = |wanted: &str| text.lines().filter(|line| *line == wanted).count();
    let (tables, resting) = (count("[[feeds]]"), count("enabled = false"));
    assert!(tables > 0 && resting > 0);
    let told = format!("{}: well, {tables} feeds, {resting} of them resting", file.display());
    assert_eq!(ended.stdout, [told]);
}

#[tokio::test]
async fn a_bad_file_is_told_whole_with_line_key_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feeds.toml");
    std::fs::write(&file, BAD).unwrap();
    for command in ["check", "run"] {
        let ended = ran([command, "--config", path(&file)]).await;
        assert_eq!((ended.code, ended.stdout.len()), (Some(2), 0), "{ended:#?}");
        let told = ended.stderr.join("\n");
        let wanted = [
            "feeds.toml:2:1: `server.listn` is not known: did you mean `listen`?",
            "feeds.toml:4:6: `feeds[0].id` is \"Báo A\", which cannot name a feed: \
             write 1 to 64 of the characters a-z, 0-9 and -, as \"bao-a\"",
            "feeds.toml:6:12: `feeds[0].province` is \"ninh-bin\", which is no province: did you mean `ninh-binh`?",
            "feeds.toml:7:7: `feeds[0].url` is \"ftp://a.vn/rss\", which is neither http nor https: \
             write an address that begins with https:// or http://",
            "  6 | province = \"ninh-bin\"\n    |            ^",
            "4 problems; nothing was changed",
        ];
        for words in wanted {
            assert!(told.contains(words), "{command}: {words} is not in\n{told}");
        }
        assert_eq!(ended.stderr.len(), 13, "{told}");
        assert!(!folder.path().join("data").exists(), "{command} made a store");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("feeds.toml");
    for (file, why) in [(missing.as_path(), "No such file"), (folder.path(), "directory")] {
        for command in ["check", "run"] {
            let ended = ran([command, "--config", path(file)]).await;
            let line = only_line(&ended, 2);
            assert!(
                line.contains(path(file)) && line.contains("cannot be read") && line.contains(why),
                "{line}"
            );
        }
    }
}

#[tokio::test]
async fn a_log_filter_that_is_none_is_told_in_one_line() {
    let (_folder, file) = written("");
    let ended = ran(["--log", "a=b=c", "--config", path(&file)]).await;
    assert!(only_line(&ended, 2).contains("`a=b=c` is no log filter"), "{ended:#?}");
}

#[tokio::test]
async fn a_port_in_use_is_told_with_its_key() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feeds.toml");
    for (readers, admin, key) in [
        (address.as_str(), "127.0.0.1:0", "server.listen"),
        ("127.0.0.1:0", address.as_str(), "admin.listen"),
    ] {
        let text = format!("[server]\nlisten = \"{readers}\"\n[admin]\nlisten = \"{admin}\"\n");
        std::fs::write(&file, text).unwrap();
        let ended = ran(["--config", path(&file)]).await;
        let line = only_line(&ended, 1);
        assert!(line.contains(&address) && line.contains(&format!("`{key}`")), "{line}");
        assert!(line.contains("in use") && line.contains("Is another tintinh running?"), "{line}");
    }
}

#[tokio::test]
async fn a_second_process_on_one_store_is_told_so() {
    let (folder, file) = written("");
    let first = Process::run(&file);
    let (readers, _) = first.addresses().await;
    let ended = ran(["--config", path(&file)]).await;
    let line = only_line(&ended, 1);
    assert!(line.contains("in use by another tintinh") && line.contains("stop that one first"), "{line}");
    assert!(line.contains(path(&folder.path().join("data"))), "{line}");
    until(&format!("http://{readers}/feed.xml"), |body| !body.is_empty()).await;
}

#[tokio::test]
async fn a_store_that_cannot_be_made_is_told_with_the_reason() {
    let (folder, file) = written("[store]\npath = \"here/data\"\n");
    std::fs::write(folder.path().join("here"), "a file, no folder").unwrap();
    let ended = ran(["--config", path(&file)]).await;
    let line = only_line(&ended, 1);
    assert!(line.contains("here/data") && line.contains("Not a directory"), "{line}");
}
