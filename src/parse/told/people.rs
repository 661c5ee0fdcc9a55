//! Authors, in all the ways they are named. Knows nothing of other fields.

use super::{
    super::{names::Space, tree::Element},
    addresses::Place,
};
use crate::model::Author;

/// The most authors of one item.
const AUTHORS_MAX: usize = 32;

/// Whom an item names; who is credited by iTunes only where nobody else is, and Atom's source last (RFC 4287 section
/// 4.2.1).
pub(super) fn of_item(fields: &[&Element<'_>], place: &Place<'_>) -> Vec<Author> {
    let mut authors = named(fields, place);
    if authors.is_empty() {
        let sources = fields.iter().filter(|field| field.is_ours("source"));
        let inner: Vec<&Element<'_>> = sources.flat_map(|source| &source.children).collect();
        authors = named(&inner, place);
    }
    authors
}

/// Whom a feed names; RSS's editor where there is nobody else.
pub(super) fn of_feed(fields: &[&Element<'_>], place: &Place<'_>) -> Vec<Author> {
    let mut authors = named(fields, place);
    if authors.is_empty() {
        let editors = fields.iter().filter(|field| field.is_ours("managingeditor"));
        editors.for_each(|editor| add(&mut authors, name_in(&editor.text), None));
    }
    authors
}

fn named(fields: &[&Element<'_>], place: &Place<'_>) -> Vec<Author> {
    let mut authors = Vec::new();
    for field in fields.iter().filter(|field| !field.is_cut) {
        match (field.space, &*field.name) {
            (Some(Space::Native | Space::Atom), "author") if !field.children.is_empty() => {
                let (name, url) = person(field, place);
                add(&mut authors, name, url);
            }
            (Some(Space::Native | Space::Atom), "author")
            | (Some(Space::Dublin | Space::DublinTerms), "creator") => {
                add(&mut authors, name_in(&field.text), None);
            }
            _ => {}
        }
    }
    if authors.is_empty() {
        let credited = fields.iter().filter(|field| field.is(Space::Itunes, "author"));
        credited.for_each(|field| add(&mut authors, name_in(&field.text), None));
    }
    authors
}

/// Atom's person (RFC 4287 section 3.2; 0.3 has `<url>`): the name, else the mail address.
fn person(element: &Element<'_>, place: &Place<'_>) -> (String, Option<String>) {
    let of = |names: &[&str]| {
        let mut named = element.children.iter().filter(|child| names.contains(&&*child.name));
        named.find_map(|child| Some((child, child.text.trim())).filter(|found| !found.1.is_empty()))
    };
    let name = of(&["name"]).map(|found| name_in(found.1));
    let name = name.or_else(|| of(&["email"]).map(|found| found.1.to_owned()));
    let url = of(&["uri", "url", "homepage"]).and_then(|(child, address)| place.resolve_web(child, address));
    (name.unwrap_or_else(|| name_in(&element.text)), url)
}

fn add(authors: &mut Vec<Author>, name: String, url: Option<String>) {
    let is_new = !name.is_empty() && authors.iter().all(|author| author.name != name);
    if is_new && authors.len() < AUTHORS_MAX {
        authors.push(Author { name, url });
    }
}

/// The name in `mail@example.com (Name)`, `Name <mail@example.com>` and `Name（mail@example.com）`; the mail address
/// where that is all there is.
pub(super) fn name_in(text: &str) -> String {
    const BRACKETS: [char; 8] = ['(', ')', '<', '>', '（', '）', '[', ']'];
    let text = text.trim();
    if !text.contains('@') {
        let inner = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
        return inner.unwrap_or(text).trim().to_owned();
    }
    let is_mail = |word: &str| {
        word.split_once('@').is_some_and(|(mailbox, host)| {
            !mailbox.is_empty() && !host.is_empty() && !mailbox.contains('/') && !host.contains('/')
        })
    };
    let spaced = text.replace(BRACKETS, " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let Some(mail) = words.iter().find(|word| is_mail(word)) else { return text.to_owned() };
    let name: Vec<&str> = words.iter().copied().filter(|word| !is_mail(word)).collect();
    let name = name.join(" ");
    let name = name
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '-' | '–' | '|' | ':'));
    if name.is_empty() {
        return mail.trim_start_matches("mailto:").trim_matches([',', ';']).to_owned();
    }
    name.to_owned()
}
