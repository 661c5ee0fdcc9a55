//! Rows by their numbers and by their groups, and whatever a key finds.

use std::ops::Range;

use ::sled::IVec;

use super::{super::values, Scope, StoreError, Tree, damaged, keys, reading};
use crate::{
    model::{Grouping, Row, Seq},
    store::{
        engine::Wanted,
        plan::{self, Lookup as _, Tie, Traces},
    },
};

impl Tree {
    pub fn grouping(&self, seq: Seq, traces: &Traces) -> Result<Grouping, StoreError> {
        let Some(Tie { link, lead }) = &traces.tie else { return Ok(Grouping::Alone) };
        let itself = || damaged(format!("nothing of the link of entry {}", seq.0));
        let lead = match lead {
            Some(lead) => lead.clone(),
            None => self.leader(*link)?.ok_or_else(itself)?.lead,
        };
        Ok(Grouping::Led { link: *link, lead })
    }

    /// Numbers above `after` that a wanted key leads to, among so many at most that are looked at; and the last of these.
    pub fn find(
        &self,
        wanted: Wanted<'_>,
        after: Seq,
        most: usize,
    ) -> Result<(Vec<Seq>, Option<Seq>), StoreError> {
        let (mut found, mut last) = (Vec::new(), None);
        for (seq, value) in self.numbered(keys::TRACES, after, most)? {
            let unread = || damaged(format!("the keys of entry {}", seq.0));
            let traces = values::read_traces(&value).ok_or_else(unread)?;
            if plan::links(&traces).any(|key| wanted(&traces.source, key)) {
                found.push(seq);
            }
            last = Some(seq);
        }
        Ok((found, last))
    }

    pub fn row(&self, seq: Seq) -> Result<Option<Row>, StoreError> {
        let bytes = self.get(&keys::numbered(keys::ROW, seq))?;
        bytes.map(|bytes| read_row(seq, &bytes)).transpose()
    }

    pub fn rows(&self, range: &Range<Seq>) -> Result<Vec<Row>, StoreError> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let [begin, end] = [range.start, range.end].map(|seq| keys::numbered(keys::ROW, seq));
        let read = |pair: ::sled::Result<(IVec, IVec)>| {
            let (key, value) = pair.map_err(reading)?;
            read_row(keys::read_seq(&key).ok_or_else(|| damaged("a number cannot be read"))?, &value)
        };
        self.db.range(begin..end).map(read).collect()
    }

    pub fn last_below(&self, scope: &Scope, seq: Seq) -> Result<Option<Seq>, StoreError> {
        let begin = all_rows(scope);
        let end = [&begin[..], &seq.0.to_be_bytes()].concat();
        read_number(self.db.range(begin..end).keys().next_back())
    }

    pub fn first_from(&self, scope: &Scope, seq: Seq) -> Result<Option<Seq>, StoreError> {
        let prefix = all_rows(scope);
        let [begin, end] = [seq.0, u64::MAX].map(|seq| [&prefix[..], &seq.to_be_bytes()].concat());
        read_number(self.db.range(begin..=end).keys().next())
    }

    pub fn groups(&self, seqs: &[Seq]) -> Result<Vec<Vec<Row>>, StoreError> {
        let group = |seq: &Seq| {
            let group = plan::group(*seq, self)?.into_iter();
            group.filter_map(|seq| self.row(seq).transpose()).collect()
        };
        seqs.iter().map(group).collect()
    }
}

/// What the numbers of a scope's rows begin with.
fn all_rows(scope: &Scope) -> Vec<u8> {
    match scope {
        Scope::All => vec![keys::ROW],
        Scope::Source(source) => keys::own_rows(source),
    }
}

fn read_row(seq: Seq, value: &[u8]) -> Result<Row, StoreError> {
    values::read_row(seq, value).ok_or_else(|| damaged(format!("the row of entry {}", seq.0)))
}

fn read_number(key: Option<::sled::Result<IVec>>) -> Result<Option<Seq>, StoreError> {
    let Some(key) = key.transpose().map_err(reading)? else { return Ok(None) };
    keys::read_seq(&key).map(Some).ok_or_else(|| damaged("a number cannot be read"))
}
