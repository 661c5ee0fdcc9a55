//! Opening: the guards that sled itself lacks. Damaged files make it panic, hang, or begin anew without a word.

use std::{
    fs::{self, File},
    io::{self, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use ::sled::{Config, Db, Mode};

use super::{
    Options, SledEngine, StoreError, census, compact, failed, keys, lock,
    migrate::{self, Leave},
    panics, place, reading, rescue,
    rows::Rows,
    tree::Tree,
};
use crate::model::{Record, Seq};

/// The layout of keys and values. A change of either raises it.
const SCHEMA: u32 = 4;

/// Bytes of sled's log between two allocations. Fixed when a store is made. At sled's default, values over 7 KB
/// go to files that are never fsynced, and more than 512 KiB between two fsyncs may be lost; this is the most it takes.
const SEGMENT_SIZE: usize = 16 << 20;

/// sled's settings file, which is the same in all our stores. One that is damaged or missing makes sled read the data as if
/// they were another's, and throw them away.
const SETTINGS: &[u8] = b"segment_size: 16777216\nuse_compression: false\nversion: 0.34\n\xdd\x11\xab\xb6";

/// How often sled writes and cleans by itself. `None` would also stop its cleaning.
const FLUSH_EVERY_MS: u64 = 500;

/// A million entries open in 3 to 5 s; files that hang do so for ever.
const DEADLINE: Duration = Duration::from_mins(2);

/// Looking through everything reads each value of it.
const CHECK_DEADLINE: Duration = Duration::from_mins(15);

/// How much longer either may take for each GiB of the files: a million entries are 3.6 GiB, and a slow disk reads 20 MB/s.
const DEADLINE_PER_GIB: Duration = Duration::from_mins(1);
/// A million entries of an earlier layout are brought to this one in some minutes.
const MIGRATION_DEADLINE: Duration = Duration::from_hours(1);

/// All is read three times then, and written once.
const MIGRATION_PASSES: u32 = 4;

pub fn open(path: &Path, options: Options) -> Result<SledEngine, StoreError> {
    panics::listen();
    fs::create_dir_all(path).map_err(|error| folder("create", path, error))?;
    let (mut lock, made) = lock::take(path)?;
    let home = place::current(path).map_err(|error| folder("open", path, error))?;
    let lost = || Err(StoreError::Lost { path: path.to_owned() });
    let opened = home.as_ref().map_or_else(lost, |home| attempt(path, home, made, &options));
    let ((tree, next), rescue) = match opened {
        Ok(opened) => (opened, None),
        Err(error) if made && error.is_damage() => {
            let (home, rescue) = rescue::rescue(path, home.as_deref(), &options, error.in_words())?;
            place::clear_suspicion(path);
            (attempt(path, &home, made, &options)?, Some(rescue))
        }
        Err(error) => return Err(error),
    };
    if !made {
        settle(path, &tree, &mut lock).map_err(|error| folder("fsync", path, error))?;
    }
    // What stays is swept the next time.
    let _ = place::sweep(path, &tree.folder);
    let mut engine = SledEngine::of(tree, path.to_owned(), next, options, Some(lock));
    engine.rescue = rescue;
    let watermark = place::watermark_file(path).map_err(|error| folder("write in", path, error))?;
    engine.watermark_file = Some(watermark);
    Ok(engine)
}

/// Opens the database in `home`, and looks through it all where it is suspected to be damaged.
fn attempt(path: &Path, home: &Path, made: bool, options: &Options) -> Result<(Tree, u64), StoreError> {
    survey(home, made)?;
    let (opened, cache) = (home.to_owned(), options.cache);
    let longer = for_size(home);
    let (db, next) = guarded(path, DEADLINE + longer, move || load(&opened, made, cache))?;
    let mut tree = tree(db, home.to_owned())?;
    if !tree.db.are_packed() {
        tree = migrated(path, tree, options, MIGRATION_DEADLINE + longer * MIGRATION_PASSES)?;
    }
    let watermark = place::watermark(path);
    if next < watermark {
        let what =
            format!("numbers were given up to {watermark}, and are known up to {next}: a part is missing");
        return Err(StoreError::Damaged { what });
    }
    if let Some(why) = place::suspicion(path) {
        let suspect = tree.clone();
        let census = guarded(path, CHECK_DEADLINE + longer, move || census::take(&suspect, Seq(next)))?;
        if census.faults > 0 {
            return Err(StoreError::Damaged { what: format!("{why}; {} faults were found", census.faults) });
        }
        place::clear_suspicion(path);
    }
    Ok((tree, next))
}

/// A store of an earlier layout in this one. That it takes too long says nothing against the store.
fn migrated(path: &Path, old: Tree, options: &Options, deadline: Duration) -> Result<Tree, StoreError> {
    let (store, options, leave) = (path.to_owned(), options.clone(), Leave::default());
    let thread_leave = leave.clone();
    let migrated = guarded(path, deadline, move || {
        migrate::to_layout_3(&old)?;
        migrate::to_layout_4(&store, &old, &options, &thread_leave)
    });
    migrated.map_err(|error| match error {
        StoreError::Slow { path, seconds } => {
            leave.take_back();
            StoreError::Unmigrated { path, why: format!("it took longer than {seconds} s") }
        }
        error => error,
    })
}

/// How much longer than usual it may take with the files in this folder: what is huge is not hung.
fn for_size(home: &Path) -> Duration {
    // What cannot be looked at fails soon enough.
    let bytes = compact::size(home).unwrap_or(0);
    DEADLINE_PER_GIB * u32::try_from(bytes >> 30).unwrap_or(u32::MAX)
}

/// Gives what can be read of a damaged database, some records at a time. sled may panic over it, or hang.
pub fn each_survivor(
    home: &Path,
    options: &Options,
    take: &mut dyn FnMut(Vec<Record>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (sender, receiver) = mpsc::sync_channel(2);
    let (opened, cache) = (home.to_owned(), options.cache);
    let read = move || {
        let _expected = panics::expect();
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let Ok(db) = survey(&opened, true).and_then(|()| load(&opened, true, cache)) else { return };
            let Ok(tree) = tree(db.0, opened) else { return };
            rescue::survivors(&tree, &mut |records| sender.send(records).is_ok());
        }));
    };
    let thread = thread::Builder::new().name("store-rescue".to_owned()).spawn(read);
    thread.map_err(|error| folder("start a thread to read", home, error))?;
    // Both its end and its silence end it.
    let silence = DEADLINE + for_size(home);
    while let Ok(records) = receiver.recv_timeout(silence) {
        take(records)?;
    }
    Ok(())
}

/// A new database in this empty folder, durable as such.
pub fn make(home: &Path, options: &Options) -> Result<Tree, StoreError> {
    let (opened, cache) = (home.to_owned(), options.cache);
    let (db, _) = guarded(home, DEADLINE, move || load(&opened, false, cache))?;
    let tree = tree(db, home.to_owned())?;
    durable(&tree).map_err(|error| folder("fsync", home, error))?;
    Ok(tree)
}

fn tree(db: Rows, folder: PathBuf) -> Result<Tree, StoreError> {
    let data_path = folder.join("db");
    let data = File::open(&data_path).map_err(|error| self::folder("open", &data_path, error))?;
    Ok(Tree { db, data: Arc::new(data), folder, fsync: |tree| tree.data.sync_all() })
}

/// Brings a new database and its names to the disk.
fn durable(tree: &Tree) -> io::Result<()> {
    tree.data.sync_all()?;
    File::open(tree.folder.join("conf"))?.sync_all()?;
    File::open(&tree.folder)?.sync_all()
}

pub fn folder(action: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Folder { action, path: path.to_owned(), source }
}

/// Looks at the files before sled does, and clears away what an interrupted run left half written.
fn survey(path: &Path, made: bool) -> Result<(), StoreError> {
    let data = fs::metadata(path.join("db")).map(|data| data.len());
    let snapshots = place::snapshots(path).map_err(|error| folder("read", path, error))?;
    let empty = data.is_err() || (made && data.is_ok_and(|length| length == 0));
    if empty && (made || !snapshots.is_empty()) {
        // sled would open it as a new, empty store.
        return Err(StoreError::Lost { path: path.to_owned() });
    }
    let conf = path.join("conf");
    if !empty && fs::read(&conf).unwrap_or_default() != SETTINGS {
        fs::write(&conf, SETTINGS).map_err(|error| folder("write", &conf, error))?;
    }
    let mut stale: Vec<PathBuf> = snapshots;
    stale.retain(|file| file.extension().is_some_and(|end| end == "generating"));
    if empty {
        // Of a store whose making was interrupted: sled would believe half a settings file.
        stale.extend(Some(conf).filter(|conf| conf.exists()));
    }
    stale.iter().try_for_each(|file| fs::remove_file(file).map_err(|error| folder("remove", file, error)))
}

/// Runs `task` on a thread of its own, since sled may panic there, or never come back.
fn guarded<T: Send + 'static>(
    path: &Path,
    deadline: Duration,
    task: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let run = move || {
        let _expected = panics::expect();
        let outcome = catch_unwind(AssertUnwindSafe(task))
            .unwrap_or_else(|payload| Err(StoreError::panicked("opening the store", &*payload)));
        // Nobody listens any more only when the deadline has passed.
        let _ = sender.send(outcome);
    };
    let thread = thread::Builder::new().name("store-open".to_owned()).spawn(run);
    thread.map_err(|error| folder("start a thread to open", path, error))?;
    let slow = |_| StoreError::Slow { path: path.to_owned(), seconds: deadline.as_secs() };
    receiver.recv_timeout(deadline).map_err(slow)?
}

fn load(path: &Path, made: bool, cache: u64) -> Result<(Rows, u64), StoreError> {
    let config = Config::default()
        .path(path)
        .cache_capacity(cache)
        .segment_size(SEGMENT_SIZE)
        .flush_every_ms(Some(FLUSH_EVERY_MS))
        .mode(Mode::LowSpace);
    let db = match open_unlocked(&config) {
        Err(::sled::Error::Corruption { at: None, .. }) => {
            // A snapshot only shortens the reading of the log, which is the authority.
            for file in place::snapshots(path).map_err(|error| folder("read", path, error))? {
                fs::remove_file(&file).map_err(|error| folder("remove", &file, error))?;
            }
            open_unlocked(&config)
        }
        opened => opened,
    };
    let db = db.map_err(|error| failed("opening the store", error))?;
    let schema = require_schema(&db, path, made)?;
    let db = if schema < SCHEMA { Rows::plain(db) } else { Rows::packed(db) };
    let next = next_number(&db)?;
    Ok((db, next))
}

/// Who holds sled's lock while we hold our own is an engine of this process that is not quite gone.
fn open_unlocked(config: &Config) -> ::sled::Result<Db> {
    let is_held = |error: &::sled::Error| match error {
        // sled wraps the cause into a text of its own.
        ::sled::Error::Io(error) => error.to_string().contains("could not acquire lock"),
        _ => false,
    };
    lock::patiently(|| config.open(), is_held)
}

/// The layout that the store is of, 2 at least; that of a new one is this.
fn require_schema(db: &Db, path: &Path, made: bool) -> Result<u32, StoreError> {
    let Some(bytes) = db.get(keys::SCHEMA).map_err(reading)? else {
        if made || !db.is_empty() {
            return Err(StoreError::Lost { path: path.to_owned() });
        }
        db.insert(keys::SCHEMA, &SCHEMA.to_be_bytes()).map_err(|error| failed("making the store", error))?;
        return db.flush().map(|_| SCHEMA).map_err(|error| failed("making the store", error));
    };
    let damaged = |_| StoreError::Damaged { what: "its layout's version cannot be read".to_owned() };
    let found = <[u8; 4]>::try_from(&*bytes).map(u32::from_be_bytes).map_err(damaged)?;
    match found {
        // What layouts 3 and 4 need beside takes long, and has a deadline of its own.
        SCHEMA | 3 | 2 => migrate::channels(db)?,
        1 => migrate::from_layout_1(db).and_then(|()| migrate::channels(db))?,
        _ => return Err(StoreError::Schema { path: path.to_owned(), found, known: SCHEMA }),
    }
    Ok(found.max(2))
}

/// One more than every number that was ever given.
fn next_number(db: &Rows) -> Result<u64, StoreError> {
    let kept = db.get(keys::NEXT).map_err(reading)?.and_then(|bytes| keys::read_seq(&bytes));
    let last = db.scan_prefix([keys::ENTRY]).keys().next_back().transpose().map_err(reading)?;
    let after_last = last.and_then(|key| keys::read_seq(&key)).map_or(1, |seq| seq.0 + 1);
    Ok(kept.map_or(1, |seq| seq.0).max(after_last))
}

/// Makes a new store durable, names and all, and only then says in the marker that there is one.
fn settle(path: &Path, tree: &Tree, marker: &mut File) -> io::Result<()> {
    durable(tree)?;
    let whole = path.canonicalize()?;
    if let Some(parent) = whole.parent() {
        File::open(parent)?.sync_all()?;
    }
    writeln!(marker, "A tintinh store lies beside this file; layout {SCHEMA}. Keep them together.")?;
    marker.sync_all()
}

#[cfg(test)]
mod tests;
