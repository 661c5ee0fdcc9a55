//! The headline of an article's page: what the entry is called, wherever it stands; else the first heading.

use ego_tree::NodeId;
use scraper::{ElementRef, Html, Selector};

use super::{TITLE_MAX, folded, words};

/// A headline is looked for among so many elements.
const SEARCHED: usize = 4_000;
/// How much of a page is searched for a title, in bytes.
const PAGE_TEXT: usize = 200_000;
/// Shorter beginnings say nothing, in letters.
const BEGINNING_MIN: usize = 12;

/// A headline.
pub(super) struct Heading {
    pub node: NodeId,
    pub text: String,
    /// Whether it is what the entry is called.
    pub is_awaited: bool,
}

/// What a title that may be cut short begins with.
fn beginning(title: &str) -> (String, bool) {
    let whole = title.trim();
    let cut = whole.strip_suffix("...").or_else(|| whole.strip_suffix('…'));
    (folded(cut.unwrap_or(whole)), cut.is_some())
}

impl Heading {
    pub(super) fn find(page: &Html, selector: Option<&Selector>, title: &str) -> Option<Self> {
        let (wanted, is_cut) = beginning(title);
        let of = |element: ElementRef<'_>| {
            let text = words::text(element, TITLE_MAX);
            let letters = folded(&text);
            let is_same = letters == wanted || is_cut && letters.starts_with(&wanted);
            let is_awaited = is_same && !wanted.is_empty();
            (!letters.is_empty()).then(|| Self { node: element.id(), text, is_awaited })
        };
        if let Some(selector) = selector {
            return page.root_element().select(selector).find_map(of);
        }
        let elements = || page.root_element().descendent_elements().filter(is_shown).take(SEARCHED);
        let headings = || elements().filter(|it| matches!(it.value().name(), "h1" | "h2" | "h3" | "h4"));
        // A list of related news may bear the title too: a link is the last to be believed.
        let awaited = |of_link: bool| {
            let found = elements().filter(move |it| is_link(it) == of_link).filter(|it| may_say(it, &wanted));
            found.filter_map(of).find(|heading| heading.is_awaited)
        };
        let headed = headings().filter_map(of).find(|heading| heading.is_awaited);
        headed.or_else(|| awaited(false)).or_else(|| awaited(true)).or_else(|| {
            let mut first = page.root_element().descendent_elements().filter(|it| it.value().name() == "h1");
            first.find_map(of)
        })
    }

    /// The headline, where it is to stand in place of what the entry is called.
    pub(super) fn better_than(&self, title: &str, selector: Option<&Selector>) -> Option<String> {
        let is_whole = self.is_awaited && beginning(title).1 && self.text.len() > title.len();
        ((selector.is_some() || is_whole) && self.text != title).then(|| self.text.clone())
    }
}

/// Not in the head of the document.
fn is_shown(element: &ElementRef<'_>) -> bool {
    !matches!(element.value().name(), "html" | "head" | "title" | "meta" | "script" | "style" | "body")
}

fn is_link(element: &ElementRef<'_>) -> bool {
    element.value().name() == "a"
        || element.ancestors().filter_map(ElementRef::wrap).any(|it| it.value().name() == "a")
}

/// Whether an element can have this text, told at little cost: it is not much longer.
fn may_say(element: &ElementRef<'_>, wanted: &str) -> bool {
    let length: usize = element.text().take(64).map(str::len).sum();
    length >= wanted.len() && length <= wanted.len() * 4 + 400
}

/// Whether the title stands anywhere in the page, its own `<title>` included.
pub(super) fn is_in(page: &Html, title: &str) -> bool {
    let (wanted, _) = beginning(title);
    let titles = page.root_element().descendent_elements().filter(|it| it.value().name() == "title").take(1);
    let own = titles.map(|title| folded(&words::text(title, TITLE_MAX))).any(|own| own.contains(&wanted));
    wanted.chars().count() < BEGINNING_MIN
        || own
        || folded(&words::text(page.root_element(), PAGE_TEXT)).contains(&wanted)
}
