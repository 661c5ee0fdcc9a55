//! Dates that are read as written and are wrong all the same: what a document's dates, taken together, say of the
//! software and the clock that wrote them. Knows no words for dates; values in, values out.
//!
//! Only a poll corrects. A preview shows the dates as written, and identities are made of them as written too: a
//! correction depends on the present time, and may come out differently at the next poll. That does no harm, since an
//! entry's date is fixed when it is first kept.

mod label;
mod nukeviet;

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use chrono_tz::Tz;

use super::timestamp;
use crate::model::{Entry, Timestamp};

/// The most instants of one document that are remembered.
const SEEN_MAX: usize = 10_000;

/// The dates of one document, as they are read.
#[derive(Debug, Default)]
pub struct Seen {
    found: Mutex<Found>,
}

#[derive(Debug, Default)]
struct Found {
    /// In the order of the document, the channel's own included.
    all: Vec<Timestamp>,
    /// Those that were written as GMT, UTC, Z or +0000.
    as_utc: HashSet<Timestamp>,
}

impl Seen {
    /// Reads a date as [`timestamp::read`] does, and remembers it.
    #[must_use]
    pub fn read(&self, text: &str, zone: Tz) -> Option<Timestamp> {
        let (instant, offset) = timestamp::read_with_offset(text, zone)?;
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.all.len() < SEEN_MAX {
            found.all.push(instant);
            if offset == Some(0) {
                found.as_utc.insert(instant);
            }
        }
        Some(instant)
    }
}

/// What is known beside the document.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// The source's zone.
    pub zone: Tz,
    /// When the document was read.
    pub now: Timestamp,
    /// The response's Last-Modified.
    pub modified: Option<Timestamp>,
}

/// Puts the dates of a document's entries right, as far as the document shows that they are wrong and how. The
/// entries stand in document order. Tells what was done, in words.
pub fn correct(
    entries: &mut [&mut Entry],
    generator: Option<&str>,
    seen: &Seen,
    circumstances: &Circumstances,
) -> Vec<String> {
    let found = seen.found.lock().unwrap_or_else(PoisonError::into_inner);
    let mut told = Vec::new();
    // Recognised by the dates as written; corrected when the hour is certain.
    let is_faulty = generator.is_some_and(nukeviet::is_generator)
        && nukeviet::shows(&found.all, &published(entries), circumstances.zone);
    if label::is_wrong(entries, &found.as_utc, is_faulty, circumstances) {
        label::correct(entries, &found.as_utc, circumstances.zone);
        let zone = circumstances.zone.name();
        told.push(format!(
            "dates labelled GMT lie in the future, and would not as local times: they are read as {zone}"
        ));
    }
    if is_faulty {
        nukeviet::correct(entries, circumstances);
        told.push(
            "NukeViet wrote the month where the minutes belong: the hour is kept, the minutes follow the order of the \
             document"
                .to_owned(),
        );
    }
    told
}

fn published(entries: &[&mut Entry]) -> Vec<Timestamp> {
    entries.iter().filter_map(|entry| entry.published).collect()
}

/// An entry with nothing but dates, for tests.
#[cfg(test)]
fn entry(published: &str) -> Entry {
    use crate::model::{Identity, Rule};
    Entry {
        identity: Identity { rule: Rule::Guid, value: published.to_owned() },
        link: None,
        canonical_link: None,
        title: String::new(),
        summary: None,
        content: None,
        authors: vec![],
        categories: vec![],
        published: published.parse().ok(),
        updated: None,
        image: None,
        enclosures: vec![],
        rights: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published dates after correction, and what was told.
    fn corrected(generator: &str, now: &str, texts: &[&str]) -> (Vec<String>, usize) {
        let seen = Seen::default();
        let zone = Tz::Asia__Ho_Chi_Minh;
        let mut entries: Vec<Entry> = texts.iter().map(|text| entry(text)).collect();
        for (entry, text) in entries.iter_mut().zip(texts) {
            entry.published = seen.read(text, zone);
        }
        let circumstances = Circumstances { zone, now: now.parse().unwrap(), modified: None };
        let mut borrowed: Vec<&mut Entry> = entries.iter_mut().collect();
        let told = correct(&mut borrowed, Some(generator), &seen, &circumstances);
        let dates = entries.iter().map(|entry| entry.published.unwrap().format("%m-%d %H:%M:%S").to_string());
        (dates.collect(), told.len())
    }

    #[test]
    fn sound_dates_stay_as_they_are() {
        let texts = ["Mon, 4 May 2026 02:17:12 GMT", "Mon, 4 May 2026 01:40:00 GMT", "3/5/2026 08:00"];
        let (dates, told) = corrected("NukeViet v4.6", "2026-05-04T02:30:00Z", &texts);
        assert_eq!(dates, ["05-04 02:17:12", "05-04 01:40:00", "05-03 01:00:00"]);
        assert_eq!(told, 0);
    }

    #[test]
    fn both_faults_at_once_are_both_put_right() {
        // Written at about 09:20 in Vietnam, which is 02:20 GMT.
        let texts = [
            "Mon, 4 May 2026 09:05:12 GMT",
            "Mon, 4 May 2026 09:05:40 GMT",
            "Mon, 4 May 2026 08:05:00 GMT",
            "Sun, 3 May 2026 16:05:30 GMT",
        ];
        let (dates, told) = corrected("NukeViet v4.0", "2026-05-04T02:20:00Z", &texts);
        assert_eq!(dates, ["05-04 02:19:12", "05-04 02:09:40", "05-04 01:30:00", "05-03 09:29:30"]);
        assert_eq!(told, 2);
    }

    #[test]
    fn what_another_generator_wrote_is_believed() {
        let texts = ["Mon, 4 May 2026 02:05:12 GMT"; 3];
        let (dates, told) = corrected("ONECMS", "2026-05-04T03:00:00Z", &texts);
        assert_eq!((dates[0].as_str(), told), ("05-04 02:05:12", 0));
    }
}
