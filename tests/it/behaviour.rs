//! How the poller behaves towards publishers, rule by rule, as seen on the wire: each rule has a name, a source, and a
//! publisher of its own that is polled by the running daemon. The pace over days is `pace`'s.
//!
//! Sources: RFC 9110 (HTTP semantics), RFC 9111 (caching), the RSS 2.0 specification, and the feed reader behaviour that
//! Rachel Kroll's tests look at (conditional requests kept whole, no unconditional ones without need, `Retry-After` and
//! `max-age` heeded, no odd requests).

mod conditions;
mod hosts;
mod manners;
mod wishes;

use crate::support::{
    daemon::{Daemon, feed},
    origin::{Origin, Received, Reply},
};

/// A body with this entry.
fn document(title: &str) -> String {
    crate::support::feed::rss(&[(title, title, "Tue, 17 Jan 2012 05:57:00 +0700")])
}

/// A source that is asked each second.
fn eager(id: &str, origin: &Origin, more: &str) -> String {
    feed(id, &origin.url("/rss?id=39"), &format!("interval = \"1s\"\n{more}"))
}

/// If-None-Match and If-Modified-Since, as they were sent.
fn conditions(request: &Received) -> (Option<&[u8]>, Option<&[u8]>) {
    (request.header("If-None-Match"), request.header("If-Modified-Since"))
}

/// The validators of an answer, or what a request must have sent.
type Pair = (Option<&'static [u8]>, Option<&'static [u8]>);

fn with(reply: Reply, (etag, last_modified): Pair) -> Reply {
    let reply = etag.into_iter().fold(reply, |reply, etag| reply.header("ETag", etag));
    last_modified.into_iter().fold(reply, |reply, date| reply.header("Last-Modified", date))
}

/// Until this publisher was asked so often.
async fn asked(origin: &Origin, times: usize) -> Vec<Received> {
    origin.until_asked(times).await;
    origin.requests()
}

async fn start(tables: &str) -> Daemon {
    Daemon::start(tables).await
}
