//! Which rows of a channel are the same story, and what a story says. Two rows are one when the store says so, which it
//! does of entries of several sources with one canonical link. What else makes two rows one, as a text that is nearly the same, would be
//! told to [`collapse`] as further groups; all after it works on stories.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use url::Url;

use crate::model::{Lead, Row, Seq, Source, SourceId, StoredEntry};

/// Entries of a story that are looked at: who has more of them has the same contents that often.
pub const MEMBERS_MAX: usize = 16;

/// One row for each story, newest place first, with the lead's date. In a channel of all sources it stands where the
/// lead stands, whether that is kept or not; elsewhere where the first committed of the rows there stands, for which
/// all rows of its group must be there. Neither moves when other members come or go later.
#[must_use]
pub fn collapse(rows: Vec<Row>, of_all_sources: bool) -> Vec<Row> {
    let mut stories: HashMap<Seq, Row> = HashMap::with_capacity(rows.len());
    for row in rows {
        let story = match &row.lead {
            None => row,
            Some(lead) if of_all_sources => led_by(lead),
            Some(lead) => Row { date: lead.date, ..row },
        };
        let first = stories.entry(group(&story)).or_insert_with(|| story.clone());
        if story.seq < first.seq {
            *first = story;
        }
    }
    let mut stories: Vec<Row> = stories.into_values().collect();
    stories.sort_unstable_by_key(|row| Reverse((row.place, row.seq)));
    stories
}

/// The row that a lead has, or had.
fn led_by(lead: &Lead) -> Row {
    let Lead { seq, ref source, date, place, .. } = *lead;
    Row { seq, source: source.clone(), place, date, lead: None }
}

/// What names the story that a row belongs to.
fn group(row: &Row) -> Seq {
    row.lead.as_ref().map_or(row.seq, |lead| lead.seq)
}

/// The numbers of a page of an archive: of its rows those that are the first of their story in the channel. `groups`
/// holds all rows of each one's story, `belongs` says which the channel shows.
#[must_use]
pub fn archived(rows: &[Row], groups: &[Vec<Row>], belongs: impl Fn(&Row) -> bool) -> Vec<Seq> {
    let is_first = |row: &Row, group: &[Row]| {
        let mut earlier = group.iter().filter(|other| other.seq < row.seq);
        belongs(row) && !earlier.any(&belongs)
    };
    let pages = rows.iter().zip(groups).filter(|(row, group)| is_first(row, group));
    pages.map(|(row, _)| row.seq).collect()
}

/// The configured sources, and which of several is to be credited.
#[derive(Debug)]
pub struct Credits<'a>(HashMap<&'a SourceId, (usize, &'a Source)>);

impl<'a> Credits<'a> {
    /// Of these sources, in the order of `feeds.toml`.
    #[must_use]
    pub fn of(sources: impl IntoIterator<Item = &'a Source>) -> Self {
        let numbered = sources.into_iter().enumerate();
        Self(numbered.map(|(place, source)| (&source.id, (place, source))).collect())
    }

    /// An entry as its source gave it; none where the source is not configured.
    #[must_use]
    pub fn alone(&self, stored: StoredEntry) -> Option<(StoredEntry, &'a Source)> {
        let (_, source) = self.0.get(&stored.source)?;
        Some((stored, source))
    }

    /// The entries of a story, lowest number first, as one: under the id, date and place of the lead, also where that is gone, with the
    /// contents of the most specific configured source, which is given too, and with everybody's categories. None where
    /// no source of it is configured.
    #[must_use]
    pub fn story(&self, members: &[StoredEntry]) -> Option<(StoredEntry, &'a Source)> {
        let candidates = members.iter().filter_map(|stored| Some((stored, *self.0.get(&stored.source)?)));
        let (best, (_, source)) = candidates
            .max_by_key(|(stored, (place, source))| (specificity(stored, source), Reverse(*place)))?;
        let mut story = best.clone();
        let first = members.first()?;
        let Lead { seq, source: whose, key, date, place } = first.lead.clone().unwrap_or(Lead::of(first));
        story = StoredEntry { seq, source: whose, key, date, place, lead: None, ..story };
        let mut seen = HashSet::new();
        let categories = members.iter().flat_map(|stored| &stored.entry.categories);
        story.entry.categories = categories.filter(|name| seen.insert(*name)).cloned().collect();
        Some((story, source))
    }
}

/// How closely a source keeps to what an entry is about: it has a province, its feed lies where the article lies, its
/// feed is one of a section.
fn specificity(stored: &StoredEntry, source: &Source) -> (bool, bool, usize) {
    let link = stored.entry.link.as_deref().and_then(|link| Url::parse(link).ok());
    let at_home = link.is_some_and(|link| link.host() == source.url.host());
    let segments = source.url.path_segments().into_iter().flatten();
    (source.province.is_some(), at_home, segments.filter(|segment| !segment.is_empty()).count())
}

#[cfg(test)]
mod tests;
