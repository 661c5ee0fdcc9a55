//! What a page says of itself as a whole, and what it looks like to who finds no list in it. Knows no rules.

use scraper::{ElementRef, Html};
use url::Url;

use super::{item, words};
use crate::parse::{feed::Feed, sniff};

fn named<'a>(page: &'a Html, name: &'static str) -> impl Iterator<Item = ElementRef<'a>> {
    page.root_element().descendent_elements().filter(move |found| found.value().name() == name)
}

/// What the page's addresses are relative to (HTML §4.2.3).
pub(super) fn base(page: &Html, url: &Url) -> Url {
    let href = named(page, "base").find_map(|base| base.attr("href"));
    let base = href.and_then(|href| url.join(href.trim()).ok());
    base.filter(|base| matches!(base.scheme(), "http" | "https")).unwrap_or_else(|| url.clone())
}

/// What the page says of itself as a whole.
pub(super) fn about(page: &Html, url: &Url) -> Feed {
    let meta = |wanted: &str| {
        let named = named(page, "meta").find(|it| {
            it.attr("name")
                .or_else(|| it.attr("property"))
                .is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        });
        named.and_then(|it| it.attr("content")).map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned)
    };
    let title = named(page, "title").next().map(|title| words::text(title, 500)).filter(|it| !it.is_empty());
    Feed {
        title: title.or_else(|| meta("og:site_name")),
        link: Some(url.to_string()),
        description: meta("description").or_else(|| meta("og:description")),
        language: page
            .root_element()
            .attr("lang")
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(str::to_owned),
        generator: meta("generator"),
        ..Feed::default()
    }
}

/// The feeds that a page names (`rel="alternate"`), with their titles.
pub(super) fn alternates(page: &Html, base: &Url) -> Vec<(String, Option<String>)> {
    let links = named(page, "link").filter(|link| {
        let is = |name: &str, words: &[&str]| {
            link.attr(name).is_some_and(|value| {
                let value = value.to_ascii_lowercase();
                words.iter().any(|word| value.contains(word))
            })
        };
        is("rel", &["alternate"]) && is("type", &["rss+xml", "atom+xml", "feed+json", "rdf+xml"])
    });
    let told = links.filter_map(|link| {
        let title = link.attr("title").map(str::trim).filter(|it| !it.is_empty());
        Some((item::web(link.attr("href")?, base)?, title.map(sniff::excerpt)))
    });
    let mut alternates: Vec<(String, Option<String>)> = Vec::new();
    for (address, title) in told {
        if alternates.len() < 20 && alternates.iter().all(|(known, _)| *known != address) {
            alternates.push((address, title));
        }
    }
    alternates
}

/// What a page looks like that should have been a list, to go on from "matches nothing".
pub(super) fn look(page: &Html, url: &Url, asked: &Url) -> String {
    let title = named(page, "title").next().map(|title| words::text(title, 200)).unwrap_or_default();
    let is_password =
        |input: ElementRef<'_>| input.attr("type").is_some_and(|it| it.eq_ignore_ascii_case("password"));
    let words = words::text(page.root_element(), 2_000);
    let is_login = named(page, "input").any(is_password);
    let is_scripted =
        named(page, "script").next().is_some() && words.chars().count() < 300 && named(page, "a").count() < 5;
    let mut place = String::new();
    if url != asked {
        place = format!("; it was redirected to {}", sniff::excerpt(url.as_str()));
    }
    if !title.is_empty() {
        place = format!("{place}; it is titled “{}”", sniff::excerpt(&title));
    }
    if is_login {
        place.push_str("; it asks for a password");
    } else if is_scripted {
        place.push_str("; it is made by scripts, which are not run");
    }
    place
}
