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
        () = signals.end.comes() => {
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
    let watching = Watching::new(path);
    let Signals { mut end, hang_up, .. } = signals;
    match app.run(until(end.comes(), hang_up, requests, watching, reloading)).await {
        Ok(()) => super::WELL,
        Err(error) => {
            error!("{error}");
            super::FAILURE
        }
    }
}

/// Reads the file again whenever there is occasion, until the end comes. The end waits for no file: a reading under way is
/// given up.
async fn until(
    end: impl Future<Output = ()>,
    hang_up: Signal,
    requests: mpsc::Receiver<Request>,
    watching: Watching,
    reloading: Reloading,
) {
    tokio::select! {
        () = end => info!("ending"),
        () = read_again(hang_up, requests, watching, reloading) => {}
    }
}

/// Reads the file again whenever there is occasion, for ever.
async fn read_again(
    mut hang_up: Signal,
    mut requests: mpsc::Receiver<Request>,
    mut watching: Watching,
    mut reloading: Reloading,
) {
    loop {
        watching.follow(&reloading.config());
        tokio::select! {
            _ = hang_up.recv() => drop(reloading.reload(Occasion::Asked).await),
            Some(request) = requests.recv() => reloading.reload_as_asked(request).await,
            occasion = watching.next() => {
                let verdict = reloading.reload(occasion).await;
                if !verdict.well {
                    watching.doubt(occasion);
                }
            }
        }
    }
}

struct Signals {
    end: End,
    hang_up: Signal,
    /// Listened to, so that a file that may grow no further fails a write and does not end us.
    _file_limit: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            end: End {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            },
            hang_up: signal(SignalKind::hangup())?,
            _file_limit: signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?,
        })
    }
}

/// What asks for the end.
struct End {
    terminate: Signal,
    interrupt: Signal,
}

impl End {
    async fn comes(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::File, io::Read as _, process::Command};

    use tokio::sync::oneshot;

    use super::*;
    use crate::config::{self, Surroundings};

    #[tokio::test(flavor = "multi_thread")]
    async fn the_end_waits_for_no_file_and_what_was_being_read_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let surroundings = Surroundings { folder: folder.path().to_owned(), ..Surroundings::default() };
        let text = "[server]\nlisten = \"127.0.0.1:0\"\n[admin]\nlisten = \"127.0.0.1:0\"\n";
        let parsed = move |more: &str| config::parse(&format!("{text}{more}"), &surroundings).unwrap();
        let app = App::start(parsed("")).await.unwrap();
        let reloader = app.reloader();
        let (begun, mut is_begun) = mpsc::unbounded_channel();
        // A folder on a network that has gone, say.
        let load = move |path: &Path| {
            let _ = begun.send(());
            let mut more = String::new();
            File::open(path).and_then(|mut file| file.read_to_string(&mut more)).unwrap();
            Ok(parsed(&more))
        };
        let (ask, requests) = mpsc::channel(1);
        let reloading = Reloading::new(&pipe, Arc::new(load), app.reloader());
        let (answer, verdict) = oneshot::channel();
        ask.send(Request { file: pipe.clone(), answer }).await.unwrap();
        let end = async { is_begun.recv().await.unwrap() };
        let hang_up = signal(SignalKind::user_defined2()).unwrap();
        app.run(until(end, hang_up, requests, Watching::new(&pipe), reloading)).await.unwrap();
        assert!(verdict.await.is_err(), "nobody is told of what did not come");
        // What comes late is read, and changes nothing any more.
        std::fs::write(&pipe, "[channel]\ntitle = \"Khác\"\n").unwrap();
        assert_eq!(reloader.config().channel.title, "Tin các tỉnh");
    }
}
