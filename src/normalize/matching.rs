//! Which kept entry each candidate of a document is. Decides nothing about what becomes of it.
//!
//! A candidate is matched by the best that it has, and what is better goes first, over the whole document: its
//! identity; its link, under another guid; a guid, link or fingerprint that identified it in an earlier document,
//! if the title agrees; for what has neither guid nor link, title and date; and, where most of the document would
//! otherwise be new, title and text. No kept entry is taken by two, except that candidates of one identity are one.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;

use super::{
    Candidate,
    likeness::{self, Strength},
    reconcile::published,
};
use crate::model::{Alike, Digest, Entry, EntryKey, Known, KnownEntry, Likeness, Rule, Seq, Timestamp};

/// With fewer that look new and are known, it is not the publisher who re-keyed, but chance.
const REKEYED_MIN: usize = 5;

/// Dates of one entry are nearer than this, and those of a daily column's entries are not: a date that was read in
/// another zone, or with the minutes wrong, moves by hours at most.
const SAME_DATE: TimeDelta = TimeDelta::hours(12);

/// What a candidate turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match<'a> {
    /// Nothing that is kept.
    New,
    /// This entry.
    Kept(&'a KnownEntry),
    /// An entry for which another candidate speaks already.
    Repeat,
    /// This one, and it stands as it stood.
    Same(Seq),
}

/// What the store has to be asked, beside the keys that identify: only what is in doubt.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Keys that do not identify in this document, but may have before.
    pub keys: Vec<EntryKey>,
    /// Titles ([`Likeness::title`]) of what may be known by other keys.
    pub titles: Vec<Digest>,
}

/// What is in doubt about these candidates when this is known of their [`super::keys`].
#[must_use]
pub fn doubts(candidates: &[Candidate], known: &Known) -> Doubts {
    let unfamiliar = || candidates.iter().filter(|candidate| candidate.familiar.is_none());
    let is_new = |candidate: &&Candidate| !known.contains_key(&candidate.entry.identity.key());
    let most = is_most(unfamiliar().filter(is_new).count(), candidates.len());
    let mut doubts = Doubts::default();
    let mut titles = HashSet::new();
    for candidate in unfamiliar() {
        let title = likeness::title(&candidate.entry);
        let by_identity = known.get(&candidate.entry.identity.key());
        if by_identity.is_none_or(|kept| kept.likeness.title != title) {
            doubts.keys.extend(&candidate.doubtful);
        }
        if by_identity.is_none() && (most || has_no_key(candidate)) && titles.insert(title) {
            doubts.titles.push(title);
        }
    }
    doubts
}

/// Whether a candidate that is not familiar may be an entry for which a familiar one speaks: which of them does so in
/// truth, only who reads both can tell. `known` is what the store knows of [`super::keys`] and [`doubts`].
#[must_use]
pub fn is_contested(candidates: &[Candidate], known: &Known) -> bool {
    let spoken_for: HashSet<Seq> = candidates.iter().filter_map(|candidate| candidate.familiar).collect();
    let mut unfamiliar = candidates.iter().filter(|candidate| candidate.familiar.is_none());
    !spoken_for.is_empty()
        && unfamiliar.any(|candidate| {
            let keys = [candidate.entry.identity.key()].into_iter().chain(link_key(candidate));
            let keys = keys.chain(candidate.doubtful.iter().copied());
            keys.filter_map(|key| known.get(&key)).any(|kept| spoken_for.contains(&kept.seq))
        })
}

/// Whether nothing but what it says identifies it.
fn has_no_key(candidate: &Candidate) -> bool {
    candidate.entry.identity.rule == Rule::Fingerprint
}

/// The flood breaker's threshold: more than half of the document, and at least five items.
fn is_most(some: usize, all: usize) -> bool {
    some >= REKEYED_MIN && some * 2 > all
}

/// The link's key, where it identifies and is not the identity itself.
pub(super) fn link_key(candidate: &Candidate) -> Option<EntryKey> {
    let link = candidate.entry.canonical_link.as_deref()?;
    Some(EntryKey::new(Rule::Link, link)).filter(|link| *link != candidate.entry.identity.key())
}

/// What each candidate is, and whether the publisher re-keyed.
pub(super) fn find<'a>(
    candidates: &[Candidate],
    known: &'a Known,
    alike: &'a Alike,
) -> (Vec<Match<'a>>, bool) {
    // What stands as it stood speaks for its entry, before all others.
    let matches = candidates.iter().map(|candidate| candidate.familiar.map_or(Match::New, Match::Same));
    let claimed = candidates.iter().filter_map(|candidate| candidate.familiar).collect();
    let traits = candidates.iter().map(|candidate| Traits::of(candidate, known)).collect();
    let mut search = Search { traits, claimed, matches: matches.collect() };
    search.by_identity();
    search.by_link();
    search.by_doubtful_keys(candidates);
    search.by_title(candidates, alike);
    let texts = search.by_text(candidates, alike);
    let looked_new =
        |place: &usize| candidates[*place].familiar.is_none() && search.traits[*place].by_identity.is_none();
    let found = (0..candidates.len()).filter(looked_new);
    let found = found.filter(|place| search.matches[*place] != Match::New).count();
    let rekeyed = is_most(found + texts.len(), candidates.len());
    if rekeyed {
        for (place, kept) in texts {
            search.matches[place] = Match::Kept(kept);
        }
    }
    (search.matches, rekeyed)
}

/// What the kept entries say of a candidate.
struct Traits<'a> {
    title: Digest,
    by_identity: Option<&'a KnownEntry>,
    by_link: Option<&'a KnownEntry>,
    by_doubtful: Vec<&'a KnownEntry>,
}

impl<'a> Traits<'a> {
    /// Of one that is familiar nothing is asked.
    fn of(candidate: &Candidate, known: &'a Known) -> Self {
        if candidate.familiar.is_some() {
            let title = Digest([0; 16]);
            return Self { title, by_identity: None, by_link: None, by_doubtful: Vec::new() };
        }
        Self {
            title: likeness::title(&candidate.entry),
            by_identity: known.get(&candidate.entry.identity.key()),
            by_link: link_key(candidate).and_then(|link| known.get(&link)),
            by_doubtful: candidate.doubtful.iter().filter_map(|key| known.get(key)).collect(),
        }
    }

    /// An entry that the candidate rather is than the one of its identity: the title there is another's, and here its
    /// own. So it is when a guid that all items share stands in a document of one item.
    fn rather(&self) -> Option<&'a KnownEntry> {
        let identified = self.by_identity.filter(|kept| kept.likeness.title != self.title)?;
        let others = self.by_link.into_iter().chain(self.by_doubtful.iter().copied());
        others.filter(|kept| kept.seq != identified.seq).find(|kept| kept.likeness.title == self.title)
    }
}

struct Search<'a> {
    traits: Vec<Traits<'a>>,
    claimed: HashSet<Seq>,
    matches: Vec<Match<'a>>,
}

impl<'a> Search<'a> {
    fn claim(&mut self, place: usize, kept: &'a KnownEntry) -> bool {
        let free = self.claimed.insert(kept.seq);
        if free {
            self.matches[place] = Match::Kept(kept);
        }
        free
    }

    fn by_identity(&mut self) {
        let places = 0..self.traits.len();
        let (torn, sure): (Vec<usize>, Vec<usize>) =
            places.partition(|place| self.traits[*place].rather().is_some());
        for place in sure.into_iter().chain(torn) {
            let Some(identified) = self.traits[place].by_identity else { continue };
            let rather = self.traits[place].rather();
            if !rather.is_some_and(|kept| self.claim(place, kept)) && !self.claim(place, identified) {
                self.matches[place] = Match::Repeat;
            }
        }
    }

    /// The publisher gave the article a new guid.
    fn by_link(&mut self) {
        for place in self.unmatched() {
            if let Some(kept) = self.traits[place].by_link {
                self.claim(place, kept);
            }
        }
    }

    /// What identified it before does so no more, or did not yet: it is shared in one of the documents.
    fn by_doubtful_keys(&mut self, candidates: &[Candidate]) {
        for place in self.unmatched() {
            let Traits { title, by_doubtful, .. } = &self.traits[place];
            let free = by_doubtful.iter().copied().filter(|kept| !self.claimed.contains(&kept.seq));
            let namesakes: Vec<&KnownEntry> = free.filter(|kept| kept.likeness.title == *title).collect();
            if namesakes.is_empty() {
                continue;
            }
            let version = Version::of(&candidates[place].entry);
            // Next week's notice has the title and the link of this week's.
            if let Some(kept) = namesakes.into_iter().find(|kept| version.is_of(kept)) {
                self.claim(place, kept);
            }
        }
    }

    /// An edit or a counter in the text, or a date that moved a little, gives another fingerprint to what has no key.
    fn by_title(&mut self, candidates: &[Candidate], alike: &'a Alike) {
        for place in self.unmatched() {
            if !has_no_key(&candidates[place]) {
                continue;
            }
            let Some(alike) = alike.get(&self.traits[place].title) else { continue };
            let version = Version::of(&candidates[place].entry);
            let has_its_date = |kept: &KnownEntry| version.apart(kept).is_some_and(|apart| apart.is_zero());
            let agrees = |kept: &&KnownEntry| has_its_date(kept) || version.is_of(kept);
            let free = alike.iter().filter(|kept| !self.claimed.contains(&kept.seq));
            let unlike = |kept: &KnownEntry| kept.likeness.gist != version.likeness.gist;
            let nearest = free.filter(agrees).min_by_key(|kept| (version.apart(kept), unlike(kept)));
            if let Some(kept) = nearest {
                self.claim(place, kept);
            }
        }
    }

    /// Those still unmatched that have the title and text of a kept entry. They count only if it is most.
    fn by_text(&mut self, candidates: &[Candidate], alike: &'a Alike) -> Vec<(usize, &'a KnownEntry)> {
        let places =
            self.unmatched().into_iter().filter(|place| alike.contains_key(&self.traits[*place].title));
        let versions: Vec<(usize, Version)> =
            places.map(|place| (place, Version::of(&candidates[place].entry))).collect();
        let mut bearers: HashMap<Digest, usize> = HashMap::new();
        for (_, version) in &versions {
            *bearers.entry(version.likeness.gist).or_default() += 1;
        }
        let mut found = Vec::new();
        for (place, version) in versions {
            let gist = version.likeness.gist;
            let alike = &alike[&version.likeness.title];
            let same: Vec<&KnownEntry> = alike.iter().filter(|kept| kept.likeness.gist == gist).collect();
            // What several bear recurs: there the date must tell.
            let is_only = same.len() == 1 && bearers[&gist] == 1;
            let agrees = |kept: &&KnownEntry| match version.apart(kept) {
                Some(apart) if apart < SAME_DATE => true,
                Some(_) => is_only && version.is_of(kept),
                None => is_only && version.strength >= Strength::Something,
            };
            let free = same.into_iter().filter(|kept| !self.claimed.contains(&kept.seq));
            if let Some(kept) = free.filter(agrees).min_by_key(|kept| version.apart(kept)) {
                self.claimed.insert(kept.seq);
                found.push((place, kept));
            }
        }
        found
    }

    fn unmatched(&self) -> Vec<usize> {
        (0..self.matches.len()).filter(|place| self.matches[*place] == Match::New).collect()
    }
}

/// What a candidate says, to be held against what kept entries said.
struct Version {
    likeness: Likeness,
    strength: Strength,
    date: Option<Timestamp>,
}

impl Version {
    fn of(entry: &Entry) -> Self {
        let (likeness, strength) = likeness::of(entry);
        Self { likeness, strength, date: published(entry) }
    }

    /// How far its date is from the kept one; none where it has no date.
    fn apart(&self, kept: &KnownEntry) -> Option<TimeDelta> {
        Some((self.date? - kept.date).abs())
    }

    /// Whether it is a kept entry of its title, and no later one of the same title.
    fn is_of(&self, kept: &KnownEntry) -> bool {
        match self.apart(kept) {
            Some(apart) if apart >= SAME_DATE => {
                self.strength == Strength::Sure && kept.likeness.text == self.likeness.text
            }
            Some(_) | None => kept.likeness.gist == self.likeness.gist,
        }
    }
}
