//! From bytes to text: byte-order mark, HTTP charset, XML declaration, UTF-8. Knows no markup but the declaration.

use std::borrow::Cow;

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

/// Where a declaration that counts must stand.
const DECLARATION_WITHIN: usize = 1024;

/// The text of these bytes. What cannot be decoded becomes U+FFFD: a feed is worth more than its one bad letter.
///
/// Without a byte-order mark, bytes that are valid UTF-8 are UTF-8 whatever they are declared as: text of another
/// charset is practically never valid UTF-8 by accident, and wrong declarations are common.
pub(super) fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0;
    }
    // UTF-16 of ASCII letters is valid UTF-8 too, full of NULs; XML 1.0 appendix F tells it by its first character.
    match bytes {
        [b'<' | b'{', 0, ..] => return UTF_16LE.decode_without_bom_handling(bytes).0,
        [0, b'<' | b'{', ..] => return UTF_16BE.decode_without_bom_handling(bytes).0,
        _ => {}
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let labels = [content_type.and_then(http_label), declared_label(bytes)];
    let encoding = labels
        .into_iter()
        .flatten()
        .filter_map(|label| Encoding::for_label(label.as_bytes()))
        // Bytes that passed the checks above are not UTF-16, whatever they are declared as.
        .find(|&encoding| ![REPLACEMENT, UTF_16LE, UTF_16BE].contains(&encoding))
        .unwrap_or(UTF_8);
    encoding.decode_without_bom_handling(bytes).0
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

/// The charset of a Content-Type.
fn http_label(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    })
}

/// The encoding in an XML declaration.
fn declared_label(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(bytes.get(..DECLARATION_WITHIN).unwrap_or(bytes));
    let (_, declaration) = start.split_once("<?xml")?;
    let (declaration, _) = declaration.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.split(quote).nth(1).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charset_is_found_in_its_order() {
        let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let rows: &[(Vec<u8>, Option<&str>, &str)] = &[
            ("\u{feff}<a>Tỉnh</a>".into(), Some("text/xml; charset=windows-1252"), "<a>Tỉnh</a>"),
            ([&[0xff, 0xfe], utf_16("<a>Tỉnh</a>").as_slice()].concat(), None, "<a>Tỉnh</a>"),
            (utf_16("<a>Tỉnh</a>"), None, "<a>Tỉnh</a>"),
            ("<a>Tỉnh</a>".into(), Some("text/xml; charset=utf-16"), "<a>Tỉnh</a>"),
            ("<a>Tỉnh</a>".into(), Some("text/xml; charset=iso-8859-1"), "<a>Tỉnh</a>"),
            (b"<a>caf\xe9</a>".to_vec(), Some("text/xml; Charset=\"ISO-8859-1\""), "<a>café</a>"),
            (
                b"<?xml version='1.0' encoding='koi8-r'?>\xd4".to_vec(),
                None,
                "<?xml version='1.0' encoding='koi8-r'?>т",
            ),
            (
                b"<?xml encoding='koi8-r'?>\xe9".to_vec(),
                Some("a/b; charset=latin1"),
                "<?xml encoding='koi8-r'?>é",
            ),
            (b"<a>T\xe1\xbb\x89nh \xe1\xbb</a>".to_vec(), None, "<a>Tỉnh \u{fffd}</a>"),
            (
                b"<?xml encoding='utf-16'?>T\xe1\xbb\x89nh\xff".to_vec(),
                None,
                "<?xml encoding='utf-16'?>Tỉnh\u{fffd}",
            ),
        ];
        for (bytes, content_type, expected) in rows {
            assert_eq!(&decode(bytes, *content_type), expected);
        }
    }

    #[test]
    fn the_declaration_and_what_stands_before_it_go() {
        assert_eq!(without_prologue("\u{feff}\r\n \u{feff}<?xml version='1.0'?>\n<rss/>\n\0"), "<rss/>");
        assert_eq!(
            without_prologue("<?xml-stylesheet href='a'?><rss/>"),
            "<?xml-stylesheet href='a'?><rss/>"
        );
        assert_eq!(without_prologue("<?xml version='1.0'"), "");
        assert_eq!(without_prologue(" {} "), "{}");
    }
}
