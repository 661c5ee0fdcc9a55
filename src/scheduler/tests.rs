mod clock;
mod network;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use super::*;
use crate::model::{Access, Limits, Pace};

const SECOND: Duration = Duration::from_secs(1);

fn source(id: &str, url: &str, host_delay: Duration) -> Arc<Source> {
    Arc::new(Source {
        id: SourceId::new(id).unwrap(),
        title: id.to_owned(),
        province: None,
        url: url::Url::parse(url).unwrap(),
        enabled: true,
        timezone: chrono_tz::Asia::Ho_Chi_Minh,
        pace: Pace { interval: None, min_interval: SECOND, max_interval: SECOND, host_delay },
        limits: Limits { max_body: 1, connect_timeout: SECOND, idle_timeout: SECOND, total_timeout: SECOND },
        access: Access::default(),
        rewrite_host: Arc::default(),
        republishing: crate::model::Republishing::default(),
        page: None,
        article: None,
    })
}

fn due(source: &Source, at: Timestamp) -> Due {
    Due { at, host: Host::of(&source.url) }
}

/// What a simulated poll did: who, and from when to when, in seconds since the start.
type Log = Arc<Mutex<Vec<(String, u64, u64)>>>;

struct Simulation {
    log: Log,
    sources: watch::Sender<Arc<Vec<Arc<Source>>>>,
    wish: mpsc::Sender<SourceId>,
    /// Who is wished for: until three quarters of a poll are over, which then tells what it came to.
    waiting: Arc<Mutex<HashSet<SourceId>>>,
    stop: watch::Sender<bool>,
    pulse: Arc<Pulse>,
    done: JoinSet<()>,
    start: Instant,
    /// How far the wall clock was set ahead, in seconds.
    skew: Arc<AtomicI64>,
}

/// Polls take `takes` and are due again `every` after their end; time is tokio's, paused.
fn simulate(sources: Vec<Arc<Source>>, takes: Duration, every: Duration) -> Simulation {
    let start = Instant::now();
    let log = Log::default();
    let epoch: Timestamp = "2026-11-23T06:00:00Z".parse().unwrap();
    let skew = Arc::new(AtomicI64::new(0));
    let set = Arc::clone(&skew);
    let clock = move || epoch + start.elapsed() + chrono::TimeDelta::seconds(set.load(Ordering::Relaxed));
    let says = clock.clone();
    // By the wall clock: when each was polled last, and what it said then.
    let known: Arc<Mutex<HashMap<SourceId, (Timestamp, Timestamp)>>> = Arc::default();
    let logged = (Arc::clone(&log), Arc::clone(&known));
    let waiting: Arc<Mutex<HashSet<SourceId>>> = Arc::default();
    let (waits, told) = (Arc::clone(&waiting), Arc::clone(&waiting));
    let poll = move |source: Arc<Source>, visit: Visit, _| {
        let ((log, known), clock, told) = (logged.clone(), says.clone(), Arc::clone(&told));
        async move {
            let began = start.elapsed().as_secs();
            tokio::time::sleep(takes / 4 * 3).await;
            told.lock().unwrap().remove(&source.id);
            tokio::time::sleep(takes / 4).await;
            drop(visit);
            log.lock().unwrap().push((source.id.to_string(), began, start.elapsed().as_secs()));
            let now = clock();
            known.lock().unwrap().insert(source.id.clone(), (now, now + every));
            Ended { due: Some(due(&source, now + every)), reach: Some(Reach::Answered) }
        }
    };
    // Due at once when asked about, unless polled in the future.
    let now = clock.clone();
    let first_due = move |source: &Source| match known.lock().unwrap().get(&source.id) {
        Some((last, next)) if *last > now() => due(source, now() + (*next - *last)),
        _ => due(source, epoch),
    };
    let hosts = Arc::default();
    let (sources, receiver) = watch::channel(Arc::new(sources));
    let (wish, made) = mpsc::channel(1);
    let wishes = Wishes { made, stand: Arc::new(move |id| waits.lock().unwrap().contains(id)) };
    let (stop, stopped) = watch::channel(false);
    let pulse = Arc::new(Pulse::default());
    let scheduler =
        Scheduler { sources: receiver, wishes, poll, first_due, hosts, clock, pulse: Arc::clone(&pulse) };
    let mut done = JoinSet::new();
    done.spawn(scheduler.run(stopped));
    Simulation { log, sources, wish, waiting, stop, pulse, done, start, skew }
}

impl Simulation {
    /// Sets the wall clock so far ahead of what is right; behind it, if negative.
    fn set_clock(&self, hours: i64) {
        self.skew.store(hours * 3600, Ordering::Relaxed);
    }

    fn wish(&self, id: &str) {
        let id = SourceId::new(id).unwrap();
        self.waiting.lock().unwrap().insert(id.clone());
        self.wish.try_send(id).unwrap();
    }

    async fn until(&self, seconds: u64) {
        tokio::time::sleep_until(self.start + Duration::from_secs(seconds)).await;
    }

    async fn stop(mut self) -> Vec<(String, u64, u64)> {
        self.stop.send(true).unwrap();
        self.done.join_next().await.unwrap().unwrap();
        let log = self.log.lock().unwrap();
        log.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_is_polled_when_it_is_due_and_not_before() {
    let simulation = simulate(vec![source("a", "http://a.vn/", Duration::ZERO)], SECOND, 60 * SECOND);
    simulation.until(150).await;
    let polls = simulation.stop().await;
    assert_eq!(polls, [("a".to_owned(), 0, 1), ("a".to_owned(), 61, 62), ("a".to_owned(), 122, 123)]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_wished_for_is_polled_at_once_and_then_as_usual_and_never_twice_at_a_time() {
    let sources = vec![source("a", "http://a.vn/", Duration::ZERO), source("b", "http://a.vn/b", 5 * SECOND)];
    let simulation = simulate(sources, 2 * SECOND, 600 * SECOND);
    simulation.until(100).await;
    simulation.wish("a");
    simulation.until(101).await;
    simulation.wish("a");
    simulation.until(110).await;
    simulation.wish("nobody");
    simulation.until(111).await;
    // At one host they take their turns.
    simulation.wish("b");
    simulation.until(112).await;
    simulation.wish("a");
    simulation.until(200).await;
    let polls = simulation.stop().await;
    let began: Vec<(&str, u64)> = polls.iter().map(|(id, began, _)| (id.as_str(), *began)).collect();
    assert_eq!(began, [("a", 0), ("b", 2), ("a", 100), ("b", 111), ("a", 118)]);
}

#[tokio::test(start_paused = true)]
async fn one_host_has_one_request_at_a_time_and_a_pause_between() {
    let delay = 2 * SECOND;
    let sources = vec![
        source("a", "http://one.vn/a", delay),
        source("b", "http://ONE.vn:80/b", delay),
        source("c", "http://one.vn/c", delay),
        source("d", "http://one.vn:81/d", delay),
    ];
    let simulation = simulate(sources, 3 * SECOND, 1000 * SECOND);
    simulation.until(60).await;
    let mut polls = simulation.stop().await;
    polls.sort_by_key(|(id, began, _)| (*began, id.clone()));
    let times: Vec<(&str, u64, u64)> =
        polls.iter().map(|(id, began, ended)| (id.as_str(), *began, *ended)).collect();
    assert_eq!(times, [("a", 0, 3), ("d", 0, 3), ("b", 5, 8), ("c", 10, 13)]);
}

#[tokio::test(start_paused = true)]
async fn polls_under_way_are_bounded_and_all_get_their_turn() {
    let count = POLLS_MAX * 3;
    let sources = (0..count).map(|n| source(&format!("s{n}"), &format!("http://h{n}.vn/"), SECOND)).collect();
    let simulation = simulate(sources, 10 * SECOND, 9000 * SECOND);
    simulation.until(100).await;
    let polls = simulation.stop().await;
    let began_at = |second| polls.iter().filter(|(_, began, _)| *began == second).count();
    assert_eq!([began_at(0), began_at(10), began_at(20)], [POLLS_MAX; 3]);
    assert_eq!(polls.len(), count);
}

#[tokio::test(start_paused = true)]
async fn sources_come_and_go_without_a_restart() {
    let (a, b) = (source("a", "http://a.vn/", Duration::ZERO), source("b", "http://b.vn/", Duration::ZERO));
    let simulation = simulate(vec![Arc::clone(&a)], SECOND, 60 * SECOND);
    simulation.until(30).await;
    simulation.sources.send(Arc::new(vec![b])).unwrap();
    simulation.until(70).await;
    simulation.sources.send(Arc::new(vec![a])).unwrap();
    simulation.until(80).await;
    let polls = simulation.stop().await;
    let who: Vec<(&str, u64)> = polls.iter().map(|(id, began, _)| (id.as_str(), *began)).collect();
    assert_eq!(who, [("a", 0), ("b", 30), ("a", 70)]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_leaves_and_returns_during_its_poll_is_not_polled_twice_at_once() {
    let a = source("a", "http://a.vn/", Duration::ZERO);
    let returned = Arc::clone(&a);
    let simulation = simulate(vec![a], 10 * SECOND, 60 * SECOND);
    simulation.until(2).await;
    simulation.sources.send(Arc::new(vec![])).unwrap();
    simulation.until(4).await;
    simulation.sources.send(Arc::new(vec![returned])).unwrap();
    simulation.until(90).await;
    let polls = simulation.stop().await;
    assert_eq!(polls, [("a".to_owned(), 0, 10), ("a".to_owned(), 70, 80)]);
}

#[tokio::test(start_paused = true)]
async fn other_settings_are_asked_about_anew_and_the_same_ones_are_not() {
    let a = |url: &str, interval| {
        let a = source("a", url, Duration::ZERO);
        let pace = Pace { interval, ..a.pace };
        vec![Arc::new(Source { pace, title: format!("{interval:?}"), ..Source::clone(&a) })]
    };
    // The simulated sources are due at once when asked about.
    let simulation = simulate(a("http://a.vn/", None), 10 * SECOND, 1000 * SECOND);
    let changes = [
        (20, a("http://a.vn/other", None)),
        (40, a("http://a.vn/other", Some(SECOND))),
        (
            60,
            vec![Arc::new(Source {
                title: "A".to_owned(),
                ..Source::clone(&a("http://a.vn/other", Some(SECOND))[0])
            })],
        ),
        // While it is polled, by what was said of it before.
        (1052, a("http://a.vn/third", Some(SECOND))),
    ];
    for (second, sources) in changes {
        simulation.until(second).await;
        simulation.sources.send(Arc::new(sources)).unwrap();
    }
    simulation.until(1100).await;
    let polls = simulation.stop().await;
    let began: Vec<u64> = polls.iter().map(|(_, began, _)| *began).collect();
    assert_eq!(began, [0, 20, 40, 1050, 1060]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_host_that_another_left_still_gets_it() {
    let on_one = |id: &str| source(id, "http://one.vn/", SECOND);
    let simulation = simulate(vec![on_one("a"), on_one("b"), on_one("c")], 3 * SECOND, 1000 * SECOND);
    simulation.until(1).await;
    // b, next in the queue, moves to another host; c must not be forgotten.
    let moved = source("b", "http://two.vn/", SECOND);
    simulation.sources.send(Arc::new(vec![on_one("a"), moved, on_one("c")])).unwrap();
    simulation.until(30).await;
    let mut polls = simulation.stop().await;
    polls.sort();
    assert_eq!(polls, [("a".to_owned(), 0, 3), ("b".to_owned(), 1, 4), ("c".to_owned(), 4, 7)]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_behind_one_that_waits_elsewhere_by_now_still_gets_its_turn() {
    let on = |host: &str, id: &str| source(id, &format!("http://{host}.vn/"), SECOND);
    let sources = |b_on: &str| vec![on("one", "a"), on(b_on, "b"), on("one", "c"), on("two", "d")];
    let simulation = simulate(sources("one"), 10 * SECOND, 1000 * SECOND);
    simulation.until(1).await;
    // b, next in the queue of one.vn, moves to two.vn, where d is being polled, and waits there.
    simulation.sources.send(Arc::new(sources("two"))).unwrap();
    simulation.until(60).await;
    let mut polls = simulation.stop().await;
    polls.sort();
    let wanted = [("a", 0, 10), ("b", 11, 21), ("c", 11, 21), ("d", 0, 10)];
    assert_eq!(polls, wanted.map(|(id, began, ended)| (id.to_owned(), began, ended)));
}

#[tokio::test(start_paused = true)]
async fn a_wish_that_comes_when_a_poll_has_told_what_it_came_to_is_granted_by_the_next_and_none_twice() {
    let sources = vec![source("a", "http://a.vn/", Duration::ZERO)];
    let simulation = simulate(sources, 8 * SECOND, 600 * SECOND);
    simulation.until(3).await;
    simulation.wish("a");
    simulation.until(100).await;
    simulation.wish("a");
    simulation.until(107).await;
    simulation.wish("a");
    simulation.until(500).await;
    let polls = simulation.stop().await;
    let wanted = [(0, 8), (100, 108), (108, 116)];
    assert_eq!(polls, wanted.map(|(began, ended)| ("a".to_owned(), began, ended)));
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_the_polls_under_way_and_starts_no_more() {
    let sources = vec![source("a", "http://one.vn/", SECOND), source("b", "http://one.vn/", SECOND)];
    let simulation = simulate(sources, 10 * SECOND, 60 * SECOND);
    simulation.until(5).await;
    let polls = simulation.stop().await;
    assert_eq!(polls, [("a".to_owned(), 0, 10)]);
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_panics_harms_nobody_else() {
    let (sources, receiver) = watch::channel(Arc::new(vec![
        source("a", "http://a.vn/", Duration::ZERO),
        source("b", "http://b.vn/", Duration::ZERO),
    ]));
    let start = Instant::now();
    let epoch = Timestamp::UNIX_EPOCH;
    let clock = move || epoch + start.elapsed();
    let polled = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&polled);
    let poll = move |source: Arc<Source>, visit: Visit, _| {
        let log = Arc::clone(&log);
        async move {
            let _visit = visit;
            log.lock().unwrap().push(source.id.to_string());
            assert!(source.id.as_str() != "a", "a fault of ours");
            let due = due(&source, clock() + 600 * SECOND);
            Ended { due: Some(due), reach: Some(Reach::Answered) }
        }
    };
    let (stop, stopped) = watch::channel(false);
    let pulse = Arc::new(Pulse::default());
    let scheduler = Scheduler {
        sources: receiver,
        wishes: Wishes::none(),
        poll,
        first_due: move |source: &Source| due(source, epoch),
        hosts: Arc::default(),
        clock,
        pulse: Arc::clone(&pulse),
    };
    let mut done = JoinSet::new();
    done.spawn(scheduler.run(stopped));
    tokio::time::sleep(1300 * SECOND).await;
    assert!(pulse.last_beat().elapsed() <= NAP_MAX);
    stop.send(true).unwrap();
    done.join_next().await.unwrap().unwrap();
    drop(sources);
    assert_eq!(*polled.lock().unwrap(), ["a", "b", "b", "b"]);
}

#[tokio::test(start_paused = true)]
async fn the_pulse_tells_that_the_loop_lives_and_who_is_next() {
    let simulation = simulate(vec![source("a", "http://a.vn/", Duration::ZERO)], SECOND, 60 * SECOND);
    simulation.until(30).await;
    let epoch: Timestamp = "2026-11-23T06:00:00Z".parse().unwrap();
    assert!(simulation.pulse.last_beat().elapsed() <= NAP_MAX);
    assert_eq!(simulation.pulse.next_due(), epoch + 61 * SECOND);
    simulation.stop().await;
}
