//! Which folder holds the database: the store's own or, since it was made anew, one below it that a pointer file names.
//! The pointer moves by one rename, so that at every instant there is one whole database. Knows files, and no database.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

use crate::model::Seq;

/// Names the folder that holds the database, where it is not the store's own.
const POINTER: &str = "tintinh.current";
/// The next pointer, until it is whole.
const NEXT_POINTER: &str = "tintinh.current.new";
/// What the names of folders made anew begin with; a number follows.
const GENERATION: &str = "generation-";

/// What the names of folders begin with that were set aside.
pub const DAMAGED: &str = "damaged";
/// Is there, and says why, while the database is suspected to be damaged.
const SUSPICION: &str = "tintinh.suspect";

/// Says which number was the next when all before it were on the disk.
const WATERMARK: &str = "tintinh.next";

/// What sled has in a folder; its snapshots have names of their own.
const FILES: [&str; 2] = ["db", "conf"];
const BLOBS: &str = "blobs";
const SNAPSHOT: &str = "snap.";

/// The folder that holds the store's database; none where the pointer leads nowhere.
pub fn current(path: &Path) -> io::Result<Option<PathBuf>> {
    match fs::read_to_string(path.join(POINTER)) {
        Ok(name) => {
            let name = name.trim();
            let is_whole = number(name).is_some() && path.join(name).is_dir();
            Ok(is_whole.then(|| path.join(name)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
        Err(error) => Err(error),
    }
}

/// An empty folder for a database to come. What an earlier one left that came to nothing is to be [swept](sweep) before: it
/// takes the room.
pub fn fresh(path: &Path) -> io::Result<PathBuf> {
    let last = generations(path)?.into_iter().map(|(number, _)| number).max().unwrap_or(0);
    let folder = path.join(format!("{GENERATION}{}", last + 1));
    fs::create_dir(&folder)?;
    Ok(folder)
}

/// Writes the next pointer, in full. Nothing has changed yet.
pub fn prepare(path: &Path, folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()?;
    File::open(path)?.sync_all()?;
    let mut file = File::create(path.join(NEXT_POINTER))?;
    writeln!(file, "{}", folder.file_name().unwrap_or_default().to_string_lossy())?;
    give_away(path, folder)?;
    file.sync_all()
}

/// Gives a database, and the pointer to it, to the owner of the store's folder: root may make one anew by hand, and the
/// daemon has to write to it.
fn give_away(path: &Path, folder: &Path) -> io::Result<()> {
    let owner = fs::metadata(path)?;
    let made = database(folder)?.into_iter().chain([folder.to_owned(), path.join(NEXT_POINTER)]);
    for file in made.filter(|file| fs::metadata(file).is_ok_and(|made| made.uid() != owner.uid())) {
        std::os::unix::fs::chown(file, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(())
}

/// Moves the pointer. After an error it is unknown where it points.
pub fn switch(path: &Path) -> io::Result<()> {
    fs::rename(path.join(NEXT_POINTER), path.join(POINTER))?;
    File::open(path)?.sync_all()
}

/// Remembers, for the next opening, that the database may be damaged. Nothing can be done where that fails.
pub fn suspect(path: &Path, why: &str) {
    let _ = fs::write(path.join(SUSPICION), format!("{why}\n"));
}

/// Why the database may be damaged, if somebody suspected it.
pub fn suspicion(path: &Path) -> Option<String> {
    fs::read_to_string(path.join(SUSPICION)).ok().map(|why| why.trim().to_owned())
}

/// It is not, or is no more.
pub fn clear_suspicion(path: &Path) {
    let _ = fs::remove_file(path.join(SUSPICION));
}

/// Where the watermark is written.
pub fn watermark_file(path: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(path.join(WATERMARK))
}

/// Writes the watermark over the former one. Never before all that it speaks of is on the disk; that it gets there
/// itself is not waited for: an older one is as true.
pub fn write_watermark(file: &File, next: u64) -> io::Result<()> {
    file.write_all_at(format!("{next:020}\n").as_bytes(), 0)
}

/// The next number must not be lower than this: else sled has lost a part, and says nothing.
pub fn watermark(path: &Path) -> u64 {
    let text = fs::read_to_string(path.join(WATERMARK)).unwrap_or_default();
    // One that is damaged says nothing.
    text.trim().parse().ok().filter(|next| Seq(*next).is_possible()).unwrap_or(0)
}

/// Removes every database but the one in `keep`.
pub fn sweep(path: &Path, keep: &Path) -> io::Result<()> {
    for (_, folder) in generations(path)?.into_iter().filter(|(_, folder)| folder != keep) {
        fs::remove_dir_all(folder)?;
    }
    let _ = fs::remove_file(path.join(NEXT_POINTER));
    if keep != path {
        for file in database(path)? {
            if file.is_dir() { fs::remove_dir_all(file)? } else { fs::remove_file(file)? }
        }
    }
    Ok(())
}

/// sled's files in a folder.
pub fn database(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = snapshots(folder)?;
    let others = FILES.into_iter().chain([BLOBS]).map(|name| folder.join(name));
    files.extend(others.filter(|file| file.exists()));
    Ok(files)
}

/// sled's snapshots, finished (`snap.0F`) or not (`snap.0F.generating`).
pub fn snapshots(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        if file.file_name().to_string_lossy().starts_with(SNAPSHOT) {
            files.push(file.path());
        }
    }
    Ok(files)
}

/// Databases made anew, with their numbers.
pub fn generations(path: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for file in fs::read_dir(path)? {
        let file = file?;
        if let Some(number) = number(&file.file_name().to_string_lossy()) {
            found.push((number, file.path()));
        }
    }
    Ok(found)
}

fn number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(GENERATION)?;
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().ok()).flatten()
}
