//! What a connection is doing, as seen from outside, and for how long. Knows not who else is there.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::Limits;

/// What a connection is doing, as seen from outside.
pub(super) struct Line {
    /// Whom it is counted for, if for anybody.
    pub(super) household: Option<IpAddr>,
    begun: Instant,
    doing: AtomicU8,
    /// Since when, in milliseconds from `begun`.
    since: AtomicU64,
    /// Told to give way.
    leave: Notify,
}

/// Has nothing to answer: nothing was asked, or not the whole of it.
const SILENT: u8 = 0;
/// Is being answered, and the answer is not begun.
const ASKED: u8 = 1;
/// Takes the answer.
const TAKES: u8 = 2;

impl Line {
    /// Of this household; nothing was asked yet. Its times are told from `begun`.
    pub(super) fn new(household: Option<IpAddr>, begun: Instant) -> Arc<Self> {
        let line = Self {
            household,
            begun,
            doing: AtomicU8::new(SILENT),
            since: AtomicU64::new(0),
            leave: Notify::new(),
        };
        line.since_now();
        Arc::new(line)
    }

    /// A request came.
    pub(super) fn asked(&self) {
        self.doing.store(ASKED, Ordering::Relaxed);
        self.since_now();
    }

    /// Bytes of an answer are being sent.
    pub(super) fn writes(&self) {
        if self.doing.load(Ordering::Relaxed) == ASKED {
            self.doing.store(TAKES, Ordering::Relaxed);
        }
    }

    /// All that there was to send is sent.
    pub(super) fn flushed(&self) {
        if self.doing.load(Ordering::Relaxed) == TAKES {
            self.doing.store(SILENT, Ordering::Relaxed);
            self.since_now();
        }
    }

    /// Tells it that another needs the place more.
    pub(super) fn tell_to_leave(&self) {
        self.leave.notify_one();
    }

    /// Ends when another needs the place more.
    pub(super) async fn told_to_leave(&self) {
        self.leave.notified().await;
    }

    fn since_now(&self) {
        let since = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.since.store(since, Ordering::Relaxed);
    }

    /// For how long it has been doing what it does, if that may be ended for another's sake: silence at once, after the time
    /// that a request may take to come, and an answer when it takes very long.
    pub(super) fn gives_way(&self, limits: &Limits, now: Duration) -> Option<(bool, Duration)> {
        let lasts = now.saturating_sub(Duration::from_millis(self.since.load(Ordering::Relaxed)));
        let is_silent = self.doing.load(Ordering::Relaxed) == SILENT;
        let least = if is_silent { limits.grace } else { limits.answer };
        (lasts >= least).then_some((is_silent, lasts))
    }
}
