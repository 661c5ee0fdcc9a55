//! XML as it is really sent, cut into tags and texts, in one pass and in time linear in its length. It never fails:
//! what is wrong is noted and taken as it was surely meant. Knows no feed format.

mod doctype;
mod tag;

use std::{borrow::Cow, ops::ControlFlow};

use super::{
    entities::{Entities, legal},
    repairs::{Repair, Repairs},
};

/// A start tag.
#[derive(Debug, Clone, Default)]
pub(super) struct Tag<'a> {
    /// As written, with its prefix.
    pub name: &'a str,
    /// As written; of two of one name the first counts.
    pub attributes: Vec<(&'a str, Cow<'a, str>)>,
    /// `<a/>`
    pub is_empty: bool,
}

/// A piece of a document.
#[derive(Debug, Clone)]
pub(super) enum Token<'a> {
    Start(Tag<'a>),
    /// The name, as written.
    End(&'a str),
    /// With references resolved; of CDATA as it is.
    Text(Cow<'a, str>),
}

/// Cuts a document into tokens.
pub(super) struct Tokens<'a> {
    source: &'a str,
    at: usize,
    entities: Entities<'a>,
    /// Where the next of these ends stands, once looked for: no byte is searched twice.
    comment_end: Sought,
    cdata_end: Sought,
    instruction_end: Sought,
    /// A second one is none of XML's, and is not searched for its end.
    has_subset: bool,
    /// Take markup for what it was meant to be where that is not what it says.
    is_lenient: bool,
    pub repairs: Repairs,
}

/// The place of the next of something at or after a place that was asked for before.
#[derive(Debug, Clone, Copy, Default)]
struct Sought {
    is_known: bool,
    from: usize,
    /// None where there is no further one.
    found: Option<usize>,
}

impl Sought {
    fn next(&mut self, source: &str, what: &str, from: usize) -> Option<usize> {
        if !self.is_known || from < self.from || self.found.is_some_and(|found| found < from) {
            let found = source.get(from..).and_then(|rest| rest.find(what)).map(|at| from + at);
            *self = Self { is_known: true, from, found };
        }
        self.found
    }
}

impl<'a> Tokens<'a> {
    pub(super) fn new(source: &'a str, is_lenient: bool) -> Self {
        Self {
            source,
            at: 0,
            entities: Entities::default(),
            comment_end: Sought::default(),
            cdata_end: Sought::default(),
            instruction_end: Sought::default(),
            has_subset: false,
            is_lenient,
            repairs: Repairs::default(),
        }
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }

    /// Where the next token begins, in bytes.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Goes on behind the next of these, for contents that are no markup.
    pub(super) fn skip_past(&mut self, what: &str) {
        self.at = self.rest().find(what).map_or(self.source.len(), |at| self.at + at + what.len());
    }

    /// Goes on at the next `<`, from within what is no markup after all.
    fn text(&mut self, from: usize) -> Token<'a> {
        let start = self.at;
        let end =
            self.source.get(from..).and_then(|rest| rest.find('<')).map_or(self.source.len(), |at| from + at);
        self.at = end;
        let raw = self.source.get(start..end).unwrap_or_default();
        let text = self.entities.decode(raw, &mut self.repairs);
        // A stray end of CDATA, of a section whose beginning was mended.
        if self.is_lenient && text.contains("]]>") {
            return Token::Text(Cow::Owned(text.replace("]]>", "")));
        }
        Token::Text(text)
    }

    /// `None` at the end.
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let first = self.byte(self.at)?;
            if first != b'<' {
                return Some(self.text(self.at));
            }
            let step = match self.byte(self.at + 1) {
                Some(b'/') => self.end_tag(),
                Some(b'!') => self.declaration(),
                Some(b'?') => self.instruction(),
                Some(byte) if begins_name(byte) => self.start_tag(),
                _ => ControlFlow::Break(self.bare()),
            };
            if let ControlFlow::Break(token) = step {
                return Some(token);
            }
        }
    }

    /// A `<` that begins no tag.
    fn bare(&mut self) -> Token<'a> {
        self.repairs.note(Repair::BareLessThan);
        self.text(self.at + 1)
    }

    fn end_tag(&mut self) -> ControlFlow<Token<'a>> {
        let start = self.at + 2;
        if !self.byte(start).is_some_and(begins_name) {
            self.repairs.note(Repair::Stray);
            self.at = start;
            if self.byte(start) == Some(b'>') {
                self.at += 1;
            }
            return ControlFlow::Continue(());
        }
        let rest = self.source.get(start..).unwrap_or_default();
        let Some(end) = rest.find(['<', '>']) else {
            self.repairs.note(Repair::CutOff);
            self.at = self.source.len();
            return ControlFlow::Continue(());
        };
        self.at = start + end;
        if self.byte(self.at) == Some(b'>') {
            self.at += 1;
        } else {
            self.repairs.note(Repair::OpenTag);
        }
        let name = rest.get(..end).unwrap_or_default().trim_end();
        ControlFlow::Break(Token::End(name.split(|c: char| !is_name(c)).next().unwrap_or_default()))
    }

    fn instruction(&mut self) -> ControlFlow<Token<'a>> {
        if self.at > 0 && self.rest().starts_with("<?xml") && !self.rest().starts_with("<?xml-") {
            self.repairs.note(Repair::LateDeclaration);
        }
        let end = self.instruction_end.next(self.source, "?>", self.at + 2);
        if let Some(end) = end {
            self.at = end + 2;
        } else {
            self.repairs.note(Repair::OpenTag);
            self.at = self.rest().find('>').map_or(self.source.len(), |at| self.at + at + 1);
        }
        ControlFlow::Continue(())
    }

    /// `<!`: a comment, CDATA, or a document type.
    fn declaration(&mut self) -> ControlFlow<Token<'a>> {
        if self.rest().starts_with("<!--") {
            if let Some(end) = self.comment_end.next(self.source, "-->", self.at + 4) {
                self.at = end + 3;
            } else {
                self.repairs.note(Repair::OpenComment);
                self.at += 4;
            }
            return ControlFlow::Continue(());
        }
        let is_cdata =
            |text: &str| text.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<![CDATA["));
        if is_cdata(self.rest()) {
            return self.cdata();
        }
        if self.rest().get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!DOCTYPE")) {
            self.document_type();
            return ControlFlow::Continue(());
        }
        self.repairs.note(Repair::Stray);
        self.at =
            self.rest().find(['>', '<']).filter(|&at| at > 0).map_or(self.at + 2, |at| self.at + at + 1);
        ControlFlow::Continue(())
    }

    fn cdata(&mut self) -> ControlFlow<Token<'a>> {
        const MARK: usize = "<![CDATA[".len();
        let start = self.at + MARK;
        let Some(end) = self.cdata_end.next(self.source, "]]>", start) else {
            self.repairs.note(Repair::OpenCData);
            self.at = start;
            return ControlFlow::Continue(());
        };
        let contents = self.source.get(start..end).unwrap_or_default();
        // The end of another section: this one's was lost. An article about XML has no end tags of fields before it.
        if self.is_lenient
            && let Some(other) = contents.find("<![CDATA[")
            && contents.get(..other).is_some_and(ends_a_field)
        {
            self.repairs.note(Repair::OpenCData);
            self.at = start;
            return ControlFlow::Continue(());
        }
        self.at = end + 3;
        ControlFlow::Break(Token::Text(legal(contents, &mut self.repairs)))
    }
}

fn ends_a_field(contents: &str) -> bool {
    [
        "title",
        "description",
        "link",
        "guid",
        "summary",
        "content:encoded",
        "content",
        "item",
        "entry",
        "category",
    ]
    .iter()
    .any(|name| contents.contains(&format!("</{name}>")))
}

fn skip_space(source: &str, from: usize) -> usize {
    let bytes = source.as_bytes().get(from..).unwrap_or_default();
    from + bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len())
}

fn name_length(source: &str, from: usize) -> usize {
    let bytes = source.as_bytes().get(from..).unwrap_or_default();
    bytes.iter().position(|&byte| !is_name_byte(byte)).unwrap_or(bytes.len())
}

fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.') || !byte.is_ascii()
}

fn is_name(character: char) -> bool {
    !character.is_ascii() || u8::try_from(character).is_ok_and(is_name_byte)
}
