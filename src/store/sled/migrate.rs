//! Brings a store of an earlier layout to this one's. Killed at any instant, it begins anew the next time, or goes on
//! where it was.

mod groups;
mod packs;

use std::collections::BTreeMap;

use ::sled::{Batch, Db, IVec};

use crate::model::{EntryKey, Seq, SourceId};

use super::{StoreError, Traces, failed, keys, reading, values};
#[cfg(test)]
use super::{rows::Rows, tree::Tree};

pub use self::{
    groups::{knows_groups, to_layout_3},
    packs::{Leave, to_layout_4},
};

/// Rows that one batch writes.
const BATCH_ROWS: usize = 2_000;

/// Layout 2 says beside each number whose entry it is and which keys lead to it, which layout 1 says only the other way
/// round. That it is of layout 2 is written last: until then the store is of layout 1.
pub fn from_layout_1(db: &Db) -> Result<(), StoreError> {
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
    db.insert(keys::SCHEMA, &2_u32.to_be_bytes()).map_err(migrating)?;
    db.flush().map(drop).map_err(migrating)
}

/// Moves channels' states to where they do no harm, each in one batch. Nearly always there is nothing to move.
pub fn channels(db: &Db) -> Result<(), StoreError> {
    let mut channels: BTreeMap<IVec, Vec<(IVec, IVec)>> = BTreeMap::new();
    for pair in db.scan_prefix([keys::CHANNEL_BEFORE]) {
        let (key, piece) = pair.map_err(reading)?;
        let Some((channel, _)) = key.split_last_chunk::<4>() else { continue };
        channels.entry(channel.into()).or_default().push((key, piece));
    }
    if channels.is_empty() {
        return Ok(());
    }
    for (channel, pieces) in channels {
        let mut batch = Batch::default();
        // Of an earlier move, if a tintinh that knew nothing of it wrote here since.
        for stale in db.scan_prefix(moved(&channel)).keys() {
            batch.remove(stale.map_err(reading)?);
        }
        for (key, piece) in pieces {
            batch.insert(moved(&key), piece);
            batch.remove(key);
        }
        db.apply_batch(batch).map_err(migrating)?;
    }
    db.flush().map(drop).map_err(migrating)
}

fn moved(key: &[u8]) -> Vec<u8> {
    [&[keys::CHANNEL], key.get(1..).unwrap_or_default()].concat()
}

fn write(db: &Db, source: Option<SourceId>, traces: BTreeMap<Seq, Vec<EntryKey>>) -> Result<(), StoreError> {
    let Some(source) = source else { return Ok(()) };
    let mut traces = traces.into_iter().peekable();
    while traces.peek().is_some() {
        let mut batch = Batch::default();
        for (seq, keys) in traces.by_ref().take(BATCH_ROWS) {
            let value = values::traces(&Traces { source: source.clone(), keys, tie: None });
            batch.insert(keys::numbered(keys::TRACES, seq), value);
        }
        db.apply_batch(batch).map_err(migrating)?;
    }
    Ok(())
}

fn migrating(error: ::sled::Error) -> StoreError {
    failed("bringing the store to this version's layout", error)
}

/// The database as layouts up to 3 had it.
#[cfg(test)]
pub fn unpacked(tree: Tree) -> Tree {
    let pairs = tree.db.iter().collect::<Result<Vec<_>, _>>().unwrap();
    tree.db.database().clear().unwrap();
    let tree = Tree { db: Rows::plain(tree.db.database().clone()), ..tree };
    for (key, value) in pairs {
        tree.db.insert(key, value).unwrap();
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{ChannelId, ChannelState},
        store::{Engine as _, SledEngine, samples},
    };

    /// More than one piece, as digests do not compress.
    fn state(second: u32) -> ChannelState {
        let digest = |number: u32| samples::likeness(number).title;
        let floor = |number: u32| {
            let source = samples::source(&format!("nguon-{}", digest(number)).to_lowercase());
            (source, (i64::from(number) * 7_919, Seq(number.into())))
        };
        ChannelState {
            digest: digest(second),
            rules: digest(0),
            last_modified: samples::at(second),
            rendered: None,
            floors: (0..12_000).map(floor).collect(),
            others: [].into(),
            installation: None,
            readers: None,
        }
    }

    #[test]
    fn channels_are_moved_and_read_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let engine = SledEngine::open(folder.path()).unwrap();
        // What an earlier move left is no part of what was written since.
        let db = engine.trees().current.db.clone();
        for second in [1, 2] {
            engine.keep_channel(&ChannelId::All, &state(second)).unwrap();
            let pieces: Vec<_> = db.scan_prefix([keys::CHANNEL]).collect::<Result<Vec<_>, _>>().unwrap();
            assert!(pieces.len() > 1, "{} pieces", pieces.len());
            for (key, piece) in pieces {
                db.insert([&[keys::CHANNEL_BEFORE], &key[1..]].concat(), piece).unwrap();
                db.remove(key).unwrap();
            }
            db.insert(keys::channel_piece(&ChannelId::All, 9), &b"stale"[..]).unwrap();
            channels(db.database()).unwrap();
            assert_eq!(engine.channel_state(&ChannelId::All).unwrap(), Some(state(second)));
            assert_eq!(db.scan_prefix([keys::CHANNEL_BEFORE]).count(), 0);
        }
        assert_eq!(engine.check().unwrap().faults, 0);
    }

    #[test]
    fn new_entries_do_not_write_channels_again() {
        let folder = tempfile::tempdir().unwrap();
        let engine = SledEngine::open(folder.path()).unwrap();
        engine.apply(&samples::commit("bao", 0, &[0])).unwrap();
        engine.keep_channel(&ChannelId::All, &state(1)).unwrap();
        for second in 1..=60_u32 {
            let numbers: Vec<u32> = (0..50).map(|number| second * 50 + number).collect();
            engine.apply(&samples::commit("bao", second, &numbers)).unwrap();
        }
        engine.sync().unwrap();
        let length = engine.trees().current.data.metadata().unwrap().len();
        assert!(length <= 48 << 20, "{length} bytes for 3,001 entries");
    }
}
