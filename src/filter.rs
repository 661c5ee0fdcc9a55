//! Which entries an admin's words mean: those that a source's `drop` and `keep` hold back, and those that stand in a channel
//! of the admin's own. Pure: entries in, verdicts out; it knows neither where entries are kept nor what becomes of them.

mod language;
mod own;
mod standing;
mod texts;

use std::collections::HashSet;

pub use self::{
    own::OwnFilter,
    standing::{Verdict, channels_of},
};

use self::texts::{Texts, marks};
use crate::{
    keywords::{Keywords, Marks, canonical},
    model::{Changes, Criteria, Entry, Matching, Republishing},
};

/// What is held back of a source's new entries.
#[derive(Debug)]
pub struct SourceFilter<'a> {
    drop: Judge<'a>,
    keep: Option<Judge<'a>>,
}

impl<'a> SourceFilter<'a> {
    /// The filter; none where it would let everything through.
    #[must_use]
    pub fn of(republishing: &'a Republishing) -> Option<Self> {
        let Republishing { drop, keep, .. } = republishing;
        if drop.is_empty() && keep.is_empty() {
            return None;
        }
        let keep = (!keep.is_empty()).then(|| Judge::of(keep));
        Some(Self { drop: Judge::of(drop), keep })
    }

    /// Why the entry is held back, in words; none where it is not.
    #[must_use]
    pub fn dropped(&self, entry: &Entry) -> Option<String> {
        if let Some(met) = self.drop.met(entry) {
            return Some(met);
        }
        let wanted = self.keep.as_ref().is_none_or(|keep| keep.met(entry).is_some());
        (!wanted).then(|| "nothing that `keep` asks for".to_owned())
    }
}

/// Marks the new entries that are held back. What is known already stays as it was judged when it first came.
pub fn judge(changes: &mut Changes, republishing: &Republishing) {
    if changes.inserted.is_empty() {
        return;
    }
    let Some(filter) = SourceFilter::of(republishing) else { return };
    for new in &mut changes.inserted {
        new.dropped = filter.dropped(&new.entry);
    }
}

/// Criteria made ready.
#[derive(Debug)]
struct Judge<'a> {
    criteria: &'a Criteria,
    keywords: Keywords,
    categories: Categories,
}

impl<'a> Judge<'a> {
    fn of(criteria: &'a Criteria) -> Self {
        let marks = marks(&criteria.matching);
        Self {
            criteria,
            keywords: Keywords::new(criteria.keywords.iter().map(String::as_str), marks),
            categories: Categories::of(&criteria.categories, &criteria.matching),
        }
    }

    /// The first criterion that the entry meets, in words.
    fn met(&self, entry: &Entry) -> Option<String> {
        let link = entry.link.as_deref().and_then(|link| self.criteria.links.first_in(link));
        if let Some(link) = link {
            return Some(format!("link `{link}`"));
        }
        if let Some(category) = self.categories.first_of(entry) {
            return Some(format!("category `{category}`"));
        }
        if self.keywords.is_empty() {
            return None;
        }
        let texts = Texts::of(entry, &self.criteria.matching.look_in);
        let index = self.keywords.first_in(texts.iter())?;
        Some(format!("keyword `{}`", self.criteria.keywords.get(index)?))
    }
}

/// Whole categories, in their canonical form.
#[derive(Debug)]
struct Categories {
    names: HashSet<String>,
    marks: Marks,
}

impl Categories {
    fn of(names: &[String], matching: &Matching) -> Self {
        let marks = marks(matching);
        Self { names: names.iter().map(|name| canonical(name, marks)).collect(), marks }
    }

    /// The entry's first category that is among these.
    fn first_of<'a>(&self, entry: &'a Entry) -> Option<&'a str> {
        if self.names.is_empty() {
            return None;
        }
        let is_among = |name: &&String| self.names.contains(&canonical(name, self.marks));
        entry.categories.iter().find(is_among).map(String::as_str)
    }
}

#[cfg(test)]
mod tests;
