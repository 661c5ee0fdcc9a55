//! The markup that a cleaner wrote, in pieces. Relies on it being as HTML's serializer writes it: `<` begins a tag, and
//! attributes have a name and a value in double quotes.

/// A piece of serialized HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A tag, from `<` to `>`.
    Tag(&'a str),
    /// What stands between tags, escaped.
    Text(&'a str),
}

/// The pieces in their order; together they are the whole.
pub(super) fn pieces(html: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let is_tag = rest.starts_with('<');
        let end = if is_tag { tag_end(rest) } else { rest.find('<').unwrap_or(rest.len()) };
        let (piece, tail) = rest.split_at_checked(end)?;
        rest = tail;
        let piece = if is_tag { Piece::Tag(piece) } else { Piece::Text(piece) };
        (end > 0).then_some(piece)
    })
}

fn tag_end(html: &str) -> usize {
    let mut quoted = false;
    let end = html.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    });
    end.map_or(html.len(), |at| at + 1)
}

/// The attributes of a tag, in their order; values are unescaped.
pub(super) fn attributes(tag: &str) -> impl Iterator<Item = (&str, String)> {
    let mut rest = tag.find(' ').and_then(|at| tag.get(at..)).unwrap_or_default();
    std::iter::from_fn(move || {
        let (name, tail) = rest.split_once("=\"")?;
        let (value, tail) = tail.split_once('"')?;
        rest = tail;
        Some((name.trim(), unescaped(value)))
    })
}

/// Text or an attribute's value as it is meant.
pub(super) fn unescaped(escaped: &str) -> String {
    if !escaped.contains('&') {
        return escaped.to_owned();
    }
    // What the serializer escapes (HTML §13.3), and nothing else.
    let unescaped = escaped.replace("&nbsp;", "\u{a0}").replace("&quot;", "\"");
    unescaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// A value as it is written between double quotes, or between tags.
pub(super) fn escaped(text: &str) -> String {
    if !text.contains(['&', '<', '>', '"', '\u{a0}']) {
        return text.to_owned();
    }
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.replace('"', "&quot;").replace('\u{a0}', "&nbsp;")
}

/// Whether anything can be read between the tags.
pub(super) fn has_text(html: &str) -> bool {
    pieces(html).any(|piece| match piece {
        Piece::Tag(_) => false,
        Piece::Text(text) => !text.replace("&nbsp;", " ").trim().is_empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serialized_html_falls_into_its_pieces() {
        use Piece::{Tag, Text};
        let html = r#"a<img alt="x > <y" src="b&amp;c">&lt;<br>"#;
        let found: Vec<Piece<'_>> = pieces(html).collect();
        assert_eq!(
            found,
            [Text("a"), Tag(r#"<img alt="x > <y" src="b&amp;c">"#), Text("&lt;"), Tag("<br>"),]
        );
        let Tag(image) = found[1] else { panic!() };
        let read: Vec<(&str, String)> = attributes(image).collect();
        assert_eq!(read, [("alt", "x > <y".to_owned()), ("src", "b&c".to_owned())]);
        assert_eq!(attributes("<br>").count(), 0);
        assert_eq!(pieces("<cut").collect::<Vec<_>>(), [Tag("<cut")]);
        assert_eq!(pieces("").count(), 0);
    }

    #[test]
    fn text_is_what_can_be_read() {
        assert!(has_text("<p>x</p>") && has_text("&amp;"));
        assert!(!has_text("<p title=\"x\">&nbsp; \u{a0}</p>") && !has_text(""));
    }

    #[test]
    fn escaping_is_undone_by_unescaping() {
        for text in ["a&b<c>\"d\"\u{a0}", "&amp;lt;", ""] {
            assert_eq!(unescaped(&escaped(text)), text);
        }
    }
}
