//! Entries and commits as a poll would bring them, the same in every process and every run.

use tintinh::model::{
    Changes, Commit, Digest, Entry, EntryKey, Identity, Likeness, NewEntry, Rule, SourceId, SourceState,
    Timestamp, Validators,
};

/// So many seconds after a beginning.
pub fn at(second: u64) -> Timestamp {
    Timestamp::from_timestamp(1_735_689_600 + i64::try_from(second).unwrap(), 0).unwrap()
}

pub fn source(id: &str) -> SourceId {
    SourceId::new(id).unwrap()
}

/// An entry with this name and this content, and nothing else.
pub fn entry(name: &str, content: Option<String>) -> Entry {
    Entry {
        identity: Identity { rule: Rule::Guid, value: name.to_owned() },
        link: None,
        canonical_link: None,
        title: format!("Tin {name}"),
        summary: None,
        content,
        authors: vec![],
        categories: vec![],
        published: None,
        updated: None,
        image: None,
        enclosures: vec![],
        rights: None,
    }
}

/// The entry as a new one, first known by its first key.
pub fn new(entry: Entry, keys: Vec<EntryKey>, at: Timestamp) -> NewEntry {
    let digest = Digest(keys[0].0);
    let likeness = Likeness { title: digest, text: digest, gist: digest };
    NewEntry {
        entry,
        keys,
        digest,
        head: digest,
        likeness,
        date: at,
        place: at,
        dropped: None,
        article: None,
    }
}

/// A poll that brought these.
pub fn commit(id: &str, at: Timestamp, etag: &str, inserted: Vec<NewEntry>) -> Commit {
    let etag = Some(etag.as_bytes().to_vec());
    let validators = Validators { etag, last_modified: None };
    Commit {
        source: source(id),
        at,
        changes: Changes { inserted, ..Changes::default() },
        state: SourceState { validators, ..SourceState::default() },
        durable: false,
    }
}

/// Words that no compression makes short.
pub fn words(seed: EntryKey, count: u32) -> Vec<String> {
    (0..count).map(|word| Digest::of(&[&seed.0, &word.to_be_bytes()]).to_string()).collect()
}
