//! Exports as files: written beside their name and put under it only once they are whole and on the disk; packed with
//! zstd where the name ends so.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Read as _, Write},
    path::{Path, PathBuf},
};

use super::{ExportError, ImportError, Summary, Tell, inspect, write};
use crate::store::Engine;

/// zstd's usual level: an export is written once, and kept.
const LEVEL: i32 = 3;

/// Whether an export of this name is packed.
#[must_use]
pub fn is_packed(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("zst"))
}

/// Writes all that the engine holds to this file, in place of what was there. An export that ends before its end leaves
/// nothing under that name.
///
/// # Errors
/// See [`ExportError`].
pub fn to_file(engine: &dyn Engine, path: &Path, tell: Tell<'_>) -> Result<Summary, ExportError> {
    put(path, |lines| write(engine, lines, tell), |summary, _| Ok(summary))
}

/// Writes the lines of an export that come from elsewhere to this file, and reads them again before they stand under its
/// name.
///
/// # Errors
/// When they do not come to their end, are no whole export, or cannot be written.
pub fn receive(
    path: &Path,
    lines: impl FnOnce(&mut dyn Write) -> Result<(), ExportError>,
) -> Result<Summary, ExportError> {
    put(path, lines, |(), part| {
        let read = from_file(part).and_then(|mut lines| inspect(&mut lines));
        read.map_err(|error| ExportError::Broken(Box::new(error)))
    })
}

/// Writes lines beside this name, and puts them under it when `check` has passed them.
fn put<T, U>(
    path: &Path,
    lines: impl FnOnce(&mut dyn Write) -> Result<T, ExportError>,
    check: impl FnOnce(T, &Path) -> Result<U, ExportError>,
) -> Result<U, ExportError> {
    let failed = |source| ExportError::File { path: path.to_owned(), source };
    let part = part(path).map_err(failed)?;
    let put = whole(path, &part, lines).and_then(|written| check(written, &part)).and_then(|checked| {
        fs::rename(&part, path).map_err(failed)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(checked)
    });
    if put.is_err() {
        let _ = fs::remove_file(&part);
    }
    put
}

fn whole<T>(
    path: &Path,
    part: &Path,
    lines: impl FnOnce(&mut dyn Write) -> Result<T, ExportError>,
) -> Result<T, ExportError> {
    let failed = |source| ExportError::File { path: path.to_owned(), source };
    let file = File::create(part).map_err(failed)?;
    let mut file = BufWriter::new(file);
    let written = if is_packed(path) {
        let mut packed = zstd::Encoder::new(&mut file, LEVEL).map_err(failed)?;
        packed.include_checksum(true).map_err(failed)?;
        let written = lines(&mut packed)?;
        packed.finish().map_err(failed)?;
        written
    } else {
        lines(&mut file)?
    };
    file.flush().map_err(failed)?;
    file.get_ref().sync_all().map_err(failed)?;
    Ok(written)
}

/// What it is called until it is whole.
fn part(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::other("it names no file"))?;
    let mut part = name.to_owned();
    part.push(".part");
    Ok(path.with_file_name(part))
}

/// The lines of an export, unpacked where they are packed, whatever its name.
///
/// # Errors
/// When the file cannot be read.
pub fn from_file(path: &Path) -> Result<Box<dyn BufRead>, ImportError> {
    const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    let mut file = BufReader::new(File::open(path)?);
    let is_packed = file.fill_buf()?.starts_with(&MAGIC);
    if is_packed {
        return Ok(Box::new(BufReader::new(zstd::Decoder::new(file)?.take(u64::MAX))));
    }
    Ok(Box::new(file))
}
