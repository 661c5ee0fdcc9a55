//! What a feed says of itself, cleaned like its items. Knows nothing of them.

use url::Url;

use super::{link, text};
use crate::{
    model::Author,
    parse::{Feed, Text, TextKind},
};

/// The longest copyright notice, in characters.
const RIGHTS_MAX: usize = 300;

/// A feed without its items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Masthead {
    /// Plain text.
    pub title: Option<String>,
    /// The page that it belongs to; absolute.
    pub home: Option<Url>,
    /// Plain text, one line.
    pub description: Option<String>,
    /// As published.
    pub language: Option<String>,
    /// Who is named for all items that name nobody.
    pub authors: Vec<Author>,
    /// The address of its picture; absolute.
    pub icon: Option<Url>,
    /// Where it says that it is to be found (`rel="self"`, `feed_url`); absolute.
    pub own: Option<Url>,
}

/// What the feed says of itself. `address` is where the document was found.
#[must_use]
pub fn masthead(feed: &Feed, address: &Url) -> Masthead {
    Masthead {
        title: feed.title.as_deref().and_then(plain),
        home: feed.link.as_deref().and_then(|link| link::resolve(link, address)),
        description: feed.description.as_deref().and_then(plain),
        language: feed.language.as_deref().map(text::line).filter(|language| !language.is_empty()),
        authors: super::authors(&feed.authors, address),
        icon: feed.icon.as_deref().and_then(|icon| link::resolve(icon, address)),
        own: feed.self_link.as_deref().and_then(|own| link::resolve(own, address)),
    }
}

/// Under whose rights the feed's entries are, as plain text.
#[must_use]
pub fn rights(feed: &Feed) -> Option<String> {
    feed.rights.as_deref().and_then(notice)
}

/// A copyright notice, of a feed or of an entry.
pub(super) fn notice(published: &str) -> Option<String> {
    plain(published).map(|notice| text::shorten(&notice, RIGHTS_MAX))
}

/// Most feeds do not say whether it is text or HTML, and write either.
fn plain(published: &str) -> Option<String> {
    let plain = text::plain(&Text { body: published.to_owned(), kind: TextKind::Html });
    Some(plain).filter(|plain| !plain.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Item;

    #[test]
    fn what_a_feed_says_of_itself_is_plain_text_and_its_page_an_address() {
        let feed = Feed {
            title: Some("B&aacute;o <b>Th\u{1eed}</b> ".to_owned()),
            link: Some("/tin".to_owned()),
            description: Some("<p> </p>".to_owned()),
            language: Some(" vi ".to_owned()),
            ..Feed::default()
        };
        let wanted = Masthead {
            title: Some("Báo Thử".to_owned()),
            home: Url::parse("https://a.vn/tin").ok(),
            language: Some("vi".to_owned()),
            ..Masthead::default()
        };
        assert_eq!(masthead(&feed, &Url::parse("https://a.vn/rss").unwrap()), wanted);
    }

    #[test]
    fn an_entry_keeps_its_own_rights_and_not_once_more_those_of_all() {
        let item = |guid: &str, rights: Option<&str>| Item {
            guid: Some(guid.to_owned()),
            rights: rights.map(str::to_owned),
            ..Item::default()
        };
        let feed = Feed {
            rights: Some("&copy; <b>Báo</b>\n Thử".to_owned()),
            items: vec![
                item("1", Some("© Báo Thử")),
                item("2", Some(" &#169; TTXVN ")),
                item("3", Some("<p>")),
            ],
            ..Feed::default()
        };
        assert_eq!(rights(&feed).as_deref(), Some("© Báo Thử"));
        let drafts = super::super::drafts(&feed, &Url::parse("https://a.vn/rss").unwrap());
        let own: Vec<_> = drafts.iter().map(|draft| draft.rights.as_deref()).collect();
        assert_eq!(own, [None, Some("© TTXVN"), None]);
        let long = notice(&"x".repeat(1000)).unwrap();
        // With the ellipsis.
        assert_eq!(long.chars().count(), RIGHTS_MAX + 1, "{long}");
    }
}
