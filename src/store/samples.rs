//! Entries and commits for tests. Numbers make them: equal numbers make equal values.

use crate::model::{
    Author, Changes, Commit, Digest, Enclosure, Entry, EntryKey, Identity, KnownEntry, Likeness, NewEntry,
    Presence, Rule, Seq, SourceId, SourceState, State, StoredEntry, Timestamp, Update, Validators,
};

pub fn source(id: &str) -> SourceId {
    SourceId::new(id).unwrap()
}

/// So many seconds after the first second of 2025 in UTC.
pub fn at(second: u32) -> Timestamp {
    Timestamp::from_timestamp(1_735_689_600 + i64::from(second), 0).unwrap()
}

pub fn key(number: u32) -> EntryKey {
    EntryKey::new(Rule::Guid, &format!("guid-{number}"))
}

pub fn link_key(number: u32) -> EntryKey {
    EntryKey::new(Rule::Link, &format!("https://bao.vn/{number}"))
}

pub fn likeness(number: u32) -> Likeness {
    let [title, text, gist] =
        ["title", "text", "gist"].map(|part| Digest::of(&[part.as_bytes(), &number.to_be_bytes()]));
    Likeness { title, text, gist }
}

pub fn entry(number: u32) -> Entry {
    Entry {
        identity: Identity { rule: Rule::Guid, value: format!("guid-{number}") },
        link: Some(format!("http://bao.vn/{number}")),
        canonical_link: Some(format!("https://bao.vn/{number}")),
        title: format!("Tin số {number}: lũ lên ở Ninh Bình"),
        summary: Some("<p>Nước sông Hoàng Long dâng cao.</p>".to_owned()),
        content: None,
        authors: vec![Author { name: "Nguyễn Văn A".to_owned(), url: None }],
        categories: vec!["Thời sự".to_owned()],
        published: Some(at(number)),
        updated: None,
        image: None,
        enclosures: vec![Enclosure {
            url: "https://bao.vn/a.mp3".to_owned(),
            media_type: None,
            length: Some(7),
            ..Enclosure::default()
        }],
        rights: None,
    }
}

pub fn new(number: u32, place: Timestamp) -> NewEntry {
    NewEntry {
        entry: entry(number),
        keys: vec![key(number), link_key(number)],
        digest: Digest::of(&[b"all", &number.to_be_bytes()]),
        head: Digest::of(&[b"head", &number.to_be_bytes()]),
        likeness: likeness(number),
        date: at(number),
        place,
        dropped: None,
        article: None,
    }
}

pub fn stored(number: u32) -> StoredEntry {
    StoredEntry {
        seq: Seq(number.into()),
        source: source("bao"),
        key: key(number),
        first_seen: at(number),
        date: at(number),
        place: at(number),
        changed: at(number),
        lead: None,
        dropped: None,
        article: None,
        entry: entry(number),
    }
}

pub fn state(etag: &str) -> SourceState {
    SourceState {
        state: State::Ok,
        since: at(1),
        next_poll: at(900),
        last_poll: Some(at(2)),
        validators: Validators { etag: Some(etag.as_bytes().to_vec()), last_modified: None },
        ..SourceState::default()
    }
}

/// A poll that ended at this second with these new entries, all placed at its end.
pub fn commit(id: &str, second: u32, numbers: &[u32]) -> Commit {
    let inserted = numbers.iter().map(|number| new(*number, at(second))).collect();
    Commit {
        source: source(id),
        at: at(second),
        changes: Changes { inserted, ..Changes::default() },
        state: state(&format!("\"{id}-{second}\"")),
        durable: false,
    }
}

/// A poll that changed the title of one entry.
pub fn update(id: &str, second: u32, seq: Seq, title: &str) -> Commit {
    let number = 4_000_000;
    let known = KnownEntry {
        seq,
        digest: Digest::of(&[&second.to_be_bytes()]),
        head: Digest([7; 16]),
        likeness: likeness(number),
        date: at(number),
        body_updates: 3,
        aliases: 0,
        presence: Presence::Kept,
    };
    let entry = Entry { title: title.to_owned(), ..entry(number) };
    Commit {
        changes: Changes { updated: vec![Update { known, entry }], ..Changes::default() },
        ..commit(id, second, &[])
    }
}
