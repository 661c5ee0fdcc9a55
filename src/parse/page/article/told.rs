//! What an article's page says of itself for machines: JSON-LD (<https://schema.org/NewsArticle>), Open Graph
//! (<https://ogp.me>), `<meta>` and microdata. A portal says the same on every page of some of it; what is not seen in the
//! page is not believed.

use scraper::{ElementRef, Html};
use url::Url;

use super::{AUTHOR_MAX, LEAD_MAX, ReadDate, attribute, folded, web, words};
use crate::{model::Timestamp, parse::page::linked_data};

/// How much of a page is searched for a lead, in bytes.
const PAGE_TEXT: usize = 200_000;
/// A lead's beginning, in letters: so many of it must be seen in the page.
const SEEN: usize = 40;
/// Shorter texts are no leads, in bytes.
const LEAD_MIN: usize = 30;

/// See the module.
#[derive(Default)]
pub(super) struct Told {
    pub published: Option<Timestamp>,
    pub author: Option<String>,
    pub image: Option<String>,
    pub lead: Option<String>,
}

impl Told {
    pub(super) fn of(page: &Html, base: &Url, title: &str, read: &ReadDate) -> Self {
        let metas = Metas::of(page);
        let linked = linked_data::article(page, &|headline| folded(headline) == folded(title));
        let linked = linked.unwrap_or_default();
        let date = |text: &str| read(text);
        let published = linked.published.as_deref().and_then(date).or_else(|| {
            let named = ["article:published_time", "datepublished", "og:article:published_time", "pubdate"];
            let others =
                ["publishdate", "dc.date.issued", "dcterms.issued", "dc.date", "article:created_time"];
            named.iter().chain(&others).find_map(|name| read(metas.get(name)?))
        });
        let site = metas.get("og:site_name").map(folded);
        let author = linked.author.or_else(|| {
            let keys = ["author", "article:author", "dc.creator"];
            let named = keys.iter().find_map(|key| metas.get(key)).map(str::to_owned);
            named.or_else(|| marked_author(page))
        });
        let author = author.filter(|name| {
            !name.contains("://")
                && name.len() <= AUTHOR_MAX
                && Some(folded(name)) != site
                && !name.trim().is_empty()
        });
        let image = linked.image.or_else(|| {
            ["og:image", "og:image:url", "twitter:image"]
                .iter()
                .find_map(|name| metas.get(name))
                .map(str::to_owned)
        });
        let image = image.filter(|address| !is_emblem(address)).and_then(|address| web(&address, base));
        let leads = [linked.description.as_deref(), metas.get("og:description"), metas.get("description")];
        let lead = seen(page, title, leads.into_iter().flatten());
        Self { published, author, image, lead }
    }
}

/// The first of these that stands in the page, whole.
fn seen<'a>(page: &Html, title: &str, leads: impl Iterator<Item = &'a str>) -> Option<String> {
    let text = folded(&words::text(page.root_element(), PAGE_TEXT));
    let title = folded(title);
    let is_whole = |lead: &&str| {
        (LEAD_MIN..=LEAD_MAX).contains(&lead.len()) && !lead.ends_with("...") && !lead.ends_with('…')
    };
    let is_seen = |lead: &&str| {
        let letters = folded(lead);
        let head: String = letters.chars().take(SEEN).collect();
        !title.starts_with(&head) && text.contains(&head)
    };
    leads
        .map(str::trim)
        .filter(is_whole)
        .find(is_seen)
        .map(|lead| lead.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Emblems stand for the site, and not for the article.
fn is_emblem(address: &str) -> bool {
    let file = address.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    ["logo", "favicon", "default", "no-image", "noimage", "banner"].iter().any(|sign| file.contains(sign))
}

/// The lead where it is marked as such: by microdata or microformats, or by what papers call it.
pub(super) fn lead_line(page: &Html) -> Option<String> {
    let is_lead = |element: &ElementRef<'_>| {
        let classes = element.attr("class").unwrap_or_default().split_ascii_whitespace();
        let mut classes = classes.map(str::to_ascii_lowercase);
        classes.any(|class| {
            matches!(&*class, "sapo" | "lead" | "p-summary" | "entry-summary" | "article-sapo" | "hometext")
        })
    };
    let elements = page.root_element().descendent_elements().filter(is_lead).take(5);
    let texts = elements.map(|element| words::text(element, LEAD_MAX));
    texts.filter(|text| text.len() <= LEAD_MAX).find(|text| text.len() >= LEAD_MIN)
}

fn marked_author(page: &Html) -> Option<String> {
    let is_author = |element: &ElementRef<'_>| {
        let says = |name: &str, word: &str| {
            element
                .attr(name)
                .is_some_and(|value| value.split_ascii_whitespace().any(|it| it.eq_ignore_ascii_case(word)))
        };
        says("itemprop", "author") || says("rel", "author") || says("class", "p-author")
    };
    let elements = page.root_element().descendent_elements().filter(is_author).take(3);
    let names = elements.map(|element| {
        attribute(element, &["content"]).map_or_else(|| words::text(element, AUTHOR_MAX), str::to_owned)
    });
    names.filter(|name| name.len() <= AUTHOR_MAX).find(|name| !name.is_empty())
}

/// `<meta>` and microdata by their names, in lower case, the first of each.
struct Metas<'a>(std::collections::HashMap<String, &'a str>);

/// More names than these no page needs.
const METAS_MAX: usize = 300;

impl<'a> Metas<'a> {
    fn of(page: &'a Html) -> Self {
        let mut metas = std::collections::HashMap::new();
        for element in page.root_element().descendent_elements() {
            let name = element.value().name();
            let is_time = element.attr("itemprop").is_some() && name != "meta";
            if metas.len() >= METAS_MAX || (name != "meta" && !is_time) {
                continue;
            }
            let Some(name) = attribute(element, &["property", "name", "itemprop"]) else { continue };
            if let Some(value) = attribute(element, &["content", "datetime"]) {
                metas.entry(name.to_ascii_lowercase()).or_insert(value);
            }
        }
        Self(metas)
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).copied()
    }
}
