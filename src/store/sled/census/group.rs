//! Whether groups agree with the entries in them, and rows by number with the entries.

use crate::{
    model::{EntryKey, KnownEntry, Lead, Presence, Row, Seq, StoredEntry},
    store::plan::{self, Lookup},
};

use super::super::{Census, StoreError, Tie, Traces, keys, tree::Tree, values};

/// Looks for an entry wherever its row should be, or should not.
pub fn rows(tree: &Tree, stored: &StoredEntry) -> Result<[(&'static str, bool); 4], StoreError> {
    let (row, seq, source) = (Row::of(stored), stored.seq, &stored.source);
    let place = row.place.timestamp_millis();
    let placed = tree.get(&keys::place(place, seq))?.map(|bytes| *bytes == *values::place(&row));
    let own = tree.get(&keys::own_place(source, place, seq))?.map(|bytes| *bytes == *values::own_place(&row));
    let numbered = tree.get(&keys::numbered(keys::ROW, seq))?.map(|bytes| *bytes == *values::row(&row));
    let own_row = tree.get(&keys::own_row(source, seq))?.map(|_| true);
    let expected = stored.dropped.is_none().then_some(true);
    Ok([
        ("no place", placed == expected),
        ("no place of its source", own == expected),
        ("no row", numbered == expected),
        ("no row of its source", own_row == expected),
    ])
}

/// Whether what an entry or tombstone says of its group is what the group says.
pub fn ties(
    tree: &Tree,
    known: &KnownEntry,
    traces: &Traces,
) -> Result<[(&'static str, bool); 2], StoreError> {
    let stored = tree.entry(known.seq).ok().flatten();
    let says = |lead: Option<&Lead>| stored.as_ref().is_none_or(|stored| stored.lead.as_ref() == lead);
    let is_tied = match &traces.tie {
        None => says(None),
        Some(Tie { link, lead: None }) => {
            let lead = tree.leader(*link)?.map(|leader| leader.lead);
            let is_itself = stored.as_ref().is_none_or(|stored| lead == Some(Lead::of(stored)));
            says(None) && is_itself && lead.is_some_and(|lead| lead.seq == known.seq)
        }
        Some(Tie { link, lead: Some(lead) }) => {
            let is_lead = tree.leader(*link)?.is_some_and(|leader| leader.lead == *lead);
            says(Some(lead)) && is_lead && tree.get(&keys::member(lead.seq, known.seq))?.is_some()
        }
    };
    let mut is_barred = true;
    if known.presence == Presence::TakenDown {
        for key in plan::links(traces) {
            is_barred &= tree.leader(key)?.is_some_and(|leader| leader.barred);
        }
    }
    Ok([("another group than it says", is_tied), ("a link that is not barred", is_barred)])
}

/// Whether somebody is left who has a link.
pub fn leader(tree: &Tree, key: &[u8], value: &[u8], census: &mut Census) -> Result<(), StoreError> {
    let link = key.get(1..).and_then(|link| link.try_into().ok()).map(EntryKey);
    let (Some(link), Some(leader)) = (link, values::read_leader(value)) else {
        census.fault(|| "a link that cannot be read".to_owned());
        return Ok(());
    };
    let Lead { seq, .. } = leader.lead;
    let mut has = Vec::new();
    for seq in tree.members(seq)?.into_iter().chain([seq]) {
        has.extend(tree.traces(seq)?);
    }
    // Whoever is barred may have come to a link that others had.
    if !leader.barred && !has.iter().any(|traces| plan::links(traces).any(|key| key == link)) {
        census.fault(|| format!("link {link:?} of entry {} is nobody's", seq.0));
    }
    Ok(())
}

/// Whether one that is led knows of it.
pub fn member(tree: &Tree, key: &[u8], census: &mut Census) -> Result<(), StoreError> {
    let lead = key.get(1..9).and_then(|lead| lead.try_into().ok()).map(|lead| Seq(u64::from_be_bytes(lead)));
    let (Some(lead), Some(seq)) = (lead, keys::read_seq(key)) else {
        census.fault(|| "one that is led cannot be read".to_owned());
        return Ok(());
    };
    let is_led =
        |traces: Traces| traces.tie.is_some_and(|tie| tie.lead.is_some_and(|other| other.seq == lead));
    if !tree.traces(seq)?.is_some_and(is_led) {
        census.fault(|| format!("entry {} knows nothing of {}, which leads it", seq.0, lead.0));
    }
    Ok(())
}
