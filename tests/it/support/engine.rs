//! An engine that asks before each call whether it may be made: for faults that a test wants at a certain one.

use std::{
    collections::HashMap,
    ops::{ControlFlow, Range},
};

use tintinh::{
    model::{
        Alike, ChannelId, ChannelState, Commit, Committed, Digest, EntryKey, Known, Record, Remembered, Row,
        Seq, SourceId, SourceState, StoredEntry, Timestamp,
    },
    store::{Census, Compaction, Engine, Rescue, Scope, StoreError, Usage, Wanted},
};

/// Told the method's name; its error is the method's.
pub type May = Box<dyn Fn(&'static str) -> Result<(), StoreError> + Send + Sync>;

/// See the module.
pub struct Asking<E> {
    pub inner: E,
    pub may: May,
}

impl<E: Engine> Asking<E> {
    fn after(&self, name: &'static str) -> Result<&E, StoreError> {
        (self.may)(name).map(|()| &self.inner)
    }
}

impl<E: Engine> Engine for Asking<E> {
    fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError> {
        self.after("known")?.known(source, keys)
    }

    fn alike(&self, source: &SourceId, titles: &[Digest]) -> Result<Alike, StoreError> {
        self.after("alike")?.alike(source, titles)
    }

    fn apply(&self, commit: &Commit) -> Result<Committed, StoreError> {
        self.after("apply")?.apply(commit)
    }

    fn keep_states(&self, states: &[(SourceId, SourceState)]) -> Result<(), StoreError> {
        self.after("keep_states")?.keep_states(states)
    }

    fn keep_channel(&self, id: &ChannelId, state: &ChannelState) -> Result<(), StoreError> {
        self.after("keep_channel")?.keep_channel(id, state)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.after("sync")?.sync()
    }

    fn source_states(&self) -> Result<HashMap<SourceId, SourceState>, StoreError> {
        self.after("source_states")?.source_states()
    }

    fn channel_state(&self, id: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        self.after("channel_state")?.channel_state(id)
    }

    fn scan(&self, scope: &Scope, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.after("scan")?.scan(scope, visit)
    }

    fn entries(&self, seqs: &[Seq]) -> Result<Vec<StoredEntry>, StoreError> {
        self.after("entries")?.entries(seqs)
    }

    fn check(&self) -> Result<Census, StoreError> {
        self.after("check")?.check()
    }

    fn next(&self) -> Result<Seq, StoreError> {
        self.after("next")?.next()
    }

    fn numbered(&self, range: Range<Seq>) -> Result<Vec<Row>, StoreError> {
        self.after("numbered")?.numbered(range)
    }

    fn last_below(&self, scope: &Scope, seq: Seq) -> Result<Option<Seq>, StoreError> {
        self.after("last_below")?.last_below(scope, seq)
    }

    fn first_from(&self, scope: &Scope, seq: Seq) -> Result<Option<Seq>, StoreError> {
        self.after("first_from")?.first_from(scope, seq)
    }

    fn groups(&self, seqs: &[Seq]) -> Result<Vec<Vec<Row>>, StoreError> {
        self.after("groups")?.groups(seqs)
    }

    fn find(&self, wanted: Wanted<'_>, most: usize) -> Result<Vec<Remembered>, StoreError> {
        self.after("find")?.find(wanted, most)
    }

    fn take_down(&self, seqs: &[Seq]) -> Result<Committed, StoreError> {
        self.after("take_down")?.take_down(seqs)
    }

    fn oldest(&self, after: Seq, most: usize) -> Result<Vec<StoredEntry>, StoreError> {
        self.after("oldest")?.oldest(after, most)
    }

    fn left_before(&self, before: Timestamp, most: usize) -> Result<Vec<Seq>, StoreError> {
        self.after("left_before")?.left_before(before, most)
    }

    fn listed(&self, source: &SourceId, most: usize) -> Result<Vec<Seq>, StoreError> {
        self.after("listed")?.listed(source, most)
    }

    fn bury(&self, seqs: &[Seq]) -> Result<(), StoreError> {
        self.after("bury")?.bury(seqs)
    }

    fn forget(&self, seqs: &[Seq]) -> Result<(), StoreError> {
        self.after("forget")?.forget(seqs)
    }

    fn remembered(&self, after: Seq, most: usize) -> Result<Vec<Remembered>, StoreError> {
        self.after("remembered")?.remembered(after, most)
    }

    fn channel_states(&self) -> Result<HashMap<ChannelId, ChannelState>, StoreError> {
        self.after("channel_states")?.channel_states()
    }

    fn restore(&self, records: &[Record]) -> Result<(), StoreError> {
        self.after("restore")?.restore(records)
    }

    fn rescue(&self) -> Option<&Rescue> {
        self.inner.rescue()
    }

    fn usage(&self) -> Result<Usage, StoreError> {
        self.after("usage")?.usage()
    }

    fn compact(&self, go_on: &dyn Fn() -> bool) -> Result<Compaction, StoreError> {
        self.after("compact")?.compact(go_on)
    }

    fn room(&self) -> Result<(), StoreError> {
        self.after("room")?.room()
    }

    fn health(&self) -> Result<(), StoreError> {
        self.after("health")?.health()
    }
}
