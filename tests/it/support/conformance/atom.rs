//! Atom 1.0: RFC 4287, with RFC 5005 and Media RSS.

use std::collections::HashSet;

use roxmltree::Node;

use super::{
    Found,
    values::{html, id, plain, rfc_3339, web},
    xml::{self, ATOM, Children, HISTORY, MANY, MEDIA, all, attributes, children, leaf, text, text_of},
};

const FEED: Children = &[
    ((ATOM, "author"), MANY),
    ((ATOM, "category"), MANY),
    ((ATOM, "contributor"), MANY),
    ((ATOM, "entry"), MANY),
    ((ATOM, "generator"), 1),
    ((ATOM, "icon"), 1),
    ((ATOM, "id"), 1),
    ((ATOM, "link"), MANY),
    ((ATOM, "logo"), 1),
    ((ATOM, "rights"), 1),
    ((ATOM, "subtitle"), 1),
    ((ATOM, "title"), 1),
    ((ATOM, "updated"), 1),
    ((HISTORY, "archive"), 1),
];

const ENTRY: Children = &[
    ((ATOM, "author"), MANY),
    ((ATOM, "category"), MANY),
    ((ATOM, "content"), 1),
    ((ATOM, "contributor"), MANY),
    ((ATOM, "id"), 1),
    ((ATOM, "link"), MANY),
    ((ATOM, "published"), 1),
    ((ATOM, "rights"), 1),
    ((ATOM, "source"), 1),
    ((ATOM, "summary"), 1),
    ((ATOM, "title"), 1),
    ((ATOM, "updated"), 1),
    ((MEDIA, "thumbnail"), 1),
    ((MEDIA, "content"), MANY),
];

/// A feed's metadata (§4.2.11).
const SOURCE: Children = &[
    ((ATOM, "author"), MANY),
    ((ATOM, "id"), 1),
    ((ATOM, "link"), MANY),
    ((ATOM, "rights"), 1),
    ((ATOM, "title"), 1),
    ((ATOM, "updated"), 1),
];

pub(super) fn document(root: Node<'_, '_>, address: &str, found: &mut Found) {
    found.note(xml::is(root, (ATOM, "feed")), "the root is not atom:feed (§4.1.1)");
    children(root, FEED, found);
    head(root, "the feed", found);
    found.unique(&text(root, (ATOM, "id")).unwrap_or_default());
    xml::links(root, address, found);
    alternates(root, "the feed", found);
    if let Some(generator) = all(root, (ATOM, "generator")).next() {
        leaf(generator, &["uri", "version"], found);
        found.value("the generator (§4.2.4)", plain(&text_of(generator)));
    }
    let has_author = all(root, (ATOM, "author")).next().is_some();
    people(root, found);
    for entry in all(root, (ATOM, "entry")) {
        self::entry(entry, has_author, found);
    }
}

fn entry(entry: Node<'_, '_>, has_author: bool, found: &mut Found) {
    children(entry, ENTRY, found);
    head(entry, "an entry", found);
    found.unique(&text(entry, (ATOM, "id")).unwrap_or_default());
    let source = all(entry, (ATOM, "source")).next();
    let names = |parent: Node<'_, '_>| all(parent, (ATOM, "author")).next().is_some();
    found.note(
        has_author || names(entry) || source.is_some_and(names),
        "an entry without an author, in a feed and from a source without one (§4.1.2)",
    );
    people(entry, found);
    all(entry, (ATOM, "link")).for_each(|link| xml::link(link, found));
    alternates(entry, "an entry", found);
    let is_told = all(entry, (ATOM, "content")).next().is_some();
    let leads =
        all(entry, (ATOM, "link")).any(|link| link.attribute("rel").unwrap_or("alternate") == "alternate");
    found.note(is_told || leads, "an entry with neither content nor alternate link (§4.1.2)");
    for name in ["summary", "content"] {
        all(entry, (ATOM, name)).for_each(|it| construct(it, found));
    }
    if let Some(published) = text(entry, (ATOM, "published")) {
        found.value("published (§4.2.9)", rfc_3339(&published));
    }
    for category in all(entry, (ATOM, "category")) {
        leaf(category, &["term", "scheme", "label"], found);
        found.value("the term of a category (§4.2.2)", plain(category.attribute("term").unwrap_or_default()));
    }
    if let Some(source) = source {
        children(source, SOURCE, found);
        head(source, "a source", found);
        people(source, found);
        all(source, (ATOM, "link")).for_each(|link| xml::link(link, found));
        alternates(source, "a source", found);
    }
    xml::media(entry, found);
}

/// What feed, entry and source must have (§4.1.1, §4.1.2, §4.2.11).
fn head(parent: Node<'_, '_>, what: &str, found: &mut Found) {
    attributes(parent, &[], found);
    for name in ["id", "title", "updated"] {
        found.note(all(parent, (ATOM, name)).next().is_some(), &format!("{what} has no {name}"));
    }
    for name in ["title", "subtitle", "rights"] {
        all(parent, (ATOM, name)).for_each(|it| construct(it, found));
    }
    if let Some(it) = text(parent, (ATOM, "id")) {
        found.value(&format!("the id of {what} (§4.2.6)"), id(&it));
    }
    if let Some(it) = text(parent, (ATOM, "updated")) {
        found.value(&format!("updated of {what} (§4.2.15)"), rfc_3339(&it));
    }
}

/// Text (§3.1) and content (§4.1.3); of their types we write two.
fn construct(node: Node<'_, '_>, found: &mut Found) {
    let name = node.tag_name().name();
    leaf(node, &["type"], found);
    let text = text_of(node);
    match node.attribute("type") {
        None | Some("text") => found.value(name, plain(&text)),
        Some("html") => found.value(name, html(&text)),
        Some(other) => found.note(false, &format!("{name} of the type {other} (§3.1.1)")),
    }
}

/// §3.2.
fn people(parent: Node<'_, '_>, found: &mut Found) {
    for person in all(parent, (ATOM, "author")).chain(all(parent, (ATOM, "contributor"))) {
        children(person, &[((ATOM, "name"), 1), ((ATOM, "uri"), 1), ((ATOM, "email"), 1)], found);
        found
            .value("the name of a person (§3.2.1)", plain(&text(person, (ATOM, "name")).unwrap_or_default()));
        if let Some(page) = text(person, (ATOM, "uri")) {
            found.value("the page of a person (§3.2.2)", web(&page));
        }
    }
}

/// §4.1.1 and §4.1.2: of alternate links no two have the same type and language.
fn alternates(parent: Node<'_, '_>, what: &str, found: &mut Found) {
    let mut known = HashSet::new();
    for link in all(parent, (ATOM, "link")) {
        if link.attribute("rel").unwrap_or("alternate") == "alternate" {
            let is_new = known.insert((link.attribute("type"), link.attribute("hreflang")));
            found.note(is_new, &format!("{what} has two alternate links of one type and language"));
        }
    }
}
