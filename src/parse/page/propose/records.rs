//! Blocks of a page that each hold one headline, grouped by where they stand. Judges none.

use std::collections::{HashMap, HashSet};

use ego_tree::NodeId;
use scraper::{ElementRef, Html};
use url::Url;

use super::super::{dating, item::web, words};
use crate::{model::Timestamp, parse::reader::ReadDate};

/// A headline has at least so many characters, and so many words.
const HEADLINE_MIN: usize = 12;
const WORDS_MIN: usize = 3;

/// Links looked at in one page.
const LINKS_MAX: usize = 5_000;

/// How much of a block's text is looked at, in bytes.
const TEXT_MAX: usize = 3_000;

/// A block with one headline.
pub(super) struct Record<'a> {
    pub element: ElementRef<'a>,
    /// The link with the headline.
    pub link: ElementRef<'a>,
    pub href: String,
    pub title: String,
    /// All its text.
    pub text: String,
    /// The innermost element that tells a date, and the date.
    pub date: Option<(ElementRef<'a>, Timestamp)>,
}

struct Headline<'a> {
    link: ElementRef<'a>,
    href: String,
    title: String,
}

/// What an element holds: one address, or more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    One(usize),
    Several,
}

/// The blocks of one shape and place each, in document order.
pub(super) fn groups<'a>(
    page: &'a Html,
    base: &Url,
    url: &Url,
    read_date: &ReadDate,
) -> Vec<Vec<Record<'a>>> {
    let headlines = headlines(page, base, url);
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut holds: HashMap<NodeId, Holds> = HashMap::new();
    for headline in &headlines {
        let next = numbers.len();
        let number = *numbers.entry(&headline.href).or_insert(next);
        for element in std::iter::once(*headline.link).chain(headline.link.ancestors()) {
            let holding = holds.entry(element.id()).or_insert(Holds::One(number));
            if *holding != Holds::One(number) {
                *holding = Holds::Several;
            }
        }
    }
    let mut order: Vec<String> = Vec::new();
    let mut groups: HashMap<String, Vec<Record<'a>>> = HashMap::new();
    let mut places: HashMap<NodeId, (String, usize)> = HashMap::new();
    for headline in headlines {
        let up = headline.link.ancestors().filter_map(ElementRef::wrap);
        let up = up.take_while(|it| {
            !matches!(it.value().name(), "body" | "html" | "main")
                && holds.get(&it.id()) != Some(&Holds::Several)
        });
        let element = up.last().unwrap_or(headline.link);
        if let Some((shape, index)) = places.get(&element.id()) {
            // A picture's link and the headline's, or the headline and a longer teaser.
            let known = groups.get_mut(shape).and_then(|group| group.get_mut(*index));
            if let Some(known) = known
                && !is_headed(known.link)
                && (is_headed(headline.link) || headline.title.len() > known.title.len())
            {
                (known.link, known.title) = (headline.link, headline.title);
            }
            continue;
        }
        let shape = shape(element);
        let group = groups.entry(shape.clone()).or_insert_with(|| {
            order.push(shape.clone());
            Vec::new()
        });
        places.insert(element.id(), (shape, group.len()));
        let Headline { link, href, title } = headline;
        let text = words::text(element, TEXT_MAX);
        group.push(Record { element, link, href, title, text, date: None });
    }
    let mut groups: Vec<Vec<Record<'a>>> = order.iter().filter_map(|shape| groups.remove(shape)).collect();
    for record in groups.iter_mut().filter(|group| group.len() > 2).flatten() {
        record.date = date(record, read_date);
    }
    groups
}

pub(super) fn is_headed(link: ElementRef<'_>) -> bool {
    let near = link.ancestors().take(2).chain(link.children());
    near.filter_map(ElementRef::wrap)
        .any(|it| matches!(it.value().name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6"))
}

/// The links that could be headlines: of this site, with words enough, and none that the menu has too.
fn headlines<'a>(page: &'a Html, base: &Url, url: &Url) -> Vec<Headline<'a>> {
    let links =
        page.root_element().descendent_elements().filter(|it| it.value().name() == "a").take(LINKS_MAX);
    let links: Vec<(ElementRef<'a>, String)> =
        links.filter_map(|link| Some((link, web(link.attr("href")?, base)?))).collect();
    let menus: HashSet<&str> =
        links.iter().filter(|(link, _)| is_in_menu(*link)).map(|(_, href)| href.as_str()).collect();
    let own = url.as_str().split('#').next().unwrap_or_default();
    let candidates = links.iter().filter(|(_, address)| {
        let document = address.split('#').next().unwrap_or_default();
        document != own && !menus.contains(address.as_str()) && is_of_site(address, url)
    });
    candidates
        .filter_map(|(link, href)| {
            let title = words::title(*link, TEXT_MAX)?;
            let is_long =
                title.chars().count() >= HEADLINE_MIN && title.split_whitespace().count() >= WORDS_MIN;
            let href = href.split('#').next().unwrap_or_default().to_owned();
            is_long.then_some(Headline { link: *link, href, title })
        })
        .collect()
}

/// Also a sister site below the same domain.
fn is_of_site(href: &str, url: &Url) -> bool {
    let domain = |host: &str| {
        let labels: Vec<&str> = host.rsplit('.').take(3).collect();
        labels.into_iter().rev().collect::<Vec<_>>().join(".")
    };
    let host = |url: &Url| url.host_str().map(|host| domain(host.trim_start_matches("www.")));
    Url::parse(href).is_ok_and(|link| host(&link) == host(url))
}

fn is_in_menu(link: ElementRef<'_>) -> bool {
    link.ancestors().filter_map(ElementRef::wrap).take(8).any(|it| {
        let is_named = |name: &str| {
            it.attr(name).is_some_and(|value| {
                let value = value.to_ascii_lowercase();
                !value.contains("content")
                    && value.split(|c: char| !c.is_alphanumeric()).any(|word| {
                        [
                            "menu",
                            "mainmenu",
                            "topmenu",
                            "nav",
                            "navbar",
                            "navigation",
                            "breadcrumb",
                            "breadcrumbs",
                        ]
                        .contains(&word)
                    })
            })
        };
        it.value().name() == "nav" || is_named("class") || is_named("id")
    })
}

/// Where an element stands: its tag, and those above it with their classes.
fn shape(element: ElementRef<'_>) -> String {
    let mut shape = element.value().name().to_owned();
    // Pages of long ago have menu and news in tables without a name.
    if shape == "tr" {
        shape = format!("{shape}<{:?}", element.parent().map(|table| table.id()));
    }
    for above in element.ancestors().filter_map(ElementRef::wrap).take(12) {
        shape.push('<');
        shape.push_str(above.value().name());
        for class in above.value().classes().filter(|class| is_lasting(class)) {
            shape.push('.');
            shape.push_str(class.trim_end_matches(|c: char| c.is_ascii_digit()));
        }
    }
    shape
}

/// Whether a class says what an element is, rather than which one of several.
pub(super) fn is_lasting(class: &str) -> bool {
    let bare = class.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_passing =
        ["first", "last", "odd", "even", "active", "current", "alt", "clearfix", "hover", "selected"]
            .iter()
            .any(|word| bare.eq_ignore_ascii_case(word) || bare.rsplit(['-', '_']).next() == Some(word));
    !is_passing && !bare.is_empty()
}

/// The innermost element beside the headline that tells a date.
fn date<'a>(record: &Record<'a>, read_date: &ReadDate) -> Option<(ElementRef<'a>, Timestamp)> {
    let is_beside = |it: &ElementRef<'a>| {
        !it.ancestors().any(|above| above.id() == record.link.id()) && it.id() != record.link.id()
    };
    let tells = |it: ElementRef<'a>| dating::of_element(it, None, read_date).map(|date| (it, date));
    let inner = record.element.descendent_elements().filter(is_beside).take(200);
    let mut found: Vec<(ElementRef<'a>, Timestamp)> = Vec::new();
    for element in inner {
        // A block around the headline may find a date in its words.
        let is_short = words::text(element, 400).chars().count() < 200 || element.attr("datetime").is_some();
        if is_short && let Some(told) = tells(element) {
            found.retain(|(outer, _)| !element.ancestors().any(|above| above.id() == outer.id()));
            found.push(told);
        }
    }
    // Some print the day above and the time below.
    let is_timed = |(element, _): &&(ElementRef<'a>, Timestamp)| {
        element.attr("datetime").or(element.attr("title")).is_some_and(|text| text.contains(':'))
            || words::text(*element, 200).contains(':')
    };
    found.iter().find(is_timed).or(found.first()).copied()
}
