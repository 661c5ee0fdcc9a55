//! Publishers that exist in memory only, and the real scheduler and cadence polling them by a clock that runs as fast as
//! it can. What `poll` adds to these two is left out, but for the lines that bring them together.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use tintinh::{
    cadence::{self, Circumstances},
    hosts::{self, Host, Hosts},
    model::{
        Access, Digest, Failure, Hints, Limits, Outcome, Pace, Reach, Rhythm, Skip, Source, SourceId,
        SourceState, State, Tally, Timestamp, Validators,
    },
    scheduler::{Due, Ended, Pulse, Scheduler, Wishes},
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};
use url::Url;

/// A Monday, midnight in GMT.
pub const BEGINNING: &str = "2026-11-23T00:00:00Z";

/// What a publisher is asked.
pub struct Asked {
    pub at: Timestamp,
    pub url: Url,
    pub unconditional: bool,
}

/// What it answers.
pub struct Answer {
    pub outcome: Outcome,
    pub moved: Option<Url>,
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, moved: None }
    }
}

type Publisher = Box<dyn FnMut(&Asked) -> Answer + Send>;

/// One poll, as its publisher saw it.
#[derive(Debug, Clone)]
pub struct Visit {
    pub id: String,
    pub host: String,
    pub url: Url,
    pub began: Timestamp,
    pub ended: Timestamp,
    pub unconditional: bool,
    pub reached: bool,
    /// What it left behind.
    pub state: SourceState,
}

#[derive(Default)]
struct Records {
    publishers: HashMap<String, Publisher>,
    states: HashMap<SourceId, SourceState>,
    visits: Vec<Visit>,
    /// From when to when our own network is down.
    outages: Vec<(Timestamp, Timestamp)>,
}

/// The publishers, what is remembered of them, and the daemon's one part that matters here.
pub struct World {
    start: Instant,
    records: Arc<Mutex<Records>>,
    running: Option<Running>,
}

struct Running {
    sources: watch::Sender<Arc<Vec<Arc<Source>>>>,
    stop: watch::Sender<bool>,
    done: JoinSet<()>,
}

impl World {
    pub fn new() -> Self {
        Self { start: Instant::now(), records: Arc::default(), running: None }
    }

    /// A publisher at this source.
    pub fn publisher<A: Into<Answer>>(&self, id: &str, mut answer: impl FnMut(&Asked) -> A + Send + 'static) {
        let publisher: Publisher = Box::new(move |asked| answer(asked).into());
        self.records.lock().unwrap().publishers.insert(id.to_owned(), publisher);
    }

    pub fn outage(&self, from: Timestamp, to: Timestamp) {
        self.records.lock().unwrap().outages.push((from, to));
    }

    /// Starts the daemon over what is remembered.
    pub fn start(&mut self, sources: &[Arc<Source>]) {
        let (sources, receiver) = watch::channel(Arc::new(sources.to_vec()));
        let (stop, stopped) = watch::channel(false);
        let start = self.start;
        let clock = move || beginning() + start.elapsed();
        let hosts = Arc::new(Hosts::default());
        for source in sources.borrow().iter() {
            let state = self.state(&source.id);
            if let Some(wait) = cadence::held_for(&state, clock()) {
                hosts.hold(&Host::of(&cadence::target(&state, source)), wait, Instant::now());
            }
        }
        let (records, polling) = (Arc::clone(&self.records), (Arc::clone(&self.records), Arc::clone(&hosts)));
        let first_due = move |source: &Source| {
            let states = &records.lock().unwrap().states;
            let state = states.get(&source.id).cloned().unwrap_or_default();
            due(&state, source, cadence::due(&state, source, clock()))
        };
        let poll = move |source, turn: hosts::Visit, offline| {
            let (records, hosts) = polling.clone();
            async move {
                let ended = poll(source, offline, &records, &hosts, clock).await;
                drop(turn);
                ended
            }
        };
        let pulse = Arc::new(Pulse::default());
        let wishes = Wishes::none();
        let scheduler = Scheduler { sources: receiver, wishes, poll, first_due, hosts, clock, pulse };
        let mut done = JoinSet::new();
        done.spawn(scheduler.run(stopped));
        self.running = Some(Running { sources, stop, done });
    }

    pub fn reload(&self, sources: &[Arc<Source>]) {
        self.running.as_ref().unwrap().sources.send_replace(Arc::new(sources.to_vec()));
    }

    pub async fn stop(&mut self) {
        let mut running = self.running.take().unwrap();
        running.stop.send_replace(true);
        running.done.join_next().await.unwrap().unwrap();
    }

    /// Lets time pass until this moment.
    pub async fn until(&self, at: Timestamp) {
        sleep_until(self.start + (at - beginning()).to_std().unwrap()).await;
    }

    pub fn state(&self, id: &SourceId) -> SourceState {
        self.records.lock().unwrap().states.get(id).cloned().unwrap_or_default()
    }

    /// Every poll so far, in the order of their beginnings.
    pub fn visits(&self) -> Vec<Visit> {
        let mut visits = self.records.lock().unwrap().visits.clone();
        visits.sort_by_key(|visit| visit.began);
        visits
    }

    /// Those of one source.
    pub fn visits_of(&self, id: &str) -> Vec<Visit> {
        self.visits().into_iter().filter(|visit| visit.id == id).collect()
    }
}

fn due(state: &SourceState, source: &Source, at: Timestamp) -> Due {
    Due { at, host: Host::of(&cadence::target(state, source)) }
}

async fn poll(
    source: Arc<Source>,
    offline: bool,
    records: &Mutex<Records>,
    hosts: &Hosts,
    clock: impl Fn() -> Timestamp,
) -> Ended {
    let began = clock();
    // Most servers are quick; some take seconds.
    sleep(Duration::from_millis(200 + 3000 * u64::from(source.id.as_str().len().is_multiple_of(3)))).await;
    let now = clock();
    let mut records = records.lock().unwrap();
    let before = records.states.get(&source.id).cloned().unwrap_or_default();
    let unconditional = before.validators == Validators::default() || cadence::wants_whole(&before, began);
    let url = cadence::target(&before, &source);
    let down = records.outages.iter().any(|(from, to)| (*from..*to).contains(&began));
    let asked = Asked { at: now, url: url.clone(), unconditional };
    let answer = if down {
        failed(State::Unreachable, None, Reach::Silent).into()
    } else {
        (records.publishers.get_mut(source.id.as_str()).unwrap())(&asked)
    };
    let chance =
        f64::from(Digest::of(&[source.id.as_str().as_bytes(), &now.timestamp_millis().to_le_bytes()]).0[0]);
    let circumstances =
        Circumstances { now, chance: chance / 255.0, offline, unconditional, moved: answer.moved.as_ref() };
    let state = cadence::conclude(&before, &source, &answer.outcome, &circumstances);
    if let Some(wait) = cadence::held_for(&state, now) {
        hosts.hold(&Host::of(&url), wait, Instant::now());
    }
    let host = format!("{}:{}", url.host_str().unwrap(), url.port_or_known_default().unwrap());
    let due = due(&state, &source, state.next_poll);
    let reach = if down { Reach::Silent } else { Reach::Answered };
    records.states.insert(source.id.clone(), state.clone());
    records.visits.push(Visit {
        id: source.id.to_string(),
        host,
        url,
        began,
        ended: now,
        unconditional,
        reached: !down,
        state,
    });
    Ended { due: Some(due), reach: Some(reach) }
}

pub fn beginning() -> Timestamp {
    BEGINNING.parse().unwrap()
}

/// A source at this address whose pace adapts between a quarter of an hour and a day.
pub fn source(id: &str, url: &str) -> Source {
    Source {
        id: SourceId::new(id).unwrap(),
        title: id.to_owned(),
        province: None,
        url: url.parse().unwrap(),
        enabled: true,
        timezone: chrono_tz::Asia::Ho_Chi_Minh,
        pace: Pace {
            interval: None,
            min_interval: Duration::from_mins(15),
            max_interval: Duration::from_hours(24),
            host_delay: Duration::from_secs(2),
        },
        limits: Limits {
            max_body: 1,
            connect_timeout: Duration::ZERO,
            idle_timeout: Duration::ZERO,
            total_timeout: Duration::ZERO,
        },
        access: Access::default(),
        rewrite_host: Arc::default(),
        republishing: tintinh::model::Republishing::default(),
        page: None,
        article: None,
    }
}

/// At a fixed pace.
pub fn every(interval: Duration, source: Source) -> Source {
    Source { pace: Pace { interval: Some(interval), ..source.pace }, ..source }
}

/// A document that was read, of a source that publishes this often.
pub fn read(at: Timestamp, hints: Hints, ttl: Option<Duration>, skip: Skip, gap: Duration) -> Outcome {
    let rhythm = Rhythm { usual: gap.as_secs(), longest: gap.as_secs(), newest: at };
    Outcome::Read(Tally {
        hints,
        validators: Validators { etag: Some(b"\"1\"".to_vec()), last_modified: None },
        body: Digest([1; 16]),
        reading: Digest([2; 16]),
        document_ttl: ttl,
        skip,
        rhythm: Some(rhythm),
        recognised: 1,
        inserted: 1,
        updated: 0,
        rights: None,
        matched: None,
        repairs: vec![],
        warnings: vec![],
    })
}

pub fn not_modified(max_age: Option<Duration>) -> Outcome {
    Outcome::NotModified(Hints { max_age, retry_after: None })
}

pub fn failed(state: State, retry_after: Option<Duration>, reach: Reach) -> Outcome {
    let hints = Hints { max_age: None, retry_after };
    Outcome::Failed(Failure { state, reason: String::new(), hints, reach })
}
