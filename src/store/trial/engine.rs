//! An engine that can be told to fail or to wait, and that notes what is asked of it.

use std::{
    collections::HashMap,
    ops::ControlFlow,
    sync::{Arc, Condvar, Mutex},
};

use crate::{
    model::{
        Alike, ChannelId, ChannelState, Commit, Committed, Digest, EntryKey, Known, Row, Seq, SourceId,
        SourceState, StoredEntry, Timestamp,
    },
    store::{Census, Engine, MemoryEngine, Scope, StoreError},
};

/// What the next write does instead of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Apply,
    ApplyPanics,
    Sync,
    NoSpace,
    Bury,
}

#[derive(Default)]
pub(super) struct Control {
    pub(super) log: Mutex<Vec<String>>,
    pub(super) fault: Mutex<Option<Fault>>,
    /// The call that waits before it begins.
    pub(super) held: Mutex<Option<&'static str>>,
    pub(super) released: Condvar,
    pub(super) sick: Mutex<bool>,
}

impl Control {
    pub(super) fn note(&self, words: &str) {
        self.log.lock().unwrap().push(words.to_owned());
    }

    pub(super) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub(super) fn set(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap() = fault;
    }

    pub(super) fn hold(&self, call: Option<&'static str>) {
        *self.held.lock().unwrap() = call;
        self.released.notify_all();
    }

    pub(super) fn wait(&self, call: &'static str) {
        let held = self.held.lock().unwrap();
        drop(self.released.wait_while(held, |held| *held == Some(call)).unwrap());
    }

    pub(super) fn is(&self, fault: Fault) -> bool {
        *self.fault.lock().unwrap() == Some(fault)
    }
}

#[derive(Default)]
pub(super) struct Trial {
    pub(super) inner: MemoryEngine,
    pub(super) control: Arc<Control>,
}

pub(super) fn full() -> StoreError {
    let source = std::io::Error::other("disk is full");
    StoreError::Engine { action: "writing to the store", source: Box::new(source) }
}

impl Engine for Trial {
    fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError> {
        self.inner.known(source, keys)
    }

    fn alike(&self, source: &SourceId, titles: &[Digest]) -> Result<Alike, StoreError> {
        self.inner.alike(source, titles)
    }

    fn apply(&self, commit: &Commit) -> Result<Committed, StoreError> {
        self.control.note(&format!("apply {}", commit.source));
        self.control.wait("apply");
        if self.control.is(Fault::Apply) {
            return Err(full());
        }
        if self.control.is(Fault::NoSpace) {
            return Err(StoreError::NoSpace { path: "data".into(), free: 1, needed: 64 });
        }
        assert!(!self.control.is(Fault::ApplyPanics), "page 7 is odd");
        self.inner.apply(commit)
    }

    fn keep_states(&self, states: &[(SourceId, SourceState)]) -> Result<(), StoreError> {
        self.control.note(&format!("note {}", states.len()));
        if self.control.is(Fault::NoSpace) {
            return Err(StoreError::NoSpace { path: "data".into(), free: 1, needed: 64 });
        }
        self.inner.keep_states(states)
    }

    fn keep_channel(&self, id: &ChannelId, state: &ChannelState) -> Result<(), StoreError> {
        self.control.note(&format!("channel {id}"));
        self.inner.keep_channel(id, state)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.control.note("sync");
        self.control.wait("sync");
        if self.control.is(Fault::Sync) { Err(full()) } else { Ok(()) }
    }

    fn source_states(&self) -> Result<HashMap<SourceId, SourceState>, StoreError> {
        self.inner.source_states()
    }

    fn channel_state(&self, id: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        self.inner.channel_state(id)
    }

    fn scan(&self, scope: &Scope, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.inner.scan(scope, visit)
    }

    fn entries(&self, seqs: &[Seq]) -> Result<Vec<StoredEntry>, StoreError> {
        assert!(!seqs.contains(&Seq(666)), "page 666 is odd");
        self.inner.entries(seqs)
    }

    fn check(&self) -> Result<Census, StoreError> {
        self.inner.check()
    }

    fn oldest(&self, after: Seq, most: usize) -> Result<Vec<StoredEntry>, StoreError> {
        self.inner.oldest(after, most)
    }

    fn left_before(&self, before: Timestamp, most: usize) -> Result<Vec<Seq>, StoreError> {
        self.inner.left_before(before, most)
    }

    fn listed(&self, source: &SourceId, most: usize) -> Result<Vec<Seq>, StoreError> {
        self.inner.listed(source, most)
    }

    fn bury(&self, seqs: &[Seq]) -> Result<(), StoreError> {
        self.control.note("bury");
        if self.control.is(Fault::Bury) { Err(full()) } else { self.inner.bury(seqs) }
    }

    fn health(&self) -> Result<(), StoreError> {
        let sick = *self.control.sick.lock().unwrap();
        if sick { Err(full()) } else { Ok(()) }
    }
}
