//! What stands at an address on the readers' listener. Pure: a path in, what is meant out.

use std::{borrow::Cow, str};

use crate::{
    model::{ChannelId, Province},
    publish::{DocumentId, Format},
};

/// A longer address names nothing of ours, in bytes: the longest that does has some 80.
pub(super) const ADDRESS_MAX: usize = 2048;

/// What an address means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The page for people.
    Page,
    /// Whether we live.
    Health,
    /// All that can be subscribed to.
    Outline,
    /// How browsers show a feed.
    Stylesheet,
    /// A page of a channel's archive.
    Archive {
        /// Whose, and in which format.
        document: DocumentId,
        /// Which.
        page: u64,
        /// Of a filtered channel, by which filter.
        generation: Option<String>,
    },
    /// A channel's document.
    Document(DocumentId),
    /// A document that is called otherwise now: its name, relative to where it was asked for. A proxy may show us below a
    /// path that we are not asked by.
    Moved(String),
    /// Nothing, in words.
    Nothing(&'static str),
}

const NOTHING: &str = "There is nothing at this address. What there is, the start page lists: /";
const NO_PROVINCE: &str = "No province has this address. They are listed on the start page: /";
/// Also where the channel's name could be one of ours, and is not.
pub(super) const NO_SOURCE: &str = "No source has this address. They are listed on the start page: /";

pub(super) const NO_CHANNEL: &str = "No channel has this address. They are listed on the start page: /";

impl Target {
    /// What this path means.
    pub(super) fn of(path: &str) -> Self {
        let Some(path) = decoded(path) else { return Self::Nothing(refusal(path)) };
        match path.as_ref() {
            "/" => return Self::Page,
            "/healthz" => return Self::Health,
            "/opml.xml" => return Self::Outline,
            "/feed.css" => return Self::Stylesheet,
            _ => {}
        }
        Self::document(&path).unwrap_or_else(|| Self::Nothing(refusal(&path)))
    }

    /// Whether pages of other sites may read what is answered, the news that there is nothing too: all but what is for people
    /// and for monitors.
    pub(super) fn is_open_to_pages(&self) -> bool {
        !matches!(self, Self::Page | Self::Health)
    }

    fn document(path: &str) -> Option<Self> {
        let (name, extension) = path.strip_prefix('/')?.rsplit_once('.')?;
        let format = Format::of(extension)?;
        if let Some((channel, page)) = archive(name) {
            return Self::page(channel, page, format);
        }
        let channel = ChannelId::read(name)?;
        if let ChannelId::Province(province) = channel
            && !is_todays(province, name)
        {
            return Some(Self::Moved(format!("{}.{extension}", province.slug())));
        }
        Some(Self::Document(DocumentId { channel, format }))
    }

    fn page(name: &str, page: &str, format: Format) -> Option<Self> {
        let channel = ChannelId::read(name)?;
        let (generation, number_of) = match page.split_once('-') {
            Some((generation, number)) => (Some(generation.to_owned()), number),
            None => (None, page),
        };
        let page = number(number_of)?;
        if generation.is_some() != matches!(channel, ChannelId::Own(_)) {
            return None;
        }
        if let ChannelId::Province(province) = channel
            && !is_todays(province, name)
        {
            let (slug, extension) = (province.slug(), format.extension());
            return Some(Self::Moved(format!("../../{slug}/archive/{page}.{extension}")));
        }
        Some(Self::Archive { document: DocumentId { channel, format }, page, generation })
    }
}

/// The channel, and which page of its archive is named.
fn archive(name: &str) -> Option<(&str, &str)> {
    match name.strip_prefix("archive/") {
        Some(page) => Some(("feed", page)),
        None => name.split_once("/archive/").filter(|(channel, _)| *channel != "feed"),
    }
}

/// The number of a page, written in one way alone.
fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Whether the province is called by the name that it has today.
fn is_todays(province: Province, name: &str) -> bool {
    name.rsplit('/').next() == Some(province.slug())
}

fn refusal(path: &str) -> &'static str {
    match path.split('/').nth(1) {
        Some("provinces") => NO_PROVINCE,
        Some("sources") => NO_SOURCE,
        Some("channels") => NO_CHANNEL,
        _ => NOTHING,
    }
}

/// Without percent-encoding (RFC 3986 §2.1); none where that is broken, or hides what is not UTF-8.
fn decoded(path: &str) -> Option<Cow<'_, str>> {
    if !path.contains('%') {
        return Some(Cow::Borrowed(path));
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = after.split_at_checked(2)?;
        let digits = str::from_utf8(digits).ok().filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceId;

    #[test]
    fn an_address_means_one_thing_however_it_is_written() {
        let document = |channel| Target::Document(DocumentId { channel, format: Format::Rss });
        let province = |slug| document(ChannelId::Province(Province::find(slug).unwrap()));
        let source = |id| document(ChannelId::Source(SourceId::new(id).unwrap()));
        let page = |channel, page, generation: Option<&str>| Target::Archive {
            document: DocumentId { channel, format: Format::Rss },
            page,
            generation: generation.map(str::to_owned),
        };
        let table = [
            ("/", Target::Page),
            ("/healthz", Target::Health),
            ("/feed.xml", document(ChannelId::All)),
            ("/opml.xml", Target::Outline),
            ("/feed.css", Target::Stylesheet),
            ("/channels/lu-lut.xml", document(ChannelId::read("channels/lu-lut").unwrap())),
            ("/channels/.xml", Target::Nothing(NO_CHANNEL)),
            ("/provinces/nam-dinh.atom", Target::Moved("ninh-binh.atom".to_owned())),
            ("/f%65ed.xml", document(ChannelId::All)),
            ("/provinces/hue.xml", province("hue")),
            ("/provinces/nam-dinh.xml", Target::Moved("ninh-binh.xml".to_owned())),
            ("/sources/bao-hue.xml", source("bao-hue")),
            ("/sources/b%61o-hue%2exml", source("bao-hue")),
            ("/archive/7.xml", page(ChannelId::All, 7, None)),
            ("/feed/archive/7.xml", Target::Nothing(NOTHING)),
            ("/archive/07.xml", Target::Nothing(NOTHING)),
            ("/archive/-7.xml", Target::Nothing(NOTHING)),
            ("/archive/99999999999999999999.xml", Target::Nothing(NOTHING)),
            ("/sources/bao-hue/archive/0.xml", page(ChannelId::read("sources/bao-hue").unwrap(), 0, None)),
            (
                "/channels/lu/archive/0a1b2c3d-4.xml",
                page(ChannelId::read("channels/lu").unwrap(), 4, Some("0a1b2c3d")),
            ),
            ("/channels/lu/archive/4.xml", Target::Nothing(NO_CHANNEL)),
            ("/provinces/nam-dinh/archive/3.xml", Target::Moved("../../ninh-binh/archive/3.xml".to_owned())),
            ("/feed", Target::Nothing(NOTHING)),
            ("/feed.xml/", Target::Nothing(NOTHING)),
            ("//feed.xml", Target::Nothing(NOTHING)),
            ("/feed.XML", Target::Nothing(NOTHING)),
            ("/feed.exe", Target::Nothing(NOTHING)),
            ("*", Target::Nothing(NOTHING)),
            ("", Target::Nothing(NOTHING)),
            ("/%ff", Target::Nothing(NOTHING)),
            ("/%zz", Target::Nothing(NOTHING)),
            ("/%+1", Target::Nothing(NOTHING)),
            ("/%", Target::Nothing(NOTHING)),
            ("/provinces/nowhere.xml", Target::Nothing(NO_PROVINCE)),
            ("/provinces/hue", Target::Nothing(NO_PROVINCE)),
            ("/provinces/%ff.xml", Target::Nothing(NO_PROVINCE)),
            ("/sources/..%2f..%2fetc.xml", Target::Nothing(NO_SOURCE)),
            ("/sources/%00.xml", Target::Nothing(NO_SOURCE)),
            ("/sources/.xml", Target::Nothing(NO_SOURCE)),
        ];
        for (path, wanted) in table {
            assert_eq!(Target::of(path), wanted, "{path}");
        }
    }
}
