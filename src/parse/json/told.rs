//! What a JSON document says of a feed and its items (JSON Feed 1.1, and 1.0's single author), whatever type publishers
//! give the values.

use serde_json::Value;
use url::Url;

use super::super::{
    feed::{Feed, Item, Text, TextKind},
    reader::ReadDate,
};
use crate::model::{Author, Enclosure, Timestamp};

/// The most authors, categories and enclosures (each) of one item.
const LIST_MAX: usize = 32;

/// How many unreadable dates are told.
const WARNINGS_MAX: usize = 3;

/// Everything that the document says.
pub(in super::super) fn feed(document: &Value, url: &Url, read_date: &ReadDate) -> Feed {
    let authors = authors(document, url);
    let mut warnings = Vec::new();
    let items = document.get("items").and_then(Value::as_array);
    let items = items.into_iter().flatten().filter(|item| item.is_object());
    let items = items.map(|value| item(value, url, &authors, read_date, &mut warnings)).collect();
    let link = address(document, "home_page_url", url);
    Feed {
        title: string(document, "title"),
        link,
        description: string(document, "description"),
        language: string(document, "language"),
        icon: address(document, "icon", url).or_else(|| address(document, "favicon", url)),
        self_link: address(document, "feed_url", url),
        authors,
        items,
        warnings,
        ..Feed::default()
    }
}

fn item(
    value: &Value,
    url: &Url,
    inherited: &[Author],
    read_date: &ReadDate,
    warnings: &mut Vec<String>,
) -> Item {
    let mut date = |key: &str| -> Option<Timestamp> {
        let written = string(value, key)?;
        let date = read_date(&written);
        if date.is_none() && warnings.len() < WARNINGS_MAX {
            warnings.push(format!("a date could not be read: “{written}”"));
        }
        date
    };
    let (published, updated) = (date("date_published"), date("date_modified"));
    let text = |key: &str, kind: TextKind| string(value, key).map(|body| Text { body, kind });
    let mut named = authors(value, url);
    if named.is_empty() {
        named.extend_from_slice(inherited);
    }
    Item {
        guid: string(value, "id"),
        title: text("title", TextKind::Plain),
        link: address(value, "url", url).or_else(|| address(value, "external_url", url)),
        summary: text("summary", TextKind::Plain),
        content: text("content_html", TextKind::Html).or_else(|| text("content_text", TextKind::Plain)),
        authors: named,
        categories: tags(value),
        published,
        updated,
        enclosures: attachments(value, url),
        image: address(value, "image", url).or_else(|| address(value, "banner_image", url)),
        rights: None,
        base: None,
    }
}

/// A string, or a number as one.
fn string(object: &Value, key: &str) -> Option<String> {
    let text = match object.get(key)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

fn address(object: &Value, key: &str, url: &Url) -> Option<String> {
    let resolved = url.join(&string(object, key)?).ok()?;
    matches!(resolved.scheme(), "http" | "https").then(|| resolved.into())
}

/// A list, or a single value where a list belongs.
fn list<'v>(object: &'v Value, key: &str) -> &'v [Value] {
    match object.get(key) {
        Some(Value::Array(values)) => values,
        Some(Value::Null) | None => &[],
        Some(value) => std::slice::from_ref(value),
    }
}

fn authors(object: &Value, url: &Url) -> Vec<Author> {
    let mut authors: Vec<Author> = Vec::new();
    for value in list(object, "authors").iter().chain(list(object, "author")) {
        let name = match value {
            Value::String(name) => Some(name.trim().to_owned()),
            person => string(person, "name"),
        };
        let page = address(value, "url", url);
        // JSON Feed 1.1 asks for one of name, url and avatar.
        let Some(name) = name.or_else(|| page.clone()).filter(|name| !name.is_empty()) else { continue };
        if authors.len() < LIST_MAX && authors.iter().all(|author| author.name != name) {
            authors.push(Author { name, url: page });
        }
    }
    authors
}

fn tags(object: &Value) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for value in list(object, "tags") {
        let tag = match value {
            Value::String(tag) => Some(tag.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            other => string(other, "name"),
        };
        if let Some(tag) = tag.filter(|tag| !tag.is_empty() && tags.len() < LIST_MAX && !tags.contains(tag)) {
            tags.push(tag);
        }
    }
    tags
}

fn attachments(object: &Value, url: &Url) -> Vec<Enclosure> {
    let whole = |value: &Value, key: &str| {
        let number = value.get(key)?;
        let text = string(value, key)?;
        let whole = text.split('.').next().and_then(|whole| whole.parse().ok());
        number.as_u64().or(whole)
    };
    let mut files: Vec<Enclosure> = Vec::new();
    for value in list(object, "attachments") {
        let Some(url) = address(value, "url", url) else { continue };
        if files.len() < LIST_MAX && files.iter().all(|file| file.url != url) {
            files.push(Enclosure {
                url,
                media_type: string(value, "mime_type"),
                length: whole(value, "size_in_bytes"),
                title: string(value, "title"),
                duration: whole(value, "duration_in_seconds"),
            });
        }
    }
    files
}
