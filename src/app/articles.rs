//! Who has an article read now: those that are due, one of a source and one at a host at a time, beside the polls and
//! behind them in no queue but the hosts' own. Decides neither what is due nor what comes of it.

mod agenda;
mod turns;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chrono::TimeDelta;
use tokio::{
    sync::{mpsc, watch},
    task::{Id, JoinError, JoinSet},
};
use tracing::{error, warn};
use url::Url;

use self::{agenda::Agenda, turns::Turns};
use crate::{
    articles,
    board::Board,
    config::Config,
    hosts::{Host, Hosts},
    metrics::Metrics,
    model::{EntryKey, Source, SourceId, Timestamp},
    poll::{Poller, Settled},
    scheduler::Pulse,
    store::StoreError,
};

/// Articles that are read at once; most of them wait for their host's pause to end.
const READS_MAX: usize = 64;
/// In an outage of ours it is looked after so long whether it is over.
const OFFLINE_NAP: Duration = Duration::from_secs(1);
/// After a fault of ours a source's articles rest for so long.
const AFTER_FAULT: TimeDelta = TimeDelta::minutes(10);

/// What reading articles needs, and whom it tells.
pub(super) struct Reading {
    pub(super) poller: Arc<Poller<fn() -> Timestamp>>,
    pub(super) board: Arc<Board>,
    pub(super) hosts: Arc<Hosts>,
    pub(super) config: watch::Receiver<Arc<Config>>,
    pub(super) sources: watch::Receiver<Arc<Vec<Arc<Source>>>>,
    /// Of whom readers will see a difference.
    pub(super) news: mpsc::Sender<SourceId>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) clock: fn() -> Timestamp,
}

/// What is under way.
struct UnderWay {
    tasks: JoinSet<Result<Settled, StoreError>>,
    /// Whose, and where an article is read.
    whose: HashMap<Id, (SourceId, Option<Host>)>,
    turns: Turns,
    /// Who has an article read, or waits for its turn.
    reading: HashSet<SourceId>,
    publishing: HashSet<SourceId>,
    /// Until when a source rests after a fault of ours.
    resting: HashMap<SourceId, Timestamp>,
}

impl UnderWay {
    fn new() -> Self {
        Self {
            tasks: JoinSet::new(),
            whose: HashMap::new(),
            turns: Turns::new(READS_MAX),
            reading: HashSet::new(),
            publishing: HashSet::new(),
            resting: HashMap::new(),
        }
    }
}

/// What is to be done for a source now.
#[derive(Default)]
struct Due {
    /// Entries are to be published without their articles.
    is_overdue: bool,
    /// This article is to be read, of the entry under this key.
    read: Option<(EntryKey, Host)>,
    /// There is nothing to do before this, whatever becomes of that.
    next: Option<Timestamp>,
}

impl Reading {
    /// Reads until `stopped` turns true; what is under way then is given up.
    pub(super) async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let (mut agenda, mut under_way) = (Agenda::default(), UnderWay::new());
        let mut sources = self.by_id();
        loop {
            let now = (self.clock)();
            for id in self.board.waiting() {
                agenda.set(&id, Some(now));
            }
            while let Some(id) = agenda.due(now) {
                let next = self.turn_to(&id, sources.get(&id), &mut under_way, now);
                agenda.set(&id, next);
            }
            let is_offline = self.pulse.offline_since().is_some();
            while !is_offline && let Some((id, host)) = under_way.turns.next() {
                if !self.read(sources.get(&id), &id, &host, &mut under_way, now) {
                    agenda.set(&id, Some(now));
                }
            }
            let waits_for_network = is_offline && under_way.turns.is_wished();
            let nap = agenda.sleep(now).min(if waits_for_network { OFFLINE_NAP } else { Duration::MAX });
            let ended = tokio::select! {
                biased;
                () = until(&mut stopped) => break,
                changed = self.sources.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    // Some may have begun or ceased to want articles.
                    let former = std::mem::replace(&mut sources, self.by_id());
                    for id in sources.keys().chain(former.keys()) {
                        agenda.set(id, Some(now));
                    }
                    None
                }
                Some(ended) = under_way.tasks.join_next_with_id() => Some(ended),
                () = self.board.waited() => None,
                () = tokio::time::sleep(nap) => None,
            };
            if let Some(ended) = ended
                && let Some(id) = self.ended(ended, &mut under_way).await
            {
                agenda.set(&id, Some((self.clock)()));
            }
        }
        // What waits for its turn would keep us; what is being kept is kept all the same, and the rest is asked for anew.
        under_way.tasks.shutdown().await;
    }

    fn by_id(&mut self) -> HashMap<SourceId, Arc<Source>> {
        let sources = self.sources.borrow_and_update();
        sources.iter().map(|source| (source.id.clone(), Arc::clone(source))).collect()
    }

    /// What is due of a source; `reads` says whether its articles are to be read. Nothing where none waits.
    fn due(&self, id: &SourceId, reads: bool, now: Timestamp) -> Option<Due> {
        self.board.look(id, |state| {
            let articles = &state.articles;
            if articles.waiting.is_empty() {
                return None;
            }
            let due = articles::due(articles, now).filter(|_| reads);
            let read = due.map(|waiting| {
                let host = waiting.link.parse::<Url>().map_or(Host::new("", 0), |url| Host::of(&url));
                (waiting.key, host)
            });
            let next = articles::wake(articles, reads && read.is_none(), now).filter(|at| *at > now);
            Some(Due { is_overdue: articles::is_overdue(articles, now), read, next })
        })
    }

    /// Begins what is due of a source, and says when to look at it again; what ends is looked at by itself.
    fn turn_to(
        &self,
        id: &SourceId,
        source: Option<&Arc<Source>>,
        under_way: &mut UnderWay,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let wants = source.is_some_and(|source| source.article.is_some());
        let reads = wants && source.is_some_and(|source| source.enabled) && !under_way.reading.contains(id);
        let due = self.due(id, reads, now)?;
        if let Some(until) = under_way.resting.get(id) {
            if *until > now {
                return Some(*until);
            }
            under_way.resting.remove(id);
        }
        // Where articles are no longer wanted, nobody waits for them either.
        if (due.is_overdue || !wants) && under_way.publishing.insert(id.clone()) {
            let (poller, own) = (Arc::clone(&self.poller), id.clone());
            let publish = async move { poller.publish_undated(&own, !wants, !wants).await };
            let task = under_way.tasks.spawn(publish);
            under_way.whose.insert(task.id(), (id.clone(), None));
        }
        if let Some((_, host)) = due.read {
            under_way.turns.wish(now, id.clone(), host);
            under_way.reading.insert(id.clone());
        }
        due.next
    }

    /// Begins to read what is due at this host of a source whose turn it is. Says whether anything is.
    fn read(
        &self,
        source: Option<&Arc<Source>>,
        id: &SourceId,
        host: &Host,
        under_way: &mut UnderWay,
        now: Timestamp,
    ) -> bool {
        let source = source.filter(|source| source.enabled && source.article.is_some());
        let due = self.due(id, true, now).and_then(|due| due.read).filter(|(_, at)| at == host);
        let (Some(source), Some((key, _))) = (source.cloned(), due) else {
            under_way.turns.give_back(host);
            under_way.reading.remove(id);
            return false;
        };
        let (poller, hosts) = (Arc::clone(&self.poller), Arc::clone(&self.hosts));
        let window = self.config.borrow().channel.window;
        let task =
            under_way.tasks.spawn(async move { poller.read_article(&source, key, &hosts, window).await });
        under_way.whose.insert(task.id(), (id.clone(), Some(host.clone())));
        true
    }

    /// Whose it was.
    async fn ended(
        &self,
        ended: Result<(Id, Result<Settled, StoreError>), JoinError>,
        under_way: &mut UnderWay,
    ) -> Option<SourceId> {
        let task = match &ended {
            Ok((task, _)) => *task,
            Err(error) => error.id(),
        };
        let (id, host) = under_way.whose.remove(&task)?;
        match host {
            Some(host) => {
                under_way.turns.give_back(&host);
                under_way.reading.remove(&id);
            }
            None => {
                under_way.publishing.remove(&id);
            }
        }
        match ended {
            Ok((_, Ok(settled))) => {
                self.metrics.article(settled.outcome, settled.inserted, settled.updated);
                let ours = settled.changed().then(|| id.clone());
                for source in ours.into_iter().chain(settled.touched) {
                    // A renderer that is gone means that we are ending.
                    let _ = self.news.send(source).await;
                }
            }
            Ok((_, Err(error))) => {
                warn!(source = %id, error = error.in_words(), "what came of an article could not be kept");
                under_way.resting.insert(id.clone(), (self.clock)() + AFTER_FAULT);
            }
            Err(panicked) => {
                error!(source = %id, "the reading of an article panicked: {panicked}");
                under_way.resting.insert(id.clone(), (self.clock)() + AFTER_FAULT);
            }
        }
        Some(id)
    }
}

/// Ends when this turns true, or nobody is left to turn it.
async fn until(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
