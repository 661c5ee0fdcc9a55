//! The two forms that nearly all feeds write, to the letter: a shortcut past the reader of everything else, which reads
//! them alike and takes ten times as long.

use chrono::{Datelike as _, NaiveDate, TimeDelta};

use super::YEARS;
use crate::model::Timestamp;

const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

const WEEKDAYS: [&[u8; 3]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];

/// `Tue, 17 Jan 2012 05:57:00 +0700` and `2012-01-17T05:57:00+07:00`, east of Greenwich by whole hours. `None` says only
/// that it is neither.
pub(super) fn read(text: &str) -> Option<(Timestamp, Option<i64>)> {
    let (day, rest) = rfc_822(text.as_bytes()).or_else(|| rfc_3339(text.as_bytes()))?;
    let (hour, rest) = digits(rest, 2, b":")?;
    let (minute, rest) = digits(rest, 2, b":")?;
    let (second, zone) = digits(rest, 2, b"")?;
    let hours = match zone {
        b"Z" | b" GMT" => 0,
        _ => {
            let offset = zone.strip_prefix(b"+").or_else(|| zone.strip_prefix(b" +"))?;
            let (hours, minutes) = digits(offset, 2, b"")?;
            (hours <= 12 && matches!(minutes, b"00" | b":00")).then_some(hours)?
        }
    };
    let seconds = i64::from(hours) * 3600;
    let time = day.and_hms_opt(hour, minute, second)?;
    Some((time.checked_sub_signed(TimeDelta::seconds(seconds))?.and_utc(), Some(seconds)))
}

/// The day at the beginning, and what is behind it.
fn rfc_822(text: &[u8]) -> Option<(NaiveDate, &[u8])> {
    let (weekday, rest) = text.split_first_chunk::<3>()?;
    let (day, rest) = digits(rest.strip_prefix(b", ")?, 2, b" ")?;
    let (month, rest) = rest.split_first_chunk::<3>()?;
    let (year, rest) = digits(rest.strip_prefix(b" ")?, 4, b" ")?;
    let (_, month) = MONTHS.iter().zip(1..).find(|known| *known.0 == month)?;
    WEEKDAYS.contains(&weekday).then_some((date(year, month, day)?, rest))
}

fn rfc_3339(text: &[u8]) -> Option<(NaiveDate, &[u8])> {
    let (year, rest) = digits(text, 4, b"-")?;
    let (month, rest) = digits(rest, 2, b"-")?;
    let (day, rest) = digits(rest, 2, b"T")?;
    Some((date(year, month, day)?, rest))
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|day| YEARS.contains(&day.year()))
}

/// The number that so many digits make, and what is behind the mark behind it.
fn digits<'a>(text: &'a [u8], length: usize, mark: &[u8]) -> Option<(u32, &'a [u8])> {
    let (digits, rest) = text.split_at_checked(length)?;
    let mut digits = digits.iter();
    let number = digits
        .try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))?;
    Some((number, rest.strip_prefix(mark)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::timestamp::loosely;

    #[test]
    fn the_shortcut_and_the_long_way_lead_to_one_instant() {
        let start = NaiveDate::from_ymd_opt(2011, 12, 25).unwrap().and_hms_opt(23, 1, 58).unwrap();
        for step in 0..500 {
            let time = start + TimeDelta::minutes(step * 1_501);
            for (form, zone) in [
                ("%a, %d %b %Y %H:%M:%S", " +0700"),
                ("%a, %d %b %Y %H:%M:%S", " GMT"),
                ("%a, %d %b %Y %H:%M:%S", " +0000"),
                ("%Y-%m-%dT%H:%M:%S", "+07:00"),
                ("%Y-%m-%dT%H:%M:%S", "+12:00"),
                ("%Y-%m-%dT%H:%M:%S", "Z"),
                ("%Y-%m-%dT%H:%M:%S", " +0700"),
                ("%Y-%m-%dT%H:%M:%S", "+0700"),
                ("%Y-%m-%dT%H:%M:%S", " GMT"),
                ("%a, %d %b %Y %H:%M:%S", "+07:00"),
                ("%a, %d %b %Y %H:%M:%S", "Z"),
            ] {
                let text = format!("{}{zone}", time.format(form));
                let found = read(&text);
                assert!(found.is_some(), "{text}");
                assert_eq!(found, loosely(&text, chrono_tz::Asia::Ho_Chi_Minh), "{text}");
            }
        }
    }

    #[test]
    fn whatever_is_otherwise_takes_the_long_way() {
        for text in [
            "",
            "Tue, 17 Jan 2012 05:57:00",
            "Tue, 17 Jan 2012 05:57:00 -0700",
            "Tue, 17 Jan 2012 05:57:00 +0730",
            "Tue, 17 Jan 2012 05:57:00 +1300",
            "Tue, 17 Jan 2012 24:00:00 +0700",
            "Tue, 31 Feb 2012 05:57:00 +0700",
            "Tue, 17 Jan 1812 05:57:00 +0700",
            "Thứ, 17 Jan 2012 05:57:00 +0700",
            "2012-01-17T05:57:00.5Z",
            "2012-13-17T05:57:00Z",
            "2012-01-17 05:57:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
