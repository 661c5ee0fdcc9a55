//! Tests of the handle and its writer, on an engine that can be told to fail and that notes what is asked of it.

mod engine;

use std::{sync::Arc, time::Duration};

use self::engine::{Control, Fault, Trial};
use super::{Keep, SledEngine, Sources, Store, StoreError, samples::*};
use crate::model::{ChannelId, ChannelState, Commit, Digest, Seq};

fn store() -> (Store, Arc<Control>) {
    let engine = Trial::default();
    let control = Arc::clone(&engine.control);
    (Store::new(engine).unwrap(), control)
}

fn channel() -> ChannelState {
    ChannelState {
        digest: Digest([1; 16]),
        rules: Digest([2; 16]),
        last_modified: at(1),
        rendered: None,
        floors: [].into(),
        others: [].into(),
        installation: Some(Digest([5; 16])),
        readers: None,
    }
}

/// Waits for what another thread is about to do.
async fn until(condition: impl Fn() -> bool) {
    let asking = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asking).await.unwrap();
}

#[tokio::test]
async fn after_a_failed_write_all_writes_fail_and_reads_go_on() {
    for fault in [Fault::Apply, Fault::ApplyPanics, Fault::Sync] {
        let (store, control) = store();
        store.commit(commit("bao", 1, &[1])).await.unwrap();
        control.set(Some(fault));
        let error = store.commit(commit("bao", 2, &[2])).await.unwrap_err();
        let cause = if fault == Fault::ApplyPanics { "page 7 is odd" } else { "disk is full" };
        assert!(matches!(&error, StoreError::Failed { reason } if reason.contains(cause)), "{error}");
        assert!(store.failed().await.contains(cause));
        control.set(None);
        let asked = control.log().len();
        for commit in [commit("bao", 3, &[3]), commit("dai", 3, &[])] {
            assert!(matches!(store.commit(commit).await, Err(StoreError::Failed { .. })));
        }
        assert!(matches!(
            store.keep_channel(ChannelId::All, channel()).await,
            Err(StoreError::Failed { .. })
        ));
        assert_eq!(store.entries(vec![Seq(1)]).await.unwrap().len(), 1);
        assert!(matches!(store.close().await, Err(StoreError::Failed { .. })));
        assert_eq!(
            control.log().len(),
            asked,
            "a failed engine is not written to again: {:?}",
            control.log()
        );
    }
}

#[tokio::test]
async fn pruning_goes_in_steps_between_which_others_write_and_fails_the_store_when_one_fails() {
    let (store, control) = store();
    let numbers: Vec<u32> = (0..150).collect();
    store.commit(commit("bao", 1, &numbers)).await.unwrap();
    let keep = Keep { age: Duration::from_secs(9), entries: None, window: Duration::ZERO };
    control.set(Some(Fault::Bury));
    let error = store.prune(&keep, at(99)).await.unwrap_err();
    assert!(matches!(&error, StoreError::Failed { reason } if reason.contains("disk is full")), "{error}");
    assert!(matches!(store.commit(commit("bao", 2, &[])).await, Err(StoreError::Failed { .. })));
    assert_eq!(store.entries((1..=150).map(Seq).collect()).await.unwrap().len(), 150);

    let (store, control) = self::store();
    store.commit(commit("bao", 1, &numbers)).await.unwrap();
    let pruned = store.prune(&keep, at(99)).await.unwrap();
    assert_eq!((pruned.entries, pruned.forgotten, pruned.sources), (150, 0, [source("bao")].into()));
    // Each step is a write of its own, durable before the next.
    assert_eq!(control.log()[2..], ["bury", "sync", "bury", "sync", "bury", "sync"]);
}

#[tokio::test]
async fn a_refused_commit_fails_alone() {
    let (store, control) = store();
    control.set(Some(Fault::NoSpace));
    let error = store.commit(commit("bao", 1, &[1])).await.unwrap_err();
    assert_eq!(error.to_string(), "1 MiB are free on the disk of data, and writing safely takes 64 MiB");
    control.set(None);
    store.commit(commit("bao", 2, &[1])).await.unwrap();
    assert_eq!(control.log(), ["apply bao", "apply bao", "sync"]);
}

#[tokio::test]
async fn a_group_shares_one_sync_before_any_is_acknowledged() {
    let (store, control) = store();
    control.hold(Some("apply"));
    let mut waiting = tokio::task::JoinSet::new();
    let send = |set: &mut tokio::task::JoinSet<()>, commit: Commit| {
        let (store, control) = (store.clone(), Arc::clone(&control));
        set.spawn(async move {
            let id = commit.source.clone();
            store.commit(commit).await.unwrap();
            control.note(&format!("acknowledged {id}"));
        });
    };
    send(&mut waiting, commit("first", 1, &[1]));
    until(|| control.log().len() == 1).await;
    for id in ["b", "c", "d"] {
        send(&mut waiting, commit(id, 2, &[1]));
    }
    until(|| store.queue.capacity() == super::QUEUE_MAX - 3).await;
    control.hold(None);
    while waiting.join_next().await.transpose().unwrap().is_some() {}
    let log = control.log();
    let syncs: Vec<usize> = (0..log.len()).filter(|place| log[*place] == "sync").collect();
    let place = |words: &str| log.iter().position(|line| line == words).unwrap();
    assert_eq!(syncs.len(), 2, "{log:?}");
    assert!(place("apply first") < syncs[0] && syncs[0] < place("acknowledged first"), "{log:?}");
    for id in ["b", "c", "d"] {
        assert!(syncs[0] < place(&format!("apply {id}")), "{log:?}");
        assert!(place(&format!("apply {id}")) < syncs[1], "{log:?}");
        assert!(syncs[1] < place(&format!("acknowledged {id}")), "{log:?}");
    }
}

#[tokio::test]
async fn what_is_not_acknowledged_is_not_shown() {
    let (store, control) = store();
    control.hold(Some("sync"));
    let writer = store.clone();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move { drop(writer.commit(commit("bao", 1, &[1])).await.unwrap()) });
    until(|| control.log().contains(&"sync".to_owned())).await;
    let shown = control.clone();
    let reader = store.clone();
    tasks.spawn(async move {
        let rows = reader.rows(Sources::Only(vec![source("bao")]), at(0), 1).await.unwrap();
        // By then the sync has been let go.
        assert_eq!((rows.len(), *shown.held.lock().unwrap()), (1, None));
    });
    // What does not show entries does not wait.
    assert_eq!(store.source_states().await.unwrap().len(), 1);
    control.hold(None);
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
}

#[tokio::test]
async fn only_what_must_be_durable_is_synced() {
    let (store, control) = store();
    store.commit(commit("bao", 1, &[])).await.unwrap();
    store.keep_channel(ChannelId::All, channel()).await.unwrap();
    assert_eq!(control.log(), ["apply bao", "channel feed"]);
    store.commit(Commit { durable: true, ..commit("bao", 2, &[]) }).await.unwrap();
    assert_eq!(control.log()[2..], ["apply bao", "sync"]);
    store.commit(commit("bao", 3, &[])).await.unwrap();
    assert_eq!(store.channel_state(ChannelId::All).await.unwrap(), Some(channel()));
    assert_eq!(store.source_states().await.unwrap().len(), 1);
    store.close().await.unwrap();
    assert_eq!(control.log()[4..], ["apply bao", "sync"]);
}

#[tokio::test]
async fn notes_are_written_together_with_the_next_commit_or_soon_and_at_the_end() {
    let (store, control) = store();
    let state = |second| commit("any", second, &[]).state;
    for (id, second) in [("a", 1), ("b", 1), ("a", 2)] {
        store.note(source(id), state(second)).unwrap();
    }
    store.commit(commit("c", 3, &[1])).await.unwrap();
    assert_eq!(control.log(), ["note 2", "apply c", "sync"]);
    assert_eq!(store.source_states().await.unwrap()[&source("a")], state(2));
    // A commit is later than what was noted of its source before.
    store.note(source("a"), state(4)).unwrap();
    store.commit(commit("a", 5, &[])).await.unwrap();
    assert_eq!(control.log()[3..], ["apply a"]);
    store.note(source("b"), state(6)).unwrap();
    until(|| control.log().len() == 5).await;
    store.note(source("b"), state(7)).unwrap();
    let reader = store.clone();
    store.close().await.unwrap();
    assert_eq!(control.log()[4..], ["note 1", "note 1", "sync"]);
    assert_eq!(reader.source_states().await.unwrap()[&source("b")], state(7));
}

#[tokio::test]
async fn notes_that_find_no_room_harm_nobody_and_a_failed_store_takes_none() {
    let (store, control) = store();
    control.set(Some(Fault::NoSpace));
    store.note(source("a"), commit("a", 1, &[]).state).unwrap();
    until(|| control.log() == ["note 1"]).await;
    control.set(Some(Fault::Apply));
    store.commit(commit("b", 2, &[1])).await.unwrap_err();
    assert!(matches!(store.note(source("a"), commit("a", 3, &[]).state), Err(StoreError::Failed { .. })));
}

#[tokio::test]
async fn closing_does_what_waits_and_then_takes_no_more() {
    let (store, control) = store();
    control.hold(Some("apply"));
    let clone = store.clone();
    let late = clone.clone();
    let first = clone.commit(commit("a", 1, &[1]));
    let second = clone.commit(commit("b", 1, &[1]));
    let closing = async {
        until(|| !control.log().is_empty()).await;
        control.hold(None);
        store.close().await
    };
    let (first, second, closed) = tokio::join!(first, second, closing);
    assert_eq!((first.unwrap().inserted, second.unwrap().inserted), (vec![Seq(1)], vec![Seq(2)]));
    closed.unwrap();
    assert_eq!(control.log().last().map(String::as_str), Some("sync"));
    assert!(matches!(late.commit(commit("a", 2, &[2])).await, Err(StoreError::Closed)));
    assert_eq!(late.entries(vec![Seq(1), Seq(2)]).await.unwrap().len(), 2);
    assert!(matches!(late.close().await, Err(StoreError::Closed)));
}

#[tokio::test]
async fn a_sick_engine_fails_the_store_by_itself() {
    let (store, control) = store();
    *control.sick.lock().unwrap() = true;
    let reason = tokio::time::timeout(Duration::from_secs(30), store.failed()).await.unwrap();
    assert_eq!(
        reason,
        "writing to the store failed: disk is full; see whether the disk is full or faulty, and what the system's log says of it; then restart tintinh"
    );
    assert!(matches!(store.commit(commit("bao", 1, &[1])).await, Err(StoreError::Failed { .. })));
}

#[tokio::test]
async fn a_reader_that_panics_harms_only_itself() {
    let (store, _control) = store();
    let error = store.entries(vec![Seq(666)]).await.unwrap_err();
    assert_eq!(error.to_string(), "reading the store panicked: page 666 is odd");
    store.commit(commit("bao", 1, &[1])).await.unwrap();
}

#[tokio::test]
async fn a_store_on_disk_closes_and_opens_again_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for round in 1..=5 {
        let store = Store::open(folder.path()).await.unwrap();
        let committed = store.commit(commit("bao", round, &[round])).await.unwrap();
        assert_eq!(committed.inserted, [Seq(round.into())]);
        store.close().await.unwrap();
    }
    let store = Store::open(folder.path()).await.unwrap();
    let known = store.known(source("bao"), vec![key(3)]).await.unwrap();
    assert_eq!(known[&key(3)].seq, Seq(3));
    let rows = store.rows(Sources::Only(vec![source("bao")]), at(4), 3).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.seq.0).collect::<Vec<_>>(), [5, 4, 3]);
    assert_eq!(store.check().await.unwrap().faults, 0);
    assert!(matches!(SledEngine::open(folder.path()), Err(StoreError::Locked { .. })));
}
