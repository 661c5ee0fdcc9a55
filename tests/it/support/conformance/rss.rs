//! RSS 2.0 (rssboard.org/rss-specification), its best practices profile, and the modules we use.

use roxmltree::Node;

use super::{
    Found,
    values::{html, id, language, media_type, number, plain, rfc_822, rfc_3339, web, web_of},
    xml::{
        self, ATOM, CONTENT, Children, DUBLIN_CORE, HISTORY, MANY, MEDIA, all, attributes, children, leaf,
        text, text_of,
    },
};

const CHANNEL: Children = &[
    (("", "title"), 1),
    (("", "link"), 1),
    (("", "description"), 1),
    (("", "language"), 1),
    (("", "copyright"), 1),
    (("", "pubDate"), 1),
    (("", "lastBuildDate"), 1),
    (("", "generator"), 1),
    (("", "docs"), 1),
    (("", "ttl"), 1),
    (("", "item"), MANY),
    ((ATOM, "link"), MANY),
    ((HISTORY, "archive"), 1),
];

const ITEM: Children = &[
    (("", "title"), 1),
    (("", "link"), 1),
    (("", "description"), 1),
    (("", "category"), MANY),
    // The profile: of several, readers take one, and not the same.
    (("", "enclosure"), 1),
    (("", "guid"), 1),
    (("", "pubDate"), 1),
    (("", "source"), 1),
    ((ATOM, "updated"), 1),
    ((CONTENT, "encoded"), 1),
    ((DUBLIN_CORE, "creator"), MANY),
    ((DUBLIN_CORE, "rights"), 1),
    ((MEDIA, "thumbnail"), 1),
    ((MEDIA, "content"), MANY),
];

pub(super) fn document(root: Node<'_, '_>, address: &str, found: &mut Found) {
    found.note(xml::is(root, ("", "rss")), "the root is not <rss>");
    found.note(root.attribute("version") == Some("2.0"), "no version 2.0");
    attributes(root, &["version"], found);
    children(root, &[(("", "channel"), 1)], found);
    let Some(channel) = all(root, ("", "channel")).next() else {
        return found.note(false, "no <channel>");
    };
    children(channel, CHANNEL, found);
    let fields = channel.children().filter(|it| it.is_element() && it.tag_name().namespace().is_none());
    fields.filter(|it| it.tag_name().name() != "item").for_each(|it| leaf(it, &[], found));
    for name in ["title", "description"] {
        found.value(name, plain(&text(channel, ("", name)).unwrap_or_default()));
    }
    found.value("the channel's link", web_of(text(channel, ("", "link")).as_deref()));
    for (name, judge) in [("language", language as fn(&str) -> _), ("docs", web), ("ttl", number)] {
        if let Some(it) = text(channel, ("", name)) {
            found.value(name, judge(&it));
        }
    }
    for name in ["generator", "copyright"] {
        if let Some(it) = text(channel, ("", name)) {
            found.value(name, plain(&it));
        }
    }
    dates(channel, &["lastBuildDate", "pubDate"], found);
    xml::links(channel, address, found);
    for item in all(channel, ("", "item")) {
        self::item(item, found);
    }
}

fn item(item: Node<'_, '_>, found: &mut Found) {
    children(item, ITEM, found);
    attributes(item, &[], found);
    for name in ["title", "link", "description", "pubDate"] {
        all(item, ("", name)).for_each(|node| leaf(node, &[], found));
    }
    match text(item, ("", "title")) {
        Some(title) => found.value("an item's title", plain(&title)),
        None => found
            .note(text(item, ("", "description")).is_some(), "an item with neither title nor description"),
    }
    if let Some(link) = text(item, ("", "link")) {
        found.value("an item's link", web(&link));
    }
    for name in [("", "description"), (CONTENT, "encoded")] {
        if let Some(it) = text(item, name) {
            found.note(!it.trim().is_empty(), &format!("an empty {}", name.1));
            found.value(name.1, html(&it));
        }
    }
    dates(item, &["pubDate"], found);
    guid(item, found);
    for enclosure in all(item, ("", "enclosure")) {
        leaf(enclosure, &["url", "length", "type"], found);
        found.value("an enclosure", web_of(enclosure.attribute("url")));
        found.value("the length of an enclosure", number(enclosure.attribute("length").unwrap_or_default()));
        found.value("the type of an enclosure", media_type(enclosure.attribute("type").unwrap_or_default()));
    }
    for source in all(item, ("", "source")) {
        leaf(source, &["url"], found);
        found.value("the url of <source>", web_of(source.attribute("url")));
        found.value("<source>", plain(&text_of(source)));
    }
    for category in all(item, ("", "category")) {
        leaf(category, &["domain"], found);
        found.value("a category", plain(&text_of(category)));
    }
    for name in ["creator", "rights"] {
        all(item, (DUBLIN_CORE, name)).for_each(|it| found.value(name, plain(&text_of(it))));
    }
    if let Some(updated) = text(item, (ATOM, "updated")) {
        found.value("atom:updated", rfc_3339(&updated));
    }
    xml::media(item, found);
}

/// Each item has one, and no two the same; only an address may be said to be one.
fn guid(item: Node<'_, '_>, found: &mut Found) {
    let Some(guid) = all(item, ("", "guid")).next() else {
        return found.note(false, "an item without a guid (best practices profile)");
    };
    leaf(guid, &["isPermaLink"], found);
    let value = text_of(guid);
    found.unique(&value);
    if guid.attribute("isPermaLink") == Some("false") {
        found.value("a guid", id(&value));
    } else {
        found.value("a guid that says it is a permanent link", web(&value));
    }
}

fn dates(parent: Node<'_, '_>, names: &[&'static str], found: &mut Found) {
    for name in names {
        if let Some(date) = text(parent, ("", name)) {
            found.value(name, rfc_822(&date));
        }
    }
}
