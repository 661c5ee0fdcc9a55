use std::{ops::ControlFlow, os::unix::fs::MetadataExt as _, thread};

use super::*;
use crate::{
    model::{Presence, Seq},
    store::{Scope, samples::*},
};

/// Everything that the engine holds, row by row.
fn rows(engine: &SledEngine) -> Vec<(Vec<u8>, Vec<u8>)> {
    let rows =
        engine.trees().current.db.iter().map(|row| row.map(|(key, value)| (key.to_vec(), value.to_vec())));
    rows.collect::<Result<_, _>>().unwrap()
}

fn names(path: &Path) -> Vec<String> {
    let names = fs::read_dir(path).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// More rows than one piece.
fn filled(path: &Path) -> SledEngine {
    let engine = SledEngine::open(path).unwrap();
    for round in 0..40 {
        let numbers: Vec<u32> = (0..10).map(|number| round * 10 + number).collect();
        engine.apply(&commit(["bao", "dai"][round as usize % 2], round, &numbers)).unwrap();
    }
    engine
}

#[test]
fn what_is_written_meanwhile_is_in_the_new_database_too() {
    let folder = tempfile::tempdir().unwrap();
    let engine = filled(folder.path());
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 1..=150_u32 {
                let mut change = update("bao", 1_000 + round, Seq(1 + u64::from(round) % 9), "Sửa");
                change.changes.inserted = commit("bao", 1_000 + round, &[10_000 + round]).changes.inserted;
                change.changes.aliases = vec![(key(20_000 + round), Seq(3))];
                engine.apply(&change).unwrap();
                engine.bury(&[Seq(20 + u64::from(round))]).unwrap();
                if round % 10 == 0 {
                    engine.forget(&[Seq(20 + u64::from(round))]).unwrap();
                    engine.sync().unwrap();
                }
            }
        });
        let mut compactions = 0;
        while compactions < 2 || !writer.is_finished() {
            engine.compact(&|| true).unwrap();
            compactions += 1;
        }
    });
    let census = engine.check().unwrap();
    assert_eq!((census.entries, census.tombstones, census.told), (400, 135, vec![]));
    let before = rows(&engine);
    engine.compact(&|| true).unwrap();
    assert_eq!(rows(&engine), before);
    engine.sync().unwrap();
    drop(engine);
    let engine = SledEngine::open(folder.path()).unwrap();
    assert_eq!(rows(&engine), before);
    assert_eq!(engine.known(&source("bao"), &[key(20_150)]).unwrap()[&key(20_150)].presence, Presence::Kept);
    assert_eq!(names(folder.path()).len(), 4, "{:?}", names(folder.path()));
}

#[test]
fn readers_go_on_and_a_compaction_that_is_given_up_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let engine = filled(folder.path());
    let before = (rows(&engine), names(folder.path()));
    for pieces in 0..6 {
        let asked = std::cell::Cell::new(0);
        let go_on = || {
            asked.set(asked.get() + 1);
            let mut seen = 0;
            let mut visit = |_| {
                seen += 1;
                ControlFlow::Continue(())
            };
            engine.scan(&Scope::All, &mut visit).unwrap();
            assert_eq!(seen, 400);
            asked.get() <= pieces
        };
        let error = engine.compact(&go_on).unwrap_err();
        assert!(matches!(error, StoreError::Abandoned), "{error}");
        assert_eq!((rows(&engine), names(folder.path())), before);
    }
    engine.apply(&commit("bao", 9_000, &[90_000])).unwrap();
}

#[test]
fn leftovers_of_an_interrupted_compaction_are_swept() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    // Before the pointer moved: the old one counts.
    let fresh = place::fresh(folder.path()).unwrap();
    fs::write(fresh.join("db"), "half").unwrap();
    fs::write(folder.path().join("tintinh.current.new"), "generation-1\n").unwrap();
    let engine = SledEngine::open(folder.path()).unwrap();
    assert_eq!(engine.check().unwrap().entries, 400);
    assert!(!fresh.exists());
    // After it moved, before the old files went.
    let old = place::database(folder.path()).unwrap();
    let kept: Vec<_> = old
        .iter()
        .filter(|file| file.is_file())
        .map(|file| (file.clone(), fs::read(file).unwrap()))
        .collect();
    engine.compact(&|| true).unwrap();
    drop(engine);
    for (file, bytes) in kept {
        fs::write(file, bytes).unwrap();
    }
    let engine = SledEngine::open(folder.path()).unwrap();
    assert_eq!(engine.check().unwrap().entries, 400);
    assert_eq!(names(folder.path()), ["generation-1", "tintinh.current", "tintinh.next", "tintinh.store"]);
}

#[test]
fn a_database_made_anew_is_its_folders_owners() {
    let folder = tempfile::tempdir().unwrap();
    let engine = filled(folder.path());
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(folder.path(), Some(65_534), Some(65_534)).unwrap();
    }
    engine.compact(&|| true).unwrap();
    let owner = fs::metadata(folder.path()).unwrap().uid();
    for made in ["generation-1", "generation-1/db", "generation-1/conf", "tintinh.current"] {
        assert_eq!(fs::metadata(folder.path().join(made)).unwrap().uid(), owner, "{made}");
    }
}

#[test]
fn what_a_store_takes_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let engine = filled(folder.path());
    engine.sync().unwrap();
    let usage = engine.usage().unwrap();
    assert_eq!(usage.rows, rows(&engine).len() as u64);
    let live: usize = rows(&engine).iter().map(|(key, value)| key.len() + value.len()).sum();
    assert_eq!(usage.live, live as u64);
    let db = fs::metadata(folder.path().join("db")).unwrap().len();
    assert!(usage.files >= db && db > 0);
}
