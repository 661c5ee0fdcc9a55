//! News in JSON-LD (<https://schema.org/NewsArticle>, <https://schema.org/ItemList>), as pages write it for search
//! engines. Knows no other vocabulary.

use std::collections::HashMap;

use scraper::Html;
use serde_json::{Map, Value};

use super::{
    item::{Reading, merged, web},
    words,
};
use crate::{
    model::Author,
    parse::feed::{Item, Text, TextKind},
};

/// Objects looked at in one page.
const OBJECTS_MAX: usize = 10_000;
/// Levels of them.
const DEPTH_MAX: usize = 12;

/// All articles that the page's JSON-LD tells, each address once.
pub(super) fn items(page: &Html, reading: &Reading<'_>) -> Vec<Item> {
    let mut walk = Walk { reading, left: OBJECTS_MAX, items: Vec::new() };
    for value in values(page) {
        walk.value(&value, false, 0);
    }
    let mut items = merged(walk.items);
    name(&mut items, page, reading);
    items
}

/// What stands in the page's JSON-LD.
fn values(page: &Html) -> impl Iterator<Item = Value> {
    let elements = page.root_element().descendent_elements();
    let scripts = elements.filter(|it| {
        it.value().name() == "script"
            && it.attr("type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"))
    });
    scripts.filter_map(|script| {
        let text: String = script.text().collect();
        // Some wrap it in a comment or a CDATA section, for parsers of long ago.
        let text =
            text.trim().trim_start_matches("<!--").trim_start_matches("//<![CDATA[").trim_end_matches("-->");
        let text = text.trim_end_matches("//]]>").replace(['\n', '\r', '\t'], " ");
        serde_json::from_str(&text).ok()
    })
}

struct Walk<'a> {
    reading: &'a Reading<'a>,
    left: usize,
    items: Vec<Item>,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value, listed: bool, depth: usize) {
        if depth > DEPTH_MAX || self.left == 0 {
            return;
        }
        self.left -= 1;
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.value(value, listed, depth + 1)),
            Value::Object(object) => self.object(object, listed, depth),
            // A list may hold bare addresses.
            Value::String(address) if listed => self.items.extend(
                web(address, self.reading.base).map(|link| Item { link: Some(link), ..Item::default() }),
            ),
            _ => {}
        }
    }

    fn object(&mut self, object: &Map<String, Value>, listed: bool, depth: usize) {
        let is = |kind: &dyn Fn(&str) -> bool| types(object).any(kind);
        // A trail of crumbs is a list too, of menus.
        if is(&|kind| kind == "BreadcrumbList") {
            return;
        }
        let is_article = is(&|kind| kind.ends_with("Article") || kind.ends_with("Posting"));
        let is_place = is(&|kind| kind == "ListItem") && !object.contains_key("item");
        if is_article || (listed && is_place) {
            self.items.extend(self.article(object));
            return;
        }
        for (name, value) in object {
            let lists = name == "itemListElement" || listed && name == "item";
            if lists || matches!(name.as_str(), "@graph" | "mainEntity" | "hasPart" | "blogPost" | "item") {
                self.value(value, lists, depth + 1);
            }
        }
    }

    fn article(&self, object: &Map<String, Value>) -> Option<Item> {
        let text = |name: &str| object.get(name).and_then(words_of);
        let address = |name: &str| object.get(name).and_then(address_of);
        let date = |name: &str| text(name).and_then(|text| (self.reading.read_date)(&text));
        let places = ["url", "mainEntityOfPage", "@id"];
        let link = places.into_iter().filter_map(address).find_map(|it| web(&it, self.reading.base))?;
        let plain = |body| Text { body, kind: TextKind::Html };
        Some(Item {
            title: text("headline").or_else(|| text("name")).map(plain),
            summary: text("description").map(plain),
            published: date("datePublished").or_else(|| date("dateCreated")),
            updated: date("dateModified"),
            image: address("image")
                .or_else(|| address("thumbnailUrl"))
                .and_then(|it| web(&it, self.reading.base)),
            authors: text("author").map(|name| Author { name, url: None }).into_iter().collect(),
            link: Some(link),
            ..Item::default()
        })
    }
}

fn types(object: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let kinds =
        object.get("@type").map(|kinds| kinds.as_array().map_or(std::slice::from_ref(kinds), Vec::as_slice));
    kinds
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_str)
        .map(|kind| kind.rsplit('/').next().unwrap_or(kind))
}

fn words_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim(),
        Value::Array(values) => return values.iter().find_map(words_of),
        Value::Object(object) => return object.get("name").and_then(Value::as_str).map(str::to_owned),
        _ => return None,
    };
    (!text.is_empty()).then(|| text.to_owned())
}

fn address_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => values.iter().find_map(address_of),
        Value::Object(object) => ["url", "@id", "contentUrl"]
            .iter()
            .find_map(|name| object.get(*name)?.as_str())
            .map(str::to_owned),
        _ => None,
    }
}

/// A list of bare addresses is told its titles by the links of the page; what stays without one is left out.
fn name(items: &mut Vec<Item>, page: &Html, reading: &Reading<'_>) {
    if items.iter().all(|item| item.title.is_some()) {
        return;
    }
    let mut titles: HashMap<String, String> = HashMap::new();
    for link in page.root_element().descendent_elements() {
        let Some(address) = link.attr("href").and_then(|href| web(href, reading.base)) else { continue };
        let Some(title) = words::title(link, 500) else { continue };
        let known = titles.entry(address).or_default();
        if title.len() > known.len() {
            *known = title;
        }
    }
    for item in items.iter_mut().filter(|item| item.title.is_none()) {
        let title = item.link.as_ref().and_then(|link| titles.get(link)).filter(|title| !title.is_empty());
        item.title = title.map(|body| Text { body: body.clone(), kind: TextKind::Plain });
    }
    items.retain(|item| item.title.is_some());
}

/// What a page's JSON-LD says of the one article that the page is about.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct LinkedArticle {
    pub published: Option<String>,
    pub author: Option<String>,
    pub image: Option<String>,
    pub description: Option<String>,
}

/// The article of this headline; where none has it, the only one.
pub(super) fn article(page: &Html, is_awaited: &dyn Fn(&str) -> bool) -> Option<LinkedArticle> {
    let values: Vec<Value> = values(page).collect();
    let (mut left, mut found) = (OBJECTS_MAX, Vec::new());
    for value in &values {
        gather(value, 0, &mut left, &mut found);
    }
    let headline = |object: &Map<String, Value>| {
        object.get("headline").or_else(|| object.get("name")).and_then(words_of)
    };
    let named = found.iter().find(|object| headline(object).is_some_and(|headline| is_awaited(&headline)));
    let object = named.or_else(|| found.first().filter(|_| found.len() == 1))?;
    let text = |name: &str| object.get(name).and_then(words_of);
    Some(LinkedArticle {
        published: text("datePublished").or_else(|| text("dateCreated")),
        author: text("author"),
        image: object.get("image").or_else(|| object.get("thumbnailUrl")).and_then(address_of),
        description: text("description"),
    })
}

/// The articles among a value, but not those of its lists.
fn gather<'a>(value: &'a Value, depth: usize, left: &mut usize, found: &mut Vec<&'a Map<String, Value>>) {
    if depth > DEPTH_MAX || *left == 0 {
        return;
    }
    *left -= 1;
    match value {
        Value::Array(values) => values.iter().for_each(|value| gather(value, depth + 1, left, found)),
        Value::Object(object) => {
            if types(object).any(|kind| kind.ends_with("Article") || kind.ends_with("Posting")) {
                found.push(object);
                return;
            }
            let within =
                ["@graph", "mainEntity", "mainEntityOfPage"].iter().filter_map(|name| object.get(*name));
            within.for_each(|value| gather(value, depth + 1, left, found));
        }
        _ => {}
    }
}
