//! One binary for every test that does I/O: a file per subject, and what they share in `support`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and one that leaves something out says so"
)]

mod answers;
mod architecture;
mod articles;
mod behaviour;
mod browser;
mod caches;
mod captured;
mod carry;
mod daemon;
mod damage;
mod deltas;
mod demo;
mod errors;
mod faults;
mod fetch;
mod filters;
mod fixtures;
mod formats;
mod full;
mod hastening;
mod identity;
mod inquiry;
mod listener;
mod metrics;
mod mutations;
mod pace;
mod pages;
mod poll;
mod preview;
mod process;
mod proxies;
mod readers;
mod requests;
mod status;
mod status_pages;
mod store_kill;
mod store_layout;
mod support;
mod upkeep;
