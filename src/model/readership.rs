//! Who reads us: what publishers are told of.

use std::collections::HashMap;

use super::{ChannelId, Source};

/// How many readers each of our channels has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readership(HashMap<ChannelId, u32>);

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
}
