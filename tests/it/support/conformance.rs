//! What the specifications of our formats demand of a document, and what the W3C feed validator warns of, as far as it can
//! be told from the document alone. Each rule names its source; the wording of the validator's own messages is not used.
//!
//! Of its warnings one is left out on purpose: two entries of Atom with the same `updated`. Publishers date by the minute,
//! and a date of our own invention would be false.

mod atom;
mod json;
mod opml;
mod rss;
mod values;
mod xml;

use std::collections::HashSet;

use roxmltree::Document;

/// Breaches of the rules, in words.
pub type Breaches = Vec<String>;

/// Everything wrong with the document whose address this is; its ending tells the format.
pub fn breaches(address: &str, bytes: &[u8]) -> Breaches {
    let Ok(text) = std::str::from_utf8(bytes) else { return vec!["not UTF-8".to_owned()] };
    let mut found = Found::default();
    let extension = address.rsplit('.').next().unwrap_or_default();
    match extension {
        "json" => match serde_json::from_str(text) {
            Ok(document) => json::document(&document, address, &mut found),
            Err(error) => found.note(false, &format!("no JSON: {error}")),
        },
        "xml" | "atom" | "opml" => match Document::parse(text) {
            Ok(document) => {
                let root = document.root_element();
                match root.tag_name().name() {
                    "opml" => opml::document(root, &mut found),
                    _ if extension == "atom" => atom::document(root, address, &mut found),
                    _ => rss::document(root, address, &mut found),
                }
            }
            Err(error) => found.note(false, &format!("not well-formed: {error}")),
        },
        other => found.note(false, &format!("no rules for .{other}")),
    }
    found.breaches
}

/// What was found so far.
#[derive(Default)]
struct Found {
    breaches: Breaches,
    ids: HashSet<String>,
}

impl Found {
    fn note(&mut self, holds: bool, rule: &str) {
        if !holds {
            self.breaches.push(rule.to_owned());
        }
    }

    /// Notes what a check of a value said against it.
    fn value(&mut self, what: &str, judged: Result<(), String>) {
        if let Err(fault) = judged {
            self.breaches.push(format!("{what}: {fault}"));
        }
    }

    fn unique(&mut self, id: &str) {
        let is_new = self.ids.insert(id.to_owned());
        self.note(is_new, &format!("the id {id} twice"));
    }
}
