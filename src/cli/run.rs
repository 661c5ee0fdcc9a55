//! `tintinh run`: the daemon, from reading the file to the last drained poll.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
};
use tracing::{debug, error, info};

use super::{load, log};
use crate::{
    app::{
        App,
        reloading::{Occasion, Read, Reloading, Request},
        watching::Watching,
    },
    config::Config,
};

/// What blocking work may still take once all tasks have ended.
const SHUTDOWN_MAX: Duration = Duration::from_secs(2);

/// Serves until SIGTERM or SIGINT. The file is read again when it changes, on SIGHUP, and when `tintinh reload` asks.
pub(super) fn run(path: &Path, options: &log::Options) -> u8 {
    let config = match load(path) {
        Ok(config) => config,
        Err(error) => {
            super::complain(&error);
            return super::BAD_INPUT;
        }
    };
    if let Err(error) = options.start() {
        super::complain(&error);
        return super::BAD_INPUT;
    }
    in_runtime(daemon(path, config, Arc::new(load), |_| {}))
}

/// Runs a future on a runtime of its own, and gives blocking work a bounded time to end.
pub(super) fn in_runtime(work: impl Future<Output = u8>) -> u8 {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(work);
            runtime.shutdown_timeout(SHUTDOWN_MAX);
            code
        }
        Err(error) => {
            super::complain(&format!(
                "cannot start: {error}; see how many threads and files this user may have"
            ));
            super::FAILURE
        }
    }
}

/// The daemon over this configuration, until a signal ends it. `load` reads the file again, and `greet` is called once
/// all is up.
pub(super) async fn daemon(path: &Path, config: Config, load: Arc<Read>, greet: impl FnOnce(&App)) -> u8 {
    let feeds = config.sources.len();
    let mut signals = match Signals::new() {
        Ok(signals) => signals,
        Err(error) => {
            error!("cannot listen for signals: {error}");
            return super::FAILURE;
        }
    };
    debug!(feeds, "starting");
    let started = tokio::select! {
        started = App::start(config) => started,
        // Opening a store may take minutes, and who wants the end does not want to wait for it.
        () = signals.end() => {
            info!("ending before all was up");
            return super::WELL;
        }
    };
    let mut app = match started {
        Ok(app) => app,
        Err(error) => {
            error!("{error}");
            return super::FAILURE;
        }
    };
    info!(feeds, "serving http://{}/feed.xml; status at http://{}/", app.readers(), app.admin());
    greet(&app);
    let (reloading, requests) = (Reloading::new(path, load, app.reloader()), app.reload_requests());
    let watching = Watching::new(path, &reloading.config().include);
    match app.run(until_told_to_end(signals, requests, watching, reloading)).await {
        Ok(()) => super::WELL,
        Err(error) => {
            error!("{error}");
            super::FAILURE
        }
    }
}

/// Reads the file again whenever there is occasion, until a signal asks for the end.
async fn until_told_to_end(
    mut signals: Signals,
    mut requests: mpsc::Receiver<Request>,
    mut watching: Watching,
    mut reloading: Reloading,
) {
    loop {
        tokio::select! {
            wish = signals.next() => match wish {
                Wish::Reload => _ = reloading.reload(Occasion::Asked).await,
                Wish::End => break,
            },
            Some(request) = requests.recv() => reloading.reload_as_asked(request).await,
            occasion = watching.next() => {
                let verdict = reloading.reload(occasion).await;
                if !verdict.well {
                    watching.doubt(occasion);
                }
            }
        }
        watching.include(&reloading.config().include);
    }
    info!("ending");
}

/// What a signal asks for.
enum Wish {
    End,
    Reload,
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    /// Listened to, so that a file that may grow no further fails a write and does not end us.
    _file_limit: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            _file_limit: signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?,
        })
    }

    async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.terminate.recv() => Wish::End,
            _ = self.interrupt.recv() => Wish::End,
            _ = self.hang_up.recv() => Wish::Reload,
        }
    }

    /// The next signal that asks for the end. SIGHUP waits for [`Signals::next`].
    async fn end(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
