//! Finds entries in a damaged database file without sled: each value is JSON in zstd with a beginning of its own, and says
//! itself whose it is. Knows nothing of how sled orders them.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read as _},
    os::unix::fs::FileExt as _,
    path::Path,
};

use super::values;
use crate::model::{Seq, StoredEntry, Timestamp};

/// How a value of ours begins: its format, and zstd's magic number (RFC 8878 §3.1.1).
const BEGINNING: [u8; 5] = [1, 0x28, 0xb5, 0x2f, 0xfd];

/// Bytes that are searched at once.
const WINDOW: usize = 8 << 20;

/// Where the newest version of each entry lies.
#[derive(Debug, Default)]
pub struct Found(HashMap<Seq, (Timestamp, u64)>);

impl Found {
    /// Searches the whole file. What cannot be read is passed over.
    pub fn in_file(data: &File) -> io::Result<Self> {
        let mut found = HashMap::new();
        let mut window = Vec::new();
        let mut start = 0;
        loop {
            read_at(data, start, WINDOW + values::VALUE_MAX, &mut window)?;
            let searched = window.len().min(WINDOW);
            for place in beginnings(&window, searched) {
                let Some(stored) = entry(&window[place..]) else { continue };
                let offset = start + place as u64;
                let newest = found.entry(stored.seq).or_insert((stored.changed, offset));
                // Of two equally new the later in the file is as good.
                if stored.changed >= newest.0 {
                    *newest = (stored.changed, offset);
                }
            }
            if searched < WINDOW {
                return Ok(Self(found));
            }
            start += searched as u64;
        }
    }

    pub fn seqs(&self) -> Vec<Seq> {
        let mut seqs: Vec<Seq> = self.0.keys().copied().collect();
        seqs.sort_unstable();
        seqs
    }

    /// An entry that was found.
    pub fn entry(&self, data: &File, seq: Seq) -> Option<StoredEntry> {
        let (_, offset) = self.0.get(&seq)?;
        let mut bytes = Vec::new();
        read_at(data, *offset, values::VALUE_MAX + BEGINNING.len(), &mut bytes).ok()?;
        entry(&bytes)
    }
}

/// The data file in this folder.
pub fn data(folder: &Path) -> io::Result<File> {
    File::open(folder.join("db"))
}

fn read_at(data: &File, start: u64, most: usize, to: &mut Vec<u8>) -> io::Result<()> {
    to.resize(most, 0);
    let mut filled = 0;
    while filled < most {
        match data.read_at(&mut to[filled..], start + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    to.truncate(filled);
    Ok(())
}

fn beginnings(window: &[u8], searched: usize) -> impl Iterator<Item = usize> {
    let places = window.windows(BEGINNING.len()).take(searched).enumerate();
    places.filter(|(_, bytes)| *bytes == BEGINNING).map(|(place, _)| place)
}

/// The entry that begins here, if one does.
fn entry(bytes: &[u8]) -> Option<StoredEntry> {
    let frame = zstd::Decoder::with_buffer(bytes.get(1..)?).ok()?.single_frame();
    let mut json = Vec::new();
    frame.take(values::PLAIN_MAX as u64).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}
