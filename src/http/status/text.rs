//! Foreign text made fit to be shown and looked for: bounded, in one line, and without credentials. Pure.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// At most so many characters, an ellipsis marking that there were more.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// The text in one line, at most so many characters, and no user name or password in an address.
pub(super) fn shown(text: &str, most: usize) -> String {
    let plain: String =
        without_credentials(text).chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    cut(plain.trim(), most)
}

/// Takes out what stands before the `@` of an address's host (RFC 3986 §3.2.1).
fn without_credentials(text: &str) -> String {
    const SCHEME_END: &str = "://";
    let mut parts = text.split(SCHEME_END);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(SCHEME_END);
        let ends = |character: char| character.is_whitespace() || "/?#\"'<>".contains(character);
        let authority = &part[..part.find(ends).unwrap_or(part.len())];
        let host = authority.rfind('@').map_or(0, |at| at + 1);
        kept.push_str(&part[host..]);
    }
    kept
}

/// As people type when they look for something, and as Vietnamese lists are ordered well enough: lower case, without
/// diacritics, đ as d.
pub(in crate::http) fn folded(text: &str) -> String {
    let plain = text.nfd().filter(|character| !is_combining_mark(*character));
    plain.flat_map(char::to_lowercase).map(|letter| if letter == 'đ' { 'd' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_with_a_mark() {
        assert_eq!(cut("ệ", 1), "ệ");
        assert_eq!(cut("ệệ", 1), "…");
        assert_eq!(cut(&"ệ".repeat(500), 500), "ệ".repeat(500));
        assert_eq!(cut(&"ệ".repeat(501), 500), "ệ".repeat(499) + "…");
    }

    #[test]
    fn what_is_shown_is_one_line_and_holds_no_credentials() {
        let table = [
            ("hết chỗ", "hết chỗ"),
            ("một\r\nhai\0\u{85}", "một  hai"),
            ("https://ten:mat@a.vn/rss", "https://a.vn/rss"),
            ("http://ten:m@t@a.vn", "http://a.vn"),
            (
                "(socks5://ten@a.vn:1080): no, http://b.vn/x@y?z@w",
                "(socks5://a.vn:1080): no, http://b.vn/x@y?z@w",
            ),
            ("viết về tinh@a.vn", "viết về tinh@a.vn"),
            ("://", "://"),
        ];
        for (text, wanted) in table {
            assert_eq!(shown(text, 100), wanted, "{text}");
        }
    }

    #[test]
    fn letters_are_found_without_their_marks() {
        assert_eq!(folded("Báo ĐẮK LẮK, Ninh Bi\u{300}nh"), "bao dak lak, ninh binh");
    }
}
