//! What an admin changes of a source's address and pace, and when it is seen.

use super::{WIDE, is_polled};
use crate::support::{
    daemon::{Daemon, feed},
    feed::{rss, titles},
    origin::{Origin, Reply},
};

#[tokio::test]
async fn a_corrected_address_is_polled_at_once_after_a_reload_and_after_a_restart() {
    for restarts in [false, true] {
        let origin = Origin::start();
        origin.on("/wrong", [Reply::status(503).header("Retry-After", "7200")]);
        origin.on("/right", [Reply::ok(rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]))]);
        let tables =
            |path| WIDE.to_owned() + &feed("a", &origin.url(path), "interval = \"1h\"\nprovince = \"hue\"");
        let mut daemon = Daemon::start(&tables("/wrong")).await;
        assert_eq!(daemon.until_status("a", is_polled).await["state"], "unavailable");
        if restarts {
            daemon = daemon.restart(&tables("/right")).await;
        } else {
            assert_eq!(daemon.reload(&tables("/right")), [] as [&str; 0]);
        }
        daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Một"]).await;
        let paths: Vec<_> = origin.requests().into_iter().map(|request| request.path).collect();
        assert_eq!(paths, ["/wrong", "/right"]);
    }
}

#[tokio::test]
async fn a_shortened_interval_counts_at_once_but_for_a_publisher_who_asked_for_more() {
    for restarts in [false, true] {
        let origin = Origin::start();
        origin.on("/quick", [Reply::ok(rss(&[]))]);
        origin.on("/slow", [Reply::ok(rss(&[])).header("Cache-Control", "max-age=3600")]);
        let tables = |interval: &str| {
            let more = format!("interval = \"{interval}\"");
            feed("quick", &origin.url("/quick"), &more) + &feed("slow", &origin.url("/slow"), &more)
        };
        let mut daemon = Daemon::start(&tables("2h")).await;
        daemon.until_status("slow", is_polled).await;
        daemon.until_status("quick", is_polled).await;
        if restarts {
            daemon = daemon.restart(&tables("1s")).await;
        } else {
            daemon.reload(&tables("1s"));
        }
        origin.until_asked(4).await;
        let slow = origin.requests().into_iter().filter(|request| request.path == "/slow").count();
        assert_eq!(slow, 1);
        drop(daemon);
    }
}
