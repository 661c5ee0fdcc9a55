//! What polling costs: the scheduler for each poll as the number of sources grows, and a cycle in which nothing is new
//! beside bare reqwest making the same requests.
//!
//! `cargo bench --bench polling` prints both. Times are of the processor, not of the clock on the wall, and both sides
//! of a ratio are measured in one run. The publishers of the second part are a process of their own, on 127.0.0.1.

mod beside;
#[path = "../shared/cycle.rs"]
mod cycle;
mod pace;
#[path = "../shared/publishers.rs"]
mod publishers;
#[path = "../shared/usage.rs"]
mod usage;

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    if std::env::args().any(|argument| argument == publishers::ARGUMENT) {
        return publishers::serve(beside::answer);
    }
    let report = pace::report()? + &beside::report()?;
    io::stdout().write_all(report.as_bytes())
}
