//! The line that tells people when an article was published: beside its headline. A portal shows today's date too, and
//! those of other articles; so nothing far from the headline is believed.

use ego_tree::NodeId;
use scraper::{ElementRef, Html};

use super::{Heading, ReadDate, body, dating, words};
use crate::model::Timestamp;

/// How far from the headline a date is looked for, in elements,
const NEAR: usize = 80;
/// and in paragraphs behind it: there may be a lead between.
const PARAGRAPHS: usize = 2;
/// A paragraph is as long, in bytes.
const PARAGRAPH: usize = 100;
/// A longer text is no line of a date but one that mentions one, in bytes.
const LINE_MAX: usize = 240;
/// What may stand in the line beside the date and is no loss, in bytes: "Lượt xem: 12", "In bài viết".
const BESIDE_MAX: usize = 90;
/// So many levels above the headline what stands before it is near.
const LEVELS: usize = 3;
/// The text of a link that is a headline, in bytes.
const HEADLINE_MIN: usize = 24;

/// Where a date was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub at: Timestamp,
    pub node: NodeId,
}

/// The date of the article with this headline; without one, the first that is marked as a date by its class.
pub(super) fn find(page: &Html, heading: Option<&Heading>, read: &ReadDate) -> Option<Line> {
    let root = page.root_element();
    let Some(heading) = heading else { return marked(root, read) };
    let element = page.tree.get(heading.node).and_then(ElementRef::wrap)?;
    behind(root, element, read).or_else(|| before(element, read)).or_else(|| marked(root, read))
}

fn behind(root: ElementRef<'_>, heading: ElementRef<'_>, read: &ReadDate) -> Option<Line> {
    let mut seen = 0;
    let mut paragraphs = 0;
    let own = heading.descendent_elements().count();
    for element in root.descendent_elements().skip_while(|it| it.id() != heading.id()).skip(own) {
        seen += 1;
        paragraphs += usize::from(own_text(element) >= PARAGRAPH);
        if seen > NEAR || paragraphs >= PARAGRAPHS {
            break;
        }
        if let Some(line) = line(element, read) {
            return Some(line);
        }
    }
    None
}

/// In what holds the headline, and before it.
fn before(heading: ElementRef<'_>, read: &ReadDate) -> Option<Line> {
    let around = heading.ancestors().filter_map(ElementRef::wrap).take(LEVELS);
    let around: Vec<ElementRef<'_>> =
        around.take_while(|it| !matches!(it.value().name(), "body" | "html" | "form")).collect();
    around.into_iter().find_map(|above| {
        let earlier = above.descendent_elements().take_while(|it| it.id() != heading.id()).take(NEAR);
        let lines: Vec<Line> = earlier.filter_map(|it| line(it, read)).collect();
        lines.last().copied()
    })
}

/// By class, id or name, as `Ngaydang`, `post-date`, `<time>`.
fn marked(root: ElementRef<'_>, read: &ReadDate) -> Option<Line> {
    let is_marked = |element: &ElementRef<'_>| {
        let names = [element.attr("class"), element.attr("id"), element.attr("itemprop")];
        let says = |name: &str| {
            let name = name.to_ascii_lowercase();
            ["date", "ngay", "publish", "posted"].iter().any(|sign| name.contains(sign))
        };
        element.value().name() == "time" || names.into_iter().flatten().any(says)
    };
    root.descendent_elements().filter(is_marked).take(50).find_map(|element| line(element, read))
}

/// The date that an element tells, where that is all it is for.
fn line(element: ElementRef<'_>, read: &ReadDate) -> Option<Line> {
    let text = words::text(element, LINE_MAX);
    if text.len() > LINE_MAX || is_of_others(element) {
        return None;
    }
    let mut times = element.descendent_elements().filter_map(|it| it.attr("datetime"));
    let at = times.find_map(|text| read(text)).or_else(|| dating::within(&text, None, read))?;
    (dating::without(&text).len() <= BESIDE_MAX).then(|| Line { at, node: element.id() })
}

/// Menus, footers, boxes, and lists of other news.
fn is_of_others(element: ElementRef<'_>) -> bool {
    let is_headline = |link: &ElementRef<'_>| {
        link.value().name() == "a"
            && link.attr("href").is_some()
            && words::text(*link, HEADLINE_MIN).len() >= HEADLINE_MIN
    };
    let above = element.ancestors().filter_map(ElementRef::wrap);
    let mut row = std::iter::once(element)
        .chain(above.clone().filter(|it| matches!(it.value().name(), "li" | "tr")).take(1));
    let is_box = |it: ElementRef<'_>| {
        matches!(it.value().name(), "nav" | "aside" | "a" | "select") || body::is_footer(it)
    };
    above.clone().any(is_box) || row.any(|row| row.descendent_elements().take(20).any(|it| is_headline(&it)))
}

/// The length of what stands in an element itself.
fn own_text(element: ElementRef<'_>) -> usize {
    let texts = element.children().filter_map(|child| child.value().as_text().map(|text| text.trim().len()));
    texts.sum()
}
