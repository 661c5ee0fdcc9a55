//! Walks the whole tree and counts where its parts disagree. Repairs nothing.

mod group;

use crate::{
    model::{EntryKey, Presence, Seq, SourceState, StoredEntry},
    store::plan::Lookup,
};

use super::{Census, StoreError, Traces, keys, reading, tree::Tree, values};

/// The count and every disagreement. `next` is the number that the next new entry gets.
pub fn take(tree: &Tree, next: Seq) -> Result<Census, StoreError> {
    let mut census = Census::default();
    // Rows under each letter.
    let mut counts = [0_u64; 256];
    let (mut dropped, mut channel) = (0, Vec::new());
    for pair in tree.db.iter() {
        let (key, value) = pair.map_err(reading)?;
        let letter = key.first().copied().unwrap_or_default();
        counts[usize::from(letter)] += 1;
        match letter {
            keys::ENTRY => dropped += u64::from(entry(tree, &key, &value, next, &mut census)?),
            keys::HEADER => census.tombstones += u64::from(header(tree, &key, &value, &mut census)?),
            keys::KEY => leads_home(tree, &key, &value, &mut census)?,
            keys::LEADER => group::leader(tree, &key, &value, &mut census)?,
            keys::MEMBER => group::member(tree, &key, &mut census)?,
            keys::STATE => {
                if let Err(error) = values::unpacked::<SourceState>(&value, &|| name(&key)) {
                    census.fault(|| error.to_string());
                }
            }
            keys::CHANNEL => {
                let stem = key[..key.len().saturating_sub(4)].to_vec();
                census.channels += u64::from(stem != channel);
                channel = stem;
            }
            // Looked up from their entries and tombstones.
            keys::TRACES
            | keys::TITLE
            | keys::PLACE
            | keys::OWN_PLACE
            | keys::ROW
            | keys::OWN_ROW
            | keys::LISTED
            | keys::LEFT
            | keys::TAKEN_DOWN => {}
            _ if key == keys::SCHEMA || key == keys::NEXT => {}
            _ => census.fault(|| format!("`{}` belongs to nothing", name(&key))),
        }
    }
    let count = |letter: u8| counts[usize::from(letter)];
    census.entries = count(keys::ENTRY);
    census.keys = count(keys::KEY);
    census.sources = count(keys::STATE);
    // Every one was found in each index, so equal numbers leave no room for strays.
    let (all, shown) = (census.entries + census.tombstones, census.entries - dropped);
    let marks = [keys::LISTED, keys::LEFT, keys::TAKEN_DOWN].map(count).iter().sum();
    let agreements = [
        ("headers", count(keys::HEADER), all),
        ("titles", count(keys::TITLE), all),
        ("lists of keys", count(keys::TRACES), all),
        ("places", count(keys::PLACE), shown),
        ("own places", count(keys::OWN_PLACE), shown),
        ("rows", count(keys::ROW), shown),
        ("own rows", count(keys::OWN_ROW), shown),
        ("marks", marks, census.tombstones),
    ];
    for (index, count, expected) in agreements {
        if count != expected {
            census.fault(|| format!("{count} {index} instead of {expected}"));
        }
    }
    Ok(census)
}

fn name(key: &[u8]) -> String {
    String::from_utf8_lossy(key).into_owned()
}

/// Looks for an entry's contents in each index; says whether it was dropped.
fn entry(tree: &Tree, key: &[u8], value: &[u8], next: Seq, census: &mut Census) -> Result<bool, StoreError> {
    let stored: StoredEntry = match values::unpacked(value, &|| name(key)) {
        Ok(stored) => stored,
        Err(error) => {
            census.fault(|| error.to_string());
            return Ok(false);
        }
    };
    let StoredEntry { seq, source, .. } = &stored;
    let header = tree.get(&keys::numbered(keys::HEADER, *seq))?;
    let known = header.and_then(|bytes| values::read_header(*seq, &bytes));
    let is_own = |traces: Traces| traces.source == *source && traces.keys.contains(&stored.key);
    let findings = [
        ("another number", keys::read_seq(key) == Some(*seq)),
        ("a number not yet given", *seq < next),
        ("no header", known.is_some()),
        ("another date in its header", known.is_none_or(|known| known.date == stored.date)),
        ("a tombstone", known.is_none_or(|known| known.presence == Presence::Kept)),
        ("other keys", tree.traces(*seq)?.is_some_and(is_own)),
    ];
    for (what, well) in findings.into_iter().chain(group::rows(tree, &stored)?) {
        if !well {
            census.fault(|| format!("entry {} of {source} has {what}", seq.0));
        }
    }
    Ok(stored.dropped.is_some())
}

/// Looks at what outlives an entry's contents; says whether it is a tombstone.
fn header(tree: &Tree, key: &[u8], value: &[u8], census: &mut Census) -> Result<bool, StoreError> {
    let known = keys::read_seq(key).and_then(|seq| values::read_header(seq, value));
    let Some(known) = known else {
        census.fault(|| format!("the header `{}` cannot be read", name(key)));
        return Ok(false);
    };
    let seq = known.seq;
    let Some(traces) = tree.traces(seq)? else {
        census.fault(|| format!("nothing leads to entry {}", seq.0));
        return Ok(known.presence != Presence::Kept);
    };
    let Traces { source, keys, .. } = &traces;
    let mark = match known.presence {
        Presence::Kept => keys::numbered(keys::ENTRY, seq),
        Presence::Listed => keys::listed(source, seq),
        Presence::Left(at) => keys::left(at.timestamp_millis(), seq),
        Presence::TakenDown => keys::numbered(keys::TAKEN_DOWN, seq),
    };
    let mut lead_home = true;
    for key in keys {
        lead_home &= tree.seq_of(source, *key)? == Some(seq);
    }
    let findings = [
        ("no place under its title", tree.get(&keys::title(source, known.likeness.title, seq))?.is_some()),
        ("neither contents nor a mark", tree.get(&mark)?.is_some()),
        ("another under its keys", lead_home),
    ];
    for (what, well) in findings.into_iter().chain(group::ties(tree, &known, &traces)?) {
        if !well {
            census.fault(|| format!("entry {} of {source} has {what}", seq.0));
        }
    }
    Ok(known.presence != Presence::Kept)
}

/// Whether a key leads to an entry of its own source that knows of it.
fn leads_home(tree: &Tree, key: &[u8], value: &[u8], census: &mut Census) -> Result<(), StoreError> {
    let parts = keys::read_source(key).and_then(|(source, rest)| {
        let entry_key = EntryKey(rest.try_into().ok()?);
        Some((source, entry_key, keys::read_seq(value)?))
    });
    let Some((source, entry_key, seq)) = parts else {
        census.fault(|| "a key that cannot be read".to_owned());
        return Ok(());
    };
    let is_home = |traces: &Traces| traces.source == source && traces.keys.contains(&entry_key);
    if !tree.traces(seq)?.as_ref().is_some_and(is_home) {
        let Seq(number) = seq;
        census
            .fault(|| format!("key {entry_key:?} of {source} leads to {number}, which knows nothing of it"));
    }
    Ok(())
}
