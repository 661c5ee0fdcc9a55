//! An engine that keeps everything in memory, for tests and demonstrations. Nothing survives the process.

mod kept;
mod upkeep;

use std::{
    collections::HashMap,
    ops::{ControlFlow, Range},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::model::{
    Alike, ChannelId, ChannelState, Commit, Committed, Digest, EntryKey, Known, Record, Remembered, Row, Seq,
    SourceId, SourceState, StoredEntry, Timestamp,
};

use super::{
    Census, Engine, Scope, StoreError,
    engine::{ALIKE_MAX, Wanted},
    plan::{self, Lookup, Plan, Traces},
};

use self::kept::{Kept, title_key};

/// See the module.
#[derive(Debug, Default)]
pub struct MemoryEngine(Mutex<Kept>);

impl MemoryEngine {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic of another thread within a `visit` leaves nothing half done: writes happen after all decisions.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for MemoryEngine {
    fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError> {
        let kept = self.kept();
        let find = |key: &EntryKey| {
            let seq = kept.keys.get(&(source.clone(), *key))?;
            Some((*key, *kept.known.get(seq)?))
        };
        Ok(keys.iter().filter_map(find).collect())
    }

    fn alike(&self, source: &SourceId, titles: &[Digest]) -> Result<Alike, StoreError> {
        let kept = self.kept();
        let find = |title: &Digest| {
            let (first, last) = (title_key(source, *title, Seq(0)), title_key(source, *title, Seq(u64::MAX)));
            let alike = kept.titles.range(first..=last).rev().take(ALIKE_MAX);
            let alike = alike.filter_map(|(_, _, seq)| kept.known.get(seq).copied());
            (*title, alike.collect::<Vec<_>>())
        };
        Ok(titles.iter().map(find).filter(|(_, alike)| !alike.is_empty()).collect())
    }

    fn apply(&self, commit: &Commit) -> Result<Committed, StoreError> {
        let mut kept = self.kept();
        let fallen = plan::fallen(commit, &*kept)?;
        kept.bury(&fallen);
        let plan = Plan::of(commit, kept.last + 1, &*kept)?;
        let committed = plan.committed();
        kept.write(commit, plan);
        Ok(committed)
    }

    fn keep_states(&self, states: &[(SourceId, SourceState)]) -> Result<(), StoreError> {
        self.kept().states.extend(states.iter().cloned());
        Ok(())
    }

    fn keep_channel(&self, id: &ChannelId, state: &ChannelState) -> Result<(), StoreError> {
        self.kept().channels.insert(id.clone(), state.clone());
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn source_states(&self) -> Result<HashMap<SourceId, SourceState>, StoreError> {
        Ok(self.kept().states.clone())
    }

    fn channel_state(&self, id: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        Ok(self.kept().channels.get(id).cloned())
    }

    fn scan(&self, scope: &Scope, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError> {
        let kept = self.kept();
        for ((_, seq), source) in kept.places.iter().rev() {
            let Some(row) = kept.rows.get(seq).filter(|_| scope.holds(source)) else { continue };
            if visit(row.clone()).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn entries(&self, seqs: &[Seq]) -> Result<Vec<StoredEntry>, StoreError> {
        let kept = self.kept();
        Ok(seqs.iter().filter_map(|seq| kept.entries.get(seq).cloned()).collect())
    }

    fn check(&self) -> Result<Census, StoreError> {
        Ok(upkeep::census(&self.kept()))
    }

    fn next(&self) -> Result<Seq, StoreError> {
        Ok(Seq(self.kept().last + 1))
    }

    fn oldest(&self, after: Seq, most: usize) -> Result<Vec<StoredEntry>, StoreError> {
        let kept = self.kept();
        Ok(kept.entries.range(Seq(after.0 + 1)..).take(most).map(|(_, stored)| stored.clone()).collect())
    }

    fn listed(&self, source: &SourceId, most: usize) -> Result<Vec<Seq>, StoreError> {
        let mut listed = self.kept().listed(source)?;
        listed.truncate(most);
        Ok(listed)
    }

    fn left_before(&self, before: Timestamp, most: usize) -> Result<Vec<Seq>, StoreError> {
        let kept = self.kept();
        Ok(kept.left.range(..(before, Seq(0))).take(most).map(|(_, seq)| *seq).collect())
    }

    fn bury(&self, seqs: &[Seq]) -> Result<(), StoreError> {
        self.kept().bury(seqs);
        Ok(())
    }

    fn forget(&self, seqs: &[Seq]) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let forgotten = plan::forget(seqs, &*kept)?;
        kept.forget(forgotten);
        Ok(())
    }

    fn take_down(&self, seqs: &[Seq]) -> Result<Committed, StoreError> {
        let mut kept = self.kept();
        let downs = plan::take_down(seqs, &*kept)?;
        let committed = plan::taken_down(&downs);
        kept.take_down(downs);
        Ok(committed)
    }

    fn numbered(&self, range: Range<Seq>) -> Result<Vec<Row>, StoreError> {
        let kept = self.kept();
        let rows = kept.rows.iter().filter(|(seq, _)| range.contains(*seq));
        Ok(rows.map(|(_, row)| row.clone()).collect())
    }

    fn last_below(&self, scope: &Scope, seq: Seq) -> Result<Option<Seq>, StoreError> {
        let kept = self.kept();
        let mut below = kept.rows.range(..seq).rev();
        Ok(below.find(|(_, row)| scope.holds(&row.source)).map(|(seq, _)| *seq))
    }

    fn first_from(&self, scope: &Scope, seq: Seq) -> Result<Option<Seq>, StoreError> {
        let kept = self.kept();
        let mut above = kept.rows.range(seq..);
        Ok(above.find(|(_, row)| scope.holds(&row.source)).map(|(seq, _)| *seq))
    }

    fn groups(&self, seqs: &[Seq]) -> Result<Vec<Vec<Row>>, StoreError> {
        let kept = self.kept();
        let group = |seq: &Seq| {
            let group = plan::group(*seq, &*kept)?.into_iter();
            Ok(group.filter_map(|seq| kept.rows.get(&seq).cloned()).collect())
        };
        seqs.iter().map(group).collect()
    }

    fn find(&self, wanted: Wanted<'_>, most: usize) -> Result<Vec<Remembered>, StoreError> {
        let kept = self.kept();
        let is_wanted = |traces: &Traces| plan::links(traces).any(|key| wanted(&traces.source, key));
        let found = kept.traces.iter().filter(|(_, traces)| is_wanted(traces)).take(most);
        Ok(found.filter_map(|(seq, _)| kept.remember(*seq)).collect())
    }

    fn remembered(&self, after: Seq, most: usize) -> Result<Vec<Remembered>, StoreError> {
        Ok(self.kept().remembered(after, most))
    }

    fn channel_states(&self) -> Result<HashMap<ChannelId, ChannelState>, StoreError> {
        Ok(self.kept().channels.clone())
    }

    fn restore(&self, records: &[Record]) -> Result<(), StoreError> {
        self.kept().restore(records)
    }
}
