//! Whole weeks of loud and quiet sources, against what fairness promises: a flood pushes nobody out, a newcomer floods nobody,
//! and nothing comes back. The same weeks in every run.

use std::collections::{HashMap, HashSet};

use super::*;
use crate::model::dice::Dice;

/// How many sources publish little.
const QUIET: u64 = 33;
/// With a loud one and a newcomer.
const SOURCES: usize = 35;
/// What the loud one publishes an hour: 500 a day.
const LOUD: u64 = 21;
/// What a newcomer's first document holds.
const FIRST_DOCUMENT: u64 = 500;
const DAYS: i64 = 8;

fn hour(number: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + chrono::Duration::days(10_000) + chrono::Duration::hours(number)
}

fn source(name: &str) -> SourceId {
    SourceId::new(name).unwrap()
}

struct Week {
    dice: Dice,
    /// Newest place first.
    rows: Vec<Row>,
    next: u64,
    floors: Floors,
    rules: Rules,
    shown: HashSet<Seq>,
    /// Seen once, and then no more.
    gone: HashSet<Seq>,
}

impl Week {
    fn publish(&mut self, name: &str, place: Timestamp) {
        self.next += 1;
        self.rows.push(Row { seq: Seq(self.next), source: source(name), place, date: place, lead: None });
    }

    /// An hour's news.
    fn hour(&mut self, now: i64) {
        let place = hour(now) - chrono::Duration::seconds(1);
        for _ in 0..LOUD {
            self.publish("loud", place);
        }
        for number in 0..QUIET {
            // Two a day, but for one that writes once a month.
            if number > 0 && self.dice.below(12) == 0 {
                self.publish(&format!("quiet-{number}"), place);
            }
        }
        if now == 1 {
            self.publish("quiet-0", place);
        }
        if now == 24 * 5 {
            // As a first document is placed: what is younger than the window now, the others at their dates.
            for number in 0..FIRST_DOCUMENT {
                let age = chrono::Duration::hours(i64::try_from(number).unwrap());
                let is_young = number < self.rules.window.as_secs() / 3600;
                self.publish("newcomer", if is_young { place } else { place - age });
            }
        }
        self.rows.sort_unstable_by_key(|row| Reverse((row.place, row.seq)));
    }

    fn look(&mut self, now: i64) {
        let selection = select(&self.rows, &self.rules, &self.floors, hour(now));
        let shown: HashSet<Seq> = selection.seqs.iter().copied().collect();
        assert_eq!(shown.len(), selection.seqs.len(), "one twice at hour {now}");
        assert!(shown.len() <= self.rules.max_entries, "{} at hour {now}", shown.len());
        self.the_window_is_shared_equally(&shown, now);
        self.nothing_comes_back(shown, now);
        self.floors = selection.floors;
    }

    fn the_window_is_shared_equally(&self, shown: &HashSet<Seq>, now: i64) {
        let since = self.rules.since(hour(now));
        // Of each source: what lies in the window, what of it was not cut out before, and what shows.
        let mut fresh: HashMap<&SourceId, [usize; 3]> = HashMap::new();
        for row in self.rows.iter().filter(|row| row.place >= since) {
            let of = fresh.entry(&row.source).or_default();
            let is_open = self.floors.get(&row.source).is_none_or(|floor| position(row) >= *floor);
            let counts = [true, is_open, shown.contains(&row.seq)];
            of.iter_mut().zip(counts).for_each(|(of, counts)| *of += usize::from(counts));
        }
        // With all the sources that there are.
        let least = self.rules.max_entries / SOURCES;
        let most = fresh.values().map(|[.., shows]| *shows).max().unwrap_or_default();
        let all: usize = fresh.values().map(|[_, open, _]| open).sum();
        let room = self.rules.max_entries.min(all);
        assert_eq!(fresh.values().map(|[.., shows]| shows).sum::<usize>(), room, "the room at hour {now}");
        for (id, [has, open, shows]) in fresh {
            assert!(shows >= has.min(least), "{id} shows {shows} of {has} at hour {now}");
            assert!(shows == open || most <= shows + 1, "{id} shows {shows}, another {most} at hour {now}");
        }
    }

    fn nothing_comes_back(&mut self, shown: HashSet<Seq>, now: i64) {
        let back: Vec<&Seq> = shown.iter().filter(|seq| self.gone.contains(seq)).collect();
        assert!(back.is_empty(), "{back:?} came back at hour {now}");
        self.gone.extend(self.shown.difference(&shown));
        self.shown = shown;
    }

    fn restart(&mut self) {
        let kept = serde_json::to_string(&self.floors).unwrap();
        self.floors = serde_json::from_str(&kept).unwrap();
    }

    /// Under other rules the floors mean nothing, and what was cut may return.
    fn change_rules(&mut self, max_entries: usize) {
        self.rules.max_entries = max_entries;
        self.floors = Floors::new();
        self.gone.clear();
    }
}

#[test]
fn a_flood_pushes_nobody_out_and_a_newcomer_floods_nobody() {
    let mut looks = 0;
    for seed in 1..=6 {
        let rules = Rules {
            window: Duration::from_hours(48),
            min_entries: 50,
            max_entries: [100, 200, 600][usize::try_from(seed % 3).unwrap()],
            duplicates: Duplicates::Keep,
        };
        let dice = Dice::new(0x9e37_79b9_7f4a_7c15 >> seed);
        let (rows, floors) = (Vec::new(), Floors::new());
        let (shown, gone) = (HashSet::new(), HashSet::new());
        let mut week = Week { dice, rows, next: 0, floors, rules, shown, gone };
        for now in 1..=24 * DAYS {
            week.hour(now);
            if week.dice.below(20) == 0 {
                week.restart();
            }
            if now == 24 * 3 {
                week.change_rules(week.rules.max_entries + 100);
            }
            if now == 24 * 6 {
                week.change_rules(week.rules.max_entries - 50);
            }
            // A look may be left out: nobody renders while nothing changes.
            if week.dice.below(4) > 0 {
                week.look(now);
                looks += 1;
            }
        }
        let of_newcomer = week.rows.iter().filter(|row| row.source.as_str() == "newcomer");
        assert!(of_newcomer.clone().count() == 500 && of_newcomer.count() > week.rules.max_entries / 2);
    }
    assert!(looks > 800, "{looks}");
}

#[test]
fn the_one_entry_of_a_small_province_stays_for_the_whole_window() {
    let mut rows =
        vec![Row { seq: Seq(1), source: source("small"), place: hour(0), date: hour(0), lead: None }];
    let mut floors = Floors::new();
    let rules = Rules {
        window: Duration::from_hours(48),
        min_entries: 0,
        max_entries: 10,
        duplicates: Duplicates::Keep,
    };
    for now in 1..60_u64 {
        let place = hour(i64::try_from(now).unwrap());
        let news = (0..500).rev().map(|number| Seq(now * 500 + number));
        rows.splice(
            0..0,
            news.map(|seq| Row { seq, source: source("loud"), place, date: place, lead: None }),
        );
        let selection = select(&rows, &rules, &floors, place);
        assert_eq!(selection.seqs.contains(&Seq(1)), now <= 48, "hour {now}");
        assert_eq!(selection.seqs.len(), 10);
        floors = selection.floors;
    }
}
