//! Counts who reads each channel, so that publishers can be told. Keeps no address and no name: of each reader a hash
//! by a key that dies with the process. Knows nothing of documents, and nothing of who is told.

mod address;
mod recent;
mod seen;
mod visitor;

use std::{
    hash::{BuildHasher as _, Hash, Hasher, RandomState},
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::http::{HeaderMap, HeaderName};

pub(super) use self::address::{household, is_near};
use self::{
    recent::Recent,
    seen::{Reader, Seen},
    visitor::Visitor,
};
use crate::model::{ChannelId, Headcount, Readership, Timestamp};

/// Who read our channels in the last two days.
///
/// A reader is a program at an address; a service that reads for many says in its User-Agent for how many. Both are
/// what they say they are: the count is a courtesy, and bounded, but no proof.
#[derive(Debug)]
pub struct Audience {
    /// Random for each process: nobody can tell from a hash whose it is, or make two fall together.
    key: RandomState,
    since: Timestamp,
    recent: Recent,
    seen: Mutex<Seen>,
}

impl Audience {
    /// Nobody yet: counting begins now.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { key: RandomState::new(), since: now, recent: Recent::default(), seen: Mutex::default() }
    }

    /// Notes that a feed was given to whoever asked like this. `peer` is the other end of the connection; where that
    /// is not known, only services that read for many are counted.
    pub fn note(&self, channel: &ChannelId, peer: Option<IpAddr>, asked: &HeaderMap, now: Timestamp) {
        let told = visitor::TOLD_BY.map(|name| Told(asked, name));
        // When somebody was seen last is known to the minute.
        if self.recent.knows(self.key.hash_one((channel, peer, told, now.timestamp() / 60))) {
            return;
        }
        let Some(visitor) = Visitor::of(peer, asked) else { return };
        let Visitor { address, program, readers, one_wherever } = visitor;
        let place = self.key.hash_one(address);
        let reader = if one_wherever {
            self.key.hash_one((channel, &program))
        } else {
            self.key.hash_one((channel, &address, &program))
        };
        self.seen().note(channel, &Reader { hash: reader, place, counts: readers }, now);
    }

    /// Takes up how many readers a channel had before a restart. They are believed until two days after they were
    /// counted, or until more have come.
    pub fn recall(&self, channel: &ChannelId, before: Headcount) {
        // What was counted since is known better here.
        if before.at < self.since {
            self.seen().recall(channel, before);
        }
    }

    /// How many read the channel, if anybody does: what to remember over a restart.
    #[must_use]
    pub fn count(&self, channel: &ChannelId, now: Timestamp) -> Option<Headcount> {
        self.seen().count(channel, now)
    }

    /// How many read each channel now. Walks all readers, which are few enough for a few milliseconds.
    #[must_use]
    pub fn readership(&self, now: Timestamp) -> Readership {
        let mut seen = self.seen();
        seen.forget(now);
        Readership::new(seen.counts(now))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All values of a header, to be hashed.
struct Told<'a>(&'a HeaderMap, HeaderName);

impl Hash for Told<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self(headers, name) = self;
        headers.get_all(name).iter().for_each(|value| value.as_bytes().hash(state));
        state.write_u8(0xff);
    }
}

#[cfg(test)]
mod tests;
