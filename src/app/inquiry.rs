//! What an admin asks of an entry by what people have of it: why it stands where it does, and that it be taken down.
//! Knows not who asks: the command line does so by itself, or through a running daemon.

mod words;

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::{
    config::Config,
    model::{EntryKey, Grouping, Presence, Remembered, Seq, SourceId, Timestamp},
    normalize,
    publish::public_guid,
    store::{Store, StoreError},
};

/// So many entries are told at most.
const TOLD_MAX: usize = 100;

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// To know what is known.
    Why,
    /// To have it taken down.
    Forget,
}

/// What is said to who asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Whether something was known, and done.
    pub well: bool,
    /// For people.
    pub words: String,
    /// The sources whose channels changed.
    #[serde(skip)]
    pub touched: Vec<SourceId>,
}

impl Reply {
    fn refusal(words: String) -> Self {
        Self { words, ..Self::default() }
    }
}

/// Answers a question about the entries that this names: an article's address, our guid, or its publisher's own.
///
/// A takedown by a publisher's guid that several stories have is refused: small numbers mean another article in each
/// source. What is taken down is on the disk when this returns.
///
/// # Errors
/// When the store cannot be read, or not be written.
pub async fn answer(
    store: &Store,
    config: &Config,
    question: Question,
    name: &str,
    now: Timestamp,
) -> Result<Reply, StoreError> {
    let named = Named::read(name);
    let is_sure = named.is_sure();
    let mut found = store.find(move |source, key| named.has(source, key)).await?;
    if found.is_empty() {
        return Ok(Reply::refusal(format!(
            "nothing is known under {}; name an article by its address, or by a guid that a feed shows",
            words::clean(name)
        )));
    }
    let stories: HashSet<Story> = found.iter().filter(|found| !is_down(found)).map(Story::of).collect();
    if question == Question::Forget && !is_sure && stories.len() > 1 {
        let words = words::several(&found[..found.len().min(TOLD_MAX)], stories.len());
        return Ok(Reply::refusal(words));
    }
    let links: HashSet<EntryKey> = found.iter().filter_map(|found| link(found).copied()).collect();
    if !links.is_empty() {
        found.extend(store.find(move |_, key| links.contains(&key)).await?);
    }
    let found: BTreeMap<Seq, Remembered> = found.into_iter().map(|found| (found.known.seq, found)).collect();
    match question {
        Question::Why => {
            let all: Vec<&Remembered> = found.values().collect();
            let told: Vec<String> =
                all.iter().take(TOLD_MAX).map(|found| words::told(found, &all, config, now)).collect();
            let rest = words::rest(all.len(), TOLD_MAX);
            Ok(Reply { well: true, words: told.join("\n\n") + &rest, touched: Vec::new() })
        }
        Question::Forget => {
            let gone = store.take_down(found.keys().copied().collect()).await?;
            let known: Vec<&Remembered> =
                gone.taken_down.iter().filter_map(|seq| found.get(seq)).take(TOLD_MAX).collect();
            let words = words::taken_down(gone.taken_down.len(), &known, config)
                + &words::rest(gone.taken_down.len(), known.len());
            Ok(Reply { well: true, words, touched: gone.touched })
        }
    }
}

/// What people have of an entry, in each way that it can be meant.
struct Named {
    link: Option<EntryKey>,
    guid: EntryKey,
    public: Option<String>,
}

impl Named {
    fn read(name: &str) -> Self {
        let name = name.trim();
        let lower = name.to_ascii_lowercase();
        Self {
            link: normalize::link_key(name),
            guid: normalize::guid_key(name),
            public: lower.starts_with("urn:uuid:").then_some(lower),
        }
    }

    /// Whether it means one story, whichever source has it.
    fn is_sure(&self) -> bool {
        self.link.is_some() || self.public.is_some()
    }

    fn has(&self, source: &SourceId, key: EntryKey) -> bool {
        let is_public = || self.public.as_ref().is_some_and(|guid| public_guid(source, key) == *guid);
        key == self.guid || self.link == Some(key) || is_public()
    }
}

/// What makes two entries the same story.
#[derive(PartialEq, Eq, Hash)]
enum Story {
    Linked(EntryKey),
    Alone(Seq),
}

impl Story {
    fn of(found: &Remembered) -> Self {
        link(found).map_or(Self::Alone(found.known.seq), |link| Self::Linked(*link))
    }
}

/// The link that the entry's group has in common.
fn link(found: &Remembered) -> Option<&EntryKey> {
    match &found.grouping {
        Grouping::Led { link, .. } => Some(link),
        Grouping::Alone | Grouping::Unknown => None,
    }
}

fn is_down(found: &Remembered) -> bool {
    found.known.presence == Presence::TakenDown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rule;

    #[test]
    fn an_entry_is_meant_by_its_address_its_guid_and_ours() {
        let source = SourceId::new("bao-ninh-binh").unwrap();
        let other = SourceId::new("dong-nai").unwrap();
        let (guid, link) =
            (|value| EntryKey::new(Rule::Guid, value), |value| EntryKey::new(Rule::Link, value));
        let ours = "urn:uuid:121a8729-eccb-8b43-a761-c822b9a709c0";
        let table = [
            ("news_6774", guid("news_6774"), true, false),
            (" news_6774\n", guid("news_6774"), true, false),
            (ours, guid("news_6774"), true, true),
            ("URN:UUID:121A8729-ECCB-8B43-A761-C822B9A709C0", guid("news_6774"), true, true),
            ("news_6775", guid("news_6774"), false, false),
            ("http://a.vn/tin/1/?utm_source=x#y", link("//a.vn/tin/1"), true, true),
            ("https://a.vn/?p=1#x", guid("//a.vn/?p=1#x"), true, true),
            ("ftp://a.vn/1", link("//a.vn/1"), false, false),
            // A publisher's may look as ours do.
            ("urn:uuid:0", guid("urn:uuid:0"), true, true),
        ];
        for (name, key, has, sure) in table {
            let named = Named::read(name);
            assert_eq!((named.has(&source, key), named.is_sure()), (has, sure), "{name}");
        }
        assert!(!Named::read(ours).has(&other, guid("news_6774")));
    }
}
