//! The address of an element's picture, by the habits of pages that load pictures late. Asks for none.

use scraper::ElementRef;
use url::Url;

use super::item::web;

/// Where scripts find the real address, before `src` may be believed.
const LATE: [&str; 7] =
    ["data-src", "data-original", "data-lazy-src", "data-lazy", "data-image", "data-echo", "data-thumb"];
const LATE_SETS: [&str; 2] = ["data-srcset", "data-lazy-srcset"];

/// What stands in for a picture that is still to come.
const PLACEHOLDERS: [&str; 7] = ["placeholder", "blank.", "lazy.", "loading.", "spacer.", "pixel.", "1x1."];

/// The picture that an element is, shows first, or has behind it.
pub(super) fn address(element: ElementRef<'_>, base: &Url) -> Option<String> {
    element.descendent_elements().find_map(|found| of_one(found, base))
}

fn of_one(element: ElementRef<'_>, base: &Url) -> Option<String> {
    let name = element.value().name();
    if matches!(name, "img" | "source" | "amp-img") {
        let late = LATE.iter().filter_map(|name| element.attr(name)).map(str::to_owned);
        let late_sets = LATE_SETS.iter().filter_map(|name| largest(element.attr(name)?));
        let set = element.attr("srcset").and_then(largest);
        let own = element.attr("src").map(str::to_owned);
        let candidates = late.chain(late_sets).chain(set).chain(own);
        return candidates.filter(|it| !is_placeholder(it)).find_map(|it| web(&it, base));
    }
    let late = ["data-bg", "data-background-image"].iter().find_map(|name| element.attr(name));
    let behind = late.or_else(|| in_style(element.attr("style")?))?;
    web(behind, base).filter(|it| !is_placeholder(it))
}

/// `background-image: url('…')`
fn in_style(style: &str) -> Option<&str> {
    let (_, behind) = style.split_once("background")?;
    let (_, address) = behind.split_once("url(")?;
    let (address, _) = address.split_once(')')?;
    Some(address.trim().trim_matches(['\'', '"']))
}

/// The address with the greatest width or density (HTML §4.8.4.2.1).
fn largest(set: &str) -> Option<String> {
    let one = |candidate: &str| {
        let mut parts = candidate.split_whitespace();
        let address = parts.next()?.to_owned();
        let size = parts.next().and_then(|size| size.trim_end_matches(['w', 'x']).parse::<f64>().ok());
        Some((address, size.unwrap_or(1.0)))
    };
    // A comma within an address has no space behind it.
    let candidates = set.split(", ").flat_map(|it| it.split(",\n")).take(50).filter_map(one);
    let candidates: Vec<(String, f64)> = candidates.collect();
    let best = candidates.into_iter().rev().max_by(|one, other| one.1.total_cmp(&other.1));
    best.map(|(address, _)| address.trim_end_matches(',').to_owned())
}

fn is_placeholder(address: &str) -> bool {
    let address = address.trim();
    let file = address.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    address.is_empty() || address.starts_with("data:") || PLACEHOLDERS.iter().any(|sign| file.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::{super::dom, *};

    #[test]
    fn a_picture_is_found_however_late_it_loads() {
        let table = [
            ("<img src='/a.jpg'>", Some("https://a.vn/a.jpg")),
            ("<img src='data:image/gif;base64,R0' data-src='/b.jpg'>", Some("https://a.vn/b.jpg")),
            ("<img src='/images/blank.gif' data-original='b.jpg'>", Some("https://a.vn/tin/b.jpg")),
            (
                "<img src='/s.jpg' srcset='/m.jpg 480w, /l.jpg 1024w, /x.jpg 800w'>",
                Some("https://a.vn/l.jpg"),
            ),
            ("<img srcset='/one,1.jpg, /two.jpg 2x'>", Some("https://a.vn/two.jpg")),
            ("<img src='data:,'><noscript><img src='/c.jpg'></noscript>", Some("https://a.vn/c.jpg")),
            (
                "<picture><source srcset='/w.webp 1x'><img src='/p.jpg'></picture>",
                Some("https://a.vn/w.webp"),
            ),
            ("<p style=\"background-image:url('/d.jpg')\"></p>", Some("https://a.vn/d.jpg")),
            ("<p style=\"color:red\">url(x)</p>", None),
            ("<img src='data:image/png;base64,AA'>", None),
            ("<img src='javascript:x'>", None),
            ("<a href='/a.jpg'>x</a>", None),
        ];
        let base = Url::parse("https://a.vn/tin/").unwrap();
        for (html, wanted) in table {
            let page = dom::read(html).unwrap();
            assert_eq!(address(page.root_element(), &base).as_deref(), wanted, "{html}");
        }
    }
}
