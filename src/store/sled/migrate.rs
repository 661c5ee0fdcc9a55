//! Brings a store of an earlier layout to this one's. Killed at any instant, it begins anew the next time.

use std::collections::BTreeMap;

use ::sled::{Batch, Db};

use crate::model::{EntryKey, Seq, SourceId};

use super::{StoreError, Traces, failed, keys, reading, values};

/// Rows that one batch writes.
const BATCH_ROWS: usize = 2_000;

/// Layout 2 says beside each number whose entry it is and which keys lead to it, which layout 1 says only the other way
/// round. `schema` goes with the last batch: until then the store is of layout 1.
pub fn from_layout_1(db: &Db, schema: u32) -> Result<(), StoreError> {
    let mut of_one: Option<SourceId> = None;
    let mut traces: BTreeMap<Seq, Vec<EntryKey>> = BTreeMap::new();
    for pair in db.scan_prefix([keys::KEY]) {
        let (key, value) = pair.map_err(reading)?;
        let damaged = || StoreError::Damaged { what: "a key cannot be read".to_owned() };
        let (source, rest) = keys::read_source(&key).ok_or_else(damaged)?;
        let key = EntryKey(rest.try_into().map_err(|_| damaged())?);
        if of_one.as_ref() != Some(&source) {
            write(db, of_one.replace(source), std::mem::take(&mut traces))?;
        }
        traces.entry(keys::read_seq(&value).ok_or_else(damaged)?).or_default().push(key);
    }
    write(db, of_one, traces)?;
    db.insert(keys::SCHEMA, &schema.to_be_bytes()).map_err(migrating)?;
    db.flush().map(drop).map_err(migrating)
}

fn write(db: &Db, source: Option<SourceId>, traces: BTreeMap<Seq, Vec<EntryKey>>) -> Result<(), StoreError> {
    let Some(source) = source else { return Ok(()) };
    let mut traces = traces.into_iter().peekable();
    while traces.peek().is_some() {
        let mut batch = Batch::default();
        for (seq, keys) in traces.by_ref().take(BATCH_ROWS) {
            let value = values::traces(&Traces { source: source.clone(), keys });
            batch.insert(keys::numbered(keys::TRACES, seq), value);
        }
        db.apply_batch(batch).map_err(migrating)?;
    }
    Ok(())
}

fn migrating(error: ::sled::Error) -> StoreError {
    failed("bringing the store to this version's layout", error)
}
