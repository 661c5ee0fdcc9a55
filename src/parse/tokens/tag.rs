//! Start tags and their attributes, with and without quotes, values and ends. Knows of feeds only what tells a tag
//! without its `>` from a bare `<`.

use std::ops::ControlFlow;

use super::{
    super::{
        names::{self, Space},
        repairs::Repair,
        scan::ATTRIBUTES_MAX,
    },
    Tag, Token, Tokens, is_name_byte, name_length, skip_space,
};

impl<'a> Tokens<'a> {
    pub(super) fn start_tag(&mut self) -> ControlFlow<Token<'a>> {
        let start = self.at;
        let before = self.repairs.clone();
        let mut at = start + 1;
        at += name_length(self.source, at);
        // `<mail@example.com>` and `<https://…>` are text in brackets.
        let is_tag = matches!(self.byte(at), None | Some(b'>' | b'/' | b'<'))
            || self.byte(at).is_some_and(|byte| byte.is_ascii_whitespace());
        if !is_tag || self.byte(at - 1) == Some(b':') {
            return ControlFlow::Break(self.bare());
        }
        let mut tag = Tag { name: self.source.get(start + 1..at).unwrap_or_default(), ..Tag::default() };
        loop {
            at = skip_space(self.source, at);
            match self.byte(at) {
                // The document ends within a tag.
                None => {
                    self.repairs.note(Repair::CutOff);
                    self.at = self.source.len();
                    return ControlFlow::Continue(());
                }
                Some(b'>') => {
                    self.at = at + 1;
                    return ControlFlow::Break(Token::Start(tag));
                }
                Some(b'/') if self.byte(at + 1) == Some(b'>') => {
                    self.at = at + 2;
                    tag.is_empty = true;
                    return ControlFlow::Break(Token::Start(tag));
                }
                Some(b'<') => {
                    if is_known(tag.name) {
                        self.repairs.note(Repair::OpenTag);
                        self.at = at;
                        return ControlFlow::Break(Token::Start(tag));
                    }
                    // All of it at once: read tag by tag again, its quotes could take time with the square of its length.
                    self.repairs = before;
                    self.repairs.note(Repair::BareLessThan);
                    self.at = at;
                    let raw = self.source.get(start..at).unwrap_or_default();
                    return ControlFlow::Break(Token::Text(self.entities.decode(raw, &mut self.repairs)));
                }
                Some(byte) if is_name_byte(byte) => at = self.attribute(at, &mut tag),
                Some(byte) => {
                    self.repairs.note(Repair::Attribute);
                    // Beyond ASCII only whole characters: those are name bytes.
                    at += usize::from(byte.is_ascii()).max(1);
                }
            }
        }
    }

    /// Reads one attribute; where it ends.
    fn attribute(&mut self, from: usize, tag: &mut Tag<'a>) -> usize {
        let name_end = from + name_length(self.source, from);
        let name = self.source.get(from..name_end).unwrap_or_default();
        let equals = skip_space(self.source, name_end);
        let (value, end) = if self.byte(equals) == Some(b'=') {
            self.value(skip_space(self.source, equals + 1))
        } else {
            self.repairs.note(Repair::Attribute);
            ("", name_end)
        };
        if tag.attributes.len() < ATTRIBUTES_MAX {
            let value = self.entities.decode(value, &mut self.repairs);
            tag.attributes.push((name, value));
        } else {
            self.repairs.note(Repair::TooMany);
        }
        end
    }

    /// The value that begins here, and where what is behind it begins.
    fn value(&mut self, from: usize) -> (&'a str, usize) {
        let rest = self.source.get(from..).unwrap_or_default();
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
        if let Some(quote) = quote {
            let inner = rest.get(1..).unwrap_or_default();
            let closed = inner.find(quote);
            let within = inner.get(..closed.unwrap_or(inner.len())).unwrap_or_default();
            // `<a href="x>text</a>`: the next quote belongs to another tag.
            let greater =
                within.find('>').filter(|&at| within.get(at..).is_some_and(|rest| rest.contains('<')));
            let is_runaway =
                greater.is_some_and(|at| within.get(..at).is_some_and(|start| !start.contains('<')));
            if let Some(end) = closed.filter(|_| !is_runaway) {
                return (within, from + end + 2);
            }
            self.repairs.note(Repair::Attribute);
            let end = within.find(['>', '<']).unwrap_or(within.len());
            let value = within.get(..end).unwrap_or_default();
            let slash = usize::from(value.ends_with('/'));
            return (value.get(..end - slash).unwrap_or_default(), from + 1 + end - slash);
        }
        self.repairs.note(Repair::Attribute);
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '<')).unwrap_or(rest.len());
        let value = rest.get(..end).unwrap_or_default();
        let slash = usize::from(value.ends_with('/') && rest.as_bytes().get(end) == Some(&b'>'));
        (value.get(..end - slash).unwrap_or_default(), from + end - slash)
    }
}

/// Whether a tag without its `>` is one nevertheless.
fn is_known(name: &str) -> bool {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let space = if prefix.is_empty() { Space::Native } else { names::space_of_prefix(prefix) };
    let local = names::lowered(local);
    names::is_item(space, &local) || names::is_root(space, &local) || names::is_field(space, &local)
}
