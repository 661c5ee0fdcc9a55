//! The thread that looks at the one that writes. Decides only that something is wrong.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use super::{Failure, Request};
use crate::store::{Engine, StoreError, notes::Notes};

/// Notices what the writer cannot: that it hangs, that a thread of the engine's has died, or that notes wait while
/// nobody writes.
pub(super) struct Watch {
    pub(super) engine: Arc<dyn Engine>,
    pub(super) busy_since: Arc<Mutex<Option<Instant>>>,
    pub(super) failure: Failure,
    pub(super) notes: Notes,
    pub(super) queue: mpsc::WeakSender<Request>,
    pub(super) life: Receiver<()>,
    pub(super) deadline: Duration,
    pub(super) every: Duration,
}

impl Watch {
    pub(super) fn run(self) {
        let mut vigil = Vigil::default();
        while self.life.recv_timeout(self.every) == Err(RecvTimeoutError::Timeout) {
            if let Err(error) = self.look(&mut vigil) {
                self.failure.tell(&error);
            }
            if !self.notes.is_empty()
                && let Some(queue) = self.queue.upgrade()
            {
                // A full queue brings the notes along.
                let _ = queue.try_send(Request::Notes);
            }
        }
    }

    fn look(&self, vigil: &mut Vigil) -> Result<(), StoreError> {
        let busy_since = *self.busy_since.lock().unwrap_or_else(PoisonError::into_inner);
        if vigil.look(busy_since, Instant::now(), self.every) > self.deadline {
            let reason = format!("a write has not ended after {} s", self.deadline.as_secs());
            return Err(StoreError::Failed { reason });
        }
        self.engine.health()
    }
}

/// How long one write has been looked at. A process that was stopped as a whole, or its machine, has not hung: what passes
/// between two looks counts for no more than twice what should.
#[derive(Debug, Default)]
struct Vigil {
    busy_since: Option<Instant>,
    looked: Option<Instant>,
    watched: Duration,
}

impl Vigil {
    fn look(&mut self, busy_since: Option<Instant>, now: Instant, every: Duration) -> Duration {
        let passed = self.looked.replace(now).map_or(Duration::ZERO, |looked| now.duration_since(looked));
        if busy_since.is_none() || busy_since != self.busy_since {
            self.busy_since = busy_since;
            self.watched = Duration::ZERO;
        } else {
            self.watched += passed.min(every * 2);
        }
        self.watched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_does_not_end_is_noticed_and_a_process_that_was_stopped_is_not() {
        let (begin, second) = (Instant::now(), Duration::from_secs(1));
        let mut vigil = Vigil::default();
        let mut look = |busy: Option<u32>, at: u32| {
            vigil.look(busy.map(|busy| begin + second * busy), begin + second * at, second)
        };
        assert_eq!((look(None, 1), look(Some(1), 2)), (Duration::ZERO, Duration::ZERO));
        assert_eq!((look(Some(1), 3), look(Some(1), 4)), (second, second * 2));
        // Stopped for an hour.
        assert_eq!((look(Some(1), 3_604), look(Some(1), 3_605)), (second * 4, second * 5));
        // Another write, and none.
        assert_eq!((look(Some(3_605), 3_606), look(Some(3_605), 3_607)), (Duration::ZERO, second));
        assert_eq!((look(None, 3_608), look(Some(3_605), 3_609)), (Duration::ZERO, Duration::ZERO));
        let watched = (3_610..3_671).map(|at| look(Some(3_605), at)).last();
        assert_eq!(watched, Some(second * 61));
    }
}
