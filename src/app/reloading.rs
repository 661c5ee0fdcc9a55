//! The one way by which a changed file comes into force, whoever says that it may have changed: read all of it, tell what
//! is wrong with it or what it changes, and swap at once. A bad file changes nothing.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use tokio::{
    sync::{oneshot, watch},
    task::spawn_blocking,
};
use tracing::{debug, error, info, warn};

use super::{announcing, in_short};
use crate::{
    config::{Config, ConfigError, Difference, needs_restart},
    fetch::Introduction,
    model::Source,
    notify,
};

/// So many problems of one file are logged.
const LOGGED_MAX: usize = 50;

/// Why the file is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Somebody asked for it, and is to be told whatever comes of it.
    Asked,
    /// The file has changed, and may still be half written: problems are not told yet.
    Settled,
    /// The file has rested since: what is wrong with it is told, once.
    Rested,
}

/// What came of it, for who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether the file is in force.
    pub well: bool,
    /// For people: what it changes, or what is wrong with it.
    pub words: String,
}

/// Somebody asks over the admin listener.
pub struct Request {
    /// The file that is meant; it must be the daemon's.
    pub file: PathBuf,
    /// Who asked.
    pub answer: oneshot::Sender<Verdict>,
}

/// Puts configurations into force.
pub struct Reloader {
    pub(super) config: watch::Sender<Arc<Config>>,
    pub(super) sources: watch::Sender<Arc<Vec<Arc<Source>>>>,
    pub(super) introduction: watch::Sender<Introduction>,
    pub(super) readers: SocketAddr,
    /// With which the daemon began, and which some keys stay at.
    pub(super) started: Arc<Config>,
}

/// What a new configuration made of the old one.
pub struct Taken {
    /// What is otherwise.
    pub difference: Difference,
    /// The keys that it changes in vain: they need a restart.
    pub restart: Vec<&'static str>,
}

impl Reloader {
    /// What is in force.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        self.config.borrow().clone()
    }

    /// Takes a new configuration at once. One that is in force already is put into force anew, as whoever asks expects.
    #[must_use]
    pub fn take(&self, new: Config) -> Taken {
        let new = self.adapted(new);
        let difference = Difference::between(&self.config(), &new);
        let restart = needs_restart(&self.started, &new);
        self.introduction.send_modify(|introduction| introduction.address = announcing::address(&new));
        self.sources.send_replace(Arc::new(new.sources.clone()));
        notify::status(&in_short(&new, self.readers));
        self.config.send_replace(Arc::new(new));
        Taken { difference, restart }
    }

    /// With the address at which readers are answered, where the file gives none.
    fn adapted(&self, mut new: Config) -> Config {
        new.server.public_url = new.server.public_url_at(self.readers);
        new
    }
}

/// Reads this file. Blocks.
pub type Read = dyn Fn(&Path) -> Result<Config, ConfigError> + Send + Sync;

/// Reads the file again, and tells what comes of it.
pub struct Reloading {
    path: PathBuf,
    read: Arc<Read>,
    reloader: Reloader,
    /// What was last found wrong and told, so that nobody is told twice.
    told: Vec<String>,
}

impl Reloading {
    /// Of this file, which is in force.
    pub fn new(path: &Path, read: Arc<Read>, reloader: Reloader) -> Self {
        Self { path: path.to_owned(), read, reloader, told: Vec::new() }
    }

    /// What is in force.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        self.reloader.config()
    }

    /// Reads the file again for somebody who names it.
    pub async fn reload_as_asked(&mut self, request: Request) {
        let (ours, theirs) = (self.path.clone(), request.file.clone());
        // Off the async threads: a network folder may take its time.
        let is_ours = spawn_blocking(move || is_same(&ours, &theirs)).await.unwrap_or(false);
        let verdict = if is_ours {
            self.reload(Occasion::Asked).await
        } else {
            let (ours, theirs) = (self.path.display(), request.file.display());
            let words = format!("the daemon reads {ours}, not {theirs}: name its file by --config");
            Verdict { well: false, words }
        };
        // Who has hung up does not want to know.
        let _ = request.answer.send(verdict);
    }

    /// Reads the file again. Where nobody waits for it any more nothing is put into force: that is done at once, after all has
    /// been read.
    pub async fn reload(&mut self, occasion: Occasion) -> Verdict {
        let (read, path) = (Arc::clone(&self.read), self.path.clone());
        match spawn_blocking(move || read(&path)).await {
            Ok(Ok(config)) => self.take(config, occasion),
            Ok(Err(problems)) => self.refuse(&problems, occasion),
            Err(panic) => {
                error!(%panic, "{} could not be read; the old one stays in force", self.path.display());
                Verdict {
                    well: false,
                    words: "the file could not be read, by a fault of tintinh: see its log, and report it"
                        .to_owned(),
                }
            }
        }
    }

    fn take(&mut self, config: Config, occasion: Occasion) -> Verdict {
        let (feeds, was_bad) = (config.sources.len(), !self.told.is_empty());
        let config = self.reloader.adapted(config);
        if occasion != Occasion::Asked && !was_bad && config == *self.reloader.config() {
            debug!("{} was saved, and is as it was", self.path.display());
            return Verdict { well: true, words: String::new() };
        }
        let Taken { difference, restart } = self.reloader.take(config);
        self.told.clear();
        let file = self.path.display();
        let words = format!("{file} is in force: {difference}");
        let (added, removed, changed) =
            (difference.added.len(), difference.removed.len(), difference.changed_feeds());
        info!(feeds, added, removed, changed, "{words}");
        let restart: Vec<String> =
            restart.iter().map(|key| format!("{file}: `{key}` has changed, which needs a restart")).collect();
        for line in &restart {
            warn!("{line}");
        }
        let words = [words].into_iter().chain(restart).collect::<Vec<_>>().join("\n");
        Verdict { well: true, words }
    }

    fn refuse(&mut self, problems: &ConfigError, occasion: Occasion) -> Verdict {
        let lines = problems.lines();
        let is_news = self.told != lines;
        match occasion {
            Occasion::Settled => {}
            Occasion::Rested if !is_news => {}
            Occasion::Asked | Occasion::Rested => {
                if let Some((last, lines)) = lines.split_last() {
                    for line in lines.iter().take(LOGGED_MAX) {
                        error!("{line}");
                    }
                    let untold = lines.len().saturating_sub(LOGGED_MAX);
                    if untold > 0 {
                        error!("{untold} more are told by `tintinh check`");
                    }
                    error!("{last}; the old one stays in force");
                }
                self.told = lines;
            }
        }
        Verdict { well: false, words: format!("{problems}; the old one stays in force") }
    }
}

/// Whether both paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).or_else(|_| std::path::absolute(path)).ok();
    one == other || real(one) == real(other)
}
