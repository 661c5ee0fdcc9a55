//! A cycle of a thousand sources that all answer 304, with everything that a poll does (scheduler, fetch, cadence, store
//! on a disk), beside bare reqwest sending the same conditional requests over as many connections.

use std::{fmt::Write as _, io, sync::Arc, time::Duration};

use tintinh::model::{Source, SourceState, Validators};
use tokio::task::JoinSet;

use crate::{
    cycle::{DAY, Daemon, Failed, source},
    publishers::{self, Asked, HOSTS, Publishers},
    usage::Usage,
};

const SOURCES: usize = 1_000;
/// Cycles of each side that are timed, in turn; the median counts.
const ROUNDS: usize = 9;

/// Each conditional request gets a 304, each other one a small feed.
pub fn answer(asked: &Asked) -> Vec<u8> {
    let body = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Báo</title><link>http://bao.example/</link>\
        <description/><item><title>Một</title><guid isPermaLink=\"false\">1</guid>\
        <pubDate>Mon, 23 Nov 2026 05:00:00 GMT</pubDate></item></channel></rss>";
    if asked.conditional { publishers::unchanged("5f3a-61") } else { publishers::whole("5f3a-61", body) }
}

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

async fn compare(publishers: &Publishers) -> Result<(Duration, Duration), Failed> {
    let address = |number| publishers::address(&publishers.ports, number);
    let sources: Vec<Arc<Source>> =
        (0..SOURCES).map(|number| Arc::new(source(number, &address(number), DAY))).collect();
    let folder = tempfile::tempdir()?;
    let daemon = Daemon::start(folder.path(), sources.clone()).await?;
    // The whole feeds, once.
    daemon.cycle().await;
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(1).build()?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let usage = Usage::begin();
        daemon.cycle().await;
        let took_ours = usage.so_far();
        let usage = Usage::begin();
        bare_cycle(&sources, &client, &daemon).await?;
        let took_bare = usage.so_far();
        // The first warms up.
        if round > 0 {
            ours.push(took_ours);
            bare.push(took_bare);
        }
    }
    if !daemon.is_well() {
        return Err("a poll failed: there is nothing to compare".into());
    }
    daemon.store.close().await?;
    ours.sort();
    bare.sort();
    Ok((ours[ROUNDS / 2], bare[ROUNDS / 2]))
}

/// The same requests with the same validators, one at a time for each host.
async fn bare_cycle(
    sources: &[Arc<Source>],
    client: &reqwest::Client,
    daemon: &Daemon,
) -> Result<(), Failed> {
    let mut lanes = JoinSet::new();
    for lane in 0..HOSTS {
        let requests: Vec<reqwest::Request> = sources
            .iter()
            .skip(lane)
            .step_by(HOSTS)
            .map(|source| request(source, &daemon.board.state(&source.id), client))
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
