//! JSON Feed before feed-rs sees it: limits, the pictures that feed-rs loses, and a second try without authors. Knows
//! JSON's brackets and the few keys that this needs.

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use super::{
    scan::{DEPTH_MAX, ELEMENTS_MAX, Excess},
    side::Side,
};

/// The most authors of a feed.
const FEED_AUTHORS_MAX: usize = 8;

/// The most authors of one item.
const ITEM_AUTHORS_MAX: usize = 256;

/// Whether a document keeps within the limits on nesting and on the number of values.
pub(super) fn check(json: &str) -> Result<(), Excess> {
    let (mut depth, mut values) = (0_usize, 0_usize);
    let (mut in_string, mut is_escaped) = (false, false);
    for byte in json.bytes() {
        if in_string {
            in_string = is_escaped || byte != b'"';
            is_escaped = !is_escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => (depth, values) = (depth + 1, values + 1),
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Err(Excess::Depth);
        }
        if values > ELEMENTS_MAX {
            return Err(Excess::Elements);
        }
    }
    Ok(())
}

/// The document as feed-rs can read it at bounded cost: feed-rs compares the authors of an item with one another, and
/// copies those of the feed to each item without. Where they are more than anybody has, all are left out.
pub(super) fn bounded(json: &str) -> Cow<'_, str> {
    #[derive(Deserialize)]
    struct Document {
        authors: Option<Vec<IgnoredAny>>,
        items: Vec<Item>,
    }
    #[derive(Deserialize)]
    struct Item {
        authors: Option<Vec<IgnoredAny>>,
    }
    // What cannot be read like this, feed-rs cannot read either.
    let Ok(document) = serde_json::from_str::<Document>(json) else { return Cow::Borrowed(json) };
    let are_many =
        |authors: &Option<Vec<IgnoredAny>>, most| authors.as_ref().is_some_and(|list| list.len() > most);
    let is_beyond = are_many(&document.authors, FEED_AUTHORS_MAX)
        || document.items.iter().any(|item| are_many(&item.authors, ITEM_AUTHORS_MAX));
    if is_beyond { without_authors(json) } else { Cow::Borrowed(json) }
}

/// The document without anybody's name; unchanged where it is no JSON.
pub(super) fn without_authors(json: &str) -> Cow<'_, str> {
    let Ok(mut document) = serde_json::from_str::<Value>(json) else { return Cow::Borrowed(json) };
    let remove = |object: &mut Value| {
        for key in ["author", "authors"] {
            object.as_object_mut().and_then(|object| object.remove(key));
        }
    };
    remove(&mut document);
    document.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten().for_each(remove);
    Cow::Owned(document.to_string())
}

/// `image` and `banner_image` of each item (JSON Feed 1.1, "Items"); empty where they cannot be read.
pub(super) fn sides(json: &str) -> Vec<Side> {
    #[derive(Deserialize)]
    struct Document {
        items: Vec<Item>,
    }
    #[derive(Deserialize)]
    struct Item {
        image: Option<String>,
        banner_image: Option<String>,
    }
    let items = serde_json::from_str::<Document>(json).map(|document| document.items).unwrap_or_default();
    items.into_iter().map(|item| Side { image: item.image.or(item.banner_image) }).collect()
}
