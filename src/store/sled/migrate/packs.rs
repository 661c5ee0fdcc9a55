//! In layout 4 small neighbours share rows. A store of layout 3 is copied, row by row, to a database that is made anew and
//! then takes its place; until then it is not changed.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::store::{
    StoreError,
    sled::{
        Options, compact, keys, open, place,
        rows::Batch,
        space::{self, FREE_MIN, MIB},
        tree::Tree,
    },
};

/// Leave to go on, until it is taken back: no thread can be stopped from outside.
#[derive(Debug, Clone, Default)]
pub struct Leave(Arc<Mutex<bool>>);

impl Leave {
    /// From now on nothing is written that counts. Waits for what is being done under the leave.
    pub fn take_back(&self) {
        *self.look() = true;
    }

    /// Held while what is done must be done under the leave.
    fn hold(&self) -> Result<MutexGuard<'_, bool>, StoreError> {
        Some(self.look()).filter(|is_taken_back| !**is_taken_back).ok_or(StoreError::Abandoned)
    }

    fn look(&self) -> MutexGuard<'_, bool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The database in the place of the old one. Killed before, it begins anew the next time. An error speaks against the old
/// one only where that could not be read.
pub fn to_layout_4(path: &Path, old: &Tree, options: &Options, leave: &Leave) -> Result<Tree, StoreError> {
    let unusable = |error| open::folder("use", path, error);
    // What an attempt left that was killed takes the room of this one.
    place::sweep(path, &old.folder).map_err(unusable)?;
    let folder = place::fresh(path).map_err(unusable)?;
    let made = copied(path, old, &folder, options, leave);
    if made.is_err() {
        // What stays is swept the next time.
        let _ = fs::remove_dir_all(&folder);
        return made;
    }
    let _held = leave.hold()?;
    place::prepare(path, &folder)
        .and_then(|()| place::switch(path))
        .map_err(|error| open::folder("switch to a database below", path, error))?;
    made
}

fn copied(
    path: &Path,
    old: &Tree,
    folder: &Path,
    options: &Options,
    leave: &Leave,
) -> Result<Tree, StoreError> {
    require_room(path, &old.folder)?;
    let unmigrated = |error: StoreError| match error {
        // There is no room, or no right.
        error if !error.is_damage() => error,
        error => StoreError::Unmigrated { path: path.to_owned(), why: error.in_words() },
    };
    let new = open::make(folder, options).map_err(unmigrated)?;
    let (mut after, mut since_fsync) = (Vec::new(), 0);
    loop {
        drop(leave.hold()?);
        let rows = compact::piece(old, &after)?;
        let Some((last, _)) = rows.last() else { break };
        after = last.to_vec();
        let mut batch = Batch::default();
        for (key, value) in rows.into_iter().filter(|(key, _)| key != keys::SCHEMA) {
            since_fsync += key.len() + value.len();
            batch.insert(key, value);
        }
        new.db.apply_batch(batch).map_err(super::migrating).map_err(unmigrated)?;
        if since_fsync > compact::FSYNC_EVERY {
            since_fsync = 0;
            new.to_disk(path).map_err(unmigrated)?;
        }
    }
    new.to_disk(path).map_err(unmigrated)?;
    if equal(old, &new, leave)? {
        return Ok(new);
    }
    Err(StoreError::Unmigrated { path: path.to_owned(), why: "the copy is not as the store".to_owned() })
}

/// Whether they are, row for row, but for what tells the layout. An error is the old one's.
fn equal(old: &Tree, new: &Tree, leave: &Leave) -> Result<bool, StoreError> {
    let is_data = |row: &::sled::Result<(::sled::IVec, ::sled::IVec)>| {
        row.as_ref().is_ok_and(|(key, _)| key != keys::SCHEMA) || row.is_err()
    };
    let (mut olds, mut news) = (old.db.iter().filter(is_data), new.db.iter().filter(is_data));
    for place in 0_usize.. {
        if place % super::BATCH_ROWS == 0 {
            drop(leave.hold()?);
        }
        let one = olds.next().transpose().map_err(super::migrating)?;
        match news.next().transpose() {
            Ok(other) if one == other => {}
            _ => return Ok(false),
        }
        if one.is_none() {
            break;
        }
    }
    Ok(true)
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
        // One that was killed left a part of the copy, which counts for nothing and makes room for the next.
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
            assert_eq!(engine.trees().current.folder, half);
            assert!(!folder.path().join("db").exists());
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
        let equal = |one, other| equal(one, other, &Leave::default()).unwrap();
        assert!(equal(&one, &other));
        for (key, value) in rows(&one).into_iter().filter(|(key, _)| key != keys::SCHEMA).step_by(101) {
            other.db.remove(key.clone()).unwrap();
            assert!(!equal(&one, &other) && !equal(&other, &one));
            other.db.insert(key, value).unwrap();
        }
        assert!(equal(&one, &other));
    }

    #[test]
    fn who_has_no_leave_any_more_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let engine = filled(folder.path());
        let expected = rows(&engine.trees().current);
        let old = unpacked(engine.trees().current.clone());
        let leave = Leave::default();
        leave.take_back();
        let migrated = to_layout_4(folder.path(), &old, &Options::default(), &leave);
        assert!(matches!(migrated, Err(StoreError::Abandoned)));
        assert_eq!(place::current(folder.path()).unwrap().as_deref(), Some(folder.path()));
        assert_eq!((rows(&old), place::generations(folder.path()).unwrap()), (expected, vec![]));
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
