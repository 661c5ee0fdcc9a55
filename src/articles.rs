//! Which new entries have their articles read, when each is tried, and which entries wait for theirs before they are
//! published. Pure: the articles of a source and what came of one make its next articles. Knows no page and no server.
//!
//! An article is asked for once, and after a failure a few times more, ever later. An entry without a date waits for its
//! article to tell it, but not for long: then it is published as of now, and the article completes it when it comes.

mod robots;

use std::time::Duration;

use chrono::TimeDelta;

pub use robots::Robots;

use crate::model::{
    Article, Articles, Changes, Entry, EntryKey, Failure, Held, NewEntry, Timestamp, Waiting,
};

/// Of the new entries of one poll, so many have their articles read, from the document's top; the others stay as their
/// feed tells them.
pub const POLL_MAX: usize = 50;
/// Articles of one source that are still to be read; with more, new entries stay as their feed tells them.
pub const WAITING_MAX: usize = 100;
/// An entry without a date is published after so long at most.
pub const UNDATED_MAX: TimeDelta = TimeDelta::minutes(10);
/// A longer address is not asked for, in bytes: all that wait are kept in one value.
const LINK_MAX: usize = 1_000;
/// How much the entries that are not published yet may take of their source's state, in bytes of JSON: kept with it in
/// one value, beside much else.
const HELD_MAX: usize = 96 << 10;
/// After a failure it is tried again after so long, and after the last no more.
const LATER: [TimeDelta; 4] =
    [TimeDelta::minutes(2), TimeDelta::minutes(30), TimeDelta::hours(6), TimeDelta::hours(24)];
/// Nobody waits longer for a host, whatever it asks; nor for a clock that was set back.
const WAIT_MAX: TimeDelta = TimeDelta::hours(24);

/// Takes from what a poll found new which articles are to be read. Entries without a date are taken out of it, and held.
/// `first` says whether it was the first document of its source.
pub fn enqueue(articles: &mut Articles, changes: &mut Changes, first: bool, now: Timestamp) {
    let mut room = POLL_MAX.min(WAITING_MAX.saturating_sub(articles.waiting.len()));
    let mut held: usize =
        articles.waiting.iter().filter_map(|waiting| waiting.held.as_deref()).map(size).sum();
    let inserted = std::mem::take(&mut changes.inserted);
    for new in inserted {
        if let Some(known) = articles.waiting.iter_mut().find(|waiting| is_of(waiting, &new)) {
            changes.inserted.extend(told_again(known, new, &mut held));
            continue;
        }
        let Some(link) =
            new.entry.link.clone().filter(|link| room > 0 && new.dropped.is_none() && link.len() <= LINK_MAX)
        else {
            changes.inserted.push(new);
            continue;
        };
        room -= 1;
        let key = key_of(&new);
        let mut waiting = Waiting { key, link, tries: 0, next: now, held: None };
        let undated = Held { new, first, until: now + UNDATED_MAX };
        let taken = size(&undated);
        if is_dated(&undated.new.entry) || held + taken > HELD_MAX {
            changes.inserted.push(undated.new);
        } else {
            held += taken;
            waiting.held = Some(Box::new(undated));
        }
        articles.waiting.push(waiting);
    }
}

fn key_of(new: &NewEntry) -> EntryKey {
    new.keys.first().copied().unwrap_or_else(|| new.entry.identity.key())
}

fn is_of(waiting: &Waiting, new: &NewEntry) -> bool {
    let is_held = |held: &Held| held.new.keys.iter().any(|key| new.keys.contains(key));
    waiting.key == key_of(new) || waiting.held.as_deref().is_some_and(is_held)
}

fn is_dated(entry: &Entry) -> bool {
    entry.published.or(entry.updated).is_some()
}

fn size(held: &Held) -> usize {
    serde_json::to_vec(held).map_or(HELD_MAX, |json| json.len())
}

/// What the feed says now of an entry that waits: published, where it has a date by now, or has grown too long; else held
/// on, as told now. `taken` is what all that are held take.
fn told_again(waiting: &mut Waiting, new: NewEntry, taken: &mut usize) -> Option<NewEntry> {
    let Some(former) = waiting.held.take() else { return Some(new) };
    *taken = taken.saturating_sub(size(&former));
    let Held { new: NewEntry { entry: Entry { identity, .. }, keys, date, place, .. }, first, until } =
        *former;
    let new = NewEntry { entry: Entry { identity, ..new.entry }, keys, ..new };
    let held = Held { new: NewEntry { date, place, ..new.clone() }, first, until };
    if is_dated(&new.entry) || *taken + size(&held) > HELD_MAX {
        return Some(new);
    }
    *taken += size(&held);
    waiting.held = Some(Box::new(held));
    None
}

/// The article to read now, if it is anybody's turn: who waits to be published goes first.
#[must_use]
pub fn due(articles: &Articles, now: Timestamp) -> Option<&Waiting> {
    let mut due = articles.waiting.iter().filter(|waiting| is_over(waiting.next, WAIT_MAX, now));
    let first = due.clone().find(|waiting| waiting.held.is_some());
    first.or_else(|| due.next())
}

/// Whether an entry is to be published now without its article.
#[must_use]
pub fn is_overdue(articles: &Articles, now: Timestamp) -> bool {
    let mut held = articles.waiting.iter().filter_map(|waiting| waiting.held.as_deref());
    held.any(|held| is_over(held.until, UNDATED_MAX, now))
}

/// When something is to be done: read an article, where `reads` says so, or publish an entry without.
#[must_use]
pub fn wake(articles: &Articles, reads: bool, now: Timestamp) -> Option<Timestamp> {
    let read = articles.waiting.iter().filter(|_| reads).map(|waiting| (waiting.next, WAIT_MAX));
    let held = articles.waiting.iter().filter_map(|waiting| waiting.held.as_deref());
    let all = read.chain(held.map(|held| (held.until, UNDATED_MAX)));
    all.map(|(at, most)| if is_over(at, most, now) { now } else { at }).min()
}

/// Whether a wait is over; one that would take longer than any does was for a clock that was set back since.
fn is_over(until: Timestamp, most: TimeDelta, now: Timestamp) -> bool {
    until <= now || until - now > most
}

/// The entries that are to be published without their articles: those whose time is over, or all.
pub fn release(articles: &mut Articles, all: bool, now: Timestamp) -> Vec<NewEntry> {
    let over = |held: &mut Box<Held>| all || is_over(held.until, UNDATED_MAX, now);
    let held = articles.waiting.iter_mut().filter_map(|waiting| waiting.held.take_if(over));
    held.map(|held| undated(*held, now)).collect()
}

/// An entry as of now.
fn undated(held: Held, now: Timestamp) -> NewEntry {
    let new = held.new;
    // An old one of a first document has its place before the window, and keeps it.
    let place = if new.place == new.date { now } else { new.place };
    NewEntry { date: now, place, ..new }
}

/// An article came. Gives the entry that waited for it, with it; none where it belongs to one that is published.
pub fn came(
    articles: &mut Articles,
    key: EntryKey,
    article: &Article,
    window: Duration,
    now: Timestamp,
) -> Option<NewEntry> {
    let held = take(articles, key).and_then(|waiting| waiting.held);
    articles.read += 1;
    articles.reason.clear();
    let held = held?;
    let (first, published) = (held.first, article.published);
    let mut new = undated(*held, now);
    new.entry.published = published;
    new.article = Some(article.clone().complete(&mut new.entry, now));
    if let Some(published) = published {
        new.date = published.min(now);
        let oldest = TimeDelta::from_std(window).ok().and_then(|window| now.checked_sub_signed(window));
        let is_old = first && oldest.is_some_and(|oldest| new.date < oldest);
        new.place = if is_old { new.date } else { now };
    }
    Some(new)
}

/// An article could not be had, for this reason; `retry_after` is what its server asked for. Gives the entry that waited
/// for it, where it is given up.
pub fn failed(
    articles: &mut Articles,
    key: EntryKey,
    reason: &str,
    retry_after: Option<Duration>,
    now: Timestamp,
) -> Option<NewEntry> {
    let waiting = articles.waiting.iter_mut().find(|waiting| waiting.key == key)?;
    let Some(later) = usize::try_from(waiting.tries).ok().and_then(|tries| LATER.get(tries)) else {
        return give_up(articles, key, reason, now);
    };
    waiting.tries += 1;
    waiting.next = now + (*later).max(bounded(retry_after.unwrap_or_default()));
    articles.reason = told(&waiting.link, reason);
    None
}

/// An article is not to be had at all, for this reason. Gives the entry that waited for it.
pub fn give_up(articles: &mut Articles, key: EntryKey, reason: &str, now: Timestamp) -> Option<NewEntry> {
    let waiting = take(articles, key)?;
    articles.given_up += 1;
    articles.reason = told(&waiting.link, reason);
    waiting.held.map(|held| undated(*held, now))
}

/// An article was not asked for: its host was not free for us, or the fault is ours.
pub fn put_off(articles: &mut Articles, key: EntryKey, wait: Duration, now: Timestamp) {
    let waiting = articles.waiting.iter_mut().filter(|waiting| waiting.key == key);
    waiting.for_each(|waiting| waiting.next = now + bounded(wait));
}

/// What is at this host is not asked for before its server wants to be asked again.
pub fn hold(articles: &mut Articles, is_there: impl Fn(&str) -> bool, wait: Duration, now: Timestamp) {
    for waiting in articles.waiting.iter_mut().filter(|waiting| is_there(&waiting.link)) {
        waiting.next = waiting.next.max(now + bounded(wait));
    }
}

/// An article is no longer wanted, or was read already.
pub fn take(articles: &mut Articles, key: EntryKey) -> Option<Waiting> {
    let place = articles.waiting.iter().position(|waiting| waiting.key == key)?;
    Some(articles.waiting.remove(place))
}

fn bounded(wait: Duration) -> TimeDelta {
    TimeDelta::from_std(wait).map_or(WAIT_MAX, |wait| wait.min(WAIT_MAX))
}

fn told(link: &str, reason: &str) -> String {
    format!("{link}: {reason}").chars().take(Failure::REASON_MAX).collect()
}

#[cfg(test)]
mod tests;
