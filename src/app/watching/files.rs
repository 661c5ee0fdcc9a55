//! Which files are watched, in which folders they stand, and what tells two states of them apart. Reads no file, and waits
//! for none.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use crate::config::Pattern;

/// Which files are meant.
#[derive(Debug, Clone, Default)]
pub(super) struct Files {
    /// `feeds.toml`.
    pub(super) path: PathBuf,
    /// Those that it includes.
    pub(super) patterns: Vec<Pattern>,
    /// Those whose contents belong to it: certificates and credentials.
    pub(super) named: Vec<PathBuf>,
}

impl Files {
    /// In which folders they stand. Folders, and not files: a file that is replaced by another is not the one that was
    /// watched. Links are followed: what they lead to may change too.
    pub(super) fn folders(&self) -> BTreeSet<PathBuf> {
        let files = || [&self.path].into_iter().chain(&self.named);
        let real: Vec<PathBuf> = files().filter_map(|path| fs::canonicalize(path).ok()).collect();
        let folders = files().chain(&real).filter_map(|path| path.parent());
        let here = |folder: &Path| if folder.as_os_str().is_empty() { ".".into() } else { folder.to_owned() };
        folders.chain(self.patterns.iter().map(Pattern::folder)).map(here).collect()
    }
}

/// What tells two states of the files apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

/// Device, inode, length, and when contents and file were changed.
type Stamp = (u64, u64, u64, (i64, i64), (i64, i64));

impl Stamps {
    pub(super) fn of(files: &Files) -> Self {
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
    use super::*;

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
}
