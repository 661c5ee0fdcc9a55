//! What people read of an element, and what they do not. Cleans no text: that is the next room's.

use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};

/// What is not read: it runs, styles, or is drawn.
const SILENT: [&str; 6] = ["script", "style", "template", "svg", "noscript", "select"];

/// Elements within a line of text.
#[rustfmt::skip]
const INLINE: [&str; 22] = [
    "a", "abbr", "acronym", "b", "bdi", "big", "cite", "code", "em", "font", "i", "ins", "label", "mark", "nobr", "s",
    "small", "span", "strong", "sub", "sup", "u",
];

/// The text, at most so many bytes and a word of it, in one line: white space folded, a space wherever a block begins.
pub(super) fn text(element: ElementRef<'_>, most: usize) -> String {
    let mut text = String::new();
    gather(element, most, ' ', &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Does not recurse: the walk skips what is silent by its last descendant.
fn gather(element: ElementRef<'_>, most: usize, gap: char, text: &mut String) {
    let mut silent = 0_usize;
    for edge in element.traverse() {
        let (node, opens) = match edge {
            Edge::Open(node) => (node, true),
            Edge::Close(node) => (node, false),
        };
        match node.value() {
            // The source's own line ends say nothing.
            Node::Text(words) if opens && silent == 0 && gap == ' ' => text.push_str(words),
            Node::Text(words) if opens && silent == 0 => {
                text.extend(words.split('\n').flat_map(|it| [it, " "]));
            }
            Node::Element(found) => {
                let name = found.name();
                if SILENT.contains(&name) {
                    silent = if opens { silent + 1 } else { silent.saturating_sub(1) };
                }
                if !INLINE.contains(&name) {
                    text.push(gap);
                }
            }
            _ => {}
        }
        if text.len() > most {
            break;
        }
    }
}

/// The text in lines, a new one wherever a block begins or ends; at most so many bytes and a word of it.
pub(super) fn lines(element: ElementRef<'_>, most: usize) -> Vec<String> {
    let mut text = String::new();
    gather(element, most, '\n', &mut text);
    let lines = text.split('\n').map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect()
}

/// What an element is called: its text, else what stands in `title=` or `alt=` of it or of what is in it. A text that
/// was cut short yields to a `title=` that tells it whole.
pub(super) fn title(element: ElementRef<'_>, most: usize) -> Option<String> {
    let shown = text(element, most);
    let told = |name: &'static str| {
        let told = element.descendent_elements().filter_map(move |found| found.attr(name));
        told.map(str::trim).find(|title| !title.is_empty())
    };
    let cut = shown.strip_suffix("...").or_else(|| shown.strip_suffix('…')).map(str::trim_end);
    if let Some(beginning) = cut.filter(|it| !it.is_empty())
        && let Some(whole) =
            told("title").filter(|whole| whole.starts_with(beginning) && whole.len() > shown.len())
    {
        return Some(whole.to_owned());
    }
    Some(shown)
        .filter(|shown| !shown.is_empty())
        .or_else(|| told("title").or_else(|| told("alt")).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    #[test]
    fn a_title_is_what_people_read_or_are_told() {
        let table = [
            ("<a> Khai   hội\n Tràng An </a>", Some("Khai hội Tràng An")),
            ("<a><b>Tin</b><span> mới</span><script>x</script><p>hôm nay</p></a>", Some("Tin mới hôm nay")),
            ("<a title='Lũ lên nhanh'><img src=x alt=y></a>", Some("Lũ lên nhanh")),
            ("<a><img src=x title=' ' alt='Lũ rút'></a>", Some("Lũ rút")),
            ("<a title='Lũ lên nhanh trên sông'>Lũ lên …</a>", Some("Lũ lên nhanh trên sông")),
            ("<a title='Xem tin'>Lũ lên...</a>", Some("Lũ lên...")),
            ("<a> </a>", None),
        ];
        for (html, wanted) in table {
            let page = Html::parse_fragment(html);
            assert_eq!(title(page.root_element(), 500).as_deref(), wanted, "{html}");
        }
    }
}
