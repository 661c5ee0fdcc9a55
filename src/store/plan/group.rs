//! Decides how entries that have one link stand to each other: who leads, who follows, who is barred. Writes nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::model::{Commit, EntryKey, KnownEntry, Lead, Presence, Rule, Seq, SourceId, StoredEntry};

use super::{Added, Lookup, StoreError, Traces, Updated};

/// The link that an entry was first committed with, as far as it makes a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Tie {
    pub link: EntryKey,
    /// Who leads; none where it does so itself.
    pub lead: Option<Lead>,
}

impl Tie {
    /// The number of the group's lead; `own` is that of the entry itself.
    pub fn lead(&self, own: Seq) -> Seq {
        self.lead.as_ref().map_or(own, |lead| lead.seq)
    }
}

/// What is known of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct Leader {
    /// The first entry that was committed with it. It may be gone.
    pub lead: Lead,
    /// Whether what comes with it is taken down at once.
    pub barred: bool,
}

/// The leaders that the store has, and those that are about to be written.
pub(in crate::store) struct Leaders<'a, L> {
    lookup: &'a L,
    fresh: HashMap<EntryKey, Leader>,
    /// Of the leads among them.
    seqs: HashSet<Seq>,
}

impl<'a, L: Lookup> Leaders<'a, L> {
    pub fn new(lookup: &'a L) -> Self {
        Self { lookup, fresh: HashMap::new(), seqs: HashSet::new() }
    }

    pub fn of(&self, link: EntryKey) -> Result<Option<Leader>, StoreError> {
        match self.fresh.get(&link) {
            Some(leader) => Ok(Some(leader.clone())),
            None => self.lookup.leader(link),
        }
    }

    pub fn set(&mut self, link: EntryKey, leader: Leader) -> (EntryKey, Leader) {
        self.seqs.insert(leader.lead.seq);
        self.fresh.insert(link, leader.clone());
        (link, leader)
    }

    /// A new entry finds its group, or is taken down because its link is barred. Entries of one source make no group;
    /// but one that takes the place of a lead that is forgotten goes on with it.
    pub fn receive(
        &mut self,
        mut stored: StoredEntry,
        known: KnownEntry,
        keys: Vec<EntryKey>,
    ) -> Result<Added, StoreError> {
        stored.lead = None;
        let mut traces = Traces { source: stored.source.clone(), keys, tie: None };
        let Some(link) = link_of(&stored) else { return Ok(Added::kept(stored, known, traces)) };
        let leader = self.of(link)?;
        if let Some(Leader { lead, barred: true }) = leader {
            let lead = Some(lead).filter(|lead| lead.seq != known.seq);
            traces.tie = Some(Tie { link, lead });
            return self.bar(known, traces);
        }
        if stored.dropped.is_some() {
            return Ok(Added::kept(stored, known, traces));
        }
        // A lead may be received again: where it was interrupted.
        let Some(Leader { lead, .. }) = leader.filter(|leader| leader.lead.seq != known.seq) else {
            let leader = Leader { lead: Lead::of(&stored), barred: false };
            traces.tie = Some(Tie { link, lead: None });
            let leaders = vec![self.set(link, leader)];
            return Ok(Added { leaders, ..Added::kept(stored, known, traces) });
        };
        if lead.source != stored.source || self.is_forgotten(lead.seq)? {
            stored.lead = Some(lead.clone());
            traces.tie = Some(Tie { link, lead: Some(lead) });
        }
        Ok(Added::kept(stored, known, traces))
    }

    fn is_forgotten(&self, seq: Seq) -> Result<bool, StoreError> {
        Ok(!self.seqs.contains(&seq) && self.lookup.traces(seq)?.is_none())
    }

    /// It is taken down before it ever was an entry.
    fn bar(&mut self, known: KnownEntry, traces: Traces) -> Result<Added, StoreError> {
        let known = KnownEntry { presence: Presence::TakenDown, ..known };
        let leaders = self.bars(&known, &traces)?;
        Ok(Added { stored: None, known, traces, leaders })
    }

    /// What bars all keys of something taken down: of those that are no links nothing ever comes.
    pub fn bars(
        &mut self,
        known: &KnownEntry,
        traces: &Traces,
    ) -> Result<Vec<(EntryKey, Leader)>, StoreError> {
        let mut bars = Vec::new();
        for key in links(traces) {
            let lead = match self.of(key)? {
                Some(Leader { barred: true, .. }) => continue,
                Some(Leader { lead, .. }) => lead,
                None => stand_in(known, &traces.source, &traces.keys),
            };
            bars.push(self.set(key, Leader { lead, barred: true }));
        }
        Ok(bars)
    }
}

/// Every key under which something taken down is barred.
pub(in crate::store) fn links(traces: &Traces) -> impl Iterator<Item = EntryKey> {
    let link = traces.tie.as_ref().map(|tie| tie.link);
    traces.keys.iter().copied().chain(link.filter(|link| !traces.keys.contains(link)))
}

/// Entries of the source that the commit moves to a link which is barred, lowest first. They are to be buried before it is
/// applied, which then passes them over: as nothing new comes under such a link, nothing goes there. They are not taken
/// down for ever: whoever moves an entry would bar its former link, which others may have, and nobody asked for that.
pub(in crate::store) fn fallen(commit: &Commit, lookup: &impl Lookup) -> Result<Vec<Seq>, StoreError> {
    let mut fallen = BTreeSet::new();
    for update in &commit.changes.updated {
        let Some(link) = update.entry.canonical_link.as_deref() else { continue };
        let leader = lookup.leader(EntryKey::new(Rule::Link, link))?;
        let is_ours = |traces: &Traces| traces.source == commit.source;
        if leader.is_some_and(|leader| leader.barred)
            && lookup.traces(update.known.seq)?.as_ref().is_some_and(is_ours)
        {
            fallen.insert(update.known.seq);
        }
    }
    Ok(fallen.into_iter().collect())
}

/// Other sources whose entries are in a group with something that is new, has changed, or has fallen.
pub fn touched(
    commit: &Commit,
    added: &[Added],
    updated: &[Updated],
    fallen: &[Seq],
    lookup: &impl Lookup,
) -> Result<Vec<SourceId>, StoreError> {
    let new = added.iter().filter_map(|added| Some(added.stored.as_ref()?.lead.as_ref()?.seq));
    let changed =
        updated.iter().map(|Updated { stored, .. }| stored.lead.as_ref().map_or(stored.seq, |lead| lead.seq));
    let mut leads: BTreeSet<Seq> = new.chain(changed).collect();
    for seq in fallen {
        let tie = lookup.traces(*seq)?.and_then(|traces| traces.tie);
        leads.insert(tie.map_or(*seq, |tie| tie.lead(*seq)));
    }
    let mut touched = BTreeSet::new();
    for lead in leads {
        for seq in lookup.members(lead)?.into_iter().chain([lead]) {
            touched.extend(lookup.traces(seq)?.map(|traces| traces.source));
        }
    }
    touched.remove(&commit.source);
    Ok(touched.into_iter().collect())
}

/// All numbers of the group that this one belongs to, lowest first, the lead's among them; itself alone where it
/// belongs to none. The lead may be unknown.
pub(in crate::store) fn group(seq: Seq, lookup: &impl Lookup) -> Result<Vec<Seq>, StoreError> {
    let tie = lookup.traces(seq)?.and_then(|traces| traces.tie);
    let lead = tie.map_or(seq, |tie| tie.lead(seq));
    Ok([vec![lead], lookup.members(lead)?].concat())
}

/// The key of an entry's link.
pub(in crate::store) fn link_of(stored: &StoredEntry) -> Option<EntryKey> {
    stored.entry.canonical_link.as_deref().map(|link| EntryKey::new(Rule::Link, link))
}

/// A lead in whose name a link is barred that had none.
fn stand_in(known: &KnownEntry, source: &SourceId, keys: &[EntryKey]) -> Lead {
    let KnownEntry { seq, date, .. } = *known;
    let key = keys.first().copied().unwrap_or(EntryKey([0; 16]));
    Lead { seq, source: source.clone(), key, date, place: date }
}
