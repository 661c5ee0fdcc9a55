//! A preview as JSON Feed 1.1 (<https://jsonfeed.org/version/1.1>), on one line. What is absent is left out.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use serde::Serialize;
use url::Url;

use super::{
    Refusal,
    document::{Fate, Item, Notes, Preview},
    page::Page,
};
use crate::{
    model::{Author, Enclosure, Identity, PageRules, Rule, Timestamp},
    normalize::{Draft, Masthead, media_type, plain_text},
};

const VERSION: &str = "https://jsonfeed.org/version/1.1";

/// The document or `{"error": "reason"}`, without a line end.
pub(super) fn line(outcome: Result<&Preview, &Refusal>) -> String {
    let written = match outcome {
        Ok(preview) => serde_json::to_string(&Document::of(preview)),
        Err(refusal) => serde_json::to_string(&serde_json::json!({ "error": refusal.to_string() })),
    };
    // Only keys that are no strings, and numbers that are none, cannot be written: there are neither.
    written.unwrap_or_else(|_| r#"{"error":"it cannot be written as JSON"}"#.to_owned())
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    home_page_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Author]>::is_empty")]
    authors: &'a [Author],
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    items: Vec<Entry<'a>>,
    #[serde(rename = "_tintinh")]
    extras: FeedExtras<'a>,
}

#[derive(Serialize)]
struct FeedExtras<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    repairs: &'a [String],
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<PageExtras<'a>>,
}

/// How a page is read.
#[derive(Serialize)]
struct PageExtras<'a> {
    /// The feeds that it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alternates: Vec<&'a str>,
    /// What the page tells its news in by itself; selectors are not needed then.
    #[serde(skip_serializing_if = "Option::is_none")]
    vocabulary: Option<&'static str>,
    /// The keys of `[feeds.page]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    selectors: Option<BTreeMap<&'static str, &'a str>>,
}

impl<'a> PageExtras<'a> {
    fn of(page: &'a Page) -> Self {
        let keys =
            |rules: &'a PageRules| rules.selectors().into_iter().filter_map(|(key, text)| Some((key, text?)));
        Self {
            alternates: page.alternates.iter().map(|(address, _)| address.as_str()).collect(),
            vocabulary: page.vocabulary,
            selectors: page.rules.as_ref().map(|rules| keys(rules).collect()),
        }
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    #[serde(skip_serializing_if = "<[Author]>::is_empty")]
    authors: &'a [Author],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(rename = "_tintinh", skip_serializing_if = "Option::is_none")]
    extras: Option<EntryExtras>,
}

#[derive(Serialize)]
struct EntryExtras {
    /// What it is kept under.
    key: String,
    /// Which rule made the key.
    rule: Rule,
    /// The position in `items`, from 0, of the entry that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat_of: Option<usize>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_in_seconds: Option<u64>,
}

impl<'a> Document<'a> {
    fn of(preview: &'a Preview) -> Self {
        let Masthead { title, home, description, language, authors, icon, own } = &preview.masthead;
        let Notes { repairs, warnings } = &preview.notes;
        Self {
            version: VERSION,
            title: title.as_deref(),
            home_page_url: home.as_ref().map(Url::as_str),
            feed_url: own.as_ref().or(preview.address.as_ref()).map(Url::as_str),
            description: description.as_deref(),
            language: language.as_deref(),
            authors,
            icon: icon.as_ref().map(Url::as_str),
            items: preview.items.iter().map(Entry::of).collect(),
            extras: FeedExtras {
                format: preview.format.map(|format| format.to_string()),
                repairs,
                warnings,
                page: preview.page.as_ref().map(PageExtras::of),
            },
        }
    }
}

impl<'a> Entry<'a> {
    fn of(Item { draft, fate }: &'a Item) -> Self {
        let identity = fate.identity();
        let fullest = draft.content.as_deref().or(draft.summary.as_deref());
        Self {
            id: draft.guid.clone().or_else(|| identity.map(own_id)),
            url: draft.link.as_ref().map(Url::as_str),
            title: draft.title.as_deref(),
            content_html: fullest,
            summary: summary(draft),
            image: draft.image.as_deref(),
            date_published: draft.published.as_ref().map(instant),
            date_modified: draft.updated.as_ref().map(instant),
            authors: &draft.authors,
            tags: &draft.categories,
            attachments: draft.enclosures.iter().map(Attachment::of).collect(),
            extras: identity.map(|identity| EntryExtras {
                key: format!("{:?}", identity.key()),
                rule: identity.rule,
                repeat_of: if let Fate::Repeat(_, original) = fate { Some(*original) } else { None },
            }),
        }
    }
}

/// For an item to which its publisher gave none. No source is known here, so it is not the one that we publish.
fn own_id(identity: &Identity) -> String {
    format!("urn:tintinh:{:?}", identity.key())
}

/// The lead, where it is not the whole text or as good as that.
fn summary(draft: &Draft) -> Option<String> {
    let lead = plain_text(draft.summary.as_deref()?)?;
    (plain_text(draft.content.as_deref()?).as_ref() != Some(&lead)).then_some(lead)
}

fn instant(time: &Timestamp) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

impl<'a> Attachment<'a> {
    fn of(enclosure: &'a Enclosure) -> Self {
        let Enclosure { url, media_type: told, length, title, duration } = enclosure;
        // JSON Feed demands a type.
        Self {
            url,
            mime_type: told.as_deref().or_else(|| media_type::likely(url)).unwrap_or(media_type::UNKNOWN),
            size_in_bytes: *length,
            title: title.as_deref(),
            duration_in_seconds: *duration,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_type_gets_a_likely_one() {
        let table = [
            ("https://a.vn/nghe.MP3?x=1.pdf", "audio/mpeg"),
            ("https://a.vn/", "application/octet-stream"),
            ("https://a.vn/mp3", "application/octet-stream"),
            ("https://a.vn/tin.xyz", "application/octet-stream"),
        ];
        for (url, wanted) in table {
            let enclosure = Enclosure {
                url: url.to_owned(),
                media_type: None,
                length: None,
                title: None,
                duration: None,
            };
            assert_eq!(Attachment::of(&enclosure).mime_type, wanted, "{url}");
        }
    }

    #[test]
    fn the_summary_is_told_only_beside_a_text_that_says_more() {
        let draft = |summary: Option<&str>, content: Option<&str>| Draft {
            summary: summary.map(str::to_owned),
            content: content.map(str::to_owned),
            ..Draft::default()
        };
        let table = [
            (Some("<p>Dẫn &amp; tin</p>"), Some("<p>Toàn văn</p>"), Some("Dẫn & tin")),
            (Some("<p>Dẫn</p>"), None, None),
            (None, Some("<p>Toàn văn</p>"), None),
            (Some("<p>Một</p>"), Some("<div>Một</div>"), None),
        ];
        for (lead, content, wanted) in table {
            assert_eq!(summary(&draft(lead, content)).as_deref(), wanted, "{lead:?} {content:?}");
        }
    }
}
