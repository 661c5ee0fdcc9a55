//! What the specifications of our formats demand of a document, as far as it can be told from the document alone.
//! Each rule names its source; the wording of the W3C feed validator's own messages is not used.

use std::collections::HashSet;

use chrono::DateTime;
use roxmltree::{Document, Node};
use serde_json::Value;
use url::Url;

const ATOM: &str = "http://www.w3.org/2005/Atom";
const CONTENT: &str = "http://purl.org/rss/1.0/modules/content/";

/// Breaches of the rules, in words.
pub type Breaches = Vec<String>;

/// Everything wrong with the document whose address ends so.
pub fn breaches(extension: &str, bytes: &[u8]) -> Breaches {
    let Ok(text) = std::str::from_utf8(bytes) else { return vec!["not UTF-8".to_owned()] };
    let mut found = Found::default();
    match extension {
        "json" => match serde_json::from_str(text) {
            Ok(document) => json(&document, &mut found),
            Err(error) => found.note(false, &format!("no JSON: {error}")),
        },
        "xml" | "atom" | "opml" => match Document::parse(text) {
            Ok(document) => {
                let root = document.root_element();
                match extension {
                    "xml" => rss(root, &mut found),
                    "atom" => atom(root, &mut found),
                    _ => opml(root, &mut found),
                }
                markup(root, &mut found);
            }
            Err(error) => found.note(false, &format!("not well-formed: {error}")),
        },
        other => found.note(false, &format!("no rules for .{other}")),
    }
    found.breaches
}

#[derive(Default)]
struct Found {
    breaches: Breaches,
    ids: HashSet<String>,
}

impl Found {
    fn note(&mut self, holds: bool, rule: &str) {
        if !holds {
            self.breaches.push(rule.to_owned());
        }
    }

    fn once(&mut self, parent: Node<'_, '_>, names: &[&str]) {
        for name in names {
            let count = parent.children().filter(|node| is_plain(*node, name)).count();
            self.note(count <= 1, &format!("{count} of <{name}>, where at most one may be"));
        }
    }

    fn unique(&mut self, id: &str) {
        self.note(!id.is_empty(), "an empty id");
        let is_new = self.ids.insert(id.to_owned());
        self.note(is_new, &format!("the id {id} twice"));
    }

    fn address(&mut self, address: Option<&str>, what: &str) {
        let is_web = address.and_then(|address| Url::parse(address).ok());
        let is_web = is_web.is_some_and(|url| matches!(url.scheme(), "http" | "https"));
        self.note(is_web, &format!("{what} is {address:?}, which is no absolute web address"));
    }
}

/// Whether this is the element of this name in no namespace, as those of RSS are.
fn is_plain(node: Node<'_, '_>, name: &str) -> bool {
    node.tag_name().namespace().is_none() && node.tag_name().name() == name
}

fn text<'a>(parent: Node<'a, '_>, name: &str) -> Option<&'a str> {
    parent.children().find(|node| is_plain(*node, name)).map(|node| node.text().unwrap_or_default())
}

/// No element of HTML stands raw in an XML document, and no text bears what XML forbids (XML 1.0 §2.2).
fn markup(root: Node<'_, '_>, found: &mut Found) {
    let stray = root
        .descendants()
        .find(|node| node.is_element() && matches!(node.tag_name().name(), "script" | "p" | "img"));
    found.note(stray.is_none(), "HTML stands in the document unescaped");
    for html in root.descendants().filter(Node::is_element).filter_map(|node| node.text()) {
        let harmful = html.to_ascii_lowercase();
        found.note(!harmful.contains("<script") && !harmful.contains("javascript:"), "script in a text");
    }
}

/// RSS 2.0 (rssboard.org/rss-specification), its best-practices profile, and the modules we use.
fn rss(root: Node<'_, '_>, found: &mut Found) {
    found.note(root.has_tag_name("rss"), "the root is not <rss>");
    found.note(root.attribute("version") == Some("2.0"), "no version 2.0");
    let Some(channel) = root.first_element_child().filter(|node| node.has_tag_name("channel")) else {
        return found.note(false, "no <channel>");
    };
    found.once(
        channel,
        &["title", "link", "description", "language", "lastBuildDate", "pubDate", "generator", "docs", "ttl"],
    );
    for name in ["title", "link", "description"] {
        found.note(
            text(channel, name).is_some_and(|text| !text.trim().is_empty()),
            &format!("the channel has no {name}"),
        );
    }
    found.address(text(channel, "link"), "the channel's link");
    dates(channel, &["lastBuildDate", "pubDate"], found);
    let selves = channel
        .children()
        .filter(|node| node.has_tag_name((ATOM, "link")) && node.attribute("rel") == Some("self"));
    found.note(selves.count() == 1, "not one atom:link rel=self (best practices profile)");
    links(channel, found);
    for item in channel.children().filter(|node| node.has_tag_name("item")) {
        rss_item(item, found);
    }
}

fn rss_item(item: Node<'_, '_>, found: &mut Found) {
    found.once(
        item,
        &["title", "link", "description", "guid", "pubDate", "source", "enclosure", "author", "comments"],
    );
    let says = |name| text(item, name).is_some_and(|text| !text.trim().is_empty());
    found.note(says("title") || says("description"), "an item with neither title nor description");
    dates(item, &["pubDate"], found);
    if let Some(link) = text(item, "link") {
        found.address(Some(link), "an item's link");
    }
    match item.children().find(|node| node.has_tag_name("guid")) {
        Some(guid) => {
            found.note(
                guid.attribute("isPermaLink") == Some("false"),
                "a guid that is no address, not marked so",
            );
            found.unique(guid.text().unwrap_or_default());
        }
        None => found.note(false, "an item without a guid"),
    }
    for enclosure in item.children().filter(|node| node.has_tag_name("enclosure")) {
        found.address(enclosure.attribute("url"), "an enclosure");
        let length = enclosure.attribute("length").and_then(|length| length.parse::<u64>().ok());
        found.note(length.is_some(), "an enclosure without a length in bytes");
        found.note(
            enclosure.attribute("type").is_some_and(|it| it.contains('/')),
            "an enclosure without a type",
        );
    }
    if let Some(source) = item.children().find(|node| node.has_tag_name("source")) {
        found.address(source.attribute("url"), "the url of <source>");
    }
    for category in item.children().filter(|node| node.has_tag_name("category")) {
        found.note(category.text().is_some_and(|text| !text.trim().is_empty()), "an empty category");
    }
    let wholes = item.children().filter(|node| node.has_tag_name((CONTENT, "encoded"))).count();
    found.note(wholes <= 1, "content:encoded twice");
}

/// RFC 822 with a four-digit year.
fn dates(parent: Node<'_, '_>, names: &[&str], found: &mut Found) {
    for date in names.iter().filter_map(|name| text(parent, name)) {
        found.note(DateTime::parse_from_rfc2822(date).is_ok(), &format!("`{date}` is no date of RFC 822"));
    }
}

fn links(parent: Node<'_, '_>, found: &mut Found) {
    for link in parent.children().filter(|node| node.has_tag_name((ATOM, "link"))) {
        found.address(link.attribute("href"), "the href of a link");
        if let Some(media_type) = link.attribute("type") {
            found.note(
                media_type.contains('/') && !media_type.contains(';'),
                "a link's type is no media type",
            );
        }
    }
}

/// RFC 4287.
fn atom(root: Node<'_, '_>, found: &mut Found) {
    found.note(root.has_tag_name((ATOM, "feed")), "the root is not atom:feed (§4.1.1)");
    atom_common(root, found, "the feed");
    let selves = root
        .children()
        .filter(|node| node.has_tag_name((ATOM, "link")) && node.attribute("rel") == Some("self"));
    found.note(selves.count() == 1, "the feed should have one link rel=self (§4.1.1)");
    let mut alternates = HashSet::new();
    for link in root
        .children()
        .filter(|node| node.has_tag_name((ATOM, "link")) && node.attribute("rel") == Some("alternate"))
    {
        let is_new = alternates.insert((link.attribute("type"), link.attribute("hreflang")));
        found.note(is_new, "two alternate links of one type and language (§4.1.1)");
    }
    for entry in root.children().filter(|node| node.has_tag_name((ATOM, "entry"))) {
        atom_common(entry, found, "an entry");
        let named = |name: &str| entry.children().filter(|node| node.has_tag_name((ATOM, name))).count();
        found.note(named("author") > 0, "an entry without an author in a feed without one (§4.1.2)");
        for name in ["content", "summary", "published", "source", "rights"] {
            found.note(named(name) <= 1, &format!("an entry with {name} twice (§4.1.2)"));
        }
        let is_alternate = |node: &Node<'_, '_>| {
            node.has_tag_name((ATOM, "link")) && node.attribute("rel") == Some("alternate")
        };
        let alternates = entry.children().filter(is_alternate).count();
        found.note(
            alternates > 0 || named("content") > 0,
            "an entry with neither content nor alternate link (§4.1.2)",
        );
        if let Some(published) = child(entry, "published") {
            rfc_3339(published, found);
        }
        if let Some(source) = entry.children().find(|node| node.has_tag_name((ATOM, "source"))) {
            for name in ["id", "title", "updated"] {
                found.note(child(source, name).is_some(), &format!("a source without {name} (§4.2.11)"));
            }
        }
        for name in entry.descendants().filter(|node| node.has_tag_name((ATOM, "name"))) {
            found.note(
                name.text().is_some_and(|text| !text.trim().is_empty()),
                "a person without a name (§3.2.1)",
            );
        }
        for category in entry.children().filter(|node| node.has_tag_name((ATOM, "category"))) {
            found.note(
                category.attribute("term").is_some_and(|term| !term.is_empty()),
                "a category without a term (§4.2.2)",
            );
        }
    }
}

fn child<'a>(parent: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let found = parent.children().find(|node| node.has_tag_name((ATOM, name)));
    found.map(|node| node.text().unwrap_or_default())
}

fn atom_common(parent: Node<'_, '_>, found: &mut Found, what: &str) {
    for name in ["id", "title", "updated"] {
        let count = parent.children().filter(|node| node.has_tag_name((ATOM, name))).count();
        found.note(count == 1, &format!("{what} has {count} of {name} (§4.1)"));
    }
    let id = child(parent, "id").unwrap_or_default();
    found.note(Url::parse(id).is_ok(), &format!("the id `{id}` is no IRI (§4.2.6)"));
    found.unique(id);
    rfc_3339(child(parent, "updated").unwrap_or_default(), found);
    links(parent, found);
}

fn rfc_3339(date: &str, found: &mut Found) {
    found.note(DateTime::parse_from_rfc3339(date).is_ok(), &format!("`{date}` is no date of RFC 3339"));
}

/// jsonfeed.org/version/1.1.
fn json(document: &Value, found: &mut Found) {
    let version = document["version"].as_str();
    found.note(version == Some("https://jsonfeed.org/version/1.1"), "another version");
    found.note(document["title"].is_string(), "no title");
    found.address(document["feed_url"].as_str(), "feed_url");
    found.address(document["home_page_url"].as_str(), "home_page_url");
    let Some(items) = document["items"].as_array() else { return found.note(false, "no items") };
    for item in items {
        match item["id"].as_str() {
            Some(id) => found.unique(id),
            None => found.note(false, "an item without an id that is text"),
        }
        found.note(
            item["content_html"].is_string() || item["content_text"].is_string(),
            "an item without contents",
        );
        for name in ["date_published", "date_modified"] {
            if let Some(date) = item.get(name) {
                rfc_3339(date.as_str().unwrap_or_default(), found);
            }
        }
        for name in ["url", "image"] {
            if let Some(address) = item.get(name) {
                found.address(address.as_str(), name);
            }
        }
        for author in item["authors"].as_array().into_iter().flatten() {
            found.note(
                ["name", "url", "avatar"].iter().any(|name| author[name].is_string()),
                "an author without anything",
            );
        }
        for file in item["attachments"].as_array().into_iter().flatten() {
            found.address(file["url"].as_str(), "an attachment");
            found.note(
                file["mime_type"].as_str().is_some_and(|it| it.contains('/')),
                "an attachment without a type",
            );
        }
        let html = item["content_html"].as_str().unwrap_or_default().to_ascii_lowercase();
        found.note(!html.contains("<script") && !html.contains("javascript:"), "script in a text");
    }
}

/// OPML 2.0 (opml.org/spec2.opml).
fn opml(root: Node<'_, '_>, found: &mut Found) {
    found.note(
        root.has_tag_name("opml") && root.attribute("version") == Some("2.0"),
        "no <opml version=\"2.0\">",
    );
    let names: Vec<&str> =
        root.children().filter(Node::is_element).map(|node| node.tag_name().name()).collect();
    found.note(names == ["head", "body"], "not one head and one body");
    for outline in root.descendants().filter(|node| node.has_tag_name("outline")) {
        found.note(
            outline.attribute("text").is_some_and(|text| !text.is_empty()),
            "an outline without a text",
        );
        if outline.attribute("type") == Some("rss") {
            found.address(outline.attribute("xmlUrl"), "xmlUrl");
        }
    }
}
