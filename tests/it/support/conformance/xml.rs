//! What RSS, Atom and OPML have in common: elements, where they may stand, and how often. With it the modules that RSS and
//! Atom share.

use roxmltree::Node;

use super::{
    Found,
    values::{media_type, number, plain, web_of},
};

pub const ATOM: &str = "http://www.w3.org/2005/Atom";
pub const CONTENT: &str = "http://purl.org/rss/1.0/modules/content/";
pub const DUBLIN_CORE: &str = "http://purl.org/dc/elements/1.1/";
pub const HISTORY: &str = "http://purl.org/syndication/history/1.0";
pub const MEDIA: &str = "http://search.yahoo.com/mrss/";

/// An element's name: its namespace, empty where it has none, and its local name.
pub type Name = (&'static str, &'static str);

/// What may stand in an element: the name of each child, and how often it may at most.
pub type Children = &'static [(Name, usize)];

/// Any number of times.
pub const MANY: usize = usize::MAX;

pub fn is(node: Node<'_, '_>, (space, name): Name) -> bool {
    node.is_element()
        && node.tag_name().name() == name
        && node.tag_name().namespace().unwrap_or_default() == space
}

pub fn all<'a, 'i>(parent: Node<'a, 'i>, name: Name) -> impl Iterator<Item = Node<'a, 'i>> {
    parent.children().filter(move |node| is(*node, name))
}

/// The text of an element, also where it was written in several pieces.
pub fn text_of(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|node| node.text()).collect()
}

/// The text of the first child of this name.
pub fn text(parent: Node<'_, '_>, name: Name) -> Option<String> {
    all(parent, name).next().map(text_of)
}

/// No child but these, none too often, and no text between them.
pub fn children(parent: Node<'_, '_>, allowed: Children, found: &mut Found) {
    let here = parent.tag_name().name();
    for child in parent.children().filter(Node::is_element) {
        let (space, name) = (child.tag_name().namespace().unwrap_or_default(), child.tag_name().name());
        let is_known = allowed.iter().any(|(allowed, _)| is(child, *allowed));
        found.note(is_known, &format!("<{here}> has no room for <{name}> of `{space}`"));
    }
    for (name, most) in allowed {
        let count = all(parent, *name).count();
        found.note(
            count <= *most,
            &format!("{count} of <{}> in <{here}>, where at most {most} may be", name.1),
        );
    }
    found.note(text_of(parent).trim().is_empty(), &format!("text between the elements of <{here}>"));
}

/// No attribute but these; of XML's own only the language.
pub fn attributes(node: Node<'_, '_>, allowed: &[&str], found: &mut Found) {
    for attribute in node.attributes().filter(|attribute| attribute.namespace().is_none()) {
        let (name, here) = (attribute.name(), node.tag_name().name());
        found.note(allowed.contains(&name), &format!("<{here}> has no attribute {name}"));
    }
}

/// An element that holds text only.
pub fn leaf(node: Node<'_, '_>, allowed: &[&str], found: &mut Found) {
    attributes(node, allowed, found);
    let name = node.tag_name().name();
    found.note(!node.children().any(|child| child.is_element()), &format!("<{name}> holds unescaped markup"));
}

/// RFC 4287 §4.2.7, also within RSS: absolute addresses, and one link to the document itself, where it is.
pub fn links(parent: Node<'_, '_>, address: &str, found: &mut Found) {
    let mut selves = 0;
    for link in all(parent, (ATOM, "link")) {
        self::link(link, found);
        if link.attribute("rel") == Some("self") {
            selves += 1;
            let is_here = link.attribute("href") == Some(address);
            found.note(is_here, "the link rel=self leads elsewhere (RFC 4287 §4.2.7.2)");
        }
    }
    found.note(selves == 1, "not one link rel=self (RFC 4287 §4.1.1, RSS best practices profile)");
}

/// RFC 4287 §4.2.7, with the relations of RFC 5005.
pub fn link(link: Node<'_, '_>, found: &mut Found) {
    const RELATIONS: [&str; 8] =
        ["self", "alternate", "enclosure", "related", "via", "current", "prev-archive", "next-archive"];
    leaf(link, &["href", "rel", "type", "hreflang", "title", "length"], found);
    found.value("the href of a link", web_of(link.attribute("href")));
    let relation = link.attribute("rel").unwrap_or("alternate");
    found.note(RELATIONS.contains(&relation), &format!("the relation {relation} is not known"));
    if let Some(it) = link.attribute("type") {
        found.value("the type of a link", media_type(it));
    }
    if let Some(it) = link.attribute("length") {
        found.value("the length of a link", number(it));
    }
    if let Some(it) = link.attribute("title") {
        found.value("the title of a link", plain(it));
    }
}

/// Media RSS 1.5.1: the picture, and files.
pub fn media(parent: Node<'_, '_>, found: &mut Found) {
    for thumbnail in all(parent, (MEDIA, "thumbnail")) {
        leaf(thumbnail, &["url", "width", "height"], found);
        found.value("media:thumbnail", web_of(thumbnail.attribute("url")));
    }
    for content in all(parent, (MEDIA, "content")) {
        attributes(content, &["url", "type", "fileSize", "duration", "medium"], found);
        children(content, &[((MEDIA, "title"), 1)], found);
        found.value("media:content", web_of(content.attribute("url")));
        if let Some(it) = content.attribute("type") {
            found.value("the type of media:content", media_type(it));
        }
        for name in ["fileSize", "duration"] {
            if let Some(it) = content.attribute(name) {
                found.value(&format!("the {name} of media:content"), number(it));
            }
        }
        if let Some(title) = text(content, (MEDIA, "title")) {
            found.value("media:title", plain(&title));
        }
    }
}
