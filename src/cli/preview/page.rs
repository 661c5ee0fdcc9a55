//! A web page in place of a feed: the feeds that it names, and how it could be read itself. Asks for no other page.

use std::fmt::Write as _;

use chrono_tz::Tz;
use url::Url;

use super::Refusal;
use crate::{
    model::PageRules,
    normalize::timestamp,
    parse::{self, Document, Feed, Format, ParseError, Proposal, Survey},
};

/// The longest title that is proposed for a source, in characters.
const TITLE_MAX: usize = 80;

/// How a page is read.
#[derive(Debug)]
pub(super) struct Page {
    /// The feeds that it names, with their titles.
    pub(super) alternates: Vec<(String, Option<String>)>,
    /// None where no list was found.
    pub(super) rules: Option<PageRules>,
    /// See [`Proposal::vocabulary`].
    pub(super) vocabulary: Option<&'static str>,
}

/// Reads what was refused as a feed as a page, if it is one.
pub(super) fn read(
    document: &Document<'_>,
    zone: Tz,
    refused: ParseError,
) -> Result<(Feed, Option<Page>), Refusal> {
    if !matches!(
        refused,
        ParseError::WebPage { .. } | ParseError::Unknown { .. } | ParseError::OtherXml { .. }
    ) {
        return Err(refused.into());
    }
    let Survey { alternates, proposal } =
        parse::survey(document, move |text: &str| timestamp::read(text, zone))?;
    match proposal {
        Some(Proposal { rules, vocabulary, listing }) => {
            Ok((listing.feed, Some(Page { alternates, rules: Some(rules), vocabulary })))
        }
        None if alternates.is_empty() => {
            Err(Refusal::NoList { refused, is_placed: document.url.scheme() != "about" })
        }
        None => {
            let feed = Feed { format: Some(Format::Page), ..Feed::default() };
            Ok((feed, Some(Page { alternates, rules: None, vocabulary: None })))
        }
    }
}

impl Page {
    /// The lines of feeds.toml that read this page; none where there is no list on it.
    pub(super) fn table(&self, url: Option<&Url>, title: Option<&str>) -> Option<String> {
        let rules = self.rules.as_ref()?;
        let host = url.and_then(Url::host_str).unwrap_or_default().trim_start_matches("www.");
        let id: String = host
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        let title: String =
            title.unwrap_or(host).chars().filter(|c| !c.is_control()).take(TITLE_MAX).collect();
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut table = format!(
            "[[feeds]]\nid = {}\ntitle = {}\nurl = {}\n[feeds.page]\n",
            quoted(if id.is_empty() { "ten-nguon" } else { &id }),
            quoted(&title),
            quoted(url.map_or("https://example.vn/tin-tuc", Url::as_str))
        );
        for (key, text) in rules.selectors() {
            if let Some(text) = text {
                // Writing to a String cannot fail.
                let _ = writeln!(table, "{key} = {}", quoted(text));
            }
        }
        Some(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_to_paste_is_one_that_is_taken() {
        let rules = PageRules {
            item: Some("a[href*=\"tin\\\"x\"]".to_owned()),
            title: Some("h2 a".to_owned()),
            ..PageRules::default()
        };
        let page = Page { alternates: vec![], rules: Some(rules), vocabulary: None };
        let url: Url = "https://www.a.gov.vn/tin?x=1".parse().unwrap();
        let text = page.table(Some(&url), Some("Cổng \"A\"\n")).unwrap();
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["feeds"][0]["id"].as_str(), Some("a-gov-vn"));
        assert_eq!(table["feeds"][0]["title"].as_str(), Some("Cổng \"A\""));
        assert_eq!(table["feeds"][0]["page"]["item"].as_str(), Some("a[href*=\"tin\\\"x\"]"));
    }
}
