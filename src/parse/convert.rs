//! What feed-rs read beside what we read ourselves. Cleans no text.

use std::time::Duration;

use feed_rs::model::{self as raw, FeedType};

use super::feed::{Feed, Format, Item, Text, TextKind};

/// What we read of a document ourselves, with what feed-rs read of it where we are silent. Ours stands: one document
/// must say the same on the day on which it is ill-formed. Items go by their order; where feed-rs counts otherwise, it
/// is not heard.
pub(super) fn completed(mut told: Feed, feed: raw::Feed) -> Feed {
    let kind = feed.feed_type;
    told.format = told.format.or(Some(format(&kind)));
    told.title = told.title.or_else(|| feed.title.map(|title| title.content).filter(is_told));
    told.description = told.description.or_else(|| feed.description.map(|it| it.content).filter(is_told));
    told.language = told.language.or_else(|| feed.language.map(|it| it.trim().to_owned()).filter(is_told));
    told.generator = told.generator.or_else(|| feed.generator.map(|it| it.content).filter(is_told));
    told.ttl = told.ttl.or_else(|| feed.ttl.map(|minutes| Duration::from_mins(u64::from(minutes))));
    if told.items.len() == feed.entries.len() {
        told.items.iter_mut().zip(feed.entries).for_each(|(item, entry)| complete(item, entry, &kind));
    }
    told
}

fn complete(item: &mut Item, entry: raw::Entry, kind: &FeedType) {
    let is_rss = matches!(kind, FeedType::RSS0 | FeedType::RSS1 | FeedType::RSS2);
    if item.guid.is_none() {
        item.guid = Some(entry.id.trim().to_owned()).filter(is_told);
    }
    if item.title.is_none() {
        item.title = entry.title.and_then(|title| text(title.content, title.content_type.as_str(), is_rss));
    }
    // Of JSON Feed's two contents feed-rs takes one for a summary.
    if item.summary.is_none() && *kind != FeedType::JSON {
        item.summary = entry.summary.and_then(|it| text(it.content, it.content_type.as_str(), is_rss));
    }
    if item.content.is_none() {
        item.content = entry.content.and_then(|it| text(it.body?, it.content_type.as_str(), false));
    }
}

fn format(kind: &FeedType) -> Format {
    match kind {
        FeedType::Atom => Format::Atom,
        FeedType::JSON => Format::Json,
        FeedType::RSS0 => Format::Rss0,
        FeedType::RSS1 => Format::Rss1,
        FeedType::RSS2 => Format::Rss2,
    }
}

#[expect(clippy::ptr_arg, reason = "Option<String>::filter lends a &String")]
fn is_told(text: &String) -> bool {
    !text.trim().is_empty()
}

/// No RSS tells plain text from HTML, and its publishers write entities and tags in both.
fn text(body: String, media_type: &str, is_rss: bool) -> Option<Text> {
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let kind = match media_type {
        "text/html" | "application/xhtml" | "application/xhtml+xml" => TextKind::Html,
        // Atom content may be any file, in base64; SVG and other XML is none of ours.
        "text/xml" => return None,
        other if other.starts_with("text/") && is_rss => TextKind::Html,
        other if other.starts_with("text/") => TextKind::Plain,
        _ => return None,
    };
    Some(Text { body, kind }).filter(|text| is_told(&text.body))
}
