//! A new entry of one paper, as a poll brings it to the store.

use tintinh::model::{Digest, Entry, EntryKey, Identity, Likeness, NewEntry, Rule, Timestamp};

/// The entry of this number, with these texts.
pub fn new(number: u64, title: String, summary: String, image: String, at: Timestamp) -> NewEntry {
    let identity = Identity { rule: Rule::Guid, value: format!("https://bao.example/tin-{number}.html") };
    let (key, link) = (identity.key(), format!("//bao.example/tin-{number}.html"));
    let digest = |part: &[u8]| Digest::of(&[part, &number.to_le_bytes()]);
    let entry = Entry {
        identity,
        link: Some(format!("https:{link}")),
        canonical_link: Some(link.clone()),
        title,
        summary: Some(summary),
        content: None,
        authors: vec![],
        categories: vec!["Thời sự".to_owned()],
        published: Some(at),
        updated: None,
        image: Some(image),
        enclosures: vec![],
        rights: None,
    };
    NewEntry {
        entry,
        keys: vec![key, EntryKey::new(Rule::Link, &link)],
        digest: digest(b"all"),
        head: digest(b"head"),
        likeness: Likeness { title: digest(b"title"), text: digest(b"text"), gist: digest(b"gist") },
        date: at,
        place: at,
        dropped: None,
        article: None,
    }
}
