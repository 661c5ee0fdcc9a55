//! How log lines look, to people, to machines and in the journal.

use serde_json::Value;

use crate::support::{
    daemon::feed,
    feed::rss,
    origin::{Origin, Reply},
    process::{Ended, Process, Signal, tintinh, write, written},
};

/// A life with news, a failure whose words span lines, a bad file and an end; with these arguments and variables.
async fn life(arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]))]);
    origin.on("/b", [Reply::status(500).body("Dòng một\nDòng \u{1b}[31mhai\n{\"level\":\"giả\"}")]);
    let (_folder, file) =
        written(&(feed("a", &origin.url("/a"), "") + &feed("b", &origin.url("/b"), "interval = \"1h\"")));
    let mut command = tintinh(["--config", file.to_str().unwrap()]);
    let daemon = Process::spawn(command.args(arguments).envs(variables.iter().copied()));
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
    for variables in [&[][..], &[("JOURNAL_STREAM", "8:1234")][..]] {
        let ended = life(&["--log-format", "json"], variables).await;
        let lines: Vec<Value> = ended
            .stderr
            .iter()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
            .collect();
        for line in &lines {
            assert!(line.is_object() && line["level"].is_string() && line["message"].is_string(), "{line}");
            assert_eq!(line["timestamp"].is_string(), variables.is_empty(), "{line}");
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
        |line: &String| ["ERROR ", "WARN ", "INFO "].iter().any(|level| line.trim_start().starts_with(level));
    let plain = life(&[], &[]).await.stderr;
    assert_eq!(plain.iter().filter(|line| is_stamped(line)).count(), 7, "{plain:#?}");
    let journal = life(&[], &[("JOURNAL_STREAM", "8:1234")]).await.stderr;
    assert_eq!(journal.iter().filter(|line| is_level(line)).count(), 7, "{journal:#?}");
    assert!(!journal.iter().any(is_stamped), "{journal:#?}");
    // What a publisher writes forges no line and colours nothing.
    for line in plain.iter().chain(&journal) {
        assert!(!line.contains('\u{1b}') && !line.starts_with("Dòng") && !line.starts_with('{'), "{line}");
    }
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
