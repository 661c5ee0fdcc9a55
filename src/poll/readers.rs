//! Parsing and normalizing, off the async threads: a few at a time, each on a thread with a stack of a known size.

use std::{sync::Arc, time::Duration};

use thiserror::Error;
use tokio::sync::{Semaphore, oneshot};

use crate::{
    fetch::Body,
    model::{Entry, Source, Timestamp},
    normalize::{
        self,
        dates::{self, Circumstances, Seen},
        timestamp,
    },
    parse::{self, Document, ParseError},
};

/// Documents read at once: each may take a gigabyte for a moment, whatever the cores.
const READERS_MAX: usize = 2;

/// A document, read.
pub(super) struct Read {
    pub(super) entries: Vec<Entry>,
    pub(super) ttl: Option<Duration>,
    pub(super) repairs: Vec<String>,
    pub(super) warnings: Vec<String>,
}

/// Why a document could not be read.
#[derive(Debug, Error)]
pub(super) enum ReadError {
    #[error(transparent)]
    Parse(#[from] ParseError),
    #[error("the reader failed on this document; this is a fault of tintinh")]
    Died,
    #[error("no thread to read the document on: {0}")]
    NoThread(#[source] std::io::Error),
}

pub(super) struct Readers {
    turns: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(READERS_MAX)) }
    }

    /// Reads a body as its source's zone and address demand; `now` is when it came.
    pub(super) async fn read(
        &self,
        body: Body,
        source: Arc<Source>,
        now: Timestamp,
    ) -> Result<Read, ReadError> {
        // The semaphore is never closed; were it, reading on without a turn would be the lesser evil.
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok();
        let (answer, answered) = oneshot::channel();
        let work = move || {
            // Nobody may be waiting any more: then the result is not wanted.
            let _ = answer.send(read(&body, &source, now));
            drop(turn);
        };
        let thread = std::thread::Builder::new().name("reader".to_owned()).stack_size(parse::STACK_SIZE);
        thread.spawn(work).map_err(ReadError::NoThread)?;
        answered.await.map_err(|_| ReadError::Died)?.map_err(ReadError::from)
    }
}

fn read(body: &Body, source: &Source, now: Timestamp) -> Result<Read, ParseError> {
    let zone = source.timezone;
    let document =
        Document { bytes: &body.bytes, content_type: body.content_type.as_deref(), url: &body.url };
    let seen = Arc::new(Seen::default());
    let read_date = {
        let seen = Arc::clone(&seen);
        move |text: &str| seen.read(text, zone)
    };
    let feed = parse::parse(&document, read_date)?;
    let mut entries = normalize::normalize(&feed, &body.url);
    let circumstances = Circumstances { zone, now, modified: modified(body) };
    let mut dated: Vec<&mut Entry> = entries.iter_mut().collect();
    let corrections = dates::correct(&mut dated, feed.generator.as_deref(), &seen, &circumstances);
    let warnings = feed.warnings.into_iter().chain(corrections).collect();
    Ok(Read { entries, ttl: feed.ttl, repairs: feed.repairs, warnings })
}

fn modified(body: &Body) -> Option<Timestamp> {
    let text = std::str::from_utf8(body.validators.last_modified.as_deref()?).ok()?;
    timestamp::read(text, chrono_tz::Tz::UTC)
}
