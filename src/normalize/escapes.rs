//! Character references that were escaped once too often, or that lost their ampersand on the way. Knows no markup but
//! where tags begin and end.

use std::{borrow::Cow, sync::LazyLock};

use regex::{Captures, Regex};

/// So many references without an ampersand are no accident, even where none stands within a word.
const LOST_MIN: usize = 3;

/// Decodes once what was escaped twice in HTML: `&amp;#225;` and `h&amp;agrave;ng`. The five entities that markup
/// itself needs are left alone: an article may well speak of `&lt;`.
pub(super) fn unescaped_once(html: &str) -> Cow<'_, str> {
    static TWICE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"&amp;(#[0-9]{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z]{2,8}[0-9]{0,2});"));
    TWICE.replace_all(html, |found: &Captures<'_>| match &found[1] {
        "lt" | "gt" | "amp" | "quot" | "apos" | "#60" | "#62" | "#38" | "#34" | "#39" => found[0].to_owned(),
        hexadecimal if is_markup(hexadecimal) => found[0].to_owned(),
        entity => format!("&{entity};"),
    })
}

/// Whether a reference in hexadecimal is to one of the five.
fn is_markup(reference: &str) -> bool {
    let digits = reference.strip_prefix("#x").or_else(|| reference.strip_prefix("#X"));
    let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    code.and_then(char::from_u32).is_some_and(|character| "<>&\"'".contains(character))
}

/// Whether something in the text still looks like a character reference.
pub(super) fn has_reference(text: &str) -> bool {
    static REFERENCE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"&(#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z]{2,8}[0-9]{0,2});"));
    text.contains('&') && REFERENCE.is_match(text)
}

/// Decodes references to Vietnamese letters in plain text. Nobody means `h&#224;ng` as it stands there; of other
/// references that is not certain.
pub(super) fn letters_decoded(text: &str) -> Cow<'_, str> {
    static LETTER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"&(?:#([0-9]{3,4})|([a-zA-Z])(grave|acute|circ|tilde));"));
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    LETTER.replace_all(text, |found: &Captures<'_>| {
        let numbered = found.get(1).and_then(|digits| letter(digits.as_str()));
        let named = || {
            let mark = match found.get(3)?.as_str() {
                "grave" => '\u{300}',
                "acute" => '\u{301}',
                "circ" => '\u{302}',
                _ => '\u{303}',
            };
            unicode_normalization::char::compose(found.get(2)?.as_str().chars().next()?, mark)
        };
        numbered.or_else(named).map_or_else(|| found[0].to_owned(), String::from)
    })
}

/// Restores the letters of references whose ampersand is lost, `phi#234;n`, where that is certain: they are Vietnamese
/// letters, and one stands right before another letter or is none that Latin-1 has, or there are several. Tags are
/// passed over.
pub(super) fn lost_restored(text: &str) -> Cow<'_, str> {
    static LOST: LazyLock<Regex> = LazyLock::new(|| pattern(r"<[a-zA-Z/!][^<>]*>|(&?)#([0-9]{3,4});(\pL?)"));
    if !text.contains('#') {
        return Cow::Borrowed(text);
    }
    let is_lost = |found: &Captures<'_>| {
        found.get(1).is_some_and(|ampersand| ampersand.is_empty()) && letter(&found[2]).is_some()
    };
    let mut count = 0;
    let is_certain = LOST.captures_iter(text).filter(is_lost).any(|found| {
        count += 1;
        count >= LOST_MIN || !found[3].is_empty() || letter(&found[2]) > Some('\u{17f}')
    });
    if !is_certain {
        return Cow::Borrowed(text);
    }
    LOST.replace_all(text, |found: &Captures<'_>| {
        match found.get(2).and_then(|digits| letter(digits.as_str())) {
            Some(letter) if is_lost(found) => format!("{letter}{}", &found[3]),
            _ => found[0].to_owned(),
        }
    })
}

/// The Vietnamese letter of this number, or one of the neighbours in Latin-1 that Vietnamese text quotes.
fn letter(digits: &str) -> Option<char> {
    let code = digits.parse::<u32>().ok()?;
    let is_letter = matches!(
        code,
        192..=214 | 216..=246 | 248..=255 | 258 | 259 | 272 | 273 | 296 | 297 | 360 | 361 | 416 | 417 | 431 | 432
            | 7840..=7929
    );
    char::from_u32(code).filter(|_| is_letter)
}

#[expect(clippy::unwrap_used, reason = "each pattern is a literal that a test runs")]
pub(super) fn pattern(literal: &'static str) -> Regex {
    Regex::new(literal).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_escaped_twice_is_decoded_once_but_for_markup() {
        let table = [
            ("s&amp;#225;ng h&amp;agrave;ng", "s&#225;ng h&agrave;ng"),
            ("5 &amp;lt; 6 &amp;amp; 7", "5 &amp;lt; 6 &amp;amp; 7"),
            (
                "&amp;#60;&amp;#x3c;&amp;#X3E;&amp;#38;&amp;#x27;",
                "&amp;#60;&amp;#x3c;&amp;#X3E;&amp;#38;&amp;#x27;",
            ),
            ("&amp;#x1EA1;", "&#x1EA1;"),
            ("R&amp;D; v&amp;v", "R&amp;D; v&amp;v"),
        ];
        for (html, wanted) in table {
            assert_eq!(unescaped_once(html), wanted, "{html}");
        }
        assert!(has_reference("a &#225; b") && has_reference("&agrave;") && !has_reference("R&D; & #225;"));
    }

    #[test]
    fn plain_text_has_its_letters_decoded_and_nothing_else() {
        let table = [
            ("h&#224;ng h&oacute;a &#272;&#7841;i", "hàng hóa Đại"),
            ("&lt;b&gt; &amp; &nbsp; &#60; &#8211;", "&lt;b&gt; &amp; &nbsp; &#60; &#8211;"),
            ("&wgrave; &zzacute;", "ẁ &zzacute;"),
            ("R&D", "R&D"),
        ];
        for (text, wanted) in table {
            assert_eq!(letters_decoded(text), wanted, "{text}");
        }
    }

    #[test]
    fn lost_ampersands_are_restored_only_where_that_is_certain() {
        let table = [
            ("phi#234;n họp", "phiên họp"),
            ("T#7881;nh #7911;y", "Tỉnh ủy"),
            ("#193;nh s#225;ng", "Ánh sáng"),
            ("đ#244; #226; #234;", "đô â ê"),
            ("Th#7911; t#432;#7899;ng", "Thủ tướng"),
            ("k#7871;", "kế"),
            ("lỗi #234; và #235; đã sửa", "lỗi #234; và #235; đã sửa"),
            ("PR#234; xong", "PR#234; xong"),
            ("mã #100;a #9999;b", "mã #100;a #9999;b"),
            ("phi&#234;n", "phi&#234;n"),
            ("<a href=\"x#234;n\">phi#234;n</a>", "<a href=\"x#234;n\">phiên</a>"),
            ("<a href=\"x#234;n\">x</a>", "<a href=\"x#234;n\">x</a>"),
            ("giá < 5 v#224; > 3", "giá < 5 v#224; > 3"),
            ("giá < 5 v#224;o > 3", "giá < 5 vào > 3"),
            ("#215;a #247;b", "#215;a #247;b"),
        ];
        for (text, wanted) in table {
            assert_eq!(lost_restored(text), wanted, "{text}");
        }
    }
}
