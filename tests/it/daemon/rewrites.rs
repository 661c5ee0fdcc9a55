//! A host in links that is gone: what changes for readers when an admin has it rewritten, and what does not.

use super::WIDE;
use crate::support::{
    daemon::{Daemon, feed},
    feed::items,
    origin::{Origin, Reply},
};

const DOCUMENT: &str = "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel><title>Báo thử</title>\
    <link>http://gone.example/</link><description>Tin thử</description>\
    <item><title>Một</title><link>http://gone.example/1.html</link><guid>http://gone.example/1.html</guid>\
    <pubDate>Tue, 17 Jan 2012 05:57:00 +0700</pubDate>\
    <description>&lt;img src=\"/1.jpg\"&gt; &lt;a href=\"http://GONE.example/2.html\"&gt;Xem&lt;/a&gt;</description></item>\
    <item><title>Hai</title><link>http://gone.example/2.html</link>\
    <pubDate>Tue, 17 Jan 2012 04:57:00 +0700</pubDate><description>Hai</description></item>\
    </channel></rss>";

fn is_conditional(request: &crate::support::origin::Received) -> bool {
    request.header("if-none-match").is_some()
}

#[tokio::test]
async fn a_host_rewritten_by_a_reload_changes_links_in_place_and_brings_nothing_twice() {
    let origin = Origin::start();
    origin.answer("/a", |request| {
        if is_conditional(request) {
            Reply::status(304)
        } else {
            Reply::ok(DOCUMENT).header("ETag", "\"v1\"")
        }
    });
    let tables = WIDE.to_owned() + &feed("a", &origin.url("/a"), "interval = \"1s\"");
    let daemon = Daemon::start(&tables).await;
    let before = items(&daemon.until("/feed.xml", |answer| items(&answer.body).len() == 2).await.body);
    assert_eq!(before[0].link, "http://gone.example/1.html");

    let rewritten = format!("{tables}rewrite_host = {{ \"gone.example\" = \"new.example\" }}\n");
    assert_eq!(daemon.reload(&rewritten), [] as [&str; 0]);
    let is_new = |link: &str| link.starts_with("http://new.example/");
    let wanted = |body: &[u8]| items(body).iter().all(|item| is_new(&item.link));
    let after = items(&daemon.until("/feed.xml", |answer| wanted(&answer.body)).await.body);
    let links: Vec<&str> = after.iter().map(|item| item.link.as_str()).collect();
    assert_eq!(links, ["http://new.example/1.html", "http://new.example/2.html"]);
    let shown = &after[0].description;
    assert!(
        shown.contains("http://new.example/1.jpg") && shown.contains("http://new.example/2.html"),
        "{shown}"
    );
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((&after.guid, &after.date, &after.title), (&before.guid, &before.date, &before.title));
    }

    // Once is enough, also over a restart.
    let asked = origin.requests().len();
    origin.until_asked(asked + 2).await;
    let daemon = daemon.restart(&rewritten).await;
    let asked = origin.requests().len();
    origin.until_asked(asked + 2).await;
    let unconditional = origin.requests().into_iter().filter(|request| !is_conditional(request)).count();
    assert_eq!(unconditional, 2);
    assert_eq!(items(&daemon.get("/sources/a.xml").await.body).len(), 2);

    // And off again.
    daemon.reload(&tables);
    let wanted = |body: &[u8]| items(body).iter().all(|item| !is_new(&item.link));
    let off = items(&daemon.until("/feed.xml", |answer| wanted(&answer.body)).await.body);
    assert_eq!(
        off.iter().map(|item| &item.guid).collect::<Vec<_>>(),
        before.iter().map(|item| &item.guid).collect::<Vec<_>>()
    );
}
