//! The same while a daemon has the store: it is asked to do it, and goes on.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use reqwest::Method;
use tintinh::{
    model::{EntryKey, Rule},
    store::{Engine, SledEngine, export},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{run, words};
use crate::support::{
    daemon::{Daemon, feed},
    engine::Asking,
    feed::{rss, titles},
    origin::{Origin, Reply},
    process::{Process, Signal, until, written},
    stored,
};

#[tokio::test]
async fn a_running_daemon_exports_and_compacts_and_goes_on() {
    let origin = Origin::start();
    let one = ("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700");
    let two = ("2", "Hai", "Wed, 18 Jan 2012 05:57:00 +0700");
    let three = ("3", "Ba", "Thu, 19 Jan 2012 05:57:00 +0700");
    origin.on("/a", [Reply::ok(rss(&[one]))]);
    let source = feed("a", &origin.url("/a"), "interval = \"1s\"\nmax_interval = \"1s\"");
    let (folder, file) = written(&source);
    let daemon = Process::run(&file);
    let (readers, _) = daemon.addresses().await;
    let address = format!("http://{readers}/feed.xml");
    until(&address, |body| titles(body) == ["Một"]).await;
    for name in ["all.jsonl", "all.jsonl.zst"] {
        let export = folder.path().join(name);
        let done = run(&file, &["export", export.to_str().unwrap()]).await;
        assert!(done.status.success(), "{}", words(&done));
        assert_eq!(
            String::from_utf8(done.stdout).unwrap(),
            format!("{}: 1 entries, 0 tombstones, 1 sources, 35 channels\n", export.display())
        );
        let held = export::inspect(&mut export::from_file(&export).unwrap()).unwrap();
        assert_eq!((held.entries, held.sources), (1, 1));
        assert!(!folder.path().join(format!("{name}.part")).exists());
    }
    let packed = fs::read(folder.path().join("all.jsonl.zst")).unwrap();
    assert!(zstd::decode_all(&*packed).unwrap().starts_with(b"{\"tintinh\":"));
    origin.on("/a", [Reply::ok(rss(&[two, one]))]);
    until(&address, |body| titles(body) == ["Hai", "Một"]).await;
    let done = run(&file, &["compact"]).await;
    assert!(done.status.success(), "{}", words(&done));
    let told = String::from_utf8(done.stdout).unwrap();
    assert!(told.contains(" MiB became ") && told.ends_with(" rows were copied and compared\n"), "{told}");
    assert!(folder.path().join("data/generation-1").is_dir());
    origin.on("/a", [Reply::ok(rss(&[three, two, one]))]);
    until(&address, |body| titles(body) == ["Ba", "Hai", "Một"]).await;
    // What a daemon has, nothing is imported into.
    let refused = run(&file, &["import", folder.path().join("all.jsonl").to_str().unwrap()]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(words(&refused).contains("is in use by another tintinh"), "{}", words(&refused));
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().await.code, Some(0));
    assert!(!folder.path().join("data/tintinh.admin").exists());
}

#[tokio::test]
async fn a_holder_that_does_not_answer_is_told_with_exit_3_and_one_that_is_no_daemon_with_1() {
    let (folder, file) = written("");
    let holder = SledEngine::open(&folder.path().join("data")).unwrap();
    let export = folder.path().join("x.jsonl");
    let commands = [&["export", export.to_str().unwrap()][..], &["compact"]];
    for command in commands {
        let refused = run(&file, command).await;
        assert_eq!(refused.status.code(), Some(1));
        assert!(words(&refused).contains("is in use by another tintinh"), "{}", words(&refused));
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    fs::write(folder.path().join("data/tintinh.admin"), format!("{closed}\n")).unwrap();
    for command in commands {
        let refused = run(&file, command).await;
        assert_eq!(refused.status.code(), Some(3), "{}", words(&refused));
        let wanted = format!("is in use, but no daemon answers at http://{closed}: ");
        assert!(words(&refused).contains(&wanted), "{}", words(&refused));
    }
    assert!(!export.exists());
    drop(holder);
}

#[tokio::test]
async fn no_web_page_drives_the_daemon_and_nothing_but_post_does() {
    let daemon = Daemon::start("").await;
    for path in ["/export", "/compact"] {
        for headers in
            [&[("Origin", "http://evil.example")][..], &[("Origin", "null")], &[("Host", "evil.example")]]
        {
            assert_eq!(daemon.ask_admin(Method::POST, path, headers).await.status, 403, "{headers:?}");
        }
        for method in [Method::GET, Method::HEAD, Method::PUT] {
            let answer = daemon.ask_admin(method, path, &[]).await;
            assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "POST"));
        }
        // Readers' listener takes no POST at all.
        assert_eq!(daemon.ask(Method::POST, path, &[]).await.status, 405);
    }
    let metrics = daemon.ask_admin(Method::GET, "/metrics", &[]).await;
    for begun in ["tintinh_store_exports_total{", "tintinh_store_compactions_total{"] {
        assert!(!metrics.text().contains(begun), "{}", metrics.text());
    }
}

/// Commits of 30 entries of some 10 KB.
const COMMITS: u32 = 100;

fn filled(engine: &SledEngine) {
    for number in 0..COMMITS {
        let keys = (0..30).map(|item| EntryKey::new(Rule::Guid, &format!("{number}-{item}")));
        let new = keys.map(|key| {
            let content = stored::words(key, 300).concat();
            stored::new(stored::entry(&format!("{key:?}"), Some(content)), vec![key], stored::at(1))
        });
        engine.apply(&stored::commit("bao", stored::at(1), &number.to_string(), new.collect())).unwrap();
    }
    engine.sync().unwrap();
}

#[tokio::test]
async fn an_export_waits_for_a_slow_client_and_ends_with_one_that_hangs_up() {
    let folder = tempfile::tempdir().unwrap();
    let sled = SledEngine::open(folder.path()).unwrap();
    filled(&sled);
    let reads = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&reads);
    let may = move |name| {
        if name == "remembered" {
            counter.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    };
    let daemon =
        Daemon::start_on(Asking { inner: sled, may: Box::new(may) }, "[store]\nkeep = \"36500d\"").await;
    let mut client = TcpStream::connect(daemon.admin).await.unwrap();
    let request = format!("POST /export HTTP/1.1\r\nHost: {}\r\n\r\n", daemon.admin);
    client.write_all(request.as_bytes()).await.unwrap();
    let mut begin = [0; 1000];
    client.read_exact(&mut begin).await.unwrap();
    assert!(begin.starts_with(b"HTTP/1.1 200 OK\r\n"));
    drop(client);
    let ended = async |result: &str| {
        let line = format!("tintinh_store_exports_total{{result=\"{result}\"}} 1");
        while !daemon.ask_admin(Method::GET, "/metrics", &[]).await.text().contains(&line) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(crate::support::process::PATIENCE, ended("failed")).await.unwrap();
    // 100 entries of 10 KB a read: it did not read ahead what nobody took.
    let read = reads.load(Ordering::SeqCst);
    assert!(read < 25, "{read} reads of 30");
    // And one that takes all gets all.
    let answer = daemon.ask_admin(Method::POST, "/export", &[]).await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let held = export::inspect(&mut &*answer.body).unwrap();
    assert_eq!(held.entries, u64::from(COMMITS) * 30);
    tokio::time::timeout(crate::support::process::PATIENCE, ended("done")).await.unwrap();
}
