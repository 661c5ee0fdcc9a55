//! What is kept for how long, and its pruning, in steps so small that no commit waits long for one. Knows no database;
//! decides nothing about channels.

use std::{
    collections::{BTreeSet, HashSet},
    ops::ControlFlow,
    time::Duration,
};

use chrono::TimeDelta;

use crate::model::{Row, Seq, SourceId, StoredEntry, Timestamp};

use super::{Engine, Scope, Store, StoreError, writer::Work};

/// How long a tombstone is kept after its source's document ceased to list it (promise P3); after it was last read, where
/// it is read no more: the source is gone from feeds.toml, or has failed ever since.
pub const TOMBSTONES: Duration = Duration::from_hours(180 * 24);

/// Entries that are looked at in one step.
const STEP: usize = 256;
/// Entries that become tombstones, or tombstones that vanish, in one write: some milliseconds.
const WRITE_MAX: usize = 64;

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Each entry for so long after it was first seen.
    pub age: Duration,
    /// Of each source at most so many, the newest.
    pub entries: Option<usize>,
    /// What was placed in this time stays all the same: merged channels show it.
    pub window: Duration,
}

/// What came of pruning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Whose entries.
    pub sources: HashSet<SourceId>,
    /// How many entries became tombstones.
    pub entries: usize,
    /// How many tombstones vanished.
    pub forgotten: usize,
}

/// What becomes of an entry that is among the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Overdue,
    Stays,
    /// It stays, and so do those that came later.
    Young,
}

impl Keep {
    /// The oldest place that the window of a merged channel may reach.
    fn window_begins(&self, now: Timestamp) -> Timestamp {
        before(now, self.window)
    }

    fn judge(&self, stored: &StoredEntry, now: Timestamp) -> Verdict {
        let oldest = before(now, self.age.max(self.window));
        match stored.first_seen {
            // Of a clock that was set back since: how old it is nobody knows, nor what came before it.
            seen if seen > now => Verdict::Stays,
            seen if seen >= oldest => Verdict::Young,
            _ if stored.place >= self.window_begins(now) => Verdict::Stays,
            _ => Verdict::Overdue,
        }
    }
}

/// So long before now; the beginning of time where there was none.
fn before(now: Timestamp, long: Duration) -> Timestamp {
    let long = TimeDelta::from_std(long).ok();
    long.and_then(|long| now.checked_sub_signed(long)).unwrap_or(Timestamp::MIN_UTC)
}

impl Store {
    /// Makes tombstones of what is past keeping, and lets tombstones vanish whose time is over. Commits go on in
    /// between. What was done stays done when it ends before its end.
    ///
    /// # Errors
    /// When the database cannot be read, or as with [`Store::commit`].
    pub async fn prune(&self, keep: &Keep, now: Timestamp) -> Result<Pruned, StoreError> {
        let mut pruned = Pruned::default();
        self.prune_by_age(keep, now, &mut pruned).await?;
        if let Some(most) = keep.entries {
            self.prune_by_count(keep, most, now, &mut pruned).await?;
        }
        let end = before(now, TOMBSTONES);
        self.forget(&mut pruned, move |engine| engine.left_before(end, WRITE_MAX)).await?;
        for source in self.unread_since(end).await? {
            self.forget(&mut pruned, move |engine| engine.listed(&source, WRITE_MAX)).await?;
        }
        Ok(pruned)
    }

    /// Sources whose documents were last read before this, of those ever read: in truth or for good, what they listed has
    /// left since.
    async fn unread_since(&self, end: Timestamp) -> Result<BTreeSet<SourceId>, StoreError> {
        let states = self.source_states().await?.into_iter();
        let unread = states.filter(|(_, state)| state.last_success.is_some_and(|read| read < end));
        Ok(unread.map(|(source, _)| source).collect())
    }

    /// Lets the tombstones vanish that `find` finds, until it finds none.
    async fn forget(
        &self,
        pruned: &mut Pruned,
        find: impl Fn(&dyn Engine) -> Result<Vec<Seq>, StoreError> + Clone + Send + 'static,
    ) -> Result<(), StoreError> {
        loop {
            let find = find.clone();
            let over = self.read(move |engine| find(engine)).await?;
            if over.is_empty() {
                return Ok(());
            }
            pruned.forgotten += over.len();
            self.write(Work::Forget(over)).await?;
        }
    }

    async fn prune_by_age(&self, keep: &Keep, now: Timestamp, pruned: &mut Pruned) -> Result<(), StoreError> {
        let mut after = Seq(0);
        loop {
            let some = self.read(move |engine| engine.oldest(after, STEP)).await?;
            let Some(last) = some.last() else { return Ok(()) };
            after = last.seq;
            let verdicts: Vec<Verdict> = some.iter().map(|stored| keep.judge(stored, now)).collect();
            let overdue =
                some.into_iter().zip(&verdicts).filter(|(_, verdict)| **verdict == Verdict::Overdue);
            let overdue = overdue.map(|(stored, _)| (stored.source, stored.seq)).collect();
            self.bury(overdue, pruned).await?;
            if verdicts.contains(&Verdict::Young) {
                return Ok(());
            }
        }
    }

    async fn prune_by_count(
        &self,
        keep: &Keep,
        most: usize,
        now: Timestamp,
        pruned: &mut Pruned,
    ) -> Result<(), StoreError> {
        let sources: BTreeSet<SourceId> = self.source_states().await?.into_keys().collect();
        let begins = keep.window_begins(now);
        for source in sources {
            loop {
                let id = source.clone();
                let surplus = self.read(move |engine| surplus(engine, id, most, begins)).await?;
                let all = surplus.len() < STEP;
                self.bury(surplus.into_iter().map(|seq| (source.clone(), seq)).collect(), pruned).await?;
                if all {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn bury(&self, overdue: Vec<(SourceId, Seq)>, pruned: &mut Pruned) -> Result<(), StoreError> {
        for some in overdue.chunks(WRITE_MAX) {
            self.write(Work::Bury(some.iter().map(|(_, seq)| *seq).collect())).await?;
            self.metrics.pruned(some.len());
            pruned.entries += some.len();
            pruned.sources.extend(some.iter().map(|(source, _)| source.clone()));
        }
        Ok(())
    }
}

/// Entries of a source beyond its `most` newest that no window reaches, at most [`STEP`] of them.
fn surplus(
    engine: &dyn Engine,
    source: SourceId,
    most: usize,
    begins: Timestamp,
) -> Result<Vec<Seq>, StoreError> {
    let (mut seen, mut surplus) = (0, Vec::new());
    engine.scan(&Scope::Source(source), &mut |row: Row| {
        seen += 1;
        if seen > most && row.place < begins {
            surplus.push(row.seq);
        }
        if surplus.len() < STEP { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(surplus)
}

#[cfg(test)]
mod tests;
