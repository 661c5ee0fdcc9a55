//! Values as they stand in error messages. Knows no error.

use std::{fmt, time::Duration};

use reqwest::StatusCode;

/// A time in seconds, with as many decimals as it has.
pub(super) struct Seconds(pub(super) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} s", self.0.as_secs_f64())
    }
}

/// A status with its name, and what came with it.
pub(super) struct Answer<'a> {
    pub(super) code: u16,
    pub(super) words: &'a str,
}

impl fmt::Display for Answer<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.code)?;
        let name = StatusCode::from_u16(self.code).ok().and_then(|code| code.canonical_reason());
        if let Some(name) = name {
            write!(formatter, " {name}")?;
        }
        if !self.words.is_empty() {
            write!(formatter, ": {}", self.words)?;
        }
        Ok(())
    }
}
