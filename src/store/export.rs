//! A store as lines of JSON, to be carried elsewhere: `docs/export.md` says what stands in them. Knows the contract of an
//! engine, and no engine.

mod error;
mod file;
mod lines;
mod rotation;

use std::io::{BufRead, Write};

use crate::model::{ChannelId, Record, Seq};

pub use self::{
    error::{ExportError, ImportError},
    file::{from_file, is_packed, receive, to_file},
    rotation::{due, name, newest, surplus},
};

use self::lines::{End, Head, Line, Lines, Writer};
use super::{Engine, StoreError};

/// The version of the format. A reader must refuse one that it does not know.
pub const VERSION: u32 = 2;

/// The oldest version that is read: it knew no groups, which are found out when it is put back.
const OLDEST: u32 = 1;

/// Entries that are read or put back at once.
const AT_ONCE: usize = 100;

/// How many damaged lines are told.
const TOLD_MAX: usize = 10;

/// What was written or read so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Entries.
    pub entries: u64,
    /// Tombstones.
    pub tombstones: u64,
    /// Sources with a state.
    pub sources: u64,
    /// Channels with a state.
    pub channels: u64,
}

impl Summary {
    fn count(&mut self, record: &Record) {
        match record {
            Record::Next(_) => {}
            Record::Source(..) => self.sources += 1,
            Record::Channel(..) => self.channels += 1,
            Record::Entry(remembered) if remembered.stored.is_some() => self.entries += 1,
            Record::Entry(_) => self.tombstones += 1,
        }
    }
}

/// Told how far the work is; says whether it shall go on.
pub type Tell<'a> = &'a mut dyn FnMut(Summary) -> bool;

/// Writes all that the engine holds, while commits go on: states first, so that none is newer than the entries that
/// came with it (what is polled twice then comes once), and then entries up to the highest number there was.
///
/// # Errors
/// When the engine cannot be read, or the lines not be written, or when it was given up.
pub fn write(engine: &dyn Engine, to: &mut dyn Write, tell: Tell<'_>) -> Result<Summary, ExportError> {
    let mut writer = Writer::new(to);
    let mut summary = Summary::default();
    let next = engine.next()?;
    writer.line(&Line::Tintinh(Head { version: VERSION, next }))?;
    let mut states: Vec<_> = engine.source_states()?.into_iter().collect();
    states.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    let mut channels: Vec<(ChannelId, _)> = engine.channel_states()?.into_iter().collect();
    channels.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    let states = states.into_iter().map(|(id, state)| Record::Source(id, Box::new(state)));
    let channels = channels.into_iter().map(|(id, state)| Record::Channel(id, Box::new(state)));
    for record in states.chain(channels) {
        summary.count(&record);
        writer.line(&Line::of(record))?;
    }
    let mut after = Seq(0);
    loop {
        let some = engine.remembered(after, AT_ONCE)?;
        let Some(last) = some.last() else { break };
        after = last.known.seq;
        for remembered in some.into_iter().filter(|remembered| remembered.known.seq < next) {
            let record = Record::Entry(Box::new(remembered));
            summary.count(&record);
            writer.line(&Line::of(record))?;
        }
        if !tell(summary) {
            return Err(ExportError::Abandoned);
        }
        if after >= next {
            break;
        }
    }
    let digest = writer.digest();
    writer.line(&Line::End(End::of(summary, digest)))?;
    Ok(summary)
}

/// Reads an export to its end and puts nothing back: whether it is whole, and what it holds.
///
/// # Errors
/// When it is no export, of another version, cut off, or damaged: with the numbers of its lines.
pub fn inspect(from: &mut dyn BufRead) -> Result<Summary, ImportError> {
    let (mut summary, mut damaged) = (Summary::default(), Vec::new());
    let mut end = None;
    let mut lines = Lines::new(from);
    while let Some((number, line)) = lines.next()? {
        if end.is_some() {
            damaged.push((number, "a line after the end".to_owned()));
            break;
        }
        match line {
            Err(ImportError::Line { what, .. }) => damaged.push((number, what)),
            Err(other) => return Err(other),
            Ok(Line::End(found)) => end = Some(found),
            Ok(line) => line.record().iter().for_each(|record| summary.count(record)),
        }
    }
    if !damaged.is_empty() {
        let lines = damaged.len();
        damaged.truncate(TOLD_MAX);
        return Err(ImportError::Damaged { lines, first: damaged });
    }
    match end {
        None => Err(ImportError::CutOff),
        Some(end) if end.summary() != summary || end.digest != lines.digest_before_last() => {
            Err(ImportError::Changed)
        }
        Some(_) => Ok(summary),
    }
}

/// Puts back what an export holds.
///
/// # Errors
/// When the lines cannot be read, or the engine does not take them.
pub fn read(from: &mut dyn BufRead, engine: &dyn Engine, tell: Tell<'_>) -> Result<Summary, ImportError> {
    let mut summary = Summary::default();
    let mut lines = Lines::new(from);
    let mut some: Vec<Record> = Vec::with_capacity(AT_ONCE);
    loop {
        let line = lines.next()?;
        let at_end = line.is_none();
        if let Some((_, line)) = line {
            some.extend(line?.record());
        }
        if some.len() >= AT_ONCE || at_end {
            engine.restore(&some)?;
            for record in some.drain(..) {
                summary.count(&record);
            }
            if !tell(summary) {
                return Err(ImportError::Abandoned);
            }
        }
        if at_end {
            engine.sync()?;
            return Ok(summary);
        }
    }
}

/// Gives all that can be read of an export, however damaged it is.
///
/// # Errors
/// Only those of `take`.
pub fn each(
    from: &mut dyn BufRead,
    take: &mut dyn FnMut(Record) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut lines = Lines::new(from);
    // What is packed ends where its first block is damaged.
    while let Ok(Some((_, line))) = lines.next() {
        if let Some(record) = line.ok().and_then(Line::record) {
            take(record)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
