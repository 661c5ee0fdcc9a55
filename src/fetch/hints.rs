//! What response headers ask of our pace. Pure. Does not decide whether the wish is granted: clamping is `cadence`'s.

use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName, RETRY_AFTER};

use crate::model::{Hints, Timestamp};

/// The longest time that a header can ask for; more is read as this (RFC 9111 §1.2.2 sets the number). It keeps sums
/// with today's date far from overflow.
const LONGEST: Duration = Duration::from_secs(1 << 31);

/// Reads Cache-Control, Expires and Retry-After. Dates are relative to the server's own `Date`, or to `now` where
/// that is missing or unreadable. What cannot be read is no hint; what lies in the past is a hint of zero.
pub(super) fn read(headers: &HeaderMap, now: Timestamp) -> Hints {
    let date = text(headers, &DATE).and_then(read_date).unwrap_or(now);
    let max_age = match read_cache_control(headers) {
        Freshness::For(duration) => Some(duration),
        Freshness::Never => None,
        Freshness::Unsaid => {
            text(headers, &EXPIRES).and_then(read_date).map(|expires| between(date, expires))
        }
    };
    let retry_after = text(headers, &RETRY_AFTER)
        .and_then(|value| read_seconds(value).or_else(|| read_date(value).map(|at| between(date, at))));
    Hints { max_age, retry_after }
}

/// What Cache-Control says of an answer's freshness.
enum Freshness {
    For(Duration),
    Never,
    Unsaid,
}

/// RFC 9111 §5.2.2. `s-maxage` speaks to shared caches, so not to us. A `max-age` that cannot be read still overrides
/// Expires, as does `no-store` or `no-cache`. Of two `max-age` the first counts (§4.2.1).
fn read_cache_control(headers: &HeaderMap) -> Freshness {
    let mut found = Freshness::Unsaid;
    for line in headers.get_all(CACHE_CONTROL) {
        // A quoted list (`no-cache="a, b"`) is cut in the middle; none of its pieces can pass for a directive we read.
        for directive in String::from_utf8_lossy(line.as_bytes()).split(',') {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            let name = name.trim();
            if name.eq_ignore_ascii_case("no-store") || name.eq_ignore_ascii_case("no-cache") {
                return Freshness::Never;
            }
            if name.eq_ignore_ascii_case("max-age") && matches!(found, Freshness::Unsaid) {
                let seconds = read_seconds(value.trim().trim_matches('"'));
                found = seconds.map_or(Freshness::Never, Freshness::For);
            }
        }
    }
    found
}

/// delta-seconds (RFC 9111 §1.2.2): digits only, saturating.
fn read_seconds(text: &str) -> Option<Duration> {
    let digits = text.trim();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = digits.parse().unwrap_or(u64::MAX);
    Some(Duration::from_secs(seconds).min(LONGEST))
}

/// An HTTP-date (RFC 9110 §5.6.7) in any of its three forms, or with a numeric zone as mail writes it.
fn read_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let strict = httpdate::parse_http_date(text).ok().map(Timestamp::from);
    strict.or_else(|| DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc()))
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    (to - from).to_std().unwrap_or(Duration::ZERO).min(LONGEST)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    const LONGEST_SECONDS: u64 = 2_147_483_648;

    /// Of headers written as lines, at 2026-07-01 00:00:00 UTC.
    fn hints(lines: &str) -> (Option<u64>, Option<u64>) {
        let mut headers = HeaderMap::new();
        for line in lines.lines() {
            let (name, value) = line.split_once(": ").unwrap();
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let now: Timestamp = "2026-07-01T00:00:00Z".parse().unwrap();
        let hints = read(&headers, now);
        (hints.max_age.map(|age| age.as_secs()), hints.retry_after.map(|after| after.as_secs()))
    }

    #[test]
    fn max_age_comes_from_cache_control_else_from_expires() {
        let table = [
            ("", None),
            ("Cache-Control: max-age=600", Some(600)),
            ("Cache-Control: public, MAX-AGE = 600 , must-revalidate", Some(600)),
            ("Cache-Control: max-age=\"600\"", Some(600)),
            ("Cache-Control: public\nCache-Control: max-age=60", Some(60)),
            ("Cache-Control: max-age=60, max-age=600", Some(60)),
            ("Cache-Control: s-maxage=600", None),
            ("Cache-Control: s-maxage=600, max-age=60", Some(60)),
            ("Cache-Control: max-age=600, no-store", None),
            ("Cache-Control: no-cache", None),
            ("Cache-Control: no-cache=\"Set-Cookie, X\", max-age=600", None),
            ("Cache-Control: no-cache\nExpires: Wed, 01 Jul 2026 01:00:00 GMT", None),
            ("Cache-Control: max-age=0", Some(0)),
            ("Cache-Control: max-age=-1", None),
            ("Cache-Control: max-age=1.5", None),
            ("Cache-Control: max-age=", None),
            ("Cache-Control: max-age", None),
            ("Cache-Control: max-age=soon\nExpires: Wed, 01 Jul 2026 01:00:00 GMT", None),
            ("Cache-Control: max-age=99999999999999999999999", Some(LONGEST_SECONDS)),
            ("Cache-Control: max-age=18446744073709551615", Some(LONGEST_SECONDS)),
            ("Cache-Control: public\nExpires: Wed, 01 Jul 2026 01:00:00 GMT", Some(3600)),
            ("Date: Wed, 01 Jul 2026 00:30:00 GMT\nExpires: Wed, 01 Jul 2026 01:00:00 GMT", Some(1800)),
            ("Date: hôm nay\nExpires: Wed, 01 Jul 2026 01:00:00 GMT", Some(3600)),
            ("Expires: Wednesday, 01-Jul-26 01:00:00 GMT", Some(3600)),
            ("Expires: Wed Jul  1 01:00:00 2026", Some(3600)),
            ("Expires: Wed, 01 Jul 2026 08:00:00 +0700", Some(3600)),
            ("Expires: Tue, 30 Jun 2026 01:00:00 GMT", Some(0)),
            ("Expires: Fri, 31 Dec 9999 23:59:59 GMT", Some(LONGEST_SECONDS)),
            ("Expires: 0", None),
            ("Expires: -1", None),
        ];
        for (lines, expected) in table {
            assert_eq!(hints(lines).0, expected, "{lines}");
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let table = [
            ("", None),
            ("Retry-After: 120", Some(120)),
            ("Retry-After:  120 ", Some(120)),
            ("Retry-After: 0", Some(0)),
            ("Retry-After: -5", None),
            ("Retry-After: 1e9", None),
            ("Retry-After: later", None),
            ("Retry-After: 99999999999999999999999", Some(LONGEST_SECONDS)),
            ("Retry-After: Wed, 01 Jul 2026 00:10:00 GMT", Some(600)),
            ("Date: Wed, 01 Jul 2026 07:00:00 GMT\nRetry-After: Wed, 01 Jul 2026 07:10:00 GMT", Some(600)),
            ("Retry-After: Mon, 01 Jun 2026 00:00:00 GMT", Some(0)),
            ("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", Some(LONGEST_SECONDS)),
        ];
        for (lines, expected) in table {
            assert_eq!(hints(lines).1, expected, "{lines}");
        }
    }
}
