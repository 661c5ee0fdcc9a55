//! What a reading of the file depends on beside its text.

use std::{ffi::OsString, path::PathBuf};

/// What the file does not say and its caller knows; the caller reads the environment.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The folder where the file stands, from which on its paths are read; [`load`](super::load) finds it itself.
    pub folder: PathBuf,
    /// The file itself, which does not include itself; [`load`](super::load) knows it.
    pub file: Option<PathBuf>,
    /// `$STATE_DIRECTORY` of the service manager, where the store goes unless the file says otherwise.
    pub state_directory: Option<PathBuf>,
    /// `$CREDENTIALS_DIRECTORY` of the service manager, where a `credentials_file` without a path is looked for first.
    pub credentials_directory: Option<PathBuf>,
    /// The value of an environment variable, for `credentials_env`.
    pub variable: fn(&str) -> Option<OsString>,
}

impl Default for Surroundings {
    /// A folder of no name, and an empty environment.
    fn default() -> Self {
        Self {
            folder: PathBuf::new(),
            file: None,
            state_directory: None,
            credentials_directory: None,
            variable: |_| None,
        }
    }
}
