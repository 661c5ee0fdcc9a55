//! One binary for every test that does I/O: a file per subject, and what they share in `support`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod fetch;
mod support;
