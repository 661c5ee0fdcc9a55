//! The feeds of an OPML list, each with the titles of the groups that it stands in. Judges no address.

use std::borrow::Cow;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

/// Deeper groups are read as if they stood at this depth.
const DEPTH_MAX: usize = 16;
/// The most feeds of one list.
const FEEDS_MAX: usize = 100_000;
/// So much of a title is read, in characters.
const TITLE_MAX: usize = 200;

/// A feed of the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub title: String,
    pub address: String,
    /// From the outermost on.
    pub groups: Vec<String>,
}

/// The feeds in the order of the list.
///
/// # Errors
/// Why it is no list, for people.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Line>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8 text: save it as UTF-8".to_owned())?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let (mut lines, mut is_opml) = (Vec::new(), false);
    // The names of the groups that are open, and of each whether it has one: who nests many without is not to be looked through
    // again at each feed.
    let (mut groups, mut are_named): (Vec<String>, Vec<bool>) = Default::default();
    loop {
        let event = reader.read_event();
        let (element, is_open) = match event {
            Err(error) => {
                let line = 1 + text.get(..at(&reader)).unwrap_or(text).matches('\n').count();
                return Err(format!("line {line}: it is not well-formed XML ({error}); export it anew"));
            }
            Ok(Event::Eof) => break,
            Ok(Event::Start(element)) => (element, true),
            Ok(Event::Empty(element)) => (element, false),
            Ok(Event::End(element)) => {
                if is_outline(element.local_name().as_ref()) && are_named.pop() == Some(true) {
                    groups.pop();
                }
                continue;
            }
            Ok(_) => continue,
        };
        is_opml |= element.local_name().as_ref().eq_ignore_ascii_case("opml");
        if !is_outline(element.local_name().as_ref()) {
            continue;
        }
        let title = attribute(&element, "text").or_else(|| attribute(&element, "title")).unwrap_or_default();
        let title: String = title.trim().chars().take(TITLE_MAX).collect();
        if let Some(address) = attribute(&element, "xmlUrl") {
            let groups = groups.iter().take(DEPTH_MAX).cloned().collect();
            lines.push(Line { title: title.clone(), address: address.trim().to_owned(), groups });
        }
        if lines.len() > FEEDS_MAX {
            return Err(format!("it holds more than {FEEDS_MAX} feeds: import it in parts"));
        }
        if is_open {
            are_named.push(!title.is_empty());
            groups.extend(Some(title).filter(|title| !title.is_empty()));
        }
    }
    if is_opml { Ok(lines) } else { Err("it is no OPML list: export one from your feed reader".to_owned()) }
}

fn at(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.error_position()).unwrap_or(usize::MAX)
}

fn is_outline(name: &str) -> bool {
    name.eq_ignore_ascii_case("outline")
}

/// The value of this attribute, whatever the case of its name: programs write `xmlurl` too.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = element.attributes();
    let found = all
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.as_ref().eq_ignore_ascii_case(name))?;
    let raw = found.value.as_ref();
    // An ampersand that begins no reference is one, as writers forget to escape it.
    Some(quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_owned(), Cow::into_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_come_with_their_groups_however_they_are_written() {
        let list = "\u{feff}<?xml version=\"1.0\"?><opml version=\"1.0\"><head><title>x</title></head><body>\n\
            <outline text=\"Báo\"><outline text=\"Ninh Bình\">\
            <outline type=\"rss\" text=\"A &amp; B\" xmlUrl=\"https://a.vn/?a=1&b=2\"/></outline>\
            <outline title=\"C\" xmlurl=\" https://c.vn/ \"></outline></outline>\
            <outline xmlUrl=\"https://d.vn/\"/><outline text=\"no feed\"/></body></opml>";
        let line = |title: &str, address: &str, groups: &[&str]| Line {
            title: title.to_owned(),
            address: address.to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        };
        let wanted = [
            line("A & B", "https://a.vn/?a=1&b=2", &["Báo", "Ninh Bình"]),
            line("C", "https://c.vn/", &["Báo"]),
            line("", "https://d.vn/", &[]),
        ];
        assert_eq!(read(list.as_bytes()).unwrap(), wanted);
    }

    #[test]
    fn what_is_no_list_is_told_with_its_line() {
        let cases: [(&[u8], &str); 4] = [
            (b"\xff", "it is not UTF-8 text: save it as UTF-8"),
            (b"", "it is no OPML list: export one from your feed reader"),
            (b"<rss><channel/></rss>", "it is no OPML list: export one from your feed reader"),
            (b"<opml>\n<body>\n</bodx></opml>", "line 3: it is not well-formed XML ("),
        ];
        for (bytes, words) in cases {
            let told = read(bytes).unwrap_err();
            assert!(told.starts_with(words), "{told}");
        }
        let deep = format!("<opml>{}", "<outline text=\"a\">".repeat(100_000));
        assert_eq!(read(deep.as_bytes()), Ok(vec![]));
        let nameless = format!("<opml>{}", "<outline><outline xmlUrl='https://a.vn/'/>".repeat(50_000));
        let lines = read(nameless.as_bytes()).unwrap();
        assert!(lines.len() == 50_000 && lines.iter().all(|line| line.groups.is_empty()));
    }
}
