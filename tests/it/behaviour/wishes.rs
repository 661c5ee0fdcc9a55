//! What publishers ask of our pace, from the wire to the next poll. That the pace is then kept is `pace`'s to show.

use chrono::DateTime;
use serde_json::Value;

use super::*;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// What an answer says, and how many seconds at least and at most it keeps us away, jitter included.
struct Wish {
    name: &'static str,
    source: &'static str,
    answer: Reply,
    least: i64,
    most: i64,
}

fn wish(name: &'static str, source: &'static str, answer: Reply, seconds: i64) -> Wish {
    Wish { name, source, answer, least: seconds, most: seconds + seconds / 10 + 1 }
}

fn fresh(name: &str, value: &str) -> Reply {
    Reply::ok(document("Một")).header(name, value)
}

fn channel(inside: &str) -> Reply {
    Reply::ok(document("Một").replacen("<item>", &format!("{inside}<item>"), 1))
}

const MAX_AGE: &str = "RFC 9111 §5.2.2.1";
const EXPIRES: &str = "RFC 9111 §5.3, relative to Date by §4.2.1";
const RETRY: &str = "RFC 9110 §10.2.3";
const TTL: &str = "RSS 2.0, <ttl>";
const CLAMP: &str = "DESIGN: nobody is waited for longer than a day";

fn wishes() -> Vec<Wish> {
    let date = "Tue, 17 Jan 2012 00:00:00 GMT";
    let late = |status, value: &str| Reply::status(status).header("Retry-After", value);
    let hours: Vec<String> = (0..24).map(|hour| format!("<hour>{hour}</hour>")).collect();
    let skipped = hours.concat();
    vec![
        wish("nothing", "the interval in the file", Reply::ok(document("Một")), 1),
        wish("max-age", MAX_AGE, fresh("Cache-Control", "public, max-age=7200"), 2 * HOUR),
        wish("max-age on 304", MAX_AGE, Reply::status(304).header("Cache-Control", "max-age=7200"), 2 * HOUR),
        wish("a short max-age", "the interval in the file", fresh("Cache-Control", "max-age=0"), 1),
        wish("max-age of 16 years", CLAMP, fresh("Cache-Control", "max-age=504576000"), DAY),
        wish(
            "max-age beyond all numbers",
            CLAMP,
            fresh("Cache-Control", "max-age=99999999999999999999"),
            DAY,
        ),
        wish("a negative max-age", MAX_AGE, fresh("Cache-Control", "max-age=-5"), 1),
        wish(
            "Expires",
            EXPIRES,
            fresh("Date", date).header("Expires", "Tue, 17 Jan 2012 02:00:00 GMT"),
            2 * HOUR,
        ),
        wish(
            "max-age before Expires",
            EXPIRES,
            fresh("Date", date)
                .header("Expires", "Tue, 17 Jan 2012 02:00:00 GMT")
                .header("Cache-Control", "max-age=3600"),
            HOUR,
        ),
        wish("Expires in the past", EXPIRES, fresh("Date", date).header("Expires", "0"), 1),
        wish("Retry-After on 429", RETRY, late(429, "7200"), 2 * HOUR),
        wish("Retry-After on 503", RETRY, late(503, "7200"), 2 * HOUR),
        wish(
            "Retry-After as a date",
            RETRY,
            late(429, "Tue, 17 Jan 2012 02:00:00 GMT").header("Date", date),
            2 * HOUR,
        ),
        wish("Retry-After of a century", CLAMP, late(503, "3153600000"), DAY),
        wish("a bare 429", "slower than the interval in the file", Reply::status(429), 2),
        wish("ttl", TTL, channel("<ttl>120</ttl>"), 2 * HOUR),
        wish("ttl of a year", CLAMP, channel("<ttl>525600</ttl>"), DAY),
        wish(
            "the longer of ttl and max-age",
            TTL,
            channel("<ttl>120</ttl>").header("Cache-Control", "max-age=60"),
            2 * HOUR,
        ),
        wish("every hour skipped", CLAMP, channel(&format!("<skipHours>{skipped}</skipHours>")), DAY),
    ]
}

fn seconds_to_next_poll(status: &Value) -> i64 {
    let at = |name: &str| DateTime::parse_from_rfc3339(status[name].as_str().unwrap()).unwrap();
    (at("next_poll") - at("last_poll")).num_seconds()
}

#[tokio::test]
async fn an_answer_keeps_us_away_for_as_long_as_it_says() {
    let wishes = wishes();
    assert_eq!(wishes.len(), 19);
    let mut tables = String::new();
    let mut origins = Vec::new();
    for (number, wish) in wishes.iter().enumerate() {
        let origin = Origin::start();
        // A 304 needs a document before it.
        let before = with(Reply::ok(document("Một")), (Some(b"\"1\""), None));
        let is_304 = wish.name.ends_with("304");
        origin.on("/rss?id=39", is_304.then_some(before).into_iter().chain([wish.answer.clone()]));
        tables += &eager(&format!("wish-{number}"), &origin, "");
        origins.push((origin, usize::from(is_304)));
    }
    let daemon = start(&tables).await;
    for (number, (Wish { name, source, least, most, .. }, (origin, before))) in
        wishes.iter().zip(&origins).enumerate()
    {
        asked(origin, before + 1).await;
        let id = format!("wish-{number}");
        let is_heard =
            |status: &Value| !status["last_poll"].is_null() && seconds_to_next_poll(status) >= *least;
        let status = daemon.until_status(&id, is_heard).await;
        let waits = seconds_to_next_poll(&status);
        assert!((*least..=*most).contains(&waits), "{name} ({source}): {waits} s");
    }
}
