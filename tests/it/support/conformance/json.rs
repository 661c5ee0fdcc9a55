//! JSON Feed (jsonfeed.org/version/1.1).

use serde_json::{Map, Value};

use super::{
    Found,
    values::{Judged, html, id, language, media_type, plain, rfc_3339, web},
};

const TOP: [&str; 14] = [
    "version",
    "title",
    "home_page_url",
    "feed_url",
    "description",
    "user_comment",
    "next_url",
    "icon",
    "favicon",
    "authors",
    "language",
    "expired",
    "hubs",
    "items",
];
const ITEM: [&str; 15] = [
    "id",
    "url",
    "external_url",
    "title",
    "content_html",
    "content_text",
    "summary",
    "image",
    "banner_image",
    "date_published",
    "date_modified",
    "authors",
    "tags",
    "language",
    "attachments",
];

pub(super) fn document(document: &Value, address: &str, found: &mut Found) {
    let Some(top) = document.as_object() else { return found.note(false, "the document is no object") };
    names(top, &TOP, "the document", found);
    found.note(document["version"] == "https://jsonfeed.org/version/1.1", "another version");
    text(top, "title", true, plain, found);
    text(top, "description", false, plain, found);
    text(top, "language", false, language, found);
    text(top, "home_page_url", true, web, found);
    text(top, "feed_url", true, web, found);
    text(top, "next_url", false, web, found);
    found.note(document["feed_url"] == address, "feed_url leads elsewhere");
    found.note(document["next_url"] != address, "next_url leads to the document itself");
    let Some(items) = list(top, "items", found) else { return found.note(false, "no items") };
    for item in items {
        match item.as_object() {
            Some(item) => self::item(item, found),
            None => found.note(false, "an item is no object"),
        }
    }
}

fn item(item: &Map<String, Value>, found: &mut Found) {
    names(item, &ITEM, "an item", found);
    text(item, "id", true, id, found);
    found.unique(item.get("id").and_then(Value::as_str).unwrap_or_default());
    for name in ["url", "external_url", "image", "banner_image"] {
        text(item, name, false, web, found);
    }
    for name in ["title", "summary", "language"] {
        text(item, name, false, if name == "language" { language } else { plain }, found);
    }
    for name in ["date_published", "date_modified"] {
        text(item, name, false, rfc_3339, found);
    }
    text(item, "content_html", false, html, found);
    let has_content = ["content_html", "content_text"].iter().any(|name| item.contains_key(*name));
    found.note(has_content, "an item without contents");
    for author in list(item, "authors", found).into_iter().flatten().filter_map(Value::as_object) {
        names(author, &["name", "url", "avatar"], "an author", found);
        found.note(!author.is_empty(), "an author without anything");
        text(author, "name", false, plain, found);
        text(author, "url", false, web, found);
    }
    for tag in list(item, "tags", found).into_iter().flatten() {
        found.value("a tag", plain(tag.as_str().unwrap_or_default()));
    }
    for file in list(item, "attachments", found).into_iter().flatten().filter_map(Value::as_object) {
        names(file, &["url", "mime_type", "title", "size_in_bytes", "duration_in_seconds"], "a file", found);
        text(file, "url", true, web, found);
        text(file, "mime_type", true, media_type, found);
        text(file, "title", false, plain, found);
        for name in ["size_in_bytes", "duration_in_seconds"] {
            let is_number = file.get(name).is_none_or(Value::is_u64);
            found.note(is_number, &format!("{name} is no number"));
        }
    }
}

/// No member but these and extensions, whose names begin with an underscore and which are objects.
fn names(object: &Map<String, Value>, known: &[&str], what: &str, found: &mut Found) {
    for (name, value) in object {
        let is_extension = name.strip_prefix('_').is_some_and(|rest| rest.starts_with(char::is_alphabetic));
        let is_known = known.contains(&name.as_str()) || (is_extension && value.is_object());
        found.note(is_known, &format!("{what} has no member {name}"));
    }
}

fn list<'v>(object: &'v Map<String, Value>, name: &str, found: &mut Found) -> Option<&'v Vec<Value>> {
    let value = object.get(name)?;
    found.note(value.is_array(), &format!("{name} is no list"));
    value.as_array()
}

fn text(object: &Map<String, Value>, name: &str, is_due: bool, judge: fn(&str) -> Judged, found: &mut Found) {
    match object.get(name) {
        Some(Value::String(text)) => found.value(name, judge(text)),
        Some(_) => found.note(false, &format!("{name} is no text")),
        None => found.note(!is_due, &format!("no {name}")),
    }
}
