//! JSON Feed, 1.0, 1.1 and as it is really written: limits, mending, and everything that it says. Knows JSON's syntax
//! and the keys of JSON Feed.

mod mend;
mod told;

use serde_json::Value;

pub(super) use self::{mend::mended, told::feed};
use super::scan::{DEPTH_MAX, Excess, VALUES_MAX};

/// The most authors of a feed.
const FEED_AUTHORS_MAX: usize = 8;

/// The most authors of one item.
const ITEM_AUTHORS_MAX: usize = 256;

/// Whether a document keeps within the limits on nesting and on the number of values.
pub(super) fn check(json: &str) -> Result<(), Excess> {
    let (mut depth, mut values) = (0_usize, 0_usize);
    let mut at = 0;
    while let Some(byte) = json.as_bytes().get(at) {
        at += 1;
        match byte {
            b'"' => at = string_end(json, at),
            b'{' | b'[' => (depth, values) = (depth + 1, values + 1),
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Err(Excess::Depth);
        }
        if values > VALUES_MAX {
            return Err(Excess::Values);
        }
    }
    Ok(())
}

/// Where what is behind the string begins whose contents begin here.
fn string_end(json: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(quote) = json.get(at..).and_then(|rest| rest.find('"')).map(|found| at + found) {
        let before = json.as_bytes().get(at..quote).unwrap_or_default();
        let escapes = before.iter().rev().take_while(|&&byte| byte == b'\\').count();
        at = quote + 1;
        if escapes % 2 == 0 {
            return at;
        }
    }
    json.len()
}

/// Whether feed-rs can read a document at bounded cost: it compares the authors of an item with one another, and
/// copies those of the feed to each item without.
pub(super) fn is_light(document: &Value) -> bool {
    let count = |value: &Value| value.get("authors").and_then(Value::as_array).map_or(0, Vec::len);
    let mut items = document.get("items").and_then(Value::as_array).into_iter().flatten();
    count(document) <= FEED_AUTHORS_MAX && items.all(|item| count(item) <= ITEM_AUTHORS_MAX)
}

/// Whether a document is a feed: it says so, or has items with something to tell.
pub(super) fn is_feed(document: &Value) -> bool {
    const TELLING: [&str; 6] = ["id", "url", "title", "content_html", "content_text", "summary"];
    let says_so = document.get("version").and_then(Value::as_str).is_some_and(|it| it.contains("jsonfeed"));
    let items = document.get("items").and_then(Value::as_array);
    says_so
        || items
            .is_some_and(|items| items.iter().any(|item| TELLING.iter().any(|key| item.get(key).is_some())))
}
