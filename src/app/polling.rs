//! Who is polled when, wired together: the scheduler, what is known of each source, and the poll it calls; beside it,
//! who has an article read.

use std::{future::Future, pin::Pin, sync::Arc};

use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use super::{articles::Reading, clock, hastening::Waiting};
use crate::{
    board::Board,
    cadence,
    config::Config,
    fetch::Fetcher,
    hosts::{Host, Hosts, Visit},
    metrics::Metrics,
    model::{Source, SourceId, SourceState, Timestamp},
    poll::Poller,
    scheduler::{Due, Ended, Pulse, Scheduler, Wishes},
    store::Store,
};

/// What polling needs, and whom it tells.
pub(super) struct Polling {
    pub(super) fetcher: Fetcher,
    pub(super) store: Store,
    pub(super) board: Arc<Board>,
    pub(super) hosts: Arc<Hosts>,
    pub(super) config: watch::Receiver<Arc<Config>>,
    pub(super) sources: watch::Receiver<Arc<Vec<Arc<Source>>>>,
    /// Of whom readers will see a difference.
    pub(super) news: mpsc::Sender<SourceId>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) metrics: Arc<Metrics>,
    /// What admins want polled now.
    pub(super) wishes: mpsc::Receiver<SourceId>,
    /// Who waits to hear of a poll.
    pub(super) waiting: Arc<Waiting>,
}

impl Polling {
    /// Polls until `stopped` turns true.
    pub(super) async fn run(self, stopped: watch::Receiver<bool>) {
        let Self { fetcher, store, board, hosts, config, sources, news, pulse, metrics, wishes, waiting } =
            self;
        let clock: fn() -> Timestamp = clock::now;
        let poller = Arc::new(Poller::new(fetcher, store, Arc::clone(&board), clock));
        let reading = Reading {
            poller: Arc::clone(&poller),
            board: Arc::clone(&board),
            hosts: Arc::clone(&hosts),
            config: config.clone(),
            sources: sources.clone(),
            news: news.clone(),
            pulse: Arc::clone(&pulse),
            metrics: Arc::clone(&metrics),
            clock,
        };
        let (known, seen, waits) = (Arc::clone(&board), sources.clone(), Arc::clone(&waiting));
        let stand = move |id: &SourceId| {
            let permits = |source: &Arc<Source>| {
                known.look(id, |state| cadence::asked_until(state, source, clock()).is_none())
            };
            waits.is_for(id) && seen.borrow().iter().find(|source| source.id == *id).is_some_and(permits)
        };
        let wishes = Wishes { made: wishes, stand: Arc::new(stand) };
        let poll = poll_of(poller, Arc::clone(&board), config, news, metrics, waiting);
        let first_due = move |source: &Source| {
            board.look(&source.id, |state| Due {
                at: cadence::due(state, source, clock()),
                host: host_of(state, source),
            })
        };
        let polling =
            Scheduler { sources, wishes, poll, first_due, hosts, clock, pulse }.run(stopped.clone());
        tokio::join!(polling, reading.run(stopped));
    }
}

/// What the scheduler calls: a poll that tells the renderer when readers will see a difference.
fn poll_of(
    poller: Arc<Poller<fn() -> Timestamp>>,
    board: Arc<Board>,
    config: watch::Receiver<Arc<Config>>,
    news: mpsc::Sender<SourceId>,
    metrics: Arc<Metrics>,
    waiting: Arc<Waiting>,
) -> impl Fn(Arc<Source>, Visit, bool) -> Pin<Box<dyn Future<Output = Ended> + Send>> + Send {
    move |source: Arc<Source>, visit, offline| {
        let (poller, news, metrics) = (Arc::clone(&poller), news.clone(), Arc::clone(&metrics));
        let (board, waiting) = (Arc::clone(&board), Arc::clone(&waiting));
        let window = config.borrow().channel.window;
        Box::pin(async move {
            let came = poller.poll(&source, visit, window, offline).await;
            metrics.polled(came.outcome, came.inserted, came.updated);
            metrics.fetched(came.asking, came.received);
            came.parsing.into_iter().for_each(|took| metrics.parsed(took));
            waiting.tell(&source.id, &came, &board);
            let ours = came.changed().then(|| source.id.clone());
            for source in ours.into_iter().chain(came.touched) {
                // A renderer that is gone means that we are ending.
                let _ = news.send(source).await;
            }
            Ended { due: Some(Due { at: came.next, host: came.host }), reach: came.reach }
        })
    }
}

/// Until when the host of this source wants to be left alone, if it does.
pub(super) fn held_until(hosts: &Hosts, board: &Board, source: &Source) -> Option<Timestamp> {
    let now = Instant::now();
    let until = hosts.held(&board.look(&source.id, |state| host_of(state, source)), now)?;
    Some(clock::now() + (until - now))
}

/// Hosts that wanted to be left alone when we last ended.
pub(super) fn held_hosts(sources: &[Arc<Source>], board: &Board, now: Timestamp) -> Hosts {
    let hosts = Hosts::default();
    for source in sources {
        let held = board.look(&source.id, |state| {
            let wait = cadence::held_for(state, now)?;
            let said = state.throttled_at.as_ref().map(|(name, port)| Host::new(name, *port));
            Some((said.unwrap_or_else(|| host_of(state, source)), wait))
        });
        if let Some((host, wait)) = held {
            hosts.hold(&host, wait, Instant::now());
        }
    }
    hosts
}

fn host_of(state: &SourceState, source: &Source) -> Host {
    Host::of(&cadence::target(state, source))
}
