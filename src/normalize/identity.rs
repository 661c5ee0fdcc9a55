//! What identifies each entry of a document: its guid when that is usable, else its link, else a fingerprint.
//!
//! Never feed-rs's generated id: it hashes the title in, so a headline edit would make a second entry.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::{Draft, link::canonical};
use crate::model::{Digest, Entry, Identity, Rule};

/// The longest guid kept as it is, in bytes; of a longer one its digest identifies.
const GUID_MAX: usize = 1024;

/// Gives each draft its identity and drops repeats and empty items, in document order. `places` are the channel's own
/// addresses: a link to one of them (the home page as every item's link) identifies nothing.
pub(super) fn assign(drafts: Vec<Draft>, places: &[Option<Url>]) -> Vec<Entry> {
    let verdicts = identify(&drafts, places);
    let mut seen = HashSet::new();
    let mut entries = Vec::with_capacity(drafts.len());
    for (draft, verdict) in drafts.into_iter().zip(verdicts) {
        let (Some(title), Some(Verdict { identity, link })) = (draft.title_or_substitute(), verdict) else {
            continue;
        };
        // The same entry twice in a document: the first stands.
        if seen.insert(identity.key()) {
            entries.push(entry(draft, title, identity, link));
        }
    }
    entries
}

/// What a draft's siblings leave it to be known by.
pub(super) struct Verdict {
    pub(super) identity: Identity,
    /// See [`Entry::canonical_link`].
    link: Option<String>,
}

/// A verdict on each draft, in their order; none where there is nothing to show. Two of one identity are one entry.
pub(super) fn identify(drafts: &[Draft], places: &[Option<Url>]) -> Vec<Option<Verdict>> {
    let places: HashSet<String> = places.iter().flatten().map(canonical).collect();
    let shared_guids = shared_guids(drafts);
    let usable = |draft: &Draft| draft.guid.clone().filter(|guid| !shared_guids.contains(guid));
    let shared_links = shared_links(drafts, usable);
    let verdict = |draft: &Draft| {
        draft.title_or_substitute()?;
        let link = draft.link.as_ref().map(canonical);
        let link = link.filter(|link| !places.contains(link) && !shared_links.contains(link));
        let identity = identity(usable(draft), link.as_deref(), draft);
        Some(Verdict { identity, link })
    };
    drafts.iter().map(verdict).collect()
}

/// Guids borne by items with different links: "one guid for all" identifies none of them.
fn shared_guids(drafts: &[Draft]) -> HashSet<String> {
    let mut link_of: HashMap<&str, Option<String>> = HashMap::new();
    let mut shared = HashSet::new();
    for draft in drafts {
        let Some(guid) = draft.guid.as_deref() else { continue };
        let link = draft.link.as_ref().map(canonical);
        if *link_of.entry(guid).or_insert_with(|| link.clone()) != link {
            shared.insert(guid.to_owned());
        }
    }
    shared
}

/// Links borne by more than one item, repeats of one item not counted.
fn shared_links(drafts: &[Draft], usable: impl Fn(&Draft) -> Option<String>) -> HashSet<String> {
    let mut bearer: HashMap<String, (Option<String>, &str)> = HashMap::new();
    let mut shared = HashSet::new();
    for draft in drafts {
        let Some(link) = draft.link.as_ref().map(canonical) else { continue };
        let guid = usable(draft);
        // Two items of one link are the same item when their guids say so or, without guids, their titles.
        let this =
            if guid.is_some() { (guid, "") } else { (None, draft.title.as_deref().unwrap_or_default()) };
        if *bearer.entry(link.clone()).or_insert_with(|| this.clone()) != this {
            shared.insert(link);
        }
    }
    shared
}

fn identity(guid: Option<String>, link: Option<&str>, draft: &Draft) -> Identity {
    if let Some(guid) = guid {
        let value = if guid.len() <= GUID_MAX { guid } else { Digest::of(&[guid.as_bytes()]).to_string() };
        return Identity { rule: Rule::Guid, value };
    }
    if let Some(link) = link {
        return Identity { rule: Rule::Link, value: link.to_owned() };
    }
    let title = draft.title.as_deref().unwrap_or_default();
    let date = draft.published.map(|date| date.timestamp_millis().to_string()).unwrap_or_default();
    let text = draft.content.as_deref().or(draft.summary.as_deref()).unwrap_or_default();
    let value = Digest::of(&[title.as_bytes(), date.as_bytes(), text.as_bytes()]).to_string();
    Identity { rule: Rule::Fingerprint, value }
}

fn entry(draft: Draft, title: String, identity: Identity, canonical_link: Option<String>) -> Entry {
    Entry {
        identity,
        link: draft.link.map(String::from),
        canonical_link,
        title,
        summary: draft.summary,
        content: draft.content,
        authors: draft.authors,
        categories: draft.categories,
        published: draft.published,
        updated: draft.updated,
        image: draft.image,
        enclosures: draft.enclosures,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(guid: &str, link: &str, title: &str) -> Draft {
        let guid = (!guid.is_empty()).then(|| guid.to_owned());
        Draft { guid, link: Url::parse(link).ok(), title: Some(title.to_owned()), ..Draft::default() }
    }

    fn rules(items: &[(&str, &str, &str)]) -> Vec<(Rule, String)> {
        let drafts = items.iter().map(|(guid, link, title)| draft(guid, link, title)).collect();
        let entries = assign(drafts, &[Url::parse("https://a.vn/").ok()]);
        entries.into_iter().map(|entry| (entry.identity.rule, entry.title)).collect()
    }

    #[test]
    fn the_rule_that_identifies_is_the_best_that_can_be_trusted() {
        use Rule::{Fingerprint, Guid, Link};
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str, &'a str)], &'a [Rule]);
        let table: &[Case<'_>] = &[
            ("a guid", &[("g1", "https://a.vn/1", "Một")], &[Guid]),
            ("no guid", &[("", "https://a.vn/1", "Một")], &[Link]),
            ("only a title", &[("", "", "Một"), ("", "", "Hai")], &[Fingerprint, Fingerprint]),
            (
                "one guid for all",
                &[("g", "https://a.vn/1", "Một"), ("g", "https://a.vn/2", "Hai")],
                &[Link, Link],
            ),
            ("one guid and no links", &[("g", "", "Một"), ("g", "", "Hai")], &[Guid]),
            (
                "the home page as every link",
                &[("", "https://a.vn/", "Một"), ("", "http://a.vn", "Hai")],
                &[Fingerprint, Fingerprint],
            ),
            (
                "one link for two items",
                &[("", "https://a.vn/1", "Một"), ("", "https://a.vn/1", "Hai")],
                &[Fingerprint, Fingerprint],
            ),
            ("an item twice", &[("g", "https://a.vn/1", "Một"), ("g", "https://a.vn/1", "Một")], &[Guid]),
            (
                "an item twice, no guid",
                &[("", "https://a.vn/1", "Một"), ("", "https://a.vn/1", "Một")],
                &[Link],
            ),
        ];
        for (case, items, wanted) in table {
            let found: Vec<Rule> = rules(items).into_iter().map(|(rule, _)| rule).collect();
            assert_eq!(&found, wanted, "{case}");
        }
    }

    #[test]
    fn an_item_without_a_title_is_called_after_what_it_has_and_an_empty_one_is_left_out() {
        let text = Draft { summary: Some("<p>Lũ trên sông</p>".to_owned()), ..Draft::default() };
        let link = Draft { title: None, ..draft("", "https://a.vn/1", "") };
        let guid = Draft { title: None, ..draft("g1", "", "") };
        let titles =
            assign(vec![text, link, guid, Draft::default()], &[]).into_iter().map(|entry| entry.title);
        assert_eq!(titles.collect::<Vec<_>>(), ["Lũ trên sông", "https://a.vn/1", "g1"]);
    }

    #[test]
    fn a_shared_link_is_no_further_key_of_items_with_guids() {
        let drafts = vec![draft("g1", "https://a.vn/1", "Một"), draft("g2", "https://a.vn/1", "Hai")];
        let entries = assign(drafts, &[]);
        assert!(entries.iter().all(|entry| entry.canonical_link.is_none() && entry.link.is_some()));
        assert_eq!(entries.len(), 2);
    }

    #[test]
    fn an_overlong_guid_identifies_by_its_digest() {
        let long = "g".repeat(GUID_MAX + 1);
        let entries = assign(vec![draft(&long, "", "Một")], &[]);
        assert_eq!((entries[0].identity.rule, entries[0].identity.value.len()), (Rule::Guid, 32));
    }
}
