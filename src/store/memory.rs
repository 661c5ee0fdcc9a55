//! An engine that keeps everything in memory, for tests and demonstrations. Nothing survives the process.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::ControlFlow,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::model::{
    Alike, ChannelId, ChannelState, Commit, Committed, Digest, EntryKey, Known, KnownEntry, Row, Seq,
    SourceId, SourceState, StoredEntry, Timestamp,
};

use super::{
    Census, Engine, Scope, StoreError,
    engine::ALIKE_MAX,
    plan::{Lookup, Plan, Updated},
};

/// See the module.
#[derive(Debug, Default)]
pub struct MemoryEngine(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    entries: BTreeMap<Seq, (StoredEntry, KnownEntry)>,
    keys: HashMap<(SourceId, EntryKey), Seq>,
    titles: BTreeSet<TitleKey>,
    places: BTreeMap<(Timestamp, Seq), SourceId>,
    states: HashMap<SourceId, SourceState>,
    channels: HashMap<ChannelId, ChannelState>,
    last: u64,
}

type TitleKey = (SourceId, [u8; 16], Seq);

fn title_key(source: &SourceId, title: Digest, seq: Seq) -> TitleKey {
    (source.clone(), title.0, seq)
}

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

impl Lookup for Kept {
    fn seq_of(&self, source: &SourceId, key: EntryKey) -> Result<Option<Seq>, StoreError> {
        Ok(self.keys.get(&(source.clone(), key)).copied())
    }

    fn entry(&self, seq: Seq) -> Result<Option<StoredEntry>, StoreError> {
        Ok(self.entries.get(&seq).map(|(stored, _)| stored.clone()))
    }

    fn known_of(&self, seq: Seq) -> Result<KnownEntry, StoreError> {
        let damaged = || StoreError::Damaged { what: format!("no entry {}", seq.0) };
        self.entries.get(&seq).map(|(_, known)| *known).ok_or_else(damaged)
    }
}

impl Engine for MemoryEngine {
    fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError> {
        let kept = self.kept();
        let find = |key: &EntryKey| {
            let seq = kept.keys.get(&(source.clone(), *key))?;
            Some((*key, kept.entries.get(seq)?.1))
        };
        Ok(keys.iter().filter_map(find).collect())
    }

    fn alike(&self, source: &SourceId, titles: &[Digest]) -> Result<Alike, StoreError> {
        let kept = self.kept();
        let find = |title: &Digest| {
            let (first, last) = (title_key(source, *title, Seq(0)), title_key(source, *title, Seq(u64::MAX)));
            let alike = kept.titles.range(first..=last).rev().take(ALIKE_MAX);
            let alike = alike.filter_map(|(_, _, seq)| Some(kept.entries.get(seq)?.1));
            (*title, alike.collect::<Vec<_>>())
        };
        Ok(titles.iter().map(find).filter(|(_, alike)| !alike.is_empty()).collect())
    }

    fn apply(&self, commit: &Commit) -> Result<Committed, StoreError> {
        let mut kept = self.kept();
        let plan = Plan::of(commit, kept.last + 1, &*kept)?;
        let committed = plan.committed();
        kept.last = plan.next - 1;
        for added in plan.added {
            let seq = added.stored.seq;
            for key in added.keys {
                kept.keys.insert((commit.source.clone(), key), seq);
            }
            kept.places.insert((added.stored.place, seq), commit.source.clone());
            kept.titles.insert(title_key(&commit.source, added.known.likeness.title, seq));
            kept.entries.insert(seq, (added.stored, added.known));
        }
        for Updated { stored, known, former_title } in plan.updated {
            kept.titles.remove(&title_key(&commit.source, former_title, stored.seq));
            kept.titles.insert(title_key(&commit.source, known.likeness.title, stored.seq));
            kept.entries.insert(stored.seq, (stored, known));
        }
        for known in plan.counted {
            if let Some((_, former)) = kept.entries.get_mut(&known.seq) {
                *former = known;
            }
        }
        for (key, seq) in plan.aliases {
            kept.keys.insert((commit.source.clone(), key), seq);
        }
        kept.states.insert(commit.source.clone(), commit.state.clone());
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
        for ((place, seq), source) in kept.places.iter().rev() {
            let wanted = match scope {
                Scope::All => true,
                Scope::Source(only) => only == source,
            };
            let Some((stored, _)) = kept.entries.get(seq).filter(|_| wanted) else { continue };
            let row = Row { seq: *seq, source: source.clone(), place: *place, date: stored.date };
            if visit(row).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn entries(&self, seqs: &[Seq]) -> Result<Vec<StoredEntry>, StoreError> {
        let kept = self.kept();
        Ok(seqs.iter().filter_map(|seq| Some(kept.entries.get(seq)?.0.clone())).collect())
    }

    fn check(&self) -> Result<Census, StoreError> {
        let kept = self.kept();
        let mut census = Census {
            entries: kept.entries.len() as u64,
            keys: kept.keys.len() as u64,
            sources: kept.states.len() as u64,
            channels: kept.channels.len() as u64,
            ..Census::default()
        };
        for (seq, (stored, known)) in &kept.entries {
            let found = kept.keys.get(&(stored.source.clone(), stored.key));
            let placed = kept.places.get(&(stored.place, *seq));
            let titled = kept.titles.contains(&title_key(&stored.source, known.likeness.title, *seq));
            if found != Some(seq) || placed != Some(&stored.source) || known.seq != *seq || !titled {
                census.fault(|| format!("entry {} is not indexed as it says", seq.0));
            }
        }
        for ((source, key), seq) in &kept.keys {
            if kept.entries.get(seq).is_none_or(|(stored, _)| stored.source != *source) {
                census.fault(|| format!("key {key:?} of {source} leads to no entry of it"));
            }
        }
        if [kept.places.len(), kept.titles.len()] != [kept.entries.len(); 2] {
            census.fault(|| "places, titles and entries differ in number".to_owned());
        }
        Ok(census)
    }
}
