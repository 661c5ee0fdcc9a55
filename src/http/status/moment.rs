//! Times as people say them. Pure: now is an argument.

use chrono::{Offset as _, TimeZone as _};
use chrono_tz::Tz;

use crate::{http::language::Language, model::Timestamp};

/// The zone of times that name none: that of all Vietnam.
pub(super) const USUAL: Tz = chrono_tz::Asia::Ho_Chi_Minh;

/// How far away: `3 giờ trước`, `in 5 minutes`. Of each only the largest unit.
pub(super) fn relative(language: Language, at: Timestamp, now: Timestamp) -> String {
    let (away, is_past) = ((at - now).abs(), at <= now);
    let (days, hours, minutes) = (away.num_days(), away.num_hours(), away.num_minutes());
    let (count, vietnamese, english) = match (days, hours, minutes) {
        (2.., _, _) => (days, "ngày", "day"),
        (_, 1.., _) => (hours, "giờ", "hour"),
        (_, _, 1..) => (minutes, "phút", "minute"),
        _ if is_past => return language.pick("vừa xong", "just now").to_owned(),
        _ => return language.pick("ngay sau đây", "in a moment").to_owned(),
    };
    let plural = if count == 1 { "" } else { "s" };
    match (language, is_past) {
        (Language::Vietnamese, true) => format!("{count} {vietnamese} trước"),
        (Language::Vietnamese, false) => format!("{count} {vietnamese} nữa"),
        (Language::English, true) => format!("{count} {english}{plural} ago"),
        (Language::English, false) => format!("in {count} {english}{plural}"),
    }
}

/// Date and time in a zone, which is named where it is not the usual one.
pub(super) fn absolute(language: Language, at: Timestamp, zone: Tz) -> String {
    let offset = |zone: Tz| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    let form = language.pick("%H:%M %d/%m/%Y", "%-d %b %Y %H:%M");
    let local = at.with_timezone(&zone).format(form).to_string();
    if offset(zone) == offset(USUAL) { local } else { format!("{local} (UTC{})", offset(zone)) }
}

/// An element that tells both, and machines the instant.
pub(super) fn element(language: Language, at: Timestamp, now: Timestamp, zone: Tz) -> String {
    let machine = at.format("%Y-%m-%dT%H:%M:%SZ");
    let (relative, absolute) = (relative(language, at, now), absolute(language, at, zone));
    format!("<time datetime=\"{machine}\">{relative} <small>{absolute}</small></time>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_is_told_from_now_in_its_largest_unit() {
        let now = at("2026-11-25T06:00:00Z");
        let table = [
            ("2026-11-25T06:00:00Z", "vừa xong", "just now"),
            ("2026-11-25T05:59:01Z", "vừa xong", "just now"),
            ("2026-11-25T06:00:59Z", "ngay sau đây", "in a moment"),
            ("2026-11-25T05:59:00Z", "1 phút trước", "1 minute ago"),
            ("2026-11-25T06:59:59Z", "59 phút nữa", "in 59 minutes"),
            ("2026-11-25T05:00:00Z", "1 giờ trước", "1 hour ago"),
            ("2026-11-23T07:00:00Z", "47 giờ trước", "47 hours ago"),
            ("2026-11-23T06:00:00Z", "2 ngày trước", "2 days ago"),
            ("2026-12-25T06:00:00Z", "30 ngày nữa", "in 30 days"),
        ];
        for (time, vietnamese, english) in table {
            assert_eq!(relative(Language::Vietnamese, at(time), now), vietnamese, "{time}");
            assert_eq!(relative(Language::English, at(time), now), english, "{time}");
        }
    }

    #[test]
    fn a_date_is_told_in_the_sources_zone_which_is_named_where_it_is_unusual() {
        let time = at("2026-11-25T18:05:00Z");
        let table = [
            (USUAL, "01:05 26/11/2026", "26 Nov 2026 01:05"),
            (chrono_tz::Asia::Bangkok, "01:05 26/11/2026", "26 Nov 2026 01:05"),
            (chrono_tz::Asia::Tokyo, "03:05 26/11/2026 (UTC+09:00)", "26 Nov 2026 03:05 (UTC+09:00)"),
            (chrono_tz::UTC, "18:05 25/11/2026 (UTC+00:00)", "25 Nov 2026 18:05 (UTC+00:00)"),
        ];
        for (zone, vietnamese, english) in table {
            assert_eq!(absolute(Language::Vietnamese, time, zone), vietnamese);
            assert_eq!(absolute(Language::English, time, zone), english);
        }
    }
}
