//! Plain text for readers that take it for HTML. RSS 2.0 leaves open which of the two a title is: some readers show it
//! as text, some decode it once more and parse it. So it must be no markup after any number of decodings.

use super::legal;

/// Stands where a `<` would open a tag: a single left-pointing angle quotation mark.
const OPENING: char = '\u{2039}';
/// Stands where an `&` would begin a character reference: the full-width ampersand.
const AMPERSAND: char = '\u{ff06}';

/// The text without anything that HTML or XML reads as a tag or as a character reference: such a `<` becomes `‹`, such
/// an `&` becomes `＆`. `a < b`, `R&D` and `AT&T` stay as they are.
pub(super) fn plain(text: &str) -> String {
    // First, as what is taken out could have stood between a `<` and its letter.
    let text = legal(text);
    let mut safe = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let rest = &text[at + character.len_utf8()..];
        safe.push(match character {
            '<' if opens_tag(rest) => OPENING,
            '&' if is_reference(rest) => AMPERSAND,
            other => other,
        });
    }
    safe
}

/// Whether a tag, a comment or the like begins when `<` stands before this (HTML, 13.2.5.6 "Tag open state").
fn opens_tag(rest: &str) -> bool {
    rest.starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'))
}

/// Whether a character reference begins when `&` stands before this (HTML, 13.2.5.72). Of those that HTML reads without
/// a semicolon, only the ones count that give a `<` or an `&`.
fn is_reference(rest: &str) -> bool {
    let letters = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let is_named = letters > 1 && rest[letters..].starts_with(';');
    is_named || rest.starts_with('#') || ["lt", "LT", "amp", "AMP"].iter().any(|name| rest.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader has that takes the text for HTML: no element may be in it.
    fn decoded(text: &str) -> String {
        assert!(!ammonia::is_html(text), "{text} is markup");
        let escaped = ammonia::Builder::empty().clean(text).to_string().replace("&nbsp;", " ");
        let document = format!("<x>{escaped}</x>");
        let tree = roxmltree::Document::parse(&document).unwrap();
        tree.root_element().text().unwrap_or_default().to_owned()
    }

    #[test]
    fn no_text_is_markup_after_being_decoded_once_and_twice() {
        let table = [
            ("<img src=x onerror=alert(1)>", "‹img src=x onerror=alert(1)>"),
            ("Tin <script>alert(1)</script> nóng", "Tin ‹script>alert(1)‹/script> nóng"),
            ("&lt;img src=x onerror=alert(1)&gt;", "＆lt;img src=x onerror=alert(1)＆gt;"),
            ("&ltimg src=x onerror=alert(1)>", "＆ltimg src=x onerror=alert(1)>"),
            ("&LT;svg/onload=alert(1)>", "＆LT;svg/onload=alert(1)>"),
            ("&#60;svg/onload=alert(1)>", "＆#60;svg/onload=alert(1)>"),
            ("&#x00003C;svg>", "＆#x00003C;svg>"),
            ("&#60svg onload=alert(1)>", "＆#60svg onload=alert(1)>"),
            ("&amp;lt;img src=x>", "＆amp;lt;img src=x>"),
            ("&amp;#60;img src=x>", "＆amp;#60;img src=x>"),
            ("&amplt;img src=x>", "＆amplt;img src=x>"),
            ("<&#105;mg src=x>", "<＆#105;mg src=x>"),
            ("&lt;&#105;mg src=x>", "＆lt;＆#105;mg src=x>"),
            ("<&sol;p>", "<＆sol;p>"),
            ("<&fjlig;>", "<＆fjlig;>"),
            ("<\u{0}img src=x>", "‹img src=x>"),
            ("<<img src=x>", "<‹img src=x>"),
            ("<!--", "‹!--"),
            ("<!doctype html>", "‹!doctype html>"),
            ("<?php", "‹?php"),
            ("</title><script>", "‹/title>‹script>"),
            ("<ı>", "<ı>"),
            ("a < b, b > c, 3<5", "a < b, b > c, 3<5"),
            ("R&D, AT&T, H&M; Q&A & hết &", "R&D, AT&T, H&M; Q&A & hết &"),
            ("Chỉ thị <03> của Đảng", "Chỉ thị <03> của Đảng"),
        ];
        for (text, wanted) in table {
            let safe = plain(text);
            assert_eq!(safe, wanted);
            let once = decoded(&safe);
            assert_eq!((&once, &decoded(&once)), (&safe, &safe), "{text} changes when it is decoded");
        }
    }
}
