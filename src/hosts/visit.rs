//! A poll on its way through redirects: each host on it is asked only when it is this poll's turn there. It has one host
//! at a time, so that no two polls ever wait for each other's.

use std::{fmt, sync::Arc};

use tokio::{
    sync::oneshot,
    time::{Duration, Instant, sleep_until, timeout},
};
use url::Url;

use super::{Host, Hosts, PAUSE_MAX};

/// A poll waits no longer for others, on all its way together: meanwhile it takes up room among the polls under way.
const WAIT_MAX: Duration = Duration::from_mins(5);

/// One poll's turn at a host. Its end, however it comes, gives the host free, which then pauses.
#[derive(Debug)]
pub struct Visit {
    hosts: Arc<Hosts>,
    host: Host,
    pause: Duration,
    begun: bool,
}

impl Visit {
    pub(super) fn new(hosts: &Arc<Hosts>, host: &Host, pause: Duration) -> Self {
        Self { hosts: Arc::clone(hosts), host: host.clone(), pause: pause.min(PAUSE_MAX), begun: false }
    }

    /// Whose turn it is.
    pub(super) fn begun(mut self) -> Self {
        self.begun = true;
        self
    }

    /// Where it is.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Hands the visit to who waits for it, if somebody does.
    pub(super) fn begin(self, turn: oneshot::Sender<Self>) -> bool {
        let Err(mut unwanted) = turn.send(self.begun()) else { return true };
        unwanted.begun = false;
        false
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if self.begun {
            self.hosts.queues().release(&self.host, Instant::now() + self.pause);
            self.hosts.changed.notify_one();
        }
    }
}

/// The hosts that one poll asks, one after the other.
#[derive(Debug)]
pub struct Itinerary {
    hosts: Arc<Hosts>,
    /// Between two requests to one host.
    pause: Duration,
    /// Where it is; nowhere while it waits.
    visit: Option<Visit>,
    /// When the last request to the host where it is was over.
    asked: Option<Instant>,
    /// How long it may still wait for others.
    patience: Duration,
}

/// Why a host cannot be asked on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwelcome {
    /// It wants to be left alone for so long.
    Held(Duration),
    /// Too many polls of ours are redirected to it at once.
    Busy,
}

impl fmt::Display for Unwelcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held(wait) => write!(formatter, "asked to be left alone for another {} s", wait.as_secs()),
            Self::Busy => formatter.write_str("is where too many feeds are redirected to at once"),
        }
    }
}

impl Itinerary {
    /// The way of a poll whose turn it is at its first host.
    #[must_use]
    pub fn new(visit: Visit) -> Self {
        let (hosts, pause) = (Arc::clone(&visit.hosts), visit.pause);
        Self { hosts, pause, visit: Some(visit), asked: None, patience: WAIT_MAX }
    }

    /// The way of somebody who has no turn yet, and queues for one at the first host as at any other.
    #[must_use]
    pub fn of_visitor(hosts: &Arc<Hosts>, pause: Duration) -> Self {
        let (hosts, pause) = (Arc::clone(hosts), pause.min(PAUSE_MAX));
        Self { hosts, pause, visit: None, asked: None, patience: WAIT_MAX }
    }

    /// The way of somebody who is alone and waits for nobody.
    #[must_use]
    pub fn alone(url: &Url) -> Self {
        Self::new(Visit::new(&Arc::default(), &Host::of(url), Duration::ZERO).begun())
    }

    /// Waits until `next` may be asked: at once for the first request.
    ///
    /// # Errors
    /// When it does not get free in time, or wants to be left alone.
    pub async fn go(&mut self, next: &Host) -> Result<(), Unwelcome> {
        self.welcome(next)?;
        if self.visit.as_ref().is_none_or(|visit| visit.host != *next) {
            // Before waiting: others may wait for it, and this poll for them.
            self.visit = None;
            self.asked = None;
            self.visit = Some(self.turn_at(next).await?);
        } else if let Some(asked) = self.asked {
            sleep_until(asked + self.pause).await;
        }
        self.welcome(next)
    }

    /// The request to the host where it is, is over.
    pub fn asked(&mut self) {
        self.asked = Some(Instant::now());
    }

    /// The host where it is wants to be left alone.
    pub fn hold(&self, wait: Duration) {
        if let Some(visit) = &self.visit {
            self.hosts.hold(&visit.host, wait, Instant::now());
        }
    }

    /// The host where it is, if it is anywhere.
    #[must_use]
    pub fn host(&self) -> Option<&Host> {
        self.visit.as_ref().map(Visit::host)
    }

    async fn turn_at(&mut self, next: &Host) -> Result<Visit, Unwelcome> {
        let began = Instant::now();
        let awaited = self.hosts.queues().await_turn(Visit::new(&self.hosts, next, self.pause));
        let turn = timeout(self.patience, awaited.ok_or(Unwelcome::Busy)?).await;
        self.patience = self.patience.saturating_sub(began.elapsed());
        match turn {
            Ok(Ok(visit)) => Ok(visit),
            // Whoever waited for a host that wants to be left alone was sent away.
            _ => self.welcome(next).and(Err(Unwelcome::Busy)),
        }
    }

    fn welcome(&self, next: &Host) -> Result<(), Unwelcome> {
        let now = Instant::now();
        self.hosts.held(next, now).map_or(Ok(()), |until| Err(Unwelcome::Held(until - now)))
    }
}
