//! The store's files, which the daemon makes anew by itself when they hold little.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tintinh::{
    model::{EntryKey, Rule},
    store::{Engine, SledEngine},
};

use crate::{
    metrics::Exposition,
    support::{
        daemon::feed,
        feed::{items, rss},
        origin::{Origin, Reply},
        process::{PATIENCE, Process, Signal, ask, until, write, written},
        stored,
    },
};

/// Old entries of some 100 KB, which the daemon prunes at its start: so many.
const OLD: u32 = 600;

fn fill(folder: &Path) {
    let engine = SledEngine::open(folder).unwrap();
    for number in 0..OLD {
        let key = EntryKey::new(Rule::Guid, &number.to_string());
        let content = stored::words(key, 3_000).concat();
        let new = stored::new(stored::entry(&number.to_string(), Some(content)), vec![key], stored::at(1));
        engine.apply(&stored::commit("old", stored::at(1), "x", vec![new])).unwrap();
        if number % 10 == 0 {
            engine.sync().unwrap();
        }
    }
    engine.sync().unwrap();
}

/// Bytes on the disk of all files below this folder.
fn size(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).unwrap().map(Result::unwrap);
    // What goes while we look takes nothing.
    files
        .map(|file| match file.metadata() {
            Ok(found) if found.is_dir() => size(&file.path()),
            Ok(found) => found.blocks() * 512,
            Err(_) => 0,
        })
        .sum()
}

#[tokio::test]
async fn files_that_hold_little_shrink_by_themselves_while_polls_and_readers_go_on() {
    let origin = Origin::start();
    let asked = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&asked);
    // Each poll brings one more.
    origin.answer("/a", move |_| {
        let last = counter.fetch_add(1, Ordering::SeqCst) + 1;
        let names: Vec<String> = (0..last).rev().map(|number| format!("tin-{number}")).collect();
        let date = "Tue, 17 Jan 2012 05:57:00 +0700";
        Reply::ok(rss(&names.iter().map(|name| (&**name, &**name, date)).collect::<Vec<_>>()))
    });
    let source = feed("a", &origin.url("/a"), "interval = \"1s\"\nmax_interval = \"1s\"");
    let (folder, file) = written("");
    let tables = |tables: &str| {
        write(&file, tables);
        let text = fs::read_to_string(&file).unwrap();
        // A window that reaches the old ones would keep them.
        fs::write(&file, text.replace("36500d", "48h")).unwrap();
    };
    tables(&source);
    let data = folder.path().join("data");
    fill(&data);
    let daemon = Process::run(&file);
    let (readers, admin) = daemon.addresses().await;
    let address = format!("http://{readers}/sources/a.xml");
    daemon.logged("pruned entries=600").await;
    until(&address, |body| !items(body).is_empty()).await;
    let before = size(&data);
    assert!(before > 24 << 20, "{before}");
    tables(&format!("[store]\ncompact_above = \"1MiB\"\n{source}"));
    daemon.signal(Signal::HUP);
    // Readers are answered at every moment, and see more and more.
    let reading = async {
        let mut shown = 0;
        loop {
            let now = items(&ask(&address).await.expect("a reader was not answered").1).len();
            assert!(now >= shown, "{now} after {shown}");
            shown = now;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let made_anew = tokio::select! {
        line = daemon.logged("the store was made anew") => line,
        () = reading => unreachable!(),
    };
    println!("{made_anew}");
    let polls = origin.requests().len();
    origin.until_asked(polls + 2).await;
    let shrunk = async {
        while size(&data) >= before / 2 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, shrunk).await.unwrap_or_else(|_| panic!("{} of {before}", size(&data)));
    let told = Exposition::read(
        std::str::from_utf8(&ask(&format!("http://{admin}/metrics")).await.unwrap().1).unwrap(),
    );
    assert_eq!(told.value("tintinh_store_compactions_total", &[("result", "done")]), Some(1.0));
    assert_eq!(told.value("tintinh_store_entries_pruned_total", &[]), Some(600.0));
    for (name, most) in [("tintinh_store_files_bytes", before / 2), ("tintinh_store_live_bytes", 1 << 20)] {
        let value = told.value(name, &[]).unwrap_or_else(|| panic!("no {name}"));
        assert!(value >= 1.0 && value <= f64::from(u32::try_from(most).unwrap()), "{name} {value}");
    }
    // All that was shown is there after a restart too, from the files made anew.
    let shown = items(&ask(&address).await.unwrap().1);
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().await.code, Some(0));
    assert!(data.join("generation-1").is_dir() && !data.join("db").exists());
    let daemon = Process::run(&file);
    let (readers, _) = daemon.addresses().await;
    let again = items(&ask(&format!("http://{readers}/sources/a.xml")).await.unwrap().1);
    for item in &shown {
        assert!(again.contains(item), "{item:?} is gone");
    }
}
