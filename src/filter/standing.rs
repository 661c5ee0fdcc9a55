//! In which channels an entry stands, and why it does not stand in others. Knows neither windows nor counts: an entry that
//! stands in a channel is in its archive, and in its live document for as long as that has room.

use std::sync::Arc;

use super::OwnFilter;
use crate::model::{ChannelId, OwnChannel, Source, StoredEntry};

/// Whether an entry stands in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Stands,
    /// It does not, for this reason.
    Barred(String),
}

/// The channels that the entry may stand in: everything, its province's, its source's, and each of the admin's own.
///
/// `dropped` is what its source's filter said when it first came. An entry of a group is judged by its own source and
/// contents: ask once for each member.
#[must_use]
pub fn channels_of(
    stored: &StoredEntry,
    sources: &[Arc<Source>],
    channels: &[Arc<OwnChannel>],
) -> Vec<(ChannelId, Verdict)> {
    let source = sources.iter().find(|source| source.id == stored.source);
    let barred = match (&stored.dropped, source) {
        (Some(dropped), _) => Some(format!("it was dropped when it came: {dropped}")),
        (None, None) => Some("its source is not in feeds.toml any more".to_owned()),
        (None, Some(_)) => None,
    };
    let everywhere = || barred.clone().map_or(Verdict::Stands, Verdict::Barred);
    let province = source.and_then(|source| source.province);
    let mut standing = vec![(ChannelId::All, everywhere())];
    standing.extend(province.map(|province| (ChannelId::Province(province), everywhere())));
    standing.push((ChannelId::Source(stored.source.clone()), everywhere()));
    for channel in channels {
        let refusal = || {
            if !channel.admits(&stored.source, province) {
                return Some("its source is none of the channel's".to_owned());
            }
            OwnFilter::of(channel)?.refusal(&stored.entry)
        };
        let verdict = barred.clone().or_else(refusal).map_or(Verdict::Stands, Verdict::Barred);
        standing.push((ChannelId::Own(channel.slug.clone()), verdict));
    }
    standing
}
