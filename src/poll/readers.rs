//! Parsing and normalizing, off the async threads: a few at a time, each on a thread with a stack of a known size.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, Weak, mpsc},
    time::Duration,
};

use thiserror::Error;
use tokio::{
    sync::{Semaphore, oneshot},
    time::timeout,
};
use url::Url;

use crate::{
    cadence,
    fetch::Body,
    model::{Article, Entry, Rhythm, Skip, Source, SourceId, Timestamp},
    normalize::{
        self, Candidate, Familiar,
        dates::{self, Circumstances, Seen},
        relative, timestamp,
    },
    parse::{self, Awaited, Document, Expected, Feed, Listing, ParseError},
};

/// Documents read at once: each may take a gigabyte for a moment, whatever the cores.
const READERS_MAX: usize = 2;
/// The longest that a document may be read: the largest take a second or two, also on a slow machine.
const READ_MAX: Duration = Duration::from_secs(30);
/// Readings that overran and still go on: no thread can be stopped from outside. With so many, nothing more is read.
const STRAYS_MAX: usize = 4;

/// What is known before a document is read.
pub(super) struct Premises {
    /// When it came.
    pub(super) now: Timestamp,
    /// What was asked.
    pub(super) asked: Url,
    /// How many items its page had last time.
    pub(super) matched: Option<usize>,
    /// Items that need not be read again.
    pub(super) familiar: Arc<Familiar>,
}

/// A document, read.
pub(super) struct Read {
    pub(super) entries: Vec<Candidate>,
    pub(super) ttl: Option<Duration>,
    pub(super) skip: Skip,
    pub(super) rhythm: Option<Rhythm>,
    pub(super) repairs: Vec<String>,
    pub(super) warnings: Vec<String>,
    pub(super) rights: Option<String>,
    /// See [`parse::Listing::matched`].
    pub(super) matched: Option<usize>,
    /// See [`parse::Listing::next`].
    pub(super) next: Option<Url>,
}

/// Why a document could not be read.
#[derive(Debug, Error)]
pub(super) enum ReadError {
    #[error(transparent)]
    Parse(#[from] ParseError),
    #[error("the reader failed on this document; this is a fault of tintinh")]
    Died,
    #[error("reading this document took longer than {} s", READ_MAX.as_secs())]
    Overran,
    #[error("an earlier document of this source is still being read, after more than {} s", READ_MAX.as_secs())]
    Straying,
    #[error(
        "{STRAYS_MAX} documents take endlessly long to read, and no more are read meanwhile; this is a fault of tintinh"
    )]
    Choked,
    #[error("no thread to read the document on: {0}")]
    NoThread(#[source] io::Error),
}

pub(super) struct Readers {
    turns: Arc<Semaphore>,
    /// Threads that wait for the next document: to begin one takes as long as to read some entries.
    idle: Mutex<Vec<Thread>>,
    strays: Mutex<Vec<Stray>>,
}

type Work = Box<dyn FnOnce() + Send>;

/// Where a thread gets its work from. It ends after its work when this is gone.
struct Thread(mpsc::Sender<Work>);

/// A reading that overran, of whose document, and whether it still goes on: its thread holds the other end.
struct Stray(SourceId, Weak<()>);

impl Readers {
    pub(super) fn new() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(READERS_MAX)),
            idle: Mutex::default(),
            strays: Mutex::default(),
        }
    }

    /// Reads a body as its source's zone, address and page demand.
    pub(super) async fn read(
        &self,
        body: Body,
        source: Arc<Source>,
        premises: Premises,
    ) -> Result<Read, ReadError> {
        let id = source.id.clone();
        self.run(&id, move || read(&body, &source, &premises)).await
    }

    /// Reads the page of an article, of which this is known. Times that name no zone are the source's.
    pub(super) async fn read_article(
        &self,
        body: Body,
        source: Arc<Source>,
        now: Timestamp,
        asked: Url,
        title: String,
    ) -> Result<Article, ReadError> {
        let id = source.id.clone();
        let read = move || {
            let zone = source.timezone;
            let document =
                Document { bytes: &body.bytes, content_type: body.content_type.as_deref(), url: &body.url };
            let rules = source.article.clone().unwrap_or_default();
            let awaited = Awaited { asked: &asked, title: &title };
            let read_date =
                move |text: &str| timestamp::read(text, zone).or_else(|| relative::read(text, now, zone));
            let page = parse::parse_article(&document, &rules, &awaited, read_date)?;
            Ok(normalize::article(&page, &source.rewrite_host))
        };
        self.run(&id, read).await
    }

    /// Does a document's reading on a thread of its own, for at most [`READ_MAX`] after its turn has come.
    async fn run<T: Send + 'static>(
        &self,
        id: &SourceId,
        work: impl FnOnce() -> Result<T, ParseError> + Send + 'static,
    ) -> Result<T, ReadError> {
        // The semaphore is never closed; were it, reading on without a turn would be the lesser evil. The turn ends
        // with this function: a reading that overran keeps nobody waiting.
        let _turn = Arc::clone(&self.turns).acquire_owned().await.ok();
        self.refuse(id)?;
        let (answer, answered) = oneshot::channel();
        let going_on = Arc::new(());
        let stray = Stray(id.clone(), Arc::downgrade(&going_on));
        let work = move || {
            // Nobody may be waiting any more: then the result is not wanted.
            let _ = answer.send(work());
            drop(going_on);
        };
        let thread = self.thread().map_err(ReadError::NoThread)?;
        thread.0.send(Box::new(work)).map_err(|_| ReadError::Died)?;
        let Ok(answer) = timeout(READ_MAX, answered).await else {
            self.strays.lock().unwrap_or_else(PoisonError::into_inner).push(stray);
            return Err(ReadError::Overran);
        };
        let read = answer.map_err(|_| ReadError::Died)?;
        // Only now: one that died, or is busy for ever, gets nothing more to do.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        read.map_err(ReadError::from)
    }

    /// A thread that waits for work, or a new one. There are as many as there are turns.
    fn thread(&self) -> io::Result<Thread> {
        if let Some(thread) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(thread);
        }
        let (sender, works) = mpsc::channel::<Work>();
        let thread = std::thread::Builder::new().name("reader".to_owned()).stack_size(parse::STACK_SIZE);
        thread.spawn(move || works.into_iter().for_each(|work| work()))?;
        Ok(Thread(sender))
    }

    /// One stray of a source is enough, and so are [`STRAYS_MAX`] of all.
    fn refuse(&self, id: &SourceId) -> Result<(), ReadError> {
        let mut strays = self.strays.lock().unwrap_or_else(PoisonError::into_inner);
        strays.retain(|Stray(_, going_on)| going_on.strong_count() > 0);
        if strays.iter().any(|Stray(whose, _)| whose == id) {
            return Err(ReadError::Straying);
        }
        if strays.len() >= STRAYS_MAX { Err(ReadError::Choked) } else { Ok(()) }
    }
}

fn read(body: &Body, source: &Source, premises: &Premises) -> Result<Read, ParseError> {
    let Premises { now, asked, matched, familiar } = premises;
    let (now, expected) = (*now, Expected { asked, matched: *matched });
    let zone = source.timezone;
    let document =
        Document { bytes: &body.bytes, content_type: body.content_type.as_deref(), url: &body.url };
    let seen = Arc::new(Seen::default());
    let read_date = {
        let seen = Arc::clone(&seen);
        let is_page = source.page.is_some();
        move |text: &str| {
            let relative = || relative::read(text, now, zone).filter(|_| is_page);
            seen.read(text, zone).or_else(relative)
        }
    };
    let Listing { feed, matched, next } = match &source.page {
        Some(rules) => parse::parse_page(&document, rules, &expected, read_date)?,
        None => Listing { feed: parse::parse(&document, read_date)?, matched: None, next: None },
    };
    let mut entries = normalize::normalize(&feed, &body.url, familiar);
    normalize::rewrite_hosts(&mut entries, &source.rewrite_host);
    let circumstances = Circumstances { zone, now, modified: modified(body) };
    let mut dated: Vec<&mut Entry> = entries.iter_mut().map(|candidate| &mut candidate.entry).collect();
    let corrections = dates::correct(&mut dated, feed.generator.as_deref(), &seen, &circumstances);
    let rhythm = cadence::rhythm(entries.iter().filter_map(|candidate| candidate.entry.published), now);
    let (skip, rights) = (skip(&feed), normalize::rights(&feed));
    let warnings = feed.warnings.into_iter().chain(corrections).collect();
    Ok(Read { entries, ttl: feed.ttl, skip, rhythm, repairs: feed.repairs, warnings, rights, matched, next })
}

/// Hours are 0 to 23; some publishers count from 1, as RSS 0.91 did, and then 24 is midnight.
fn skip(feed: &Feed) -> Skip {
    let hours = feed.skip_hours.iter().fold(0, |hours, hour| hours | 1 << (hour % 24));
    let days = feed.skip_days.iter().fold(0, |days, day| days | 1 << day.num_days_from_monday());
    Skip { hours, days }
}

fn modified(body: &Body) -> Option<Timestamp> {
    let text = std::str::from_utf8(body.validators.last_modified.as_deref()?).ok()?;
    timestamp::read(text, chrono_tz::Tz::UTC)
}

#[cfg(test)]
mod tests;
