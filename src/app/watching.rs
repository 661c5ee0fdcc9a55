//! Notices that `feeds.toml`, or a file that it includes or names, has changed, and waits until whoever writes it is done. The
//! system tells of changes at once where it can; since network folders and bind mounts tell nothing, the files are looked
//! at every few seconds too. Reads no file.

mod files;
mod folders;

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use fs_notify::{Event, EventKind};
use tokio::{
    sync::mpsc,
    task::spawn_blocking,
    time::{Instant, sleep, timeout},
};
use tracing::warn;

use self::{
    files::{Files, Stamps},
    folders::Folders,
};
use super::reloading::Occasion;
use crate::config::Config;

/// How often the files are looked at where nobody tells of changes.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// After an alarm the files are looked at no sooner: much else may go on in their folder.
const PAUSE: Duration = Duration::from_millis(100);
/// A file that has not changed for so long is taken for written.
const QUIET: Duration = Duration::from_millis(500);
/// A file that keeps changing is read all the same after so long.
const SETTLE_MAX: Duration = Duration::from_secs(10);
/// A file with mistakes that has not changed for so long is not half written, but wrong.
const REST: Duration = Duration::from_secs(3);

/// The file and those that belong to it, as they were last seen.
pub struct Watching {
    files: Files,
    /// Those that they stand in; none where the system tells of nothing.
    folders: Option<Arc<Mutex<Folders>>>,
    /// Whether other files are meant than when the folders were last followed.
    is_behind: bool,
    alarms: mpsc::Receiver<()>,
    /// Whether there was an alarm that nobody has looked after yet.
    is_alarmed: bool,
    seen: Option<Stamps>,
    /// Until when a file with mistakes is taken for half written.
    doubt: Option<Instant>,
}

impl Watching {
    /// Of this file, once it is followed. It is taken for changed at first, since it may have been while the daemon started.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        let (alarm, alarms) = mpsc::channel(1);
        let watcher = fs_notify::recommended_watcher(move |event: fs_notify::Result<Event>| {
            // That somebody reads a file is no change, and we do.
            if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
                // One alarm that waits is as good as many.
                let _ = alarm.try_send(());
            }
        });
        let watcher = watcher.map_err(|error| {
            warn!(%error, "the system does not tell of changed files: they are looked at every {} s", LOOK_EVERY.as_secs());
        });
        let folders = watcher.ok().map(|watcher| Arc::new(Mutex::new(Folders::new(watcher))));
        Self { folders, ..Self::silent(path, alarms) }
    }

    /// As it is where the system tells of nothing.
    fn silent(path: &Path, alarms: mpsc::Receiver<()>) -> Self {
        Self {
            files: Files { path: path.to_owned(), ..Files::default() },
            folders: None,
            is_behind: false,
            alarms,
            is_alarmed: false,
            seen: None,
            doubt: None,
        }
    }

    /// Watches the files that this configuration was read from, from now on.
    pub fn follow(&mut self, config: &Config) {
        self.files.patterns.clone_from(&config.include);
        self.files.named.clone_from(&config.named);
        self.is_behind = true;
    }

    /// Off the async threads: a network folder may take its time.
    async fn catch_up(&mut self) {
        let Some(folders) = self.folders.clone().filter(|_| self.is_behind) else { return };
        let files = self.files.clone();
        let following = spawn_blocking(move || {
            // Whom such a folder holds up goes on by himself.
            folders.try_lock().map(|mut folders| folders.follow(files.folders())).unwrap_or_default()
        });
        match following.await {
            Ok(refused) => refused.into_iter().for_each(|(folder, error)| {
                warn!(%error, folder = %folder.display(), "changes are seen late here");
            }),
            Err(error) => warn!(%error, "changes are seen late from now on"),
        }
        self.is_behind = false;
    }

    /// What was read on this occasion has mistakes: if it does not change soon, `next` gives it out as rested; and again and
    /// again, since what a refused file newly names is not watched.
    pub fn doubt(&mut self, after: Occasion) {
        let rest = if after == Occasion::Settled { REST } else { LOOK_EVERY };
        self.doubt = Some(Instant::now() + rest);
    }

    /// Waits until there is occasion to read the files. Nothing is lost when it is dropped before.
    pub async fn next(&mut self) -> Occasion {
        self.catch_up().await;
        loop {
            if self.look().await != self.seen {
                return self.settled().await;
            }
            self.is_alarmed = false;
            match self.doubt {
                Some(until) if until <= Instant::now() => {
                    self.doubt = None;
                    return Occasion::Rested;
                }
                Some(until) => sleep(QUIET.min(until - Instant::now())).await,
                None => self.alarm().await,
            }
        }
    }

    /// Waits for an alarm, or until it is time to look without one.
    async fn alarm(&mut self) {
        if !self.is_alarmed {
            // A sender that is gone means that no alarm comes.
            match timeout(LOOK_EVERY, self.alarms.recv()).await {
                Ok(None) => sleep(LOOK_EVERY).await,
                Ok(Some(())) => {
                    self.is_alarmed = true;
                    sleep(PAUSE).await;
                }
                Err(_) => self.is_alarmed = true,
            }
        }
    }

    /// Waits until the files stay as they are.
    async fn settled(&mut self) -> Occasion {
        let begun = Instant::now();
        let mut last = self.look().await;
        loop {
            sleep(QUIET).await;
            let now = self.look().await;
            if now == last || begun.elapsed() >= SETTLE_MAX {
                self.seen = now;
                self.doubt = None;
                return Occasion::Settled;
            }
            last = now;
        }
    }

    /// How the files are. Off the async threads: a network folder may take its time.
    async fn look(&self) -> Option<Stamps> {
        let files = self.files.clone();
        spawn_blocking(move || Stamps::of(&files)).await.ok()
    }
}

#[cfg(test)]
mod tests;
