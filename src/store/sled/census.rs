//! Walks the whole tree and counts where its parts disagree. Repairs nothing.

use std::sync::atomic::Ordering;

use crate::{
    model::{EntryKey, Seq, SourceState, StoredEntry},
    store::plan::Lookup,
};

use super::{Census, SledEngine, StoreError, keys, reading, values};

/// The count and every disagreement.
pub fn take(engine: &SledEngine) -> Result<Census, StoreError> {
    let mut census = Census::default();
    let mut places = 0_u64;
    let mut own_places = 0_u64;
    let mut headers = 0_u64;
    let mut titles = 0_u64;
    let mut channel = Vec::new();
    for pair in engine.db.iter() {
        let (key, value) = pair.map_err(reading)?;
        match key.first().copied() {
            Some(keys::ENTRY) => {
                census.entries += 1;
                entry(engine, &key, &value, &mut census)?;
            }
            Some(keys::HEADER) => headers += 1,
            Some(keys::KEY) => {
                census.keys += 1;
                leads_home(engine, &key, &value, &mut census);
            }
            Some(keys::TITLE) => titles += 1,
            Some(keys::PLACE) => places += 1,
            Some(keys::OWN_PLACE) => own_places += 1,
            Some(keys::STATE) => {
                census.sources += 1;
                let read = values::unpacked::<SourceState>(&value, &|| name(&key));
                read.unwrap_or_else(|error| {
                    census.fault(|| error.to_string());
                    SourceState::default()
                });
            }
            Some(keys::CHANNEL) => {
                let stem = key[..key.len().saturating_sub(4)].to_vec();
                census.channels += u64::from(stem != channel);
                channel = stem;
            }
            _ if key == keys::SCHEMA || key == keys::NEXT => {}
            _ => census.fault(|| format!("`{}` belongs to nothing", name(&key))),
        }
    }
    // Every entry was found in each index, so equal numbers leave no room for strays.
    for (index, count) in
        [("headers", headers), ("titles", titles), ("places", places), ("own places", own_places)]
    {
        if count != census.entries {
            census.fault(|| format!("{count} {index} for the entries"));
        }
    }
    Ok(census)
}

fn name(key: &[u8]) -> String {
    String::from_utf8_lossy(key).into_owned()
}

/// Looks for an entry in each index.
fn entry(engine: &SledEngine, key: &[u8], value: &[u8], census: &mut Census) -> Result<(), StoreError> {
    let stored: StoredEntry = match values::unpacked(value, &|| name(key)) {
        Ok(stored) => stored,
        Err(error) => {
            census.fault(|| error.to_string());
            return Ok(());
        }
    };
    let StoredEntry { seq, source, .. } = &stored;
    let (place, date) = (stored.place.timestamp_millis(), stored.date.timestamp_millis());
    let header = engine.get(&keys::numbered(keys::HEADER, *seq))?;
    let known = header.and_then(|bytes| values::read_header(*seq, &bytes));
    let titled = match known {
        Some(known) => engine.get(&keys::title(source, known.likeness.title, *seq))?.is_some(),
        None => false,
    };
    let placed = engine.get(&keys::place(place, *seq))?;
    let own = engine.get(&keys::own_place(source, place, *seq))?;
    let expected = values::place(date, source);
    let findings = [
        ("another number", keys::read_seq(key) == Some(*seq)),
        ("a number not yet given", seq.0 < engine.next.load(Ordering::Acquire)),
        ("no header", known.is_some()),
        ("another date in its header", known.is_none_or(|known| known.date == stored.date)),
        ("no place under its title", titled),
        ("no place", placed.is_some_and(|bytes| *bytes == *expected)),
        ("no place of its source", own.is_some_and(|bytes| *bytes == date.to_be_bytes())),
        ("another under its key", engine.seq_of(source, stored.key)? == Some(*seq)),
    ];
    for (what, well) in findings {
        if !well {
            census.fault(|| format!("entry {} of {source} has {what}", seq.0));
        }
    }
    Ok(())
}

/// Whether a key leads to an entry of its own source.
fn leads_home(engine: &SledEngine, key: &[u8], value: &[u8], census: &mut Census) {
    let parts = keys::read_source(key).and_then(|(source, rest)| {
        let entry_key = EntryKey(rest.try_into().ok()?);
        Some((source, entry_key, keys::read_seq(value)?))
    });
    let Some((source, entry_key, seq)) = parts else {
        census.fault(|| "a key that cannot be read".to_owned());
        return;
    };
    let found = engine.entry(seq).unwrap_or_default();
    if found.is_none_or(|stored| stored.source != source) {
        let Seq(number) = seq;
        census.fault(|| format!("key {entry_key:?} of {source} leads to {number}, which is no entry of it"));
    }
}
