//! The composition root: opens, binds, wires, reloads, and drains. Decides nothing about feeds.

mod announcing;
mod articles;
pub mod clock;
mod errands;
mod error;
mod failing;
mod hastening;
pub mod inquiry;
mod listening;
mod polling;
pub mod reloading;
mod rendering;
mod site;
mod starting;
mod upkeep;
mod watchdog;
pub mod watching;
pub mod whereabouts;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};
use tracing::{info, warn};

use crate::{
    board::Board,
    config::{Config, StoreSettings},
    fetch::{Fetcher, Introduction, Network},
    http::{self, Audience, Kept, Limits},
    metrics::Metrics,
    model::{Source, SourceId},
    notify,
    scheduler::Pulse,
    store::{Store, StoreError},
};
pub use error::AppError;
use listening::Listening;
use polling::Polling;
use reloading::{Reloader, Request};
pub use rendering::RenderError;
use rendering::Rendering;
use upkeep::Upkeep;
use watchdog::Watchdog;

/// How long the end may take: polls and answers under way get so long to finish.
pub const DRAIN_MAX: Duration = Duration::from_secs(5);
/// Changes waiting to be rendered; a poll that ends while so many wait, waits too.
const CHANGES_MAX: usize = 1024;
/// So many may wait for the file to be read again, and for the scheduler to hear their wishes; who comes later is
/// refused.
const REQUESTS_MAX: usize = 16;

/// A daemon that runs.
pub struct App {
    readers: SocketAddr,
    admin: SocketAddr,
    config: watch::Sender<Arc<Config>>,
    sources: watch::Sender<Arc<Vec<Arc<Source>>>>,
    introduction: watch::Sender<Introduction>,
    stop: watch::Sender<bool>,
    store: Store,
    /// The store's folder when it was opened.
    path: PathBuf,
    requests: mpsc::Receiver<Request>,
    tasks: JoinSet<&'static str>,
}

impl App {
    /// Opens the store, binds both listeners, makes the feeds from what is kept, and starts polling.
    ///
    /// # Errors
    /// See [`AppError`]; nothing goes on running then.
    pub async fn start(config: Config) -> Result<Self, AppError> {
        starting::patiently(Self::start_on(upkeep::open, config), notify::extend).await
    }

    /// As [`App::start`], on a store that is opened otherwise than usual.
    ///
    /// # Errors
    /// See [`AppError`]; nothing goes on running then.
    pub async fn start_on(
        open: impl AsyncFnOnce(&StoreSettings) -> Result<Store, StoreError>,
        mut config: Config,
    ) -> Result<Self, AppError> {
        let Listening { readers, admin, addresses } = Listening::begin(&config).await?;
        config.server.public_url = config.server.public_url_at(addresses.0);
        let (introduction, introduced) = watch::channel(announcing::introduction(&config));
        let fetcher =
            Fetcher::new(&Network { allow: config.network.allow.clone(), introduction: introduced })?;
        let store = open(&config.store).await?;
        // What a daemon that was killed left would send the command line to whoever answers there now.
        whereabouts::forget(&config.store.path);
        let board = Arc::new(Board::new(store.source_states().await?));

        let (asking, requests) = mpsc::channel(REQUESTS_MAX);
        let mut app = Self::new(config, addresses, introduction, store, requests);
        let (config_seen, stopped) = (app.config.subscribe(), app.stop.subscribe());
        let audience = Arc::new(Audience::new(clock::now()));
        let metrics = Arc::new(Metrics::new(app.store.metrics()));
        let rendering = Rendering::new(
            app.store.clone(),
            Arc::clone(&board),
            Arc::clone(&audience),
            Arc::clone(&metrics),
            config_seen.clone(),
        );
        let rendering = Arc::new(rendering);
        let (kept, kept_seen) = watch::channel(Arc::new(rendering.all(&Kept::new()).await?));
        let (news, newly_changed) = mpsc::channel(CHANGES_MAX);
        let (wishes, to_be_polled) = mpsc::channel(REQUESTS_MAX);
        let pulse = Arc::new(Pulse::default());
        let sources_seen = app.sources.subscribe();
        let hosts = Arc::new(polling::held_hosts(&sources_seen.borrow(), &board, clock::now()));
        let polling = Polling {
            fetcher,
            store: app.store.clone(),
            board,
            hosts,
            config: config_seen.clone(),
            sources: sources_seen,
            news: news.clone(),
            pulse: Arc::clone(&pulse),
            metrics,
            wishes: to_be_polled,
            waiting: Arc::default(),
        };
        let site = site::site(&polling, kept_seen, &rendering, &audience, (asking, wishes));
        let (to_readers, to_admins) = (http::Readers::new(site.clone()), http::admin(site));
        app.serve("readers' listener", http::serve(readers, to_readers, Limits::READERS, stopped.clone()));
        app.serve("admin listener", http::serve(admin, to_admins, Limits::ADMINS, stopped.clone()));
        app.keep_up(Upkeep::new(&app.store, &rendering, config_seen, news));
        app.render(rendering, newly_changed, kept);
        app.announce(audience);
        app.serve("scheduler", polling.run(stopped));
        app.watch(pulse);
        if let Err(error) = whereabouts::tell(&app.path, app.admin) {
            warn!(%error, "the command line will not find this daemon");
        }
        Ok(app)
    }

    /// With nothing running yet.
    fn new(
        config: Config,
        (readers, admin): (SocketAddr, SocketAddr),
        introduction: watch::Sender<Introduction>,
        store: Store,
        requests: mpsc::Receiver<Request>,
    ) -> Self {
        Self {
            readers,
            admin,
            path: config.store.path.clone(),
            sources: watch::Sender::new(Arc::new(config.sources.clone())),
            config: watch::Sender::new(Arc::new(config)),
            introduction,
            stop: watch::Sender::new(false),
            store,
            requests,
            tasks: JoinSet::new(),
        }
    }

    /// Where readers are answered.
    #[must_use]
    pub fn readers(&self) -> SocketAddr {
        self.readers
    }

    /// Where admins are answered.
    #[must_use]
    pub fn admin(&self) -> SocketAddr {
        self.admin
    }

    /// What puts new configurations into force.
    #[must_use]
    pub fn reloader(&self) -> Reloader {
        Reloader {
            config: self.config.clone(),
            sources: self.sources.clone(),
            introduction: self.introduction.clone(),
            readers: self.readers,
            started: self.config.borrow().clone(),
        }
    }

    /// Who asks over the admin listener that the file is read again. Without a taker each is told that there is no file.
    #[must_use]
    pub fn reload_requests(&mut self) -> mpsc::Receiver<Request> {
        let (_, nobody) = mpsc::channel(1);
        std::mem::replace(&mut self.requests, nobody)
    }

    /// Runs until `end` comes or something fails, and drains.
    ///
    /// # Errors
    /// When the daemon cannot go on: the process should end with an error, so that it is started again.
    pub async fn run(mut self, end: impl Future<Output = ()>) -> Result<(), AppError> {
        // Without a taker nobody would ever answer.
        drop(self.reload_requests());
        notify::ready(&in_short(&self.config.borrow(), self.readers));
        let outcome = tokio::select! {
            () = end => Ok(()),
            reason = failing::failed(&self.store) => Err(AppError::StoreFailed(reason)),
            Some(task) = self.tasks.join_next() => Err(AppError::Died(task.unwrap_or("panicked"))),
        };
        notify::stopping();
        let drained = self.drain().await;
        outcome.and(drained)
    }

    async fn drain(mut self) -> Result<(), AppError> {
        self.stop.send_replace(true);
        let all_ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN_MAX, all_ended).await.is_err() {
            info!(tasks = self.tasks.len(), "ending without waiting for polls and answers still under way");
        }
        self.tasks.shutdown().await;
        whereabouts::forget(&self.path);
        Ok(self.store.close().await?)
    }

    fn serve(&mut self, name: &'static str, serving: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(async move {
            serving.await;
            name
        });
    }

    fn render(
        &mut self,
        rendering: Arc<Rendering>,
        newly_changed: mpsc::Receiver<SourceId>,
        kept: watch::Sender<Arc<Kept>>,
    ) {
        let mut stopped = self.stop.subscribe();
        self.tasks.spawn(async move {
            tokio::select! {
                () = rendering.run(newly_changed, kept) => {}
                _ = stopped.wait_for(|stop| *stop) => {}
            }
            "rendering"
        });
    }

    fn keep_up(&mut self, upkeep: Upkeep) {
        let mut stopped = self.stop.subscribe();
        self.tasks.spawn(async move {
            tokio::select! {
                () = upkeep.run() => {}
                _ = stopped.wait_for(|stop| *stop) => {}
            }
            "upkeep"
        });
    }

    /// Tells publishers how many read what they publish.
    fn announce(&mut self, audience: Arc<Audience>) {
        announcing::tell(&audience, &self.introduction, clock::now());
        let stopped = self.stop.subscribe();
        self.serve("announcing", announcing::run(audience, self.introduction.clone(), clock::now, stopped));
    }

    /// Tells the watchdog that we live, as long as we do.
    fn watch(&mut self, pulse: Arc<Pulse>) {
        let Some(interval) = notify::watchdog_interval() else { return };
        let watchdog =
            Watchdog { pulse, store: self.store.clone(), readers: self.readers, admin: self.admin };
        let mut stopped = self.stop.subscribe();
        self.tasks.spawn(async move {
            tokio::select! {
                () = watchdog.run(interval) => {}
                _ = stopped.wait_for(|stop| *stop) => {}
            }
            "watchdog"
        });
    }
}

/// What `systemctl status` shows.
fn in_short(config: &Config, readers: SocketAddr) -> String {
    format!("{} feeds, http://{readers}/feed.xml", config.sources.len())
}
