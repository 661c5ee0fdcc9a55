//! Character and entity references: XML's own, HTML's named ones, and those that a document's DTD declares. Declared
//! ones are expanded up to a bound, and external ones never asked for. Knows no tags.

use std::{borrow::Cow, collections::HashMap};

use markup5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

use super::repairs::{Repair, Repairs};

/// The longest name of a reference, in bytes; HTML's longest has 31.
const NAME_MAX: usize = 40;

/// The most entities that a document declares.
const DECLARED_MAX: usize = 1_024;

/// Entities within entities.
const NESTED_MAX: usize = 4;

/// What all expansions of one document may come to, in bytes: a billion laughs end here.
const EXPANDED_MAX: usize = 1 << 20;

/// The entities of one document.
#[derive(Debug, Default)]
pub(super) struct Entities<'a> {
    declared: HashMap<&'a str, &'a str>,
    expanded: usize,
    /// The first half of a character that is written as two, as UTF-16 has it.
    high: Option<u32>,
}

impl<'a> Entities<'a> {
    /// An internal general entity; of two of one name the first counts (XML 1.0 section 4.2).
    pub(super) fn declare(&mut self, name: &'a str, value: &'a str) {
        if self.declared.len() < DECLARED_MAX {
            self.declared.entry(name).or_insert(value);
        }
    }

    /// The text with its references resolved and the characters that XML forbids dropped. What stands for nothing
    /// stays as it is.
    pub(super) fn decode(&mut self, raw: &'a str, repairs: &mut Repairs) -> Cow<'a, str> {
        if !has(raw, |byte| byte == b'&' || is_forbidden(byte)) {
            return Cow::Borrowed(raw);
        }
        let mut text = String::with_capacity(raw.len());
        self.expand(raw, 0, &mut text, repairs);
        Cow::Owned(text)
    }

    fn expand(&mut self, raw: &str, depth: usize, text: &mut String, repairs: &mut Repairs) {
        let mut rest = raw;
        while let Some(at) = rest.find('&') {
            let (plain, reference) = rest.split_at(at);
            push_legal(plain, text, repairs);
            rest = reference.get(1..).unwrap_or_default();
            let window = rest.as_bytes().get(..NAME_MAX.min(rest.len())).unwrap_or_default();
            let end = window.iter().position(|byte| !is_name_byte(*byte));
            let name =
                end.filter(|&end| end > 0 && window.get(end) == Some(&b';')).and_then(|end| rest.get(..end));
            let Some(name) = name else {
                repairs.note(Repair::BareAmpersand);
                text.push('&');
                continue;
            };
            if self.resolve(name, depth, text, repairs) {
                rest = rest.get(name.len() + 1..).unwrap_or_default();
            } else {
                repairs.note(Repair::BareAmpersand);
                text.push('&');
            }
        }
        push_legal(rest, text, repairs);
    }

    fn resolve(&mut self, name: &str, depth: usize, text: &mut String, repairs: &mut Repairs) -> bool {
        if let Some(number) = name.strip_prefix('#') {
            return self.numbered(number, text);
        }
        if let Some(predefined) = quick_xml::escape::resolve_predefined_entity(name) {
            text.push_str(predefined);
            return true;
        }
        if let Some(value) = self.declared.get(name).copied() {
            repairs.note(Repair::OwnEntity);
            self.expanded += value.len() + 1;
            if depth < NESTED_MAX && self.expanded <= EXPANDED_MAX {
                self.expand(value, depth + 1, text, repairs);
            }
            return true;
        }
        let Some(&(first, second)) =
            NAMED_ENTITIES.get(format!("{name};").as_str()).filter(|found| found.0 > 0)
        else {
            return false;
        };
        repairs.note(Repair::HtmlEntity);
        text.extend([first, second].into_iter().filter(|&code| code > 0).filter_map(char::from_u32));
        true
    }

    /// A character by its number; 128 to 159 are what Windows-1252 has there (HTML, "Numeric character reference end
    /// state"), two halves of UTF-16 are one, forbidden ones are nothing.
    fn numbered(&mut self, number: &str, text: &mut String) -> bool {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        let Ok(code) = code else { return false };
        let windows =
            code.checked_sub(0x80).and_then(|at| C1_REPLACEMENTS.get(at as usize).copied().flatten());
        let whole = match (self.high.take(), code) {
            (Some(high), 0xdc00..0xe000) => 0x1_0000 + ((high - 0xd800) << 10) + (code - 0xdc00),
            _ => code,
        };
        self.high = Some(code).filter(|code| (0xd800..0xdc00).contains(code));
        let character = windows.or_else(|| char::from_u32(whole));
        text.extend(character.filter(|&character| is_legal(character)));
        true
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b'-' | b'_' | b'.')
}

fn push_legal(plain: &str, text: &mut String, repairs: &mut Repairs) {
    if !has(plain, is_forbidden) {
        text.push_str(plain);
        return;
    }
    let before = text.len();
    text.extend(plain.chars().filter(|&character| is_legal(character)));
    repairs.note_many(Repair::ControlCharacter, plain.len() - (text.len() - before));
}

/// Whether there is such a byte. Whole blocks are looked at without a branch, which is many times faster.
fn has(text: &str, is_wanted: impl Fn(u8) -> bool) -> bool {
    text.as_bytes().chunks(64).any(|block| block.iter().fold(false, |found, &byte| found | is_wanted(byte)))
}

/// XML 1.0 section 2.2, of the ASCII range.
fn is_forbidden(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}

fn is_legal(character: char) -> bool {
    !(u8::try_from(character).is_ok_and(is_forbidden) || matches!(character, '\u{fffe}' | '\u{ffff}'))
}

/// A text without the characters that XML forbids, nothing else being resolved: what CDATA holds.
pub(super) fn legal<'a>(raw: &'a str, repairs: &mut Repairs) -> Cow<'a, str> {
    if !has(raw, is_forbidden) {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    push_legal(raw, &mut text, repairs);
    Cow::Owned(text)
}
