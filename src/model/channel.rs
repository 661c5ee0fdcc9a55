//! The feeds that we publish.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Digest, Headcount, Province, Seq, SourceId, Timestamp, slug::is_slug};

/// Names a channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChannelId {
    /// Every source.
    All,
    /// The sources of one province.
    Province(Province),
    /// One source, its archive included.
    Source(SourceId),
    /// One that the admin made.
    Own(ChannelSlug),
}

/// The `slug` of a channel that the admin made: 1 to 64 of `a-z 0-9 -`, so that it can stand in an address.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelSlug(Arc<str>);

impl ChannelSlug {
    /// The longest slug, in bytes.
    pub const MAX_LENGTH: usize = 64;

    /// Checks and takes a slug; `None` where it holds anything but `a-z 0-9 -` or is too long or empty.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        is_slug(text, Self::MAX_LENGTH).then(|| Self(text.into()))
    }

    /// The slug as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChannelSlug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for ChannelSlug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for ChannelId {
    /// The channel's address on the readers' listener, without its extension: `provinces/ninh-binh`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => formatter.write_str("feed"),
            Self::Province(province) => write!(formatter, "provinces/{}", province.slug()),
            Self::Source(id) => write!(formatter, "sources/{id}"),
            Self::Own(slug) => write!(formatter, "channels/{slug}"),
        }
    }
}

impl ChannelId {
    /// The channel that is written so by [`Display`](fmt::Display); none where there is none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if text == "feed" {
            return Some(Self::All);
        }
        let (kind, name) = text.split_once('/')?;
        match kind {
            "provinces" => Province::find(name).map(Self::Province),
            "sources" => SourceId::new(name).map(Self::Source),
            "channels" => ChannelSlug::new(name).map(Self::Own),
            _ => None,
        }
    }
}

/// What a channel must remember over restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelState {
    /// Of the bytes last published as RSS; zeros where it was never published so.
    pub digest: Digest,
    /// Of the rules that the entries were last selected by: under other rules the floors mean nothing.
    pub rules: Digest,
    /// When those bytes replaced different ones.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub last_modified: Timestamp,
    /// The instant that the document was last selected at. A restart selects by it again: ageing alone changes nothing.
    /// None where an older version kept this.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "chrono::serde::ts_milliseconds_option"
    )]
    pub rendered: Option<Timestamp>,
    /// What has aged or been cut out of the document.
    pub floors: Floors,
    /// The same of its documents in other formats, by what their addresses end in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<String, Version>,
    /// Of the merged channel alone: what tells the feeds of this store from those of all others, made once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation: Option<Digest>,
    /// How many read it, so that a restart does not make them none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readers: Option<Headcount>,
}

/// Which bytes a document has, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Of the bytes.
    pub digest: Digest,
    /// When they replaced different ones.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub last_modified: Timestamp,
}

impl ChannelState {
    /// What the addresses of RSS documents end in: their version has a place of its own, where older versions of us look.
    const RSS: &str = "xml";

    /// Nothing published yet, and nothing selected.
    #[must_use]
    pub fn new() -> Self {
        Self {
            digest: Digest([0; 16]),
            rules: Digest::of(&[]),
            last_modified: Timestamp::UNIX_EPOCH,
            rendered: None,
            floors: Floors::new(),
            others: BTreeMap::new(),
            installation: None,
            readers: None,
        }
    }

    /// The document last published whose address ends so.
    #[must_use]
    pub fn version(&self, extension: &str) -> Option<Version> {
        if extension == Self::RSS {
            let Self { digest, last_modified, .. } = *self;
            return (digest.0 != [0; 16]).then_some(Version { digest, last_modified });
        }
        self.others.get(extension).copied()
    }

    /// Notes a document that is published now.
    pub fn set_version(&mut self, extension: &str, version: Version) {
        if extension == Self::RSS {
            (self.digest, self.last_modified) = (version.digest, version.last_modified);
        } else {
            self.others.insert(extension.to_owned(), version);
        }
    }
}

impl Default for ChannelState {
    fn default() -> Self {
        Self::new()
    }
}

/// For each source, the oldest place (milliseconds since 1970, and number) that it may still show in a channel: what
/// lies below has aged or been cut out, and does not come back.
pub type Floors = BTreeMap<SourceId, (i64, Seq)>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_read_as_it_is_written() {
        let channels = [
            (ChannelId::All, "feed"),
            (ChannelId::Province(Province::find("hue").unwrap()), "provinces/hue"),
            (ChannelId::Source(SourceId::new("bao-hue").unwrap()), "sources/bao-hue"),
            (ChannelId::Own(ChannelSlug::new("bao-lu").unwrap()), "channels/bao-lu"),
        ];
        for (channel, written) in channels {
            assert_eq!(channel.to_string(), written);
            assert_eq!(ChannelId::read(written), Some(channel));
        }
        for none in ["", "channels", "channels/", "channels/Bão", "channels/a/b", "channel/a"] {
            assert_eq!(ChannelId::read(none), None, "{none}");
        }
    }

    #[test]
    fn what_an_older_version_kept_is_read() {
        let digest = Digest([7; 16]);
        let (last_modified, seven) = (Timestamp::UNIX_EPOCH, serde_json::to_value(digest).unwrap());
        let kept = serde_json::json!({"digest": seven, "rules": seven, "last_modified": 0, "floors": {}});
        let state: ChannelState = serde_json::from_value(kept.clone()).unwrap();
        let wanted = ChannelState { digest, rules: digest, last_modified, ..ChannelState::new() };
        assert_eq!(state, wanted);
        // And what nobody reads is written as it was, so that the older version reads it too.
        assert_eq!(serde_json::to_value(&state).unwrap(), kept);
    }
    #[test]
    fn each_format_has_a_version_of_its_own() {
        let version = |number| Version {
            digest: Digest([number; 16]),
            last_modified: Timestamp::UNIX_EPOCH + chrono::TimeDelta::days(number.into()),
        };
        let mut state = ChannelState::new();
        assert_eq!((state.version("xml"), state.version("json")), (None, None));
        state.set_version("json", version(2));
        state.set_version("xml", version(1));
        state.set_version("json", version(3));
        let kept: ChannelState = serde_json::from_value(serde_json::to_value(&state).unwrap()).unwrap();
        assert_eq!((kept.version("xml"), kept.version("json")), (Some(version(1)), Some(version(3))));
        assert_eq!((kept.digest, kept.version("atom")), (Digest([1; 16]), None));
    }
}
