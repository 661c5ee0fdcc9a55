//! Titles, leads and articles: which element holds them, and what they are written in. Knows nothing of other fields.

use std::borrow::Cow;

use super::super::{
    feed::{Text, TextKind},
    names::Space,
    tree::Element,
};

/// The first of the texts of a feed or an item with one of these names, the names in their order.
pub(super) fn first(fields: &[&Element<'_>], wanted: &[&str]) -> Option<String> {
    let told = |field: &&Element<'_>| Some(field.text.trim().to_owned()).filter(|text| !text.is_empty());
    let ours =
        wanted.iter().find_map(|name| fields.iter().filter(|field| field.is_ours(name)).find_map(told));
    let dublin = || {
        wanted
            .iter()
            .find_map(|name| fields.iter().filter(|field| field.is(Space::Dublin, name)).find_map(told))
    };
    ours.or_else(dublin)
}

/// The title; Dublin Core's and Media RSS's only where there is no other.
pub(super) fn title(fields: &[&Element<'_>], is_atom: bool) -> Option<Text> {
    let of = |wanted: &dyn Fn(&Element<'_>) -> bool| {
        fields.iter().filter(|field| wanted(field)).find_map(|field| text(field, is_atom))
    };
    of(&|field| field.is_ours("title"))
        .or_else(|| of(&|field| field.is(Space::Dublin, "title")))
        .or_else(|| of(&|field| field.is(Space::Media, "title")))
        .or_else(|| of(&|field| field.is(Space::Itunes, "title")))
}

/// The lead and the whole article. Which is which is told by the element, best first; an item of RSS with nothing but
/// a description has a lead only.
pub(super) fn summary_and_content(fields: &[&Element<'_>], is_atom: bool) -> (Option<Text>, Option<Text>) {
    let first = |space: Option<Space>, name: &str| {
        let is_wanted = |field: &&&Element<'_>| match space {
            None => field.is_ours(name),
            Some(space) => field.is(space, name),
        };
        fields.iter().filter(is_wanted).find_map(|field| text(field, is_atom && space.is_none()))
    };
    let content = first(Some(Space::Content), "encoded")
        .or_else(|| first(None, "content"))
        .or_else(|| first(Some(Space::Xhtml), "body"))
        .or_else(|| first(Some(Space::Xhtml), "div"))
        .or_else(|| first(None, "fullitem"))
        .or_else(|| first(None, "fulltext"))
        .or_else(|| first(None, "body"));
    let (one, other) = if is_atom { ("summary", "description") } else { ("description", "summary") };
    let summary = first(None, one)
        .or_else(|| first(None, other))
        .or_else(|| first(Some(Space::Dublin), "description"))
        .or_else(|| first(None, "abstract"))
        .or_else(|| first(Some(Space::DublinTerms), "abstract"))
        .or_else(|| first(Some(Space::Itunes), "summary"))
        .or_else(|| first(Some(Space::Media), "description"))
        .or_else(|| first(Some(Space::Itunes), "subtitle"));
    (summary, content)
}

/// A text and its kind: RSS does not tell plain text from HTML; Atom does, by `type` (RFC 4287 section 3.1; in 0.3 a
/// media type beside `mode`).
fn text(element: &Element<'_>, is_atom: bool) -> Option<Text> {
    let of = |name: &str| element.attribute(name).map(str::to_ascii_lowercase);
    let (declared, mode) = (of("type"), of("mode"));
    let declared = declared.as_deref().map(|kind| kind.split(';').next().unwrap_or_default().trim());
    let mut body = Cow::Borrowed(element.text.trim());
    if mode.as_deref() == Some("base64") {
        body = Cow::Owned(unpacked(&body)?.trim().to_owned());
    }
    let is_media_type = declared.is_some_and(|kind| kind.contains('/') && !kind.starts_with("text/"));
    let kind = match declared {
        _ if element.has_markup => TextKind::Html,
        Some(kind) if kind.contains("html") || kind.ends_with("xml") => TextKind::Html,
        // RFC 4287 section 4.1.3.3: a file, in base64.
        Some(_) if is_media_type && is_atom => return None,
        _ if !is_atom => TextKind::Html,
        Some("text" | "text/plain" | "plain") | None => TextKind::Plain,
        // A type that is none: what it looks like.
        Some(_) if body.contains("</") || body.contains("<br") || body.contains("/>") => TextKind::Html,
        Some(_) => TextKind::Plain,
    };
    let is_xhtml = element.has_markup || declared.is_some_and(|kind| kind.contains("xhtml"));
    let body = if is_xhtml { unwrapped(&body) } else { &body };
    Some(Text { body: body.to_owned(), kind }).filter(|text| !text.body.trim().is_empty())
}

/// The contents of the `<div>` that must stand around XHTML (RFC 4287 section 3.1.1.3) and is no part of it.
fn unwrapped(body: &str) -> &str {
    let inner = body.strip_prefix("<div").and_then(|rest| rest.split_once('>')).map(|parts| parts.1);
    let inner = inner.and_then(|inner| inner.strip_suffix("</div>"));
    inner.filter(|inner| is_balanced(inner)).map_or(body, str::trim)
}

/// Whether no `</div>` within ends more than began within.
fn is_balanced(inner: &str) -> bool {
    let mut depth = 0_usize;
    for (at, _) in inner.match_indices('<') {
        let tag = inner.get(at + 1..).unwrap_or_default();
        if tag.starts_with("div>") || tag.starts_with("div ") {
            depth += 1;
        } else if tag.starts_with("/div>") {
            let Some(less) = depth.checked_sub(1) else { return false };
            depth = less;
        }
    }
    true
}

/// Base64 as Atom 0.3 has it (`mode="base64"`), white space in it ignored.
fn unpacked(packed: &str) -> Option<String> {
    let (mut bits, mut count, mut bytes) = (0_u32, 0_u32, Vec::with_capacity(packed.len() / 4 * 3));
    for byte in packed.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap_or_default());
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
