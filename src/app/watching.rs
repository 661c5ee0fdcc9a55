//! Notices that `feeds.toml`, or a file that it includes or names, has changed, and waits until whoever writes it is done. The
//! system tells of changes at once where it can; since network folders and bind mounts tell nothing, the files are looked
//! at every few seconds too. Reads no file.

use std::{
    collections::BTreeSet,
    fs, mem,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use fs_notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::{
    sync::mpsc,
    task::spawn_blocking,
    time::{Instant, sleep, timeout},
};
use tracing::warn;

use super::reloading::Occasion;
use crate::config::{Config, Pattern};

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
    /// Kept for as long as changes are to be told of.
    watcher: Option<RecommendedWatcher>,
    /// The folders in which it looks.
    folders: BTreeSet<PathBuf>,
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
        Self { watcher: watcher.ok(), ..Self::silent(path, alarms) }
    }

    /// As it is where the system tells of nothing.
    fn silent(path: &Path, alarms: mpsc::Receiver<()>) -> Self {
        Self {
            files: Files { path: path.to_owned(), ..Files::default() },
            watcher: None,
            folders: BTreeSet::new(),
            alarms,
            is_alarmed: false,
            seen: None,
            doubt: None,
        }
    }

    /// Watches the files that this configuration was read from, from now on.
    pub async fn follow(&mut self, config: &Config) {
        self.files.patterns.clone_from(&config.include);
        self.files.named.clone_from(&config.named);
        let Some(mut watcher) = self.watcher.take() else { return };
        let (former, files) = (mem::take(&mut self.folders), self.files.clone());
        // Off the async threads: a network folder may take its time.
        let following = spawn_blocking(move || {
            let folders = follow(&mut watcher, &former, files.folders());
            (watcher, folders)
        });
        match following.await {
            Ok((watcher, folders)) => (self.watcher, self.folders) = (Some(watcher), folders),
            Err(error) => warn!(%error, "changes are seen late from now on"),
        }
    }

    /// What was read on this occasion has mistakes: if it does not change soon, `next` gives it out as rested; and again and
    /// again, since what a refused file newly names is not watched.
    pub fn doubt(&mut self, after: Occasion) {
        let rest = if after == Occasion::Settled { REST } else { LOOK_EVERY };
        self.doubt = Some(Instant::now() + rest);
    }

    /// Waits until there is occasion to read the files. Nothing is lost when it is dropped before.
    pub async fn next(&mut self) -> Occasion {
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

/// Has the system tell of these folders, and no more of others. Gives those of which it does: the rest is tried again.
fn follow(
    watcher: &mut RecommendedWatcher,
    former: &BTreeSet<PathBuf>,
    mut wanted: BTreeSet<PathBuf>,
) -> BTreeSet<PathBuf> {
    for folder in former.difference(&wanted) {
        // One that is gone is watched no more.
        let _ = watcher.unwatch(folder);
    }
    wanted.retain(|folder| {
        if former.contains(folder) {
            return true;
        }
        let begun = watcher.watch(folder, RecursiveMode::NonRecursive);
        if let Err(error) = &begun {
            warn!(%error, folder = %folder.display(), "changes are seen late here");
        }
        begun.is_ok()
    });
    wanted
}

/// Which files are meant.
#[derive(Debug, Clone, Default)]
struct Files {
    /// `feeds.toml`.
    path: PathBuf,
    /// Those that it includes.
    patterns: Vec<Pattern>,
    /// Those whose contents belong to it: certificates and credentials.
    named: Vec<PathBuf>,
}

impl Files {
    /// In which folders they stand. Folders, and not files: a file that is replaced by another is not the one that was
    /// watched. Links are followed: what they lead to may change too.
    fn folders(&self) -> BTreeSet<PathBuf> {
        let files = || [&self.path].into_iter().chain(&self.named);
        let real: Vec<PathBuf> = files().filter_map(|path| fs::canonicalize(path).ok()).collect();
        let folders = files().chain(&real).filter_map(|path| path.parent());
        let here = |folder: &Path| if folder.as_os_str().is_empty() { ".".into() } else { folder.to_owned() };
        folders.chain(self.patterns.iter().map(Pattern::folder)).map(here).collect()
    }
}

/// What tells two states of the files apart.
#[derive(Debug, PartialEq, Eq)]
struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

/// Device, inode, length, and when contents and file were changed.
type Stamp = (u64, u64, u64, (i64, i64), (i64, i64));

impl Stamps {
    fn of(files: &Files) -> Self {
        let included = files.patterns.iter().flat_map(|pattern| pattern.files().unwrap_or_default());
        let named = files.named.iter().cloned();
        let files = [files.path.clone()].into_iter().chain(included).chain(named);
        Self(files.map(|file| (stamp(&file), file)).map(|(stamp, file)| (file, stamp)).collect())
    }
}

/// None of a file that is not there.
fn stamp(file: &Path) -> Option<Stamp> {
    let data = fs::metadata(file).ok()?;
    let modified = (data.mtime(), data.mtime_nsec());
    Some((data.dev(), data.ino(), data.len(), modified, (data.ctime(), data.ctime_nsec())))
}

#[cfg(test)]
mod tests {
    use std::future::Future;

    use tempfile::TempDir;

    use super::*;

    struct Desk {
        folder: TempDir,
        begun: Instant,
        watching: Watching,
        _alarm: mpsc::Sender<()>,
    }

    impl Desk {
        /// A file that was seen, in a folder that tells nothing of changes.
        async fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("feeds.toml");
            fs::write(&file, "a").unwrap();
            let (alarm, alarms) = mpsc::channel(1);
            let mut watching = Watching::silent(&file, alarms);
            assert_eq!(watching.next().await, Occasion::Settled, "it may have changed before");
            Self { folder, begun: Instant::now(), watching, _alarm: alarm }
        }

        fn write(&self, text: &str) {
            fs::write(self.folder.path().join("feeds.toml"), text).unwrap();
        }

        /// The next occasion, and after how many milliseconds it comes.
        async fn next(&mut self) -> (Occasion, u128) {
            let occasion = self.watching.next().await;
            (occasion, self.begun.elapsed().as_millis())
        }

        async fn is_silent(&mut self) -> bool {
            is_pending(self.watching.next()).await
        }
    }

    async fn is_pending<T>(waiting: impl Future<Output = T>) -> bool {
        timeout(Duration::from_mins(10), waiting).await.is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_is_found_without_an_alarm_and_told_once_it_is_quiet() {
        let mut desk = Desk::new().await;
        assert!(desk.is_silent().await);
        desk.begun = Instant::now();
        desk.write("ab");
        let (occasion, after) = desk.next().await;
        assert_eq!(occasion, Occasion::Settled);
        assert!((500..=10_600).contains(&after), "{after}");
        assert!(desk.is_silent().await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_another_takes_the_place_of_has_changed_and_one_that_is_gone_too() {
        let mut desk = Desk::new().await;
        let (file, other) = (desk.folder.path().join("feeds.toml"), desk.folder.path().join("new"));
        fs::write(&other, "a").unwrap();
        fs::rename(&other, &file).unwrap();
        assert_eq!(desk.next().await.0, Occasion::Settled);
        fs::remove_file(&file).unwrap();
        assert_eq!(desk.next().await.0, Occasion::Settled);
        assert!(desk.is_silent().await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_is_named_alone_changes_and_appears_too() {
        let mut desk = Desk::new().await;
        let key = desk.folder.path().join("key");
        let config = Config {
            named: vec![key.clone()],
            ..crate::config::parse("", &crate::config::Surroundings::default()).unwrap()
        };
        desk.watching.follow(&config).await;
        assert_eq!(desk.next().await.0, Occasion::Settled, "it is watched anew");
        assert!(desk.is_silent().await);
        for text in ["a", "ab"] {
            fs::write(&key, text).unwrap();
            assert_eq!(desk.next().await.0, Occasion::Settled, "{text}");
            assert!(desk.is_silent().await, "{text}");
        }
    }

    #[test]
    fn the_folders_of_all_files_are_watched_and_those_that_links_lead_to() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        for name in ["keys", "real"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        fs::write(root.join("real/key"), "k").unwrap();
        std::os::unix::fs::symlink(root.join("real/key"), root.join("keys/key")).unwrap();
        let files = Files {
            path: root.join("feeds.toml"),
            named: vec![root.join("keys/key"), root.join("gone/key")],
            ..Files::default()
        };
        let wanted = ["", "gone", "keys", "real"].map(|name| root.join(name).components().collect());
        assert_eq!(files.folders(), BTreeSet::from(wanted));
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_with_mistakes_is_given_time_and_told_once_it_rests() {
        let mut desk = Desk::new().await;
        desk.watching.doubt(Occasion::Settled);
        assert_eq!(desk.next().await, (Occasion::Rested, 3000));
        assert!(desk.is_silent().await);
        // One that is written on in the meantime is read again instead.
        desk.watching.doubt(Occasion::Settled);
        desk.write("abc");
        assert_eq!(desk.next().await.0, Occasion::Settled);
        assert!(desk.is_silent().await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_never_rests_is_read_all_the_same() {
        let mut desk = Desk::new().await;
        let file = desk.folder.path().join("feeds.toml");
        let writing = async {
            for length in 2.. {
                fs::write(&file, "a".repeat(length)).unwrap();
                sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::select! {
            occasion = desk.watching.next() => assert_eq!(occasion, Occasion::Settled),
            () = writing => unreachable!(),
        }
        assert!(desk.begun.elapsed() < Duration::from_secs(21), "{:?}", desk.begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_noticed_is_not_lost_when_nobody_waits_on() {
        let mut desk = Desk::new().await;
        desk.write("abc");
        for _ in 0..3 {
            assert!(timeout(Duration::from_millis(400), desk.watching.next()).await.is_err());
        }
        assert_eq!(desk.next().await.0, Occasion::Settled);
    }
}
