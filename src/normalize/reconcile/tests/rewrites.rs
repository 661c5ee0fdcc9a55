//! Hosts that are rewritten, first not, then so, then otherwise: what readers see follows, and identity does not.

use super::*;
use crate::normalize::{identity::assign, rewrite_hosts};

/// The entries of a document of old.vn, with its host rewritten to this one; to none where it is empty.
fn candidates(document: &[Draft], host: &str) -> Vec<Candidate> {
    let home = Url::parse("http://old.vn/").ok();
    let mut candidates = assign(document.to_vec(), &[home]);
    let rewrites = (!host.is_empty()).then(|| ("old.vn".to_owned(), host.to_owned()));
    rewrite_hosts(&mut candidates, &rewrites.into_iter().collect());
    candidates
}

impl Shelf {
    /// Reads a document in which this host stands in the place of old.vn. `reread`: the first time so.
    fn rewritten(&mut self, document: &[Draft], host: &str, reread: bool) -> Changes {
        self.take(candidates(document, host), &Arrival { reread, ..arrival(false) })
    }

    fn links(&self) -> Vec<&str> {
        self.entries.values().rev().map(|(_, entry)| entry.link.as_deref().unwrap_or_default()).collect()
    }
}

fn document() -> Vec<Draft> {
    let picture = "<img src=\"http://old.vn/1.jpg\">";
    vec![
        item("g1", "http://old.vn/1", "Một"),
        item("", "http://old.vn/2", "Hai"),
        dated("2026-11-23T05:00:00Z", saying(picture, item("", "", "Ba"))),
        item("g4", "http://old.vn/4", "Bốn"),
        item("g5", "http://old.vn/4", "Năm"),
    ]
}

#[test]
fn a_rewrite_changes_entries_in_their_place_once_and_makes_none() {
    let mut shelf = Shelf::default();
    assert_eq!(shelf.rewritten(&document(), "", false).inserted.len(), 5);
    let keys: Vec<_> = shelf.entries.values().map(|(_, entry)| entry.identity.clone()).collect();
    for host in ["new.vn", "newest.vn", ""] {
        let changes = shelf.rewritten(&document(), host, true);
        assert_eq!(
            (changes.inserted.len(), changes.updated.len(), changes.aliases),
            (0, 5, vec![]),
            "{host}"
        );
        let host = if host.is_empty() { "old.vn" } else { host };
        let links = ["1", "2", "", "4", "4"]
            .map(|path| if path.is_empty() { String::new() } else { format!("http://{host}/{path}") });
        assert_eq!(shelf.links(), links);
        assert!(shelf.entries.values().any(|(_, it)| {
            it.summary.as_ref().is_some_and(|it| it.contains(&format!("http://{host}/1.jpg")))
        }));
        let now: Vec<_> = shelf.entries.values().map(|(_, entry)| entry.identity.clone()).collect();
        assert_eq!(now, keys);
        let canonical: Vec<_> =
            shelf.entries.values().rev().map(|(_, entry)| entry.canonical_link.as_deref()).collect();
        assert_eq!(canonical, [Some("//old.vn/1"), Some("//old.vn/2"), None, None, None]);
        let again = if host == "old.vn" { "" } else { host };
        assert!(shelf.rewritten(&document(), again, false).is_empty(), "{host}");
    }
    assert_eq!(shelf.titles(), ["Một", "Hai", "Ba", "Bốn", "Năm"]);
}

#[test]
fn an_entry_is_known_by_its_published_link_under_another_guid() {
    let mut shelf = Shelf::default();
    shelf.rewritten(&[item("g1", "http://old.vn/1", "Một")], "new.vn", false);
    let changes = shelf.rewritten(&[item("g2", "https://old.vn/1", "Một (sửa)")], "new.vn", false);
    assert_eq!((changes.inserted.len(), changes.updated.len()), (0, 1));
    // The publisher has mended his links: another canonical link, and the same guid.
    let changes = shelf.rewritten(&[item("g2", "https://new.vn/1", "Một (sửa)")], "new.vn", false);
    assert_eq!((changes.inserted.len(), changes.aliases.len()), (0, 1));
    assert_eq!(shelf.links(), ["https://new.vn/1"]);
}

// What a guard against counters has let go stale is put right by a new setting, which is no counter.
#[test]
fn entries_whose_text_changed_too_often_are_rewritten_too() {
    let with = |count: u32| {
        let text = format!("{count} <a href=\"http://old.vn/\">x</a>");
        [saying(&text, item("g", "http://a.vn/1", "Một"))]
    };
    let mut shelf = Shelf::default();
    let updates: usize = (0..50).map(|count| shelf.rewritten(&with(count), "", false).updated.len()).sum();
    assert_eq!(updates, BODY_UPDATES_MAX as usize);
    assert_eq!(shelf.rewritten(&with(50), "new.vn", true).updated.len(), 1);
    assert!(shelf.rewritten(&with(51), "new.vn", false).is_empty());
    let (_, entry) = &shelf.entries[&Seq(0)];
    assert_eq!(entry.summary.as_deref(), Some("50 <a href=\"http://new.vn/\">x</a>"));
}
