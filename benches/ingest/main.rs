//! What ingesting costs, from the request to the last commit, beside a program of the same crates with none of our logic.
//!
//! `cargo bench --bench ingest` prints the processor time of both for a first cycle, in which a thousand sources bring
//! thirty entries each, and for a later one, in which one source in twenty has a new entry and the others answer 304.
//! Each side runs in a process of its own, in turn, and so do the publishers; medians count. First should stay below
//! 1.25, later below 1.5.

#[path = "../shared/cycle.rs"]
mod cycle;
#[path = "../shared/dice.rs"]
mod dice;
mod documents;
mod floor;
mod ours;
#[path = "../shared/publishers.rs"]
mod publishers;
#[path = "../shared/usage.rs"]
mod usage;

use std::{
    env,
    io::{self, Write as _},
    process::Command,
    time::Duration,
};

use cycle::Failed;
use documents::{ENTRIES, Papers, SOURCES};
use publishers::Publishers;

/// How the bench asks itself to be a side; the ports follow.
const OURS: &str = "--be-ours";
const FLOOR: &str = "--be-the-floor";

/// How often each side runs; the median counts.
const ROUNDS: usize = 5;
/// Later cycles of one run; their mean counts.
const LATER: usize = 10;

/// What a side used of the processors.
struct Cost {
    first: Duration,
    /// For all later cycles.
    later: Duration,
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let is_asked = |what: &str| arguments.iter().any(|argument| argument == what);
    let mut out = io::stdout();
    if is_asked(publishers::ARGUMENT) {
        let papers = Papers::new();
        return publishers::serve(move |asked| papers.answer(asked));
    }
    for side in [OURS, FLOOR] {
        if is_asked(side) {
            let ports: Vec<u16> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
            let Cost { first, later } = run(side, &ports).map_err(io::Error::other)?;
            return writeln!(out, "{} {}", first.as_nanos(), later.as_nanos());
        }
    }
    let publishers = Publishers::start()?;
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        ours.push(measured(OURS, &publishers)?);
        floor.push(measured(FLOOR, &publishers)?);
        writeln!(
            io::stderr(),
            "round {round}: ours {:.0?}, floor {:.0?}",
            ours[round - 1],
            floor[round - 1]
        )?;
    }
    for (cycle, name) in ["first", "later"].iter().enumerate() {
        let (ours, floor) = (median(&ours, cycle), median(&floor, cycle));
        let ratio = ours.as_secs_f64() / floor.as_secs_f64();
        write!(
            out,
            "{name} cycle of {SOURCES} sources: ours {ours:.1?}, floor {floor:.1?}, ratio {ratio:.2}"
        )?;
        if cycle == 0 {
            let entries = u32::try_from(SOURCES * ENTRIES).unwrap_or(u32::MAX);
            write!(out, "; for each entry {:.1?} and {:.1?}", ours / entries, floor / entries)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn run(side: &str, ports: &[u16]) -> Result<Cost, Failed> {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        if side == OURS {
            ours::run(folder.path(), ports).await
        } else {
            floor::run(folder.path(), ports).await
        }
    })
}

/// First and later cycle of a side, in a process of its own.
fn measured(side: &str, publishers: &Publishers) -> io::Result<[Duration; 2]> {
    let ports = publishers.ports.iter().map(u16::to_string);
    let child = Command::new(env::current_exe()?).arg(side).args(ports).output()?;
    let line = String::from_utf8_lossy(&child.stdout).into_owned();
    let figures: Vec<u64> = line.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    let [first, later] = figures[..] else {
        return Err(io::Error::other(String::from_utf8_lossy(&child.stderr).into_owned()));
    };
    let later = Duration::from_nanos(later) / u32::try_from(LATER).unwrap_or(u32::MAX);
    Ok([Duration::from_nanos(first), later])
}

fn median(costs: &[[Duration; 2]], cycle: usize) -> Duration {
    let mut costs: Vec<Duration> = costs.iter().map(|cost| cost[cycle]).collect();
    costs.sort();
    costs[costs.len() / 2]
}

/// A side that lost entries has not done the work.
fn expect(wanted: usize, found: usize) -> Result<(), Failed> {
    if wanted == found {
        Ok(())
    } else {
        Err(format!("{found} entries are kept in place of {wanted}").into())
    }
}
