//! One pass over the markup before feed-rs sees it: limits, and where things stand that feed-rs loses or fails on.
//! Knows tags and their nesting, and no feed format but what [`super::side`] picks up.
//!
//! It reads with feed-rs's own tokenizer, made lenient: where even that stops, feed-rs will have stopped before.

use std::{borrow::Cow, ops::Range};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::side::{Collector, Side};

/// The deepest nesting that is read. 1,000 nested `media:group` overflow feed-rs on a stack of 2 MiB.
pub const DEPTH_MAX: usize = 256;

/// The most elements (of JSON: values) that are read: a million minimal items took 1.45 GB.
pub const ELEMENTS_MAX: usize = 200_000;

/// The most attributes of one tag: looking for duplicates among them takes time with the square of their number.
pub const ATTRIBUTES_MAX: usize = 256;

/// The most bytes of `xml:base` in force at one place: feed-rs keeps the whole address at each level.
pub const BASE_MAX: usize = 8_192;

/// The most bytes that feed-rs may have to copy because each `media:group` inherits what stands around it: 3,000
/// thumbnails beside 3,000 groups (200 KB) become nine million thumbnails.
pub const INHERITED_MAX: usize = 256 << 20;

/// What one thumbnail or credit takes in feed-rs's memory, in bytes, beside its text.
const INHERITED_WEIGHT: usize = 256;

/// Which limit a document goes beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// Elements within elements.
    #[error("its elements are nested deeper than {DEPTH_MAX} levels")]
    Depth,
    /// Elements in all.
    #[error("it has more than {ELEMENTS_MAX} elements")]
    Elements,
    /// Attributes of one tag.
    #[error("one of its tags has more than {ATTRIBUTES_MAX} attributes")]
    Attributes,
    /// `xml:base` within `xml:base`.
    #[error("its xml:base attributes have more than {BASE_MAX} bytes")]
    Base,
    /// What `media:group`s inherit.
    #[error("its media groups inherit more than {INHERITED_MAX} bytes")]
    Inherited,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// XML declarations behind the beginning: feed-rs panics on those with an encoding.
    pub declarations: Vec<Range<usize>>,
    /// What feed-rs is known to panic on: names beside mail addresses, durations.
    pub delicate: Vec<Range<usize>>,
    /// What feed-rs loses, one for each item.
    pub items: Vec<Side>,
}

/// An element that has begun.
struct Open {
    is_delicate: bool,
    /// Whether each `media:group` of the item gets a copy of it.
    is_inherited: bool,
    /// Bytes of `xml:base`, outer ones included.
    base: usize,
}

#[derive(Default)]
struct Scanner {
    open: Vec<Open>,
    elements: usize,
    /// In the present item.
    groups: usize,
    /// In the present item, in bytes.
    inherited: usize,
    /// In the items before, in bytes.
    copied: usize,
    scan: Scan,
    collector: Collector,
}

/// Scans a whole document; what it finds before a token that cannot be read is kept.
pub(super) fn scan(xml: &str) -> Result<Scan, Excess> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    let mut scanner = Scanner::default();
    loop {
        let start = position(&reader);
        let Ok(event) = reader.read_event() else { break };
        let range = start..position(&reader);
        match event {
            Event::Start(tag) => scanner.start(&tag, range)?,
            Event::Empty(tag) => {
                scanner.start(&tag, range)?;
                scanner.end();
            }
            Event::End(_) => scanner.end(),
            Event::Text(text) => scanner.text(&text, range)?,
            Event::CData(text) => scanner.text(&text, range)?,
            Event::GeneralRef(name) => {
                let character = name.resolve_char_ref().ok().flatten().map(String::from);
                let entity = quick_xml::escape::resolve_predefined_entity(&name);
                scanner.text(character.as_deref().or(entity).unwrap_or_default(), range)?;
            }
            Event::Decl(_) => scanner.scan.declarations.push(range),
            Event::Eof => break,
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    scanner.scan.items = scanner.collector.finish();
    Ok(scanner.scan)
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

impl Scanner {
    fn start(&mut self, tag: &BytesStart<'_>, range: Range<usize>) -> Result<(), Excess> {
        self.elements += 1;
        if self.elements > ELEMENTS_MAX {
            return Err(Excess::Elements);
        }
        if self.open.len() >= DEPTH_MAX {
            return Err(Excess::Depth);
        }
        let attributes = tag.attributes_raw();
        // At least as many as there are attributes.
        if attributes.bytes().filter(|&byte| byte == b'=').count() > ATTRIBUTES_MAX {
            return Err(Excess::Attributes);
        }
        let outer = self.open.last();
        let base = outer.map_or(0, |outer| outer.base)
            + if attributes.contains("xml:base") { attributes.len() } else { 0 };
        if base > BASE_MAX {
            return Err(Excess::Base);
        }
        let name = tag.local_name();
        let is_delicate = outer.is_some_and(|outer| outer.is_delicate)
            || matches!(
                name.as_ref(),
                "author" | "creator" | "managingEditor" | "webMaster" | "owner" | "duration"
            );
        // Media RSS times: `time`, `start` and `end` are read as durations.
        if matches!(name.as_ref(), "thumbnail" | "text") && !attributes.trim().is_empty() {
            let from = range.start + 1 + tag.name().as_ref().len();
            self.scan.delicate.push(from..from + attributes.len());
        }
        let is_inherited = self.inherit(name.as_ref(), range.len())?;
        self.open.push(Open { is_delicate, is_inherited, base });
        self.collector.start(self.open.len(), tag);
        Ok(())
    }

    /// Counts what feed-rs will copy; tells whether the element's text belongs to it.
    fn inherit(&mut self, name: &str, length: usize) -> Result<bool, Excess> {
        match name {
            "item" | "entry" => {
                self.copied += self.groups * self.inherited;
                (self.groups, self.inherited) = (0, 0);
            }
            "group" => self.groups += 1,
            "title" | "description" | "text" | "thumbnail" | "credit" | "rating" | "community" => {
                self.inherited += INHERITED_WEIGHT + length;
                self.bound_inherited()?;
                return Ok(true);
            }
            _ => {}
        }
        self.bound_inherited()?;
        Ok(false)
    }

    fn bound_inherited(&self) -> Result<(), Excess> {
        let copied = self.copied.saturating_add(self.groups.saturating_mul(self.inherited));
        if copied > INHERITED_MAX { Err(Excess::Inherited) } else { Ok(()) }
    }

    fn end(&mut self) {
        self.collector.end(self.open.len());
        // More ends than starts are possible here; feed-rs will refuse them.
        self.open.pop();
    }

    fn text(&mut self, text: &str, range: Range<usize>) -> Result<(), Excess> {
        if let Some(open) = self.open.last() {
            if open.is_delicate {
                self.scan.delicate.push(range);
            }
            if open.is_inherited {
                self.inherited += text.len();
            }
        }
        self.collector.text(text);
        self.bound_inherited()
    }
}

/// The text with spaces in these places.
pub(super) fn blanked<'a>(text: &'a str, ranges: &[Range<usize>]) -> Cow<'a, str> {
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for range in ranges {
        bytes.get_mut(range.clone()).unwrap_or_default().fill(b' ');
    }
    // Tokens begin and end between characters, so this never replaces anything.
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}
