//! What HTML's tags cost who reads them: attributes of one tag are compared with each other. Knows no element.

/// Of one tag.
pub const TAG_ATTRIBUTES_MAX: usize = 256;

/// Where what could be tags begins that would have more attributes than [`TAG_ATTRIBUTES_MAX`], wherever it stands. In
/// time linear in the length.
pub fn overladen_tags(html: &str) -> impl Iterator<Item = usize> {
    let bytes = html.as_bytes();
    let (mut known_end, mut is_overladen) = (0, false);
    html.match_indices('<').map(|(at, _)| at).filter(move |&at| {
        let Some(start) = name_start(bytes, at) else { return false };
        // All that begin within one word end their names together, and have the same attributes: `<a<a<a<a`.
        if start != at + 1 || start >= known_end {
            known_end = start + name_length(&bytes[start..]);
            is_overladen = attributes(&bytes[known_end..]) > TAG_ATTRIBUTES_MAX;
        }
        is_overladen
    })
}

/// Where the name of a tag begins that begins here; none where no tag does (HTML §13.2.5.6).
fn name_start(html: &[u8], at: usize) -> Option<usize> {
    let start = if html.get(at + 1) == Some(&b'/') { at + 2 } else { at + 1 };
    html.get(start).is_some_and(u8::is_ascii_alphabetic).then_some(start)
}

fn name_length(html: &[u8]) -> usize {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    html.iter().position(is_end).unwrap_or(html.len())
}

/// How many attributes stand here, behind a tag's name, at most one more than are allowed (HTML §13.2.5.32 and on).
fn attributes(html: &[u8]) -> usize {
    let is_space = |byte: &u8| byte.is_ascii_whitespace();
    let after = |rest: &'_ [u8], ends: &dyn Fn(&u8) -> bool| rest.iter().position(ends).unwrap_or(rest.len());
    let (mut rest, mut count) = (html, 0);
    while count <= TAG_ATTRIBUTES_MAX {
        rest = &rest[after(rest, &|byte| !is_space(byte) && *byte != b'/')..];
        if matches!(rest, [] | [b'>', ..]) {
            break;
        }
        count += 1;
        // The first character may be anything, `=` included.
        rest = &rest[1..];
        rest = &rest[after(rest, &|byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'='))..];
        let value = &rest[after(rest, &|byte| !is_space(byte))..];
        let Some(value) = value.strip_prefix(b"=") else { continue };
        rest = &value[after(value, &|byte| !is_space(byte))..];
        rest = match *rest {
            [quote @ (b'"' | b'\''), ref inner @ ..] => {
                inner.get(after(inner, &|byte| *byte == quote) + 1..).unwrap_or_default()
            }
            _ => &rest[after(rest, &|byte| is_space(byte) || *byte == b'>')..],
        };
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_counted_as_html_does() {
        let table = [
            ("<a>", 0),
            ("</a b>", 1),
            ("<a b c=d e='f>' g=\">\" h>i j", 5),
            ("<a/b/c>", 2),
            ("<a \" b=\">\" c>", 3),
            ("<a =b>", 1),
            ("<a b = c d>", 2),
            ("<a b=\"c\"d>", 2),
            ("< a b>", 0),
            ("<a b='", 1),
            ("<", 0),
        ];
        for (html, wanted) in table {
            let start = name_start(html.as_bytes(), 0);
            let behind = |start: usize| start + name_length(&html.as_bytes()[start..]);
            let found = start.map_or(0, |start| attributes(&html.as_bytes()[behind(start)..]));
            assert_eq!(found, wanted, "{html}");
        }
    }

    #[test]
    fn overladen_tags_are_found_wherever_they_begin() {
        let many = (0..300).map(|number| format!(" a{number}")).collect::<Vec<_>>().concat();
        let table = [
            (format!("<a{many}>"), vec![0]),
            (format!("x<a b<a{many}>"), vec![1, 5]),
            (format!("<a<a<a{many}>"), vec![0, 2, 4]),
            (format!("<a</b c>{many}<p{many}"), vec![8 + many.len()]),
            ("<a><b c='d'> i<n; j<m".to_owned(), vec![]),
        ];
        for (html, wanted) in table {
            assert_eq!(overladen_tags(&html).collect::<Vec<_>>(), wanted, "{}", &html[..8]);
        }
        // Each looked at to the end of its word by itself, this would take minutes.
        assert_eq!(overladen_tags(&"<a".repeat(2_000_000)).count(), 0);
    }
}
