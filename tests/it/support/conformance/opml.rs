//! OPML 2.0 (opml.org/spec2.opml): an inclusion of subscriptions.

use roxmltree::Node;

use super::{
    Found,
    values::{language, plain, rfc_822, web, web_of},
    xml::{self, all, attributes, children, leaf, text, text_of},
};

pub(super) fn document(root: Node<'_, '_>, found: &mut Found) {
    found.note(xml::is(root, ("", "opml")), "the root is not <opml>");
    found.note(root.attribute("version") == Some("2.0"), "no version 2.0");
    attributes(root, &["version"], found);
    children(root, &[(("", "head"), 1), (("", "body"), 1)], found);
    let order: Vec<&str> = root.children().filter(Node::is_element).map(|it| it.tag_name().name()).collect();
    found.note(order == ["head", "body"], "not one head and then one body");
    for head in all(root, ("", "head")) {
        const HEAD: xml::Children =
            &[(("", "title"), 1), (("", "dateCreated"), 1), (("", "dateModified"), 1), (("", "docs"), 1)];
        children(head, HEAD, found);
        head.children().filter(Node::is_element).for_each(|it| leaf(it, &[], found));
        found.value("the title", plain(&text(head, ("", "title")).unwrap_or_default()));
        for name in ["dateCreated", "dateModified"] {
            all(head, ("", name)).for_each(|it| found.value(name, rfc_822(&text_of(it))));
        }
    }
    for body in all(root, ("", "body")) {
        attributes(body, &[], found);
        found.note(all(body, ("", "outline")).next().is_some(), "a body without an outline");
        lines(body, found);
    }
}

fn lines(parent: Node<'_, '_>, found: &mut Found) {
    children(parent, &[(("", "outline"), xml::MANY)], found);
    for line in all(parent, ("", "outline")) {
        const LINE: [&str; 8] =
            ["text", "title", "type", "xmlUrl", "htmlUrl", "language", "description", "version"];
        attributes(line, &LINE, found);
        found.value("the text of an outline", plain(line.attribute("text").unwrap_or_default()));
        match line.attribute("type") {
            Some("rss") => feed(line, found),
            Some(other) => found.note(false, &format!("an outline of the type {other}")),
            None => {
                let is_group = all(line, ("", "outline")).next().is_some();
                found.note(is_group, "an outline that is neither a feed nor a group");
                found.note(line.attribute("xmlUrl").is_none(), "a feed without a type");
            }
        }
        lines(line, found);
    }
}

fn feed(line: Node<'_, '_>, found: &mut Found) {
    found.value("xmlUrl", web_of(line.attribute("xmlUrl")));
    found.unique(line.attribute("xmlUrl").unwrap_or_default());
    if let Some(site) = line.attribute("htmlUrl") {
        found.value("htmlUrl", web(site));
    }
    if let Some(tag) = line.attribute("language") {
        found.value("language", language(tag));
    }
    if let Some(title) = line.attribute("title") {
        found.value("the title of an outline", plain(title));
    }
}
