//! Everything that a poll does, from the scheduler to the store on a disk, for many sources at once.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tintinh::{
    app::clock,
    board::Board,
    fetch::{Fetcher, Introduction, Network},
    hosts::{Host, Hosts},
    model::{Access, Limits, Pace, Source, SourceId, Timestamp},
    poll::Poller,
    scheduler::{Due, Ended, Pulse, Scheduler, Wishes},
    store::Store,
};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

pub type Failed = Box<dyn std::error::Error + Send + Sync>;

pub const DAY: Duration = Duration::from_hours(24);

/// The daemon but for what it publishes.
pub struct Daemon {
    pub store: Store,
    pub board: Arc<Board>,
    poller: Arc<Poller<fn() -> Timestamp>>,
    hosts: Arc<Hosts>,
    sources: Arc<Vec<Arc<Source>>>,
    _introduction: watch::Sender<Introduction>,
}

impl Daemon {
    /// With a new store in this folder.
    pub async fn start(folder: &Path, sources: Vec<Arc<Source>>) -> Result<Self, Failed> {
        let store = Store::open(folder.join("data")).await?;
        let board = Arc::new(Board::new(HashMap::new()));
        let (sender, introduction) = watch::channel(Introduction::default());
        let fetcher = Fetcher::new(&Network { allow: vec!["127.0.0.0/8".parse()?], introduction })?;
        let now: fn() -> Timestamp = clock::now;
        let poller = Arc::new(Poller::new(fetcher, store.clone(), Arc::clone(&board), now));
        let (hosts, sources) = (Arc::default(), Arc::new(sources));
        Ok(Self { store, board, poller, hosts, sources, _introduction: sender })
    }

    /// Polls each source once.
    pub async fn cycle(&self) {
        let (ended, all) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let (poller, count, over) = (Arc::clone(&self.poller), self.sources.len(), Arc::clone(&all));
        let poll = move |source: Arc<Source>, visit, offline| {
            let (poller, ended, over) = (Arc::clone(&poller), Arc::clone(&ended), Arc::clone(&over));
            async move {
                let came = poller.poll(&source, visit, DAY, offline).await;
                if ended.fetch_add(1, Ordering::Relaxed) + 1 == count {
                    over.notify_one();
                }
                Ended { due: Some(Due { at: came.next, host: came.host }), reach: came.reach }
            }
        };
        let first_due = |source: &Source| Due { at: Timestamp::UNIX_EPOCH, host: Host::of(&source.url) };
        let (_sources, sources_seen) = watch::channel(Arc::clone(&self.sources));
        let (stop, stopped) = watch::channel(false);
        let scheduler = Scheduler {
            sources: sources_seen,
            wishes: Wishes::none(),
            poll,
            first_due,
            hosts: Arc::clone(&self.hosts),
            clock: clock::now,
            pulse: Arc::new(Pulse::default()),
        };
        let mut running = JoinSet::new();
        running.spawn(scheduler.run(stopped));
        all.notified().await;
        stop.send_replace(true);
        while running.join_next().await.is_some() {}
    }

    /// Whether no poll has failed.
    pub fn is_well(&self) -> bool {
        self.sources.iter().all(|source| {
            let state = self.board.state(&source.id);
            state.last_success.is_some() && state.failures == 0
        })
    }
}

/// A source that is asked at this pace.
pub fn source(number: usize, url: &str, every: Duration) -> Source {
    let id = SourceId::new(&format!("source-{number}"));
    Source {
        id: id.unwrap_or_else(|| unreachable!("an id of letters and digits")),
        title: format!("Xã {number}"),
        province: None,
        url: url.parse().unwrap_or_else(|error| unreachable!("{url}: {error}")),
        enabled: true,
        timezone: chrono_tz::Asia::Ho_Chi_Minh,
        pace: Pace {
            interval: Some(every),
            min_interval: every,
            max_interval: every,
            host_delay: Duration::ZERO,
        },
        limits: Limits {
            max_body: 1 << 20,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(20),
        },
        access: Access::default(),
        rewrite_host: Arc::default(),
        republishing: tintinh::model::Republishing::default(),
        page: None,
        article: None,
    }
}
