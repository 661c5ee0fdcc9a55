//! Links, ids and what relative addresses are relative to. Knows nothing of texts.

use url::Url;

use super::super::tree::Element;

/// Longer ones are no addresses, in bytes.
const BASE_MAX: usize = 2_048;

/// What addresses at one place are relative to, best first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    /// By `xml:base`.
    pub base: Option<&'p Url>,
    /// The channel's link.
    pub home: Option<&'p Url>,
    /// The document's address.
    pub url: &'p Url,
}

impl Place<'_> {
    /// The absolute form of an address on an element, which may have an `xml:base` of its own.
    pub(super) fn resolve(&self, element: &Element<'_>, address: &str) -> Option<Url> {
        let address = address.trim();
        if address.is_empty() {
            return None;
        }
        match base_of(element, self.base, self.url) {
            Some(base) => base.join(address).ok(),
            None => self.home.unwrap_or(self.url).join(address).ok(),
        }
    }

    /// The same, of what a browser can fetch; one that is absolute stays as it is written.
    pub(super) fn resolve_web(&self, element: &Element<'_>, address: &str) -> Option<String> {
        self.resolve(element, address).filter(is_web).map(|url| as_written(address, url))
    }
}

/// An address as published where that needs nothing else to be understood.
fn as_written(address: &str, url: Url) -> String {
    let address = address.trim();
    let is_odd = |c: char| c.is_control() || matches!(c, '\\' | '"' | '<' | '>');
    let is_plain = is_address(address) && !address.contains(is_odd);
    if is_plain { address.to_owned() } else { url.into() }
}

pub(super) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// The `xml:base` in force on an element: its own, relative to the one around it (XML Base, section 4). One that is no
/// address is not heard.
pub(super) fn base_of(element: &Element<'_>, outer: Option<&Url>, url: &Url) -> Option<Url> {
    let own =
        element.attributes.iter().find(|attribute| attribute.0 == "xml:base").map(|found| found.1.trim());
    let own = own.filter(|own| !own.is_empty() && own.len() <= BASE_MAX);
    let joined = own.and_then(|own| outer.unwrap_or(url).join(own).ok()).filter(is_web);
    joined.or_else(|| outer.cloned())
}

/// `<guid>`, `<id>` or `rdf:about`; none that the document's end cuts off.
pub(super) fn guid<'t>(item: &'t Element<'_>, fields: &[&'t Element<'_>]) -> Option<&'t str> {
    let named = |name: &str| {
        let mut named = fields.iter().filter(|field| field.is_ours(name) && !field.is_cut);
        named.find_map(|field| Some(field.text.trim()).filter(|text| !text.is_empty()))
    };
    named("guid").or_else(|| named("id")).or_else(|| item.attribute("about"))
}

/// The article's address. See [`crate::parse::Item::link`].
pub(super) fn of_item(
    item: &Element<'_>,
    fields: &[&Element<'_>],
    guid: Option<&str>,
    place: &Place<'_>,
) -> Option<String> {
    let links: Vec<&Element<'_>> = fields.iter().copied().filter(|field| field.is_ours("link")).collect();
    let links = links.as_slice();
    let by_guid = || {
        let permalink =
            fields.iter().find(|field| field.is_ours("guid") && Some(field.text.trim()) == guid)?;
        let is_one =
            permalink.attribute("ispermalink").is_none_or(|value| value.eq_ignore_ascii_case("true"));
        place.resolve_web(item, guid.filter(|guid| is_one && is_address(guid))?)
    };
    let by_attribute = |name: &str| {
        let address = item.attribute(name).filter(|address| name == "href" || is_address(address))?;
        place.resolve_web(item, address)
    };
    let by_url = || {
        let url = fields.iter().find(|field| field.is_ours("url") && is_address(field.text.trim()))?;
        place.resolve_web(url, &url.text)
    };
    page(links, item.name == "entry", place)
        .or_else(|| by_attribute("href"))
        .or_else(by_guid)
        .or_else(|| by_attribute("about"))
        .or_else(by_url)
}

/// The page that the feed belongs to.
pub(super) fn of_feed(fields: &[&Element<'_>], place: &Place<'_>) -> Option<String> {
    let links: Vec<&Element<'_>> = fields.iter().copied().filter(|field| field.is_ours("link")).collect();
    page(&links, false, place)
}

/// Where the feed says it lives.
pub(super) fn of_itself(fields: &[&Element<'_>], place: &Place<'_>) -> Option<String> {
    let mut links = fields.iter().filter(|field| field.is_ours("link") && rel(field) == Some("self"));
    links.find_map(|link| place.resolve_web(link, link.attribute("href")?))
}

fn rel<'t>(link: &'t Element<'_>) -> Option<&'t str> {
    link.attribute("rel").map(|rel| rel.rsplit('/').next().unwrap_or(rel))
}

/// The address of a page among links: RSS writes it as text, Atom as an attribute, best of all as `text/html`.
fn page(links: &[&Element<'_>], is_atom: bool, place: &Place<'_>) -> Option<String> {
    let is_own = |address: &Url| address == place.url;
    let written = || {
        links.iter().filter(|link| !link.is_cut && !link.text.trim().is_empty()).find_map(|link| {
            let address = link.text.trim();
            let url = place.resolve(link, address)?;
            Some(as_written(address, url))
        })
    };
    let linked = || {
        let usable = || {
            links.iter().filter_map(|link| {
                let is_page = rel(link).is_none_or(|rel| rel.eq_ignore_ascii_case("alternate"));
                let address = link.attribute("href").filter(|_| is_page)?;
                let url = place.resolve(link, address).filter(|url| !is_own(url))?;
                let is_html = link.attribute("type").is_none_or(|kind| kind.contains("html"));
                Some((is_html, as_written(address, url)))
            })
        };
        let html = usable().find(|link| link.0);
        html.or_else(|| usable().next()).map(|link| link.1)
    };
    if is_atom { linked().or_else(written) } else { written().or_else(linked) }
}

/// What looks like the address of a page.
fn is_address(text: &str) -> bool {
    let start = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    (start.starts_with("http://") || start.starts_with("https://")) && !text.contains(char::is_whitespace)
}
