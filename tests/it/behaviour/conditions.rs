//! Conditional requests (RFC 9110 §13.1): which validators go with which request.

use super::*;

/// Answers in turn, and what the request after each must have sent.
struct Rule {
    name: &'static str,
    source: &'static str,
    answers: Vec<(Reply, Pair)>,
}

const ETAG: &[u8] = b"\"5f3a-61\"";
const DATE: &[u8] = b"Tue, 17 Jan 2012 05:57:00 GMT";
const BOTH: Pair = (Some(ETAG), Some(DATE));
const NONE: Pair = (None, None);

fn whole(title: &str, pair: Pair) -> Reply {
    with(Reply::ok(document(title)), pair)
}

/// Whatever these validators are, they come back byte for byte.
fn opaque(name: &'static str, source: &'static str, pair: Pair) -> Rule {
    Rule { name, source, answers: vec![(whole("Một", pair), pair), (Reply::status(304), pair)] }
}

/// After a document with both validators, this answer leaves the next request with this pair.
fn after(name: &'static str, source: &'static str, answer: Reply, pair: Pair) -> Rule {
    Rule { name, source, answers: vec![(whole("Một", BOTH), BOTH), (answer, pair)] }
}

const OPAQUE: &str = "RFC 9110 §8.8.3: an ETag is an opaque string; Kroll: send back what you were sent";
const DATES: &str = "RFC 9110 §13.1.3: a client sends the Last-Modified that it was given";
const REPLACE: &str = "RFC 9111 §3.2: the headers of a 200 replace what was stored";
const KEEP: &str = "RFC 9111 §3: an error is not stored; Kroll: it costs no unconditional request";
const REFRESH: &str = "RFC 9111 §4.3.4: a 304 with other validators updates no stored response";

fn opaque_rules() -> Vec<Rule> {
    let etag = |value: &'static [u8]| (Some(value), None);
    let date = |value: &'static [u8]| (None, Some(value));
    vec![
        opaque("both", "RFC 9110 §13.2.2: both may be sent, and the server chooses", BOTH),
        opaque("weak", OPAQUE, etag(b"W/\"5f3a\"")),
        opaque("weak in lower case", OPAQUE, etag(b"w/\"5f3a\"")),
        opaque("without quotes", OPAQUE, etag(b"1781322107")),
        opaque("with a quote inside", OPAQUE, etag(b"\"a\"b\"")),
        opaque("with a backslash", OPAQUE, etag(b"\"a\\\"b\"")),
        opaque("with commas and spaces", OPAQUE, etag(b"\"a, b ,c\"")),
        opaque("empty in quotes", OPAQUE, etag(b"\"\"")),
        opaque("a star", OPAQUE, etag(b"*")),
        opaque("no UTF-8", OPAQUE, etag(b"\"tin-\xe2\xff\"")),
        opaque("with a coding", OPAQUE, etag(b"\"5f3a-gzip\"")),
        opaque("of 1970", DATES, date(b"Thu, 01 Jan 1970 00:00:00 GMT")),
        opaque("of 2038", DATES, date(b"Tue, 19 Jan 2038 03:14:08 GMT")),
        opaque("of RFC 850", DATES, date(b"Tuesday, 17-Jan-12 05:57:00 GMT")),
        opaque("of asctime", DATES, date(b"Tue Jan 17 05:57:00 2012")),
        opaque("with a zone", DATES, date(b"Tue, 17 Jan 2012 12:57:00 +0700")),
        opaque("in lower case", DATES, date(b"tue, 17 jan 2012 05:57:00 gmt")),
        opaque("the wrong day of the week", DATES, date(b"Sun, 17 Jan 2012 05:57:00 GMT")),
        opaque("no date at all", DATES, date(b"-1")),
        opaque("in Vietnamese", DATES, date("Thứ ba, 17/01/2012, 05:57 (GMT+7)".as_bytes())),
    ]
}

fn rules() -> Vec<Rule> {
    let other: Pair = (Some(b"\"2\""), Some(b"Wed, 18 Jan 2012 05:57:00 GMT"));
    let (only_etag, only_date): (Pair, Pair) = ((other.0, None), (None, other.1));
    let late = |status| Reply::status(status).header("Retry-After", "1");
    let cut_off =
        Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\nETag: \"x\"\r\n\r\n<rss version=\"2.0\">");
    let page = with(Reply::ok("<!DOCTYPE html><html><body>Xin chào</body></html>"), other);
    let mut rules = vec![
        Rule {
            name: "first contact",
            source: "Kroll: no validators before any were given",
            answers: vec![(whole("Một", NONE), NONE), (whole("Một", NONE), NONE)],
        },
        after("replaced by another body", REPLACE, whole("Hai", other), other),
        after("replaced by an equal body", REPLACE, whole("Một", other), other),
        after("the date vanishes", REPLACE, whole("Hai", only_etag), only_etag),
        after("the ETag vanishes", REPLACE, whole("Hai", only_date), only_date),
        after("the date vanishes, equal body", REPLACE, whole("Một", only_etag), only_etag),
        after("the ETag vanishes, equal body", REPLACE, whole("Một", only_date), only_date),
        after("both vanish", REPLACE, whole("Hai", NONE), NONE),
        after("both are empty", REPLACE, whole("Hai", (Some(b""), Some(b""))), NONE),
        after("kept over 304", REFRESH, Reply::status(304), BOTH),
        after("kept over 304 with other ones", REFRESH, with(Reply::status(304), other), BOTH),
        after("kept over 304 with one of them", REFRESH, with(Reply::status(304), only_etag), BOTH),
        after("kept over 500", KEEP, with(Reply::status(500), other), BOTH),
        after("kept over 404", KEEP, with(Reply::status(404), other), BOTH),
        after("kept over 410", KEEP, with(Reply::status(410), other), BOTH),
        after("kept over 403", KEEP, with(Reply::status(403), other), BOTH),
        after("kept over 429", KEEP, with(late(429), other), BOTH),
        after("kept over 503", KEEP, with(late(503), other), BOTH),
        after("kept over a body that broke off", KEEP, cut_off, BOTH),
        after("kept over no answer", KEEP, Reply::raw(""), BOTH),
        after("kept over what is no HTTP", KEEP, Reply::raw("220 ftp ready\r\n"), BOTH),
        after("kept over a page that is no feed", "what was not read was not stored", page, BOTH),
        after("kept over 204", "RFC 9110 §15.3.5: no document", with(Reply::status(204), other), BOTH),
        after(
            "kept over 206",
            "RFC 9110 §15.3.7: nobody asked for a part",
            with(Reply::status(206), other),
            BOTH,
        ),
        after("kept over a redirect into nothing", KEEP, Reply::redirect(301, "http://127.0.0.1:1/"), BOTH),
    ];
    rules.extend(opaque_rules());
    rules
}

#[tokio::test]
async fn validators_come_and_go_as_the_rules_say() {
    let rules = rules();
    assert_eq!(rules.len(), 45);
    let mut tables = String::new();
    let mut origins = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        let origin = Origin::start();
        // The last answer, to the last request that is looked at, ends the conversation.
        let end = Reply::status(304).header("Cache-Control", "max-age=86400");
        let answers = rule.answers.iter().map(|(reply, _)| reply.clone());
        origin.on("/rss?id=39", answers.chain([end]));
        tables += &eager(&format!("rule-{number}"), &origin, "");
        origins.push(origin);
    }
    let daemon = start(&tables).await;
    for (Rule { name, source, answers }, origin) in rules.iter().zip(&origins) {
        let requests = asked(origin, answers.len() + 1).await;
        assert_eq!(conditions(&requests[0]), NONE, "{name}, at first ({source})");
        for ((_, sent), request) in answers.iter().zip(&requests[1..]) {
            let (etag, date) = conditions(request);
            let shown = |value: Option<&[u8]>| value.map(|value| String::from_utf8_lossy(value).into_owned());
            assert_eq!((shown(etag), shown(date)), (shown(sent.0), shown(sent.1)), "{name} ({source})");
            assert_eq!((etag, date), *sent, "{name} ({source})");
        }
    }
    drop(daemon);
}

#[tokio::test]
async fn validators_are_kept_over_restarts_and_reloads() {
    for restarts in [false, true] {
        let origin = Origin::start();
        let stay = |reply: Reply| reply.header("Cache-Control", "max-age=3");
        origin.on("/rss?id=39", [stay(whole("Một", BOTH)), stay(Reply::status(304))]);
        let tables = |title: &str| eager("a", &origin, "").replace("Báo a", title);
        let mut daemon = start(&tables("Báo A")).await;
        daemon.until_status("a", |status| !status["last_success"].is_null()).await;
        if restarts {
            daemon = daemon.restart(&tables("Báo B")).await;
        } else {
            daemon.reload(&tables("Báo B"));
        }
        let requests = asked(&origin, 3).await;
        assert_eq!(conditions(&requests[1]), BOTH, "{restarts}");
        assert_eq!(conditions(&requests[2]), BOTH, "{restarts}");
        drop(daemon);
    }
}

#[tokio::test]
async fn other_settings_that_change_the_reading_cost_one_unconditional_request() {
    let origin = Origin::start();
    origin.answer("/rss?id=39", |request| match conditions(request) {
        NONE => whole("Một", BOTH),
        _ => Reply::status(304),
    });
    let daemon = start(&eager("a", &origin, "")).await;
    asked(&origin, 3).await;
    daemon.reload(&eager("a", &origin, "timezone = \"UTC\""));
    let asked_before = origin.requests().len();
    let requests = asked(&origin, asked_before + 4).await;
    let unconditional: Vec<usize> =
        (0..requests.len()).filter(|number| conditions(&requests[*number]) == NONE).collect();
    assert_eq!(unconditional.len(), 2, "{unconditional:?}");
    assert!(
        unconditional[0] == 0 && unconditional[1] + 1 >= asked_before,
        "{unconditional:?} {asked_before}"
    );
}

#[tokio::test]
async fn validators_go_along_a_redirect_to_the_document_that_they_belong_to() {
    let (old, new) = (Origin::start(), Origin::start());
    old.on("/rss?id=39", [Reply::redirect(301, new.url("/moi").as_str())]);
    new.on("/moi", [whole("Một", BOTH), Reply::status(304)]);
    let daemon = start(&eager("a", &old, "")).await;
    let requests = asked(&new, 3).await;
    let sent: Vec<_> = requests.iter().take(3).map(conditions).collect();
    assert_eq!(sent, [NONE, BOTH, BOTH]);
    let status = daemon.status("a").await;
    assert_eq!(status["state"], "ok");
}
