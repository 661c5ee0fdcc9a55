//! The folders of whose changes the system tells. Knows not which files are meant in them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use fs_notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

/// See the module.
pub(super) struct Folders {
    watcher: RecommendedWatcher,
    wanted: BTreeMap<PathBuf, Watch>,
}

/// How it stands with a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Watch {
    /// The system tells of this one: device and inode.
    Begun(Option<(u64, u64)>),
    /// It cannot.
    Refused,
}

impl Folders {
    pub(super) fn new(watcher: RecommendedWatcher) -> Self {
        Self { watcher, wanted: BTreeMap::new() }
    }

    /// Has the system tell of these folders, and no more of others; one that was made anew is another. Gives those of which
    /// it cannot tell since now; they are tried again each time.
    pub(super) fn follow(&mut self, wanted: BTreeSet<PathBuf>) -> Vec<(PathBuf, fs_notify::Error)> {
        let former = std::mem::take(&mut self.wanted);
        for (folder, watch) in &former {
            let is_same = wanted.contains(folder) && *watch == Watch::Begun(identity(folder));
            if !is_same && *watch != Watch::Refused {
                // One that is gone is watched no more.
                let _ = self.watcher.unwatch(folder);
            }
        }
        let mut refused = Vec::new();
        for folder in wanted {
            let (present, before) = (Watch::Begun(identity(&folder)), former.get(&folder));
            let mut watch = present;
            if before != Some(&present)
                && let Err(error) = self.watcher.watch(&folder, RecursiveMode::NonRecursive)
            {
                watch = Watch::Refused;
                if before != Some(&Watch::Refused) {
                    refused.push((folder.clone(), error));
                }
            }
            self.wanted.insert(folder, watch);
        }
        refused
    }
}

/// None of a folder that is not there.
fn identity(folder: &Path) -> Option<(u64, u64)> {
    fs::metadata(folder).ok().map(|data| (data.dev(), data.ino()))
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use fs_notify::Event;

    use super::*;

    /// Far more than the system takes to tell.
    const PATIENCE: Duration = Duration::from_secs(30);

    #[test]
    fn a_folder_that_is_made_anew_is_watched_anew() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("conf.d");
        fs::create_dir(&folder).unwrap();
        let (told, changed) = mpsc::channel();
        let watcher = fs_notify::recommended_watcher(move |event: fs_notify::Result<Event>| {
            let _ = told.send(event.unwrap().paths);
        });
        let mut folders = Folders::new(watcher.unwrap());
        let tells_of = |name: &str| {
            fs::write(folder.join(name), "x").unwrap();
            while let Ok(paths) = changed.recv_timeout(PATIENCE) {
                if paths.iter().any(|path| path.ends_with(name)) {
                    return true;
                }
            }
            false
        };
        for round in ["first", "second", "third"] {
            assert!(folders.follow([folder.clone()].into()).is_empty(), "{round}");
            assert!(tells_of(round), "{round}");
            fs::rename(&folder, root.path().join(round)).unwrap();
            fs::create_dir(&folder).unwrap();
        }
    }

    #[test]
    fn a_folder_that_cannot_be_watched_is_told_once_and_watched_as_soon_as_it_can() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("gone");
        let watcher = fs_notify::recommended_watcher(|_: fs_notify::Result<Event>| {}).unwrap();
        let mut folders = Folders::new(watcher);
        let mut follow = || folders.follow([folder.clone()].into()).len();
        assert_eq!((follow(), follow()), (1, 0));
        fs::create_dir(&folder).unwrap();
        assert_eq!(follow(), 0);
        fs::remove_dir(&folder).unwrap();
        assert_eq!((follow(), follow()), (1, 0));
    }
}
