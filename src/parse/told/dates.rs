//! Which element holds a date, and which date it is. How a date is written, the caller's reader knows.

use super::super::{names::Space, reader::ReadDate, tree::Element};
use crate::model::Timestamp;

/// How many unreadable dates are told.
const WARNINGS_MAX: usize = 3;

/// How much of one is told, in characters.
const EXCERPT: usize = 60;

/// Where an item says when it was published, best first. Where Native is named, Atom is meant too.
const PUBLISHED: [(Space, &str); 12] = [
    (Space::Native, "pubdate"),
    (Space::Native, "published"),
    (Space::Native, "issued"),
    (Space::Dublin, "date"),
    (Space::DublinTerms, "issued"),
    (Space::DublinTerms, "published"),
    (Space::DublinTerms, "date"),
    (Space::DublinTerms, "created"),
    (Space::DublinTerms, "available"),
    (Space::Native, "created"),
    (Space::Native, "date"),
    (Space::Dublin, "created"),
];

/// Where it says when it was changed.
const UPDATED: [(Space, &str); 5] = [
    (Space::Native, "updated"),
    (Space::Native, "modified"),
    (Space::DublinTerms, "modified"),
    (Space::Dublin, "modified"),
    (Space::Native, "lastbuilddate"),
];

/// Where a feed says so.
const FEED_UPDATED: [(Space, &str); 5] = [
    (Space::Native, "lastbuilddate"),
    (Space::Native, "updated"),
    (Space::Native, "modified"),
    (Space::Dublin, "date"),
    (Space::Native, "pubdate"),
];

/// Reads dates, and keeps what it could not read.
pub(super) struct Dates<'r> {
    read: &'r ReadDate,
    unread: Vec<String>,
}

impl<'r> Dates<'r> {
    pub(super) fn new(read: &'r ReadDate) -> Self {
        Self { read, unread: Vec::new() }
    }

    /// When an item was published, and when it was changed.
    pub(super) fn of_item(
        &mut self,
        item: &Element<'_>,
        fields: &[&Element<'_>],
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        let published = self.first(fields, &PUBLISHED);
        let updated = self.first(fields, &UPDATED);
        // CDF: `<item lastmod="…">`
        let updated = updated.or_else(|| item.attribute("lastmod").and_then(|text| (self.read)(text)));
        (published, updated)
    }

    pub(super) fn of_feed(&mut self, fields: &[&Element<'_>]) -> Option<Timestamp> {
        self.first(fields, &FEED_UPDATED)
    }

    pub(super) fn warnings(self) -> Vec<String> {
        self.unread.into_iter().map(|text| format!("a date could not be read: “{text}”")).collect()
    }

    fn first(&mut self, fields: &[&Element<'_>], wanted: &[(Space, &str)]) -> Option<Timestamp> {
        let mut unread = None;
        for &(space, name) in wanted {
            for field in fields.iter().filter(|field| {
                if space == Space::Native { field.is_ours(name) } else { field.is(space, name) }
            }) {
                let text = field.text.trim();
                if text.is_empty() || field.is_cut {
                    continue;
                }
                if let Some(date) = (self.read)(text) {
                    return Some(date);
                }
                unread.get_or_insert(text);
            }
        }
        if let Some(text) = unread
            && self.unread.len() < WARNINGS_MAX
        {
            let excerpt: String = text.chars().take(EXCERPT).collect();
            if !self.unread.contains(&excerpt) {
                self.unread.push(excerpt);
            }
        }
        None
    }
}
