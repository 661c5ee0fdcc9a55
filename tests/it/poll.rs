//! One poll, on a store that does not do its part.

use std::{
    collections::HashMap,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tintinh::{
    board::Board,
    fetch::{Fetcher, Introduction, Network},
    hosts::{Host, Hosts, Turn},
    model::{
        Access, Alike, ChannelId, ChannelState, Commit, Committed, Digest, EntryKey, Known, Limits, Pace,
        Row, Seq, Source, SourceId, SourceState, State, StoredEntry, Timestamp,
    },
    poll::{Polled, Poller},
    store::{Census, Engine, MemoryEngine, Scope, Store, StoreError},
};

use tokio::{sync::watch, time::Instant};

use crate::support::{
    feed::rss,
    origin::{Origin, Reply},
};

/// A store that cannot look up, or cannot write, and counts the keys that it looked up.
#[derive(Clone)]
struct Faulty {
    inner: Arc<MemoryEngine>,
    looks_up: bool,
    writes: Arc<AtomicBool>,
    lookups: Arc<AtomicUsize>,
}

impl Faulty {
    fn new(looks_up: bool, writes: bool) -> Self {
        let (inner, writes) = (Arc::new(MemoryEngine::new()), Arc::new(writes.into()));
        Self { inner, looks_up, writes, lookups: Arc::default() }
    }

    fn writes(&self) -> bool {
        self.writes.load(Ordering::Relaxed)
    }

    fn lookups(&self) -> usize {
        self.lookups.load(Ordering::Relaxed)
    }
}

fn refusal() -> StoreError {
    StoreError::NoSpace { path: "data".into(), free: 1, needed: 64 }
}

impl Engine for Faulty {
    fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError> {
        self.lookups.fetch_add(keys.len(), Ordering::Relaxed);
        if self.looks_up { self.inner.known(source, keys) } else { Err(refusal()) }
    }

    fn alike(&self, source: &SourceId, titles: &[Digest]) -> Result<Alike, StoreError> {
        self.inner.alike(source, titles)
    }

    fn apply(&self, commit: &Commit) -> Result<Committed, StoreError> {
        if self.writes() { self.inner.apply(commit) } else { Err(refusal()) }
    }

    fn keep_states(&self, states: &[(SourceId, SourceState)]) -> Result<(), StoreError> {
        if self.writes() { self.inner.keep_states(states) } else { Err(refusal()) }
    }

    fn keep_channel(&self, id: &ChannelId, state: &ChannelState) -> Result<(), StoreError> {
        self.inner.keep_channel(id, state)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.inner.sync()
    }

    fn source_states(&self) -> Result<HashMap<SourceId, SourceState>, StoreError> {
        self.inner.source_states()
    }

    fn channel_state(&self, id: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        self.inner.channel_state(id)
    }

    fn scan(&self, scope: &Scope, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.inner.scan(scope, visit)
    }

    fn entries(&self, seqs: &[Seq]) -> Result<Vec<StoredEntry>, StoreError> {
        self.inner.entries(seqs)
    }

    fn check(&self) -> Result<Census, StoreError> {
        self.inner.check()
    }

    fn health(&self) -> Result<(), StoreError> {
        self.inner.health()
    }
}

fn now() -> Timestamp {
    "2026-11-23T06:00:00Z".parse().unwrap()
}

fn source(url: url::Url) -> Arc<Source> {
    let second = Duration::from_secs(1);
    Arc::new(Source {
        id: SourceId::new("bao").unwrap(),
        title: "Báo".to_owned(),
        province: None,
        url,
        enabled: true,
        timezone: chrono_tz::Asia::Ho_Chi_Minh,
        pace: Pace { interval: None, min_interval: second, max_interval: second, host_delay: second },
        limits: Limits {
            max_body: 1 << 20,
            connect_timeout: 10 * second,
            idle_timeout: 10 * second,
            total_timeout: 20 * second,
        },
        access: Access::default(),
        rewrite_host: Arc::default(),
        republishing: tintinh::model::Republishing::default(),
        page: None,
        article: None,
    })
}

fn poller(engine: Faulty, board: &Arc<Board>) -> Poller<fn() -> Timestamp> {
    let allow = vec!["127.0.0.0/8".parse().unwrap()];
    let introduction = watch::channel(Introduction::default()).1;
    let fetcher = Fetcher::new(&Network { allow, introduction }).unwrap();
    let store = Store::new(engine).unwrap();
    Poller::new(fetcher, store, Arc::clone(board), now)
}

/// Polls once, as if nobody else did.
async fn poll(poller: &Poller<fn() -> Timestamp>, source: &Arc<Source>) -> Polled {
    let (hosts, host) = (Arc::new(Hosts::default()), Host::of(&source.url));
    let turn = hosts.claim(&source.id, &host, Duration::ZERO, Instant::now());
    let Turn::Now(visit) = turn else { panic!("{turn:?}") };
    poller.poll(source, visit, Duration::from_hours(48), false).await
}

#[tokio::test]
async fn a_store_that_fails_makes_nobody_ask_sooner_than_the_publisher_wants() {
    let origin = Origin::start();
    let document = || rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]);
    origin.on("/busy", [Reply::status(429).header("Retry-After", "7200")]);
    origin.on("/fresh", [Reply::ok(document()).header("Cache-Control", "max-age=7200")]);
    origin.on("/ttl", [Reply::ok(document().replace("<item>", "<ttl>120</ttl><item>"))]);
    for (path, looks_up) in
        [("/busy", true), ("/fresh", true), ("/ttl", true), ("/fresh", false), ("/ttl", false)]
    {
        let board = Arc::new(Board::new(HashMap::new()));
        let poller = poller(Faulty::new(looks_up, !looks_up), &board);
        let source = source(origin.url(path));
        let outcome = poll(&poller, &source).await;
        assert!(outcome.next >= now() + Duration::from_hours(2), "{path} {looks_up}: {outcome:?}");
        let state = board.state(&source.id);
        assert_eq!((state.state, state.next_poll), (State::Internal, outcome.next), "{path} {looks_up}");
    }
}

/// A publisher whose body never changes and who knows no 304.
fn stubborn() -> Origin {
    let origin = Origin::start();
    let document = rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]);
    origin.on("/rss", [Reply::ok(document).header("ETag", "\"1\"")]);
    origin
}

/// Of so many polls, which read the document, and which were unconditional.
async fn polls(origin: &Origin, board: &Arc<Board>, count: usize) -> (Vec<bool>, Vec<bool>) {
    let engine = Faulty::new(true, true);
    let (poller, source) = (poller(engine.clone(), board), source(origin.url("/rss")));
    let before = origin.requests().len();
    let mut read = Vec::new();
    for _ in 0..count {
        let lookups = engine.lookups();
        poll(&poller, &source).await;
        read.push(engine.lookups() > lookups);
    }
    let requests = origin.requests();
    let unconditional = requests[before..].iter().map(|request| request.header("If-None-Match").is_none());
    (read, unconditional.collect())
}

#[tokio::test]
async fn an_equal_body_is_not_read_again() {
    let board = Arc::new(Board::new(HashMap::new()));
    let (read, unconditional) = polls(&stubborn(), &board, 4).await;
    assert_eq!(read, [true, false, false, false]);
    assert_eq!(unconditional, [true, false, false, false]);
}

#[tokio::test]
async fn items_that_stand_as_they_stood_are_not_looked_up_again_and_others_are() {
    const DATE: &str = "Tue, 17 Jan 2012 05:57:00 +0700";
    let origin = Origin::start();
    let (engine, board) = (Faulty::new(true, true), Arc::new(Board::new(HashMap::new())));
    let (poller, source) = (poller(engine.clone(), &board), source(origin.url("/rss")));
    let one = [("1", "Một", DATE), ("2", "Hai", DATE), ("3", "Ba", DATE)];
    let edited = [("1", "Một", DATE), ("2", "Hai, sửa", DATE), ("3", "Ba", DATE)];
    let more = [("4", "Bốn", DATE), ("1", "Một", DATE), ("2", "Hai, sửa", DATE), ("3", "Ba", DATE)];
    let fewer = [("1", "Một", DATE), ("4", "Bốn", DATE)];
    let again = [("2", "Hai, sửa", DATE), ("1", "Một", DATE), ("4", "Bốn", DATE)];
    // Beside each document whether it can be kept, how many keys are looked up, and what is kept then. Guid and link
    // are keys of an item, and of one that is new, or titled otherwise, its fingerprint is too.
    let table: [(&[_], bool, usize, &[&str]); 9] = [
        (&one, true, 9, &["Một", "Hai", "Ba"]),
        (&one, true, 0, &["Một", "Hai", "Ba"]),
        (&edited, false, 3, &["Một", "Hai", "Ba"]),
        (&edited, true, 3, &["Một", "Hai, sửa", "Ba"]),
        (&one, true, 3, &["Một", "Hai", "Ba"]),
        (&edited, true, 3, &["Một", "Hai, sửa", "Ba"]),
        (&more, true, 3, &["Bốn", "Một", "Hai, sửa", "Ba"]),
        (&fewer, true, 0, &["Bốn", "Một", "Hai, sửa", "Ba"]),
        (&again, true, 2, &["Bốn", "Một", "Hai, sửa", "Ba"]),
    ];
    for (place, (items, writes, lookups, kept)) in table.into_iter().enumerate() {
        // No body is that of the last poll.
        let document = rss(items).replace("<item>", &format!("<!-- {place} --><item>"));
        origin.on("/rss", [Reply::ok(document)]);
        engine.writes.store(writes, Ordering::Relaxed);
        let before = engine.lookups();
        poll(&poller, &source).await;
        assert_eq!(engine.lookups() - before, lookups, "document {place}");
        let mut seqs = Vec::new();
        let visit = &mut |row: Row| {
            seqs.push(row.seq);
            ControlFlow::Continue(())
        };
        engine.inner.scan(&Scope::All, visit).unwrap();
        let titles = engine.inner.entries(&seqs).unwrap().into_iter().map(|stored| stored.entry.title);
        assert_eq!(titles.collect::<Vec<_>>(), kept, "document {place}");
    }
    // Whoever begins anew remembers nothing, and finds the same.
    let anew = self::poller(engine.clone(), &Arc::new(Board::new(engine.inner.source_states().unwrap())));
    origin.on("/rss", [Reply::ok(rss(&again))]);
    let before = engine.lookups();
    let outcome = poll(&anew, &source).await;
    assert_eq!((engine.lookups() - before, outcome.inserted, outcome.updated), (6, 0, 0));
}

#[tokio::test]
async fn where_another_item_claims_the_entry_of_one_that_stands_as_it_stood_both_are_read() {
    const DATE: &str = "Tue, 17 Jan 2012 05:57:00 +0700";
    let origin = Origin::start();
    let (engine, board) = (Faulty::new(true, true), Arc::new(Board::new(HashMap::new())));
    let (poller, source) = (poller(engine.clone(), &board), source(origin.url("/rss")));
    let two = rss(&[("1", "Một", DATE), ("2", "Hai", DATE)]);
    let stranger = rss(&[("3", "Ba", DATE), ("1", "Một", DATE), ("2", "Hai", DATE)]);
    let stranger = stranger.replace("example/3.html", "example/1.html");
    origin.on("/rss", [Reply::ok(two), Reply::ok(stranger)]);
    poll(&poller, &source).await;
    let before = engine.lookups();
    let outcome = poll(&poller, &source).await;
    assert_eq!((outcome.inserted, outcome.updated), (1, 0));
    // Of the stranger three keys, and once more; of the first its guid alone, as its link is shared now; two of the other.
    assert_eq!(engine.lookups() - before, 3 + 3 + 1 + 2);
}

#[tokio::test]
async fn after_an_upgrade_of_the_normalizer_it_is_by_one_unconditional_request() {
    let (origin, board) = (stubborn(), Arc::new(Board::new(HashMap::new())));
    polls(&origin, &board, 1).await;
    assert_eq!(polls(&origin, &board, 1).await, (vec![false], vec![false]));
    let id = SourceId::new("bao").unwrap();
    let state = board.state(&id);
    assert!(state.reading.is_some());
    board.set(&id, SourceState { reading: Some(Digest([9; 16])), ..state });
    let (read, unconditional) = polls(&origin, &board, 3).await;
    assert_eq!(read, [true, false, false]);
    assert_eq!(unconditional, [true, false, false]);
}
