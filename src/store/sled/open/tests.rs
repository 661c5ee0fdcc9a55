use super::{lock::MARKER, *};
use crate::store::{Engine as _, samples};

fn words(path: &Path) -> String {
    SledEngine::open(path).unwrap_err().in_words()
}

#[test]
fn a_second_opening_is_told_who_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = SledEngine::open(folder.path()).unwrap();
    assert!(words(folder.path()).contains("is in use by another tintinh"));
    drop(first);
    SledEngine::open(folder.path()).unwrap();
}

#[test]
fn a_store_without_its_data_is_no_silent_new_store() {
    for damage in [|db: &Path| fs::remove_file(db), |db: &Path| File::create(db).map(drop)] {
        let folder = tempfile::tempdir().unwrap();
        drop(SledEngine::open(folder.path()).unwrap());
        damage(&folder.path().join("db")).unwrap();
        let engine = SledEngine::open(folder.path()).unwrap();
        let rescue = engine.rescue.as_ref().unwrap();
        assert!(rescue.reason.contains("its data file is missing or empty"), "{rescue}");
    }
}

#[test]
fn settings_that_are_damaged_or_missing_are_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    drop(SledEngine::open(folder.path()).unwrap());
    let conf = folder.path().join("conf");
    assert_eq!(fs::read(&conf).unwrap(), SETTINGS);
    for damage in [|conf: &Path| fs::write(conf, "x"), |conf: &Path| fs::remove_file(conf)] {
        damage(&conf).unwrap();
        let engine = SledEngine::open(folder.path()).unwrap();
        assert_eq!((engine.rescue.as_ref(), fs::read(&conf).unwrap()), (None, SETTINGS.to_vec()));
    }
}

#[test]
fn a_snapshot_without_data_is_no_new_store() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("snap.0000000000000000"), b"x").unwrap();
    assert!(words(folder.path()).contains("its data file is missing or empty"));
}

#[test]
fn an_interrupted_making_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(MARKER), b"").unwrap();
    fs::write(folder.path().join("conf"), b"half a settings file").unwrap();
    SledEngine::open(folder.path()).unwrap();
}

#[test]
fn damaged_and_half_written_snapshots_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    drop(SledEngine::open(folder.path()).unwrap());
    for file in place::snapshots(folder.path()).unwrap() {
        fs::remove_file(file).unwrap();
    }
    let half = folder.path().join("snap.00000000000000FF.generating");
    fs::write(&half, b"half").unwrap();
    fs::write(folder.path().join("snap.00000000000000FF"), vec![7; 64]).unwrap();
    SledEngine::open(folder.path()).unwrap();
    assert!(!half.exists());
}

#[test]
fn another_layout_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let engine = SledEngine::open(folder.path()).unwrap();
    engine.trees().current.db.insert(keys::SCHEMA, &9_u32.to_be_bytes()[..]).unwrap();
    drop(engine);
    assert!(words(folder.path()).contains("has layout 9, and this tintinh reads layout 4"));
}

#[test]
fn a_panic_and_a_hang_at_opening_are_told() {
    let path = Path::new("store");
    let panicked = guarded::<()>(path, DEADLINE, || panic!("page {} is odd", 7)).unwrap_err();
    assert_eq!(panicked.to_string(), "opening the store panicked: page 7 is odd");
    let (_held, gate) = mpsc::channel::<()>();
    let hang = move || gate.recv().map_err(|_| StoreError::Closed);
    let slow = guarded::<()>(path, Duration::from_millis(1), hang).unwrap_err();
    assert!(matches!(slow, StoreError::Slow { .. }), "{slow}");
}

#[test]
fn a_migration_that_takes_too_long_says_nothing_against_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let engine = SledEngine::open(folder.path()).unwrap();
    engine.apply(&samples::commit("bao", 1, &[1, 2, 3])).unwrap();
    let old = migrate::unpacked(engine.trees().current.clone());
    old.db.insert(keys::SCHEMA, &3_u32.to_be_bytes()[..]).unwrap();
    drop(engine);
    let slow = migrated(folder.path(), old, &Options::default(), Duration::ZERO).unwrap_err();
    let words = "and is as it was: it took longer than 0 s; start it again";
    assert!(slow.in_words().contains(words) && !slow.is_damage(), "{}", slow.in_words());
    let engine = SledEngine::open(folder.path()).unwrap();
    assert_eq!((engine.rescue.as_ref(), engine.check().unwrap().entries), (None, 3));
}

#[test]
fn a_huge_store_is_given_the_time_that_its_files_take_to_read() {
    let folder = tempfile::tempdir().unwrap();
    for (gib, minutes) in [(0, 0), (1, 1), (40, 40)] {
        // Sparse: it only says that it is so long.
        File::create(folder.path().join("db")).unwrap().set_len(gib << 30).unwrap();
        assert_eq!(for_size(folder.path()), Duration::from_mins(minutes), "{gib} GiB");
    }
    assert_eq!(for_size(&folder.path().join("nowhere")), Duration::ZERO);
}
