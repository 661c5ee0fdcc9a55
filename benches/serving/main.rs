//! What serving costs, beside nginx (of Debian's nginx-light) that serves the same bytes as static files.
//!
//! `cargo bench --bench serving` starts the real daemon and nginx, and asks both in turn for whole documents, packed ones
//! and 304 over 64 connections. Wanted: at least 0.9 times nginx's requests per second for whole ones, 0.6 for gzip, 0.7
//! for 304. All three share the machine's cores, so the rate tells of a busy machine too; the processor time that the
//! server itself spends on a request is the steadier figure. `-- rendering` prints instead what making the documents
//! costs by the entries shown and kept.

mod comparison;
mod daemon;
mod entries;
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

fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some([first, rest @ ..]) = arguments.get(..)
        && first == load::ARGUMENT
    {
        return load::run(rest);
    }
    let is_asked = |what: &str| arguments.iter().any(|argument| argument == what);
    if !is_asked("rendering") {
        comparison::report()?;
    }
    if !is_asked("comparison") {
        rendering::report()?;
    }
    io::stdout().flush()?;
    Ok(())
}
