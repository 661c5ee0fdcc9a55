//! What a document is made of: what its channel says of itself, its pages, its entries.

use super::address::address;
use crate::model::{Digest, Source, StoredEntry};

/// What a channel says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channel {
    /// Tells it from all others, and never changes: the path of its address, without an extension.
    pub name: String,
    /// What tells our feeds from those of every other installation, and never changes; none where there is only one.
    pub installation: Option<Digest>,
    /// How people call it.
    pub title: String,
    /// One sentence on what it carries.
    pub description: String,
    /// The page that it belongs to, absolute; ends in a slash.
    pub home: String,
    /// Where the document is served, absolute, without the extension of its format.
    pub address: String,
    /// Where the rest of the channel is.
    pub pages: Pages,
}

/// The other documents of a channel (RFC 5005 §4): absolute addresses without the extension of their format.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pages {
    /// Where the subscription document is; none in that document itself.
    pub current: Option<String>,
    /// The next older page of the archive.
    pub prev_archive: Option<String>,
    /// The next newer page of the archive.
    pub next_archive: Option<String>,
    /// Whether this is a page of the archive that gets no more entries.
    pub is_closed: bool,
}

/// An entry with the source that is credited for it.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// The entry.
    pub stored: &'a StoredEntry,
    /// Whose it is.
    pub source: &'a Source,
}

/// The namespace of RFC 5005.
pub(super) const HISTORY_NAMESPACE: &str = "http://purl.org/syndication/history/1.0";
/// The namespace of Media RSS.
pub(super) const MEDIA_NAMESPACE: &str = "http://search.yahoo.com/mrss/";

impl Channel {
    /// The same with all addresses escaped: an admin may have a `public_url` with what RFC 3986 does not know.
    pub(super) fn escaped(&self) -> Self {
        let one = |text: &String| address(text).into_owned();
        let Pages { current, prev_archive, next_archive, is_closed } = &self.pages;
        let [current, prev_archive, next_archive] =
            [current, prev_archive, next_archive].map(|page| page.as_ref().map(one));
        Self {
            home: one(&self.home),
            address: one(&self.address),
            pages: Pages { current, prev_archive, next_archive, is_closed: *is_closed },
            ..self.clone()
        }
    }

    /// The links of the document by their relation, as (relation, address without extension), those of RFC 5005 §4.
    pub(super) fn page_links(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let Pages { current, prev_archive, next_archive, .. } = &self.pages;
        let links = [("current", current), ("prev-archive", prev_archive), ("next-archive", next_archive)];
        links.into_iter().filter_map(|(relation, address)| Some((relation, address.as_deref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::samples;

    #[test]
    fn whatever_an_admin_calls_our_address_is_escaped() {
        let here = |text: &str| text.replace("8080/", "8080/tin|100%/");
        let channel = samples::channel();
        let pages =
            Pages { prev_archive: channel.pages.prev_archive.as_deref().map(here), ..Pages::default() };
        let odd = Channel { home: here(&channel.home), address: here(&channel.address), pages, ..channel };
        let clean = odd.escaped();
        assert_eq!(clean.home, "http://127.0.0.1:8080/tin%7C100%25/");
        assert_eq!(clean.address, "http://127.0.0.1:8080/tin%7C100%25/feed");
        assert_eq!(clean.pages.prev_archive.unwrap(), "http://127.0.0.1:8080/tin%7C100%25/archive/7");
    }
}
