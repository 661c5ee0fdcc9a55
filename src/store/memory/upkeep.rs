//! What is done to kept entries in bulk: pruning, carrying elsewhere, counting.

use super::{Census, Kept, Presence, Record, Remembered, Seq, StoreError, Traces, title_key};

impl Kept {
    pub(super) fn bury(&mut self, seqs: &[Seq]) {
        for seq in seqs {
            let Some(stored) = self.entries.remove(seq) else { continue };
            self.places.remove(&(stored.place, *seq));
            self.mark(&stored.source, *seq, Presence::Kept, Presence::Listed);
        }
    }

    pub(super) fn forget(&mut self, seqs: &[Seq]) {
        for seq in seqs.iter().filter(|seq| !self.entries.contains_key(seq)).copied().collect::<Vec<_>>() {
            let Some(Traces { source, keys }) = self.traces.remove(&seq) else { continue };
            let Some(known) = self.known.get(&seq).copied() else { continue };
            self.mark(&source, seq, known.presence, Presence::Kept);
            self.known.remove(&seq);
            self.titles.remove(&title_key(&source, known.likeness.title, seq));
            for key in keys {
                self.keys.remove(&(source.clone(), key));
            }
        }
    }

    pub(super) fn remembered(&self, after: Seq, most: usize) -> Vec<Remembered> {
        let known = self.known.range(Seq(after.0 + 1)..);
        let remembered = known.filter_map(|(seq, known)| {
            let Traces { source, keys } = self.traces.get(seq)?.clone();
            Some(Remembered { source, known: *known, keys, stored: self.entries.get(seq).cloned() })
        });
        remembered.take(most).collect()
    }

    pub(super) fn restore(&mut self, records: &[Record]) -> Result<(), StoreError> {
        let entries = records.iter().filter_map(|record| match record {
            Record::Entry(remembered) => Some(remembered),
            _ => None,
        });
        for remembered in entries {
            if let Some(what) = remembered.contradiction() {
                return Err(StoreError::Contradiction { what });
            }
        }
        for record in records.iter().cloned() {
            match record {
                Record::Next(next) => self.last = self.last.max(next.0.saturating_sub(1)),
                Record::Source(id, state) => drop(self.states.insert(id, *state)),
                Record::Channel(id, state) => drop(self.channels.insert(id, *state)),
                Record::Entry(remembered) => {
                    let Remembered { source, known, keys, stored } = *remembered;
                    self.last = self.last.max(known.seq.0);
                    self.put(known, Traces { source, keys }, stored);
                }
            }
        }
        Ok(())
    }
}

pub(super) fn census(kept: &Kept) -> Census {
    let entries = kept.entries.len() as u64;
    let mut census = Census {
        entries,
        tombstones: (kept.listed.len() + kept.left.len()) as u64,
        keys: kept.keys.len() as u64,
        sources: kept.states.len() as u64,
        channels: kept.channels.len() as u64,
        ..Census::default()
    };
    for (seq, known) in &kept.known {
        let Some(Traces { source, keys }) = kept.traces.get(seq) else {
            census.fault(|| format!("nothing leads to entry {}", seq.0));
            continue;
        };
        let lead_home = keys.iter().all(|key| kept.keys.get(&(source.clone(), *key)) == Some(seq));
        let titled = kept.titles.contains(&title_key(source, known.likeness.title, *seq));
        let well = match (kept.entries.get(seq), known.presence) {
            (Some(stored), Presence::Kept) => {
                kept.places.get(&(stored.place, *seq)) == Some(source)
                    && stored.source == *source
                    && keys.contains(&stored.key)
            }
            (None, Presence::Listed) => kept.listed.contains(&(source.clone(), *seq)),
            (None, Presence::Left(at)) => kept.left.contains(&(at, *seq)),
            _ => false,
        };
        if !(lead_home && titled && well && known.seq == *seq && seq.0 <= kept.last) {
            census.fault(|| format!("entry {} is not indexed as it says", seq.0));
        }
    }
    let keys = kept.traces.values().map(|traces| traces.keys.len()).sum::<usize>();
    let all = kept.known.len();
    if [kept.titles.len(), kept.traces.len(), kept.entries.len() + kept.listed.len() + kept.left.len()]
        != [all; 3]
        || kept.places.len() != kept.entries.len()
        || keys != kept.keys.len()
    {
        census.fault(|| "keys, places, titles and entries differ in number".to_owned());
    }
    census
}
