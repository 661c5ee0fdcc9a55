//! How often one host is asked, whoever of its sources is due.

use std::time::Duration;

use super::*;

/// The shortest time between two requests.
fn shortest(requests: &[Received]) -> Duration {
    requests.windows(2).map(|pair| pair[1].at - pair[0].at).min().unwrap()
}

#[tokio::test]
async fn between_two_requests_to_a_host_there_is_the_pause_also_along_redirects() {
    let origin = Origin::start();
    let mut tables = String::new();
    for number in 0..3 {
        let (path, there) = (format!("/cu/{number}"), format!("/moi/{number}"));
        origin.on(&path, [Reply::redirect(302, &there)]);
        origin.on(&there, [Reply::ok(document("Một")).header("Cache-Control", "max-age=600")]);
        tables += &feed(&format!("source-{number}"), &origin.url(&path), "host_delay = \"300ms\"");
    }
    let daemon = start(&tables).await;
    let requests = asked(&origin, 6).await;
    assert!(shortest(&requests) >= Duration::from_millis(300), "{:?}", shortest(&requests));
    drop(daemon);
}

#[tokio::test]
async fn the_pause_of_a_host_is_said_once_for_all_of_its_sources() {
    let origin = Origin::start();
    let port = origin.url("/").port().unwrap();
    let mut tables = format!("[hosts.\"127.0.0.1:{port}\"]\nhost_delay = \"300ms\"\n");
    for id in ["a", "b"] {
        let path = format!("/{id}");
        origin.on(&path, [Reply::ok(document("Một"))]);
        tables += &feed(id, &origin.url(&path), "interval = \"1s\"");
    }
    let daemon = start(&tables).await;
    let requests = asked(&origin, 6).await;
    assert!(shortest(&requests) >= Duration::from_millis(300), "{:?}", shortest(&requests));
    drop(daemon);
}

#[tokio::test]
async fn a_host_that_sources_are_redirected_to_is_asked_by_one_at_a_time() {
    let (target, delay) = (Origin::start(), "host_delay = \"300ms\"");
    let mut tables = String::new();
    let mut origins = Vec::new();
    for number in 0..4 {
        let (origin, there) = (Origin::start(), format!("/{number}"));
        target.on(&there, [Reply::ok(document("Một")).header("Cache-Control", "max-age=600")]);
        origin.on("/rss?id=39", [Reply::redirect(301, target.url(&there).as_str())]);
        tables += &eager(&format!("source-{number}"), &origin, delay);
        origins.push(origin);
    }
    let daemon = start(&tables).await;
    let requests = asked(&target, 4).await;
    assert!(shortest(&requests) >= Duration::from_millis(300), "{:?}", shortest(&requests));
    drop(daemon);
}

#[tokio::test]
async fn a_429_keeps_the_other_sources_of_its_host_away_and_nobody_else() {
    let (strict, other) = (Origin::start(), Origin::start());
    strict.on("/a", [Reply::status(429).header("Retry-After", "7200").body("chậm lại")]);
    strict.on("/b", [Reply::ok(document("Hai"))]);
    other.on("/rss?id=39", [Reply::ok(document("Ba"))]);
    let tables = |more: &str| {
        feed("a", &strict.url("/a"), "")
            + &eager("other", &other, "")
            + &if more.is_empty() { String::new() } else { feed("b", &strict.url("/b"), more) }
    };
    let daemon = start(&tables("")).await;
    let status = daemon.until_status("a", |status| status["state"] == "throttled").await;
    assert_eq!(
        status["reason"],
        "the server answered 429 Too Many Requests: chậm lại; if this goes on, raise `min_interval` or `host_delay`"
    );
    // Its neighbour is due at once, as it is new.
    daemon.reload(&tables("interval = \"1s\""));
    let so_far = other.requests().len();
    asked(&other, so_far + 3).await;
    assert_eq!(strict.requests().len(), 1);
    let daemon = daemon.restart(&tables("interval = \"1s\"")).await;
    let so_far = other.requests().len();
    asked(&other, so_far + 3).await;
    assert_eq!(strict.requests().len(), 1);
    drop(daemon);
}

#[tokio::test]
async fn feeds_that_are_redirected_to_each_others_hosts_do_not_wait_for_each_other() {
    let (x, y) = (Origin::start(), Origin::start());
    x.on("/rss?id=39", [Reply::redirect(302, y.url("/x").as_str())]);
    y.on("/rss?id=39", [Reply::redirect(302, x.url("/y").as_str())]);
    x.on("/y", [Reply::ok(document("Một"))]);
    y.on("/x", [Reply::ok(document("Hai"))]);
    let daemon = start(&(eager("x", &x, "") + &eager("y", &y, ""))).await;
    // Each is asked for its own feed and for the other's: three times round.
    for origin in [&x, &y] {
        asked(origin, 6).await;
    }
    for id in ["x", "y"] {
        assert_eq!(daemon.status(id).await["state"], "ok", "{id}");
    }
}
