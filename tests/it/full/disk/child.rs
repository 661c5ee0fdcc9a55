//! A process that commits until its disk is full. The disk is filled between a commit's writing and its flush, which no
//! look at the free room can foresee.

use std::{
    path::Path,
    process::exit,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tintinh::{
    model::{Commit, EntryKey, Rule},
    store::{Engine, SledEngine, Store, StoreError},
};

use crate::support::{disk, engine::Asking, stored};

/// A poll that brings 30 entries of some 10 KB.
fn commit(number: u32) -> Commit {
    let keys = (0..30).map(|item| key(number, item));
    let inserted = keys.map(|key| {
        let content = stored::words(key, 300).concat();
        stored::new(stored::entry(&format!("{key:?}"), Some(content)), vec![key], stored::at(1))
    });
    stored::commit("bao", stored::at(1), &number.to_string(), inserted.collect())
}

fn key(number: u32, item: u32) -> EntryKey {
    EntryKey::new(Rule::Guid, &format!("{number}-{item}"))
}

/// Opens the store, tells how many of its commits are there, from the first without a gap, and commits on: first with room,
/// then on a full disk until one fails, which it tells. Ends the process, as the daemon does: sled is not to be relied on any more.
pub async fn run(folder: &Path) {
    let sled = match SledEngine::open(&folder.join("data")) {
        Ok(sled) => sled,
        Err(error) => {
            println!("cannot be opened: {}", error.in_words());
            exit(0);
        }
    };
    assert_eq!(sled.rescue(), None);
    let census = sled.check().unwrap();
    assert_eq!(census.faults, 0, "{:?}", census.told);
    let mut next = 0;
    let source = stored::source("bao");
    while !sled.known(&source, &[key(next, 0)]).unwrap().is_empty() {
        next += 1;
    }
    println!("{next} are there");
    let armed = Arc::new(AtomicBool::new(false));
    let (is_armed, full) = (Arc::clone(&armed), folder.to_owned());
    let may = move |call| {
        if call == "sync" && is_armed.load(Ordering::SeqCst) {
            disk::fill(&full);
        }
        Ok(())
    };
    let store = Store::new(Asking { inner: sled, may: Box::new(may) }).unwrap();
    let kept = store.commit(commit(next)).await.unwrap().inserted;
    assert_eq!(kept.len(), 30);
    armed.store(true, Ordering::SeqCst);
    // What fits into blocks that the database has already may come through.
    let error = loop {
        next += 1;
        println!("{next} acknowledged");
        match store.commit(commit(next)).await {
            Ok(_) => disk::clear(folder),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Failed { .. }), "{error}");
    println!("{}", error.in_words());
    assert!(store.failed().await.contains("No space left on device"));
    // Who comes later is told at once. sled reads no more either, and says so: readers are served from memory.
    let again = store.commit(commit(next + 1)).await.unwrap_err();
    assert!(matches!(again, StoreError::Failed { .. }), "{again}");
    if let Err(error) = store.entries(kept).await {
        assert!(error.in_words().contains("No space left on device"), "{}", error.in_words());
    }
    assert!(store.room().is_err());
    let closed = store.close().await.unwrap_err();
    assert!(matches!(closed, StoreError::Failed { .. }), "{closed}");
    exit(0);
}
