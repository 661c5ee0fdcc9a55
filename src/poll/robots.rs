//! What each host's robots.txt says, asked for once a day where articles are read. Forgets all with the process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use url::Url;

use crate::{
    articles::Robots,
    fetch::{self, FetchError, Fetched, Fetcher},
    hosts::Itinerary,
    model::{Failure, Limits, Reach, Source, State, Timestamp, Validators},
};

/// How long what a host said holds (RFC 9309 §2.4).
const KEPT: Duration = Duration::from_hours(24);
/// A host that does not say is asked again after so long.
pub(super) const UNTOLD: Duration = Duration::from_mins(10);
/// Answers that are remembered; with more, all hosts are asked again.
const HOSTS_MAX: usize = 10_000;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct RobotsOfHosts(Mutex<HashMap<String, (Said, Instant)>>);

/// What a host said.
#[derive(Debug, Clone)]
enum Said {
    Rules(Arc<Robots>),
    /// Nothing, for this reason: then nothing may be asked for (RFC 9309 §2.3.1.4). Only to this source: others may ask with
    /// other certificates, by another proxy.
    Untold(Arc<str>),
}

/// Why an article is not to be asked for.
#[derive(Debug)]
pub(super) enum Forbidden {
    /// By robots.txt.
    ByRules,
    /// As long as nobody knows what robots.txt says; in words.
    Untold(String),
    /// A host on the way was not free for us.
    PutOff(Duration),
    /// Its host wants to be left alone: all of it where `is_throttled` (429), else its articles (503).
    Throttled { reason: String, retry_after: Option<Duration>, is_throttled: bool },
}

impl RobotsOfHosts {
    /// Whether this address may be asked for.
    pub(super) async fn check(
        &self,
        url: &Url,
        source: &Source,
        fetcher: &Fetcher,
        way: &mut Itinerary,
        now: Timestamp,
    ) -> Result<(), Forbidden> {
        let origin = url.origin().ascii_serialization();
        let own = format!("{origin} {}", source.id);
        let said = if let Some(said) = self.known(&origin).or_else(|| self.known(&own)) {
            said
        } else {
            let said = ask(url, source, fetcher, way, now).await?;
            self.remember(if matches!(said, Said::Rules(_)) { origin } else { own }, said.clone());
            said
        };
        match said {
            Said::Rules(robots) if robots.allows(&path(url)) => Ok(()),
            Said::Rules(_) => Err(Forbidden::ByRules),
            Said::Untold(reason) => Err(Forbidden::Untold(reason.to_string())),
        }
    }

    fn known(&self, origin: &str) -> Option<Said> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (said, until) = known.get(origin)?;
        (*until > Instant::now()).then(|| said.clone())
    }

    fn remember(&self, origin: String, said: Said) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= HOSTS_MAX {
            known.clear();
        }
        let holds = if matches!(said, Said::Rules(_)) { KEPT } else { UNTOLD };
        known.insert(origin, (said, Instant::now() + holds));
    }
}

fn path(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

async fn ask(
    url: &Url,
    source: &Source,
    fetcher: &Fetcher,
    way: &mut Itinerary,
    now: Timestamp,
) -> Result<Said, Forbidden> {
    let everything = || Said::Rules(Arc::default());
    let Ok(address) = url.join("/robots.txt") else { return Ok(everything()) };
    // So much must be read of any (RFC 9309 §2.5), also where the source's documents are to be shorter.
    let limits = Limits { max_body: source.limits.max_body.max(Robots::READ_MAX), ..source.limits };
    let request = fetch::Request {
        url: &address,
        validators: &Validators::default(),
        limits: &limits,
        access: &source.access,
        feed: Some(source),
    };
    match fetcher.fetch(&request, way, now).await {
        Ok(Fetched::Body(body)) => Ok(Said::Rules(Arc::new(Robots::read(&body.bytes)))),
        Ok(Fetched::NotModified { .. }) => Ok(everything()),
        Err(error) => match error.unwelcome() {
            Some(wait) => Err(Forbidden::PutOff(wait)),
            None if is_absent(&error) => Ok(everything()),
            None => untold(&address, &error.failure()),
        },
    }
}

/// What is to be done where it cannot be had.
fn untold(address: &Url, failure: &Failure) -> Result<Said, Forbidden> {
    let (reason, retry_after) = (format!("{address}: {}", failure.reason), failure.hints.retry_after);
    if failure.reach == Reach::Local {
        return Err(Forbidden::PutOff(UNTOLD));
    }
    let is_throttled = failure.state == State::Throttled;
    if is_throttled || (failure.state == State::Unavailable && retry_after.is_some()) {
        return Err(Forbidden::Throttled { reason, retry_after, is_throttled });
    }
    Ok(Said::Untold(reason.into()))
}

/// Whether there is none, so that nothing is forbidden (RFC 9309 §2.3.1.3). 429 is no such answer.
fn is_absent(error: &FetchError) -> bool {
    let refused =
        matches!(error, FetchError::Status { code: 400..=499, .. }) && error.state() != State::Throttled;
    refused || matches!(error, FetchError::TooManyRedirects { .. })
}
