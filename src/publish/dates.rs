//! Instants as readers get them: in the local time of the source, as people there would read it.

use chrono::{DateTime, Datelike, FixedOffset, Offset, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;

use crate::model::{StoredEntry, Timestamp};

/// The form of RFC 822 with the four-digit year that RSS 2.0 prefers.
const RFC_822: &str = "%a, %d %b %Y %H:%M:%S %z";
/// Earlier years are written in UTC: Vietnam came to whole hours on 1 May 1911.
const ZONES_SINCE: i32 = 1912;
/// The years that both RFC 822 and RFC 3339 can write.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9998;

/// For RSS.
pub(super) fn rfc_822(at: Timestamp, zone: Tz) -> String {
    local(at, zone).format(RFC_822).to_string()
}

/// The time in the zone, or in UTC where the zone had no offset yet that its people would know: before zones came up,
/// each place kept its own mean time, with seconds that neither RFC 822 nor RFC 3339 has room for. A year that
/// neither can write becomes 1970. In whole seconds: behind a fraction newsboat overlooks the zone.
pub(super) fn local(at: Timestamp, zone: Tz) -> DateTime<FixedOffset> {
    let at = if YEARS.contains(&at.year()) { at } else { Timestamp::UNIX_EPOCH };
    let at = at.with_nanosecond(0).unwrap_or(at);
    let local = at.with_timezone(&zone);
    let offset = local.offset().fix();
    let is_mean_time = local.year() < ZONES_SINCE || offset.local_minus_utc() % 60 != 0;
    if is_mean_time { Utc.fix().from_utc_datetime(&at.naive_utc()) } else { local.with_timezone(&offset) }
}

/// When an entry last changed in a reader's eyes: at its own date, where we have seen no change since.
pub(super) fn updated(stored: &StoredEntry) -> Timestamp {
    if stored.changed > stored.first_seen { stored.changed.max(stored.date) } else { stored.date }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_local_except_where_a_place_kept_its_own_mean_time() {
        let table = [
            ("2012-01-16T22:57:00Z", chrono_tz::Asia::Ho_Chi_Minh, "Tue, 17 Jan 2012 05:57:00 +0700"),
            ("1954-05-07T10:30:00Z", chrono_tz::Asia::Ho_Chi_Minh, "Fri, 07 May 1954 18:30:00 +0800"),
            ("1905-01-01T00:00:00Z", chrono_tz::Asia::Ho_Chi_Minh, "Sun, 01 Jan 1905 00:00:00 +0000"),
            ("1911-04-01T00:00:00Z", chrono_tz::Asia::Ho_Chi_Minh, "Sat, 01 Apr 1911 00:00:00 +0000"),
            ("1970-01-01T00:00:00Z", chrono_tz::Africa::Monrovia, "Thu, 01 Jan 1970 00:00:00 +0000"),
            ("2026-11-30T21:29:40.999Z", chrono_tz::Asia::Ho_Chi_Minh, "Tue, 01 Dec 2026 04:29:40 +0700"),
            ("-0044-03-15T00:00:00Z", chrono_tz::UTC, "Thu, 01 Jan 1970 00:00:00 +0000"),
        ];
        for (at, zone, wanted) in table {
            assert_eq!(rfc_822(at.parse().unwrap(), zone), wanted);
            assert!(!local(at.parse().unwrap(), zone).to_rfc3339().contains('.'), "{at}");
        }
    }
}
