//! The scheduler, the cadence and the board for each poll that is due, with a network that takes no time. Sources are
//! spread over hosts as the nation's would be, and for each number of them the same number is due each second.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tintinh::{
    board::Board,
    cadence::{self, Circumstances},
    hosts::{Host, Visit},
    model::{Hints, Outcome, Reach, Source, SourceId, SourceState, Timestamp, Validators},
    scheduler::{Due, Ended, Pulse, Scheduler, Wishes},
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::usage::Usage;

/// Polls that are timed.
const POLLS: usize = 200_000;
/// Polls that are due in a second.
const A_SECOND: usize = 100;
/// 40,000 sources on 3,000 hosts.
const SOURCES_A_HOST: usize = 13;

/// A line for each number of sources.
pub fn report() -> io::Result<String> {
    let mut report = String::new();
    let mut few = None;
    for sources in [1_000, 10_000, 40_000] {
        // The clock is tokio's, and jumps from one thing to do to the next.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        let each = runtime.block_on(each_poll(sources));
        let ratio = each.as_secs_f64() / few.get_or_insert(each).as_secs_f64();
        let _ = writeln!(report, "{sources:6} sources: {each:7.2?} a due poll, ratio {ratio:.2}");
    }
    Ok(report)
}

async fn each_poll(count: usize) -> Duration {
    let every = Duration::from_secs((count / A_SECOND) as u64);
    let sources: Vec<Arc<Source>> = (0..count).map(|number| Arc::new(source(number, every))).collect();
    let start = Instant::now();
    let epoch: Timestamp = Timestamp::from_timestamp_millis(1_795_000_000_000).unwrap_or_default();
    let clock = move || epoch + start.elapsed();
    let board = Arc::new(Board::new(states(&sources, epoch, every)));
    let polled = Arc::new(AtomicUsize::new(0));

    let known = Arc::clone(&board);
    let first_due = move |source: &Source| {
        let at = cadence::due(&known.state(&source.id), source, clock());
        Due { at, host: Host::of(&source.url) }
    };
    let counted = Arc::clone(&polled);
    let poll = move |source: Arc<Source>, visit: Visit, offline| {
        let (board, polled) = (Arc::clone(&board), Arc::clone(&counted));
        async move {
            let _visit = visit;
            let now = clock();
            let outcome = Outcome::NotModified(Hints::default());
            let circumstances =
                Circumstances { now, chance: 0.5, offline, unconditional: false, moved: None };
            let after = cadence::conclude(&board.state(&source.id), &source, &outcome, &circumstances);
            let due = Due { at: after.next_poll, host: Host::of(&source.url) };
            board.set(&source.id, after);
            polled.fetch_add(1, Ordering::Relaxed);
            Ended { due: Some(due), reach: Some(Reach::Answered) }
        }
    };
    let (_sources, sources) = watch::channel(Arc::new(sources));
    let (stop, stopped) = watch::channel(false);
    let scheduler = Scheduler {
        sources,
        wishes: Wishes::none(),
        poll,
        first_due,
        hosts: Arc::default(),
        clock,
        pulse: Arc::new(Pulse::default()),
    };
    let mut running = JoinSet::new();
    running.spawn(scheduler.run(stopped));
    // Once round, so that all is warm.
    until(&polled, count).await;
    let (before, usage) = (polled.load(Ordering::Relaxed), Usage::begin());
    until(&polled, before + POLLS).await;
    let took = usage.so_far();
    let polls = polled.load(Ordering::Relaxed) - before;
    stop.send_replace(true);
    while running.join_next().await.is_some() {}
    took / u32::try_from(polls).unwrap_or(u32::MAX)
}

async fn until(polled: &AtomicUsize, count: usize) {
    while polled.load(Ordering::Relaxed) < count {
        sleep(Duration::from_secs(10)).await;
    }
}

/// All polled once, and due one after the other.
fn states(sources: &[Arc<Source>], epoch: Timestamp, every: Duration) -> HashMap<SourceId, SourceState> {
    let count = u32::try_from(sources.len()).unwrap_or(u32::MAX);
    let validators = Validators { etag: Some(b"\"5f3a-61\"".to_vec()), last_modified: None };
    let state = |number: u32| SourceState {
        last_poll: Some(epoch),
        last_whole: Some(epoch),
        next_poll: epoch + every * number / count,
        validators: validators.clone(),
        ..SourceState::default()
    };
    (0..).zip(sources).map(|(number, source)| (source.id.clone(), state(number))).collect()
}

fn source(number: usize, every: Duration) -> Source {
    let url = format!("http://xa-{}.gov.vn/rss/{number}", number / SOURCES_A_HOST);
    crate::cycle::source(number, &url, every)
}
