//! The loop: when each source is polled. It gets `poll` as a function and knows nothing of what one does.
//!
//! One task for all sources: a heap of due times, a queue for each host, and a bound on the polls under way. A poll
//! says when its source is due next; the loop sees to it that a host (host and port) has one request at a time, and
//! `host_delay` between them. When nobody can be reached any more, a few polls try until somebody can.

mod moment;
mod outage;
mod plan;
mod pulse;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::{Id, JoinError, JoinSet},
    time::{Instant, sleep_until},
};
use tracing::{debug, error, info, warn};

use crate::{
    hosts::{Host, Hosts, Visit},
    model::{Reach, Source, SourceId, Timestamp},
};
use moment::{Moment, Watch};
use plan::Plan;
pub use pulse::Pulse;

/// Polls under way at once: enough that a hundred hosts which do not answer keep nobody else waiting. What their bodies
/// take together is bounded by the fetcher.
pub const POLLS_MAX: usize = 256;
/// The longest sleep: the wall clock may be set while we sleep, and the watchdog wants to see us alive.
const NAP_MAX: Duration = Duration::from_secs(5);
/// The wait after a poll that panicked: our own fault, which is no reason to ask the publisher again soon.
const AFTER_PANIC: Duration = Duration::from_hours(1);

/// What the loop is built from.
pub struct Scheduler<Poll, FirstDue, Clock> {
    /// The sources, and whatever becomes of them: changes take effect at once.
    pub sources: watch::Receiver<Arc<Vec<Arc<Source>>>>,
    /// Sources that are to be polled as soon as it is their turn at their hosts, whenever they are due.
    pub wishes: Wishes,
    /// Polls one source once, whose turn it is at its host, and says what came of it; gets told whether nobody at all
    /// can be reached.
    pub poll: Poll,
    /// When a source is due that the loop did not know before, or knew with other settings or by another clock.
    pub first_due: FirstDue,
    /// Whose turn it is at each host.
    pub hosts: Arc<Hosts>,
    /// What time it is.
    pub clock: Clock,
    /// Where to show that it is alive.
    pub pulse: Arc<Pulse>,
}

/// Polls that somebody wishes for.
pub struct Wishes {
    /// Of which sources.
    pub made: mpsc::Receiver<SourceId>,
    /// Whether somebody waits still for a poll of this source, and its publisher does not mind. It may be that the poll under
    /// way was the one that was wished for, or that it was too far on for that.
    pub stand: Arc<dyn Fn(&SourceId) -> bool + Send + Sync>,
}

impl Wishes {
    /// Nobody wishes.
    #[must_use]
    pub fn none() -> Self {
        Self { made: mpsc::channel(1).1, stand: Arc::new(|_| false) }
    }
}

/// When a source is to be asked, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Not before this.
    pub at: Timestamp,
    /// The host of the address that is asked.
    pub host: Host,
}

/// What the loop must know of a poll that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// When the source is due again; none where nobody can tell.
    pub due: Option<Due>,
    /// How far it came; none where nothing was asked.
    pub reach: Option<Reach>,
}

impl<Poll, Polled, FirstDue, Clock> Scheduler<Poll, FirstDue, Clock>
where
    Poll: Fn(Arc<Source>, Visit, bool) -> Polled,
    Polled: Future<Output = Ended> + Send + 'static,
    FirstDue: Fn(&Source) -> Due,
    Clock: Fn() -> Timestamp,
{
    /// Polls until `stop` turns true or is dropped, then waits for the polls under way.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut plan = Plan::new(Arc::clone(&self.hosts));
        let mut polls = JoinSet::new();
        let mut watch = Watch::new(self.now());
        self.take_sources(&mut plan);
        loop {
            let now = self.now();
            if watch.was_set_back(now) {
                warn!(now = %now.wall, "the clock was set back; asking anew when each source is due");
                plan.ask_anew(&self.first_due);
            }
            while let Some((source, visit)) = plan.next(now) {
                let task = polls.spawn((self.poll)(Arc::clone(&source), visit, plan.is_offline()));
                plan.begun(task.id(), source, now.tick);
            }
            self.pulse.beat(plan.first(now));
            self.pulse.tell_offline(plan.is_offline().then_some(now.wall));
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                changed = self.sources.changed() => match changed {
                    Ok(()) => self.take_sources(&mut plan),
                    Err(_) => break,
                },
                Some(ended) = polls.join_next_with_id() => self.ended(&mut plan, ended),
                Some(id) = self.wishes.made.recv() => self.grant(&mut plan, &id),
                () = self.hosts.changed() => {}
                () = sleep_until(plan.wake(now)) => {}
            }
        }
        while polls.join_next().await.is_some() {
            self.pulse.beat(plan.first(self.now()));
        }
    }

    fn now(&self) -> Moment {
        Moment { wall: (self.clock)(), tick: Instant::now() }
    }

    fn take_sources(&mut self, plan: &mut Plan) {
        let sources = self.sources.borrow_and_update().clone();
        plan.take(&sources, &self.first_due);
        debug!(sources = plan.len(), "scheduling");
    }

    fn grant(&self, plan: &mut Plan, id: &SourceId) {
        if (self.wishes.stand)(id) {
            plan.hurry(id, self.now());
        }
    }

    fn ended(&self, plan: &mut Plan, ended: Result<(Id, Ended), JoinError>) {
        let now = self.now();
        let was_offline = plan.is_offline();
        let task = ended.as_ref().map_or_else(JoinError::id, |(task, _)| *task);
        let polled = plan.polled_by(task).cloned();
        match ended {
            Ok((task, ended)) => plan.ended(task, ended, now, &self.first_due),
            Err(panicked) => {
                error!(source = ?plan.polled_by(panicked.id()), "a poll panicked: {panicked}");
                let later = |source: &Source| Due { at: now.wall + AFTER_PANIC, ..(self.first_due)(source) };
                plan.ended(panicked.id(), Ended { due: None, reach: None }, now, later);
            }
        }
        match (was_offline, plan.is_offline()) {
            (false, true) => warn!("nobody can be reached: our own network seems to be down"),
            (true, false) => info!("the network is back"),
            _ => {}
        }
        // One that was made when this poll had told already what it came to.
        if let Some(id) = polled {
            self.grant(plan, &id);
        }
    }
}

#[cfg(test)]
mod tests;
