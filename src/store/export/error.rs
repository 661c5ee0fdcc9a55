//! Why a store could not be carried elsewhere, in words.

use std::{io, path::PathBuf};

use super::VERSION;
use crate::store::StoreError;

/// Why an export was not made. Nothing stands under its name then.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store cannot be read.
    #[error("{}", .0.in_words())]
    Store(#[from] StoreError),
    /// The lines cannot be written.
    #[error("cannot write the export: {0}; see whether its disk is full")]
    Write(#[from] io::Error),
    /// The file cannot be made.
    #[error("cannot write {}: {source}; name a file that may be written", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// What came from elsewhere is not whole.
    #[error("{0}")]
    Broken(Box<ImportError>),
    /// It was given up.
    #[error("the export was given up before its end; begin it anew")]
    Abandoned,
}

/// Why an export was not read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The store does not take it.
    #[error("{}", .0.in_words())]
    Store(#[from] StoreError),
    /// It cannot be read.
    #[error("cannot read the export: {0}; name a file that `tintinh export` wrote")]
    Read(#[from] io::Error),
    /// It begins with something else.
    #[error(
        "this is no export of tintinh: its first line should begin with {{\"tintinh\":; name a file that \
         `tintinh export` wrote"
    )]
    Foreign,
    /// It was written by another tintinh.
    #[error(
        "the export has version {0}, and this tintinh reads none above version {VERSION}; import it with the tintinh that wrote it"
    )]
    Version(u32),
    /// One line cannot be read.
    #[error("line {number}: {what}; take another export")]
    Line {
        /// Counted from 1.
        number: u64,
        /// Why not.
        what: String,
    },
    /// Lines cannot be read.
    #[error("{lines} damaged line{}: {}; take another export", if *.lines == 1 { "" } else { "s" }, told(.first))]
    Damaged {
        /// How many.
        lines: usize,
        /// The first of them.
        first: Vec<(u64, String)>,
    },
    /// The last line is missing.
    #[error("the export is cut off: its last line is missing; copy it anew, or take another one")]
    CutOff,
    /// The lines are not those that were written.
    #[error(
        "the export was changed since it was written: its lines do not add up to what its last line says; copy it \
         anew, or take another one"
    )]
    Changed,
    /// The store holds something already.
    #[error("the store in {} is not empty; import into a new folder (`path` in [store] of feeds.toml)", .path.display())]
    NotEmpty {
        /// The store's folder.
        path: PathBuf,
    },
    /// It was given up.
    #[error("the import was given up before its end; nothing was imported")]
    Abandoned,
}

fn told(lines: &[(u64, String)]) -> String {
    let told = lines.iter().map(|(number, what)| format!("line {number}: {what}"));
    told.collect::<Vec<_>>().join("; ")
}
