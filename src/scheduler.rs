//! The loop: when each source is polled. It gets `poll` as a function and knows nothing of what one does.
//!
//! One task for all sources: a heap of due times, a queue for each host, and a bound on the polls under way. A poll
//! says when its source is due next; the loop sees to it that a host (host and port) has one request at a time, and
//! `host_delay` between them.

mod hosts;
mod moment;
mod plan;
mod pulse;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinSet},
    time::{Instant, sleep_until},
};
use tracing::{debug, error, warn};

use crate::model::{Source, Timestamp};
use moment::{Moment, Watch};
use plan::Plan;
pub use pulse::Pulse;

/// Polls under way at once: each may hold a whole body in memory.
pub const POLLS_MAX: usize = 32;
/// The longest sleep: the wall clock may be set while we sleep, and the watchdog wants to see us alive.
const NAP_MAX: Duration = Duration::from_secs(5);
/// The wait after a poll that panicked: our own fault, which is no reason to ask the publisher again soon.
const AFTER_PANIC: Duration = Duration::from_hours(1);

/// What the loop is built from.
pub struct Scheduler<Poll, FirstDue, Clock> {
    /// The sources, and whatever becomes of them: changes take effect at once.
    pub sources: watch::Receiver<Arc<Vec<Arc<Source>>>>,
    /// Polls one source once and says when it is due again.
    pub poll: Poll,
    /// When a source is due that the loop did not know before, or knew with other settings or by another clock.
    pub first_due: FirstDue,
    /// What time it is.
    pub clock: Clock,
    /// Where to show that it is alive.
    pub pulse: Arc<Pulse>,
}

impl<Poll, Polled, FirstDue, Clock> Scheduler<Poll, FirstDue, Clock>
where
    Poll: Fn(Arc<Source>) -> Polled,
    Polled: Future<Output = Timestamp> + Send + 'static,
    FirstDue: Fn(&Source) -> Timestamp,
    Clock: Fn() -> Timestamp,
{
    /// Polls until `stop` turns true or is dropped, then waits for the polls under way.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut plan = Plan::default();
        let mut polls = JoinSet::new();
        let mut watch = Watch::new(self.now());
        self.take_sources(&mut plan);
        loop {
            let now = self.now();
            if watch.was_set_back(now) {
                warn!(now = %now.wall, "the clock was set back; asking anew when each source is due");
                plan.ask_anew(&self.first_due);
            }
            while let Some(source) = plan.next(now) {
                let task = polls.spawn((self.poll)(Arc::clone(&source)));
                plan.begun(task.id(), source);
            }
            self.pulse.beat(plan.first(now));
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                changed = self.sources.changed() => match changed {
                    Ok(()) => self.take_sources(&mut plan),
                    Err(_) => break,
                },
                Some(ended) = polls.join_next_with_id() => self.ended(&mut plan, ended),
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

    fn ended(&self, plan: &mut Plan, ended: Result<(Id, Timestamp), JoinError>) {
        let now = self.now();
        let (task, due) = match ended {
            Ok(ended) => ended,
            Err(panicked) => {
                error!(source = ?plan.polled_by(panicked.id()), "a poll panicked: {panicked}");
                (panicked.id(), now.wall + AFTER_PANIC)
            }
        };
        plan.ended(task, due, now.tick, &self.first_due);
    }
}

#[cfg(test)]
mod tests;
