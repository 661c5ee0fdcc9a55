//! Entity tags as requests bear them (RFC 9110 §8.8.3, §13.1.2), and which document of ours each names.

use axum::http::{HeaderMap, HeaderName};

use crate::model::Digest;

/// One of a request's If-None-Match or If-Match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// With its quotes, and its `W/` if it has one; or `*`.
    pub written: &'a str,
    opaque: &'a str,
}

impl Tag<'_> {
    /// Whether it stands for any document.
    pub(super) fn is_any(&self) -> bool {
        self.written == "*"
    }

    /// The document that it names, in whatever coding: what stands behind the digest is ours, or that of a proxy that has
    /// packed the document itself.
    pub(super) fn digest(&self) -> Option<Digest> {
        const DIGITS: usize = 32;
        let (digits, coding) = self.opaque.split_at_checked(DIGITS)?;
        let is_digest = digits.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it));
        let is_whole = coding.is_empty() || coding.starts_with(['-', ';', ':']);
        let number = u128::from_str_radix(digits, 16).ok()?;
        (is_digest && is_whole).then(|| Digest(number.to_be_bytes()))
    }
}

/// All that the request bears under this name, of all its lines. What is no entity tag ends its line; so do bytes that are
/// not UTF-8, which stand in no tag of ours.
pub(super) fn all<'a>(asked: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = Tag<'a>> + use<'a> {
    let lines = asked.get_all(name).iter().filter_map(|value| value.as_bytes().utf8_chunks().next());
    lines.map(|chunk| chunk.valid()).flat_map(|line| Line { rest: line })
}

struct Line<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Line<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        let rest = self.rest.trim_start_matches([' ', '\t', ',']);
        if rest.trim_end() == "*" {
            self.rest = "";
            return Some(Tag { written: "*", opaque: "" });
        }
        let quoted = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
        let (opaque, after) = quoted.split_once('"')?;
        self.rest = after;
        Some(Tag { written: &rest[..rest.len() - after.len()], opaque })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;

    #[test]
    fn lists_are_read_as_they_may_be_written() {
        let table: [(&[&str], &[&str]); 10] = [
            (&["\"a\""], &["\"a\""]),
            (&["\"a\",W/\"b\" , \"c\""], &["\"a\"", "W/\"b\"", "\"c\""]),
            (&["\"a\"", "\"b\""], &["\"a\"", "\"b\""]),
            (&[", ,\"a,b\",,"], &["\"a,b\""]),
            (&["*"], &["*"]),
            (&["\"\""], &["\"\""]),
            (&["a, \"b\""], &[]),
            (&["\"a"], &[]),
            (&["w/\"a\""], &[]),
            (&[""], &[]),
        ];
        for (lines, wanted) in table {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::IF_NONE_MATCH, line.parse().unwrap());
            }
            let read: Vec<&str> = all(&headers, &header::IF_NONE_MATCH).map(|tag| tag.written).collect();
            assert_eq!(read, wanted, "{lines:?}");
        }
    }

    #[test]
    fn a_tag_names_its_document_whoever_packed_it() {
        let digits = "0123456789abcdef0123456789abcdef";
        let named = Some(Digest(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef_u128.to_be_bytes()));
        let table = [
            (digits.to_owned(), named),
            (format!("{digits}-gzip"), named),
            (format!("{digits}-br"), named),
            (format!("{digits};gzip"), named),
            (format!("{digits}-gzip-br"), named),
            (format!("{digits}0"), None),
            (digits.to_uppercase(), None),
            (format!("+{}", &digits[1..]), None),
            (digits[1..].to_owned(), None),
            ("ộ".repeat(20), None),
        ];
        for (opaque, wanted) in table {
            assert_eq!(Tag { written: "", opaque: &opaque }.digest(), wanted, "{opaque}");
        }
    }
}
