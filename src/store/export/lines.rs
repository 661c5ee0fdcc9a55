//! The lines themselves: what stands in each, and their digest. Knows no engine and no file.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{ImportError, OLDEST, Summary, VERSION};
use crate::model::{ChannelId, ChannelState, Digest, Record, Remembered, Seq, SourceId, SourceState};

/// The longest line: more than any value that a store takes.
const LINE_MAX: u64 = 32 << 20;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Line {
    Tintinh(Head),
    Source { id: SourceId, state: Box<SourceState> },
    Channel { id: String, state: Box<ChannelState> },
    Entry(Box<Remembered>),
    End(End),
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    pub version: u32,
    pub next: Seq,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct End {
    entries: u64,
    tombstones: u64,
    sources: u64,
    channels: u64,
    pub digest: Digest,
}

impl End {
    pub(super) fn of(summary: Summary, digest: Digest) -> Self {
        let Summary { entries, tombstones, sources, channels } = summary;
        Self { entries, tombstones, sources, channels, digest }
    }

    pub(super) fn summary(&self) -> Summary {
        let Self { entries, tombstones, sources, channels, .. } = *self;
        Summary { entries, tombstones, sources, channels }
    }
}

impl Line {
    pub(super) fn of(record: Record) -> Self {
        match record {
            Record::Next(next) => Self::Tintinh(Head { version: VERSION, next }),
            Record::Source(id, state) => Self::Source { id, state },
            Record::Channel(id, state) => Self::Channel { id: id.to_string(), state },
            Record::Entry(remembered) => Self::Entry(remembered),
        }
    }

    /// What it puts back; nothing where it is the last, or of a kind of channel that is not known.
    pub(super) fn record(self) -> Option<Record> {
        match self {
            Self::Tintinh(head) => Some(Record::Next(head.next)),
            Self::Source { id, state } => Some(Record::Source(id, state)),
            Self::Channel { id, state } => Some(Record::Channel(ChannelId::read(&id)?, state)),
            Self::Entry(remembered) => Some(Record::Entry(remembered)),
            Self::End(_) => None,
        }
    }
}

/// Writes lines.
pub(super) struct Writer<'a> {
    to: &'a mut dyn Write,
    digest: Sha256,
}

impl<'a> Writer<'a> {
    pub(super) fn new(to: &'a mut dyn Write) -> Self {
        Self { to, digest: Sha256::new() }
    }

    pub(super) fn line(&mut self, line: &Line) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.digest.update(&bytes);
        self.to.write_all(&bytes)
    }

    /// Of all lines so far.
    pub(super) fn digest(&self) -> Digest {
        short(self.digest.clone())
    }
}

fn short(digest: Sha256) -> Digest {
    let mut short = [0; 16];
    short.copy_from_slice(&digest.finalize()[..16]);
    Digest(short)
}

/// A line's number, counted from 1, and what stands in it.
pub(super) type Numbered = (u64, Result<Line, ImportError>);

/// Reads lines.
pub(super) struct Lines<'a> {
    from: &'a mut dyn BufRead,
    number: u64,
    digest: Sha256,
    before_last: Sha256,
}

impl<'a> Lines<'a> {
    pub(super) fn new(from: &'a mut dyn BufRead) -> Self {
        Self { from, number: 0, digest: Sha256::new(), before_last: Sha256::new() }
    }

    /// The next line; none at the end. Only a damaged line may be followed by others.
    pub(super) fn next(&mut self) -> Result<Option<Numbered>, ImportError> {
        let mut bytes = Vec::new();
        io::Read::take(&mut *self.from, LINE_MAX).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        self.before_last = self.digest.clone();
        self.digest.update(&bytes);
        let number = self.number;
        let damaged = |what: String| ImportError::Line { number, what };
        let line = if number == 1 { head(&bytes) } else { parse(&bytes).map_err(damaged) };
        Ok(Some((number, line)))
    }

    /// Of all lines but the last.
    pub(super) fn digest_before_last(&self) -> Digest {
        short(self.before_last.clone())
    }
}

/// The first line, by which the rest is understood.
fn head(bytes: &[u8]) -> Result<Line, ImportError> {
    /// What every version of the first line says.
    #[derive(Deserialize)]
    struct AnyHead {
        tintinh: AnyVersion,
    }
    #[derive(Deserialize)]
    struct AnyVersion {
        version: u32,
    }
    let head: AnyHead = serde_json::from_slice(bytes).map_err(|_| ImportError::Foreign)?;
    if !(OLDEST..=VERSION).contains(&head.tintinh.version) {
        return Err(ImportError::Version(head.tintinh.version));
    }
    parse(bytes).map_err(|what| ImportError::Line { number: 1, what })
}

fn parse(bytes: &[u8]) -> Result<Line, String> {
    if bytes.last() != Some(&b'\n') {
        return Err("it does not end".to_owned());
    }
    let line: Line = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    match &line {
        Line::Tintinh(head) if !head.next.is_possible() => Err("an impossible number".to_owned()),
        Line::Entry(remembered) => match remembered.contradiction() {
            Some(what) => Err(what.to_owned()),
            None => Ok(line),
        },
        _ => Ok(line),
    }
}
