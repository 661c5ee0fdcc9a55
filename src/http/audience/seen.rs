//! Who was seen when, and how many that makes of each channel. Pure: knows no requests, no clock and no names.

use std::collections::{HashMap, hash_map::Entry};

use chrono::TimeDelta;

use crate::model::{ChannelId, Headcount, Timestamp};

/// Who has not asked for so long reads no more. Readers that ask once a day are seen in it, late ones too.
pub(super) const READS_FOR: TimeDelta = TimeDelta::hours(48);

/// The most readers remembered, of all channels together: some 10 MB. Those who come while there are so many are not
/// counted until others have gone; so the count is too low, and no reader is harmed.
pub(super) const READERS_MAX: usize = 100_000;

/// The most of them at one address: more than a school or a village behind one has, and so few that nobody alone can
/// take all the room.
pub(super) const READERS_AT_ONE_ADDRESS_MAX: u32 = 500;

/// A reader of one channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader {
    /// Of the channel and of what tells this reader from others.
    pub hash: u64,
    /// Of the address that it came from.
    pub place: u64,
    /// For how many it reads.
    pub counts: u32,
}

/// All who were seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    readers: HashMap<u64, Sight>,
    places: HashMap<u64, u32>,
    channels: HashMap<ChannelId, Channel>,
}

#[derive(Debug)]
struct Sight {
    channel: ChannelId,
    last: Timestamp,
    place: u64,
    counts: u32,
}

#[derive(Debug, Default)]
struct Channel {
    /// The sum over those who were seen.
    counted: u64,
    /// How many there were before a restart, and when.
    remembered: Option<Headcount>,
}

impl Channel {
    fn count(&self, now: Timestamp) -> Option<Headcount> {
        let counted = u32::try_from(self.counted).unwrap_or(u32::MAX);
        let remembered =
            self.remembered.filter(|before| before.readers > counted && is_recent(before.at, now));
        remembered.or_else(|| (counted > 0).then_some(Headcount { readers: counted, at: now }))
    }
}

fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    now - at < READS_FOR
}

impl Seen {
    /// Notes a sight, in constant time.
    pub(super) fn note(&mut self, channel: &ChannelId, reader: &Reader, now: Timestamp) {
        let is_full = self.readers.len() >= READERS_MAX;
        match self.readers.entry(reader.hash) {
            Entry::Occupied(mut known) => {
                let sight = known.get_mut();
                let counted = &mut self.channels.entry(channel.clone()).or_default().counted;
                *counted = counted.saturating_sub(sight.counts.into()).saturating_add(reader.counts.into());
                (sight.last, sight.counts) = (now, reader.counts);
            }
            Entry::Vacant(new) => {
                if is_full {
                    return;
                }
                let there = self.places.entry(reader.place).or_default();
                if *there >= READERS_AT_ONE_ADDRESS_MAX {
                    return;
                }
                *there += 1;
                let Reader { place, counts, .. } = *reader;
                new.insert(Sight { channel: channel.clone(), last: now, place, counts });
                self.channels.entry(channel.clone()).or_default().counted += u64::from(counts);
            }
        }
    }

    /// Takes up what was counted before a restart.
    pub(super) fn recall(&mut self, channel: &ChannelId, before: Headcount) {
        self.channels.entry(channel.clone()).or_default().remembered = Some(before);
    }

    /// How many read the channel, if anybody does.
    pub(super) fn count(&self, channel: &ChannelId, now: Timestamp) -> Option<Headcount> {
        self.channels.get(channel)?.count(now)
    }

    /// How many read each channel that has readers.
    pub(super) fn counts(&self, now: Timestamp) -> HashMap<ChannelId, u32> {
        let counts =
            self.channels.iter().map(|(id, channel)| Some((id.clone(), channel.count(now)?.readers)));
        counts.flatten().collect()
    }

    /// Forgets those who read no more, and what they made.
    pub(super) fn forget(&mut self, now: Timestamp) {
        let Self { readers, places, channels } = self;
        readers.retain(|_, sight| {
            // Seen by a clock that was set back since.
            sight.last = sight.last.min(now);
            let stays = is_recent(sight.last, now);
            if !stays {
                if let Some(channel) = channels.get_mut(&sight.channel) {
                    channel.counted = channel.counted.saturating_sub(sight.counts.into());
                }
                if let Some(there) = places.get_mut(&sight.place) {
                    *there = there.saturating_sub(1);
                }
            }
            stays
        });
        places.retain(|_, there| *there > 0);
        channels.retain(|_, channel| {
            channel.remembered.take_if(|before| !is_recent(before.at, now));
            channel.counted > 0 || channel.remembered.is_some()
        });
    }
}
