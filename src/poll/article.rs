//! One article, once: its turn, robots.txt, fetch, read, commit. What cannot be had leaves its entry as the feed tells it.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use url::Url;

use super::{
    Poller,
    attempt::{Attempt, tell},
    failures::unreadable_article,
    polled::Settled,
    readers::ReadError,
    robots::{self, Forbidden},
};
use crate::{
    articles, cadence,
    fetch::{self, Fetched},
    hosts::{Host, Hosts, Itinerary},
    model::{
        Articles, Changes, Commit, Committed, Completion, EntryKey, KnownEntry, Presence, Reach, Source,
        SourceId, SourceState, State, StoredEntry, Timestamp, Validators, Waiting,
    },
    store::StoreError,
};

/// An article that our own fault or network keeps from being read is tried again after so long.
const OURS: Duration = Duration::from_mins(10);
/// A host that says 429 and not for how long is left alone for so long.
const HELD_UNASKED: Duration = Duration::from_mins(15);

impl<Clock: Fn() -> Timestamp> Poller<Clock> {
    /// Reads the article of the entry that waits under this key; `window` is the live window.
    ///
    /// # Errors
    /// When what came of it could not be kept: then it is as if nothing had been asked.
    pub async fn read_article(
        &self,
        source: &Arc<Source>,
        key: EntryKey,
        hosts: &Arc<Hosts>,
        window: Duration,
    ) -> Result<Settled, StoreError> {
        let Articles { waiting, reason, .. } = self.board.articles(&source.id);
        let waiting = waiting.into_iter().find(|waiting| waiting.key == key);
        let attempt = match &waiting {
            Some(waiting) => self.attempt(source, waiting, hosts).await?,
            None => Attempt::Gone,
        };
        let link = waiting.map(|waiting| waiting.link).unwrap_or_default();
        tell(&source.id, &link, &attempt, !reason.is_empty());
        let outcome = attempt.name();
        self.settle(&source.id, outcome, async |articles, now| {
            self.apply(&source.id, articles, key, attempt, window, now).await
        })
        .await
    }

    /// Publishes entries without their articles: those that have waited long enough, or all that wait. With `forget`
    /// articles are no longer to be read.
    ///
    /// # Errors
    /// When it could not be kept; nothing is published then.
    pub async fn publish_undated(
        &self,
        id: &SourceId,
        all: bool,
        forget: bool,
    ) -> Result<Settled, StoreError> {
        self.settle(id, "released", async |articles, now| {
            let inserted = articles::release(articles, all, now);
            if forget {
                articles.waiting.clear();
            }
            Ok(Changes { inserted, ..Changes::default() })
        })
        .await
    }

    /// Changes the articles of a source and what follows from it, in one commit.
    async fn settle(
        &self,
        id: &SourceId,
        outcome: &'static str,
        change: impl AsyncFnOnce(&mut Articles, Timestamp) -> Result<Changes, StoreError>,
    ) -> Result<Settled, StoreError> {
        let _alone = self.board.alone(id).await;
        let mut state = self.board.state(id);
        let now = (self.clock)();
        let changes = change(&mut state.articles, now).await?;
        let (inserted, updated) = (changes.inserted.len(), changes.completed.len());
        if inserted + updated > 0 {
            // Documents are known by it: two changes are never of one instant.
            let after = |at: Timestamp| now.max(at + TimeDelta::milliseconds(1));
            state.last_change = Some(state.last_change.map_or(now, after));
            let dates = changes.inserted.iter().filter(|new| new.dropped.is_none()).map(|new| new.date);
            cadence::published(&mut state, &dates.collect::<Vec<_>>(), now);
        }
        let committed = self.keep(id, changes, &state, now).await?;
        self.board.set(id, state);
        Ok(Settled { outcome, inserted, updated, touched: committed.touched })
    }

    async fn keep(
        &self,
        id: &SourceId,
        changes: Changes,
        state: &SourceState,
        at: Timestamp,
    ) -> Result<Committed, StoreError> {
        // Beside a change of what readers see: which article was asked for, and when it may be again, must survive a crash.
        let commit = Commit { source: id.clone(), at, changes, state: state.clone(), durable: true };
        self.store.commit(commit).await
    }

    async fn apply(
        &self,
        id: &SourceId,
        articles: &mut Articles,
        key: EntryKey,
        attempt: Attempt,
        window: Duration,
        now: Timestamp,
    ) -> Result<Changes, StoreError> {
        let mut changes = Changes::default();
        match attempt {
            Attempt::Read(article) => {
                if let Some(new) = articles::came(articles, key, &article, window, now) {
                    changes.inserted.push(new);
                } else if let Some(known) = self.known_as(id, key).await? {
                    changes.completed.push(Completion { seq: known.seq, article });
                }
            }
            Attempt::Failed { reason, retry_after } => {
                changes.inserted.extend(articles::failed(articles, key, &reason, retry_after, now));
            }
            Attempt::Throttled { reason, host, wait } => {
                changes.inserted.extend(articles::failed(articles, key, &reason, Some(wait), now));
                let is_there = |link: &str| link.parse().is_ok_and(|link: Url| Host::of(&link) == host);
                articles::hold(articles, is_there, wait, now);
            }
            Attempt::GivenUp(reason) => {
                changes.inserted.extend(articles::give_up(articles, key, &reason, now));
            }
            Attempt::PutOff(wait) => articles::put_off(articles, key, wait, now),
            Attempt::Gone => drop(articles::take(articles, key)),
        }
        Ok(changes)
    }

    /// The entry that is kept under this key, where its contents are.
    async fn known_as(&self, id: &SourceId, key: EntryKey) -> Result<Option<KnownEntry>, StoreError> {
        let known = self.store.known(id.clone(), vec![key]).await?;
        Ok(known.get(&key).copied().filter(|known| known.presence == Presence::Kept))
    }

    /// The entry that waits, as it is published.
    async fn stored(&self, id: &SourceId, key: EntryKey) -> Result<Option<StoredEntry>, StoreError> {
        let Some(known) = self.known_as(id, key).await? else { return Ok(None) };
        let mut entries = self.store.entries(vec![known.seq]).await?;
        Ok(entries.pop())
    }

    async fn attempt(
        &self,
        source: &Arc<Source>,
        waiting: &Waiting,
        hosts: &Arc<Hosts>,
    ) -> Result<Attempt, StoreError> {
        let title = match &waiting.held {
            // Published meanwhile under another key, or taken down.
            Some(held) if !self.store.known(source.id.clone(), held.new.keys.clone()).await?.is_empty() => {
                return Ok(Attempt::Gone);
            }
            Some(held) => held.new.entry.title.clone(),
            None => match self.stored(&source.id, waiting.key).await? {
                Some(stored) if stored.dropped.is_none() && stored.article.is_none() => stored.entry.title,
                _ => return Ok(Attempt::Gone),
            },
        };
        let Some(url) =
            waiting.link.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "http" | "https"))
        else {
            return Ok(Attempt::GivenUp("it is no address that can be asked".to_owned()));
        };
        Ok(self.fetch_article(source, url, title, hosts).await)
    }

    async fn fetch_article(
        &self,
        source: &Arc<Source>,
        url: Url,
        title: String,
        hosts: &Arc<Hosts>,
    ) -> Attempt {
        let mut way = Itinerary::of_visitor(hosts, source.pace.host_delay);
        match self.robots.check(&url, source, &self.fetcher, &mut way, (self.clock)()).await {
            Ok(()) => {}
            Err(Forbidden::ByRules) => {
                return Attempt::GivenUp(
                    "robots.txt forbids to ask for it; where it forbids all, take `full_text` out".to_owned(),
                );
            }
            Err(Forbidden::Untold(reason)) => {
                return Attempt::Failed { reason, retry_after: Some(robots::UNTOLD) };
            }
            Err(Forbidden::PutOff(wait)) => return Attempt::PutOff(wait),
            Err(Forbidden::Throttled { reason, retry_after, is_throttled }) => {
                return throttled(&way, reason, retry_after, is_throttled);
            }
        }
        let request = fetch::Request {
            url: &url,
            validators: &Validators::default(),
            limits: &source.limits,
            access: &source.access,
            feed: Some(source),
        };
        let body = match self.fetcher.fetch(&request, &mut way, (self.clock)()).await {
            Ok(Fetched::Body(body)) => body,
            Ok(Fetched::NotModified { .. }) => {
                let reason = "it answered 304 to who asked for the whole".to_owned();
                return Attempt::Failed { reason, retry_after: None };
            }
            Err(error) => {
                if let Some(wait) = error.unwelcome() {
                    return Attempt::PutOff(wait);
                }
                let failure = error.failure();
                if failure.reach == Reach::Local {
                    return Attempt::PutOff(OURS);
                }
                let (reason, retry_after) = (failure.reason, failure.hints.retry_after);
                let is_throttled = failure.state == State::Throttled;
                let holds = is_throttled || (failure.state == State::Unavailable && retry_after.is_some());
                if !holds {
                    return Attempt::Failed { reason, retry_after };
                }
                return throttled(&way, reason, retry_after, is_throttled);
            }
        };
        drop(way);
        match self.readers.read_article(body, Arc::clone(source), (self.clock)(), url, title).await {
            Ok(article) => Attempt::Read(article),
            Err(ReadError::Straying | ReadError::Choked | ReadError::NoThread(_)) => Attempt::PutOff(OURS),
            Err(error) => Attempt::Failed { reason: unreadable_article(&error), retry_after: None },
        }
    }
}

/// A host that wants to be left alone. As with polls, a 503 holds its articles, and a 429 whoever asks that host.
fn throttled(way: &Itinerary, reason: String, retry_after: Option<Duration>, is_throttled: bool) -> Attempt {
    let Some(host) = way.host().cloned() else { return Attempt::Failed { reason, retry_after } };
    let wait = retry_after.unwrap_or(HELD_UNASKED);
    if is_throttled {
        way.hold(wait);
    }
    Attempt::Throttled { reason, host, wait }
}

/// Takes from a poll's changes which articles are to be read. Says whether it takes any.
pub(super) fn enqueue(
    source: &Source,
    before: &SourceState,
    after: &mut SourceState,
    changes: &mut Changes,
    now: Timestamp,
) -> bool {
    if source.article.is_none() || changes.inserted.is_empty() {
        return false;
    }
    let waiting = after.articles.waiting.len();
    articles::enqueue(&mut after.articles, changes, before.last_entry.is_none(), now);
    after.articles.waiting.len() > waiting
}
