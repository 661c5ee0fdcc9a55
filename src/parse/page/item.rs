//! One item of a list page: which of its elements say what. Reads no document.

use std::collections::{HashMap, hash_map::Entry};

use scraper::{ElementRef, Selector};
use url::Url;

use super::{dating, pictures, selectors::Selectors, words};
use crate::parse::{
    feed::{Item, Text, TextKind},
    reader::ReadDate,
};

/// The longest title and summary that are taken from a page, in bytes.
const TITLE_MAX: usize = 2_000;
const SUMMARY_MAX: usize = 10_000;

/// The longest address.
const ADDRESS_MAX: usize = 4_096;

/// Where a headline is looked for that no selector names, the likeliest first.
const HEADINGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

/// How a page is read.
pub(super) struct Reading<'a> {
    pub selectors: &'a Selectors,
    pub date_format: Option<&'a str>,
    /// What addresses are relative to.
    pub base: &'a Url,
    pub read_date: &'a ReadDate,
}

/// An absolute http(s) address.
pub(super) fn web(address: &str, base: &Url) -> Option<String> {
    url(address, base).map(String::from)
}

fn url(address: &str, base: &Url) -> Option<Url> {
    let address = address.trim();
    if address.is_empty() || address.starts_with('#') || address.len() > ADDRESS_MAX {
        return None;
    }
    let url = base.join(address).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// The first element that this selects within the item, the item itself counted.
fn first<'a>(item: ElementRef<'a>, selector: &Selector) -> Option<ElementRef<'a>> {
    if selector.matches(&item) { Some(item) } else { item.select(selector).next() }
}

impl Reading<'_> {
    /// What the item says; none where it has no title or leads nowhere.
    pub(super) fn item(&self, element: ElementRef<'_>) -> Option<Item> {
        let named = match &self.selectors.title {
            Some(selector) => first(element, selector)?,
            None => headline(element)?,
        };
        let title = words::title(named, TITLE_MAX)?;
        let link = match &self.selectors.link {
            Some(selector) => self.leads_to(first(element, selector)?, element)?,
            None => self.leads_to(named, element)?,
        };
        let select = |selector: &Option<Selector>| first(element, selector.as_ref()?);
        let read = |found| dating::of_element(found, self.date_format, self.read_date);
        let dated = match &self.selectors.date {
            Some(selector) => {
                let own = std::iter::once(element).filter(|item| selector.matches(item));
                own.chain(element.select(selector)).take(10).find_map(read)
            }
            None => time_of(element).and_then(|text| (self.read_date)(text)),
        };
        let summary = select(&self.selectors.summary).map(|found| words::text(found, SUMMARY_MAX));
        Some(Item {
            title: Some(plain(title)),
            summary: summary.filter(|text| !text.is_empty()).map(plain),
            published: dated.or_else(|| dating::in_address(&link, self.read_date)),
            image: self.selectors.image.as_ref().and_then(|image| self.image(element, image)),
            link: Some(link.into()),
            ..Item::default()
        })
    }

    /// A picture may be there twice: to come late, and for who runs no scripts.
    fn image(&self, element: ElementRef<'_>, selector: &Selector) -> Option<String> {
        let own = std::iter::once(element).filter(|item| selector.matches(item));
        own.chain(element.select(selector)).take(10).find_map(|found| pictures::address(found, self.base))
    }

    /// Where an element leads: it is a link, holds one, or stands in one within the item.
    fn leads_to(&self, element: ElementRef<'_>, item: ElementRef<'_>) -> Option<Url> {
        let within = element.descendent_elements();
        let around = element.ancestors().filter_map(ElementRef::wrap);
        let around = around.take_while(|above| above.id() != item.id()).chain(std::iter::once(item));
        within.chain(around).filter_map(|found| found.attr("href")).find_map(|href| url(href, self.base))
    }
}

fn plain(body: String) -> Text {
    Text { body, kind: TextKind::Plain }
}

fn time_of(item: ElementRef<'_>) -> Option<&str> {
    item.descendent_elements()
        .filter(|found| found.value().name() == "time")
        .find_map(|it| it.attr("datetime"))
}

/// The link that looks like a headline: the first in a heading, else the one with the longest text.
fn headline(item: ElementRef<'_>) -> Option<ElementRef<'_>> {
    let links =
        || item.descendent_elements().filter(|it| it.value().name() == "a" && it.attr("href").is_some());
    let is_headed = |link: &ElementRef<'_>| {
        let near = link.ancestors().take(4).chain(link.children());
        near.filter_map(ElementRef::wrap).any(|it| HEADINGS.contains(&it.value().name()))
    };
    let says =
        |link: &ElementRef<'_>| words::title(*link, TITLE_MAX).map_or(0, |title| title.chars().count());
    let headed = links().filter(|link| says(link) > 0).find(is_headed);
    headed.or_else(|| {
        let links: Vec<_> =
            links().map(|link| (says(&link), link)).filter(|(length, _)| *length > 0).collect();
        // The first of equals: a picture's link and the headline's often say the same.
        links.into_iter().rev().max_by_key(|(length, _)| *length).map(|(_, link)| link)
    })
}

/// Leaves each address once, with what the first item that bears it does not say told by the others.
pub(super) fn merged(items: Vec<Item>) -> Vec<Item> {
    let mut places = HashMap::new();
    let mut merged: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        let Some(link) = item.link.as_deref() else { continue };
        match places.entry(link.split('#').next().unwrap_or_default().to_owned()) {
            Entry::Vacant(place) => {
                place.insert(merged.len());
                merged.push(item);
            }
            Entry::Occupied(place) => {
                let Some(first) = merged.get_mut(*place.get()) else { continue };
                first.published = first.published.or(item.published);
                first.image = first.image.take().or(item.image);
                first.summary = first.summary.take().or(item.summary);
            }
        }
    }
    merged
}
