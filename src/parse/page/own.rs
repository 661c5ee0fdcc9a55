//! What a page says of its news by itself, without a selector of the admin's: JSON-LD, h-entry, and `<article>` with a
//! `<time>`. Knows no platform.

use scraper::Html;

use super::{
    item::{Reading, merged},
    linked_data, select,
    selectors::Selectors,
};
use crate::{model::PageRules, parse::feed::Item};

/// A single article on a page is what the page is about, and no list.
const FEWEST: usize = 2;

/// The items of the vocabulary that tells most, and its name.
pub(super) fn items(page: &Html, reading: &Reading<'_>) -> Option<(Vec<Item>, &'static str)> {
    let linked = || ("JSON-LD", linked_data::items(page, reading));
    let marked = [
        (
            "h-entry",
            ".h-entry, .hentry",
            Some(".p-name a, a.p-name, .entry-title a, .p-name, .entry-title"),
            ".dt-published, .published, time",
        ),
        ("<article>", "article:has(time[datetime])", None, "time[datetime]"),
    ];
    let marked = marked.map(|(name, item, title, date)| {
        let rules = PageRules {
            item: Some(item.to_owned()),
            title: title.map(str::to_owned),
            date: Some(date.to_owned()),
            summary: Some(".p-summary, .entry-summary, .summary".to_owned()),
            image: Some("img".to_owned()),
            ..PageRules::default()
        };
        let items = Selectors::of(&rules).ok().map(|selectors| {
            let found = selectors.item.as_ref().map(|item| select(page, item).0).unwrap_or_default();
            let reading = Reading { selectors: &selectors, ..*reading };
            merged(found.into_iter().filter_map(|element| reading.item(element)).collect())
        });
        (name, items.unwrap_or_default())
    });
    let all = std::iter::once(linked()).chain(marked).filter(|(_, items)| items.len() >= FEWEST);
    // The first of equals: JSON-LD has times to the second.
    let all: Vec<_> = all.collect();
    all.into_iter().rev().max_by_key(|(_, items)| items.len()).map(|(name, items)| (items, name))
}
