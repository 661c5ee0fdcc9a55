//! Which rows a filter lets into a channel, with no more entries read than must be. Pure: it says which entries it wants to
//! be judged, and is told; what is judged once is remembered for as long as the entry stays as it was.

use std::collections::{HashMap, HashSet};

use crate::model::{Row, Seq, Timestamp};

use super::Rules;

/// The most rows that are looked at in a channel's window, the newest. What lies beyond counts as filtered out.
pub const JUDGED_MAX: usize = 200_000;
/// The most rows that are looked at below the window, to fill the channel up to `min_entries`.
pub const OLDER_JUDGED_MAX: usize = 20_000;

/// Tells one state of a source's entries from the next: when they last changed.
pub type Stamp = Option<Timestamp>;

/// What was judged of a channel's rows, so that the next rendering need not read their entries again. Holds no more than
/// the rows of the last sifting.
#[derive(Debug, Clone, Default)]
pub struct Verdicts(HashMap<Seq, (Stamp, bool)>);

impl Verdicts {
    /// How many are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The sifting of one channel's rows.
///
/// Read the entries [`wanted`](Self::wanted), say by [`judge`](Self::judge) which of them pass, until none is wanted; then
/// [`end`](Self::end).
#[derive(Debug)]
pub struct Sifting<'a> {
    rows: &'a [Row],
    /// Of each row. Taken before any entry is read: one that changes in between is judged anew next time.
    stamps: Vec<Stamp>,
    /// How many rows lie in the window.
    in_window: usize,
    min_entries: usize,
    before: Verdicts,
    after: Verdicts,
    /// How far the rows have been judged.
    at: usize,
    passed: Vec<Row>,
}

impl<'a> Sifting<'a> {
    /// Of these rows (newest place first), which need reach no more than [`OLDER_JUDGED_MAX`] below the window.
    /// `before` is what the last sifting by the same filter remembered.
    #[must_use]
    pub fn new(
        rows: &'a [Row],
        rules: &Rules,
        before: Verdicts,
        stamp_of: impl Fn(&Row) -> Stamp,
        now: Timestamp,
    ) -> Self {
        let since = rules.since(now);
        let in_window = rows.partition_point(|row| row.place >= since);
        let looked_at = in_window.min(JUDGED_MAX);
        let end =
            if looked_at < in_window { looked_at } else { rows.len().min(in_window + OLDER_JUDGED_MAX) };
        Self {
            rows: &rows[..end],
            stamps: rows[..end].iter().map(stamp_of).collect(),
            in_window: looked_at,
            min_entries: rules.min_entries.min(rules.max_entries),
            before,
            after: Verdicts::default(),
            at: 0,
            passed: Vec::new(),
        }
    }

    /// The entries that must be seen next, at most so many; none when all is judged.
    pub fn wanted(&mut self, most: usize) -> Vec<Seq> {
        self.recall();
        if self.is_full() {
            return Vec::new();
        }
        // Below the window no more are read than may be needed.
        let end = if self.at < self.in_window { self.in_window } else { self.rows.len() };
        let unknown = (self.at..end).filter(|index| self.recalled(*index).is_none());
        unknown.take(most).map(|index| self.rows[index].seq).collect()
    }

    /// Takes which of the wanted entries the filter lets through. One that is there no more is none of them.
    pub fn judge(&mut self, wanted: &[Seq], passed: &HashSet<Seq>) {
        let mut wanted = wanted.iter().copied().peekable();
        for (row, stamp) in self.rows.iter().zip(&self.stamps).skip(self.at) {
            if wanted.next_if_eq(&row.seq).is_some() {
                self.before.0.insert(row.seq, (*stamp, passed.contains(&row.seq)));
            } else if wanted.peek().is_none() {
                break;
            }
        }
        self.recall();
    }

    /// The rows that passed, in their order, and what to remember.
    #[must_use]
    pub fn end(self) -> (Vec<Row>, Verdicts) {
        (self.passed, self.after)
    }

    /// Goes on as far as verdicts are known.
    fn recall(&mut self) {
        while !self.is_full()
            && let Some(row) = self.rows.get(self.at)
            && let Some(verdict) = self.recalled(self.at)
        {
            self.after.0.insert(row.seq, (self.stamps[self.at], verdict));
            if verdict {
                self.passed.push(row.clone());
            }
            self.at += 1;
        }
    }

    fn recalled(&self, index: usize) -> Option<bool> {
        let (stamp, verdict) = self.before.0.get(&self.rows[index].seq)?;
        (*stamp == self.stamps[index]).then_some(*verdict)
    }

    /// Whether what lies below the window is wanted no more.
    fn is_full(&self) -> bool {
        self.at >= self.in_window && self.passed.len() >= self.min_entries
    }
}

#[cfg(test)]
mod tests;
