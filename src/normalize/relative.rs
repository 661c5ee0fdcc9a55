//! Times told as people tell them, against the time of the fetch: `2 giờ trước`, `Hôm qua 14:05`, `3 ngày trước`. They are
//! approximate: what is told in hours is at the minute of the fetch, what is told in days at its time of day.

use std::sync::LazyLock;

use chrono::{Days, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use regex::{Captures, Regex};

use super::{escapes::pattern, timestamp};
use crate::model::Timestamp;

/// `2 giờ trước`, `cách đây 3 ngày`, `vừa xong`.
static AGO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:cách\s+đây\s+|khoảng\s+)*(\d{1,3}|một|vài)\s*(giây|phút|giờ|tiếng|ngày|tuần|tháng|năm|seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|months?|years?)(?:\s+(trước|ago))?$",
    )
});

/// `Hôm qua 14:05`, `14:05 hôm qua`, `Hôm nay, lúc 7h30`.
static DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:lúc\s+)?(\d{1,2})[:hg](\d{2})\s*[,|·-]?\s*)?(hôm\s+nay|hôm\s+qua|hôm\s+kia|today|yesterday)(?:\s*[,|·-]?\s*(?:lúc\s+|at\s+)?(\d{1,2})[:hg](\d{2}))?$",
    )
});

/// Older than this nobody says "ago" of with any use.
const OLDEST: TimeDelta = TimeDelta::days(3_660);

/// The instant that this text tells when it is read at `now`; none where it tells none in this way.
#[must_use]
pub fn read(text: &str, now: Timestamp, zone: Tz) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > timestamp::TEXT_MAX {
        return None;
    }
    let lower = text.to_lowercase();
    if matches!(&*lower, "vừa xong" | "vừa đăng" | "mới đây" | "just now") {
        return Some(now);
    }
    AGO.captures(text)
        .and_then(|found| ago(&found, &lower, now))
        .or_else(|| day(&DAY.captures(text)?, now, zone))
}

fn ago(found: &Captures<'_>, lower: &str, now: Timestamp) -> Option<Timestamp> {
    // Without one of the words that say so it is how long something takes.
    if found.get(3).is_none() && !lower.starts_with("cách đây") {
        return None;
    }
    let count: i64 = match &*found[1].to_lowercase() {
        "một" => 1,
        "vài" => 3,
        digits => digits.parse().ok()?,
    };
    let unit = found[2].to_lowercase();
    let seconds = match &*unit {
        "giây" => 1,
        "phút" => 60,
        "giờ" | "tiếng" => 3_600,
        "ngày" => 86_400,
        "tuần" => 7 * 86_400,
        "tháng" => 30 * 86_400,
        "năm" => 365 * 86_400,
        unit if unit.starts_with("sec") => 1,
        unit if unit.starts_with("min") => 60,
        unit if unit.starts_with("hour") => 3_600,
        unit if unit.starts_with("day") => 86_400,
        unit if unit.starts_with("week") => 7 * 86_400,
        unit if unit.starts_with("month") => 30 * 86_400,
        _ => 365 * 86_400,
    };
    let since = TimeDelta::seconds(count * seconds);
    if since > OLDEST { None } else { now.checked_sub_signed(since) }
}

fn day(found: &Captures<'_>, now: Timestamp, zone: Tz) -> Option<Timestamp> {
    let word = found[3].to_lowercase();
    let before = match word.split_whitespace().last()? {
        "nay" | "today" => 0,
        "kia" => 2,
        _ => 1,
    };
    let local = now.with_timezone(&zone).naive_local();
    let day = local.date().checked_sub_days(Days::new(before))?;
    let clock = |hour: usize, minute: usize| Some((found.get(hour)?.as_str(), found.get(minute)?.as_str()));
    let time = match clock(1, 2).or_else(|| clock(4, 5)) {
        Some((hour, minute)) => NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)?,
        None => local.time(),
    };
    timestamp::in_zone(day.and_time(time), zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_from_now_is_read_against_now() {
        let now = "2012-01-17T05:57:30+07:00".parse().unwrap();
        let table = [
            ("2 giờ trước", Some("2012-01-17T03:57:30+07:00")),
            ("30 phút trước", Some("2012-01-17T05:27:30+07:00")),
            ("3 ngày trước", Some("2012-01-14T05:57:30+07:00")),
            ("cách đây 3 ngày", Some("2012-01-14T05:57:30+07:00")),
            ("Một tuần trước", Some("2012-01-10T05:57:30+07:00")),
            (" 1 Hour ago ", Some("2012-01-17T04:57:30+07:00")),
            ("vừa xong", Some("2012-01-17T05:57:30+07:00")),
            ("Hôm qua 14:05", Some("2012-01-16T14:05:00+07:00")),
            ("14:05 hôm qua", Some("2012-01-16T14:05:00+07:00")),
            ("Hôm nay, lúc 5h30", Some("2012-01-17T05:30:00+07:00")),
            ("Hôm qua", Some("2012-01-16T05:57:30+07:00")),
            ("yesterday at 14:05", Some("2012-01-16T14:05:00+07:00")),
            ("2 giờ", None),
            ("3 ngày", None),
            ("hôm qua trời mưa", None),
            ("999 năm trước", None),
            ("Hôm qua 25:05", None),
            ("17/01/2012", None),
            ("", None),
        ];
        for (text, wanted) in table {
            let wanted: Option<Timestamp> = wanted.map(|at| at.parse().unwrap());
            assert_eq!(read(text, now, Tz::Asia__Ho_Chi_Minh), wanted, "{text}");
        }
    }
}
