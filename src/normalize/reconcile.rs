//! What a document changes, given what is known of its source: what is new, what was edited, what goes by another
//! name now.

use std::{collections::HashSet, time::Duration};

use crate::model::{
    Changes, Digest, Entry, EntryKey, Known, KnownEntry, NewEntry, Rule, Seq, Timestamp, Update,
};

/// How often a change of nothing but the body is taken for an edit: a visitor counter in the text would otherwise
/// make every entry "updated" at each poll.
const BODY_UPDATES_MAX: u32 = 10;
/// Of the undated entries of a source's first document, how many enter merged channels.
const FIRST_UNDATED: usize = 20;

/// The circumstances in which a document arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// When.
    pub now: Timestamp,
    /// Whether it is the first that was ever read of its source: what is older than the window then goes to the
    /// archive, so that a new source does not flood the readers.
    pub first: bool,
    /// The live window of the merged channels.
    pub window: Duration,
}

/// The keys under which these entries may be known.
#[must_use]
pub fn keys(entries: &[Entry]) -> Vec<EntryKey> {
    entries.iter().flat_map(keys_of).collect()
}

/// Identity first: it makes the public guid.
fn keys_of(entry: &Entry) -> Vec<EntryKey> {
    let identity = entry.identity.key();
    let link = entry.canonical_link.as_deref().map(|link| EntryKey::new(Rule::Link, link));
    std::iter::once(identity).chain(link.filter(|link| *link != identity)).collect()
}

/// The difference between a document's entries and what is known of them.
#[must_use]
pub fn reconcile(entries: Vec<Entry>, known: &Known, arrival: &Arrival) -> Changes {
    let mut changes = Changes::default();
    // An entry's own identity has the first claim on what is kept; a link alone (the publisher gave the article a new
    // guid) comes second, and only to what no other item of the document is.
    let mut claimed: HashSet<Seq> =
        entries.iter().filter_map(|entry| known.get(&entry.identity.key())).map(|known| known.seq).collect();
    let mut reached = HashSet::new();
    let mut undated = 0;
    for mut entry in entries {
        let keys = keys_of(&entry);
        let by_identity = known.get(&keys[0]);
        let by_link = keys.get(1).and_then(|link| known.get(link));
        let found = by_identity.or_else(|| by_link.filter(|known| claimed.insert(known.seq)));
        if let Some(kept) = found {
            // Two items may lead to one kept entry (both guids are known for it): the first speaks for it.
            if reached.insert(kept.seq) {
                let unknown = keys.iter().filter(|key| !known.contains_key(key));
                changes.aliases.extend(unknown.map(|key| (*key, kept.seq)));
                changes.updated.extend(update(entry, kept));
            }
            continue;
        }
        undated += usize::from(published(&entry).is_none());
        let keys = if by_link.is_some() {
            entry.canonical_link = None;
            keys[..1].to_vec()
        } else {
            keys
        };
        changes.inserted.push(insert(entry, keys, arrival, undated));
    }
    changes
}

fn update(entry: Entry, kept: &KnownEntry) -> Option<Update> {
    let (head, digest) = digests(&entry);
    if digest == kept.digest {
        return None;
    }
    let body_updates = if head == kept.head { kept.body_updates + 1 } else { 0 };
    let known = KnownEntry { seq: kept.seq, digest, head, body_updates };
    (body_updates <= BODY_UPDATES_MAX).then_some(Update { known, entry })
}

fn insert(entry: Entry, keys: Vec<EntryKey>, arrival: &Arrival, undated: usize) -> NewEntry {
    let now = arrival.now;
    let date = published(&entry).map_or(now, |date| date.min(now));
    let oldest =
        chrono::Duration::from_std(arrival.window).ok().and_then(|window| now.checked_sub_signed(window));
    let oldest = oldest.unwrap_or(Timestamp::UNIX_EPOCH);
    let place = match published(&entry) {
        Some(_) if arrival.first && date < oldest => date,
        None if arrival.first && undated > FIRST_UNDATED => oldest - chrono::Duration::milliseconds(1),
        _ => now,
    };
    let (head, digest) = digests(&entry);
    NewEntry { entry, keys, digest, head, date, place }
}

fn published(entry: &Entry) -> Option<Timestamp> {
    entry.published.or(entry.updated)
}

/// Of what an editor changes on purpose, and of all that readers see. Dates are in neither: they are fixed once
/// published, and some publishers move them by seconds between polls (NukeViet 4.6).
fn digests(entry: &Entry) -> (Digest, Digest) {
    let link = entry.link.as_deref().unwrap_or_default();
    let head = Digest::of(&[entry.title.as_bytes(), link.as_bytes()]);
    let Entry { summary, content, authors, categories, image, enclosures, .. } = entry;
    let rest =
        serde_json::to_vec(&(summary, content, authors, categories, image, enclosures)).unwrap_or_default();
    (head, Digest::of(&[&head.0, &rest]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Identity;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn arrival(first: bool) -> Arrival {
        Arrival { now: at("2026-11-23T06:00:00Z"), first, window: Duration::from_hours(48) }
    }

    fn entry(guid: &str, link: Option<&str>, title: &str, published: Option<&str>) -> Entry {
        Entry {
            identity: Identity { rule: Rule::Guid, value: guid.to_owned() },
            link: link.map(|link| format!("https:{link}")),
            canonical_link: link.map(str::to_owned),
            title: title.to_owned(),
            summary: None,
            content: None,
            authors: vec![],
            categories: vec![],
            published: published.map(at),
            updated: None,
            image: None,
            enclosures: vec![],
        }
    }

    /// What is known after these changes were kept.
    fn kept(changes: &Changes) -> Known {
        let mut known = Known::new();
        for (number, new) in changes.inserted.iter().enumerate() {
            let seq = Seq(number as u64);
            let entry = KnownEntry { seq, digest: new.digest, head: new.head, body_updates: 0 };
            known.extend(new.keys.iter().map(|key| (*key, entry)));
        }
        known
    }

    #[test]
    fn dates_and_places_are_fixed_on_arrival() {
        let table = [
            (
                "fresh, first document",
                true,
                Some("2026-11-23T05:00:00Z"),
                "2026-11-23T05:00:00Z",
                "2026-11-23T06:00:00Z",
            ),
            (
                "old, first document",
                true,
                Some("2012-01-16T22:57:00Z"),
                "2012-01-16T22:57:00Z",
                "2012-01-16T22:57:00Z",
            ),
            (
                "old, later document",
                false,
                Some("2012-01-16T22:57:00Z"),
                "2012-01-16T22:57:00Z",
                "2026-11-23T06:00:00Z",
            ),
            ("future", false, Some("2027-01-01T00:00:00Z"), "2026-11-23T06:00:00Z", "2026-11-23T06:00:00Z"),
            ("undated", true, None, "2026-11-23T06:00:00Z", "2026-11-23T06:00:00Z"),
        ];
        for (case, first, published, date, place) in table {
            let changes = reconcile(vec![entry("g", None, "Một", published)], &Known::new(), &arrival(first));
            assert_eq!(
                (changes.inserted[0].date, changes.inserted[0].place),
                (at(date), at(place)),
                "{case}"
            );
        }
    }

    #[test]
    fn of_a_first_document_without_dates_twenty_are_news() {
        let entries = (0..30).map(|number| entry(&format!("g{number}"), None, "Một", None)).collect();
        let changes = reconcile(entries, &Known::new(), &arrival(true));
        let live = changes.inserted.iter().filter(|new| new.place == arrival(true).now).count();
        assert_eq!((changes.inserted.len(), live), (30, 20));
    }

    #[test]
    fn a_known_entry_is_updated_in_place_and_only_when_it_changed() {
        let first = reconcile(vec![entry("g", Some("//a.vn/1"), "Một", None)], &Known::new(), &arrival(true));
        let known = kept(&first);
        let again = reconcile(vec![entry("g", Some("//a.vn/1"), "Một", None)], &known, &arrival(false));
        assert!(again.is_empty());
        let edited =
            reconcile(vec![entry("g", Some("//a.vn/1"), "Một (sửa)", None)], &known, &arrival(false));
        assert_eq!((edited.inserted.len(), edited.updated.len()), (0, 1));
        let moved = reconcile(vec![entry("g", Some("//a.vn/2"), "Một", None)], &known, &arrival(false));
        assert_eq!(moved.aliases, [(EntryKey::new(Rule::Link, "//a.vn/2"), Seq(0))]);
    }

    #[test]
    fn a_new_guid_on_a_known_link_is_the_same_entry() {
        let known =
            kept(&reconcile(vec![entry("g", Some("//a.vn/1"), "Một", None)], &Known::new(), &arrival(true)));
        let changes = reconcile(vec![entry("h", Some("//a.vn/1"), "Một", None)], &known, &arrival(false));
        assert_eq!((changes.inserted.len(), changes.updated.len()), (0, 0));
        assert_eq!(changes.aliases, [(EntryKey::new(Rule::Guid, "h"), Seq(0))]);
    }

    #[test]
    fn an_item_that_took_over_anothers_link_is_not_lost() {
        let known =
            kept(&reconcile(vec![entry("g", Some("//a.vn/1"), "Một", None)], &Known::new(), &arrival(true)));
        let document =
            vec![entry("h", Some("//a.vn/1"), "Hai", None), entry("g", Some("//a.vn/moved"), "Một", None)];
        let changes = reconcile(document, &known, &arrival(false));
        assert_eq!(changes.inserted.len(), 1);
        assert_eq!(changes.inserted[0].entry.title, "Hai");
        assert_eq!(changes.inserted[0].keys, [EntryKey::new(Rule::Guid, "h")]);
    }

    #[test]
    fn a_counter_in_the_body_does_not_churn_for_ever() {
        let with = |count: u32| Entry {
            summary: Some(format!("{count} lượt xem")),
            ..entry("g", None, "Một", None)
        };
        let mut known = kept(&reconcile(vec![with(0)], &Known::new(), &arrival(true)));
        let mut updates = 0;
        for count in 1..100 {
            for update in reconcile(vec![with(count)], &known, &arrival(false)).updated {
                updates += 1;
                known.insert(entry("g", None, "", None).identity.key(), update.known);
            }
        }
        assert_eq!(updates, BODY_UPDATES_MAX);
        let mut edited = with(100);
        edited.title = "Một (sửa)".to_owned();
        assert_eq!(reconcile(vec![edited], &known, &arrival(false)).updated.len(), 1);
    }
}
