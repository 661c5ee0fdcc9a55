//! Reads the dates that publishers write: RFC 822, RFC 2822, RFC 3339 and ISO 8601 with their common misuses, and what
//! Vietnamese sites print for people. Knows neither feeds nor the present time: a date in the future is read as such.
//!
//! A text is cut into numbers, words and marks. Weekday, zone, clock and month are taken out one after another,
//! wherever they stand; the numbers that are left must be exactly a day's. Words that mean nothing here (`lúc`,
//! `Cập nhật`) are passed over, an unexplained number never is.

mod clock;
mod months;
mod strict;
#[cfg(test)]
mod tests;
mod tokens;
mod zones;

use chrono::{
    Datelike as _, MappedLocalTime, NaiveDate, NaiveDateTime, Offset as _, TimeDelta, TimeZone as _, Weekday,
};
use chrono_tz::Tz;

use self::{clock::Clock, tokens::Line};
use crate::model::Timestamp;

/// Longer texts are not dates; in characters, without surrounding space.
pub const TEXT_MAX: usize = 100;

/// Dates before the first or after the last of these years are mistakes.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// The instant that this text names, at millisecond precision; `None` where it names none, or an impossible one.
///
/// A time without a zone is in `zone`. Of a local time that happens twice the first is taken; one that a clock change
/// skips is read by the clock from before the change. Weekdays are not checked: publishers get them wrong. Of
/// `3/4/2026` the day comes first, unless the time is told by AM and PM (or SA and CH, which the same .NET servers
/// write under a Vietnamese locale): then the month does. Where only one of both orders is possible, it is that one.
#[must_use]
pub fn read(text: &str, zone: Tz) -> Option<Timestamp> {
    read_with_offset(text, zone).map(|(instant, _)| instant)
}

/// As [`read`], and how many seconds ahead of UTC the text says that it is, where it says so.
#[must_use]
pub fn read_with_offset(text: &str, zone: Tz) -> Option<(Timestamp, Option<i64>)> {
    let text = text.trim();
    // The length in bytes is checked first, so that a long text is not walked.
    if text.len() > TEXT_MAX * 4 || text.chars().count() > TEXT_MAX {
        return None;
    }
    strict::read(text).or_else(|| loosely(text, zone))
}

/// As [`read_with_offset`], of a short text without space around it.
fn loosely(text: &str, zone: Tz) -> Option<(Timestamp, Option<i64>)> {
    let line = Line::cut(text)?;
    if let Some(instant) = since_1970(&line) {
        return YEARS.contains(&instant.year()).then_some((instant, None));
    }
    // `Thu 5` may be Thursday the 5th, or what `Thứ 5` (Thursday) becomes when its accents are lost.
    line.without_weekday_number().and_then(|rest| instant(rest, zone)).or_else(|| instant(line, zone))
}

/// A lone number of 10 or 13 digits: seconds or milliseconds since 1970. .NET writes `/Date(…)/` around it.
fn since_1970(line: &Line) -> Option<Timestamp> {
    let &[number] = line.numbers().as_slice() else { return None };
    let is_alone =
        (0..line.len()).all(|at| matches!(line.word(at), "" | "date")) && !line.has_mark(&['-', '+']);
    if !is_alone {
        return None;
    }
    let value = i64::try_from(number.value).ok()?;
    match number.digits {
        10 => Timestamp::from_timestamp(value, 0),
        13 => Timestamp::from_timestamp_millis(value),
        _ => None,
    }
}

fn instant(mut line: Line, zone: Tz) -> Option<(Timestamp, Option<i64>)> {
    let plus = clock::take_plus(&mut line).ok()?;
    let clock = clock::take(&mut line);
    let after = clock.as_ref().map_or(0, |clock| clock.end);
    let offset = match plus {
        Some(offset) => Some(offset),
        None => clock::take_zone(&mut line, after).ok()?,
    };
    if let Some(mark) = (1..line.len()).find(|&at| line.word(at) == "w" && line.is_glued(at + 1)) {
        let instant = at(by_week(&line, mark)?, clock.as_ref(), offset, zone)?;
        return Some((instant, offset));
    }
    let month = line.take_month();
    let month_first = clock.as_ref().is_some_and(|clock| clock.month_first);
    let day = day(&line.numbers(), month, month_first).or_else(|| coarse(&line, month, clock.as_ref()))?;
    Some((at(day, clock.as_ref(), offset, zone)?, offset))
}

/// This time of this day.
fn at(day: NaiveDate, clock: Option<&Clock>, offset: Option<i64>, zone: Tz) -> Option<Timestamp> {
    let time = clock.map_or(Some(TimeDelta::zero()), Clock::since_midnight)?;
    let local = day.and_time(chrono::NaiveTime::MIN).checked_add_signed(time)?;
    match offset {
        Some(seconds) => Some(local.checked_sub_signed(TimeDelta::seconds(seconds))?.and_utc()),
        None => in_zone(local, zone),
    }
}

/// ISO 8601's `2012-W03-2` and `2012W032`, the `W` being at `mark`; the week alone is its Monday.
fn by_week(line: &Line, mark: usize) -> Option<NaiveDate> {
    let (week, day) = match *line.numbers().as_slice() {
        [_, week] if week.digits == 3 => (week.value / 10, week.value % 10),
        [_, week] if week.digits == 2 => (week.value, 1),
        [_, week, day] if week.digits == 2 && day.digits == 1 => (week.value, day.value),
        _ => return None,
    };
    let year = line.number(0).filter(|year| year.digits == 4 && mark <= 2)?;
    let weekday = Weekday::try_from(u8::try_from(day.checked_sub(1)?).ok()?).ok()?;
    let year = i32::try_from(year.value).ok().filter(|year| YEARS.contains(year))?;
    NaiveDate::from_isoywd_opt(year, u32::try_from(week).ok()?, weekday)
}

/// W3C's `2012-01` and `2012`, with nothing beside them: the first day of it.
fn coarse(line: &Line, month: Option<u64>, clock: Option<&Clock>) -> Option<NaiveDate> {
    if month.is_some() || clock.is_some() {
        return None;
    }
    match (line.numbers().as_slice(), line.len()) {
        (&[year], 1) if year.digits == 4 => calendar(year, 1, 1),
        (&[year, month], 3) if (year.digits, month.digits) == (4, 2) && line.is_mark(1, &['-']) => {
            calendar(year, month.value, 1)
        }
        _ => None,
    }
}

/// The day that these numbers make, with the month where a word has told it.
fn day(numbers: &[tokens::Number], month: Option<u64>, month_first: bool) -> Option<NaiveDate> {
    match (numbers, month) {
        (&[first, second], Some(month)) => {
            let (year, day) = if first.digits > 2 { (first, second) } else { (second, first) };
            calendar(year, month, day.value)
        }
        // ISO 8601's day of the year
        (&[year, day], None) if (year.digits, day.digits) == (4, 3) => {
            let year = i32::try_from(year.value).ok().filter(|year| YEARS.contains(year))?;
            NaiveDate::from_yo_opt(year, u32::try_from(day.value).ok()?)
        }
        (&[year, second, third], None) if year.digits > 2 => {
            either(year, (second.value, third.value), (third.value, second.value))
        }
        (&[first, second, year], None) if second.digits <= 2 => {
            let (month_day, day_month) = ((first.value, second.value), (second.value, first.value));
            if month_first { either(year, month_day, day_month) } else { either(year, day_month, month_day) }
        }
        _ => None,
    }
}

/// Two readings as (month, day), the likelier first.
fn either(year: tokens::Number, likely: (u64, u64), other: (u64, u64)) -> Option<NaiveDate> {
    calendar(year, likely.0, likely.1).or_else(|| calendar(year, other.0, other.1))
}

fn calendar(year: tokens::Number, month: u64, day: u64) -> Option<NaiveDate> {
    let value = i32::try_from(year.value).ok()?;
    // RFC 2822 §4.3: two digits up to 49 are of this century, others and three digits count from 1900.
    let year = match year.digits {
        0..=2 if value < 50 => 2000 + value,
        0..=3 => 1900 + value,
        _ => value,
    };
    let day = NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
    YEARS.contains(&year).then_some(day)
}

/// The instant at which clocks in this zone show this time; see [`read`] for the times that none or two show.
pub(super) fn in_zone(local: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(time) | MappedLocalTime::Ambiguous(time, _) => Some(time.to_utc()),
        MappedLocalTime::None => {
            // A gap is an hour long in most places; Samoa once skipped a whole day.
            let before = [3, 27].into_iter().find_map(|hours| {
                let earlier = local.checked_sub_signed(TimeDelta::hours(hours))?;
                zone.offset_from_local_datetime(&earlier).latest()
            })?;
            let seconds = i64::from(before.fix().local_minus_utc());
            Some(local.checked_sub_signed(TimeDelta::seconds(seconds))?.and_utc())
        }
    }
}
