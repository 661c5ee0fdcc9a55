//! A cycle of a thousand sources that all answer 304, with everything that a poll does (scheduler, fetch, cadence, store
//! on a disk), beside bare reqwest sending the same conditional requests over as many connections.

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
    app::clock,
    board::Board,
    fetch::{Fetcher, Introduction, Network},
    hosts::{Host, Hosts},
    model::{Source, SourceState, Timestamp, Validators},
    poll::Poller,
    scheduler::{Due, Ended, Pulse, Scheduler},
    store::Store,
};
use tokio::{sync::watch, task::JoinSet, time::sleep};

use crate::{
    origin::{HOSTS, Publishers},
    usage::Usage,
};

const SOURCES: usize = 1_000;
/// Cycles of each side that are timed, in turn; the median counts.
const ROUNDS: usize = 9;
const DAY: Duration = Duration::from_hours(24);

/// One line.
pub fn report() -> io::Result<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let publishers = Publishers::start()?;
        let (ours, bare) = compare(&publishers).await.map_err(io::Error::other)?;
        let mut report = String::new();
        let ratio = ours.as_secs_f64() / bare.as_secs_f64();
        let _ = writeln!(
            report,
            "{SOURCES} sources that answer 304: ours {ours:.2?}, bare reqwest {bare:.2?}, ratio {ratio:.2}"
        );
        Ok(report)
    })
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

async fn compare(publishers: &Publishers) -> Result<(Duration, Duration), Failed> {
    let sources: Vec<Arc<Source>> = (0..SOURCES)
        .map(|number| {
            let url = format!("http://127.0.0.1:{}/rss/{number}", publishers.ports[number % HOSTS]);
            Arc::new(crate::source(number, &url, DAY))
        })
        .collect();
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path().join("data")).await?;
    let board = Arc::new(Board::new(HashMap::new()));
    let hosts = Arc::new(Hosts::default());
    let (_introduction, introduction) = watch::channel(Introduction::default());
    let fetcher = Fetcher::new(&Network { allow: vec!["127.0.0.0/8".parse()?], introduction })?;
    let now: fn() -> Timestamp = clock::now;
    let poller = Poller::new(fetcher, store.clone(), Arc::clone(&board), now);
    let poller = Arc::new(poller);
    // The whole feeds, once.
    cycle(&sources, &poller, &hosts).await;
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(1).build()?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let usage = Usage::begin();
        cycle(&sources, &poller, &hosts).await;
        let took_ours = usage.so_far();
        let usage = Usage::begin();
        bare_cycle(&sources, &client, &board).await?;
        let took_bare = usage.so_far();
        // The first warms up.
        if round > 0 {
            ours.push(took_ours);
            bare.push(took_bare);
        }
    }
    let all_well = sources.iter().all(|source| {
        let state = board.state(&source.id);
        state.last_success.is_some() && state.failures == 0
    });
    if !all_well {
        return Err("a poll failed: there is nothing to compare".into());
    }
    store.close().await?;
    ours.sort();
    bare.sort();
    Ok((ours[ROUNDS / 2], bare[ROUNDS / 2]))
}

/// Polls each source once.
async fn cycle(sources: &[Arc<Source>], poller: &Arc<Poller<fn() -> Timestamp>>, hosts: &Arc<Hosts>) {
    let ended = Arc::new(AtomicUsize::new(0));
    let (poller, counted) = (Arc::clone(poller), Arc::clone(&ended));
    let poll = move |source: Arc<Source>, visit, offline| {
        let (poller, ended) = (Arc::clone(&poller), Arc::clone(&counted));
        async move {
            let came = poller.poll(&source, visit, DAY, offline).await;
            ended.fetch_add(1, Ordering::Relaxed);
            Ended { due: Some(Due { at: came.next, host: came.host }), reach: came.reach }
        }
    };
    let first_due = |source: &Source| Due { at: Timestamp::UNIX_EPOCH, host: Host::of(&source.url) };
    let (_sources, sources_seen) = watch::channel(Arc::new(sources.to_vec()));
    let (stop, stopped) = watch::channel(false);
    let scheduler = Scheduler {
        sources: sources_seen,
        poll,
        first_due,
        hosts: Arc::clone(hosts),
        clock: clock::now,
        pulse: Arc::new(Pulse::default()),
    };
    let mut running = JoinSet::new();
    running.spawn(scheduler.run(stopped));
    while ended.load(Ordering::Relaxed) < sources.len() {
        sleep(Duration::from_millis(2)).await;
    }
    stop.send_replace(true);
    while running.join_next().await.is_some() {}
}

/// The same requests with the same validators, one at a time for each host.
async fn bare_cycle(sources: &[Arc<Source>], client: &reqwest::Client, board: &Board) -> Result<(), Failed> {
    let mut lanes = JoinSet::new();
    for lane in 0..HOSTS {
        let requests: Vec<reqwest::Request> = sources
            .iter()
            .skip(lane)
            .step_by(HOSTS)
            .map(|source| request(source, &board.state(&source.id), client))
            .collect::<Result<_, Failed>>()?;
        let client = client.clone();
        lanes.spawn(async move {
            for request in requests {
                if client.execute(request).await?.status() != reqwest::StatusCode::NOT_MODIFIED {
                    return Err("no 304: there is nothing to compare".into());
                }
            }
            Ok::<(), Failed>(())
        });
    }
    while let Some(ended) = lanes.join_next().await {
        ended??;
    }
    Ok(())
}

fn request(
    source: &Source,
    state: &SourceState,
    client: &reqwest::Client,
) -> Result<reqwest::Request, Failed> {
    let Validators { etag: Some(etag), last_modified: Some(last_modified) } = &state.validators else {
        return Err("no validators are known".into());
    };
    let request = client.get(source.url.clone());
    Ok(request.header("If-None-Match", &etag[..]).header("If-Modified-Since", &last_modified[..]).build()?)
}
