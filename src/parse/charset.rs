//! From bytes to text: byte-order mark, HTTP charset, XML declaration, and the bytes themselves where these are wrong.
//! Knows no markup but the declaration.

mod label;
#[cfg(test)]
mod tests;
mod vietnamese;

use std::{borrow::Cow, fmt};

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
    WINDOWS_1252, WINDOWS_1258,
};

use self::label::{Label, Said};

/// `<?xm` in every EBCDIC code page.
const EBCDIC: [u8; 4] = [0x4c, 0x6f, 0xa7, 0x94];

/// How many valid UTF-8 sequences must stand against each invalid one for a text that is declared as something else.
const CERTAINTY: usize = 4;

/// Charsets of two bytes a letter, whose letters look like one of UTF-8 now and then.
const WIDE: [&Encoding; 6] = [GB18030, GBK, BIG5, EUC_JP, EUC_KR, SHIFT_JIS];

/// Of how many letters at most it is believable that all look like UTF-8 by accident.
const ACCIDENTS: usize = 3;

/// A document's text.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    /// What cannot be decoded is U+FFFD in it: a feed is worth more than its one bad letter.
    pub text: Cow<'a, str>,
    /// What had to be concluded against what was declared, in words.
    pub note: Option<String>,
}

/// Written in a charset that nothing here reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is written in EBCDIC, which is not read; it should be UTF-8")]
pub struct Unreadable;

/// What the bytes are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Charset {
    Known(&'static Encoding),
    Utf32 { big_endian: bool },
}

impl Charset {
    fn is_utf16(self) -> bool {
        [Self::Known(UTF_16LE), Self::Known(UTF_16BE)].contains(&self)
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(encoding) => formatter.write_str(encoding.name()),
            Self::Utf32 { .. } => formatter.write_str("UTF-32"),
        }
    }
}

/// The text of these bytes.
///
/// In this order: a byte-order mark (unless the bytes belie it), the NULs of UTF-16 and UTF-32, validity as UTF-8 (text
/// of another charset is practically never valid UTF-8 by accident, and wrong declarations are common), HTTP's
/// charset, the declaration's, and at last windows-1258 where it makes Vietnamese of the bytes, else windows-1252.
///
/// # Errors
/// [`Unreadable`] for EBCDIC.
pub(super) fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Result<Decoded<'a>, Unreadable> {
    if bytes.starts_with(&EBCDIC) {
        return Err(Unreadable);
    }
    let (charset, bytes) = by_mark(bytes);
    let label = label::of_http(content_type).or_else(|| declared(bytes));
    // Nearly all that is sent is: looked at once, for all who ask below.
    let valid = simdutf8::basic::from_utf8(bytes).ok();
    let charset = charset
        .or_else(|| by_zeros(bytes))
        .unwrap_or_else(|| by_letters(bytes, valid.is_some(), content_type));
    let (text, damaged) = match valid {
        Some(text) if charset == Charset::Known(UTF_8) => (Cow::Borrowed(text), false),
        _ => read(bytes, charset),
    };
    let note = note(bytes, label.as_ref(), charset, damaged);
    Ok(Decoded { text, note })
}

/// The charset that the document names itself: a feed in its declaration, a page in its head.
fn declared(bytes: &[u8]) -> Option<Label> {
    label::of_declaration(bytes).or_else(|| label::of_page(bytes))
}

/// The charset that a byte-order mark names, unless they belie it, and the bytes behind the mark.
fn by_mark(bytes: &[u8]) -> (Option<Charset>, &[u8]) {
    let (charset, rest) = match bytes {
        [0xff, 0xfe, 0, 0, rest @ ..] => (Charset::Utf32 { big_endian: false }, rest),
        [0, 0, 0xfe, 0xff, rest @ ..] => (Charset::Utf32 { big_endian: true }, rest),
        _ => {
            let Some((encoding, length)) = Encoding::for_bom(bytes) else { return (None, bytes) };
            (Charset::Known(encoding), bytes.get(length..).unwrap_or_default())
        }
    };
    let belied = if charset == Charset::Known(UTF_8) {
        !is_mostly_utf8(rest, 1)
    } else {
        // Markup in UTF-16 and UTF-32 is full of NULs.
        !rest.is_empty() && !rest.contains(&0)
    };
    (Some(charset).filter(|_| !belied), rest)
}

/// UTF-16 and UTF-32 without a mark: XML 1.0 appendix F tells them by the NULs around the first character.
fn by_zeros(bytes: &[u8]) -> Option<Charset> {
    let is_first = |byte: u8| matches!(byte, b'<' | b'{' | b' ' | b'\t' | b'\r' | b'\n');
    match *bytes {
        [0, 0, 0, first, ..] if is_first(first) => Some(Charset::Utf32 { big_endian: true }),
        [first, 0, 0, 0, ..] if is_first(first) => Some(Charset::Utf32 { big_endian: false }),
        [0, first, 0, _, ..] | [0, first] if is_first(first) => Some(Charset::Known(UTF_16BE)),
        [first, 0, second, 0, ..] if is_first(first) && second != 0 => Some(Charset::Known(UTF_16LE)),
        [first, 0] if is_first(first) => Some(Charset::Known(UTF_16LE)),
        _ => None,
    }
}

/// The charset of bytes that are ASCII in their markup, and that may be known to be valid UTF-8.
fn by_letters(bytes: &[u8], is_valid: bool, content_type: Option<&str>) -> Charset {
    let labels = [label::of_http(content_type), declared(bytes)];
    let declared: Vec<&'static Encoding> = labels
        .iter()
        .flatten()
        .filter_map(|label| label.encoding)
        // Bytes that passed the checks above are not UTF-16, whatever they are declared as.
        .filter(|&encoding| encoding.is_ascii_compatible() || encoding == ISO_2022_JP)
        .collect();
    let encoding = by_declaration(bytes, is_valid, &declared).unwrap_or_else(|| {
        if is_mostly_utf8(bytes, 1) {
            UTF_8
        } else if vietnamese::is_plausible(bytes) {
            WINDOWS_1258
        } else {
            WINDOWS_1252
        }
    });
    Charset::Known(encoding)
}

/// The first of these charsets that the bytes agree with.
fn by_declaration(bytes: &[u8], is_valid: bool, declared: &[&'static Encoding]) -> Option<&'static Encoding> {
    let is_clean = |encoding: &'static Encoding| !encoding.decode_without_bom_handling(bytes).1;
    // Its letters are ASCII behind an escape.
    if declared.contains(&ISO_2022_JP) && bytes.contains(&0x1b) && is_clean(ISO_2022_JP) {
        return Some(ISO_2022_JP);
    }
    if is_valid || is_mostly_utf8(bytes, CERTAINTY) {
        let few = || bytes.iter().filter(|byte| !byte.is_ascii()).count() <= ACCIDENTS * 2;
        let short = !bytes.iter().any(|&byte| byte >= 0xe0);
        let wide = || declared.iter().copied().find(|encoding| WIDE.contains(encoding));
        let accident = || wide().filter(|wide| !bytes.is_ascii() && is_clean(wide));
        return if short && few() { accident().or(Some(UTF_8)) } else { Some(UTF_8) };
    }
    let others = || declared.iter().copied().filter(|&encoding| encoding != UTF_8 && encoding != ISO_2022_JP);
    let found = others().find(|&encoding| is_clean(encoding));
    // Latin-1 is what servers say that know no better, and no bytes contradict it.
    if found == Some(WINDOWS_1252) && vietnamese::is_plausible(bytes) {
        return Some(WINDOWS_1258);
    }
    // A letter or two that it cannot read belie a charset less than a wrong alphabet would.
    found.or_else(|| others().next().filter(|_| !is_mostly_utf8(bytes, 1)))
}

/// Whether the bytes are UTF-8, but for one sequence in as many as `certainty` says. One that is cut off at the end
/// says nothing, unless it is the only one.
fn is_mostly_utf8(bytes: &[u8], certainty: usize) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => return true,
        Err(error) if error.error_len().is_none() => {
            let whole = bytes.get(..error.valid_up_to()).unwrap_or(bytes);
            return !whole.is_ascii() || certainty == 1;
        }
        Err(_) => {}
    }
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|&byte| byte >= 0xc0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= bad.saturating_mul(certainty)
}

/// The text, and whether anything in it had to be replaced.
fn read(bytes: &[u8], charset: Charset) -> (Cow<'_, str>, bool) {
    match charset {
        Charset::Utf32 { big_endian } => {
            let scalar = |four: &[u8; 4]| {
                if big_endian { u32::from_be_bytes(*four) } else { u32::from_le_bytes(*four) }
            };
            let characters = bytes.as_chunks::<4>().0.iter().map(|four| char::from_u32(scalar(four)));
            let text: String = characters.map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            let damaged = text.contains(char::REPLACEMENT_CHARACTER);
            (Cow::Owned(text), damaged)
        }
        Charset::Known(encoding) => {
            let bytes = if encoding == UTF_8 { whole(bytes) } else { bytes };
            encoding.decode_without_bom_handling(bytes)
        }
    }
}

/// The bytes without a UTF-8 sequence that is cut off at the end.
fn whole(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.get(..error.valid_up_to()).unwrap_or(bytes),
        _ => bytes,
    }
}

/// In words, where the bytes are not read as they are labelled.
fn note(bytes: &[u8], label: Option<&Label>, charset: Charset, damaged: bool) -> Option<String> {
    if bytes.is_ascii() && charset == Charset::Known(UTF_8) {
        return None;
    }
    let replaced = if damaged { ", with letters that could not be read" } else { "" };
    let Some(label) = label else {
        let is_expected = charset.is_utf16() || charset == Charset::Known(UTF_8);
        return match (is_expected, damaged) {
            (true, false) => None,
            (true, true) => Some(format!("read as {charset}{replaced}")),
            (false, _) => Some(format!("no charset declared, read as {charset}{replaced}")),
        };
    };
    let declared = label.encoding.map(Charset::Known);
    let is_same = match charset {
        Charset::Utf32 { .. } => label.is_utf32(),
        _ if charset.is_utf16() => declared.is_some_and(Charset::is_utf16),
        Charset::Known(_) => declared == Some(charset),
    };
    if is_same && !damaged {
        return None;
    }
    let said = match label.said {
        Said::Http => "sent as",
        Said::Declaration => "declared",
    };
    Some(format!("{said} {}, read as {charset}{replaced}", label.text))
}

/// The text from its first element on: feed-rs panics at a declaration that comes late, and decodes anew at one that
/// names a charset.
pub(super) fn without_prologue(text: &str) -> &str {
    let trim = |text: &'_ str| text.len() - text.trim_start_matches(is_space).len();
    let text = &text[trim(text)..];
    let rest = match text.strip_prefix("<?xml") {
        // `<?xml-stylesheet` is no declaration.
        Some(rest) if rest.starts_with(is_space) => rest.split_once("?>").map_or("", |parts| parts.1),
        _ => text,
    };
    rest.trim_start_matches(is_space).trim_end_matches(|c| is_space(c) || c == '\0')
}

fn is_space(character: char) -> bool {
    character.is_whitespace() || character == '\u{feff}'
}
