//! A poller over a store in memory, with a clock that tests set: one poll, one article at a time, nothing by itself.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use tintinh::{
    board::Board,
    fetch::{Fetcher, Introduction, Network},
    hosts::{Host, Hosts, Turn},
    model::{
        Access, ArticleRules, Articles, EntryKey, Limits, Pace, Republishing, Seq, Source, SourceId,
        StoredEntry, Timestamp,
    },
    poll::{Polled, Poller, Settled},
    store::{MemoryEngine, Store},
};
use tokio::{sync::watch, time::Instant};

const WINDOW: Duration = Duration::from_hours(48);

type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

pub struct Desk {
    pub store: Store,
    board: Arc<Board>,
    hosts: Arc<Hosts>,
    poller: Poller<Clock>,
    now: Arc<Mutex<Timestamp>>,
    pub source: Arc<Source>,
}

/// The day on which a test begins.
pub fn beginning() -> Timestamp {
    "2026-11-30T06:00:00Z".parse().unwrap()
}

pub fn source(url: url::Url) -> Source {
    let second = Duration::from_secs(1);
    Source {
        id: SourceId::new("bao").unwrap(),
        title: "Báo".to_owned(),
        province: None,
        url,
        enabled: true,
        timezone: chrono_tz::Asia::Ho_Chi_Minh,
        pace: Pace { interval: None, min_interval: second, max_interval: second, host_delay: Duration::ZERO },
        limits: Limits {
            max_body: 10 << 20,
            connect_timeout: 10 * second,
            idle_timeout: 10 * second,
            total_timeout: 20 * second,
        },
        access: Access::default(),
        rewrite_host: Arc::default(),
        republishing: Republishing::default(),
        page: None,
        article: Some(Arc::new(ArticleRules::default())),
    }
}

impl Desk {
    pub fn new(source: Source) -> Self {
        Self::on(source, Store::new(MemoryEngine::new()).unwrap(), HashMap::new())
    }

    fn on(source: Source, store: Store, states: HashMap<SourceId, tintinh::model::SourceState>) -> Self {
        let board = Arc::new(Board::new(states));
        let allow = vec!["127.0.0.0/8".parse().unwrap()];
        let introduction = watch::channel(Introduction::default()).1;
        let fetcher = Fetcher::new(&Network { allow, introduction }).unwrap();
        let now = Arc::new(Mutex::new(beginning()));
        let clock: Clock = {
            let now = Arc::clone(&now);
            Box::new(move || *now.lock().unwrap())
        };
        let poller = Poller::new(fetcher, store.clone(), Arc::clone(&board), clock);
        Self { store, board, hosts: Arc::default(), poller, now, source: Arc::new(source) }
    }

    /// As after a restart: all that is not in the store is forgotten.
    pub async fn restarted(self) -> Self {
        let states = self.store.source_states().await.unwrap();
        let now = *self.now.lock().unwrap();
        let desk = Self::on(Source::clone(&self.source), self.store.clone(), states);
        *desk.now.lock().unwrap() = now;
        desk
    }

    pub fn wait(&self, minutes: i64) {
        *self.now.lock().unwrap() += chrono::TimeDelta::minutes(minutes);
    }

    pub fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    pub async fn poll(&self) -> Polled {
        self.hosts.settle(Instant::now());
        let turn =
            self.hosts.claim(&self.source.id, &Host::of(&self.source.url), Duration::ZERO, Instant::now());
        let Turn::Now(visit) = turn else { panic!("{turn:?}") };
        self.poller.poll(&self.source, visit, WINDOW, false).await
    }

    pub async fn read(&self, key: EntryKey) -> Settled {
        self.hosts.settle(Instant::now());
        self.poller.read_article(&self.source, key, &self.hosts, WINDOW).await.unwrap()
    }

    /// Reads the article that is due; says what came of it.
    pub async fn read_due(&self) -> &'static str {
        let articles = self.articles();
        let due = tintinh::articles::due(&articles, self.now()).expect("none is due");
        self.read(due.key).await.outcome
    }

    /// Publishes what has waited long enough.
    pub async fn release(&self) -> usize {
        self.poller.publish_undated(&self.source.id, false, false).await.unwrap().inserted
    }

    pub fn articles(&self) -> Articles {
        self.board.articles(&self.source.id)
    }

    /// All entries, the first committed first.
    pub async fn entries(&self) -> Vec<StoredEntry> {
        self.store.entries((1..50).map(Seq).collect()).await.unwrap()
    }
}
