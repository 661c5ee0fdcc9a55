//! In layout 4 small neighbours share rows. A store of layout 3 is copied, row by row, to a database that is made anew and
//! then takes its place; until then it is not changed.

use std::{fs, path::Path};

use crate::store::{
    StoreError,
    sled::{
        Options, compact, keys, open, place,
        rows::Batch,
        space::{self, FREE_MIN, MIB},
        tree::Tree,
    },
};

/// The database in the place of the old one. Killed before, it begins anew the next time.
pub fn to_layout_4(path: &Path, old: &Tree, options: &Options) -> Result<Tree, StoreError> {
    let folder = place::fresh(path).map_err(|error| open::folder("use", path, error))?;
    let made = copied(path, old, &folder, options);
    if made.is_err() {
        // What stays is swept at the next opening.
        let _ = fs::remove_dir_all(&folder);
        return made;
    }
    place::prepare(path, &folder)
        .and_then(|()| place::switch(path))
        .map_err(|error| open::folder("switch to a database below", path, error))?;
    made
}

fn copied(path: &Path, old: &Tree, folder: &Path, options: &Options) -> Result<Tree, StoreError> {
    require_room(path, &old.folder)?;
    let new = open::make(folder, options)?;
    let (mut after, mut since_fsync) = (Vec::new(), 0);
    loop {
        let rows = compact::piece(old, &after)?;
        let Some((last, _)) = rows.last() else { break };
        after = last.to_vec();
        let mut batch = Batch::default();
        for (key, value) in rows.into_iter().filter(|(key, _)| key != keys::SCHEMA) {
            since_fsync += key.len() + value.len();
            batch.insert(key, value);
        }
        new.db.apply_batch(batch).map_err(super::migrating)?;
        if since_fsync > compact::FSYNC_EVERY {
            since_fsync = 0;
            new.to_disk(path)?;
        }
    }
    new.to_disk(path)?;
    equal(old, &new)?;
    Ok(new)
}

/// Row for row, but for what tells the layout.
fn equal(old: &Tree, new: &Tree) -> Result<(), StoreError> {
    let is_data = |row: &::sled::Result<(::sled::IVec, ::sled::IVec)>| {
        row.as_ref().is_ok_and(|(key, _)| key != keys::SCHEMA) || row.is_err()
    };
    let (mut olds, mut news) = (old.db.iter().filter(is_data), new.db.iter().filter(is_data));
    loop {
        let pair = (olds.next().transpose(), news.next().transpose());
        match (pair.0.map_err(super::migrating)?, pair.1.map_err(super::migrating)?) {
            (None, None) => return Ok(()),
            (one, other) if one == other => {}
            _ => return Err(StoreError::Damaged { what: "the copy is not as the store".to_owned() }),
        }
    }
}

/// As much as the old one takes, beside what writing always needs.
fn require_room(path: &Path, old: &Path) -> Result<(), StoreError> {
    let files = compact::size(old).map_err(|error| open::folder("read", old, error))?;
    let needed = files.saturating_add(2 * FREE_MIN);
    let free = space::free(path).unwrap_or(u64::MAX);
    if free >= needed {
        return Ok(());
    }
    Err(StoreError::NoSpace { path: path.to_owned(), free: free / MIB, needed: needed / MIB })
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::{super::unpacked, *};
    use crate::{
        model::{ChannelId, ChannelState, Digest, Seq},
        store::{Engine as _, SledEngine, samples::*},
    };

    fn rows(tree: &Tree) -> Vec<(::sled::IVec, ::sled::IVec)> {
        tree.db.iter().collect::<Result<_, _>>().unwrap()
    }

    /// Of some pieces, with tombstones, groups and a channel.
    fn filled(folder: &Path) -> SledEngine {
        let engine = SledEngine::open(folder).unwrap();
        for round in 0..12_u32 {
            let numbers: Vec<u32> = (0..40).map(|number| round / 2 * 40 + number).collect();
            engine.apply(&commit(["bao", "dai"][round as usize % 2], round, &numbers)).unwrap();
        }
        engine.bury(&(1..60).map(Seq).collect::<Vec<_>>()).unwrap();
        engine.forget(&[Seq(3)]).unwrap();
        engine.take_down(&[Seq(200)]).unwrap();
        let state = ChannelState {
            digest: Digest([1; 16]),
            rules: Digest([2; 16]),
            last_modified: at(1),
            rendered: None,
            floors: [(source("bao"), (7, Seq(3)))].into(),
            others: [].into(),
            installation: None,
            readers: None,
        };
        engine.keep_channel(&ChannelId::All, &state).unwrap();
        engine
    }

    #[test]
    fn a_store_of_layout_3_is_copied_however_often_that_is_interrupted() {
        let folder = tempfile::tempdir().unwrap();
        let engine = filled(folder.path());
        let expected = rows(&engine.trees().current);
        let old = unpacked(engine.trees().current.clone());
        old.db.insert(keys::SCHEMA, &3_u32.to_be_bytes()[..]).unwrap();
        drop((old, engine));
        // One that was killed left a part of the copy, which counts for nothing.
        let half = folder.path().join("generation-1");
        fs::create_dir(&half).unwrap();
        let part = open::make(&half, &Options::default()).unwrap();
        let mut batch = Batch::default();
        expected.iter().take(100).for_each(|(key, value)| batch.insert(key.clone(), value.clone()));
        part.db.apply_batch(batch).unwrap();
        drop(part);
        for _ in 0..2 {
            let engine = SledEngine::open(folder.path()).unwrap();
            assert_eq!(rows(&engine.trees().current), expected);
            assert_eq!(engine.check().unwrap().told, Vec::<String>::new());
            assert!(engine.trees().current.folder.ends_with("generation-2"));
            assert!(!half.exists() && !folder.path().join("db").exists());
        }
        let engine = SledEngine::open(folder.path()).unwrap();
        engine.apply(&commit("bao", 99, &[9_000])).unwrap();
        assert_eq!(engine.check().unwrap().told, Vec::<String>::new());
    }

    #[test]
    fn a_copy_that_differs_is_noticed() {
        let folders = [0, 1].map(|_| tempfile::tempdir().unwrap());
        let engines = [0, 1].map(|place: usize| filled(folders[place].path()));
        let [one, other] = [0, 1].map(|place: usize| engines[place].trees().current.clone());
        equal(&one, &other).unwrap();
        for (key, value) in rows(&one).into_iter().filter(|(key, _)| key != keys::SCHEMA).step_by(101) {
            other.db.remove(key.clone()).unwrap();
            equal(&one, &other).unwrap_err();
            equal(&other, &one).unwrap_err();
            other.db.insert(key, value).unwrap();
        }
        equal(&one, &other).unwrap();
    }

    #[test]
    fn without_room_for_the_copy_it_is_told_how_much_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        require_room(folder.path(), folder.path()).unwrap();
        // Sparse: it only says that it is so long.
        File::create(folder.path().join("db")).unwrap().set_len(1 << 43).unwrap();
        let error = require_room(folder.path(), folder.path()).unwrap_err();
        assert!(matches!(error, StoreError::NoSpace { needed: 8_388_736, .. }), "{error}");
    }
}
