//! What the engine in memory keeps, and the writing of one decided commit into it. Decides nothing by itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    model::{
        ChannelId, ChannelState, Commit, Digest, EntryKey, KnownEntry, Presence, Row, Seq, SourceId,
        SourceState, StoredEntry, Timestamp,
    },
    store::{
        StoreError,
        plan::{Added, Leader, Lookup, Plan, Traces, Updated},
    },
};

/// Everything that is kept, with what leads to it.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub entries: BTreeMap<Seq, StoredEntry>,
    /// Of entries and tombstones.
    pub known: BTreeMap<Seq, KnownEntry>,
    pub traces: BTreeMap<Seq, Traces>,
    pub keys: HashMap<(SourceId, EntryKey), Seq>,
    pub titles: BTreeSet<TitleKey>,
    pub places: BTreeMap<(Timestamp, Seq), SourceId>,
    /// Tombstones that may be listed still, by source.
    pub listed: BTreeSet<(SourceId, Seq)>,
    /// The others, by when they left.
    pub left: BTreeSet<(Timestamp, Seq)>,
    pub taken_down: BTreeSet<Seq>,
    /// Of each link the first that had it.
    pub leaders: HashMap<EntryKey, Leader>,
    /// Who leads, and who is led.
    pub members: BTreeSet<(Seq, Seq)>,
    /// What channels and archives may show.
    pub rows: BTreeMap<Seq, Row>,
    pub states: HashMap<SourceId, SourceState>,
    pub channels: HashMap<ChannelId, ChannelState>,
    pub last: u64,
}

type TitleKey = (SourceId, [u8; 16], Seq);

pub(super) fn title_key(source: &SourceId, title: Digest, seq: Seq) -> TitleKey {
    (source.clone(), title.0, seq)
}

impl Lookup for Kept {
    fn knows(&self, source: &SourceId) -> Result<bool, StoreError> {
        Ok(self.keys.keys().any(|(whose, _)| whose == source))
    }

    fn seq_of(&self, source: &SourceId, key: EntryKey) -> Result<Option<Seq>, StoreError> {
        Ok(self.keys.get(&(source.clone(), key)).copied())
    }

    fn entry(&self, seq: Seq) -> Result<Option<StoredEntry>, StoreError> {
        Ok(self.entries.get(&seq).cloned())
    }

    fn known_of(&self, seq: Seq) -> Result<KnownEntry, StoreError> {
        let damaged = || StoreError::Damaged { what: format!("no entry {}", seq.0) };
        self.known.get(&seq).copied().ok_or_else(damaged)
    }

    fn traces(&self, seq: Seq) -> Result<Option<Traces>, StoreError> {
        Ok(self.traces.get(&seq).cloned())
    }

    fn listed(&self, source: &SourceId) -> Result<Vec<Seq>, StoreError> {
        let (first, last) = ((source.clone(), Seq(0)), (source.clone(), Seq(u64::MAX)));
        Ok(self.listed.range(first..=last).map(|(_, seq)| *seq).collect())
    }

    fn leader(&self, link: EntryKey) -> Result<Option<Leader>, StoreError> {
        Ok(self.leaders.get(&link).cloned())
    }

    fn members(&self, lead: Seq) -> Result<Vec<Seq>, StoreError> {
        let members = self.members.range((lead, Seq(0))..=(lead, Seq(u64::MAX)));
        Ok(members.map(|(_, member)| *member).collect())
    }
}

impl Kept {
    /// Writes what is decided.
    pub fn write(&mut self, commit: &Commit, plan: Plan) {
        self.last = plan.next - 1;
        for added in plan.added {
            self.put(added);
        }
        for Updated { stored, known, former_title } in plan.updated {
            self.titles.remove(&title_key(&commit.source, former_title, stored.seq));
            self.titles.insert(title_key(&commit.source, known.likeness.title, stored.seq));
            self.known.insert(stored.seq, known);
            self.entries.insert(stored.seq, stored);
        }
        for counted in plan.counted {
            self.traces.insert(counted.known.seq, counted.traces);
            self.known.insert(counted.known.seq, counted.known);
        }
        for (key, seq) in plan.aliases {
            self.keys.insert((commit.source.clone(), key), seq);
        }
        for marked in plan.marked {
            self.mark(&commit.source, marked.known.seq, marked.former, marked.known.presence);
        }
        self.states.insert(commit.source.clone(), commit.state.clone());
    }

    /// Everything of one entry or tombstone.
    pub fn put(&mut self, added: Added) {
        let Added { stored, known, traces, leaders } = added;
        let (seq, source) = (known.seq, traces.source.clone());
        for key in &traces.keys {
            self.keys.insert((source.clone(), *key), seq);
        }
        self.titles.insert(title_key(&source, known.likeness.title, seq));
        if let Some(stored) = stored {
            if stored.dropped.is_none() {
                self.places.insert((stored.place, seq), source.clone());
                self.rows.insert(seq, Row::of(&stored));
            }
            self.entries.insert(seq, stored);
        }
        self.leaders.extend(leaders);
        if let Some(lead) = traces.tie.as_ref().and_then(|tie| tie.lead.as_ref()) {
            self.members.insert((lead.seq, seq));
        }
        self.known.insert(seq, known);
        self.traces.insert(seq, traces);
        self.mark(&source, seq, Presence::Kept, known.presence);
    }

    /// Moves it from one index of tombstones to another.
    pub fn mark(&mut self, source: &SourceId, seq: Seq, former: Presence, presence: Presence) {
        match former {
            Presence::Kept => false,
            Presence::Listed => self.listed.remove(&(source.clone(), seq)),
            Presence::Left(at) => self.left.remove(&(at, seq)),
            Presence::TakenDown => self.taken_down.remove(&seq),
        };
        match presence {
            Presence::Kept => false,
            Presence::Listed => self.listed.insert((source.clone(), seq)),
            Presence::Left(at) => self.left.insert((at, seq)),
            Presence::TakenDown => self.taken_down.insert(seq),
        };
        if let Some(known) = self.known.get_mut(&seq) {
            known.presence = presence;
        }
    }
}
