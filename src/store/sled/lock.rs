//! Who has the store's folder: one process at a time. Knows no database.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Read,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::{StoreError, open::folder};

/// How long a lock is waited for that may be on its way out: a daemon that is just ending, a child process between
/// fork and exec, or sled's own threads, which give up their lock a little after the last handle is gone.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);
const LOCK_RETRY: Duration = Duration::from_millis(20);

/// Our own file: locked while the store is open, and not empty once a store was made in full. sled locks too, but
/// only after it has begun to change files.
pub const MARKER: &str = "tintinh.store";

/// Whether a store was made here before.
pub fn is_made(path: &Path) -> bool {
    fs::metadata(path.join(MARKER)).is_ok_and(|marker| marker.len() > 0)
}

/// Whether somebody holds the lock just now.
pub fn is_locked(path: &Path) -> bool {
    let marker = File::open(path.join(MARKER));
    marker.is_ok_and(|marker| matches!(marker.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Takes the lock; says also whether a store was made here before.
pub fn take(path: &Path) -> Result<(File, bool), StoreError> {
    let marker = path.join(MARKER);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&marker)
        .map_err(|error| folder("open", &marker, error))?;
    let taken = patiently(|| file.try_lock(), |error| matches!(error, TryLockError::WouldBlock));
    taken.map_err(|error| match error {
        TryLockError::WouldBlock => StoreError::Locked { path: path.to_owned() },
        TryLockError::Error(error) => folder("lock", &marker, error),
    })?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| folder("read", &marker, error))?;
    Ok((file, !text.is_empty()))
}

/// Tries again, for a while, what fails because somebody else has not let go yet.
pub fn patiently<T, E>(
    mut attempt: impl FnMut() -> Result<T, E>,
    is_held: impl Fn(&E) -> bool,
) -> Result<T, E> {
    let began = Instant::now();
    loop {
        match attempt() {
            Err(error) if is_held(&error) && began.elapsed() < LOCK_PATIENCE => thread::sleep(LOCK_RETRY),
            outcome => return outcome,
        }
    }
}
