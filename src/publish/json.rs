//! JSON Feed 1.1.

use std::borrow::Cow;

use serde::Serialize;

use super::{
    Channel, Format, Item, address::address, attribution, dates, files, legal, plain::plain, public_guid,
};
use crate::{model::Enclosure, normalize::text_of_clean};

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: String,
    home_page_url: &'a str,
    feed_url: String,
    description: String,
    language: &'static str,
    /// JSON Feed's own way to older entries: the next older page of the archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<String>,
    items: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Cow<'a, str>>,
    title: String,
    content_html: String,
    /// Plain text, where the article stands beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Cow<'a, str>>,
    date_published: String,
    date_modified: String,
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    /// Our extension: whose entry it is.
    _source: Publisher<'a>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: Cow<'a, str>,
    mime_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_in_seconds: Option<u64>,
}

#[derive(Serialize)]
struct Publisher<'a> {
    id: &'a str,
    title: String,
    feed_url: String,
    home_page_url: String,
    /// The copyright notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<String>,
}

/// A channel as a JSON Feed. Equal arguments give equal bytes.
pub(super) fn json(channel: &Channel, items: &[Item<'_>]) -> Vec<u8> {
    let document = Document {
        version: "https://jsonfeed.org/version/1.1",
        title: plain(&channel.title),
        home_page_url: &channel.home,
        feed_url: Format::Json.address(&channel.address),
        description: plain(&channel.description),
        language: "vi",
        next_url: channel.pages.prev_archive.as_deref().map(|address| Format::Json.address(address)),
        items: items.iter().map(entry).collect(),
    };
    // A value of texts, numbers and lists has a JSON form; had it none, readers would get nothing.
    serde_json::to_vec(&document).unwrap_or_default()
}

fn entry<'a>(item: &Item<'a>) -> Entry<'a> {
    let (stored, source) = (item.stored, item.source);
    let entry = &stored.entry;
    let mut authors: Vec<Author<'_>> = entry
        .authors
        .iter()
        .map(|author| Author { name: plain(&author.name), url: author.url.as_deref().map(address) })
        .collect();
    if authors.is_empty() {
        authors.push(Author { name: plain(&source.title), url: None });
    }
    let (content, summary) = (entry.content.as_deref(), entry.summary.as_deref());
    Entry {
        id: public_guid(&stored.source, stored.key),
        url: entry.link.as_deref().map(address),
        title: plain(&entry.title),
        // One of the two contents is required, and may be empty.
        content_html: legal(content.or(summary).unwrap_or_default()),
        summary: content.and(summary).map(|html| plain(&text_of_clean(html))).filter(|text| !text.is_empty()),
        image: entry.image.as_deref().map(address),
        date_published: dates::local(stored.date, source.timezone).to_rfc3339(),
        date_modified: dates::local(dates::updated(stored), source.timezone).to_rfc3339(),
        authors,
        tags: entry.categories.iter().map(|name| plain(name)).collect(),
        attachments: entry.enclosures.iter().map(attachment).collect(),
        _source: Publisher {
            id: source.id.as_str(),
            title: plain(&source.title),
            feed_url: attribution::address(source),
            home_page_url: attribution::site(source),
            rights: entry.rights.as_deref().map(plain),
        },
    }
}

fn attachment(file: &Enclosure) -> Attachment<'_> {
    Attachment {
        url: address(&file.url),
        mime_type: files::required_media_type(file),
        title: files::title(file),
        size_in_bytes: file.length,
        duration_in_seconds: file.duration,
    }
}
