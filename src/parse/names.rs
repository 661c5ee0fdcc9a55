//! The vocabularies that feeds are written in: which namespace an address or a prefix stands for, and what kind of
//! element a name is. Knows no document.

use std::borrow::Cow;

/// A vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// The document's own: RSS of any version, or whatever its outermost element is in.
    Native,
    Atom,
    Content,
    Dublin,
    DublinTerms,
    Media,
    Itunes,
    Xhtml,
    Rdf,
    Other,
}

impl Space {
    /// Whether fields of items may be in it without a prefix.
    pub(super) fn is_ours(self) -> bool {
        matches!(self, Self::Native | Self::Atom)
    }
}

/// What an address of a namespace stands for: case, scheme and a last slash or `#` make no difference, and old and
/// misspelt addresses are known. `None` for an unknown one.
pub(super) fn space_of_address(address: &str) -> Option<Space> {
    let lower = address.trim().to_ascii_lowercase();
    let bare = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")).unwrap_or(&lower);
    let bare = bare.trim_end_matches(['/', '#']);
    let space = match bare {
        "purl.org/rss/1.0"
        | "purl.org/rss/0.9"
        | "purl.org/rss/2.0"
        | "purl.org/net/rss1.1"
        | "my.netscape.com/rdf/simple/0.9"
        | "channel.netscape.com/rdf/simple/0.9"
        | "my.netscape.com/publish/formats/rss-0.91.dtd"
        | "backend.userland.com/rss"
        | "backend.userland.com/rss2"
        | "backend.userland.com/rss091"
        | "backend.userland.com/rss092"
        | "blogs.law.harvard.edu/tech/rss"
        | "cyber.law.harvard.edu/rss/rss.html"
        | "www.rssboard.org/rss-specification" => Space::Native,
        "purl.org/atom/app" | "www.w3.org/2007/app" => Space::Other,
        "www.w3.org/2005/atom" | "w3.org/2005/atom" => Space::Atom,
        "purl.org/rss/1.0/modules/content" => Space::Content,
        "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" | "purl.org/dc" => Space::Dublin,
        "purl.org/dc/terms" | "purl.org/rss/1.0/modules/dcterms" => Space::DublinTerms,
        "www.w3.org/1999/xhtml" => Space::Xhtml,
        "www.w3.org/1999/02/22-rdf-syntax-ns" => Space::Rdf,
        "www.rssboard.org/media-rss" => Space::Media,
        other if other.starts_with("purl.org/atom") => Space::Atom,
        other if other.contains("yahoo.com/mrss") => Space::Media,
        other if other.contains("/dtds/podcast") => Space::Itunes,
        _ => return None,
    };
    Some(space)
}

/// What a prefix usually stands for.
pub(super) fn space_of_prefix(prefix: &str) -> Space {
    match prefix.to_ascii_lowercase().as_str() {
        "rss" => Space::Native,
        "atom" | "atom03" | "a10" => Space::Atom,
        "content" => Space::Content,
        "dc" => Space::Dublin,
        "dcterms" | "dct" | "dcterm" => Space::DublinTerms,
        "media" | "mrss" => Space::Media,
        "itunes" => Space::Itunes,
        "xhtml" | "html" => Space::Xhtml,
        "rdf" => Space::Rdf,
        _ => Space::Other,
    }
}

/// What an element is to the builder of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Holds items, or what holds them.
    Structure,
    Item,
    /// Holds other fields: `<author>`, `<image>`, whatever is unknown.
    Compound,
    /// Text for people; markup in it is the text's own.
    Text,
    /// A value: text, markup in it is noise.
    Value,
}

/// What an element is, by its name (in lower case) and where it stands.
pub(super) fn kind(space: Space, name: &str, parent: Kind) -> Kind {
    let holds_structure = parent == Kind::Structure;
    if holds_structure && is_item(space, name) {
        return Kind::Item;
    }
    if is_text(space, name) {
        return Kind::Text;
    }
    if is_value(space, name) {
        return Kind::Value;
    }
    let is_leaf = matches!(
        name,
        "image"
            | "author"
            | "contributor"
            | "textinput"
            | "skiphours"
            | "skipdays"
            | "source"
            | "owner"
            | "person"
    );
    let is_root = space == Space::Rdf && name == "rdf";
    if holds_structure && (is_root || space.is_ours() && !is_leaf) { Kind::Structure } else { Kind::Compound }
}

pub(super) fn is_item(space: Space, name: &str) -> bool {
    space.is_ours() && matches!(name, "item" | "entry")
}

/// The outermost elements of feeds, and RSS's `<channel>`.
pub(super) fn is_root(space: Space, name: &str) -> bool {
    (space.is_ours() || space == Space::Rdf) && matches!(name, "rss" | "rdf" | "feed" | "channel")
}

fn is_text(space: Space, name: &str) -> bool {
    match space {
        Space::Native | Space::Atom => matches!(
            name,
            "title"
                | "description"
                | "summary"
                | "content"
                | "subtitle"
                | "tagline"
                | "rights"
                | "copyright"
                | "info"
                | "abstract"
                | "body"
                | "fullitem"
                | "fulltext"
        ),
        Space::Xhtml => matches!(name, "body" | "div"),
        Space::Content => name == "encoded",
        Space::Dublin | Space::DublinTerms => {
            matches!(name, "title" | "description" | "rights" | "abstract")
        }
        Space::Itunes => matches!(name, "title" | "summary" | "subtitle"),
        Space::Media => matches!(name, "title" | "description" | "text"),
        Space::Rdf | Space::Other => false,
    }
}

fn is_value(space: Space, name: &str) -> bool {
    match space {
        Space::Native | Space::Atom => matches!(
            name,
            "link"
                | "guid"
                | "id"
                | "pubdate"
                | "lastbuilddate"
                | "published"
                | "updated"
                | "issued"
                | "modified"
                | "created"
                | "date"
                | "category"
                | "comments"
                | "language"
                | "generator"
                | "ttl"
                | "docs"
                | "managingeditor"
                | "webmaster"
                | "cloud"
                | "enclosure"
                | "url"
                | "width"
                | "height"
                | "name"
                | "uri"
                | "email"
                | "homepage"
                | "icon"
                | "logo"
                | "thumb"
                | "day"
                | "hour"
        ),
        Space::Dublin | Space::DublinTerms => true,
        Space::Itunes => !matches!(name, "owner" | "category"),
        Space::Media => !matches!(name, "group" | "content" | "community" | "comments"),
        Space::Content | Space::Xhtml | Space::Rdf | Space::Other => false,
    }
}

/// Whether a name is that of a field of items or feeds: where one begins, another that was left open ends.
pub(super) fn is_field(space: Space, name: &str) -> bool {
    let is_compound = space.is_ours() && matches!(name, "author" | "image" | "source" | "contributor")
        || space == Space::Media;
    is_compound || space != Space::Xhtml && (is_text(space, name) || is_value(space, name))
}

/// Whether HTML has an element of this name too, so that it may be a text's own.
pub(super) fn is_html_too(space: Space, name: &str) -> bool {
    space.is_ours()
        && matches!(
            name,
            "title"
                | "link"
                | "summary"
                | "body"
                | "content"
                | "source"
                | "image"
                | "abstract"
                | "date"
                | "name"
                | "id"
        )
}

/// HTML's elements without contents (HTML, "Void elements").
pub(super) fn is_void(name: &str) -> bool {
    const VOID: [&str; 14] = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
        "track", "wbr",
    ];
    VOID.iter().any(|void| void.eq_ignore_ascii_case(name))
}

/// The name in lower case, at no cost for the usual ones.
pub(super) fn lowered(name: &str) -> Cow<'_, str> {
    match name {
        "pubDate" => Cow::Borrowed("pubdate"),
        "lastBuildDate" => Cow::Borrowed("lastbuilddate"),
        _ if name.bytes().any(|byte| byte.is_ascii_uppercase()) => Cow::Owned(name.to_ascii_lowercase()),
        _ => Cow::Borrowed(name),
    }
}
