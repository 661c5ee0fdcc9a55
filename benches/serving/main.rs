//! What serving costs, beside nginx (of Debian's nginx-light) that serves the same bytes as static files.
//!
//! `cargo bench --bench serving` starts the real daemon and nginx, and asks both in turn for whole documents, packed ones
//! and 304 over 64 connections. Wanted: at least 0.9 times nginx's requests per second for whole ones, 0.6 for gzip, 0.7
//! for 304. All three share the machine's cores, so the rate also tells what else the machine does. Steadier is the
//! processor time of a request: of the server alone, and of the server and the readers together, which is what the rate
//! comes to where nothing else runs.
//!
//! `-- comparison`, `-- rendering` and `-- codings` print one part alone: that, what making the documents costs by the
//! entries shown and kept, and what each coding costs and saves at each level.

mod codings;
mod comparison;
mod daemon;
#[path = "../shared/dice.rs"]
mod dice;
mod entries;
#[path = "../shared/entry.rs"]
mod entry;
mod load;
mod nginx;
mod process;
mod rendering;
#[path = "../shared/usage.rs"]
mod usage;

use std::{
    env,
    io::{self, Write as _},
};

type Failed = Box<dyn std::error::Error + Send + Sync>;
type Report = fn() -> Result<(), Failed>;

fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some([first, rest @ ..]) = arguments.get(..)
        && first == load::ARGUMENT
    {
        return load::run(rest);
    }
    let parts: [(&str, Report); 3] =
        [("comparison", comparison::report), ("rendering", rendering::report), ("codings", codings::report)];
    let is_asked = |part: &str| arguments.iter().any(|argument| argument == part);
    let are_all = !parts.iter().any(|(part, _)| is_asked(part));
    for (_, report) in parts.iter().filter(|(part, _)| are_all || is_asked(part)) {
        report()?;
    }
    io::stdout().flush()?;
    Ok(())
}
