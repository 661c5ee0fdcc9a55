//! The text of an article: what a selector finds, what is marked as such, or what looks like it. The only place that
//! names `dom_smoothie`, which is readability as browsers have it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_smoothie::{Config, Readability};
use ego_tree::NodeId;
use scraper::{ElementRef, Html, Selector};

use super::words;

/// What looks like an article is one only with so much text, in bytes,
const TEXT_MIN: usize = 120;
/// and with so much where the page does not bear its title.
const UNTITLED_MIN: usize = 600;
/// What is marked as the text needs no more than this.
const MARKED_MIN: usize = 60;
/// The shortest paragraph that can be a lead, and the longest, in bytes.
const OPENING: std::ops::RangeInclusive<usize> = 60..=2_000;
/// How much text is counted, in bytes.
const COUNTED: usize = 20_000;
/// The text of a link that is a headline, in bytes.
const HEADLINE_MIN: usize = 24;
/// What heads a list is no longer, in bytes.
const HEAD_MAX: usize = 60;
/// What files to fetch end in.
const FILES: [&str; 8] = [".pdf", ".doc", ".xls", ".ppt", ".zip", ".rar", ".odt", ".7z"];
/// With fewer letters readability looks less strictly once more; articles of communes are short.
const SHORT: usize = 100;

/// A text, and its tree.
pub(super) struct Body {
    pub html: String,
    pub fragment: Html,
}

/// Takes elements out of the page.
pub(super) fn take_out(page: &mut Html, nodes: impl IntoIterator<Item = NodeId>) {
    for node in nodes {
        if let Some(mut node) = page.tree.get_mut(node) {
            node.detach();
        }
    }
}

/// The text of the page; none where there is none. The page loses what is [`beside`] it.
pub(super) fn find(page: &mut Html, selector: Option<&Selector>, is_titled: bool) -> Option<Body> {
    if let Some(selector) = selector {
        return selected(page, selector).map(Body::of).filter(|body| body.length() > 0 || body.shows());
    }
    let beside = beside(page);
    take_out(page, beside);
    marked(page).or_else(|| likely(page, if is_titled { TEXT_MIN } else { UNTITLED_MIN }))
}

/// All that the selector finds, without what stands in another of them.
fn selected(page: &Html, selector: &Selector) -> Option<String> {
    let found: Vec<ElementRef<'_>> = page.root_element().select(selector).take(100).collect();
    let ids: Vec<NodeId> = found.iter().map(|element| element.id()).collect();
    let outermost = found.iter().filter(|it| !it.ancestors().any(|above| ids.contains(&above.id())));
    let html: String = outermost.map(ElementRef::html).collect();
    (!html.is_empty()).then_some(html)
}

/// What microdata, microformats and hAtom call the text.
fn marked(page: &Html) -> Option<Body> {
    let is_body = |element: &ElementRef<'_>| {
        let says = |name: &str, words: &[&str]| {
            element
                .attr(name)
                .is_some_and(|value| value.split_ascii_whitespace().any(|it| words.contains(&it)))
        };
        says("itemprop", &["articleBody"]) || says("class", &["e-content", "entry-content", "articleBody"])
    };
    let bodies = page.root_element().descendent_elements().filter(is_body).take(3);
    bodies.map(|body| Body::of(body.html())).find(|body| body.length() >= MARKED_MIN && !body.is_menu())
}

fn likely(page: &Html, least: usize) -> Option<Body> {
    let html = page.html();
    let config = Config { disable_json_ld: true, char_threshold: SHORT, ..Config::default() };
    let grab = || Readability::new(html, None, Some(config)).ok()?.parse().ok();
    // Somebody else's code, on a page of anybody's: its failure is that of this page.
    let article = catch_unwind(AssertUnwindSafe(grab)).ok().flatten()?;
    let body = Body::of(article.content.to_string());
    (body.length() >= least && !body.is_menu()).then_some(body)
}

impl Body {
    fn of(html: String) -> Self {
        let fragment = Html::parse_fragment(&html);
        Self { html, fragment }
    }

    fn length(&self) -> usize {
        words::text(self.fragment.root_element(), COUNTED).len()
    }

    fn shows(&self) -> bool {
        let mut elements = self.fragment.root_element().descendent_elements();
        elements.any(|it| matches!(it.value().name(), "img" | "video" | "audio"))
    }

    /// Whether most of it is links.
    fn is_menu(&self) -> bool {
        let links = self.fragment.root_element().descendent_elements().filter(|it| it.value().name() == "a");
        let linked: usize = links.map(|link| words::text(link, 500).len()).sum();
        linked * 2 > self.length()
    }

    /// The first paragraph that says something.
    pub(super) fn opening(&self) -> Option<String> {
        let lines = words::lines(self.fragment.root_element(), COUNTED);
        lines.into_iter().find(|line| OPENING.contains(&line.len()))
    }
}

/// What stands in the page beside its article, so that readability need not guess: footers, and lists of other news with
/// what they are headed by. A list of files to fetch belongs to the article.
fn beside(page: &Html) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    for element in page.root_element().descendent_elements() {
        if is_footer(element) {
            nodes.push(element.id());
        } else if matches!(element.value().name(), "ul" | "ol" | "dl") && is_of_headlines(element) {
            nodes.push(element.id());
            let before = element.prev_siblings().find_map(ElementRef::wrap);
            nodes.extend(before.filter(|it| words::text(*it, HEAD_MAX).len() <= HEAD_MAX).map(|it| it.id()));
        }
    }
    nodes
}

pub(super) fn is_footer(element: ElementRef<'_>) -> bool {
    let named = [element.attr("class"), element.attr("id")];
    let named = named.into_iter().flatten().any(|name| name.to_ascii_lowercase().contains("footer"));
    let name = element.value().name();
    name == "footer" || (named && !matches!(name, "body" | "html" | "main" | "article"))
}

fn is_of_headlines(list: ElementRef<'_>) -> bool {
    let links = list.descendent_elements().filter(|it| it.value().name() == "a").take(200);
    let is_file = |link: &ElementRef<'_>| {
        let href = link.attr("href").unwrap_or_default().to_ascii_lowercase();
        FILES.iter().any(|ending| href.contains(ending))
    };
    let (mut headlines, mut linked) = (0, 0);
    for link in links.filter(|link| !is_file(link)) {
        let length = words::text(link, 500).len();
        headlines += usize::from(length >= HEADLINE_MIN);
        linked += length;
    }
    headlines >= 2 && linked * 2 > words::text(list, COUNTED).len()
}
