//! Our side: scheduler, fetch, parse, normalize, reconcile, store.

use std::{path::Path, sync::Arc};

use tintinh::model::Source;

use crate::{
    Cost, LATER,
    cycle::{DAY, Daemon, Failed, source},
    documents::{ENTRIES, NEWS_OF, SOURCES},
    publishers,
    usage::Usage,
};

pub async fn run(folder: &Path, ports: &[u16]) -> Result<Cost, Failed> {
    let one = |number| Arc::new(source(number, &publishers::address(ports, number), DAY));
    let sources: Vec<Arc<Source>> = (0..SOURCES).map(one).collect();
    let daemon = Daemon::start(folder, sources).await?;
    let usage = Usage::begin();
    daemon.cycle().await;
    let first = usage.so_far();
    crate::expect(SOURCES * ENTRIES, count(&daemon).await?)?;
    let usage = Usage::begin();
    for _ in 0..LATER {
        daemon.cycle().await;
    }
    let later = usage.so_far();
    crate::expect(SOURCES * ENTRIES + LATER * (SOURCES / NEWS_OF), count(&daemon).await?)?;
    if !daemon.is_well() {
        return Err("a poll failed: there is nothing to compare".into());
    }
    // States that reach the disk without haste belong to what a cycle costs.
    let usage = Usage::begin();
    daemon.store.clone().close().await?;
    Ok(Cost { first, later: later + usage.so_far() })
}

/// The entries that are kept, each of them readable, and their indexes agreeing.
async fn count(daemon: &Daemon) -> Result<usize, Failed> {
    let census = daemon.store.check().await?;
    if census.faults > 0 {
        return Err(census.told.join(", ").into());
    }
    Ok(usize::try_from(census.entries)?)
}
