//! What is done to kept entries in bulk: pruning, takedown, carrying elsewhere, counting.

use std::collections::HashSet;

use super::kept::{Kept, title_key};
use crate::{
    model::{EntryKey, Grouping, KnownEntry, Lead, Presence, Record, Remembered, Row, Seq},
    store::{
        Census, StoreError,
        plan::{self, Down, Forgotten, Tie, Traces},
    },
};

impl Kept {
    pub(super) fn bury(&mut self, seqs: &[Seq]) {
        for seq in seqs {
            let Some(stored) = self.entries.remove(seq) else { continue };
            self.places.remove(&(stored.place, *seq));
            self.rows.remove(seq);
            self.mark(&stored.source, *seq, Presence::Kept, Presence::Listed);
        }
    }

    pub(super) fn forget(&mut self, forgotten: Forgotten) {
        for (Traces { source, keys, tie }, known) in forgotten.tombstones {
            let seq = known.seq;
            self.mark(&source, seq, known.presence, Presence::Kept);
            self.known.remove(&seq);
            self.traces.remove(&seq);
            self.titles.remove(&title_key(&source, known.likeness.title, seq));
            for key in keys {
                self.keys.remove(&(source.clone(), key));
            }
            if let Some(tie) = tie {
                self.members.remove(&(tie.lead(seq), seq));
            }
        }
        for link in forgotten.links {
            self.leaders.remove(&link);
        }
    }

    pub(super) fn take_down(&mut self, downs: Vec<Down>) {
        for Down { traces, known, former, stored, leaders } in downs {
            let seq = known.seq;
            if let Some(stored) = stored {
                self.entries.remove(&seq);
                self.places.remove(&(stored.place, seq));
                self.rows.remove(&seq);
            }
            for key in &traces.keys {
                self.keys.insert((traces.source.clone(), *key), seq);
            }
            self.mark(&traces.source, seq, former, known.presence);
            self.traces.insert(seq, traces);
            self.leaders.extend(leaders);
        }
    }

    /// One entry or tombstone, with all that leads to it.
    pub(super) fn remember(&self, seq: Seq) -> Option<Remembered> {
        let Traces { source, keys, tie } = self.traces.get(&seq)?.clone();
        let grouping = match tie {
            None => Grouping::Alone,
            Some(Tie { link, lead: Some(lead) }) => Grouping::Led { link, lead },
            Some(Tie { link, lead: None }) => {
                Grouping::Led { link, lead: self.leaders.get(&link)?.lead.clone() }
            }
        };
        let (known, stored) = (*self.known.get(&seq)?, self.entries.get(&seq).cloned());
        Some(Remembered { source, known, keys, grouping, stored })
    }

    pub(super) fn remembered(&self, after: Seq, most: usize) -> Vec<Remembered> {
        let known = self.known.range(Seq(after.0 + 1)..);
        known.filter_map(|(seq, _)| self.remember(*seq)).take(most).collect()
    }

    pub(super) fn restore(&mut self, records: &[Record]) -> Result<(), StoreError> {
        for added in plan::restore(records, self)? {
            self.last = self.last.max(added.known.seq.0);
            self.put(added);
        }
        for record in records.iter().cloned() {
            match record {
                Record::Next(next) => self.last = self.last.max(next.0.saturating_sub(1)),
                Record::Source(id, state) => drop(self.states.insert(id, *state)),
                Record::Channel(id, state) => drop(self.channels.insert(id, *state)),
                Record::Entry(_) => {}
            }
        }
        Ok(())
    }
}

pub(super) fn census(kept: &Kept) -> Census {
    let entries = kept.entries.len() as u64;
    let mut census = Census {
        entries,
        tombstones: (kept.listed.len() + kept.left.len() + kept.taken_down.len()) as u64,
        keys: kept.keys.len() as u64,
        sources: kept.states.len() as u64,
        channels: kept.channels.len() as u64,
        ..Census::default()
    };
    for (seq, known) in &kept.known {
        let Some(traces) = kept.traces.get(seq) else {
            census.fault(|| format!("nothing leads to entry {}", seq.0));
            continue;
        };
        let Traces { source, keys, .. } = traces;
        if !is_grouped(kept, known, traces) {
            census.fault(|| format!("entry {} is not in the group that it says", seq.0));
        }
        let lead_home = keys.iter().all(|key| kept.keys.get(&(source.clone(), *key)) == Some(seq));
        let titled = kept.titles.contains(&title_key(source, known.likeness.title, *seq));
        let well = match (kept.entries.get(seq), known.presence) {
            (Some(stored), Presence::Kept) => {
                let shown = stored.dropped.is_none();
                kept.places.get(&(stored.place, *seq)) == Some(source).filter(|_| shown)
                    && kept.rows.get(seq) == Some(&Row::of(stored)).filter(|_| shown)
                    && stored.source == *source
                    && keys.contains(&stored.key)
            }
            (None, Presence::Listed) => kept.listed.contains(&(source.clone(), *seq)),
            (None, Presence::Left(at)) => kept.left.contains(&(at, *seq)),
            (None, Presence::TakenDown) => kept.taken_down.contains(seq),
            _ => false,
        };
        if !(lead_home && titled && well && known.seq == *seq && seq.0 <= kept.last) {
            census.fault(|| format!("entry {} is not indexed as it says", seq.0));
        }
    }
    let keys = kept.traces.values().map(|traces| traces.keys.len()).sum::<usize>();
    let all = kept.known.len();
    let marks = kept.listed.len() + kept.left.len() + kept.taken_down.len();
    let shown = kept.entries.values().filter(|stored| stored.dropped.is_none()).count();
    let led = kept.traces.values().filter(|traces| traces.tie.as_ref().is_some_and(|tie| tie.lead.is_some()));
    if [kept.titles.len(), kept.traces.len(), kept.entries.len() + marks] != [all; 3]
        || [kept.places.len(), kept.rows.len()] != [shown; 2]
        || kept.members.len() != led.count()
        || keys != kept.keys.len()
    {
        census.fault(|| "keys, places, titles, groups and entries differ in number".to_owned());
    }
    let used: HashSet<EntryKey> = kept.traces.values().flat_map(plan::links).collect();
    if kept.leaders.keys().any(|link| !used.contains(link)) {
        census.fault(|| "a link that nobody has".to_owned());
    }
    census
}

/// Whether its group knows of it, and its links are barred if it was taken down.
fn is_grouped(kept: &Kept, known: &KnownEntry, traces: &Traces) -> bool {
    let lead_of = |link: EntryKey| kept.leaders.get(&link).map(|leader| &leader.lead);
    let stored = kept.entries.get(&known.seq);
    let is_tied = match &traces.tie {
        None => stored.is_none_or(|stored| stored.lead.is_none()),
        Some(Tie { link, lead: None }) => {
            lead_of(*link).is_some_and(|lead| lead.seq == known.seq)
                && stored.is_none_or(|stored| lead_of(*link) == Some(&Lead::of(stored)))
        }
        Some(Tie { link, lead: Some(lead) }) => {
            lead_of(*link) == Some(lead)
                && kept.members.contains(&(lead.seq, known.seq))
                && stored.is_none_or(|stored| stored.lead.as_ref() == Some(lead))
        }
    };
    let is_barred = |key: EntryKey| kept.leaders.get(&key).is_some_and(|leader| leader.barred);
    is_tied && (known.presence != Presence::TakenDown || plan::links(traces).all(is_barred))
}
