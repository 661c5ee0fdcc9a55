//! The files that `feeds.toml` names, and the environment variables: certificates and credentials. Each is read once, whoever names it, and all of
//! them within bounds. Knows no source; what may stand in such a file is others' business.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, ErrorKind, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Surroundings, certificates, credentials, problem::Wrong, quantity::write_size, wording::echo};
use crate::model::Secret;

/// The largest file of certificates, in bytes: all that browsers trust are less.
const MAX_CA_FILE: u64 = 512 << 10;

/// The largest file of credentials, in bytes: one header's value, with room for its encoding to be told wrong.
const MAX_CREDENTIALS_FILE: u64 = 8 << 10;

/// The longest name of an environment variable, in bytes.
const MAX_VARIABLE: usize = 256;

/// What all files together may hold, in bytes.
const MAX_FILES: u64 = 16 << 20;

/// What was read so far.
pub(super) struct Files<'a> {
    surroundings: &'a Surroundings,
    /// How many bytes may still be read.
    left: u64,
    certificates: HashMap<PathBuf, Result<Arc<[u8]>, Wrong>>,
    credentials: HashMap<PathBuf, Result<Secret, Wrong>>,
}

impl<'a> Files<'a> {
    pub fn new(surroundings: &'a Surroundings) -> Self {
        let (certificates, credentials) = (HashMap::new(), HashMap::new());
        Self { surroundings, left: MAX_FILES, certificates, credentials }
    }

    /// The certificates in the file of this name, in PEM. One file is one value, however many sources name it.
    pub fn certificates(&mut self, name: &str) -> Result<Arc<[u8]>, Wrong> {
        const REMEDY: &str = "write a file in PEM, as \"ca/intermediate.pem\"";
        let path = file_path(name, &self.surroundings.folder).map_err(|why| Wrong::new(why, REMEDY))?;
        if let Some(known) = self.certificates.get(&path) {
            return known.clone();
        }
        let unreadable = |why: Unreadable| {
            let message = format!("is {}, which {}", echo(name), why.message);
            Wrong::new(message, why.remedy.unwrap_or("give the path of a file in PEM, from feeds.toml on"))
        };
        let read = self.read(&path, MAX_CA_FILE).map_err(unreadable).and_then(|bytes| {
            certificates::judge(&bytes).map_err(|wrong| Wrong {
                message: format!("is {}, which {}", echo(name), wrong.message),
                ..wrong
            })?;
            Ok(Arc::from(bytes))
        });
        self.certificates.insert(path, read.clone());
        read
    }

    /// The value of `Authorization` that the file of this name holds. No message repeats the name: it may be the
    /// secret itself, written in the wrong place.
    pub fn credentials(&mut self, name: &str) -> Result<Secret, Wrong> {
        const REMEDY: &str = "write the secret into a file of its own, and that file's name here";
        let path = self.credentials_path(name).map_err(|why| Wrong::new(why, REMEDY))?;
        if let Some(known) = self.credentials.get(&path) {
            return known.clone();
        }
        let unreadable = |why: Unreadable| {
            Wrong::new(format!("names a file that {}", why.message), why.remedy.unwrap_or(REMEDY))
        };
        let read = self.read(&path, MAX_CREDENTIALS_FILE).map_err(unreadable).and_then(|bytes| {
            credentials::read(&bytes)
                .map_err(|wrong| Wrong { message: format!("names a file that {}", wrong.message), ..wrong })
        });
        self.credentials.insert(path, read.clone());
        read
    }

    /// The value of `Authorization` that the environment variable of this name holds. No message repeats the name either.
    pub fn credentials_in_variable(&self, name: &str) -> Result<Secret, Wrong> {
        const REMEDY: &str =
            "put the secret into a variable of the daemon's environment, and that one's name here";
        let is_name = |text: &str| {
            let mut bytes = text.bytes();
            bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if name.len() > MAX_VARIABLE || !is_name(name) {
            return Err(Wrong::new("is no name of an environment variable", REMEDY));
        }
        let Some(value) = (self.surroundings.variable)(name) else {
            return Err(Wrong::new("names an environment variable that is not set", REMEDY));
        };
        credentials::read(value.as_encoded_bytes()).map_err(|wrong| Wrong {
            message: format!("names an environment variable that {}", wrong.message),
            ..wrong
        })
    }

    /// Those that were read, or were to be, sorted.
    pub fn paths(self) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> =
            self.certificates.into_keys().chain(self.credentials.into_keys()).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// What the service manager was given goes first; a path says itself where it is.
    fn credentials_path(&self, name: &str) -> Result<PathBuf, &'static str> {
        let beside = file_path(name, &self.surroundings.folder)?;
        let is_bare = Path::new(name).file_name().is_some_and(|file| file == name);
        let given = self.surroundings.credentials_directory.as_ref().filter(|_| is_bare);
        Ok(given.map(|folder| folder.join(name)).filter(|path| path.exists()).unwrap_or(beside))
    }

    /// The bytes of a file that is not empty.
    fn read(&mut self, path: &Path, most: u64) -> Result<Vec<u8>, Unreadable> {
        let bytes = read_bounded(path, most.min(self.left)).map_err(|error| Unreadable::because(&error))?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let left = self.left;
        self.left = left.saturating_sub(length);
        if length > most {
            return Err(Unreadable::new(
                format!("is larger than {}", write_size(most)),
                "see whether it is the right one",
            ));
        }
        if length > left {
            let message =
                format!("is one too many: all such files together may hold {}", write_size(MAX_FILES));
            return Err(Unreadable::new(message, "let several sources name one file"));
        }
        if bytes.is_empty() { Err(Unreadable::because(&ErrorKind::UnexpectedEof.into())) } else { Ok(bytes) }
    }
}

/// Why a file gives nothing; reads on from the file: "cannot be read".
struct Unreadable {
    message: String,
    /// Where something else helps than to name another file.
    remedy: Option<&'static str>,
}

impl Unreadable {
    fn new(message: String, remedy: &'static str) -> Self {
        Self { message, remedy: Some(remedy) }
    }

    fn because(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self { message: "is not there".to_owned(), remedy: None },
            ErrorKind::PermissionDenied => {
                let message = "this user may not read".to_owned();
                Self::new(
                    message,
                    "let the user that runs tintinh read it, or hand it over with LoadCredential=",
                )
            }
            ErrorKind::UnexpectedEof => Self { message: "is empty".to_owned(), remedy: None },
            ErrorKind::InvalidInput => Self { message: "is no plain file".to_owned(), remedy: None },
            _ => Self { message: format!("cannot be read ({error})"), remedy: None },
        }
    }
}

/// Reads at most one byte more than a file may have.
fn read_bounded(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // To open a pipe is to wait for somebody who writes to it.
    if !fs::metadata(path)?.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The path that is written so in a file that stands in this folder, or why it is none.
pub(super) fn file_path(text: &str, folder: &Path) -> Result<PathBuf, &'static str> {
    match text {
        "" => Err("is empty"),
        _ if text.contains('\0') => Err("holds a NUL"),
        _ if text.starts_with('~') => Err("begins with ~, which only shells understand"),
        _ => Ok(folder.join(text)),
    }
}
