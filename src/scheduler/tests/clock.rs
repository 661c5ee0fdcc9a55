//! What becomes of the plan when the wall clock is set.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_stops_nobody() {
    let simulation = simulate(vec![source("a", "http://a.vn/", Duration::ZERO)], SECOND, 60 * SECOND);
    simulation.until(30).await;
    simulation.set_clock(-10);
    simulation.until(200).await;
    let polls = simulation.stop().await;
    // Seen within a nap, at 31; from then on the whole wait.
    let wanted = [(0, 1), (91, 92), (152, 153)];
    assert_eq!(polls, wanted.map(|(began, ended)| ("a".to_owned(), began, ended)));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_ahead_by_mistake_and_right_again_stops_nobody() {
    let simulation = simulate(vec![source("a", "http://a.vn/", Duration::ZERO)], SECOND, 60 * SECOND);
    simulation.until(30).await;
    simulation.set_clock(100_000);
    simulation.until(40).await;
    simulation.set_clock(0);
    simulation.until(150).await;
    let polls = simulation.stop().await;
    let wanted = [(0, 1), (31, 32), (102, 103)];
    assert_eq!(polls, wanted.map(|(began, ended)| ("a".to_owned(), began, ended)));
}

#[tokio::test(start_paused = true)]
async fn a_host_pauses_as_long_as_it_was_told_whatever_the_clock_says() {
    for hours in [-10, 10] {
        let delay = 10 * SECOND;
        let sources = vec![source("a", "http://a.vn/", delay), source("b", "http://a.vn/b", delay)];
        let simulation = simulate(sources, 3 * SECOND, 100_000 * SECOND);
        simulation.until(5).await;
        simulation.set_clock(hours);
        simulation.until(40).await;
        let polls = simulation.stop().await;
        assert_eq!(polls, [("a".to_owned(), 0, 3), ("b".to_owned(), 13, 16)], "{hours}");
    }
}

#[tokio::test(start_paused = true)]
async fn setting_the_clock_is_no_sign_of_life_or_death() {
    let simulation = simulate(vec![source("a", "http://a.vn/", Duration::ZERO)], SECOND, 60 * SECOND);
    for (second, hours) in [(30, -10), (60, 10), (90, 0)] {
        simulation.until(second).await;
        simulation.set_clock(hours);
        assert!(simulation.pulse.last_beat().elapsed() <= NAP_MAX, "{hours}");
    }
    // The loop has ended: the clock cannot make it look alive.
    let pulse = Arc::clone(&simulation.pulse);
    simulation.set_clock(-10);
    simulation.stop().await;
    tokio::time::sleep(40 * SECOND).await;
    assert!(pulse.last_beat().elapsed() >= 40 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_a_poll_said_by_the_clock_before_it_was_set_back_is_asked_anew() {
    let epoch: Timestamp = "2026-11-23T06:00:00Z".parse().unwrap();
    let now = Moment { wall: epoch, tick: Instant::now() };
    let hour = chrono::TimeDelta::hours(1);
    for (is_set_back, wanted) in [(false, epoch + hour * 9), (true, epoch + hour)] {
        let mut plan = Plan::new(Arc::default());
        plan.take(&[source("a", "http://a.vn/", Duration::ZERO)], |source| due(source, epoch));
        let task = JoinSet::new().spawn(async {}).id();
        let (polled, _visit) = plan.next(now).unwrap();
        plan.begun(task, Arc::clone(&polled), now.tick);
        if is_set_back {
            plan.ask_anew(|source| due(source, epoch + hour));
        }
        let ended = Ended { due: Some(due(&polled, epoch + hour * 9)), reach: None };
        plan.ended(task, ended, now, |source| due(source, epoch + hour));
        let later = Moment { tick: now.tick + SECOND, ..now };
        assert!(plan.next(later).is_none());
        assert_eq!(plan.first(later), Some(wanted));
    }
}

#[tokio::test(start_paused = true)]
async fn the_clock_counts_as_set_back_by_more_than_a_minute_at_once_or_by_and_by() {
    let (epoch, start): (Timestamp, _) = ("2026-11-23T06:00:00Z".parse().unwrap(), Instant::now());
    let mut watch = Watch::new(Moment { wall: epoch, tick: start });
    // Seconds that went by, seconds on the wall.
    let turns = [
        (5, 5, false),
        (10, -50, false),
        (15, -50, true),
        (20, -45, false),
        (25, 8000, false),
        (30, 8000, false),
        (35, 7950, false),
        (40, 7950, true),
        (45, 7950, false),
    ];
    for (tick, wall, wanted) in turns {
        let wall = epoch + chrono::TimeDelta::seconds(wall);
        let was = watch.was_set_back(Moment { wall, tick: start + tick * SECOND });
        assert_eq!(was, wanted, "{tick}");
    }
}
