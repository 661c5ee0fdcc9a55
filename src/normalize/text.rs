//! Plain text: NFC, one line, no characters that XML or people cannot use.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{TITLE_FROM_TEXT, html};
use crate::parse::{Text, TextKind};

/// The text of a title: markup taken out, entities decoded (twice where they were escaped twice), one line.
pub(super) fn plain(text: &Text) -> String {
    match text.kind {
        TextKind::Plain => line(&text.body),
        TextKind::Html => {
            let once = html::text_of(&text.body);
            // `&amp;#225;`: what is left of an entity after decoding was escaped twice.
            line(&if html::has_entity(&once) { html::text_of(&once.replace('<', "&lt;")) } else { once })
        }
    }
}

/// The beginning of a text, for an entry with no title of its own; `None` if there is no text.
pub(super) fn opening(html: &str) -> Option<String> {
    let text = line(&html::text_of(html));
    (!text.is_empty()).then(|| shorten(&text, TITLE_FROM_TEXT))
}

/// One line: NFC, white space folded, nothing invisible.
pub(super) fn line(text: &str) -> String {
    let clean = composed(text);
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
pub(super) fn composed(text: &str) -> String {
    let kept = text.chars().filter(|&character| !is_unwanted(character));
    if text.chars().any(is_unwanted) || !is_nfc(text) { kept.nfc().collect() } else { text.to_owned() }
}

fn is_unwanted(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => false,
        // Byte order mark, zero-width space, word joiner, and the bidirectional overrides that can hide text. The
        // zero-width joiners stay: emoji and some scripts need them.
        '\u{feff}' | '\u{200b}' | '\u{2060}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}' | '\u{fdd0}'..='\u{fdef}'),
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
        ];
        for (published, wanted) in table {
            assert_eq!(title(published), wanted, "{published:?}");
        }
    }

    #[test]
    fn a_plain_title_keeps_its_angle_brackets() {
        let text = Text { body: "thẻ <b> &amp; hết".to_owned(), kind: TextKind::Plain };
        assert_eq!(plain(&text), "thẻ <b> &amp; hết");
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        assert_eq!(shorten("một hai ba bốn", 11), "một hai ba…");
        assert_eq!(shorten("một hai", 7), "một hai");
        assert_eq!(opening("<p>Lũ trên sông Hoàng Long</p>").as_deref(), Some("Lũ trên sông Hoàng Long"));
        assert_eq!(opening("<p> </p>"), None);
    }
}
