//! Feeds as test subjects write and read them.

use std::fmt::Write as _;

/// An item of a served RSS document, as a strict XML parser sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub title: String,
    pub link: String,
    pub guid: String,
    pub date: String,
    pub description: String,
    pub source: String,
}

/// The items of an RSS document, in its order. Panics where the document is not well-formed or lacks what RSS 2.0
/// demands of a channel.
pub fn items(document: &[u8]) -> Vec<Item> {
    let text = std::str::from_utf8(document).unwrap();
    let tree = roxmltree::Document::parse(text).unwrap();
    let root = tree.root_element();
    assert_eq!((root.tag_name().name(), root.attribute("version")), ("rss", Some("2.0")));
    let channel = root.first_element_child().unwrap();
    for needed in ["title", "link", "description"] {
        assert!(!child(channel, needed).is_empty(), "the channel has no {needed}");
    }
    let items = channel.children().filter(|node| node.has_tag_name("item"));
    items
        .map(|item| Item {
            title: child(item, "title"),
            link: child(item, "link"),
            guid: child(item, "guid"),
            date: child(item, "pubDate"),
            description: child(item, "description"),
            source: child(item, "source"),
        })
        .collect()
}

/// The titles of a document's items, in its order.
pub fn titles(document: &[u8]) -> Vec<String> {
    items(document).into_iter().map(|item| item.title).collect()
}

fn child(node: roxmltree::Node<'_, '_>, name: &str) -> String {
    let found = node
        .children()
        .find(|child| child.tag_name().name() == name && child.tag_name().namespace().is_none());
    found
        .map(|child| child.descendants().filter_map(|it| it.text().filter(|_| it.is_text())).collect())
        .unwrap_or_default()
}

/// A publisher's RSS document: of each item its guid, title and pubDate; its link is made of the guid.
pub fn rss(items: &[(&str, &str, &str)]) -> String {
    let mut document = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>Báo thử</title>\
         <link>https://bao.example/</link><description>Tin thử</description>",
    );
    for (guid, title, date) in items {
        let link = format!("https://bao.example/{guid}.html");
        write!(
            document,
            "<item><title>{title}</title><link>{link}</link><guid isPermaLink=\"false\">{guid}</guid>\
             <pubDate>{date}</pubDate><description>Về {title}</description></item>"
        )
        .unwrap();
    }
    document + "</channel></rss>"
}
