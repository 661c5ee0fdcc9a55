//! Seven days of polling in a few seconds, with restarts and reloads in them: nobody is asked sooner than they asked
//! for, nobody is forgotten, and nobody's misbehaviour costs anybody else.

mod sick;
mod world;

use std::{sync::Arc, time::Duration};

use tintinh::model::{Hints, Reach, Skip, Source, State, Timestamp};
use world::{Answer, Asked, Visit, World, beginning, every, failed, not_modified, read, source};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// What waiting for one's turn at a host and for the loop may add to a wait.
const SLACK: Duration = Duration::from_mins(2);

/// What a source asks for, and the least and the most that may pass from the end of a poll to the next beginning.
struct Rule {
    name: &'static str,
    source: Source,
    answer: fn(&Asked) -> Answer,
    least: Duration,
    most: Duration,
}

fn fresh_for(max_age: Duration) -> Hints {
    Hints { max_age: Some(max_age), retry_after: None }
}

fn plain(asked: &Asked) -> Answer {
    read(asked.at, Hints::default(), None, Skip::default(), MINUTE).into()
}

fn rule(name: &'static str, answer: fn(&Asked) -> Answer, least: Duration, most: Duration) -> Rule {
    let source = source(&name.replace(' ', "-"), &format!("http://{}.vn/", name.replace(' ', "-")));
    Rule { name, source, answer, least, most }
}

/// Sources that always answer alike. A tenth of the wait is jitter.
fn rules() -> Vec<Rule> {
    let tenth_more = |wait: Duration| wait + wait / 10 + SLACK;
    let mut interval = rule("interval", plain, HOUR, tenth_more(HOUR));
    interval.source = every(HOUR, interval.source);
    vec![
        interval,
        rule("lively", plain, 15 * MINUTE, tenth_more(15 * MINUTE)),
        rule(
            "daily",
            |asked| read(asked.at, Hints::default(), None, Skip::default(), DAY).into(),
            3 * HOUR,
            tenth_more(3 * HOUR),
        ),
        rule(
            "max age on 200",
            |asked| read(asked.at, fresh_for(2 * HOUR), None, Skip::default(), MINUTE).into(),
            2 * HOUR,
            tenth_more(2 * HOUR),
        ),
        rule(
            "max age on 304",
            |asked| {
                if asked.unconditional { plain(asked) } else { not_modified(Some(5 * HOUR)).into() }
            },
            // The first answer is a 200 without one; and the longer nothing new comes, the slower the pace.
            15 * MINUTE,
            DAY,
        ),
        rule(
            "max age of sixteen years",
            |asked| read(asked.at, fresh_for(16 * 365 * DAY), None, Skip::default(), MINUTE).into(),
            DAY,
            DAY + SLACK,
        ),
        rule(
            "ttl",
            |asked| read(asked.at, Hints::default(), Some(3 * HOUR), Skip::default(), MINUTE).into(),
            3 * HOUR,
            tenth_more(3 * HOUR),
        ),
        rule(
            "retry after 429",
            |_| failed(State::Throttled, Some(6 * HOUR), Reach::Answered).into(),
            6 * HOUR,
            // A day is the most that back-off comes to.
            DAY + SLACK,
        ),
        rule(
            "retry after 503",
            |_| failed(State::Unavailable, Some(6 * HOUR), Reach::Answered).into(),
            6 * HOUR,
            DAY + SLACK,
        ),
        rule(
            "retry after a century",
            |_| failed(State::Unavailable, Some(36_500 * DAY), Reach::Answered).into(),
            DAY,
            DAY + SLACK,
        ),
        rule("errors", |_| failed(State::Refused, None, Reach::Answered).into(), 15 * MINUTE, DAY + SLACK),
    ]
}

/// In GMT, at night and all of Sunday.
fn at_night() -> Skip {
    Skip { hours: 0b11_1111, days: 0b100_0000 }
}

fn at(day: u32, hour: u32) -> Timestamp {
    beginning() + day * DAY + hour * HOUR
}

fn gaps(visits: &[Visit]) -> Vec<(Duration, Timestamp)> {
    let pairs = visits.windows(2);
    pairs.map(|pair| ((pair[1].began - pair[0].ended).to_std().unwrap(), pair[1].began)).collect()
}

/// The sources of the week, its publishers set up: the rules, a host of twenty sources, those that skip, and some more.
fn week(world: &World) -> Vec<Arc<Source>> {
    let mut sources = Vec::new();
    for Rule { source, answer, .. } in rules() {
        world.publisher(source.id.as_str(), answer);
        sources.push(source);
    }
    for number in 0..20 {
        let id = format!("commune-{number}");
        world.publisher(&id, plain);
        sources.push(source(&id, &format!("http://communes.vn/{number}")));
    }
    world.publisher("skips", |asked| read(asked.at, Hints::default(), None, at_night(), MINUTE));
    sources.push(source("skips", "http://skips.vn/"));
    let always = Skip { hours: 0x00ff_ffff, days: 0 };
    world.publisher("always-skips", move |asked| read(asked.at, Hints::default(), None, always, MINUTE));
    sources.push(source("always-skips", "http://always-skips.vn/"));
    sources.into_iter().map(Arc::new).collect()
}

/// Seven days with a restart each day, one of them at once after another, and a reload that changes nothing.
async fn live_through(world: &mut World, sources: &[Arc<Source>]) {
    world.start(sources);
    for day in 0..7 {
        world.until(at(day, 9)).await;
        world.reload(sources);
        world.until(at(day, 13)).await;
        world.stop().await;
        world.start(sources);
        if day == 3 {
            world.stop().await;
            world.start(sources);
        }
    }
    world.until(at(7, 0)).await;
    world.stop().await;
}

#[tokio::test(start_paused = true)]
async fn for_a_week_nobody_is_asked_sooner_than_they_asked_for_or_forgotten() {
    let mut world = World::new();
    let sources = week(&world);
    live_through(&mut world, &sources).await;

    for Rule { name, source, least, most, .. } in rules() {
        let visits = world.visits_of(source.id.as_str());
        // The week was lived through.
        assert!(visits.len() >= 6, "{name}: {}", visits.len());
        for (gap, when) in gaps(&visits) {
            assert!((least..=most).contains(&gap), "{name}: {gap:?} at {when}");
        }
    }
    // As each answer said it, also where answers differ.
    let fresh = world.visits_of("max-age-on-304");
    assert!(gaps(&fresh)[1..].iter().all(|(gap, _)| *gap >= 5 * HOUR));

    let skips = world.visits_of("skips");
    // Midnight, when it was not known yet; from six to midnight on six days, about four an hour.
    assert!(skips.len() > 300, "{}", skips.len());
    let mut on_sunday = 0;
    for visit in &skips[1..] {
        let hours = (visit.began - beginning()).num_hours();
        assert!(hours % 24 >= 6, "asked in a skipped hour: {}", visit.began);
        on_sunday += u32::from(hours / 24 == 6);
    }
    // Nobody waits for longer than a day: from Saturday's last poll on.
    assert_eq!(on_sunday, 1);
    // Nonsense counts as a day.
    assert_eq!(world.visits_of("always-skips").len(), 7);
    a_host_had_one_request_at_a_time_and_two_seconds_between(&world);
}

fn a_host_had_one_request_at_a_time_and_two_seconds_between(world: &World) {
    let visits: Vec<Visit> =
        world.visits().into_iter().filter(|visit| visit.host == "communes.vn:80").collect();
    assert!(visits.len() > 20 * 7 * 24 * 3, "{}", visits.len());
    let mut restarted = 0;
    for pair in visits.windows(2) {
        let pause = pair[1].began - pair[0].ended;
        // What a host's last poll before a restart was is not remembered to the second.
        let restart = (0..7).any(|day| (pair[0].ended..=pair[1].began).contains(&at(day, 13)));
        restarted += u32::from(restart);
        assert!(restart || pause >= chrono::TimeDelta::seconds(2), "{pause} at {}", pair[1].began);
    }
    assert!(restarted <= 8);
}

#[tokio::test(start_paused = true)]
async fn sources_that_begin_together_drift_apart() {
    let mut world = World::new();
    let sources: Vec<Arc<Source>> = (0..50)
        .map(|number| {
            let id = format!("source-{number}");
            world.publisher(&id, plain);
            Arc::new(every(HOUR, source(&id, &format!("http://host-{number}.vn/"))))
        })
        .collect();
    world.start(&sources);
    world.until(at(2, 0)).await;
    world.stop().await;
    let visits = world.visits();
    let together =
        |from: Timestamp| visits.iter().filter(|visit| (from..from + MINUTE).contains(&visit.began)).count();
    assert_eq!(together(beginning()), 50);
    // An hour of the second day: no minute sees a fifth of them.
    let busiest = (0..60).map(|minute| together(at(1, 12) + minute * MINUTE)).max().unwrap();
    assert!(busiest < 10, "{busiest}");
}

#[tokio::test(start_paused = true)]
async fn a_429_holds_the_whole_host_over_a_restart_and_its_sources_come_back_apart() {
    for asks_for in [Some(2 * HOUR), None] {
        let mut world = World::new();
        let mut sources = Vec::new();
        for number in 0..20 {
            let id = format!("commune-{number}");
            // One of them is told, at noon.
            world.publisher(&id, move |asked| {
                let told = number == 7 && (at(0, 12)..at(0, 13)).contains(&asked.at);
                if told { failed(State::Throttled, asks_for, Reach::Answered).into() } else { plain(asked) }
            });
            sources.push(Arc::new(source(&id, &format!("http://communes.vn/{number}"))));
        }
        world.publisher("neighbour", plain);
        sources.push(Arc::new(source("neighbour", "http://communes.vn:8080/")));
        world.start(&sources);
        world.until(at(0, 12) + 20 * MINUTE).await;
        world.stop().await;
        world.start(&sources);
        world.until(at(1, 0)).await;
        world.stop().await;

        let visits = world.visits();
        let told = visits.iter().find(|visit| visit.state.state == State::Throttled).unwrap();
        let hold = asks_for.unwrap_or(30 * MINUTE);
        let at_host = |visit: &&Visit| visit.host == "communes.vn:80" && visit.began > told.ended;
        let after: Vec<&Visit> = visits.iter().filter(at_host).collect();
        let left_alone = (after[0].began - told.ended).to_std().unwrap();
        assert!(left_alone >= hold, "{asks_for:?}: {left_alone:?}");
        let first_of_each: Vec<Timestamp> = sources[..20]
            .iter()
            .map(|source| after.iter().find(|visit| visit.id == source.id.as_str()).unwrap().began)
            .collect();
        let (first, last) = (first_of_each.iter().min().unwrap(), first_of_each.iter().max().unwrap());
        assert!(*last - *first >= chrono::TimeDelta::minutes(8), "{asks_for:?}: {}", *last - *first);
        // Another port is another host.
        let neighbour = world.visits_of("neighbour");
        assert!(gaps(&neighbour).iter().all(|(gap, _)| *gap < 17 * MINUTE + SLACK));
    }
}

#[tokio::test(start_paused = true)]
async fn one_source_that_is_told_429_for_ever_starves_nobody_at_its_host() {
    for (longest, asks_for) in [(DAY, None), (30 * MINUTE, None), (DAY, Some(DAY))] {
        let mut world = World::new();
        world.publisher("a-refused", move |_| failed(State::Throttled, asks_for, Reach::Answered));
        let at_host = |id: &str| {
            let mut source = source(id, &format!("http://communes.vn/{id}"));
            source.pace.max_interval = longest;
            Arc::new(source)
        };
        let mut sources = vec![at_host("a-refused")];
        for number in 0..5 {
            let id = format!("commune-{number}");
            world.publisher(&id, plain);
            sources.push(at_host(&id));
        }
        world.start(&sources);
        world.until(at(4, 0)).await;
        world.stop().await;
        for source in &sources[1..] {
            let visits = world.visits_of(source.id.as_str()).len();
            assert!(visits >= 3, "{longest:?} {asks_for:?}: {} was asked {visits} times", source.id);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_moved_feed_is_asked_at_its_new_host_after_days_also_over_restarts() {
    let mut world = World::new();
    let new = "http://new.vn/rss";
    world.publisher("moved", move |asked| {
        let moved = (asked.url.as_str() != new).then(|| new.parse().unwrap());
        Answer { moved, ..plain(asked) }
    });
    let sources = [Arc::new(every(6 * HOUR, source("moved", "http://old.vn/rss")))];
    live_through(&mut world, &sources).await;
    for visit in world.visits() {
        let days = (visit.began - beginning()).num_days();
        let host = if days < 3 { "old.vn:80" } else { "new.vn:80" };
        // The poll that completes the three days is still sent to the old one.
        let completes = days == 3 && visit.state.moved.as_ref().is_some_and(|moved| moved.times <= 13);
        assert!(visit.host == host || completes, "day {days}: {}", visit.url);
    }
    assert!(world.visits().iter().filter(|visit| visit.host == "new.vn:80").count() > 10);
}

#[tokio::test(start_paused = true)]
async fn a_reload_with_other_settings_takes_effect_at_once_and_asks_nobody_sooner_than_they_asked_for() {
    let mut world = World::new();
    world.publisher("fresh", |asked| read(asked.at, fresh_for(4 * HOUR), None, Skip::default(), MINUTE));
    world.publisher("plain", plain);
    let both = |interval| {
        ["fresh", "plain"].map(|id| Arc::new(every(interval, source(id, &format!("http://{id}.vn/")))))
    };
    world.start(&both(12 * HOUR));
    world.until(at(0, 1)).await;
    world.reload(&both(30 * MINUTE));
    world.until(at(0, 2)).await;
    // Gone, and here again.
    world.reload(&both(30 * MINUTE)[1..]);
    world.until(at(0, 3)).await;
    world.reload(&both(30 * MINUTE));
    world.until(at(1, 0)).await;
    world.stop().await;
    let fresh = gaps(&world.visits_of("fresh"));
    assert!(fresh.len() >= 4 && fresh.iter().all(|(gap, _)| *gap >= 4 * HOUR), "{fresh:?}");
    let plain = world.visits_of("plain");
    assert!(plain[1].began < at(0, 1) + SLACK, "{}", plain[1].began);
    assert!(gaps(&plain)[1..].iter().all(|(gap, _)| (30 * MINUTE..35 * MINUTE).contains(gap)));
}
