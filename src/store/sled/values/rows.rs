//! How what indexes hold is written: rows, leads, and what leads to an entry. Fixed bytes, for there are very many.

use chrono::DateTime;

use crate::model::{EntryKey, Lead, Row, Seq, SourceId, Timestamp};

use super::super::{Leader, Tie, Traces};

/// Ends a source's id, where nothing is told of links.
const ALONE: u8 = 0;
/// Ends a source's id, where its link follows.
const TIED: u8 = 1;

/// Whose an entry is, what leads to it, and its group.
pub fn traces(traces: &Traces) -> Vec<u8> {
    let Traces { source, keys, tie } = traces;
    let joined = keys.iter().map(|key| key.0).collect::<Vec<_>>().concat();
    let Some(Tie { link, lead: other }) = tie else {
        return [source.as_str().as_bytes(), &[ALONE], &joined].concat();
    };
    let count = u32::try_from(keys.len()).unwrap_or(u32::MAX).to_be_bytes();
    let other = other.as_ref().map(lead).unwrap_or_default();
    [source.as_str().as_bytes(), &[TIED], &count, &joined, &link.0, &other].concat()
}

/// What [`traces`] wrote.
pub fn read_traces(bytes: &[u8]) -> Option<Traces> {
    let end = bytes.iter().position(|byte| *byte <= TIED)?;
    let source = SourceId::new(std::str::from_utf8(&bytes[..end]).ok()?)?;
    let rest = &bytes[end + 1..];
    if bytes[end] == ALONE {
        return Some(Traces { source, keys: keys(rest)?, tie: None });
    }
    let (count, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*count)).ok()?.checked_mul(16)?;
    let (joined, rest) = rest.split_at_checked(length)?;
    let (link, other) = rest.split_first_chunk()?;
    let lead = if other.is_empty() { None } else { Some(read_lead(other)?) };
    Some(Traces { source, keys: keys(joined)?, tie: Some(Tie { link: EntryKey(*link), lead }) })
}

fn keys(bytes: &[u8]) -> Option<Vec<EntryKey>> {
    let (keys, rest) = bytes.as_chunks();
    rest.is_empty().then(|| keys.iter().copied().map(EntryKey).collect())
}

/// Who was first under a link.
pub fn leader(leader: &Leader) -> Vec<u8> {
    [&[u8::from(leader.barred)], &lead(&leader.lead)[..]].concat()
}

/// What [`leader`] wrote.
pub fn read_leader(bytes: &[u8]) -> Option<Leader> {
    let (barred, rest) = bytes.split_first()?;
    Some(Leader { lead: read_lead(rest)?, barred: *barred != 0 })
}

fn lead(lead: &Lead) -> Vec<u8> {
    let Lead { seq, source, key, date, place } = lead;
    [&seq.0.to_be_bytes()[..], &instant(*date), &instant(*place), &key.0, source.as_str().as_bytes()].concat()
}

fn read_lead(bytes: &[u8]) -> Option<Lead> {
    let (seq, rest) = bytes.split_first_chunk()?;
    let (date, rest) = read_instant(rest)?;
    let (place, rest) = read_instant(rest)?;
    let (key, source) = rest.split_first_chunk()?;
    let source = SourceId::new(std::str::from_utf8(source).ok()?)?;
    Some(Lead { seq: Seq(u64::from_be_bytes(*seq)), source, key: EntryKey(*key), date, place })
}

fn instant(at: Timestamp) -> [u8; 8] {
    at.timestamp_millis().to_be_bytes()
}

fn read_instant(bytes: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (millis, rest) = bytes.split_first_chunk()?;
    Some((DateTime::from_timestamp_millis(i64::from_be_bytes(*millis))?, rest))
}

/// The value of a place among all: the row without what the key tells.
pub fn place(row: &Row) -> Vec<u8> {
    let mut bytes = [&instant(row.date)[..], row.source.as_str().as_bytes()].concat();
    if let Some(other) = &row.lead {
        bytes.push(ALONE);
        bytes.append(&mut lead(other));
    }
    bytes
}

/// The row of a place among all.
pub fn read_place(seq: Seq, place: Timestamp, bytes: &[u8]) -> Option<Row> {
    let (date, rest) = read_instant(bytes)?;
    let end = rest.iter().position(|byte| *byte == ALONE).unwrap_or(rest.len());
    let source = SourceId::new(std::str::from_utf8(&rest[..end]).ok()?)?;
    let lead = rest.get(end + 1..).map(read_lead).map(|lead| lead.map(Box::new).ok_or(()));
    Some(Row { seq, source, place, date, lead: lead.transpose().ok()? })
}

/// The value of a place among a source's own.
pub fn own_place(row: &Row) -> Vec<u8> {
    let other = row.lead.as_deref().map(lead).unwrap_or_default();
    [&instant(row.date)[..], &other].concat()
}

/// The row of a place among a source's own.
pub fn read_own_place(source: &SourceId, seq: Seq, place: Timestamp, bytes: &[u8]) -> Option<Row> {
    let (date, rest) = read_instant(bytes)?;
    let lead = if rest.is_empty() { None } else { Some(Box::new(read_lead(rest)?)) };
    Some(Row { seq, source: source.clone(), place, date, lead })
}

/// The row of a number, without what the key tells.
pub fn row(row: &Row) -> Vec<u8> {
    [&instant(row.place)[..], &place(row)].concat()
}

/// What [`row`] wrote.
pub fn read_row(seq: Seq, bytes: &[u8]) -> Option<Row> {
    let (place, rest) = read_instant(bytes)?;
    read_place(seq, place, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::samples::{at, key, link_key, source};

    #[test]
    fn what_was_written_is_read_and_nothing_shorter() {
        let first = Lead { seq: Seq(9), source: source("bao"), key: key(1), date: at(5), place: at(6) };
        let row_of = |lead: Option<Lead>| {
            let lead = lead.map(Box::new);
            Row { seq: Seq(12), source: source("dai-tinh"), place: at(7), date: at(3), lead }
        };
        for lead in [None, Some(first.clone())] {
            let expected = row_of(lead.clone());
            assert_eq!(read_row(Seq(12), &row(&expected)), Some(expected.clone()));
            let own = read_own_place(&expected.source, Seq(12), at(7), &own_place(&expected));
            assert_eq!(own.as_ref(), Some(&expected));
            for tie in [None, Some(Tie { link: link_key(4), lead })] {
                let expected = Traces { source: source("dai"), keys: vec![key(1), link_key(2)], tie };
                assert_eq!(read_traces(&traces(&expected)), Some(expected));
            }
        }
        for barred in [false, true] {
            let expected = Leader { lead: first.clone(), barred };
            let bytes = leader(&expected);
            assert_eq!(read_leader(&bytes), Some(expected));
            assert!((0..42).all(|length| read_leader(&bytes[..length]).is_none()));
        }
        // As layouts 1 and 2 wrote it, and cut off.
        assert_eq!(read_traces(b"dai\0"), Some(Traces { source: source("dai"), keys: vec![], tie: None }));
        assert_eq!(
            (read_traces(b"dai\x01\0\0\0\x09"), read_traces(b"dai\0xx"), read_traces(b"")),
            (None, None, None)
        );
    }
}
