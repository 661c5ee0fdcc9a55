//! What a tree of elements says of a feed and its items, read the same way whether the document was well-formed or had
//! to be mended: a feed that breaks for a day must not change its entries. Knows every vocabulary; cleans no text.
//!
//! This is the table beside feed-rs, by item order: its values stand, and feed-rs fills in what it is silent of.

mod addresses;
mod dates;
mod files;
mod people;
mod texts;

use std::time::Duration;

use chrono::Weekday;
use url::Url;

use self::{addresses::Place, dates::Dates};
use super::{
    feed::{Feed, Item},
    names::{self, Kind, Space},
    reader::ReadDate,
    tree::{Element, Tree},
};
use crate::model::Author;

/// The most items of one document.
pub(super) const ITEMS_MAX: usize = 200_000;

/// The most categories of one item.
const CATEGORIES_MAX: usize = 64;

/// An element that holds items, with what addresses in it are relative to.
struct Found<'t, 'a> {
    /// Fields of the feed, in document order.
    fields: Vec<&'t Element<'a>>,
    items: Vec<(&'t Element<'a>, Option<Url>)>,
    /// The `xml:base` in force where the fields stand.
    base: Option<Url>,
    language: Option<String>,
    is_atom: bool,
}

/// Whether a tree has no items.
pub(super) fn is_empty(tree: &Tree<'_>) -> bool {
    fn holds_none(element: &Element<'_>) -> bool {
        element.children.iter().all(|child| match kind(child) {
            Kind::Item => false,
            Kind::Structure => holds_none(child),
            _ => true,
        })
    }
    holds_none(&tree.root)
}

fn kind(element: &Element<'_>) -> Kind {
    names::kind(element.space.unwrap_or(Space::Other), &element.name, Kind::Structure)
}

/// Of an item that the document's end cuts off only one that can be told again is kept: it has an address or an id, or
/// a title with its end. Half a title alone would come back as another entry with the whole document.
fn is_usable(item: &Element<'_>) -> bool {
    let is_whole =
        |child: &Element<'_>| !(child.is_cut || child.text.trim().is_empty() && child.attributes.is_empty());
    let identifies =
        |child: &Element<'_>| ["title", "link", "guid", "id"].iter().any(|name| child.is_ours(name));
    !item.is_cut
        || item.attribute("about").is_some()
        || item.children.iter().any(|child| identifies(child) && is_whole(child))
}

/// Everything that the tree says.
pub(super) fn feed(tree: &Tree<'_>, url: &Url, read_date: &ReadDate) -> Feed {
    let mut found =
        Found { fields: Vec::new(), items: Vec::new(), base: None, language: None, is_atom: false };
    walk(&tree.root, None, url, &mut found);
    let mut dates = Dates::new(read_date);
    let place = Place { base: found.base.as_ref(), home: None, url };
    let link = addresses::of_feed(&found.fields, &place);
    let home = link.as_deref().and_then(|link| url.join(link).ok()).filter(addresses::is_web);
    let place = Place { home: home.as_ref(), ..place };
    let value = |wanted: &[(Space, &str)]| value(&found.fields, wanted);
    let authors = people::of_feed(&found.fields, &place);
    let inherited: &[Author] = if found.is_atom { &authors } else { &[] };
    let items = found.items.iter().map(|(element, base)| {
        let place = Place { base: base.as_ref(), ..place };
        item(element, &place, inherited, &mut dates)
    });
    let items: Vec<Item> = items.collect();
    let language = value(&[(Space::Native, "language"), (Space::Dublin, "language")]);
    Feed {
        format: None,
        title: texts::first(&found.fields, &["title"]),
        link,
        description: texts::first(
            &found.fields,
            &["description", "subtitle", "tagline", "abstract", "summary"],
        ),
        language: language.or_else(|| found.language.clone()),
        generator: value(&[(Space::Native, "generator")]),
        ttl: value(&[(Space::Native, "ttl")])
            .and_then(|minutes| minutes.parse::<u32>().ok())
            .map(|minutes| Duration::from_mins(u64::from(minutes))),
        icon: files::of_feed(&found.fields, &place),
        self_link: addresses::of_itself(&found.fields, &place),
        rights: texts::first(&found.fields, &["rights", "copyright"]),
        updated: dates.of_feed(&found.fields),
        skip_hours: skip_hours(&found.fields),
        skip_days: skip_days(&found.fields),
        authors,
        items,
        repairs: tree.repairs.told(),
        warnings: dates.warnings(),
    }
}

fn walk<'t, 'a>(element: &'t Element<'a>, base: Option<&Url>, url: &Url, found: &mut Found<'t, 'a>) {
    for child in &element.children {
        match kind(child) {
            Kind::Item => {
                if is_usable(child) && found.items.len() < ITEMS_MAX {
                    found.items.push((child, addresses::base_of(child, base, url)));
                }
            }
            Kind::Structure => {
                let base = addresses::base_of(child, base, url);
                if child.name == "feed" {
                    found.is_atom = true;
                }
                if found.language.is_none() {
                    let language = child.attributes.iter().find(|attribute| attribute.0 == "xml:lang");
                    found.language =
                        language.map(|found| found.1.trim().to_owned()).filter(|it| !it.is_empty());
                }
                if found.base.is_none() {
                    found.base.clone_from(&base);
                }
                walk(child, base.as_ref(), url, found);
            }
            _ => found.fields.push(child),
        }
    }
}

fn item(element: &Element<'_>, place: &Place<'_>, inherited: &[Author], dates: &mut Dates<'_>) -> Item {
    let fields = spread(element);
    let is_atom = element.name == "entry";
    let guid = addresses::guid(element, &fields);
    let (image, enclosures) = files::of_item(&fields, place);
    let (summary, content) = texts::summary_and_content(&fields, is_atom);
    let based = fields.iter().filter(|field| is_body(field)).find_map(|field| {
        field.attributes.iter().any(|attribute| attribute.0 == "xml:base").then_some(*field)
    });
    let base = match based {
        Some(field) => addresses::base_of(field, place.base, place.url),
        None => place.base.cloned(),
    };
    let mut authors = people::of_item(&fields, place);
    if authors.is_empty() {
        authors.extend_from_slice(inherited);
    }
    let (published, updated) = dates.of_item(element, &fields);
    Item {
        title: texts::title(&fields, is_atom),
        link: addresses::of_item(element, &fields, guid, place),
        guid: guid.map(str::to_owned),
        summary,
        content,
        authors,
        categories: categories(&fields),
        published,
        updated,
        enclosures,
        image,
        rights: texts::first(&fields, &["rights", "copyright"]),
        base,
    }
}

fn is_body(field: &Element<'_>) -> bool {
    matches!(&*field.name, "content" | "encoded" | "summary" | "description" | "body")
}

/// The fields of an item, and those within Media RSS's groups and contents.
fn spread<'t, 'a>(item: &'t Element<'a>) -> Vec<&'t Element<'a>> {
    let mut fields: Vec<&Element<'_>> = Vec::with_capacity(item.children.len());
    for child in &item.children {
        fields.push(child);
        if child.space == Some(Space::Media) {
            for inner in &child.children {
                fields.push(inner);
                fields.extend(&inner.children);
            }
        }
    }
    fields
}

/// The first value among fields of these names, in the order of the names. Where Native is named, Atom is meant too.
fn value(fields: &[&Element<'_>], wanted: &[(Space, &str)]) -> Option<String> {
    wanted.iter().find_map(|&(space, name)| {
        let mut named = fields
            .iter()
            .filter(|field| if space == Space::Native { field.is_ours(name) } else { field.is(space, name) });
        named.find_map(|field| Some(field.text.trim()).filter(|text| !text.is_empty()).map(str::to_owned))
    })
}

/// Categories and keywords, each once.
fn categories(fields: &[&Element<'_>]) -> Vec<String> {
    let mut categories: Vec<String> = Vec::new();
    let mut add = |category: &str| {
        let category = category.trim();
        let is_new = !category.is_empty() && categories.iter().all(|known| known != category);
        if is_new && categories.len() < CATEGORIES_MAX {
            categories.push(category.to_owned());
        }
    };
    for field in fields {
        match (field.space, &*field.name) {
            (Some(Space::Native | Space::Atom), "category") => {
                // Atom's `label` is for people, its `term` for machines.
                add(field.attribute("label").or_else(|| field.attribute("term")).unwrap_or(&field.text));
            }
            (Some(Space::Dublin | Space::DublinTerms), "subject") => add(&field.text),
            (Some(Space::Media), "category") => add(field.attribute("label").unwrap_or(&field.text)),
            (Some(Space::Itunes | Space::Media), "keywords") => field.text.split(',').for_each(&mut add),
            (Some(Space::Itunes), "category") => {
                add(field.attribute("text").unwrap_or_default());
                field.children.iter().filter_map(|inner| inner.attribute("text")).for_each(&mut add);
            }
            _ => {}
        }
    }
    categories
}

/// RSS 2.0: hours from 0 to 23; some write midnight as 24.
fn skip_hours(fields: &[&Element<'_>]) -> Vec<u8> {
    let lists = fields.iter().filter(|field| field.is_ours("skiphours"));
    let hours = lists.flat_map(|list| &list.children).filter_map(|hour| hour.text.trim().parse::<u8>().ok());
    let mut hours: Vec<u8> = hours.filter(|&hour| hour <= 24).map(|hour| hour % 24).collect();
    hours.sort_unstable();
    hours.dedup();
    hours
}

fn skip_days(fields: &[&Element<'_>]) -> Vec<Weekday> {
    let lists = fields.iter().filter(|field| field.is_ours("skipdays"));
    let mut days: Vec<Weekday> = Vec::new();
    for day in lists.flat_map(|list| &list.children).filter_map(|day| day.text.trim().parse().ok()) {
        if !days.contains(&day) {
            days.push(day);
        }
    }
    days
}
