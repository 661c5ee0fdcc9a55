use std::collections::HashSet;

use tokio::task::JoinSet;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn host(url: &str) -> Host {
    Host::of(&Url::parse(url).unwrap())
}

fn id(text: &str) -> SourceId {
    SourceId::new(text).unwrap()
}

/// Turns the queues until so long after the start, as the scheduler does; those that get their turn from a queue.
async fn turn(hosts: &Hosts, start: Instant, seconds: u32) -> Vec<String> {
    let mut got = Vec::new();
    while Instant::now() < start + seconds * SECOND {
        while let Some(id) = hosts.freed(Instant::now(), |_, _| true) {
            got.push(id.to_string());
        }
        tokio::time::sleep(SECOND / 10).await;
    }
    got
}

#[test]
fn a_host_is_a_name_and_a_port() {
    let one: HashSet<Host> =
        ["http://A.vn/x", "http://a.vn.:80/y", "http://a.vn?q"].into_iter().map(host).collect();
    assert_eq!(one.len(), 1);
    let many = ["http://a.vn/", "https://a.vn/", "http://a.vn:8080/", "http://b.vn/", "http://[::1]/"];
    assert_eq!(many.into_iter().map(host).collect::<HashSet<Host>>().len(), 5);
}

/// The visit of who asks for a host and gets it, with a second's pause after it.
fn visit(hosts: &Arc<Hosts>, name: &str, host: &Host) -> Visit {
    match hosts.claim(&id(name), host, SECOND, Instant::now()) {
        Turn::Now(visit) => visit,
        other => panic!("{name}: {other:?}"),
    }
}

fn queue(hosts: &Arc<Hosts>, name: &str, host: &Host) {
    assert!(matches!(hosts.claim(&id(name), host, SECOND, Instant::now()), Turn::Queued), "{name}");
}

/// The way of a poll that begins at a host of its own.
fn way(hosts: &Arc<Hosts>, name: &str) -> Itinerary {
    Itinerary::new(visit(hosts, name, &host(&format!("http://{name}.vn/"))))
}

/// Whether it is still waiting after one look at it.
async fn waits<F: Future + Unpin>(future: &mut F) -> bool {
    tokio::time::timeout(Duration::ZERO, future).await.is_err()
}

#[tokio::test(start_paused = true)]
async fn a_host_that_wants_to_be_left_alone_is_for_as_long_as_it_asked_last_at_most() {
    let (hosts, a, start) = (Arc::new(Hosts::default()), host("http://a.vn/"), Instant::now());
    hosts.hold(&a, 60 * SECOND, start);
    hosts.hold(&a, 10 * SECOND, start);
    let held = hosts.claim(&id("a"), &a, SECOND, start + 59 * SECOND);
    assert!(matches!(held, Turn::Held(until) if until == start + 60 * SECOND), "{held:?}");
    assert!(matches!(hosts.claim(&id("a"), &a, SECOND, start + 60 * SECOND), Turn::Now(_)));
    hosts.hold(&a, Duration::MAX, start);
    assert_eq!(hosts.held(&a, start), Some(start + PAUSE_MAX));
}

#[tokio::test(start_paused = true)]
async fn a_visitor_waits_behind_who_came_first_and_before_who_comes_later() {
    let (hosts, a, start) = (Arc::new(Hosts::default()), host("http://a.vn/"), Instant::now());
    let first = visit(&hosts, "first", &a);
    let mut visits = JoinSet::new();
    let (mut way, there) = (way(&hosts, "home"), a.clone());
    visits.spawn(async move {
        way.go(&there).await.unwrap();
        let arrived = start.elapsed();
        tokio::time::sleep(3 * SECOND).await;
        arrived
    });
    tokio::task::yield_now().await;
    queue(&hosts, "last", &a);
    tokio::time::sleep(SECOND).await;
    drop(first);
    assert_eq!(turn(&hosts, start, 20).await, ["last"]);
    assert_eq!(visits.join_next().await.unwrap().unwrap().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn between_two_requests_of_one_poll_to_one_host_there_is_the_pause_too() {
    let (hosts, start) = (Arc::new(Hosts::default()), Instant::now());
    let (home, other) = (host("http://a.vn/"), host("https://a.vn/"));
    let mut turning = JoinSet::new();
    let scheduler = Arc::clone(&hosts);
    turning.spawn(async move { turn(&scheduler, start, 60).await });
    let mut way = Itinerary::new(visit(&hosts, "a", &home));
    // Each request takes a second, and so does the pause.
    for (next, at) in [(&home, 0), (&home, 2), (&other, 3), (&home, 4), (&home, 6)] {
        way.go(next).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), at, "{next:?}");
        tokio::time::sleep(SECOND).await;
        way.asked();
    }
    turning.abort_all();
}

#[tokio::test(start_paused = true)]
async fn who_goes_on_gives_free_where_it_was_so_that_no_two_wait_for_each_other() {
    let (hosts, start) = (Arc::new(Hosts::default()), Instant::now());
    let (x, y) = (host("http://x.vn/"), host("http://y.vn/"));
    let (mut one, mut two) = (way(&hosts, "x"), way(&hosts, "y"));
    queue(&hosts, "third", &x);
    let mut both = JoinSet::new();
    both.spawn(async move { one.go(&y).await });
    both.spawn(async move { two.go(&x).await });
    assert_eq!(turn(&hosts, start, 10).await, ["third"]);
    // The second waits behind the third, which here never ends.
    assert_eq!(both.join_next().await.unwrap().unwrap(), Ok(()));
    assert!(start.elapsed() < 11 * SECOND);
    both.abort_all();
}

#[tokio::test(start_paused = true)]
async fn a_visit_ends_with_the_poll_however_that_ends() {
    let (hosts, a) = (Arc::new(Hosts::default()), host("http://a.vn/"));
    let (mut one, mut two) = (way(&hosts, "one"), way(&hosts, "two"));
    one.go(&a).await.unwrap();
    let mut waiting = Box::pin(two.go(&a));
    assert!(waits(&mut waiting).await);
    // Its turn comes when nobody is there any more.
    drop(waiting);
    drop((one, two));
    turn(&hosts, Instant::now(), 3).await;
    assert!(hosts.queues().is_empty());
}

#[tokio::test(start_paused = true)]
async fn nobody_visits_a_host_that_wants_to_be_left_alone_or_waits_for_ever() {
    let (hosts, a, start) = (Arc::new(Hosts::default()), host("http://a.vn/"), Instant::now());
    hosts.hold(&a, 60 * SECOND, start);
    assert_eq!(way(&hosts, "home").go(&a).await, Err(Unwelcome::Held(60 * SECOND)));
    let b = host("http://b.vn/");
    let _taken = visit(&hosts, "b", &b);
    let mut patient = way(&hosts, "patient");
    assert_eq!(patient.go(&b).await, Err(Unwelcome::Busy));
    assert_eq!(start.elapsed().as_secs(), 300);
    // On all its way together.
    assert_eq!(patient.go(&b).await, Err(Unwelcome::Busy));
    assert_eq!(start.elapsed().as_secs(), 300);
    // Told while it waits.
    let mut late = way(&hosts, "late");
    let mut waiting = Box::pin(late.go(&b));
    assert!(waits(&mut waiting).await);
    hosts.hold(&b, 60 * SECOND, Instant::now());
    assert_eq!(hosts.dismiss(&b), []);
    assert_eq!(waiting.await, Err(Unwelcome::Held(60 * SECOND)));
}

#[tokio::test(start_paused = true)]
async fn only_so_many_visitors_wait_for_one_host() {
    let (hosts, a) = (Arc::new(Hosts::default()), host("http://a.vn/"));
    let _taken = visit(&hosts, "a", &a);
    let mut ways: Vec<Itinerary> = (0..17).map(|number| way(&hosts, &format!("s{number}"))).collect();
    let mut last = ways.pop().unwrap();
    let mut all: Vec<_> = ways.iter_mut().map(|way| Box::pin(way.go(&a))).collect();
    for waiting in &mut all {
        assert!(waits(waiting).await);
    }
    let start = Instant::now();
    assert_eq!(last.go(&a).await, Err(Unwelcome::Busy));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_visitor_gets_its_turn_also_while_no_source_may_begin() {
    let (hosts, a, start) = (Arc::new(Hosts::default()), host("http://a.vn/"), Instant::now());
    let first = visit(&hosts, "first", &a);
    let mut way = way(&hosts, "home");
    let mut visit = Box::pin(way.go(&a));
    assert!(waits(&mut visit).await);
    queue(&hosts, "last", &a);
    drop(first);
    hosts.settle(start);
    assert!(waits(&mut visit).await);
    hosts.settle(start + SECOND);
    assert_eq!(visit.await, Ok(()));
    assert_eq!((hosts.first_free(), hosts.freed(start + 9 * SECOND, |_, _| true)), (None, None));
    drop(way);
    assert_eq!(hosts.freed(Instant::now() + SECOND, |_, _| true), Some(id("last")));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_no_longer_waits_is_passed_over_and_the_host_forgotten_with_the_last() {
    let (hosts, a, start) = (Arc::new(Hosts::default()), host("http://a.vn/"), Instant::now());
    let first = visit(&hosts, "first", &a);
    for name in ["gone", "here", "dismissed"] {
        queue(&hosts, name, &a);
    }
    drop(first);
    hosts.settle(start + SECOND);
    assert_eq!(hosts.freed(start + SECOND, |id, _| id.as_str() != "gone"), Some(id("here")));
    let here = visit(&hosts, "here", &a);
    assert_eq!(hosts.dismiss(&a), [id("dismissed")]);
    drop(here);
    assert_eq!(hosts.freed(start + 2 * SECOND, |_, _| true), None);
    assert!(hosts.queues().is_empty());
}
