//! Who reads us: what publishers are told of.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{ChannelId, Source, Timestamp};

/// How many readers each of our channels has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readership(HashMap<ChannelId, u32>);

/// How many read one channel, and when that was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headcount {
    /// So many.
    pub readers: u32,
    /// Counted then.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: Timestamp,
}

impl Readership {
    /// These counts; a channel that is not named has no readers.
    #[must_use]
    pub fn new(readers: HashMap<ChannelId, u32>) -> Self {
        Self(readers)
    }

    /// How many read what this source publishes: in the merged channel, in its province's, or in its own. Who
    /// subscribed to two of them counts twice, as in other aggregators.
    #[must_use]
    pub fn of(&self, source: &Source) -> u32 {
        let province = source.province.map(ChannelId::Province);
        let channels = [Some(ChannelId::All), province, Some(ChannelId::Source(source.id.clone()))];
        let readers = channels.iter().flatten().filter_map(|channel| self.0.get(channel));
        readers.fold(0, |sum, readers| sum.saturating_add(*readers))
    }

    /// How many read this channel.
    #[must_use]
    pub fn channel(&self, id: &ChannelId) -> u32 {
        self.0.get(id).copied().unwrap_or_default()
    }

    /// The channels that have readers, in no order.
    pub fn channels(&self) -> impl Iterator<Item = (&ChannelId, u32)> {
        self.0.iter().map(|(id, readers)| (id, *readers))
    }

    /// How many read anything of ours; who reads two channels counts twice.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.0.values().fold(0, |sum, readers| sum.saturating_add(*readers))
    }
}
