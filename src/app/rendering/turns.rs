//! When a change last came that channels may show: of anything, and for each of the admin's own channels of a source that it
//! admits, or by the mere passing of time. Knows nothing of documents.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::TimeDelta;

use crate::{
    config::Config,
    model::{ChannelSlug, SourceId, Timestamp},
};

/// How often the admin's own channels turn by themselves: what has left their windows goes, though its source is silent.
const AGING: TimeDelta = TimeDelta::hours(1);

/// The turns since the process began.
pub(super) struct Turns {
    began: Timestamp,
    last: Mutex<Last>,
}

struct Last {
    any: Timestamp,
    /// A channel that is not in it has had none.
    own: HashMap<ChannelSlug, Timestamp>,
}

impl Turns {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { began: now, last: Mutex::new(Last { any: now, own: HashMap::new() }) }
    }

    /// Notes that these sources brought or changed entries. Only those channels turn that admit one of them: what it brings
    /// to a story that others told before, a channel of theirs alone shows with their next change, as a province's does.
    pub(super) fn note(&self, config: &Config, sources: &HashSet<SourceId>, now: Timestamp) {
        let changed: Vec<_> = config.sources.iter().filter(|source| sources.contains(&source.id)).collect();
        let admitting = config
            .channels
            .iter()
            .filter(|own| changed.iter().any(|source| own.admits(&source.id, source.province)));
        let mut last = self.last();
        last.any = now;
        last.own.retain(|slug, _| config.own(slug).is_some());
        last.own.extend(admitting.map(|own| (own.slug.clone(), now)));
    }

    /// Of anything.
    pub(super) fn any(&self) -> Timestamp {
        self.last().any
    }

    /// Of what the admin's channel may show now.
    pub(super) fn own(&self, slug: &ChannelSlug, now: Timestamp) -> Timestamp {
        let whole = (now - self.began).num_seconds() / AGING.num_seconds();
        let aged = i32::try_from(whole).map_or(now, |whole| self.began + AGING * whole);
        self.last().own.get(slug).map_or(aged, |changed| aged.max(*changed))
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, Surroundings};

    #[test]
    fn only_channels_that_admit_a_changed_source_turn() {
        let file = "[[feeds]]\nid = \"a\"\ntitle = \"A\"\nprovince = \"hue\"\nurl = \"https://a.vn/rss\"\n\
            [[feeds]]\nid = \"b\"\ntitle = \"B\"\nurl = \"https://b.vn/rss\"\n\
            [[channels]]\nslug = \"tat-ca\"\ntitle = \"1\"\nany = [\"bão\"]\n\
            [[channels]]\nslug = \"hue\"\ntitle = \"2\"\nprovinces = [\"hue\"]\n\
            [[channels]]\nslug = \"cua-b\"\ntitle = \"3\"\nsources = [\"b\"]\n";
        let config = config::parse(file, &Surroundings::default()).unwrap();
        let at = |second: i64| Timestamp::from_timestamp(second, 0).unwrap();
        let turns = Turns::new(at(0));
        let told = |second| {
            ["tat-ca", "hue", "cua-b"]
                .map(|slug| turns.own(&ChannelSlug::new(slug).unwrap(), at(second)).timestamp())
        };
        assert_eq!((turns.any(), told(0)), (at(0), [0; 3]));
        for (second, source, wanted) in [
            (1, "a", [1, 1, 0]),
            (2, "b", [2, 1, 2]),
            // Of a source that is not configured any more nothing is shown.
            (3, "gone", [2, 1, 2]),
        ] {
            turns.note(&config, &HashSet::from([SourceId::new(source).unwrap()]), at(second));
            assert_eq!((turns.any(), told(second)), (at(second), wanted), "{source}");
        }
        // Where nothing comes, once an hour. A clock that was set back turns nothing.
        assert_eq!((told(3_599), told(3_600), told(10_799)), ([2, 1, 2], [3_600; 3], [7_200; 3]));
        turns.note(&config, &HashSet::from([SourceId::new("b").unwrap()]), at(9_000));
        assert_eq!((told(9_001), told(10_800)), ([9_000, 7_200, 9_000], [10_800; 3]));
        assert_eq!(told(-9_999), [9_000, 1, 9_000]);
    }
}
