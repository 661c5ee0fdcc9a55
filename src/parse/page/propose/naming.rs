//! Selectors for what was found: the shortest of those that a person would write which select it and no more. Each is
//! tried on the page before it is proposed.

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::records::{Record, is_headed, is_lasting};
use crate::{
    model::PageRules,
    parse::{
        page::{PAGE_ITEMS_MAX, dating, pictures, select, selectors, words},
        reader::ReadDate,
    },
};

/// Levels above an item that may help to name it.
const ABOVE: usize = 6;

/// Names that are tried on the page.
const CANDIDATES_MAX: usize = 160;

/// What else tells a table or a block of long ago from its like.
const ATTRIBUTES: [&str; 4] = ["role", "border", "bgcolor", "align"];

/// Where the next page is linked, mostly.
const NEXT: [&str; 6] =
    ["a[rel~=next]", "a.next", ".next a[href]", ".pager-next a", ".pagination-next a", "a.nextpostslink"];

/// The rules that yield this group.
pub(super) fn rules(
    page: &Html,
    group: &[Record<'_>],
    base: &Url,
    read_date: &ReadDate,
) -> Option<PageRules> {
    let item = item(page, group)?;
    let date = date(group, &item, read_date);
    let image =
        group.iter().filter(|it| pictures::address(it.element, base).is_some()).count() * 2 > group.len();
    let has_next = |text: &&&str| selectors::compile(text).is_ok_and(|it| page.select(&it).next().is_some());
    Some(PageRules {
        title: title(group),
        link: None,
        summary: summary(group, date.as_deref()),
        date,
        date_format: None,
        image: image.then(|| "img".to_owned()),
        next: NEXT.iter().find(has_next).map(|text| (*text).to_owned()),
        pages: PageRules::PAGES,
        item: Some(item),
    })
}

fn is_plain(name: &str) -> bool {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_start) && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// The classes by which an element may be named.
fn classes(element: ElementRef<'_>) -> Vec<String> {
    let lasting = element.value().classes().filter(|class| is_plain(class) && is_lasting(class));
    lasting.map(str::to_owned).collect()
}

/// How an element may be called by itself, the surest name first.
fn names(element: ElementRef<'_>) -> Vec<String> {
    let tag = element.value().name();
    let id = element.attr("id").filter(|id| is_plain(id) && !id.contains(|c: char| c.is_ascii_digit()));
    let id = id.map(|id| format!("#{id}"));
    let classes = classes(element);
    let by_class = classes.iter().map(|class| format!(".{class}"));
    let by_both = classes.iter().map(|class| format!("{tag}.{class}"));
    let by_attribute = ATTRIBUTES.iter().filter_map(|name| {
        let value = element.attr(name).filter(|value| value.chars().all(|c| c.is_ascii_alphanumeric()))?;
        Some(format!("{tag}[{name}=\"{value}\"]"))
    });
    id.into_iter().chain(by_class).chain(by_both).chain(by_attribute).collect()
}

/// The selector that matches exactly the group's blocks, or what beside them holds no headline.
fn item(page: &Html, group: &[Record<'_>]) -> Option<String> {
    let wanted: HashSet<NodeId> = group.iter().map(|record| record.element.id()).collect();
    // Of more items no more are selected.
    let within = group.iter().take(PAGE_ITEMS_MAX / 2);
    let addresses: HashSet<&str> = within.map(|record| record.href.as_str()).collect();
    let mut best: Option<(usize, String)> = None;
    for candidate in candidates(group).into_iter().take(CANDIDATES_MAX) {
        let Ok(selector) = selectors::compile(&candidate) else { continue };
        let (found, _) = select(page, &selector);
        let found: HashSet<NodeId> = found.iter().map(|it| it.id()).collect();
        let covered = group.iter().filter(|record| found.contains(&record.element.id()));
        // A box of hot news above the list repeats one of its entries, in another dress.
        if !addresses.is_subset(&covered.map(|record| record.href.as_str()).collect()) {
            continue;
        }
        let beside = found.difference(&wanted).count();
        if beside == 0 {
            return Some(candidate);
        }
        if best.as_ref().is_none_or(|(fewest, _)| beside < *fewest) {
            best = Some((beside, candidate));
        }
    }
    // An advertisement among the items, or a headline too short to be told as one.
    best.filter(|(beside, _)| *beside <= group.len()).map(|(_, candidate)| candidate)
}

/// What a group's blocks may be called, the best names first.
fn candidates(group: &[Record<'_>]) -> Vec<String> {
    let mut typical: Vec<(ElementRef<'_>, Vec<String>)> = Vec::new();
    for record in [group.last(), group.first()].into_iter().flatten() {
        let bears = |class: &String| {
            let bearing = group.iter().filter(|it| it.element.value().classes().any(|other| other == class));
            bearing.count() * 10 >= group.len() * 7
        };
        typical.push((record.element, classes(record.element).into_iter().filter(bears).collect()));
    }
    let mut candidates = Vec::new();
    for (element, classes) in &typical {
        let tag = element.value().name();
        let by_class = classes.iter().map(|class| format!(".{class}"));
        let own: Vec<String> = by_class.chain(classes.iter().map(|class| format!("{tag}.{class}"))).collect();
        candidates.extend(own.iter().cloned());
        let mut path = tag.to_owned();
        for above in element.ancestors().filter_map(ElementRef::wrap).take(ABOVE) {
            for name in names(above) {
                candidates.extend(own.iter().map(|own| format!("{name} {own}")));
                candidates.push(format!("{name} > {path}"));
                candidates.push(format!("{name} {tag}"));
            }
            if above.value().name() == "body" {
                break;
            }
            path = format!("{} > {path}", above.value().name());
            candidates.push(path.clone());
        }
        // Where nothing has a name: rows that hold a date, or a link, as those of menus and headings do not.
        let dated = group.iter().filter_map(|record| Some(record.date?.0)).find(|it| it.id() != element.id());
        let held = dated.map(|it| it.value().name()).into_iter().chain(["a[href]"]);
        candidates.extend(held.map(|held| format!("{path}:has({held})")));
    }
    candidates
}

/// What selects, in most of the records, the element that is meant in each.
fn within<'a>(
    meant: &[(&Record<'a>, ElementRef<'a>)],
    is_right: impl Fn(&Record<'a>, ElementRef<'a>, ElementRef<'a>) -> bool,
) -> Option<String> {
    let mut candidates: Vec<String> = Vec::new();
    for (record, element) in meant.iter().take(3) {
        let tag = element.value().name();
        let parent = element.parent().and_then(ElementRef::wrap).filter(|it| it.id() != record.element.id());
        let above =
            element.ancestors().filter_map(ElementRef::wrap).take_while(|it| it.id() != record.element.id());
        let heading =
            above.filter(|it| it.value().name().len() == 2 && it.value().name().starts_with('h')).last();
        candidates.extend(heading.map(|it| format!("{} {tag}", it.value().name())));
        candidates.extend((tag == "time").then(|| "time".to_owned()));
        candidates.extend(classes(*element).into_iter().map(|class| format!(".{class}")));
        candidates.extend(parent.into_iter().flat_map(classes).map(|class| format!(".{class} {tag}")));
        candidates.extend(parent.map(|parent| format!("{} > {tag}", parent.value().name())));
        candidates.push(tag.to_owned());
        let siblings = element.prev_siblings().filter(|it| it.value().is_element()).count() + 1;
        candidates.push(format!("{tag}:nth-child({siblings})"));
    }
    let mut best: Option<(usize, String)> = None;
    for candidate in candidates {
        let Ok(selector) = selectors::compile(&candidate) else { continue };
        let right = meant.iter().filter(|(record, element)| {
            first(record.element, &selector).is_some_and(|found| is_right(record, *element, found))
        });
        let right = right.count();
        if best.as_ref().is_none_or(|(most, _)| right > *most) {
            best = Some((right, candidate));
        }
    }
    best.filter(|(right, _)| right * 5 >= meant.len() * 4).map(|(_, candidate)| candidate)
}

fn first<'a>(item: ElementRef<'a>, selector: &Selector) -> Option<ElementRef<'a>> {
    if selector.matches(&item) { Some(item) } else { item.select(selector).next() }
}

fn title(group: &[Record<'_>]) -> Option<String> {
    let meant: Vec<_> = group
        .iter()
        .filter(|it| it.link.id() != it.element.id())
        .map(|record| (record, record.link))
        .collect();
    if meant.is_empty() {
        return None;
    }
    within(&meant, |record, link, found| {
        let leads = found.id() == link.id() || found.attr("href") == link.attr("href");
        leads && words::title(found, 3_000).as_deref() == Some(record.title.as_str())
    })
    .filter(|_| meant.len() == group.len() || meant.iter().any(|(_, link)| is_headed(*link)))
}

fn date(group: &[Record<'_>], item: &str, read_date: &ReadDate) -> Option<String> {
    let meant: Vec<_> = group.iter().filter_map(|record| Some((record, record.date?.0))).collect();
    if meant.len() * 2 < group.len() {
        return None;
    }
    // It stands in the item itself, beside the headline.
    if meant.iter().all(|(record, element)| record.element.id() == element.id()) {
        return Some(item.to_owned());
    }
    within(&meant, |record, _, found| {
        dating::of_element(found, None, read_date) == record.date.map(|(_, date)| date)
    })
}

fn summary(group: &[Record<'_>], date: Option<&str>) -> Option<String> {
    let date = date.and_then(|date| selectors::compile(date).ok());
    let is_date = |element: ElementRef<'_>| {
        date.as_ref().is_some_and(|date| date.matches(&element) || element.select(date).next().is_some())
    };
    let lead = |record: &Record<'_>, it: &ElementRef<'_>| {
        matches!(it.value().name(), "p" | "div" | "span" | "td" | "dd" | "blockquote")
            && it.id() != record.element.id()
            && !it.descendent_elements().any(|inner| inner.id() == record.link.id())
            && !is_date(*it)
            && !it.ancestors().any(|above| above.id() == record.link.id())
            && words::text(*it, 3_000).chars().count() >= 50
    };
    let meant: Vec<_> = group
        .iter()
        .filter_map(|record| {
            let candidates = record.element.descendent_elements().take(200).filter(|it| lead(record, it));
            // The innermost of the first chain.
            let mut found: Option<ElementRef<'_>> = None;
            for element in candidates {
                if found.is_none_or(|outer| element.ancestors().any(|above| above.id() == outer.id())) {
                    found = Some(element);
                }
            }
            Some((record, found?))
        })
        .collect();
    if meant.len() * 2 < group.len() {
        return None;
    }
    within(&meant, |_, element, found| found.id() == element.id())
}
