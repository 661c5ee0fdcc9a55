//! Tags that do not match, put where they were meant: what an element that begins or ends closes with it.
//!
//! An `<item>` closes every open field and the item before it. A field closes the field that was left open before it.
//! An end tag closes what it names, and all that is open within; one that names nothing open is ignored. The end of
//! the feed within an item is ignored as well, so that what follows still belongs to the item.

use super::{
    super::{
        names::{self, Kind, Space},
        repairs::Repair,
        tokens::Tag,
    },
    Builder, Open, markup,
};

/// What only a page that an element's text has become has in it.
const ADDRESS_SCHEMES: [&str; 2] = ["http://", "https://"];

impl<'a> Builder<'a> {
    pub(super) fn start_leniently(&mut self, tag: Tag<'a>) {
        let (space, _) = self.namespaces.resolve(tag.name);
        let name = names::lowered(tag.name.rsplit(':').next().unwrap_or_default());
        if names::is_item(space, &name) || names::is_root(space, &name) {
            self.close_to_structure();
            self.push(tag);
            return;
        }
        loop {
            let Some(open) = self.open.last() else { return };
            let is_closed_by = match open.kind {
                Kind::Structure | Kind::Item => break,
                Kind::Value => names::is_field(space, &name),
                Kind::Text => ends_text(open, space, &name, &tag),
                Kind::Compound => names::is_field(space, &name) && !belongs(open, space, &name),
            };
            match open.kind {
                _ if is_closed_by => {
                    self.repairs.note(Repair::Unclosed);
                    self.pop();
                }
                Kind::Compound => break,
                _ => {
                    self.inline(&tag);
                    return;
                }
            }
        }
        self.push(tag);
    }

    /// Ends the open item and all in it.
    fn close_to_structure(&mut self) {
        while self.open.len() > 1 && self.kind() != Kind::Structure {
            self.repairs.note(Repair::Unclosed);
            self.pop();
        }
        if let Some(open) = self.open.last_mut() {
            open.beyond = 0;
        }
    }

    pub(super) fn end_leniently(&mut self, name: &str) {
        let depth = self.open.len();
        let Some(open) = self.open.last_mut() else { return };
        let same = |written: &str| written.eq_ignore_ascii_case(name);
        if let Some(at) = open.inline.iter().rposition(|written| same(written)) {
            while open.inline.len() > at {
                if let Some(inline) = open.inline.pop() {
                    markup::end(open, inline);
                }
            }
            return;
        }
        if open.kind == Kind::Text && name.eq_ignore_ascii_case("br") {
            markup::line_break(open);
            return;
        }
        // `<dc:creator>…</creator>`
        let local = |name: &str| name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        let is_sloppy = depth > 1 && open.element.name == local(name);
        let found = if is_sloppy {
            Some(depth - 1)
        } else {
            self.open.iter().skip(1).rposition(|open| same(open.written)).map(|at| at + 1)
        };
        let Some(found) = found else {
            match self.open.last_mut() {
                Some(open) if open.beyond > 0 => open.beyond -= 1,
                _ => self.repairs.note(Repair::Stray),
            }
            return;
        };
        let is_in_item = self.open.iter().skip(found + 1).any(|open| open.kind == Kind::Item);
        if is_in_item && self.open.get(found).is_some_and(|open| open.kind == Kind::Structure) {
            self.is_over = true;
            self.repairs.note(Repair::Stray);
            return;
        }
        if self.open.get(found).is_some_and(|open| open.written != name) {
            self.repairs.note(Repair::Spelling);
        }
        while self.open.len() > found + 1 {
            self.repairs.note(Repair::Unclosed);
            self.pop();
        }
        self.pop();
    }
}

/// Whether a tag within a text is the next field, and the text was left open.
fn ends_text(open: &Open<'_>, space: Space, name: &str, tag: &Tag<'_>) -> bool {
    if !names::is_field(space, name) {
        return false;
    }
    // `<dc:creator>`, `<pubDate>`: no HTML has these.
    if !names::is_html_too(space, name) {
        return true;
    }
    // `<link rel="stylesheet">` within a page, `<title>` within its head, `<summary>` within `<details>`.
    let is_stylesheet =
        name == "link" && tag.attributes.iter().any(|attribute| attribute.1.contains("style"));
    let is_top = open.inline.is_empty();
    is_top
        && !is_stylesheet
        && (matches!(name, "title" | "link" | "summary" | "content" | "id") || open.element.name == "title")
}

/// Whether a field is one of the compound element it stands in.
fn belongs(open: &Open<'_>, space: Space, name: &str) -> bool {
    let element = &open.element;
    let is_new = !element.children.iter().any(|child| child.name == name);
    match (element.space, &*element.name) {
        (Some(Space::Media), _) => space == Space::Media,
        (Some(own), "author" | "contributor" | "owner" | "person") if own != Space::Other => {
            is_new && matches!(name, "name" | "uri" | "url" | "email" | "homepage")
        }
        (Some(own), "image" | "textinput") if own.is_ours() => {
            is_new && matches!(name, "url" | "title" | "link" | "width" | "height" | "description" | "name")
        }
        // Atom's holds the fields of a feed.
        (Some(own), "source") if own.is_ours() => is_new,
        (Some(Space::Rdf), _) => true,
        _ => !space.is_ours(),
    }
}

/// The address that `<link/>https://…` lost: a page's parser takes `<link>` for HTML's, which has no contents.
pub(super) fn lost_address(open: &mut Open<'_>, text: &str) {
    let address = text.trim();
    let is_address = ADDRESS_SCHEMES.iter().any(|scheme| address.starts_with(scheme));
    if let Some(link) = open.element.children.last_mut()
        && is_address
        && link.name == "link"
        && link.attributes.is_empty()
        && link.text.trim().is_empty()
    {
        link.text = std::borrow::Cow::Owned(address.to_owned());
    }
}
