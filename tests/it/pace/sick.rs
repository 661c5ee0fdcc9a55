//! Those who do not answer: our own network, one host, what is gone, and who says 304 for ever.

use super::*;

#[tokio::test(start_paused = true)]
async fn our_own_outage_grows_no_back_off_and_ends_within_a_minute_of_the_network() {
    let mut world = World::new();
    let sources: Vec<Arc<Source>> = (0..40)
        .map(|number| {
            let id = format!("source-{number}");
            world.publisher(&id, plain);
            Arc::new(source(&id, &format!("http://host-{number}.vn/")))
        })
        .collect();
    // Also from the very beginning, when all are asked at once before anybody knows.
    let early = beginning() + 5 * MINUTE;
    world.outage(beginning(), early);
    let (down, up) = (at(0, 10), at(0, 16));
    world.outage(down, up);
    world.start(&sources);
    world.until(at(1, 0)).await;
    world.stop().await;
    for source in &sources {
        let first = world.visits_of(source.id.as_str()).into_iter().find(|visit| visit.reached).unwrap();
        assert!(first.began < early + MINUTE, "{}: {}", source.id, first.began);
    }

    let visits = world.visits();
    let during: Vec<&Visit> = visits.iter().filter(|visit| !visit.reached).collect();
    assert!(during.iter().all(|visit| visit.state.failures <= 1));
    assert!(during.iter().any(|visit| visit.state.state == State::Offline));
    // A few tries at a time, not everybody again and again: one each five seconds at most.
    assert!(during.len() < 7 * 3600 / 5 + 80, "{}", during.len());
    let back = visits.iter().find(|visit| visit.began >= up).unwrap();
    assert!(back.began < up + MINUTE && back.reached, "{}", back.began);
    // Everybody was due during the outage, and is asked within seconds of its end.
    for source in &sources {
        let first = world.visits_of(source.id.as_str()).into_iter().find(|visit| visit.began >= up).unwrap();
        assert!(first.began < up + MINUTE, "{}: {}", source.id, first.began);
    }
}

#[tokio::test(start_paused = true)]
async fn one_host_that_is_down_backs_off_alone() {
    let mut world = World::new();
    world.publisher("down", |_| failed(State::Unreachable, None, Reach::Silent));
    let mut sources = vec![Arc::new(source("down", "http://down.vn/"))];
    for number in 0..9 {
        let id = format!("source-{number}");
        world.publisher(&id, plain);
        sources.push(Arc::new(source(&id, &format!("http://host-{number}.vn/"))));
    }
    world.start(&sources);
    world.until(at(7, 0)).await;
    world.stop().await;
    let waits: Vec<Duration> = gaps(&world.visits_of("down")).into_iter().map(|(gap, _)| gap).collect();
    for (failures, wait) in waits.iter().enumerate() {
        let doubled = (15 * MINUTE * (1 << failures)).min(DAY * 10 / 11);
        assert!((doubled..=doubled + doubled / 10 + SLACK).contains(wait), "{failures}: {wait:?}");
    }
    // Never given up.
    assert!(waits.len() >= 12, "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn over_weeks_what_is_gone_is_asked_once_a_week_and_so_is_who_says_304_for_ever() {
    let mut world = World::new();
    world.publisher("gone", |_| failed(State::Gone, None, Reach::Answered));
    world.publisher("missing", |_| failed(State::Missing, None, Reach::Answered));
    world.publisher(
        "frozen",
        |asked| {
            if asked.at < at(0, 1) { plain(asked) } else { not_modified(None).into() }
        },
    );
    let sources = ["gone", "missing", "frozen"].map(|id| Arc::new(source(id, &format!("http://{id}.vn/"))));
    world.start(&sources);
    world.until(at(34, 0)).await;
    world.stop().await;
    for (id, from_day) in [("gone", 3), ("missing", 11)] {
        let late: Vec<Visit> =
            world.visits_of(id).into_iter().filter(|visit| visit.began >= at(from_day, 0)).collect();
        assert!(late.len() >= 3, "{id}: {}", late.len());
        assert!(late.iter().all(|visit| visit.state.state == State::Gone), "{id}");
        for (gap, when) in gaps(&late) {
            assert!((7 * DAY..8 * DAY).contains(&gap), "{id}: {gap:?} at {when}");
        }
    }
    let frozen = world.visits_of("frozen");
    let whole: Vec<Timestamp> = frozen
        .iter()
        .filter(|visit| visit.unconditional && visit.began > at(0, 1))
        .map(|visit| visit.began)
        .collect();
    assert!((3..=4).contains(&whole.len()), "{whole:?}");
    assert!(whole.windows(2).all(|pair| pair[1] - pair[0] >= chrono::TimeDelta::days(7)), "{whole:?}");
    assert!(frozen.len() > 50);
    assert_eq!(frozen.last().unwrap().state.state, State::Silent);
}
