//! What identifies each entry of a document: its guid when that is usable, else its link, else a fingerprint.
//!
//! Never feed-rs's generated id: it hashes the title in, so a headline edit would make a second entry.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::{
    Candidate, Draft,
    familiar::Mark,
    link::{canonical, resolve},
};
use crate::model::{Digest, Entry, EntryKey, Identity, Rule};

/// The longest guid kept as it is, in bytes; of a longer one its digest identifies.
const GUID_MAX: usize = 1024;

/// What a draft says of itself, in the forms in which two spellings of one thing are equal.
struct Said {
    guid: Option<String>,
    link: Option<String>,
}

/// Gives each draft its identity and drops repeats and empty items, in document order. See [`judge`] for `places`.
#[cfg(test)]
pub(super) fn assign(drafts: Vec<Draft>, places: &[Option<Url>]) -> Vec<Candidate> {
    each_once(judge(drafts, places))
}

/// Drops repeats and empty items. The same entry twice in a document: the first stands.
pub(super) fn each_once(judged: Vec<Option<Candidate>>) -> Vec<Candidate> {
    let mut seen = HashSet::new();
    judged.into_iter().flatten().filter(|candidate| seen.insert(candidate.entry.identity.key())).collect()
}

/// What each draft is known by, in their order; none where there is nothing to show. Two of one identity are one entry.
/// `places` are the channel's own addresses: a link to one of them (the home page as every item's link) identifies
/// nothing.
pub(super) fn judge(drafts: Vec<Draft>, places: &[Option<Url>]) -> Vec<Option<Candidate>> {
    let places: HashSet<String> = places.iter().flatten().map(canonical).collect();
    let said: Vec<Said> = drafts.iter().map(say).collect();
    let shared_guids = shared_guids(&drafts, &said);
    let is_shared = |guid: &Option<String>| guid.as_ref().is_some_and(|guid| shared_guids.contains(guid));
    let shared_links = shared_links(&drafts, &said, is_shared);

    let candidate = |(draft, Said { guid, link }): (Draft, Said)| {
        let title = draft.title_or_substitute()?;
        let fingerprint = Identity { rule: Rule::Fingerprint, value: fingerprint(&draft, &title) };
        let mut doubtful = Vec::new();
        let mut trusted = |rule, value: Option<String>, is_doubtful: bool| {
            let value = value?;
            if is_doubtful {
                doubtful.push(EntryKey::new(rule, &value));
            }
            (!is_doubtful).then_some(Identity { rule, value })
        };
        let guid_doubtful = is_shared(&guid);
        let guid = trusted(Rule::Guid, guid, guid_doubtful);
        let link_doubtful =
            link.as_ref().is_some_and(|link| places.contains(link) || shared_links.contains(link));
        let link = trusted(Rule::Link, link, link_doubtful);
        let canonical_link = link.as_ref().map(|link| link.value.clone());
        let identity = guid.or(link).unwrap_or_else(|| fingerprint.clone());
        if identity.rule != Rule::Fingerprint {
            doubtful.push(fingerprint.key());
        }
        let entry = entry(draft, title, identity, canonical_link);
        Some(Candidate { entry, doubtful, published_link: None, familiar: None, mark: Mark::default() })
    };
    drafts.into_iter().zip(said).map(candidate).collect()
}

fn say(draft: &Draft) -> Said {
    Said { guid: draft.guid.as_deref().map(guid_form), link: draft.link.as_ref().map(canonical) }
}

/// A guid in the form that identifies.
fn guid_form(guid: &str) -> String {
    // A guid that is an address stays the same entry's when its site moves to https. Nothing else of it is
    // touched: it need not lead anywhere, and a fragment may be all that tells two of them apart.
    let scheme = guid.find("://").map(|end| &guid[..end]);
    let is_web = scheme.is_some_and(|it| ["http", "https"].iter().any(|web| it.eq_ignore_ascii_case(web)));
    let guid = if is_web { guid.split_once(':').map_or(guid, |(_, rest)| rest) } else { guid };
    if guid.len() <= GUID_MAX { guid.to_owned() } else { Digest::of(&[guid.as_bytes()]).to_string() }
}

/// The key of an entry whose publisher's guid this is.
#[must_use]
pub fn guid_key(guid: &str) -> EntryKey {
    EntryKey::new(Rule::Guid, &guid_form(guid.trim()))
}

/// The key of an entry whose address this is; none where it is no address of the web.
#[must_use]
pub fn link_key(address: &str) -> Option<EntryKey> {
    let base = Url::parse(address.trim()).ok()?;
    let link = resolve(address, &base)?;
    Some(EntryKey::new(Rule::Link, &canonical(&link)))
}

/// Guids borne by items with different links or, where none has a link, with different titles or dates: "one guid for
/// all" identifies none of them.
fn shared_guids(drafts: &[Draft], said: &[Said]) -> HashSet<String> {
    let mut bearer: HashMap<&str, (Option<&str>, _)> = HashMap::new();
    let mut shared = HashSet::new();
    for (draft, Said { guid, link }) in drafts.iter().zip(said) {
        let Some(guid) = guid.as_deref() else { continue };
        let alone = link.is_none().then_some((draft.title.as_deref(), draft.published));
        let this = (link.as_deref(), alone);
        if *bearer.entry(guid).or_insert(this) != this {
            shared.insert(guid.to_owned());
        }
    }
    shared
}

/// Links borne by more than one item, repeats of one item not counted.
fn shared_links(
    drafts: &[Draft],
    said: &[Said],
    is_shared: impl Fn(&Option<String>) -> bool,
) -> HashSet<String> {
    let mut bearer: HashMap<&str, (Option<&str>, &str)> = HashMap::new();
    let mut shared = HashSet::new();
    for (draft, Said { guid, link }) in drafts.iter().zip(said) {
        let Some(link) = link.as_deref() else { continue };
        // Two items of one link are the same item when their guids say so or, without guids, their titles.
        let this = match guid.as_deref().filter(|_| !is_shared(guid)) {
            Some(guid) => (Some(guid), ""),
            None => (None, draft.title.as_deref().unwrap_or_default()),
        };
        if *bearer.entry(link).or_insert(this) != this {
            shared.insert(link.to_owned());
        }
    }
    shared
}

/// Of title, date and text; of an item without a text its file stands for it (a podcast's episodes may all be called
/// "Bản tin thời sự").
fn fingerprint(draft: &Draft, title: &str) -> String {
    let date = draft.published.map(|date| date.timestamp_millis().to_string()).unwrap_or_default();
    let text = draft.content.as_deref().or(draft.summary.as_deref());
    let text = text.or(draft.enclosures.first().map(|enclosure| enclosure.url.as_str())).unwrap_or_default();
    Digest::of(&[title.as_bytes(), date.as_bytes(), text.as_bytes()]).to_string()
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
        rights: draft.rights,
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
        entries.into_iter().map(|it| (it.entry.identity.rule, it.entry.title)).collect()
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
            ("one guid and no links", &[("g", "", "Một"), ("g", "", "Hai")], &[Fingerprint, Fingerprint]),
            ("an item twice, no link", &[("g", "", "Một"), ("g", "", "Một")], &[Guid]),
            (
                "one guid over http and https",
                &[("http://a.vn/?p=1", "", "Một"), ("HTTPS://a.vn/?p=1", "", "Một")],
                &[Guid],
            ),
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
            assign(vec![text, link, guid, Draft::default()], &[]).into_iter().map(|it| it.entry.title);
        assert_eq!(titles.collect::<Vec<_>>(), ["Lũ trên sông", "https://a.vn/1", "g1"]);
    }

    #[test]
    fn a_shared_link_is_no_further_key_of_items_with_guids() {
        let drafts = vec![draft("g1", "https://a.vn/1", "Một"), draft("g2", "https://a.vn/1", "Hai")];
        let entries = assign(drafts, &[]);
        let link = EntryKey::new(Rule::Link, "//a.vn/1");
        assert!(entries.iter().all(|it| it.entry.canonical_link.is_none() && it.entry.link.is_some()));
        assert!(entries.iter().all(|it| it.doubtful.contains(&link)));
        assert_eq!(entries.len(), 2);
    }

    #[test]
    fn an_overlong_guid_identifies_by_its_digest() {
        let long = "g".repeat(GUID_MAX + 1);
        let identity = assign(vec![draft(&long, "", "Một")], &[]).remove(0).entry.identity;
        assert_eq!((identity.rule, identity.value.len()), (Rule::Guid, 32));
    }
}
