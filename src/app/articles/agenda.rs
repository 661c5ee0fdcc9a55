//! When each source is looked at next. Pure.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use crate::model::{SourceId, Timestamp};

/// The longest sleep: the wall clock may be set meanwhile.
const NAP_MAX: Duration = Duration::from_secs(5);

/// When each source is looked at next.
#[derive(Default)]
pub(super) struct Agenda {
    at: HashMap<SourceId, Timestamp>,
    order: BTreeSet<(Timestamp, SourceId)>,
}

impl Agenda {
    pub(super) fn set(&mut self, id: &SourceId, at: Option<Timestamp>) {
        if let Some(former) = self.at.remove(id) {
            self.order.remove(&(former, id.clone()));
        }
        if let Some(at) = at {
            self.at.insert(id.clone(), at);
            self.order.insert((at, id.clone()));
        }
    }

    pub(super) fn due(&mut self, now: Timestamp) -> Option<SourceId> {
        let (_, id) = self.order.first().filter(|(at, _)| *at <= now)?.clone();
        self.set(&id, None);
        Some(id)
    }

    pub(super) fn sleep(&self, now: Timestamp) -> Duration {
        let first = self.order.first().and_then(|(at, _)| (*at - now).to_std().ok());
        first.map_or(NAP_MAX, |wait| wait.min(NAP_MAX))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn the_agenda_gives_each_source_once_and_the_earliest_first() {
        let id = |text: &str| SourceId::new(text).unwrap();
        let at = |seconds| Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let mut agenda = Agenda::default();
        agenda.set(&id("a"), Some(at(9)));
        agenda.set(&id("b"), Some(at(2)));
        agenda.set(&id("a"), Some(at(1)));
        agenda.set(&id("c"), Some(at(3)));
        agenda.set(&id("c"), None);
        assert_eq!(agenda.sleep(at(0)), Duration::from_secs(1));
        assert_eq!(agenda.due(at(0)), None);
        assert_eq!(
            (agenda.due(at(5)), agenda.due(at(5)), agenda.due(at(5))),
            (Some(id("a")), Some(id("b")), None)
        );
        assert_eq!(agenda.sleep(at(5)), NAP_MAX);
    }
}
