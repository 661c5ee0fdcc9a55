//! The text of an element as it grows: markup in it written out as HTML again. Knows no fields.

use std::borrow::Cow;

use super::{
    super::{
        names::{Space, is_void},
        tokens::Tag,
    },
    Open,
};
use crate::parse::names::Kind;

/// Whether `<` in a text is a less-than sign when there is markup beside it: in Atom, unless it says that it is HTML.
/// Publishers of RSS escape one half of a text and not the other.
pub(super) fn escapes(space: Space, tag: &Tag<'_>) -> bool {
    let of = |name: &str| tag.attributes.iter().find(|attribute| attribute.0 == name).map(|found| &*found.1);
    match (of("type"), of("mode")) {
        (_, Some("escaped" | "base64")) => false,
        (Some(kind), _) => kind.contains("xml") || kind.contains("xhtml"),
        (None, mode) => space == Space::Atom || mode == Some("xml"),
    }
}

pub(super) fn start<'a>(open: &mut Open<'a>, tag: &Tag<'a>) {
    if open.kind != Kind::Text {
        return;
    }
    if open.escapes && !open.element.has_markup {
        open.element.text = Cow::Owned(escaped(&open.element.text).into_owned());
    }
    open.element.has_markup = true;
    let text = open.element.text.to_mut();
    let name = local(tag.name);
    text.push('<');
    text.push_str(name);
    for (name, value) in &tag.attributes {
        if name.starts_with("xmlns") {
            continue;
        }
        text.push(' ');
        text.push_str(name);
        text.push_str("=\"");
        text.push_str(&quick_xml::escape::escape(value.as_ref()));
        text.push('"');
    }
    text.push('>');
    if tag.is_empty && !is_void(name) {
        push_end(text, name);
    }
}

pub(super) fn end(open: &mut Open<'_>, name: &str) {
    let name = local(name);
    if open.kind == Kind::Text && !is_void(name) {
        push_end(open.element.text.to_mut(), name);
    }
}

/// `</br>`, which browsers take for `<br>`.
pub(super) fn line_break(open: &mut Open<'_>) {
    if open.kind == Kind::Text {
        open.element.has_markup = true;
        open.element.text.to_mut().push_str("<br>");
    }
}

pub(super) fn text<'a>(open: &mut Open<'a>, text: Cow<'a, str>) {
    let is_escaped = open.escapes && open.element.has_markup;
    let whole = &mut open.element.text;
    if whole.is_empty() && !is_escaped {
        *whole = text;
    } else if is_escaped {
        whole.to_mut().push_str(&escaped(&text));
    } else {
        whole.to_mut().push_str(&text);
    }
}

/// Ends the markup that is still open; HTML ends a paragraph or a list's item by itself, and takes one end too many of
/// a paragraph for another, empty one.
pub(super) fn close(open: &mut Open<'_>) {
    while let Some(name) = open.inline.pop() {
        if !matches!(name, "p" | "li") {
            end(open, name);
        }
    }
}

fn push_end(text: &mut String, name: &str) {
    text.push_str("</");
    text.push_str(name);
    text.push('>');
}

fn escaped(text: &str) -> Cow<'_, str> {
    quick_xml::escape::partial_escape(text)
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}
