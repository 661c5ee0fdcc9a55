//! One small document for each fault: what is kept of it, and what is said to have been done.

use super::{ill_formed::ILL_FORMED, shapes::SHAPES, *};

/// Name, document, titles and links, one of the repairs (empty for none).
pub(super) type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

#[test]
fn every_fault_costs_nothing_but_itself_and_is_told() {
    for (name, document, items, repair) in ILL_FORMED.iter().chain(SHAPES) {
        let feed = read(document).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found: Vec<(String, String)> = feed
            .items
            .iter()
            .map(|item| {
                let title = item.title.as_ref().map(|title| title.body.clone()).unwrap_or_default();
                (title, item.link.clone().unwrap_or_default())
            })
            .collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(title, link)| (&**title, &**link)).collect();
        assert_eq!(found, *items, "{name}: {:?}", feed.repairs);
        let is_told = feed.repairs.iter().any(|told| told.contains(repair));
        assert!(is_told || repair.is_empty(), "{name}: {:?}", feed.repairs);
    }
}

#[test]
fn a_document_without_faults_needs_no_repair() {
    assert_eq!(read(ILL_FORMED[0].1).unwrap().repairs, Vec::<String>::new());
}

#[test]
fn an_empty_feed_is_a_feed() {
    for document in [
        "<rss version='2.0'><channel/></rss>",
        "<rss version='7'><channel/></rss>",
        "<rdf:RDF/>",
        "<feed/>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>",
        "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", \"items\": []}",
        "{\"version\": \"https://jsonfeed.org/version/1\"}",
    ] {
        assert_eq!(read(document).map(|feed| feed.items.len()).unwrap(), 0, "{document}");
    }
}
