//! A file that may grow no further, and a disk that is full: polls fail in words, readers are served, nothing that was
//! acknowledged is lost, and all goes on when there is room.

mod disk;

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tokio::process::Command;

use crate::support::{
    daemon::feed,
    feed::{rss, titles},
    origin::{Origin, Reply},
    process::{Process, ask, statuses, tintinh, until, written},
};

fn limit(process: &Process, bytes: Option<u64>) {
    let pid = Pid::from_raw(i32::try_from(process.id()).unwrap()).unwrap();
    let new = Rlimit { current: bytes, maximum: None };
    prlimit(Some(pid), Resource::Fsize, new).unwrap();
}

#[tokio::test]
async fn a_daemon_whose_files_may_not_grow_says_so_serves_and_recovers_by_itself() {
    let origin = Origin::start();
    let one = ("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700");
    let two = ("2", "Hai", "Wed, 18 Jan 2012 05:57:00 +0700");
    origin.on("/a", [Reply::ok(rss(&[one]))]);
    let (_folder, file) = written(&feed("a", &origin.url("/a"), "interval = \"1s\"\nmax_interval = \"1s\""));
    let mut command: Command = tintinh(["--config", file.to_str().unwrap()]);
    let daemon = Process::spawn(&mut command);
    let (readers, admin) = daemon.addresses().await;
    let address = format!("http://{readers}/feed.xml");
    until(&address, |body| titles(body) == ["Một"]).await;
    limit(&daemon, Some(32 << 20));
    origin.on("/a", [Reply::ok(rss(&[two, one]))]);
    daemon.logged("files may grow to 32 MiB here").await;
    // Several polls fail, each in words, and none ends the process.
    let asked = origin.requests().len();
    origin.until_asked(asked + 3).await;
    let status = statuses(&admin).await.remove(0);
    assert_eq!(status["state"], "internal");
    assert!(status["reason"].as_str().unwrap().contains("files may grow to 32 MiB here"), "{status}");
    assert_eq!(titles(&ask(&address).await.unwrap().1), ["Một"]);
    limit(&daemon, None);
    until(&address, |body| titles(body) == ["Hai", "Một"]).await;
}
