//! Decides which tombstones a document lists, and which it lists no more. Writes nothing.

use std::collections::HashSet;

use crate::model::{Commit, KnownEntry, Presence, Seq};

use super::{Counted, Lookup, Marked, StoreError, Traces, milliseconds};

/// How many tombstones of a source one commit lets go at most. The others follow with later documents, and stay so
/// much longer.
pub(in crate::store) const LEAVE_MAX: usize = 500;

/// Tombstones that the document lists again, and such as it lists no more.
pub fn marked(commit: &Commit, counted: &[Counted], lookup: &impl Lookup) -> Result<Vec<Marked>, StoreError> {
    let Some(listed) = &commit.changes.listed else { return Ok(Vec::new()) };
    let known_of = |seq: Seq| match counted.iter().find(|counted| counted.known.seq == seq) {
        Some(counted) => Ok(counted.known),
        None => lookup.known_of(seq),
    };
    let mut marked = Vec::new();
    let mut mark = |known: KnownEntry, presence| {
        marked.push(Marked { known: KnownEntry { presence, ..known }, former: known.presence });
    };
    for (seq, _) in listed.iter().filter(|(_, presence)| matches!(presence, Presence::Left(_))) {
        let ours = |traces: Traces| traces.source == commit.source;
        if lookup.traces(*seq)?.is_some_and(ours) {
            let known = known_of(*seq)?;
            if matches!(known.presence, Presence::Left(_)) {
                mark(known, Presence::Listed);
            }
        }
    }
    let listed: HashSet<Seq> = listed.iter().map(|(seq, _)| *seq).collect();
    let left = Presence::Left(milliseconds(commit.at));
    for seq in lookup.listed(&commit.source)?.into_iter().filter(|seq| !listed.contains(seq)).take(LEAVE_MAX)
    {
        mark(known_of(seq)?, left);
    }
    Ok(marked)
}
