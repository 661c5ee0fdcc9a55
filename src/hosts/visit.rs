//! A poll on its way through redirects: each host on it is asked only when it is this poll's turn there.

use std::{fmt, sync::Arc};

use tokio::{
    sync::oneshot,
    time::{Duration, Instant, sleep_until, timeout_at},
};

use super::{Host, Hosts};

/// Nobody waits longer on the way: a poll that waits holds its own host, and room among the polls under way.
const WAIT_MAX: Duration = Duration::from_mins(5);

/// The hosts that one poll asks, one after the other.
#[derive(Debug)]
pub struct Itinerary {
    hosts: Arc<Hosts>,
    /// Between two requests to one host.
    pause: Duration,
    /// Where the poll began: the scheduler gave it that host, and takes it back.
    home: Host,
    /// Where it is, if not at home.
    abroad: Option<Visit>,
    /// When the last request to the host where it is was over.
    asked: Option<Instant>,
    /// The same of home, while abroad.
    asked_home: Option<Instant>,
}

/// Why a host cannot be asked on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwelcome {
    /// It wants to be left alone for so long.
    Held(Duration),
    /// Others have it, or its pause is long.
    Busy,
}

impl fmt::Display for Unwelcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held(wait) => write!(formatter, "asked to be left alone for another {} s", wait.as_secs()),
            Self::Busy => write!(formatter, "did not get free within {} s", WAIT_MAX.as_secs()),
        }
    }
}

impl Itinerary {
    /// The way of a poll to which `home` was given.
    #[must_use]
    pub fn new(hosts: Arc<Hosts>, home: Host, pause: Duration) -> Self {
        Self { hosts, pause, home, abroad: None, asked: None, asked_home: None }
    }

    /// Waits until `next` may be asked: at once for the first request at home.
    ///
    /// # Errors
    /// When that takes too long, or the host wants to be left alone.
    pub async fn go(&mut self, next: &Host) -> Result<(), Unwelcome> {
        let latest = Instant::now() + WAIT_MAX;
        self.welcome(next)?;
        if *next != *self.place() {
            self.leave();
            if *next == self.home {
                self.asked = self.asked_home;
            } else {
                let visit = Visit {
                    hosts: Arc::clone(&self.hosts),
                    host: next.clone(),
                    pause: self.pause,
                    begun: false,
                };
                let turn = self.hosts.queues().await_turn(visit);
                let Ok(Ok(visit)) = timeout_at(latest, turn).await else {
                    return self.welcome(next).and(Err(Unwelcome::Busy));
                };
                self.abroad = Some(visit);
            }
        }
        if let Some(from) = self.asked.map(|asked| asked + self.pause) {
            if from > latest {
                return Err(Unwelcome::Busy);
            }
            sleep_until(from).await;
        }
        self.welcome(next)
    }

    fn welcome(&self, next: &Host) -> Result<(), Unwelcome> {
        let now = Instant::now();
        self.hosts.held(next, now).map_or(Ok(()), |until| Err(Unwelcome::Held(until - now)))
    }

    /// The request to the host where it is, is over.
    pub fn asked(&mut self) {
        self.asked = Some(Instant::now());
    }

    /// That host wants to be left alone.
    pub fn hold(&self, wait: Duration) {
        self.hosts.hold(self.place(), wait, Instant::now());
    }

    fn place(&self) -> &Host {
        self.abroad.as_ref().map_or(&self.home, Visit::host)
    }

    fn leave(&mut self) {
        // The end of a visit gives its host free.
        if self.abroad.take().is_none() {
            self.asked_home = self.asked;
        }
        self.asked = None;
    }
}

/// One poll's turn at a host that is not its own; its end, however it comes, ends the turn.
#[derive(Debug)]
pub(super) struct Visit {
    hosts: Arc<Hosts>,
    host: Host,
    pause: Duration,
    begun: bool,
}

impl Visit {
    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    /// Hands the visit to who waits for it, if somebody does.
    pub(super) fn begin(mut self, turn: oneshot::Sender<Self>) -> bool {
        self.begun = true;
        let Err(mut unwanted) = turn.send(self) else { return true };
        unwanted.begun = false;
        false
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if self.begun {
            self.hosts.release(&self.host, self.pause, Instant::now());
            self.hosts.changed.notify_one();
        }
    }
}
