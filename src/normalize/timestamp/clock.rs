//! The time of day and the zone within a date's text. Knows nothing of days.

use chrono::TimeDelta;

use super::{tokens::Line, zones};

/// An offset that no zone has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Impossible;

/// The half of the day that a word names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    /// `trưa`: eleven to one.
    Noon,
    Afternoon,
}

/// A time of day as written.
#[derive(Debug)]
pub(super) struct Clock {
    hour: u64,
    minute: u64,
    second: u64,
    millisecond: u64,
    half: Option<Half>,
    /// Whether it is told by AM and PM, which American months go with.
    pub month_first: bool,
    /// The token behind it.
    pub end: usize,
}

impl Clock {
    fn new(hour: u64, minute: u64, end: usize) -> Self {
        Self { hour, minute, second: 0, millisecond: 0, half: None, month_first: false, end }
    }

    /// How long after its day's midnight; `None` where no clock shows it.
    pub fn since_midnight(&self) -> Option<TimeDelta> {
        let hour = match (self.half, self.hour) {
            (Some(Half::Morning), 12) => 0,
            (Some(Half::Afternoon), hour @ 0..12) | (Some(Half::Noon), hour @ 1..10) => hour + 12,
            // ISO 8601's 24:00 ends the day; the 24:30 of Java's `kk:mm` is half past midnight of the same day.
            (_, 24) if (self.minute, self.second) != (0, 0) => 0,
            // `13:05 PM` is written by those who put both.
            (_, hour) => hour,
        };
        // 60 is a leap second.
        if hour > 24 || self.minute > 59 || self.second > 60 {
            return None;
        }
        let seconds = i64::try_from(hour * 3600 + self.minute * 60 + self.second).ok()?;
        TimeDelta::seconds(seconds)
            .checked_add(&TimeDelta::milliseconds(i64::try_from(self.millisecond).ok()?))
    }
}

/// Takes `+07:00`, `+0700`, `+07` or `+7`, with the name before it: in dates nothing else has a plus. The offset is in
/// seconds.
pub(super) fn take_plus(line: &mut Line) -> Result<Option<i64>, Impossible> {
    let plus = (0..line.len()).find(|&at| line.is_mark(at, &['+']));
    plus.map(|at| take_offset(line, at, 1)).transpose()
}

/// Takes the zone behind a time (`-0500`, `-05:00`), or one that is named anywhere; in seconds.
pub(super) fn take_zone(line: &mut Line, after: usize) -> Result<Option<i64>, Impossible> {
    if after > 0 && is_minus(line, after) {
        return take_offset(line, after, -1).map(Some);
    }
    // A letter alone is a zone only right behind a time. RFC 2822 §4.3: of the military ones all but Z were used
    // with either sign, so they tell nothing and count as UTC.
    if after > 0 && matches!(line.word(after).as_bytes(), [b'a'..=b'i' | b'k'..=b'z']) {
        return Ok(Some(0));
    }
    let named = (0..line.len()).find_map(|at| Some((at, zones::minutes(line.word(at))?)));
    let Some((at, minutes)) = named else { return Ok(None) };
    if is_minus(line, at + 1) {
        return take_offset(line, at + 1, -1).map(Some);
    }
    // `GMT7`
    if let Some(bare) = line.short(at + 1).filter(|_| minutes == 0 && line.is_glued(at + 1)) {
        line.take(at..at + 2);
        return seconds(1, bare, 0).map(Some);
    }
    Ok(Some(minutes * 60))
}

/// Whether a minus here is an offset's, and not the dash before a day.
fn is_minus(line: &Line, at: usize) -> bool {
    line.is_mark(at, &['-'])
        && line.is_glued(at + 1)
        && line.number(at + 1).is_some_and(|number| matches!(number.digits, 1 | 2 | 4))
        && !line.is_mark(at + 2, &['/', '-', '.'])
        && line.month(at + 2).is_none()
}

fn take_offset(line: &mut Line, sign_at: usize, sign: i64) -> Result<i64, Impossible> {
    let number = line.number(sign_at + 1).ok_or(Impossible)?;
    let minutes = line.short(sign_at + 3).filter(|_| line.is_mark(sign_at + 2, &[':']));
    let (hours, minutes, end) = match (number.digits, minutes) {
        (1 | 2, Some(minutes)) => (number.value, minutes, sign_at + 4),
        (1 | 2, None) => (number.value, 0, sign_at + 2),
        (3 | 4, _) => (number.value / 100, number.value % 100, sign_at + 2),
        _ => return Err(Impossible),
    };
    line.take(sign_at..end);
    seconds(sign, hours, minutes)
}

fn seconds(sign: i64, hours: u64, minutes: u64) -> Result<i64, Impossible> {
    // Kiribati is 14 hours ahead, and nobody further.
    let is_possible = minutes < 60 && hours * 60 + minutes <= 14 * 60;
    let seconds = i64::try_from(hours * 3600 + minutes * 60).map_err(|_| Impossible)?;
    if is_possible { Ok(sign * seconds) } else { Err(Impossible) }
}

/// Takes the first time of day, and the half of the day behind it.
pub(super) fn take(line: &mut Line) -> Option<Clock> {
    let (start, mut clock) = (0..line.len()).find_map(|at| Some((at, find(line, at)?)))?;
    let mut at = clock.end;
    while line.is_mark(at, &['\'', ',']) {
        at += 1;
    }
    if let Some((half, month_first, length)) = half(line, at) {
        clock.half = Some(half);
        clock.month_first = month_first;
        clock.end = at + length;
    } else if let Some(half) = start.checked_sub(1).and_then(|at| half_before(line.word(at))) {
        clock.half = Some(half);
    }
    line.take(start..clock.end);
    Some(clock)
}

fn find(line: &Line, at: usize) -> Option<Clock> {
    // ISO 8601 basic: T055700
    if line.word(at) == "t" && at > 0 && line.is_glued(at + 1) {
        let number = line.number(at + 1)?;
        return match number.digits {
            1 | 2 if !line.is_mark(at + 2, &[':']) => Some(Clock::new(number.value, 0, at + 2)),
            4 => Some(Clock::new(number.value / 100, number.value % 100, at + 2)),
            6 => {
                let clock = Clock::new(number.value / 10_000, number.value / 100 % 100, at + 2);
                Some(with_fraction(line, Clock { second: number.value % 100, ..clock }, &['.', ',']))
            }
            _ => None,
        };
    }
    let hour = line.short(at)?;
    if line.is_mark(at + 1, &[':']) {
        let clock = Clock::new(hour, line.short(at + 2)?, at + 3);
        return match line.short(at + 4).filter(|_| line.is_mark(at + 3, &[':'])) {
            Some(second) => {
                let clock = Clock { second, end: at + 5, ..clock };
                Some(with_fraction(line, clock, &['.', ',', ':']))
            }
            None => Some(clock),
        };
    }
    if matches!(line.word(at + 1), "h" | "g" | "gio") {
        return Some(spoken(line, hour, at + 2));
    }
    half(line, at + 1).map(|_| Clock::new(hour, 0, at + 1))
}

/// `05h57`, `5 giờ 57 phút 30 giây`, `5h`: what follows the hour's word.
fn spoken(line: &Line, hour: u64, at: usize) -> Clock {
    // In `8h 17/01/2012` and `8h 17 tháng 1` a day follows.
    let is_day = line.is_mark(at + 1, &['/', '-', '.']) || line.month(at + 1).is_some();
    let Some(minute) = line.short(at).filter(|_| !is_day) else { return Clock::new(hour, 0, at) };
    let clock = Clock::new(hour, minute, at + 1);
    let has_seconds = matches!(line.word(at + 1), "phut" | "p") && matches!(line.word(at + 3), "giay" | "s");
    match line.short(at + 2).filter(|_| has_seconds) {
        Some(second) => Clock { second, end: at + 4, ..clock },
        None => clock,
    }
}

/// Takes a fraction of the second, cut to milliseconds, where one follows without a space.
fn with_fraction(line: &Line, clock: Clock, marks: &[char]) -> Clock {
    let at = clock.end;
    let is_fraction = line.is_mark(at, marks) && line.is_glued(at) && line.is_glued(at + 1);
    let Some(number) = line.number(at + 1).filter(|_| is_fraction) else { return clock };
    let millisecond = (0..3_usize).fold(0, |sum, place| {
        let digit = number
            .digits
            .checked_sub(place + 1)
            .and_then(|zeros| 10_u64.checked_pow(u32::try_from(zeros).ok()?));
        sum * 10 + digit.map_or(0, |unit| number.value / unit % 10)
    });
    Clock { millisecond, end: at + 2, ..clock }
}

/// The half of the day named here, whether American months go with the word, and how many tokens it takes.
fn half(line: &Line, at: usize) -> Option<(Half, bool, usize)> {
    match line.word(at) {
        "am" | "sa" => Some((Half::Morning, true, 1)),
        "pm" | "ch" => Some((Half::Afternoon, true, 1)),
        "a" if line.is_mark(at + 1, &['.']) && line.word(at + 2) == "m" => Some((Half::Morning, true, 3)),
        "p" if line.is_mark(at + 1, &['.']) && line.word(at + 2) == "m" => Some((Half::Afternoon, true, 3)),
        "sang" => Some((Half::Morning, false, 1)),
        "trua" => Some((Half::Noon, false, 1)),
        "chieu" | "toi" => Some((Half::Afternoon, false, 1)),
        _ => None,
    }
}

/// The half of the day in the languages that name it before the time.
fn half_before(word: &str) -> Option<Half> {
    match word {
        "오전" | "上午" | "am" => Some(Half::Morning),
        "오후" | "下午" | "pm" => Some(Half::Afternoon),
        _ => None,
    }
}
