//! Documents one after the other at one address, and what each changes.

mod familiar;
mod random;
mod rewrites;
mod transitions;

use std::collections::{BTreeMap, HashMap, HashSet};

use url::Url;

use super::*;
use crate::{
    model::Seq,
    normalize::{Draft, doubts, identity::assign},
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn arrival(first: bool) -> Arrival {
    Arrival { now: at("2026-11-23T06:00:00Z"), first, reread: false, window: Duration::from_hours(48) }
}

/// An item; an empty guid or link is none.
fn item(guid: &str, link: &str, title: &str) -> Draft {
    Draft {
        guid: (!guid.is_empty()).then(|| guid.to_owned()),
        link: Url::parse(link).ok(),
        title: Some(title.to_owned()),
        ..Draft::default()
    }
}

fn dated(published: &str, draft: Draft) -> Draft {
    Draft { published: Some(at(published)), ..draft }
}

fn saying(text: &str, draft: Draft) -> Draft {
    Draft { summary: Some(text.to_owned()), ..draft }
}

/// A source's shelf in the store, as the contract of the engine describes it.
#[derive(Default)]
struct Shelf {
    keys: HashMap<EntryKey, Seq>,
    entries: BTreeMap<Seq, (KnownEntry, Entry)>,
}

impl Shelf {
    fn known(&self, keys: &[EntryKey]) -> Known {
        keys.iter().filter_map(|key| Some((*key, self.entries[self.keys.get(key)?].0))).collect()
    }

    fn alike(&self, titles: &[Digest]) -> Alike {
        let bearers = |title: &Digest| {
            let bearers = self.entries.values().rev().map(|(known, _)| *known);
            (*title, bearers.filter(|known| known.likeness.title == *title).collect::<Vec<_>>())
        };
        titles.iter().map(bearers).filter(|(_, bearers)| !bearers.is_empty()).collect()
    }

    /// Reads a document, keeps what it changes, and gives that back.
    fn read(&mut self, document: &[Draft]) -> Changes {
        let home = Url::parse("https://bao.vn/").ok();
        self.take(assign(document.to_vec(), &[home]), &arrival(false))
    }

    fn take(&mut self, candidates: Vec<Candidate>, arrival: &Arrival) -> Changes {
        self.take_whole(candidates, arrival).changes
    }

    fn take_whole(&mut self, candidates: Vec<Candidate>, arrival: &Arrival) -> Reconciled {
        let mut known = self.known(&keys(&candidates));
        let doubts = doubts(&candidates, &known);
        known.extend(self.known(&doubts.keys));
        let reconciled = reconcile(candidates, &known, &self.alike(&doubts.titles), arrival);
        self.keep(&reconciled.changes);
        reconciled
    }

    fn keep(&mut self, changes: &Changes) {
        for (key, seq) in &changes.aliases {
            assert_eq!(self.keys.insert(*key, *seq), None, "an alias moves a key");
            self.entries.get_mut(seq).unwrap().0.aliases += 1;
        }
        for update in &changes.updated {
            let aliases = self.entries[&update.known.seq].0.aliases;
            let known = KnownEntry { aliases, ..update.known };
            self.entries.insert(known.seq, (known, update.entry.clone()));
        }
        for new in changes.inserted.iter().rev() {
            let seq = Seq(self.entries.len() as u64);
            let NewEntry { digest, head, likeness, date, .. } = *new;
            let presence = Presence::Kept;
            let known =
                KnownEntry { seq, digest, head, likeness, date, body_updates: 0, aliases: 0, presence };
            for key in &new.keys {
                assert_eq!(self.keys.insert(*key, seq), None, "the store would leave an insert out");
            }
            self.entries.insert(seq, (known, new.entry.clone()));
        }
    }

    /// The titles of all that was ever kept, newest first.
    fn titles(&self) -> Vec<&str> {
        self.entries.values().rev().map(|(_, entry)| entry.title.as_str()).collect()
    }
}

#[test]
fn dates_and_places_are_fixed_on_arrival() {
    let (now, old) = ("2026-11-23T06:00:00Z", "2012-01-16T22:57:00Z");
    let fresh = "2026-11-23T05:00:00Z";
    let table = [
        ("fresh, first document", true, Some(fresh), fresh, now),
        ("old, first document", true, Some(old), old, old),
        ("old, later document", false, Some(old), old, now),
        ("future", false, Some("2027-01-01T00:00:00Z"), now, now),
        ("undated", true, None, now, now),
    ];
    for (case, first, published, date, place) in table {
        let draft = Draft { published: published.map(at), ..item("g", "", "Một") };
        let candidates = assign(vec![draft], &[]);
        let changes = reconcile(candidates, &Known::new(), &Alike::new(), &arrival(first)).changes;
        assert_eq!((changes.inserted[0].date, changes.inserted[0].place), (at(date), at(place)), "{case}");
    }
}

#[test]
fn of_a_first_document_without_dates_twenty_are_news() {
    let drafts = (0..30).map(|number| item(&format!("g{number}"), "", "Một")).collect();
    let changes = reconcile(assign(drafts, &[]), &Known::new(), &Alike::new(), &arrival(true)).changes;
    let live = changes.inserted.iter().filter(|new| new.place == arrival(true).now).count();
    assert_eq!((changes.inserted.len(), live), (30, 20));
}

#[test]
fn a_known_entry_is_updated_in_place_and_only_when_it_changed() {
    let mut shelf = Shelf::default();
    shelf.read(&[item("g", "https://bao.vn/1", "Một")]);
    assert!(shelf.read(&[item("g", "https://bao.vn/1", "Một")]).is_empty());
    let edited = shelf.read(&[item("g", "https://bao.vn/1", "Một (sửa)")]);
    assert_eq!((edited.inserted.len(), edited.updated.len(), edited.aliases.len()), (0, 1, 0));
    let moved = shelf.read(&[item("g", "https://bao.vn/2", "Một (sửa)")]);
    assert_eq!(moved.aliases, [(EntryKey::new(Rule::Link, "//bao.vn/2"), Seq(0))]);
    assert_eq!(shelf.titles(), ["Một (sửa)"]);
}

#[test]
fn a_counter_in_the_body_does_not_churn_for_ever() {
    let with = |count: u32| saying(&format!("{count} lượt xem"), item("g", "", "Một"));
    let mut shelf = Shelf::default();
    shelf.read(&[with(0)]);
    let updates: usize = (1..100).map(|count| shelf.read(&[with(count)]).updated.len()).sum();
    assert_eq!(updates, BODY_UPDATES_MAX as usize);
    let mut edited = with(100);
    edited.title = Some("Một (sửa)".to_owned());
    assert_eq!(shelf.read(&[edited]).updated.len(), 1);
}

#[test]
fn new_guids_in_each_document_are_not_remembered_for_ever() {
    let mut shelf = Shelf::default();
    for round in 0..100 {
        shelf.read(&[item(&format!("g{round}"), "https://bao.vn/1", "Một")]);
    }
    assert_eq!((shelf.entries.len(), shelf.keys.len()), (1, 2 + ALIASES_MAX as usize));
}
