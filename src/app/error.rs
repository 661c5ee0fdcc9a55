//! Why the daemon could not start, or could not go on, in words an admin can act on.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
};

use thiserror::Error;

use super::RenderError;
use crate::{fetch::FetchError, store::StoreError};

/// The daemon could not start, or could not go on.
#[derive(Debug, Error)]
pub enum AppError {
    /// A listener could not be opened.
    #[error("cannot listen on {address} for {who}: {source}. {}", instead(source, key))]
    Listen {
        /// Readers or admins.
        who: &'static str,
        /// The key that says where.
        key: &'static str,
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// What systemd handed over is of no use.
    #[error("cannot answer on what systemd hands over: {0}. Look at tintinh.socket, or stop it")]
    Inherited(#[source] io::Error),
    /// The store could not be opened or read.
    #[error("{}", .0.in_words())]
    Store(#[from] StoreError),
    /// No client for requests could be made.
    #[error("{}", .0.failure().reason)]
    Fetch(#[from] FetchError),
    /// The feeds could not be made from what the store holds.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The store failed while running.
    #[error("the store failed ({0}); ending, so that a restart can open it anew")]
    StoreFailed(String),
    /// A task that never ends has ended.
    #[error("the {0} task has ended; ending, so that a restart can mend it")]
    Died(&'static str),
}

/// What to do where a listener cannot be opened.
fn instead(source: &io::Error, key: &str) -> String {
    match source.kind() {
        ErrorKind::PermissionDenied => {
            format!("Change `{key}` in feeds.toml to a port from 1024 on; a proxy can stand before it")
        }
        ErrorKind::AddrNotAvailable => format!("Change `{key}` in feeds.toml to an address of this machine"),
        _ => format!("Is another tintinh running? Change `{key}` in feeds.toml to use another port"),
    }
}
