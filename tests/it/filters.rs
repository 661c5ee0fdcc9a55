//! What a source's filter holds back when an entry first comes, and how a source's first entries are placed.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tintinh::{
    board::Board,
    config,
    fetch::{Fetcher, Introduction, Network},
    hosts::{Host, Hosts, Turn},
    model::{Seq, Source, StoredEntry, Timestamp},
    poll::{Polled, Poller},
    store::{MemoryEngine, Sources, Store},
};
use tokio::{sync::watch, time::Instant};

use crate::support::{
    daemon::{Daemon, feed},
    feed::{rss, titles},
    origin::{Origin, Reply},
};

const FRESH: &str = "Mon, 23 Nov 2026 12:00:00 +0700";
const OLD: &str = "Tue, 17 Jan 2012 05:57:00 +0700";

fn now() -> Timestamp {
    "2026-11-23T06:00:00Z".parse().unwrap()
}

/// Polls one source again and again, with whatever settings it has at the time.
struct Bench {
    origin: Origin,
    store: Store,
    poller: Poller<fn() -> Timestamp>,
}

impl Bench {
    fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let origin = Origin::start();
        origin.on("/rss", replies);
        let network = Network {
            allow: vec!["127.0.0.0/8".parse().unwrap()],
            introduction: watch::channel(Introduction::default()).1,
        };
        let store = Store::new(MemoryEngine::new()).unwrap();
        let board = Arc::new(Board::new(HashMap::new()));
        let poller =
            Poller::new(Fetcher::new(&network).unwrap(), store.clone(), board, now as fn() -> Timestamp);
        Self { origin, store, poller }
    }

    fn source(&self, more: &str) -> Arc<Source> {
        let file = feed("bao", &self.origin.url("/rss"), more);
        Arc::clone(&config::parse(&file, &config::Surroundings::default()).unwrap().sources[0])
    }

    async fn poll(&self, more: &str) -> Polled {
        let source = self.source(more);
        let (hosts, host) = (Arc::new(Hosts::default()), Host::of(&source.url));
        let turn = hosts.claim(&source.id, &host, Duration::ZERO, Instant::now());
        let Turn::Now(visit) = turn else { panic!("{turn:?}") };
        self.poller.poll(&source, visit, Duration::from_hours(48), false).await
    }

    /// Of each entry that was ever kept: its title, and why it was dropped.
    async fn kept(&self) -> Vec<(String, Option<String>)> {
        let entries = self.store.entries((1..100).map(Seq).collect()).await.unwrap();
        entries.into_iter().map(|stored: StoredEntry| (stored.entry.title, stored.dropped)).collect()
    }
}

fn kept(title: &str, dropped: Option<&str>) -> (String, Option<String>) {
    (title.to_owned(), dropped.map(str::to_owned))
}

#[tokio::test]
async fn a_filter_judges_what_comes_first_and_changes_nothing_that_came_before() {
    let first = rss(&[("2", "Quảng cáo: mua nhà", FRESH), ("1", "Bão số 5", FRESH)]);
    let second = rss(&[
        ("4", "Bão số 6", FRESH),
        ("3", "Khuyến mại", FRESH),
        ("2", "Quảng cáo: mua nhà ngay", FRESH),
        ("1", "Bão số 5", FRESH),
    ]);
    let third = rss(&[("5", "Bão số 7", FRESH)]);
    let bench =
        Bench::new([first, second, third].map(|document| Reply::ok(document).header("ETag", "\"1\"")));

    assert!(bench.poll("[feeds.drop]\nkeywords = [\"QUẢNG CÁO\"]\n").await.changed());
    let advertisement = kept("Quảng cáo: mua nhà", Some("keyword `QUẢNG CÁO`"));
    assert_eq!(bench.kept().await, [kept("Bão số 5", None), advertisement]);

    assert!(bench.poll("[feeds.drop]\nkeywords = [\"bão số 5\", \"khuyến mại\"]\n").await.changed());
    let kept_now = [
        kept("Bão số 5", None),
        kept("Quảng cáo: mua nhà ngay", Some("keyword `QUẢNG CÁO`")),
        kept("Khuyến mại", Some("keyword `khuyến mại`")),
        kept("Bão số 6", None),
    ];
    assert_eq!(bench.kept().await, kept_now);

    // Nothing of it is for readers to see.
    assert!(!bench.poll("[feeds.keep]\nlinks = ['/the-thao/']\n").await.changed());
    assert_eq!(bench.kept().await[4], kept("Bão số 7", Some("nothing that `keep` asks for")));
    // Another filter is no reason to ask for the whole.
    let conditional =
        bench.origin.requests().iter().filter(|it| it.header("If-None-Match").is_some()).count();
    assert_eq!(conditional, 2);
}

#[tokio::test]
async fn of_a_source_that_began_empty_the_first_entries_are_a_first_document() {
    let old = rss(&[("1", "Cũ", OLD), ("2", "Mới", FRESH)]);
    let later = rss(&[("3", "Cũ mà nay mới đăng", OLD)]);
    let bench = Bench::new([rss(&[]), old, later].map(Reply::ok));
    for _ in 0..3 {
        bench.poll("").await;
    }
    let source = Sources::Only(vec![bench.source("").id.clone()]);
    let rows = bench.store.rows(source, Timestamp::MAX_UTC, 10).await.unwrap();
    let placed_now: Vec<bool> = rows.iter().map(|row| row.place == now()).collect();
    assert_eq!(placed_now, [true, true, false]);
}

#[tokio::test]
async fn a_summary_is_all_that_is_republished_from_a_reload_on_and_the_whole_when_it_is_taken_back() {
    let item = "<item><title>Bão</title><guid>1</guid><description>Lũ lên.</description>\
        <content:encoded><![CDATA[<p>Cả bài</p><img src=\"https://a.vn/1.jpg\">]]></content:encoded></item>";
    let document =
        rss(&[]).replace("<rss ", "<rss xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" ");
    let origin = Origin::start();
    origin.on("/rss", [Reply::ok(document.replace("</channel>", &format!("{item}</channel>")))]);
    let tables = |more: &str| feed("a", &origin.url("/rss"), &format!("interval = \"24h\"\n{more}"));
    let daemon = Daemon::start(&tables("")).await;
    let is_whole = |text: &str| (text.contains("Lũ lên."), text.contains("Cả bài"), text.contains("1.jpg"));
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Bão"]).await;
    for path in ["/feed.xml", "/sources/a.xml"] {
        assert_eq!(is_whole(daemon.get(path).await.text()), (true, true, true));
    }
    daemon.reload(&tables("content = \"summary\"\n"));
    for path in ["/feed.xml", "/sources/a.xml"] {
        daemon.until(path, |answer| is_whole(answer.text()) == (true, false, false)).await;
    }
    daemon.reload(&tables("content = \"full\"\n"));
    daemon.until("/feed.xml", |answer| is_whole(answer.text()) == (true, true, true)).await;
    assert_eq!(origin.requests().len(), 1);
}
