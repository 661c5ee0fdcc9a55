//! The contract, method by method: what each reads of the tree, and which batches it writes.

use std::{
    collections::HashMap,
    ops::{ControlFlow, Range},
    sync::atomic::Ordering,
};

use crate::model::{
    Alike, ChannelId, ChannelState, Commit, Committed, Digest, EntryKey, Known, Record, Remembered, Row, Seq,
    SourceId, SourceState, StoredEntry, Timestamp,
};

use super::{Rescue, SledEngine, census, commit, keys, panics, place, reading, tree::Tree};
use crate::store::{
    Census, Compaction, Engine, Scope, StoreError, Usage,
    engine::Wanted,
    plan::{self, Lookup, Plan},
};

/// Entries that are looked at in one step of a search: some milliseconds.
const FIND_STEP: usize = 2_000;

impl Engine for SledEngine {
    fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError> {
        self.read(|tree| tree.known(source, keys))
    }

    fn alike(&self, source: &SourceId, titles: &[Digest]) -> Result<Alike, StoreError> {
        self.read(|tree| tree.alike(source, titles))
    }

    fn apply(&self, commit: &Commit) -> Result<Committed, StoreError> {
        self.require_space()?;
        let fallen = self.read(|tree| plan::fallen(commit, tree))?;
        if !fallen.is_empty() {
            self.bury(&fallen)?;
        }
        let next = self.next.load(Ordering::Acquire);
        let plan = self.read(|tree| Plan::of(commit, next, tree))?;
        let batches = commit::batches(commit, &plan)?;
        for batch in batches {
            self.write(batch)?;
        }
        self.next.store(plan.next, Ordering::Release);
        Ok(plan.committed())
    }

    fn keep_states(&self, states: &[(SourceId, SourceState)]) -> Result<(), StoreError> {
        self.require_space()?;
        commit::states(states)?.into_iter().try_for_each(|batch| self.write(batch))
    }

    fn keep_channel(&self, id: &ChannelId, state: &ChannelState) -> Result<(), StoreError> {
        self.require_space()?;
        let former =
            self.trees().current.db.scan_prefix(keys::channel(id)).keys().collect::<Result<Vec<_>, _>>();
        self.write(commit::channel(id, state, &former.map_err(reading)?)?)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.require_track()?;
        // What is made in its place meanwhile is brought to the disk before it takes it.
        let next = self.next.load(Ordering::Acquire);
        let tree = self.trees().current.clone();
        tree.to_disk(&self.path)?;
        if self.watermark.fetch_max(next, Ordering::AcqRel) < next
            && let Some(file) = &self.watermark_file
        {
            // It only helps to notice a loss: that it cannot be written is none.
            let _ = place::write_watermark(file, next);
        }
        Ok(())
    }

    fn source_states(&self) -> Result<HashMap<SourceId, SourceState>, StoreError> {
        self.read(Tree::source_states)
    }

    fn channel_state(&self, id: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        self.read(|tree| tree.channel_state(id))
    }

    fn scan(&self, scope: &Scope, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.read(|tree| tree.scan(scope, visit))
    }

    fn entries(&self, seqs: &[Seq]) -> Result<Vec<StoredEntry>, StoreError> {
        self.read(|tree| tree.entries(seqs))
    }

    fn check(&self) -> Result<Census, StoreError> {
        let next = Seq(self.next.load(Ordering::Acquire));
        let census = self.read(|tree| census::take(tree, next))?;
        if let Some(first) = census.told.first() {
            place::suspect(&self.path, first);
        }
        Ok(census)
    }

    fn next(&self) -> Result<Seq, StoreError> {
        Ok(Seq(self.next.load(Ordering::Acquire)))
    }

    fn oldest(&self, after: Seq, most: usize) -> Result<Vec<StoredEntry>, StoreError> {
        self.read(|tree| tree.oldest(after, most))
    }

    fn left_before(&self, before: Timestamp, most: usize) -> Result<Vec<Seq>, StoreError> {
        self.read(|tree| tree.left_before(before, most))
    }

    fn listed(&self, source: &SourceId, most: usize) -> Result<Vec<Seq>, StoreError> {
        let mut listed = self.read(|tree| tree.listed(source))?;
        listed.truncate(most);
        Ok(listed)
    }

    fn bury(&self, seqs: &[Seq]) -> Result<(), StoreError> {
        self.require_space()?;
        let batch = self.read(|tree| {
            let with_known = |stored: StoredEntry| Ok((tree.known_of(stored.seq)?, stored));
            let buried = tree.entries(seqs)?.into_iter().map(with_known);
            Ok(commit::burial(&buried.collect::<Result<Vec<_>, StoreError>>()?))
        })?;
        self.write(batch)
    }

    fn forget(&self, seqs: &[Seq]) -> Result<(), StoreError> {
        self.require_space()?;
        let forgotten = self.read(|tree| plan::forget(seqs, tree))?;
        self.write(commit::oblivion(&forgotten))
    }

    fn take_down(&self, seqs: &[Seq]) -> Result<Committed, StoreError> {
        self.require_space()?;
        let downs = self.read(|tree| plan::take_down(seqs, tree))?;
        self.write(commit::takedown(&downs))?;
        Ok(plan::taken_down(&downs))
    }

    fn numbered(&self, range: Range<Seq>) -> Result<Vec<Row>, StoreError> {
        self.read(|tree| tree.rows(&range))
    }

    fn last_below(&self, scope: &Scope, seq: Seq) -> Result<Option<Seq>, StoreError> {
        self.read(|tree| tree.last_below(scope, seq))
    }

    fn first_from(&self, scope: &Scope, seq: Seq) -> Result<Option<Seq>, StoreError> {
        self.read(|tree| tree.first_from(scope, seq))
    }

    fn groups(&self, seqs: &[Seq]) -> Result<Vec<Vec<Row>>, StoreError> {
        self.read(|tree| tree.groups(seqs))
    }

    fn find(&self, wanted: Wanted<'_>, most: usize) -> Result<Vec<Remembered>, StoreError> {
        let (mut found, mut after) = (Vec::new(), Seq(0));
        while found.len() < most {
            let (seqs, last) = self.read(|tree| tree.find(wanted, after, FIND_STEP))?;
            let Some(last) = last else { break };
            after = last;
            for seq in seqs {
                // It may have vanished since.
                let one = self.read(|tree| tree.remembered(Seq(seq.0.saturating_sub(1)), 1))?;
                found.extend(one.into_iter().filter(|one| one.known.seq == seq));
            }
        }
        found.truncate(most);
        Ok(found)
    }

    fn remembered(&self, after: Seq, most: usize) -> Result<Vec<Remembered>, StoreError> {
        self.read(|tree| tree.remembered(after, most))
    }

    fn channel_states(&self) -> Result<HashMap<ChannelId, ChannelState>, StoreError> {
        self.read(Tree::channel_states)
    }

    fn restore(&self, records: &[Record]) -> Result<(), StoreError> {
        self.require_space()?;
        let added = self.read(|tree| plan::restore(records, tree))?;
        let (batch, next) = commit::restoration(records, &added, Seq(self.next.load(Ordering::Acquire)))?;
        self.write(batch)?;
        self.next.store(next.0, Ordering::Release);
        Ok(())
    }

    fn rescue(&self) -> Option<&Rescue> {
        self.rescue.as_ref()
    }

    fn usage(&self) -> Result<Usage, StoreError> {
        self.measure()
    }

    fn compact(&self, go_on: &dyn Fn() -> bool) -> Result<Compaction, StoreError> {
        self.make_anew(go_on)
    }

    fn room(&self) -> Result<(), StoreError> {
        self.require_free()
    }

    fn health(&self) -> Result<(), StoreError> {
        self.require_track()?;
        match panics::seen() {
            None if self.suspect.load(Ordering::Acquire) => Err(StoreError::Damaged {
                what: "what was read is not what was written; the next opening looks through it all"
                    .to_owned(),
            }),
            None => Ok(()),
            Some(message) => Err(StoreError::Panicked {
                action: "a background thread of the store",
                message: message.to_owned(),
            }),
        }
    }
}
