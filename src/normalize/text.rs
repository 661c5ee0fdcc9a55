//! Plain text: NFC, one line, no characters that XML or people cannot use.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{TITLE_FROM_TEXT, escapes, html};
use crate::parse::{Text, TextKind};

/// What windows-1252 has at 0x80 to 0x9F; where it has nothing, the control stays one.
#[rustfmt::skip]
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '\u{2dc}', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text of a title: markup taken out, entities decoded (twice where they were escaped twice), one line.
pub(super) fn plain(text: &Text) -> String {
    match text.kind {
        TextKind::Plain => line(&escapes::lost_restored(&escapes::letters_decoded(&text.body))),
        TextKind::Html => {
            let once = html::text_of(&text.body);
            // `&amp;#225;`: what is left of an entity after decoding was escaped twice.
            let again = escapes::has_reference(&once).then(|| html::text_of(&once.replace('<', "&lt;")));
            line(&escapes::lost_restored(&again.unwrap_or(once)))
        }
    }
}

/// The beginning of a cleaned text, for an entry with no title of its own; `None` if there is no text.
pub(super) fn opening(html: &str) -> Option<String> {
    let text = line(&html::words(html));
    (!text.is_empty()).then(|| shorten(&text, TITLE_FROM_TEXT))
}

/// One line: NFC, white space folded, nothing invisible.
pub(super) fn line(text: &str) -> String {
    // Where a word may be broken is for a paragraph to know.
    let unbroken =
        if text.contains('\u{ad}') { Cow::Owned(text.replace('\u{ad}', "")) } else { Cow::Borrowed(text) };
    let clean = composed(&unbroken);
    let mut line = String::with_capacity(clean.len());
    for word in clean.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// NFC without what XML 1.0 §2.2 forbids, other controls, and the zero-width characters that pages are littered with.
/// The controls of Latin-1 become the letters that windows-1252 has in their place: that is what was meant.
pub(super) fn composed(text: &str) -> Cow<'_, str> {
    if is_composed(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(told).filter(|&character| !is_unwanted(character)).nfc().collect())
}

/// Whether [`composed`] would change nothing.
pub(super) fn is_composed(text: &str) -> bool {
    // Nearly all that is written passes here, at a fraction of what looking up each character's class costs.
    is_simple(text)
        || !text.chars().any(|character| is_unwanted(character) || told(character) != character)
            && is_nfc(text)
}

/// Whether [`composed`] would change nothing, wherever the text is cut and joined again: all is of the common letters.
pub(super) fn is_simple(text: &str) -> bool {
    text.chars().all(is_common)
}

/// Whether the character stays as it is whatever stands beside it, of those that Vietnamese and English are written
/// with: ASCII without controls, Latin letters as far as the combining marks, the composed Vietnamese letters, and
/// common punctuation.
fn is_common(character: char) -> bool {
    matches!(character,
        ' '..='~' | '\n' | '\t' | '\r' | '\u{a0}'..='\u{2ff}' | '\u{1ea0}'..='\u{1ef9}' | '\u{2010}'..='\u{2027}')
}

/// The character that was meant: HTML §13.2.5 reads `&#147;` as windows-1252, XML does not.
fn told(character: char) -> char {
    let index = u32::from(character).checked_sub(0x80).and_then(|index| usize::try_from(index).ok());
    index.and_then(|index| WINDOWS_1252.get(index)).copied().unwrap_or(character)
}

fn is_unwanted(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => false,
        // Byte order mark, zero-width space, word joiner, what editors leave where an object stood, and the
        // bidirectional overrides that can hide text. The zero-width joiners stay: emoji and some scripts need them.
        '\u{feff}'
        | '\u{200b}'
        | '\u{2060}'
        | '\u{fffc}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => true,
        // The last two of each plane are no characters.
        other => {
            other.is_control()
                || u32::from(other) & 0xfffe == 0xfffe
                || matches!(other, '\u{fdd0}'..='\u{fdef}')
        }
    }
}

/// At most `most` characters, cut between words, with an ellipsis where something was cut.
pub(super) fn shorten(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let head = &text[..end];
    let head = head.rsplit_once(' ').map_or(head, |(words, _)| words);
    format!("{}…", head.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(body: &str) -> String {
        plain(&Text { body: body.to_owned(), kind: TextKind::Html })
    }

    #[test]
    fn titles_become_one_line_of_plain_composed_text() {
        let table = [
            ("Ninh Bi\u{300}nh", "Ninh Bình"),
            ("Việ\u{200b}t Nam", "Việt Nam"),
            ("vie\u{302}\u{323}t", "việt"),
            ("  Thủ\u{a0}tướng\n\t thăm  Hà Nam ", "Thủ tướng thăm Hà Nam"),
            ("Lợi nhuận <b>tăng</b> 5&nbsp;%", "Lợi nhuận tăng 5 %"),
            ("B&agrave;i 1: R&amp;D", "Bài 1: R&D"),
            ("h&amp;agrave;ng h&amp;oacute;a", "hàng hóa"),
            ("s&amp;#225;ng", "sáng"),
            ("giá < 5 triệu & > 3 triệu", "giá < 5 triệu & > 3 triệu"),
            ("dùng thẻ &amp;lt;b&amp;gt; ra sao", "dùng thẻ <b> ra sao"),
            ("tab\u{1}\u{8} lạ\u{ffff}", "tab lạ"),
            ("Viê\u{323}t Nam", "Việt Nam"),
            ("ti\u{ad}êu đề\u{fffc}\u{1fffe}", "tiêu đề"),
            ("\u{93}ngoặc\u{94} \u{96} &#147;kép&#148;\u{85}", "“ngoặc” – “kép”…"),
            ("phi#234;n họp", "phiên họp"),
            ("phi&amp;#234;n họp &amp;quot;kín&amp;quot;", "phiên họp \"kín\""),
            ("&lt;b&gt;Tin&lt;/b&gt; <i>nóng</i><br>mới", "<b>Tin</b> nóng mới"),
            ("<![CDATA[Tin]]> nóng", "Tin nóng"),
            ("<p>Một</p><p>Hai</p>", "Một Hai"),
            ("Số 12/QĐ-UВND", "Số 12/QĐ-UВND"),
            ("<script>alert(1)</script>Tin<style>p{}</style>", "Tin"),
            ("3 < 5", "3 < 5"),
            ("a\u{2028}b\u{a0}\u{3000}c", "a b c"),
        ];
        for (published, wanted) in table {
            assert_eq!(title(published), wanted, "{published:?}");
        }
    }

    #[test]
    fn a_plain_title_keeps_its_angle_brackets() {
        let text = Text { body: "thẻ <b> &amp; hết".to_owned(), kind: TextKind::Plain };
        assert_eq!(plain(&text), "thẻ <b> &amp; hết");
        let text = Text { body: "h&#224;ng phi#234;n".to_owned(), kind: TextKind::Plain };
        assert_eq!(plain(&text), "hàng phiên");
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        assert_eq!(shorten("một hai ba bốn", 11), "một hai ba…");
        assert_eq!(shorten("một hai", 7), "một hai");
        assert_eq!(opening("<p>Lũ trên sông Hoàng Long</p>").as_deref(), Some("Lũ trên sông Hoàng Long"));
        assert_eq!(
            opening("<p>Một</p><ul><li>Ha<b>i</b></li></ul>ba<br>bốn").as_deref(),
            Some("Một Hai ba bốn")
        );
        assert_eq!(opening("<p> </p>"), None);
    }
}
