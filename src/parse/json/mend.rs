//! JSON that is not quite: commas before a closing bracket, bare control characters, a cut-off end. Knows no keys.

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
}

/// The document as JSON; what is behind its end is left out. Of one that is cut off, all items that are whole.
pub(in super::super) fn mended(json: &str, repairs: &mut Repairs) -> String {
    let mut text = String::with_capacity(json.len());
    let mut state = State::default();
    let (mut in_string, mut is_escaped) = (false, false);
    for character in json.chars() {
        if in_string {
            if u32::from(character) < 0x20 {
                repairs.note(Repair::ControlCharacter);
                text.push(' ');
            } else {
                text.push(character);
            }
            in_string = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
            continue;
        }
        if character.is_whitespace() {
            text.push(' ');
            continue;
        }
        let closes = matches!(character, '}' | ']');
        if let Some(comma) = state.comma.take()
            && closes
        {
            repairs.note(Repair::Stray);
            text.truncate(comma);
        }
        match character {
            '{' => state.open.push('}'),
            '[' => state.open.push(']'),
            ',' => state.comma = Some(text.len()),
            '"' => in_string = true,
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
