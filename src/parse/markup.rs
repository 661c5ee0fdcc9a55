//! What HTML's tags cost who reads them: attributes of one tag are compared with each other. Knows no element.

/// Of one tag.
pub const TAG_ATTRIBUTES_MAX: usize = 256;

/// Where what could be tags begins that would have more attributes than [`TAG_ATTRIBUTES_MAX`], wherever it stands. In
/// time linear in the length.
pub fn overladen_tags(html: &str) -> impl Iterator<Item = usize> {
    let bytes = html.as_bytes();
    let (mut counts, mut known_end, mut is_overladen) = (Counts::default(), 0, false);
    html.match_indices('<').map(|(at, _)| at).filter(move |&at| {
        let Some(start) = name_start(bytes, at) else { return false };
        // All that begin within one word end their names together, and have the same attributes: `<a<a<a<a`.
        if start != at + 1 || start >= known_end {
            known_end = start + name_length(&bytes[start..]);
            is_overladen = counts.attributes(bytes, known_end) > TAG_ATTRIBUTES_MAX;
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

/// How many attributes follow from where one begins: those of one tag are also what a tag has that begins among them, so
/// each is read once (`<a <a <a <a`).
#[derive(Default)]
struct Counts {
    /// One more than the count, where it is known; empty until it is needed.
    known: Vec<u16>,
    /// Where those begin that are being counted.
    path: Vec<usize>,
}

impl Counts {
    /// How many attributes stand behind a tag's name that ends here, at most one more than are allowed (HTML §13.2.5.32
    /// and on).
    fn attributes(&mut self, html: &[u8], from: usize) -> usize {
        let mut at = gap(html, from);
        let mut count = loop {
            if matches!(html.get(at), None | Some(b'>')) {
                break 0;
            }
            match self.known.get(at) {
                Some(&known) if known > 0 => break usize::from(known - 1),
                _ => self.path.push(at),
            }
            at = gap(html, attribute_end(html, at));
        };
        if !self.path.is_empty() && self.known.is_empty() {
            self.known = vec![0; html.len()];
        }
        while let Some(at) = self.path.pop() {
            count = (count + 1).min(TAG_ATTRIBUTES_MAX + 1);
            self.known[at] = u16::try_from(count + 1).unwrap_or(u16::MAX);
        }
        count
    }
}

/// The first place from here on where this holds.
fn first(html: &[u8], from: usize, is_it: impl Fn(u8) -> bool) -> usize {
    let rest = html.get(from..).unwrap_or_default();
    from + rest.iter().position(|byte| is_it(*byte)).unwrap_or(rest.len())
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace()
}

/// Behind what parts attributes.
fn gap(html: &[u8], from: usize) -> usize {
    first(html, from, |byte| !is_space(byte) && byte != b'/')
}

/// Where an attribute ends that begins here.
fn attribute_end(html: &[u8], from: usize) -> usize {
    // The first character may be anything, `=` included.
    let name = first(html, from + 1, |byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'='));
    let sign = first(html, name, |byte| !is_space(byte));
    if html.get(sign) != Some(&b'=') {
        return name;
    }
    let value = first(html, sign + 1, |byte| !is_space(byte));
    match html.get(value) {
        Some(&quote @ (b'"' | b'\'')) => first(html, value + 1, |byte| byte == quote) + 1,
        _ => first(html, value, |byte| is_space(byte) || byte == b'>'),
    }
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
            let found = start.map_or(0, |start| Counts::default().attributes(html.as_bytes(), behind(start)));
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
        // Each looked at to the end of its word, or of its attributes, by itself, this would take minutes.
        assert_eq!(overladen_tags(&"<a".repeat(2_000_000)).count(), 0);
        for piece in ["<a ", "<a x=1 ", "<a href='", "<a =x "] {
            let tags = 1_000_000 / piece.len();
            assert!(overladen_tags(&piece.repeat(tags)).count() > tags - 600, "{piece}");
        }
    }
}
