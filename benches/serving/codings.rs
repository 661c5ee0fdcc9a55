//! What each coding makes of documents at each level, and what that takes: what the levels in `publish/published.rs` were
//! chosen by.

use std::{
    env, fs,
    io::{self, Write as _},
    path::Path,
    time::Duration,
};

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use tintinh::{
    config::{self, Surroundings},
    publish::{self, Channel, Format, Item},
    store::{Engine, Scope, SledEngine},
};

use crate::{Failed, daemon, entries, usage::Usage};

/// Names a folder with documents to be measured in place of ours.
const DOCUMENTS: &str = "TINTINH_BENCH_DOCUMENTS";
/// Entries of a usual document, and of a large one.
const SHOWN: [usize; 2] = [50, 1_000];
/// Times that each is packed; the least counts.
const ROUNDS: usize = 3;

type Pack = fn(&[u8], u32) -> io::Result<Vec<u8>>;

const CODINGS: [(&str, Pack, &[u32]); 3] = [
    ("gzip", gzip, &[1, 3, 4, 5, 6, 7, 9]),
    ("br", brotli, &[1, 2, 3, 4, 5, 6, 7, 9]),
    ("zstd", zstd, &[1, 3, 5, 6, 7, 9, 12, 15]),
];

/// A line for each coding and level, of all documents together.
pub fn report() -> Result<(), Failed> {
    let documents = env::var(DOCUMENTS).map_or_else(|_| made(), |folder| read(Path::new(&folder)))?;
    let all: usize = documents.iter().map(Vec::len).sum();
    let mut out = io::stdout();
    writeln!(out, "{} documents of {} KB in all", documents.len(), all / 1000)?;
    writeln!(out, "{:6} {:>5} {:>9} {:>8} {:>16}", "coding", "level", "KB", "part", "ms of processor")?;
    for (name, pack, levels) in CODINGS {
        for level in levels {
            let (mut packed, mut took) = (0, Duration::ZERO);
            for document in &documents {
                let mut least = Duration::MAX;
                for _ in 0..ROUNDS {
                    let usage = Usage::begin();
                    let bytes = pack(document, *level)?.len();
                    least = least.min(usage.so_far());
                    packed += bytes;
                }
                took += least;
            }
            packed /= ROUNDS;
            let part = share(packed, all);
            let milliseconds = took.as_secs_f64() * 1e3;
            writeln!(out, "{name:6} {level:>5} {:>9} {part:>7.2}% {milliseconds:>16.1}", packed / 1000)?;
        }
    }
    Ok(())
}

/// In hundredths.
fn share(part: usize, all: usize) -> f64 {
    let float = |bytes: usize| f64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
    100.0 * float(part) / float(all)
}

/// All three formats, of a province and of the whole.
fn made() -> Result<Vec<Vec<u8>>, Failed> {
    let folder = tempfile::tempdir()?;
    let most = SHOWN[1];
    entries::fill(folder.path(), 1, most)?;
    let engine = SledEngine::open(folder.path())?;
    let mut seqs = Vec::new();
    engine.scan(&Scope::All, &mut |row| {
        seqs.push(row.seq);
        std::ops::ControlFlow::Continue(())
    })?;
    let entries = engine.entries(&seqs)?;
    let config = config::parse(&daemon::sources(1), &Surroundings::default())
        .map_err(|problems| format!("{problems:?}"))?;
    let source = config.sources.first().ok_or("there is no source")?;
    let items: Vec<Item<'_>> = entries.iter().map(|stored| Item { stored, source }).collect();
    let channel =
        Channel { name: "feed".to_owned(), title: "Tin các tỉnh".to_owned(), ..Channel::default() };
    let documents = SHOWN.iter().flat_map(|shown| {
        let some = &items[..*shown];
        Format::ALL.map(|format| publish::render(format, &channel, some))
    });
    Ok(documents.collect())
}

fn read(folder: &Path) -> Result<Vec<Vec<u8>>, Failed> {
    fs::read_dir(folder)?.map(|file| Ok(fs::read(file?.path())?)).collect()
}

fn gzip(bytes: &[u8], level: u32) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::new(level));
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn brotli(mut bytes: &[u8], level: u32) -> io::Result<Vec<u8>> {
    let quality = i32::try_from(level).map_err(io::Error::other)?;
    let params = BrotliEncoderParams { quality, size_hint: bytes.len(), ..Default::default() };
    let mut encoded = Vec::with_capacity(bytes.len() / 3);
    brotli::BrotliCompress(&mut bytes, &mut encoded, &params)?;
    Ok(encoded)
}

fn zstd(bytes: &[u8], level: u32) -> io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, i32::try_from(level).map_err(io::Error::other)?)
}
