//! A changed file comes into force: because it was saved, or because `tintinh reload` asks. A bad one changes nothing.

use std::{fs, path::Path};

use super::{path, ran};
use crate::support::{
    daemon::feed,
    feed::{rss, titles},
    origin::{Origin, Reply},
    process::{Ended, Process, Signal, ask, statuses, until, write, written},
};

const DATE: &str = "Tue, 17 Jan 2012 05:57:00 +0700";

/// Publishers of one entry each: `/a` of "Một", `/b` of "Hai".
fn publishers() -> Origin {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)])).header("ETag", "\"a1\"")]);
    origin.on("/b", [Reply::ok(rss(&[("2", "Hai", DATE)]))]);
    origin
}

async fn reloaded(file: &Path) -> Ended {
    ran(["reload", "--config", path(file)]).await
}

/// Whether the merged feed shows these, in any order.
async fn shows(readers: &str, wanted: &[&str]) {
    until(&format!("http://{readers}/feed.xml"), |body| {
        let mut shown = titles(body);
        shown.sort();
        shown == wanted
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_alone_changes_comes_into_force_and_an_empty_one_changes_nothing() {
    let origin = publishers();
    let (folder, file) =
        written(&feed("a", &origin.url("/a"), "interval = \"1s\"\ncredentials_file = \"key\""));
    let key = folder.path().join("key");
    fs::write(&key, "mot:hai\n").unwrap();
    let daemon = Process::run(&file);
    let (readers, _) = daemon.addresses().await;
    shows(&readers, &["Một"]).await;
    let sent = async |wanted: &[u8]| {
        let is_sent =
            || origin.requests().last().is_some_and(|last| last.header("Authorization") == Some(wanted));
        while !is_sent() {
            origin.until_asked(origin.requests().len() + 1).await;
        }
    };
    sent(b"Basic bW90OmhhaQ==").await;
    fs::write(&key, "ba:bon\n").unwrap();
    let line = daemon.logged("is in force: changed credentials of a").await;
    assert!(!line.contains("bon"), "{line}");
    sent(b"Basic YmE6Ym9u").await;
    fs::write(&key, "").unwrap();
    let line = daemon.logged("names a file that is empty").await;
    assert!(line.contains("feeds.a.credentials_file"), "{line}");
    sent(b"Basic YmE6Ym9u").await;
}

#[tokio::test]
async fn a_pipe_in_the_place_of_the_file_is_refused_in_words_and_delays_no_end() {
    let (folder, file) = written("");
    let daemon = Process::run(&file);
    daemon.addresses().await;
    fs::remove_file(&file).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    for command in ["check", "reload", "run"] {
        let refused = ran([command, "--config", path(&file)]).await;
        let wanted = format!(
            "tintinh: {} cannot be read: it is a pipe or a device, and no plain file; write what comes from there into a \
             file, since it is read again and again",
            file.display()
        );
        assert_eq!((refused.code, &*refused.stderr.join("\n")), (Some(2), &*wanted), "{command}");
    }
    daemon.logged("it is a pipe or a device").await;
    fs::remove_file(&file).unwrap();
    fs::write(&file, "include = [\"more.toml\"]\n").unwrap();
    let more = folder.path().join("more.toml");
    assert!(std::process::Command::new("mkfifo").arg(&more).status().unwrap().success());
    let refused = ran(["check", "--config", path(&file)]).await;
    assert!(
        refused.stderr[0].contains("more.toml, which cannot be read (it is a pipe or a device"),
        "{refused:#?}"
    );
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().await.code, Some(0));
}

#[tokio::test]
async fn reload_tells_what_a_good_file_changes_and_what_is_wrong_with_a_bad_one() {
    let origin = publishers();
    let a = feed("a", &origin.url("/a"), "");
    let (_folder, file) = written(&a);
    let daemon = Process::run(&file);
    let (readers, admin) = daemon.addresses().await;
    shows(&readers, &["Một"]).await;

    let name = file.display();
    let same = reloaded(&file).await;
    assert_eq!((same.code, same.stderr.len()), (Some(0), 0), "{same:#?}");
    assert_eq!(same.stdout, [format!("{name} is in force: nothing has changed")]);

    write(&file, &format!("[store]\ncache = \"8MiB\"\n{a}{}", feed("b", &origin.url("/b"), "")));
    let good = reloaded(&file).await;
    assert_eq!((good.code, good.stderr.len()), (Some(0), 0), "{good:#?}");
    assert_eq!(
        good.stdout,
        [
            format!("{name} is in force: added b; changed store.cache"),
            format!("{name}: `store.cache` has changed, which needs a restart"),
        ]
    );
    shows(&readers, &["Hai", "Một"]).await;

    write(&file, &format!("{a}intervall = \"2s\"\nprovince = \"ninh-bin\"\n"));
    let bad = reloaded(&file).await;
    assert_eq!((bad.code, bad.stdout.len()), (Some(2), 0), "{bad:#?}");
    assert_eq!(
        bad.stderr,
        [
            format!("tintinh: {name}:17:1: `feeds.a.intervall` is not known: did you mean `interval`?"),
            "  17 | intervall = \"2s\"".to_owned(),
            "     | ^".to_owned(),
            format!(
                "{name}:18:12: `feeds.a.province` is \"ninh-bin\", which is no province: did you mean `ninh-binh`?"
            ),
            "  18 | province = \"ninh-bin\"".to_owned(),
            "     |            ^".to_owned(),
            "2 problems; nothing was changed; the old one stays in force".to_owned(),
        ]
    );
    shows(&readers, &["Hai", "Một"]).await;
    assert_eq!(statuses(&admin).await.len(), 2);
    // Each problem is one line of the log, and is not told again because the file rests.
    daemon.logged("2 problems; nothing was changed; the old one stays in force").await;
    write(&file, &a);
    daemon.logged("is in force: removed b").await;
    let told = daemon.said().iter().filter(|line| line.contains("`feeds.a.intervall`")).count();
    assert_eq!(told, 1);
}

#[tokio::test]
async fn reload_finds_its_daemon_or_says_that_there_is_none() {
    let origin = publishers();
    let (folder, file) = written(&feed("a", &origin.url("/a"), ""));
    let nobody = reloaded(&file).await;
    assert_eq!((nobody.code, nobody.stdout.len()), (Some(3), 0), "{nobody:#?}");
    assert!(nobody.stderr[0].contains("no daemon has the store in"), "{nobody:#?}");
    let missing = reloaded(&folder.path().join("none.toml")).await;
    assert_eq!(missing.code, Some(2), "{missing:#?}");

    let daemon = Process::run(&file);
    let (_, admin) = daemon.addresses().await;
    // Another file on the same store is not the one that runs; a link to it is.
    let other = folder.path().join("other.toml");
    fs::copy(&file, &other).unwrap();
    let refused = reloaded(&other).await;
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    let words = format!("tintinh: the daemon reads {}, not {}", file.display(), other.display());
    assert!(refused.stderr[0].starts_with(&words), "{refused:#?}");
    let link = folder.path().join("link.toml");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert_eq!(reloaded(&link).await.code, Some(0));
    // A file with mistakes still tells where its daemon is.
    fs::write(&file, "[store\npath = \"data\"\n").unwrap();
    assert_eq!(reloaded(&file).await.code, Some(2));

    // Only POST drives it.
    let (status, _) = ask(&format!("http://{admin}/reload")).await.unwrap();
    assert_eq!(status, 405);
}

#[tokio::test]
async fn a_saved_file_takes_effect_by_itself_also_when_it_replaces_the_old_one() {
    let origin = publishers();
    let (a, b) = (feed("a", &origin.url("/a"), ""), feed("b", &origin.url("/b"), ""));
    let (folder, file) = written(&a);
    let daemon = Process::run(&file);
    let (readers, _) = daemon.addresses().await;
    shows(&readers, &["Một"]).await;

    write(&file, &format!("{a}{b}"));
    daemon.logged("is in force: added b").await;
    shows(&readers, &["Hai", "Một"]).await;

    // As editors do it: a new file takes the old one's name.
    let new = folder.path().join(".feeds.toml.new");
    write(&new, &b);
    fs::rename(&new, &file).unwrap();
    daemon.logged("is in force: removed a").await;
    shows(&readers, &["Hai"]).await;
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().await.code, Some(0));
}

#[tokio::test]
async fn a_half_written_file_is_waited_for_and_one_with_mistakes_is_told_once_it_rests() {
    let origin = publishers();
    let (a, b) = (feed("a", &origin.url("/a"), "interval = \"1s\""), feed("b", &origin.url("/b"), ""));
    let (_folder, file) = written(&a);
    let daemon = Process::run(&file);
    let (readers, admin) = daemon.addresses().await;
    shows(&readers, &["Một"]).await;

    write(&file, &format!("{a}[[feeds]]\nid = \"b\"\ntit"));
    write(&file, &format!("{a}{b}"));
    daemon.logged("is in force: added b").await;
    assert!(!daemon.said().iter().any(|line| line.contains("problem")), "{:#?}", daemon.said());

    write(&file, &format!("{a}{b}intervall = \"1s\"\n"));
    let told = daemon.logged("`feeds.b.intervall` is not known").await;
    assert!(told.contains("feeds.toml:22:1: "), "{told}");
    daemon.logged("1 problem; nothing was changed; the old one stays in force").await;
    let asked = origin.requests().len();
    origin.until_asked(asked + 1).await;
    assert_eq!(statuses(&admin).await.len(), 2);

    // Gone, and back.
    fs::remove_file(&file).unwrap();
    daemon.logged("cannot be read: No such file or directory").await;
    write(&file, &a);
    daemon.logged("is in force: removed b").await;
    shows(&readers, &["Một"]).await;
}

#[tokio::test]
async fn a_removed_source_keeps_its_entries_and_goes_on_where_it_was_when_it_returns() {
    let origin = publishers();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)])).header("ETag", "\"a1\""), Reply::status(304)]);
    let (a, b) = (feed("a", &origin.url("/a"), "interval = \"1s\""), feed("b", &origin.url("/b"), ""));
    let (folder, file) = written(&format!("{a}{b}"));
    let daemon = Process::run(&file);
    let (readers, _) = daemon.addresses().await;
    shows(&readers, &["Hai", "Một"]).await;
    write(&file, &b);
    daemon.logged("is in force: removed a (their entries stay in the archive").await;
    shows(&readers, &["Hai"]).await;
    let export = folder.path().join("all.jsonl");
    assert_eq!(ran(["export", path(&export), "--config", path(&file)]).await.code, Some(0));
    assert!(fs::read_to_string(&export).unwrap().contains("Một"));

    let before = origin.requests().len();
    write(&file, &format!("{a}{b}"));
    daemon.logged("is in force: added a").await;
    shows(&readers, &["Hai", "Một"]).await;
    origin.until_asked(before + 1).await;
    let requests = origin.requests();
    let again = requests[before..].iter().find(|request| request.path == "/a").unwrap();
    assert_eq!(again.header("if-none-match"), Some(&b"\"a1\""[..]), "it is asked for news alone");
}

#[tokio::test]
async fn included_files_are_watched_and_their_problems_named() {
    let origin = publishers();
    let (folder, file) = written("");
    let parts = folder.path().join("conf.d");
    fs::create_dir(&parts).unwrap();
    let head = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("include = [\"conf.d/*.toml\"]\n{head}")).unwrap();
    let daemon = Process::run(&file);
    let (readers, _) = daemon.addresses().await;

    fs::write(parts.join("a.toml"), feed("a", &origin.url("/a"), "")).unwrap();
    daemon.logged("is in force: added a").await;
    shows(&readers, &["Một"]).await;
    fs::write(parts.join("b.toml"), feed("a", &origin.url("/b"), "")).unwrap();
    let told = daemon.logged("which line 2 of conf.d/a.toml has already").await;
    assert!(told.contains("conf.d/b.toml:2:6: `feeds.a.id`"), "{told}");
    fs::write(parts.join("b.toml"), feed("b", &origin.url("/b"), "")).unwrap();
    daemon.logged("is in force: added b").await;
    fs::remove_file(parts.join("a.toml")).unwrap();
    daemon.logged("is in force: removed a").await;
    shows(&readers, &["Hai"]).await;
}
