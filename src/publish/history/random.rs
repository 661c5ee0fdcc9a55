//! Readers who apply deltas beside readers of whole documents, through edits by dice: both have the same at any time.

use std::collections::BTreeMap;

use super::*;
use crate::model::dice::Dice;

/// A channel as it stands: what it shows, and what else its documents say.
#[derive(Clone, Default)]
struct Contents {
    shown: Vec<(u64, u64)>,
    rest: u64,
}

impl Contents {
    fn shown(&self) -> Vec<Shown> {
        self.shown.iter().map(|&(seq, stamp)| Shown { seq: Seq(seq), stamp }).collect()
    }

    /// The same for the same contents, as it is of real documents.
    fn digests(&self) -> [Digest; 2] {
        let numbers = self.shown.iter().flat_map(|(seq, stamp)| [*seq, *stamp]).chain([self.rest]);
        let bytes: Vec<u8> = numbers.flat_map(u64::to_le_bytes).collect();
        [Digest::of(&[b"xml", &bytes]), Digest::of(&[b"json", &bytes])]
    }
}

#[derive(Default)]
struct Life {
    now: Contents,
    former: Vec<Contents>,
    next: u64,
}

impl Life {
    /// New entries, updated ones, some that go or come back, another order, or bytes that differ alone.
    fn edit(&mut self, dice: &mut Dice) {
        self.former.push(self.now.clone());
        let place = dice.below(self.now.shown.len() + 1);
        let is_there = place < self.now.shown.len();
        match dice.below(12) {
            0..4 => {
                self.now.shown.insert(place, (self.next, 0));
                self.next += 1;
            }
            4..7 if is_there => self.now.shown[place].1 += 1,
            7 if is_there => drop(self.now.shown.remove(place)),
            8 => self.now.shown.truncate(12),
            9 if is_there => self.now.shown.swap(0, place),
            10 => self.now.rest += 1,
            11 => self.now = self.former[dice.below(self.former.len())].clone(),
            _ => {}
        }
    }
}

/// Of each entry the version that was seen last.
type Seen = BTreeMap<u64, u64>;

#[derive(Default)]
struct Reader {
    document: Option<Digest>,
    by_deltas: Seen,
    by_wholes: Seen,
}

#[test]
fn a_reader_of_deltas_has_what_a_reader_of_whole_documents_has() {
    // Answers of each kind: what is new, that nothing is, the whole.
    let mut answers = [0; 3];
    for seed in 1..=200 {
        let (mut dice, mut life, mut history) = (Dice::new(seed), Life::default(), History::default());
        let mut readers: Vec<Reader> = (0..4).map(|_| Reader::default()).collect();
        for step in 0..120 {
            life.edit(&mut dice);
            let digests = life.now.digests();
            history = history.then(&life.now.shown(), &digests);
            // The first asks often, the last seldom.
            for (number, reader) in readers.iter_mut().enumerate() {
                if dice.below(1 + number * 8) > 0 {
                    continue;
                }
                let newer = reader.document.and_then(|document| history.since(document));
                let given = life.now.shown.iter().copied();
                match &newer {
                    Some(newer) => {
                        let is_newer = |(seq, _): &(u64, u64)| newer.contains(&Seq(*seq));
                        reader.by_deltas.extend(given.clone().filter(is_newer));
                    }
                    None => reader.by_deltas.extend(given.clone()),
                }
                reader.by_wholes.extend(given);
                assert_eq!(reader.by_deltas, reader.by_wholes, "seed {seed}, step {step}, reader {number}");
                answers[newer.map_or(2, |newer| usize::from(newer.is_empty()))] += 1;
                reader.document = Some(digests[dice.below(2)]);
            }
        }
    }
    assert!(answers.iter().all(|count| *count > 1_000), "{answers:?}");
}
