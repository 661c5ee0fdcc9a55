//! Parsing and normalizing, off the async threads: a few at a time, each on a thread with a stack of a known size.

use std::{sync::Arc, time::Duration};

use thiserror::Error;
use tokio::sync::{Semaphore, oneshot};

use crate::{
    fetch::Body,
    model::{Entry, Source},
    normalize::{self, timestamp},
    parse::{self, Document, ParseError},
};

/// Documents read at once: each may take a gigabyte for a moment, whatever the cores.
const READERS_MAX: usize = 2;

/// A document, read.
pub(super) struct Read {
    pub(super) entries: Vec<Entry>,
    pub(super) ttl: Option<Duration>,
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

    /// Reads a body as its source's zone and address demand.
    pub(super) async fn read(&self, body: Body, source: Arc<Source>) -> Result<Read, ReadError> {
        // The semaphore is never closed; were it, reading on without a turn would be the lesser evil.
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok();
        let (answer, answered) = oneshot::channel();
        let work = move || {
            // Nobody may be waiting any more: then the result is not wanted.
            let _ = answer.send(read(&body, &source));
            drop(turn);
        };
        let thread = std::thread::Builder::new().name("reader".to_owned()).stack_size(parse::STACK_SIZE);
        thread.spawn(work).map_err(ReadError::NoThread)?;
        answered.await.map_err(|_| ReadError::Died)?.map_err(ReadError::from)
    }
}

fn read(body: &Body, source: &Source) -> Result<Read, ParseError> {
    let zone = source.timezone;
    let document =
        Document { bytes: &body.bytes, content_type: body.content_type.as_deref(), url: &body.url };
    let feed = parse::parse(&document, move |text: &str| timestamp::read(text, zone))?;
    Ok(Read { entries: normalize::normalize(&feed, &body.url), ttl: feed.ttl })
}
