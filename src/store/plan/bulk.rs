//! Decides what becomes of entries and tombstones in bulk: taken down, forgotten, put back. Writes nothing.

use std::collections::{BTreeSet, HashSet};

use crate::model::{
    Committed, EntryKey, Grouping, KnownEntry, Presence, Record, Remembered, Seq, SourceId, StoredEntry,
};

use super::{
    Added, Lookup, StoreError, Traces,
    group::{self, Leader, Leaders, Tie},
};

/// An entry or tombstone that is taken down.
#[derive(Debug)]
pub(in crate::store) struct Down {
    /// With all keys that lead to it from now on.
    pub traces: Traces,
    /// From now on.
    pub known: KnownEntry,
    pub former: Presence,
    /// What was kept of it.
    pub stored: Option<StoredEntry>,
    /// Links that are barred with it.
    pub leaders: Vec<(EntryKey, Leader)>,
}

/// Takes these down, and whatever has a link in common with one of them. What is unknown, or is taken down already, is
/// passed over.
pub(in crate::store) fn take_down(seqs: &[Seq], lookup: &impl Lookup) -> Result<Vec<Down>, StoreError> {
    let mut leaders = Leaders::new(lookup);
    let mut claimed: HashSet<(SourceId, EntryKey)> = HashSet::new();
    let (mut waiting, mut seen) = (seqs.to_vec(), HashSet::new());
    let mut downs = Vec::new();
    while let Some(seq) = waiting.pop() {
        if !seen.insert(seq) {
            continue;
        }
        let Some(mut traces) = lookup.traces(seq)? else { continue };
        let known = lookup.known_of(seq)?;
        let stored = lookup.entry(seq)?;
        // Of the links that it had and has: the present one may be nobody's key.
        if let Some(link) = stored.as_ref().and_then(group::link_of)
            && lookup.seq_of(&traces.source, link)?.is_none()
            && claimed.insert((traces.source.clone(), link))
        {
            traces.keys.push(link);
        }
        for key in group::links(&traces) {
            if let Some(Leader { lead, .. }) = leaders.of(key)? {
                waiting.push(lead.seq);
                waiting.extend(lookup.members(lead.seq)?);
            }
        }
        if known.presence == Presence::TakenDown {
            continue;
        }
        let former = known.presence;
        let known = KnownEntry { presence: Presence::TakenDown, ..known };
        let leaders = leaders.bars(&known, &traces)?;
        downs.push(Down { traces, known, former, stored, leaders });
    }
    Ok(downs)
}

/// What came of a takedown.
pub(in crate::store) fn taken_down(downs: &[Down]) -> Committed {
    let touched: BTreeSet<SourceId> = downs.iter().map(|down| down.traces.source.clone()).collect();
    let mut taken_down: Vec<Seq> = downs.iter().map(|down| down.known.seq).collect();
    taken_down.sort_unstable();
    Committed { taken_down, touched: touched.into_iter().collect(), ..Committed::default() }
}

/// Tombstones that vanish, and the links that nobody has any more.
#[derive(Debug, Default)]
pub(in crate::store) struct Forgotten {
    pub tombstones: Vec<(Traces, KnownEntry)>,
    pub links: Vec<EntryKey>,
}

/// Which of these are tombstones that may vanish. What was taken down may not.
pub(in crate::store) fn forget(seqs: &[Seq], lookup: &impl Lookup) -> Result<Forgotten, StoreError> {
    let mut forgotten = Forgotten::default();
    let mut gone = HashSet::new();
    for seq in seqs {
        let Some(traces) = lookup.traces(*seq)? else { continue };
        let known = lookup.known_of(*seq)?;
        if matches!(known.presence, Presence::Listed | Presence::Left(_)) && gone.insert(*seq) {
            forgotten.tombstones.push((traces, known));
        }
    }
    for (traces, known) in &forgotten.tombstones {
        let Some(tie) = &traces.tie else { continue };
        let lead = tie.lead(known.seq);
        let mut stays = !gone.contains(&lead) && lookup.traces(lead)?.is_some();
        stays |= lookup.members(lead)?.iter().any(|member| !gone.contains(member));
        stays |= lookup.leader(tie.link)?.is_none_or(|leader| leader.barred);
        if !stays && !forgotten.links.contains(&tie.link) {
            forgotten.links.push(tie.link);
        }
    }
    Ok(forgotten)
}

/// Entries and tombstones as they are put back.
pub(in crate::store) fn restore(records: &[Record], lookup: &impl Lookup) -> Result<Vec<Added>, StoreError> {
    let mut leaders = Leaders::new(lookup);
    let mut added = Vec::new();
    for record in records {
        let Record::Entry(remembered) = record else { continue };
        if let Some(what) = remembered.contradiction() {
            return Err(StoreError::Contradiction { what });
        }
        added.push(restored(remembered, &mut leaders)?);
    }
    Ok(added)
}

fn restored<L: Lookup>(remembered: &Remembered, leaders: &mut Leaders<'_, L>) -> Result<Added, StoreError> {
    let Remembered { source, known, keys, stored, grouping } = remembered;
    let mut stored = stored.clone();
    let mut traces = Traces { source: source.clone(), keys: keys.clone(), tie: None };
    let mut written = Vec::new();
    match (grouping, &mut stored) {
        (Grouping::Unknown, Some(stored)) => return leaders.receive(stored.clone(), *known, keys.clone()),
        (Grouping::Unknown | Grouping::Alone, None) => {}
        (Grouping::Alone, Some(stored)) => stored.lead = None,
        (Grouping::Led { link, lead }, stored) => {
            let leader = leaders.of(*link)?;
            let differs = leader.as_ref().is_some_and(|leader| leader.lead.seq != lead.seq || leader.barred);
            match stored {
                // Not as it says: of a damaged store, of which not all was there.
                Some(stored) if differs => return leaders.receive(stored.clone(), *known, keys.clone()),
                None if differs && leader.is_some_and(|leader| leader.lead.seq != lead.seq) => {}
                stored => {
                    let other = Some(lead).filter(|lead| lead.seq != known.seq).cloned();
                    if let Some(stored) = stored {
                        stored.lead.clone_from(&other);
                    }
                    traces.tie = Some(Tie { link: *link, lead: other });
                    if !differs {
                        written.push(leaders.set(*link, Leader { lead: lead.clone(), barred: false }));
                    }
                }
            }
        }
    }
    if known.presence == Presence::TakenDown {
        written.extend(leaders.bars(known, &traces)?);
    }
    Ok(Added { stored, known: *known, traces, leaders: written })
}
