//! A feed written out anew, in the one form that feed-rs reads best: RSS 2.0 for what was XML, JSON Feed 1.1 for what
//! was JSON. Without names and durations, which it is known to fail on, and without dates. Knows only values.

use std::fmt::Write;

use serde_json::{Value, json};

use super::feed::{Feed, Text};

/// As RSS 2.0, flat: what an item says, in the elements that feed-rs knows.
pub(super) fn rss(feed: &Feed) -> String {
    let mut xml = String::from(
        "<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel>",
    );
    push(&mut xml, "title", feed.title.as_deref());
    push(&mut xml, "link", feed.link.as_deref());
    push(&mut xml, "description", feed.description.as_deref());
    push(&mut xml, "language", feed.language.as_deref());
    push(&mut xml, "generator", feed.generator.as_deref());
    let body = |text: &Option<Text>| text.as_ref().map(|text| text.body.clone());
    for item in &feed.items {
        xml.push_str("<item>");
        push(&mut xml, "title", body(&item.title).as_deref());
        push(&mut xml, "link", item.link.as_deref());
        push(&mut xml, "guid", item.guid.as_deref());
        push(&mut xml, "description", body(&item.summary).as_deref());
        push(&mut xml, "content:encoded", body(&item.content).as_deref());
        item.categories.iter().for_each(|category| push(&mut xml, "category", Some(category)));
        xml.push_str("</item>");
    }
    xml.push_str("</channel></rss>");
    xml
}

fn push(xml: &mut String, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        // Writing to a string does not fail.
        let _ = write!(xml, "<{name}>{}</{name}>", quick_xml::escape::escape(text));
    }
}

/// As JSON Feed 1.1.
pub(super) fn json(feed: &Feed) -> String {
    let items: Vec<Value> = feed
        .items
        .iter()
        .map(|item| {
            let title = item.title.as_ref().map(|text| &text.body);
            let summary = item.summary.as_ref().map(|text| &text.body);
            json!({ "id": item.guid, "url": item.link, "title": title, "summary": summary, "tags": item.categories })
        })
        .collect();
    let version = "https://jsonfeed.org/version/1.1";
    json!({ "version": version, "title": feed.title.as_deref().unwrap_or_default(), "items": items })
        .to_string()
}
