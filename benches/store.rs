//! What the store costs, and whether that grows with what it holds: `cargo bench --bench store` prints, for 10,000,
//! 100,000 and 1,000,000 entries, the cost of a commit, of opening, of the newest 1,000, memory and disk, each beside its
//! ratio to the smallest. `TINTINH_BENCH_ENTRIES=10000,100000` measures other sizes.

#[path = "shared/entry.rs"]
mod entry;

use std::{
    env,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    ops::ControlFlow,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use tintinh::{
    model::{Changes, Commit, Digest, NewEntry, Seq, SourceId, SourceState, Timestamp},
    store::{Engine, Scope, SledEngine, StoreError},
};

/// Set in a child: it measures one store and prints one line. So no size warms or swells another.
const CHILD: &str = "TINTINH_BENCH_CHILD";
const SIZES: &str = "TINTINH_BENCH_ENTRIES";

/// Entries that a poll brings while the store is filled.
const PER_COMMIT: u64 = 30;
const SOURCES: u64 = 1_000;
/// Commits that are timed; the median counts.
const ROUNDS: usize = 201;
const NEWEST: usize = 1_000;

fn main() -> io::Result<()> {
    let mut out = io::stdout();
    if let Ok(size) = env::var(CHILD) {
        let size = size.parse().map_err(io::Error::other)?;
        return out.write_all(measure(size).map_err(|error| io::Error::other(error.in_words()))?.as_bytes());
    }
    let sizes = env::var(SIZES).unwrap_or_else(|_| "10000,100000,1000000".to_owned());
    writeln!(
        out,
        "{:>9} {:>12} {:>12} {:>10} {:>12} {:>12} {:>9} {:>9}",
        "entries", "commit", "durable", "opening", "newest cold", "newest warm", "memory", "disk"
    )?;
    let mut first: Option<Vec<f64>> = None;
    for size in sizes.split(',') {
        let child = Command::new(env::current_exe()?).env(CHILD, size).output()?;
        let line = String::from_utf8_lossy(&child.stdout).into_owned();
        let figures: Vec<f64> = line.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
        let [commit, durable, opening, cold, warm, memory, disk] = figures[..] else {
            return Err(io::Error::other(String::from_utf8_lossy(&child.stderr).into_owned()));
        };
        writeln!(
            out,
            "{size:>9} {commit:>9.3} ms {durable:>9.3} ms {opening:>8.2} s {cold:>9.2} ms {warm:>9.2} ms {memory:>5.0} MiB {disk:>5.0} MiB"
        )?;
        let base = first.get_or_insert_with(|| figures.clone());
        let ratios = figures.iter().zip(base).map(|(figure, base)| format!("{:.2}", figure / *base));
        writeln!(out, "{:>9} {}", "ratio", ratios.collect::<Vec<_>>().join("  "))?;
    }
    Ok(())
}

/// Fills a store of this size and measures it: seven figures.
fn measure(size: u64) -> Result<String, StoreError> {
    let failed = |source| StoreError::Folder { action: "make", path: "a folder".into(), source };
    let folder = tempfile::tempdir().map_err(failed)?;
    fill(folder.path(), size)?;
    let began = Instant::now();
    let engine = SledEngine::open(folder.path())?;
    let opening = began.elapsed().as_secs_f64();
    let cold = newest(&engine)?;
    let mut warm: Vec<Duration> = (0..21).map(|_| newest(&engine)).collect::<Result<_, _>>()?;
    warm.sort();
    let (mut applied, mut durable) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS as u64 {
        // One new entry, as most polls that bring any.
        let commit = commit(round * 7 % SOURCES, size + round, 1);
        let began = Instant::now();
        engine.apply(&commit)?;
        applied.push(began.elapsed());
        engine.sync()?;
        durable.push(began.elapsed());
    }
    applied.sort();
    durable.sort();
    let mut line = String::new();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    for figure in [
        milliseconds(applied[ROUNDS / 2]),
        milliseconds(durable[ROUNDS / 2]),
        opening,
        milliseconds(cold),
        milliseconds(warm[10]),
        peak_memory(),
        mebibytes(folder.path()),
    ] {
        let _ = write!(line, "{figure} ");
    }
    Ok(line)
}

fn fill(path: &Path, size: u64) -> Result<(), StoreError> {
    let engine = SledEngine::open(path)?;
    for number in 0..size.div_ceil(PER_COMMIT) {
        engine.apply(&commit(number % SOURCES, number * PER_COMMIT, PER_COMMIT))?;
        // As a group of commits does.
        if number % 16 == 0 {
            engine.sync()?;
        }
    }
    engine.sync()
}

/// The newest rows, and their entries.
fn newest(engine: &SledEngine) -> Result<Duration, StoreError> {
    let began = Instant::now();
    let mut seqs: Vec<Seq> = Vec::with_capacity(NEWEST);
    engine.scan(&Scope::All, &mut |row| {
        seqs.push(row.seq);
        if seqs.len() < NEWEST { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    let entries = engine.entries(&seqs)?;
    assert_eq!(entries.len(), NEWEST, "a store that lost entries has not done the work");
    Ok(began.elapsed())
}

fn commit(source: u64, first: u64, count: u64) -> Commit {
    let id = SourceId::new(&format!("nguon-{source}")).unwrap_or_else(|| unreachable!("digits and letters"));
    let at = Timestamp::UNIX_EPOCH + Duration::from_secs(1_735_689_600 + first);
    let inserted = (first..first + count).map(|number| new(number, at)).collect();
    let changes = Changes { inserted, listed: Some(vec![]), ..Changes::default() };
    Commit { source: id, at, changes, state: SourceState::default(), durable: false }
}

/// An entry of some 1.9 KB, of which a third is the same in all.
fn new(number: u64, at: Timestamp) -> NewEntry {
    let words = (0..18_usize).map(|word| {
        Digest::of(&[&word.to_le_bytes(), &number.to_le_bytes()]).to_string()[..16 + word % 8].to_owned()
    });
    let summary = format!(
        "<p>Sáng 17/1, mực nước sông Hoàng Long tại Bến Đế lên nhanh, <strong>vượt báo động 2</strong>; tỉnh yêu cầu các địa \
         phương rà soát các vùng trũng thấp, sẵn sàng phương án di dời dân.</p><p>{}</p>",
        words.collect::<Vec<_>>().join(" ").repeat(3)
    );
    let title = format!("Tin số {number}: mực nước sông Hoàng Long lên nhanh, vượt báo động 2");
    entry::new(number, title, summary, format!("https://anh.example/{number}.jpg"), at)
}

/// The most that this process had in memory, in MiB (`VmHWM` of proc(5)).
fn peak_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes: Option<f64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kibibytes.unwrap_or_default() / 1024.0
}

fn mebibytes(path: &Path) -> f64 {
    let db = fs::metadata(path.join("db")).map_or(0, |db| db.len());
    Duration::from_secs(db).as_secs_f64() / f64::from(1 << 20)
}
