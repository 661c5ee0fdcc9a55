//! JSON that is not quite: commas before a closing bracket, bare control characters, escapes that are none, a cut-off end.
//! Knows no keys.

use super::super::repairs::{Repair, Repairs};

/// Where a document stands between two of its bytes.
#[derive(Default)]
struct State {
    /// The brackets that are open, as their closing ones.
    open: Vec<char>,
    /// The length of the mended text, and of `open`, behind the last whole member of a list.
    whole: Option<(usize, usize)>,
    /// Where a comma stands that nothing has followed yet.
    comma: Option<usize>,
    in_string: bool,
}

/// The document as JSON; what is behind its end is left out. Of one that is cut off, all items that are whole.
pub(in super::super) fn mended(json: &str, repairs: &mut Repairs) -> String {
    let mut text = String::with_capacity(json.len());
    let mut state = State::default();
    let mut rest = json;
    while let Some(character) = rest.chars().next() {
        if state.in_string {
            rest = within(rest, character, &mut text, repairs);
            state.in_string = character != '"';
            continue;
        }
        rest = &rest[character.len_utf8()..];
        if character.is_whitespace() {
            text.push(' ');
            continue;
        }
        let closes = matches!(character, '}' | ']');
        if let Some(comma) = state.comma.take()
            && closes
        {
            repairs.note(Repair::Comma);
            text.truncate(comma);
        }
        match character {
            '{' => state.open.push('}'),
            '[' => state.open.push(']'),
            ',' => state.comma = Some(text.len()),
            '"' => state.in_string = true,
            _ => {}
        }
        text.push(character);
        if closes {
            state.open.pop();
            if state.open.is_empty() {
                return text;
            }
            if state.open.last() == Some(&']') {
                state.whole = Some((text.len(), state.open.len()));
            }
        }
    }
    repairs.note(Repair::CutOff);
    if let Some((length, depth)) = state.whole {
        text.truncate(length);
        state.open.truncate(depth);
    }
    text.extend(state.open.iter().rev());
    text
}

/// Adds what a string goes on with, mended, and gives what follows it.
fn within<'a>(rest: &'a str, first: char, text: &mut String, repairs: &mut Repairs) -> &'a str {
    let (length, mended) = match first {
        '\\' => escape(rest),
        control if u32::from(control) < 0x20 => {
            repairs.note(Repair::ControlCharacter);
            text.push(' ');
            return &rest[1..];
        }
        other => (other.len_utf8(), None),
    };
    let (part, behind) = rest.split_at(length);
    if mended.is_some() {
        repairs.note(Repair::Escape);
    }
    text.push_str(mended.unwrap_or(part));
    behind
}

/// How long the escape is that begins here, and what it is to be where it is none (RFC 8259 §7). As in JavaScript a character
/// that needed no escape is itself. Half a character is left where a program cut a text in the midst of a pair.
fn escape(rest: &str) -> (usize, Option<&'static str>) {
    match (rest.as_bytes().get(1), unit(rest)) {
        (Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'), _) => (2, None),
        (_, Some(0xd800..=0xdbff)) => match rest.get(6..).and_then(unit) {
            Some(0xdc00..=0xdfff) => (12, None),
            _ => (6, Some("\u{fffd}")),
        },
        (_, Some(0xdc00..=0xdfff)) => (6, Some("\u{fffd}")),
        (_, Some(_)) => (6, None),
        _ => (1, Some("")),
    }
}

/// The code unit of a `\u` escape that stands here.
fn unit(rest: &str) -> Option<u16> {
    let digits = rest.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok())?
}
