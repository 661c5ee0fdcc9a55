//! One document, read as a poll would read it, with all that a poll would leave out or put right still to be seen.

use std::collections::HashMap;

use chrono_tz::Tz;
use url::Url;

use super::{
    Refusal,
    page::{self, Page},
    source::Input,
};
use crate::{
    model::{EntryKey, Identity},
    normalize::{self, Draft, Masthead, timestamp},
    parse::{self, Document, Feed, Format},
};

/// What would be made of a document.
#[derive(Debug)]
pub(super) struct Preview {
    /// What kind of document it is.
    pub(super) format: Option<Format>,
    /// Where it is from, where that is known.
    pub(super) address: Option<Url>,
    pub(super) masthead: Masthead,
    /// In document order, repeats and empty ones among them.
    pub(super) items: Vec<Item>,
    pub(super) notes: Notes,
    /// How it is read, where it is a page.
    pub(super) page: Option<Page>,
}

#[derive(Debug)]
pub(super) struct Item {
    pub(super) draft: Draft,
    pub(super) fate: Fate,
}

/// What becomes of an item.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It becomes an entry.
    Kept(Identity),
    /// It is the same entry as the item at this position, counted from 0, which stands.
    Repeat(Identity, usize),
    /// It holds nothing to show, and is left out.
    Empty,
}

impl Fate {
    pub(super) fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Kept(identity) | Self::Repeat(identity, _) => Some(identity),
            Self::Empty => None,
        }
    }
}

/// What is to be said about the document.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// What had to be put right before it could be read.
    pub(super) repairs: Vec<String>,
    /// What its publisher should know.
    pub(super) warnings: Vec<String>,
}

/// Reads a document, and where `page` allows it a web page as a list; times that name no zone are in `zone`. Call it on a thread with [`parse::STACK_SIZE`].
pub(super) fn preview(input: &Input, zone: Tz, page: bool) -> Result<Preview, Refusal> {
    let nowhere = nowhere();
    let address = input.url.as_ref().unwrap_or(&nowhere);
    let document =
        Document { bytes: &input.bytes, content_type: input.content_type.as_deref(), url: address };
    let (feed, page) = match parse::parse(&document, move |text: &str| timestamp::read(text, zone)) {
        Err(refused) if page => page::read(&document, zone, refused)?,
        other => (other?, None),
    };
    let drafts = normalize::drafts(&feed, address);
    let fates = fates(normalize::identities(&drafts, &feed, address));
    let items: Vec<Item> = drafts.into_iter().zip(fates).map(|(draft, fate)| Item { draft, fate }).collect();
    Ok(Preview {
        format: feed.format,
        address: input.url.clone(),
        masthead: normalize::masthead(&feed, address),
        notes: notes(&feed, &items, input.url.is_some()),
        items,
        page,
    })
}

/// What nothing is relative to: an address that cannot be made absolute is left out, not made up.
fn nowhere() -> Url {
    #[expect(clippy::unwrap_used, reason = "a literal that the tests read")]
    Url::parse("about:blank").unwrap()
}

fn fates(identities: Vec<Option<Identity>>) -> Vec<Fate> {
    let mut first: HashMap<EntryKey, usize> = HashMap::new();
    let fate = |(position, identity): (usize, Option<Identity>)| {
        let Some(identity) = identity else { return Fate::Empty };
        let original = *first.entry(identity.key()).or_insert(position);
        if original == position { Fate::Kept(identity) } else { Fate::Repeat(identity, original) }
    };
    identities.into_iter().enumerate().map(fate).collect()
}

/// The parser's own notes go first.
fn notes(feed: &Feed, items: &[Item], address_known: bool) -> Notes {
    let count = |holds: &dyn Fn(&Item) -> bool| items.iter().filter(|item| holds(item)).count();
    let undated = count(&|item| item.draft.published.is_none() && item.draft.updated.is_none());
    let repeats = count(&|item| matches!(item.fate, Fate::Repeat(..)));
    let empty = count(&|item| item.fate == Fate::Empty);
    let unlinked =
        items.iter().zip(&feed.items).filter(|(item, raw)| raw.link.is_some() && item.draft.link.is_none());
    let unlinked = unlinked.count();
    let why =
        if address_known { "is no web address" } else { "is no web address, or relative to an unknown one" };
    let rows = [
        (items.is_empty().into(), "it holds no entries".to_owned()),
        (undated, format!("{} no date that can be read", have(undated))),
        (
            repeats,
            format!(
                "{} an earlier one",
                if repeats == 1 { "1 entry repeats".to_owned() } else { format!("{repeats} entries repeat") }
            ),
        ),
        (empty, format!("{} nothing to show", have(empty))),
        (unlinked, format!("{} a link that {why}", have(unlinked))),
    ];
    let ours = rows.into_iter().filter(|(count, _)| *count > 0).map(|(_, warning)| warning);
    Notes { repairs: feed.repairs.clone(), warnings: feed.warnings.iter().cloned().chain(ours).collect() }
}

fn have(count: usize) -> String {
    if count == 1 { "1 entry has".to_owned() } else { format!("{count} entries have") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rule;

    fn read(items: &str) -> Preview {
        let bytes =
            format!("<rss version='2.0'><channel><title>Báo</title>{items}</channel></rss>").into_bytes();
        preview(&Input { bytes, ..Input::default() }, Tz::Asia__Ho_Chi_Minh, false).unwrap()
    }

    #[test]
    fn each_item_has_its_fate() {
        let preview = read(
            "<item><guid>g</guid><title>Một</title></item><item/><item><guid>g</guid><title>Một</title></item>",
        );
        let guid = || Identity { rule: Rule::Guid, value: "g".to_owned() };
        let fates: Vec<Fate> = preview.items.into_iter().map(|item| item.fate).collect();
        assert_eq!(fates, [Fate::Kept(guid()), Fate::Empty, Fate::Repeat(guid(), 0)]);
        assert_eq!(
            preview.notes.warnings,
            [
                "3 entries have no date that can be read",
                "1 entry repeats an earlier one",
                "1 entry has nothing to show"
            ]
        );
    }

    #[test]
    fn without_an_address_nothing_is_relative_to_a_made_up_one() {
        let preview = read(
            "<item><guid>g</guid><title>Một</title><link>/mot</link>\
             <description>&lt;a href='/x'&gt;&lt;img src='//a.vn/b.jpg'&gt;Xem&lt;/a&gt;</description></item>",
        );
        assert_eq!(preview.items[0].draft.link, None);
        assert_eq!(preview.items[0].draft.summary.as_deref(), Some("<a>Xem</a>"));
        assert_eq!(preview.notes.warnings, ["1 entry has no date that can be read"]);
    }
}
