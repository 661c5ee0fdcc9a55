//! Hosts that are gone, replaced in what readers see of an entry. Touches nothing that identifies it: guid, keys and
//! canonical link stay as published, so an entry remains the same one whatever is rewritten.

use std::collections::BTreeMap;

use url::Url;

use super::{Candidate, html};
use crate::model::Article;

/// Hosts that are gone, and those that stand in their place; spelt as addresses spell them, without a dot at the end.
type Rewrites = BTreeMap<String, String>;

/// Replaces hosts in the addresses of these entries: link, picture, files, authors, and what their texts link to and
/// show. Only whole hosts, and each address once; scheme, port and path stay.
pub fn rewrite_hosts(candidates: &mut [Candidate], rewrites: &Rewrites) {
    if rewrites.is_empty() {
        return;
    }
    for candidate in candidates {
        let entry = &mut candidate.entry;
        let link = entry.link.as_deref().and_then(|link| rewritten(link, rewrites));
        if let Some(link) = link {
            candidate.published_link = entry.link.replace(link);
        }
        for html in [&mut entry.summary, &mut entry.content].into_iter().flatten() {
            if let Some(other) = html::readdressed(html, |address| rewritten(address, rewrites)) {
                *html = other;
            }
        }
        let authors = entry.authors.iter_mut().filter_map(|author| author.url.as_mut());
        let files = entry.enclosures.iter_mut().map(|enclosure| &mut enclosure.url);
        for address in authors.chain(files).chain(&mut entry.image) {
            if let Some(other) = rewritten(address, rewrites) {
                *address = other;
            }
        }
    }
}

/// The same in what an article tells.
pub(super) fn rewrite_article(article: &mut Article, rewrites: &Rewrites) {
    for html in [&mut article.summary, &mut article.content].into_iter().flatten() {
        if let Some(other) = html::readdressed(html, |address| rewritten(address, rewrites)) {
            *html = other;
        }
    }
    let address = article.image.as_deref().and_then(|address| rewritten(address, rewrites));
    article.image = address.or(article.image.take());
}

/// The address with its host replaced; none where it stays.
fn rewritten(address: &str, rewrites: &Rewrites) -> Option<String> {
    let mut url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?;
    let new = rewrites.get(host.strip_suffix('.').unwrap_or(host))?;
    url.set_host(Some(new)).ok()?;
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Author, Enclosure},
        normalize::{Draft, identity::assign},
    };

    fn rewrites() -> Rewrites {
        let pairs = [
            ("old.vn", "new.vn"),
            ("new.vn", "newest.vn"),
            ("192.0.2.1", "xn--bo-mia.vn"),
            ("moved.vn", "[2001:db8::1]"),
        ];
        pairs.map(|(old, new)| (old.to_owned(), new.to_owned())).into()
    }

    #[test]
    fn a_host_is_replaced_once_and_the_rest_of_its_address_stays() {
        let table = [
            ("http://old.vn/a?b=old.vn#c", Some("http://new.vn/a?b=old.vn#c")),
            ("HTTPS://OLD.vn./", Some("https://new.vn/")),
            ("https://old.vn:7978/a", Some("https://new.vn:7978/a")),
            ("https://old.vn:443/a", Some("https://new.vn/a")),
            ("https://new.vn/", Some("https://newest.vn/")),
            ("http://192.0.2.1/a", Some("http://xn--bo-mia.vn/a")),
            ("http://moved.vn:81/", Some("http://[2001:db8::1]:81/")),
            ("http://www.old.vn/", None),
            ("http://bold.vn/", None),
            ("http://old.vn.x/", None),
            ("http://a.vn/old.vn", None),
            ("http://old.vn@a.vn/", None),
            ("mailto:a@old.vn", None),
            ("old.vn/a", None),
            ("//old.vn/a", None),
            ("", None),
        ];
        for (address, wanted) in table {
            assert_eq!(rewritten(address, &rewrites()).as_deref(), wanted, "{address}");
        }
    }

    #[test]
    fn all_that_readers_see_is_rewritten_and_what_identifies_stays() {
        let html = r#"<p title="http://old.vn/">http://old.vn/ <a href="http://old.vn/?a&amp;b">x</a>"#;
        let rest = r#"<img src="https://old.vn/1.jpg" alt="old.vn"><video poster="https://OLD.vn/2.jpg"><source src="http://old.vn/3.mp4"></video></p>"#;
        let draft = Draft {
            guid: Some("http://old.vn/1".to_owned()),
            link: Url::parse("http://old.vn/1").ok(),
            summary: Some(format!("{html}{rest}")),
            content: Some("<a href=\"https://a.vn/\">old.vn</a>".to_owned()),
            authors: vec![Author { name: "A".to_owned(), url: Some("http://old.vn/a".to_owned()) }],
            image: Some("http://old.vn/1.jpg".to_owned()),
            enclosures: vec![Enclosure { url: "http://old.vn/1.mp3".to_owned(), ..Enclosure::default() }],
            ..Draft::default()
        };
        let published = assign(vec![draft], &[]);
        let mut seen = published.clone();
        rewrite_hosts(&mut seen, &BTreeMap::new());
        assert_eq!(seen, published);
        rewrite_hosts(&mut seen, &rewrites());
        let [Candidate { entry, doubtful, published_link, .. }] = &seen[..] else { panic!() };
        assert_eq!(
            (entry.link.as_deref(), published_link.as_deref()),
            (Some("http://new.vn/1"), Some("http://old.vn/1"))
        );
        let html = r#"<p title="http://old.vn/">http://old.vn/ <a href="http://new.vn/?a&amp;b">x</a>"#;
        let rest = r#"<img src="https://new.vn/1.jpg" alt="old.vn"><video poster="https://new.vn/2.jpg"><source src="http://new.vn/3.mp4"></video></p>"#;
        assert_eq!(entry.summary.as_deref(), Some(&*format!("{html}{rest}")));
        assert_eq!(entry.content, published[0].entry.content);
        assert_eq!(entry.authors[0].url.as_deref(), Some("http://new.vn/a"));
        assert_eq!(entry.image.as_deref(), Some("http://new.vn/1.jpg"));
        assert_eq!(entry.enclosures[0].url, "http://new.vn/1.mp3");
        let before = &published[0];
        assert_eq!((&entry.identity, doubtful), (&before.entry.identity, &before.doubtful));
        assert_eq!(entry.canonical_link.as_deref(), Some("//old.vn/1"));
        assert_eq!(entry.title, before.entry.title);
    }
}
