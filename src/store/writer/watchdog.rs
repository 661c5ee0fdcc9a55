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
        while self.life.recv_timeout(self.every) == Err(RecvTimeoutError::Timeout) {
            if let Err(error) = self.look() {
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

    fn look(&self) -> Result<(), StoreError> {
        let busy_since = *self.busy_since.lock().unwrap_or_else(PoisonError::into_inner);
        if busy_since.is_some_and(|since| since.elapsed() > self.deadline) {
            let reason = format!("a write has not ended after {} s", self.deadline.as_secs());
            return Err(StoreError::Failed { reason });
        }
        self.engine.health()
    }
}
