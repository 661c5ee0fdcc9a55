//! From the text of a page to its tree, within bounds that keep a small page from costing much: HTML's rules let time
//! and memory grow with the square of what is nested, repeated or compared. Knows no selector.

use std::borrow::Cow;

use html5ever::{
    ParseOpts, parse_document,
    tendril::{StrTendril, TendrilSink as _},
    tree_builder::TreeBuilderOpts,
};
use scraper::Html;

use super::sink::Sink;
use crate::parse::markup::overladen_tags;

/// More elements than these no list page has: the fullest home pages of papers have some 8,000.
pub const ELEMENTS_MAX: usize = 40_000;

/// Deeper than this no page is nested that people wrote.
pub const DEPTH_MAX: usize = 256;

/// In bytes: how much is parsed between two looks at what it came to.
const PIECE: usize = 512;

/// What a page has too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    /// See [`ELEMENTS_MAX`].
    #[error("the page has more than {ELEMENTS_MAX} elements, the most that are read")]
    Elements,
    /// See [`DEPTH_MAX`].
    #[error("the page nests elements more than {DEPTH_MAX} deep, the most that is read")]
    Depth,
    /// Of `<html>` or `<body>`, told again and again.
    #[error("the page repeats its <html> or <body> more often than is read")]
    Attributes,
}

/// The tree of a page.
pub(super) fn read(text: &str) -> Result<Html, TooMuch> {
    let text = without_monsters(text);
    // Scripts are not run: what stands in for them is part of the page.
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let mut parser = parse_document(Sink::new(), ParseOpts { tree_builder, ..ParseOpts::default() });
    let mut rest = &*text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE).max(1).min(rest.len()));
        parser.process(StrTendril::from(piece));
        if let Some(excess) = parser.tokenizer.sink.sink.excess() {
            return Err(excess);
        }
        rest = after;
    }
    Ok(parser.finish())
}

/// Where a tag with too many attributes would begin, a space: nearly always it is no tag, but a less-than sign in a script.
fn without_monsters(text: &str) -> Cow<'_, str> {
    let monsters: Vec<usize> = overladen_tags(text).collect();
    if monsters.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut tamed = String::with_capacity(text.len());
    let mut from = 0;
    for at in monsters {
        tamed.push_str(text.get(from..at).unwrap_or_default());
        tamed.push(' ');
        from = at + 1;
    }
    tamed.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(tamed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_costs_the_square_of_its_length_is_refused() {
        let many = |piece: &str, count: usize| format!("<body>{}", piece.repeat(count));
        let formatted = |count: usize| {
            let numbered = (0..count).map(|number| format!("<p><b id={number}>x</p>"));
            numbered.collect::<Vec<_>>().concat()
        };
        let table = [
            (many("<i>x</i>", 50_000), TooMuch::Elements),
            (many("<div>", 50_000), TooMuch::Depth),
            (many("<svg><g>", 50_000), TooMuch::Depth),
            (many("<table><tr><td>", 20_000), TooMuch::Depth),
            (formatted(5_000), TooMuch::Depth),
            (many("<body a=1>", 20_000), TooMuch::Attributes),
        ];
        for (page, wanted) in table {
            assert_eq!(read(&page).err(), Some(wanted), "{}", &page[..60]);
        }
    }

    #[test]
    fn a_tag_with_too_many_attributes_is_none() {
        let attributed = (0..300).map(|number| format!(" a{number}")).collect::<Vec<_>>().concat();
        let page = read(&format!("<p{attributed}>x</p><p>y</p>")).unwrap();
        let paragraphs = scraper::Selector::parse("p").unwrap();
        let found: Vec<String> = page.select(&paragraphs).map(|found| found.text().collect()).collect();
        assert_eq!(found, ["", "y"]);
    }

    #[test]
    fn a_page_cut_in_the_middle_of_a_letter_or_a_tag_is_one_page() {
        let page = "<p>Chữ có dấu</p>".repeat(300);
        let text: String = read(&page).map(|html| html.root_element().text().collect()).unwrap();
        assert_eq!(text, "Chữ có dấu".repeat(300));
    }

    #[test]
    fn anything_at_all_is_a_page() {
        for text in ["", "x", "<", "</", "<!--", "<svg><p><svg>", "<template><li>", "<frameset><p>"] {
            assert!(read(text).is_ok(), "{text}");
        }
    }
}
