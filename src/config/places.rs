//! Where a daemon is to be found, of a file that may have mistakes: whoever asks it wants no more.

use std::{
    net::SocketAddr,
    path::{self, Path, PathBuf},
};

use toml::de::DeTable;

use super::{ConfigError, Surroundings, file, problem::Problems, reader::Reader, sections, shape};

/// Where the file says that its daemon is to be found, as well as can be told: also where the file has mistakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The store's folder.
    pub store: PathBuf,
    /// The admin's listener.
    pub admin: SocketAddr,
}

/// Where this file says that its daemon is.
///
/// # Errors
/// `Unreadable` when the file cannot be read.
pub fn places(path: &Path, surroundings: Surroundings) -> Result<Places, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let absolute = path::absolute(path).map_err(unreadable)?;
    let bytes = file::read_bounded(path).map_err(unreadable)?;
    let text = String::from_utf8_lossy(&bytes);
    let folder = absolute.parent().unwrap_or(Path::new("")).to_owned();
    let (document, _) = DeTable::parse_recoverable(&text);
    let root = Reader::root(document.get_ref(), 0, &shape::ROOT);
    // They are told by those who read the file to use it.
    let mut ignored = Problems::of(&text);
    let store = sections::read_store(&root, &Surroundings { folder, ..surroundings }, &mut ignored).path;
    Ok(Places { store, admin: sections::read_admin_listen(&root, &mut ignored) })
}
