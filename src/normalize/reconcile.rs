//! What a document changes, given what is known of its source: what is new, what was edited, what goes by another
//! name now.

use std::time::Duration;

use super::{
    Candidate,
    familiar::{Seen, Sighting},
    likeness,
    matching::{self, Match},
};
use crate::model::{
    Alike, Changes, Digest, Entry, EntryKey, Known, KnownEntry, NewEntry, Presence, Rule, Seq, Timestamp,
    Update,
};

/// How often a change of nothing but the body is taken for an edit: a visitor counter in the text would otherwise
/// make every entry "updated" at each poll.
const BODY_UPDATES_MAX: u32 = 10;
/// How many further keys an entry is given. Where each document brings new guids, or new dates to entries that have
/// nothing else, they are not worth remembering.
const ALIASES_MAX: u32 = 32;
/// Of the undated entries of a source's first document, how many enter merged channels.
const FIRST_UNDATED: usize = 20;

/// The circumstances in which a document arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// When.
    pub now: Timestamp,
    /// Whether it is the first that was ever read of its source: what is older than the window then goes to the
    /// archive, so that a new source does not flood the readers.
    pub first: bool,
    /// Whether what a reading depends on, beside the document, has changed since the last: what is different now
    /// was edited by nobody.
    pub reread: bool,
    /// The live window of the merged channels.
    pub window: Duration,
}

/// What a document came to.
#[derive(Debug, Default)]
pub struct Reconciled {
    /// What it changes.
    pub changes: Changes,
    /// Which entries its items are; see [`super::acquaint`].
    pub sightings: Vec<Sighting>,
}

/// The keys under which these candidates may be known; what is familiar need not be looked up.
#[must_use]
pub fn keys(candidates: &[Candidate]) -> Vec<EntryKey> {
    candidates.iter().filter(|candidate| candidate.familiar.is_none()).flat_map(keys_of).collect()
}

/// Identity first: it makes the public guid.
fn keys_of(candidate: &Candidate) -> Vec<EntryKey> {
    std::iter::once(candidate.entry.identity.key()).chain(matching::link_key(candidate)).collect()
}

/// The difference between a document's entries and what is kept: `known` of [`keys`] and of [`super::doubts`], `alike`
/// of the titles among the latter.
#[must_use]
pub fn reconcile(candidates: Vec<Candidate>, known: &Known, alike: &Alike, arrival: &Arrival) -> Reconciled {
    let mut changes = Changes::default();
    let mut sightings = Vec::with_capacity(candidates.len());
    let (matches, rekeyed) = matching::find(&candidates, known, alike);
    let mut undated = 0;
    let mut listed = Vec::new();
    for (candidate, matched) in candidates.into_iter().zip(matches) {
        sightings.extend(seen(&candidate, matched, known).and_then(|seen| Sighting::of(&candidate, seen)));
        if let Match::Same(seq) = matched {
            listed.push((seq, Presence::Kept));
            continue;
        }
        let mut keys = keys_of(&candidate);
        let is_rekeyed =
            rekeyed && candidate.entry.identity.rule != Rule::Fingerprint && !known.contains_key(&keys[0]);
        keys.retain(|key| !known.contains_key(key));
        let contents = Contents::of(&candidate);
        let mut entry = candidate.entry;
        match matched {
            Match::Repeat | Match::Same(_) => {}
            Match::Kept(kept) => {
                listed.push((kept.seq, kept.presence));
                let aliases = aliases(&entry, contents, keys, kept);
                changes.rekeyed += usize::from(is_rekeyed && !aliases.is_empty());
                changes.aliases.extend(aliases);
                changes.updated.extend(update(entry, contents, kept, arrival));
            }
            Match::New => {
                undated += usize::from(published(&entry).is_none());
                // A link that leads to an entry which another item is.
                let is_taken = |link: &str| known.contains_key(&EntryKey::new(Rule::Link, link));
                entry.canonical_link.take_if(|link| is_taken(link));
                changes.inserted.push(insert(entry, contents, keys, arrival, undated));
            }
        }
    }
    changes.listed = Some(listed);
    Reconciled { changes, sightings }
}

/// Which entry an item is surely found to be again, as long as it stands as it stands now: by its identity, under its
/// title.
fn seen(candidate: &Candidate, matched: Match<'_>, known: &Known) -> Option<Seen> {
    let entry = &candidate.entry;
    match matched {
        Match::Repeat => None,
        Match::Same(seq) => Some(Seen::Kept(seq)),
        Match::New => Some(Seen::New(entry.identity.key())),
        Match::Kept(kept) => {
            let identified = known.get(&entry.identity.key()).is_some_and(|other| other.seq == kept.seq);
            // Of what was pruned no title is written again.
            let titled = kept.presence == Presence::Kept || kept.likeness.title == likeness::title(entry);
            (identified && titled).then_some(Seen::Kept(kept.seq))
        }
    }
}

/// The keys by which an entry is to be found from now on, of those that nothing has.
fn aliases(
    entry: &Entry,
    contents: Contents,
    mut unknown: Vec<EntryKey>,
    kept: &KnownEntry,
) -> Vec<(EntryKey, Seq)> {
    if contents.head == kept.head {
        // It bore this link already, and yet the link was not its key: it was shared.
        let link = entry.canonical_link.as_deref().map(|link| EntryKey::new(Rule::Link, link));
        unknown.retain(|key| Some(*key) != link);
    }
    unknown.truncate(ALIASES_MAX.saturating_sub(kept.aliases) as usize);
    unknown.into_iter().map(|key| (key, kept.seq)).collect()
}

fn update(entry: Entry, contents: Contents, kept: &KnownEntry, arrival: &Arrival) -> Option<Update> {
    let Contents { head, digest } = contents;
    // What was pruned has no contents to be changed.
    if digest == kept.digest || kept.presence != Presence::Kept {
        return None;
    }
    let body_updates = match head == kept.head {
        true if arrival.reread => kept.body_updates.min(BODY_UPDATES_MAX),
        true => kept.body_updates + 1,
        false => 0,
    };
    let (likeness, _) = likeness::of(&entry);
    let known = KnownEntry { digest, head, likeness, body_updates, ..*kept };
    (body_updates <= BODY_UPDATES_MAX).then_some(Update { known, entry })
}

fn insert(
    entry: Entry,
    contents: Contents,
    keys: Vec<EntryKey>,
    arrival: &Arrival,
    undated: usize,
) -> NewEntry {
    let now = arrival.now;
    let date = published(&entry).map_or(now, |date| date.min(now));
    let oldest =
        chrono::Duration::from_std(arrival.window).ok().and_then(|window| now.checked_sub_signed(window));
    let oldest = oldest.unwrap_or(Timestamp::UNIX_EPOCH);
    let place = match published(&entry) {
        Some(_) if arrival.first && date < oldest => date,
        None if arrival.first && undated > FIRST_UNDATED => oldest - chrono::Duration::milliseconds(1),
        _ => now,
    };
    let Contents { head, digest } = contents;
    let (likeness, _) = likeness::of(&entry);
    NewEntry { entry, keys, digest, head, likeness, date, place, dropped: None, article: None }
}

/// As the publisher dates it.
pub(super) fn published(entry: &Entry) -> Option<Timestamp> {
    entry.published.or(entry.updated)
}

/// Digests of what an entry holds. Dates are in neither: they are fixed once published, and some publishers move them
/// by seconds between polls (NukeViet 4.6).
#[derive(Clone, Copy)]
struct Contents {
    /// Of what an editor changes on purpose: title and link, as published.
    head: Digest,
    /// Of all that readers see.
    digest: Digest,
}

impl Contents {
    fn of(candidate: &Candidate) -> Self {
        let Candidate { entry, published_link, .. } = candidate;
        let Entry { title, link, summary, content, authors, categories, image, enclosures, rights, .. } =
            entry;
        let seen = link.as_deref().unwrap_or_default().as_bytes();
        let link = published_link.as_deref().map_or(seen, str::as_bytes);
        let head = Digest::of(&[title.as_bytes(), link]);
        let rest = serde_json::to_vec(&(summary, content, authors, categories, image, enclosures))
            .unwrap_or_default();
        // What few entries have is no part of the others' digests, which are kept.
        let mut parts: Vec<&[u8]> = vec![&head.0, &rest];
        parts.extend(published_link.as_ref().map(|_| seen));
        if let Some(rights) = rights {
            parts.extend([b"rights", rights.as_bytes()]);
        }
        let digest = Digest::of(&parts);
        Self { head, digest }
    }
}

#[cfg(test)]
mod tests;
