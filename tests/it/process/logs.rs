//! How log lines look, to people, to machines and in the journal.

use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

use crate::support::{
    daemon::feed,
    feed::rss,
    origin::{Origin, Reply},
    process::{Ended, PATIENCE, Process, Signal, hidden, tintinh, write, written},
};

/// Where stderr goes, as `JOURNAL_STREAM` tells.
enum Stream {
    /// To the journal: the variable names it.
    Journal,
    /// The variable was inherited, and stderr is another.
    Another,
}

/// A life with news, a failure whose words span lines, a bad file and an end; with these arguments.
async fn life(arguments: &[&str], stream: Stream) -> Ended {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]))]);
    origin.on("/b", [Reply::status(500).body("Dòng một\nDòng \u{1b}[31mhai\n{\"level\":\"giả\"}")]);
    let (_folder, file) =
        written(&(feed("a", &origin.url("/a"), "") + &feed("b", &origin.url("/b"), "interval = \"1h\"")));
    let stream = match stream {
        Stream::Journal => "$(stat -Lc %d:%i /proc/self/fd/2)",
        Stream::Another => "8:1234",
    };
    let mut command = Command::new("sh");
    command.args([
        "-c",
        &format!("JOURNAL_STREAM={stream} exec \"$@\""),
        "sh",
        env!("CARGO_BIN_EXE_tintinh"),
    ]);
    command.args(["--config", file.to_str().unwrap()]).args(arguments);
    let daemon = Process::spawn(hidden(&mut command));
    daemon.logged("polled").await;
    daemon.logged("poll failed").await;
    write(&file, "a = 1\nb = 2\n");
    daemon.signal(Signal::HUP);
    daemon.logged("2 problems; nothing was changed").await;
    daemon.signal(Signal::TERM);
    let ended = daemon.ended().await;
    assert_eq!((ended.code, ended.stdout.len()), (Some(0), 0), "{ended:#?}");
    ended
}

#[tokio::test]
async fn json_lines_are_objects_one_a_line() {
    for stream in [Stream::Another, Stream::Journal] {
        let is_journal = matches!(stream, Stream::Journal);
        let ended = life(&["--log-format", "json"], stream).await;
        let object = |line: &str| {
            let bare = if is_journal { without_priority(line) } else { line };
            serde_json::from_str(bare).unwrap_or_else(|_| panic!("{line}"))
        };
        let lines: Vec<Value> = ended.stderr.iter().map(|line| object(line)).collect();
        for line in &lines {
            assert!(line.is_object() && line["level"].is_string() && line["message"].is_string(), "{line}");
            assert_eq!(line["timestamp"].is_string(), !is_journal, "{line}");
        }
        let failed = lines.iter().find(|line| line["source"] == "b").unwrap();
        assert_eq!(failed["level"], "WARN");
        assert!(failed["message"].as_str().unwrap().contains("500"), "{failed}");
    }
}

#[tokio::test]
async fn text_lines_bear_a_timestamp_unless_the_journal_stamps_them() {
    let is_stamped = |line: &String| line.starts_with("20") && line.contains("Z ");
    let is_level =
        |line: &String| ["<3>ERROR ", "<4> WARN ", "<6> INFO "].iter().any(|level| line.starts_with(level));
    let plain = life(&[], Stream::Another).await.stderr;
    assert_eq!(plain.iter().filter(|line| is_stamped(line)).count(), 7, "{plain:#?}");
    assert!(plain.iter().any(|line| line.contains(" state=refused ")), "{plain:#?}");
    let journal = life(&[], Stream::Journal).await.stderr;
    assert_eq!(journal.iter().filter(|line| is_level(line)).count(), 7, "{journal:#?}");
    assert!(!journal.iter().any(is_stamped), "{journal:#?}");
    // What a publisher writes forges no line and colours nothing.
    for line in plain.iter().chain(&journal) {
        assert!(!line.contains('\u{1b}') && !line.starts_with("Dòng") && !line.starts_with('{'), "{line}");
    }
}

/// What stands behind the priority that every line to the journal begins with.
fn without_priority(line: &str) -> &str {
    ["<3>", "<4>", "<6>", "<7>"].iter().find_map(|priority| line.strip_prefix(priority)).expect(line)
}

#[tokio::test]
async fn polls_that_bring_nothing_new_and_failures_that_stay_the_same_fill_no_log() {
    let origin = Origin::start();
    let news = || Reply::ok(rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")])).header("ETag", "\"1\"");
    let sick = || Reply::status(500);
    origin.on("/a", [news(), Reply::status(304)]);
    origin.on("/b", [sick(), sick(), sick(), news(), Reply::status(304)]);
    let eager = "interval = \"1s\"\nmax_interval = \"1s\"";
    let (_folder, file) =
        written(&(feed("a", &origin.url("/a"), eager) + &feed("b", &origin.url("/b"), eager)));
    let daemon = Process::run(&file);
    daemon.logged("well again").await;
    let asked = origin.requests().len();
    origin.until_asked(asked + 6).await;
    daemon.signal(Signal::TERM);
    let ended = daemon.ended().await;
    let told = |words: &str| ended.stderr.iter().filter(|line| line.contains(words)).count();
    let events = [
        "serving http://",
        "polled source=a new=1",
        "poll failed",
        "well again source=b failures=3",
        "polled source=b new=1",
        "ending",
    ];
    assert_eq!(events.map(told), [1; 6], "{ended:#?}");
    assert_eq!(ended.stderr.len(), 6, "{ended:#?}");
}

#[tokio::test]
async fn no_secret_is_logged_however_much_is_asked_for() {
    let origin = Origin::start();
    origin.on("/a", [Reply::redirect(301, origin.url("/b").as_str().replace("://", "://user:hush@"))]);
    origin.on("/b", [Reply::status(401).body("go away")]);
    origin.on("/c", [Reply::status(401).body("go away")]);
    let secret = "headers = { Authorization = \"Bearer hush\", X-Key = \"hush\" }";
    let variable = "credentials_env = \"A_SECRET\"";
    let proxy = format!("proxy = \"http://user:hush@{}\"", origin.address());
    let (_folder, file) = written(
        &(feed("a", &origin.url("/a"), secret)
            + &feed("b", &origin.url("/b"), &format!("{proxy}\n{secret}"))
            + &feed("c", &origin.url("/c"), variable)),
    );
    for format in ["text", "json"] {
        let arguments = ["--config", file.to_str().unwrap(), "--log", "debug", "--log-format", format];
        let daemon = Process::spawn(tintinh(arguments).env("A_SECRET", "user:hush"));
        for source in ["a", "b", "c"] {
            until_failed(&daemon, source).await;
        }
        write(
            &file,
            &format!(
                "{}[[feeds]]\nid = 1\n{secret}\nproxy = \"user:hush@b\"\n",
                feed("d", &origin.url("/d"), "")
            ),
        );
        daemon.signal(Signal::HUP);
        daemon.logged("nothing was changed").await;
        daemon.signal(Signal::TERM);
        let ended = daemon.ended().await;
        assert!(!ended.stderr.concat().contains("hush"), "{ended:#?}");
        // The credentials are sent all the same, and in no other form.
        assert!(!ended.stderr.concat().contains("dXNlcjpodXNo"), "{ended:#?}");
        write(
            &file,
            &(feed("a", &origin.url("/a"), secret)
                + &feed("b", &origin.url("/b"), &format!("{proxy}\n{secret}"))
                + &feed("c", &origin.url("/c"), variable)),
        );
        std::fs::remove_dir_all(file.with_file_name("data")).unwrap();
    }
    let sent = origin.requests();
    let sent = sent.iter().find(|request| request.path == "/c").unwrap();
    assert_eq!(sent.header("authorization"), Some(&b"Basic dXNlcjpodXNo"[..]));
}

/// Waits until the log says that this source failed.
async fn until_failed(daemon: &Process, source: &str) {
    let text = format!("source={source} state=");
    let json = format!("\"source\":\"{source}\"");
    let is_it =
        |line: &String| line.contains("poll failed") && (line.contains(&text) || line.contains(&json));
    let waiting = async {
        while !daemon.said().iter().any(is_it) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "{source} has not failed: {:#?}", daemon.said());
}

#[tokio::test]
async fn it_works_on_when_nobody_takes_its_lines_any_more() {
    let origin = Origin::start();
    origin.on("/a", [Reply::status(500)]);
    let (_folder, file) = written(&feed("a", &origin.url("/a"), "interval = \"1s\"\nmax_interval = \"1s\""));
    let mut daemon = Process::run(&file);
    daemon.logged("poll failed").await;
    daemon.stop_listening().await;
    let asked = origin.requests().len();
    origin.until_asked(asked + 2).await;
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().await.code, Some(0));

    let mut check = Process::spawn(&mut tintinh(["check", "--config", "no such file"]));
    check.stop_listening().await;
    assert_eq!(check.ended().await.code, Some(2));
}
