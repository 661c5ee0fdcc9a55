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

#[tokio::test(start_paused = true)]
async fn a_host_that_wants_to_be_left_alone_is_for_as_long_as_it_asked_last_at_most() {
    let (hosts, a, start) = (Hosts::default(), host("http://a.vn/"), Instant::now());
    hosts.hold(&a, 60 * SECOND, start);
    hosts.hold(&a, 10 * SECOND, start);
    assert_eq!(hosts.claim(&id("a"), &a, start + 59 * SECOND), Turn::Held(start + 60 * SECOND));
    assert_eq!(hosts.claim(&id("a"), &a, start + 60 * SECOND), Turn::Now);
    hosts.hold(&a, Duration::MAX, start);
    assert_eq!(hosts.held(&a, start), Some(start + PAUSE_MAX));
}

#[tokio::test(start_paused = true)]
async fn a_visitor_waits_behind_who_came_first_and_before_who_comes_later() {
    let (hosts, a, start) = (Arc::new(Hosts::default()), host("http://a.vn/"), Instant::now());
    assert_eq!(hosts.claim(&id("first"), &a, start), Turn::Now);
    let mut visits = JoinSet::new();
    let mut way = Itinerary::new(Arc::clone(&hosts), host("http://home.vn/"), 2 * SECOND);
    let there = a.clone();
    visits.spawn(async move {
        way.go(&there).await.unwrap();
        let arrived = start.elapsed();
        tokio::time::sleep(3 * SECOND).await;
        way.asked();
        arrived
    });
    tokio::task::yield_now().await;
    assert_eq!(hosts.claim(&id("last"), &a, start), Turn::Queued);
    hosts.release(&a, 2 * SECOND, start + SECOND);
    assert_eq!(turn(&hosts, start, 20).await, ["last"]);
    assert_eq!(visits.join_next().await.unwrap().unwrap().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn between_two_requests_of_one_poll_to_one_host_there_is_the_pause_too() {
    let (hosts, start) = (Arc::new(Hosts::default()), Instant::now());
    let (home, other) = (host("http://a.vn/"), host("https://a.vn/"));
    let mut way = Itinerary::new(Arc::clone(&hosts), home.clone(), 2 * SECOND);
    // Each request takes a second.
    for (next, at) in [(&home, 0), (&home, 3), (&other, 4), (&home, 6), (&other, 8)] {
        // The scheduler's part.
        hosts.freed(Instant::now(), |_, _| true);
        way.go(next).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), at, "{next:?}");
        tokio::time::sleep(SECOND).await;
        way.asked();
        if at == 6 {
            hosts.freed(start + 7 * SECOND, |_, _| true);
            tokio::time::sleep(SECOND).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_visit_ends_with_the_poll_however_that_ends() {
    let (hosts, a) = (Arc::new(Hosts::default()), host("http://a.vn/"));
    let way = || Itinerary::new(Arc::clone(&hosts), host("http://home.vn/"), SECOND);
    // One that has its turn, one that waits for it, one whose turn comes when nobody is there any more.
    let (mut one, mut two) = (way(), way());
    one.go(&a).await.unwrap();
    let mut waiting = Box::pin(two.go(&a));
    assert!(futures_poll(&mut waiting).await);
    drop(waiting);
    drop(one);
    let start = Instant::now();
    turn(&hosts, start, 2).await;
    assert_eq!(hosts.claim(&id("a"), &a, Instant::now()), Turn::Now);
}

/// Whether it is still waiting after one look at it.
async fn futures_poll<F: Future + Unpin>(future: &mut F) -> bool {
    tokio::time::timeout(Duration::ZERO, future).await.is_err()
}

#[tokio::test(start_paused = true)]
async fn nobody_visits_a_host_that_wants_to_be_left_alone_or_waits_for_ever() {
    let (hosts, a, start) = (Arc::new(Hosts::default()), host("http://a.vn/"), Instant::now());
    let mut way = Itinerary::new(Arc::clone(&hosts), host("http://home.vn/"), SECOND);
    hosts.hold(&a, 60 * SECOND, start);
    assert_eq!(way.go(&a).await, Err(Unwelcome::Held(60 * SECOND)));
    let b = host("http://b.vn/");
    assert_eq!(hosts.claim(&id("b"), &b, start), Turn::Now);
    assert_eq!(way.go(&b).await, Err(Unwelcome::Busy));
    assert_eq!(start.elapsed().as_secs(), 300);
    // Told while it waits.
    let mut waiting = Box::pin(way.go(&b));
    assert!(futures_poll(&mut waiting).await);
    hosts.hold(&b, 60 * SECOND, Instant::now());
    assert_eq!(hosts.dismiss(&b), []);
    assert_eq!(waiting.await, Err(Unwelcome::Held(60 * SECOND)));
}

#[tokio::test(start_paused = true)]
async fn a_visitor_gets_its_turn_also_while_no_source_may_begin() {
    let (hosts, a, start) = (Arc::new(Hosts::default()), host("http://a.vn/"), Instant::now());
    assert_eq!(hosts.claim(&id("first"), &a, start), Turn::Now);
    let mut way = Itinerary::new(Arc::clone(&hosts), host("http://home.vn/"), SECOND);
    let mut visit = Box::pin(way.go(&a));
    assert!(futures_poll(&mut visit).await);
    assert_eq!(hosts.claim(&id("last"), &a, start), Turn::Queued);
    hosts.release(&a, 2 * SECOND, start);
    assert_eq!(hosts.first_free(), Some(start + 2 * SECOND));
    hosts.settle(start + SECOND);
    assert!(futures_poll(&mut visit).await);
    hosts.settle(start + 2 * SECOND);
    assert_eq!(visit.await, Ok(()));
    assert_eq!((hosts.first_free(), hosts.freed(start + 9 * SECOND, |_, _| true)), (None, None));
    drop(way);
    assert_eq!(hosts.freed(Instant::now() + SECOND, |_, _| true), Some(id("last")));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_no_longer_waits_is_passed_over_and_the_host_forgotten_with_the_last() {
    let (hosts, a, start) = (Hosts::default(), host("http://a.vn/"), Instant::now());
    assert_eq!(hosts.claim(&id("first"), &a, start), Turn::Now);
    for name in ["gone", "here", "dismissed"] {
        assert_eq!(hosts.claim(&id(name), &a, start), Turn::Queued);
    }
    hosts.release(&a, SECOND, start);
    hosts.settle(start + SECOND);
    assert_eq!(hosts.freed(start + SECOND, |id, _| id.as_str() != "gone"), Some(id("here")));
    assert_eq!(hosts.claim(&id("here"), &a, start + SECOND), Turn::Now);
    assert_eq!(hosts.dismiss(&a), [id("dismissed")]);
    hosts.release(&a, SECOND, start + SECOND);
    assert_eq!(hosts.freed(start + 2 * SECOND, |_, _| true), None);
    assert!(hosts.queues().is_empty());
}
