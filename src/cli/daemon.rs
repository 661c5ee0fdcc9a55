//! Asks the daemon that holds a store to do what only it can, while it runs. Speaks HTTP to its admin listener, on this
//! machine.

use std::{net::SocketAddr, path::Path, time::Duration};

use axum::body::Body;
use futures_util::StreamExt as _;
use hyper::{Request, client::conn::http1, header, http::request};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::{net::TcpStream, time::timeout};

use super::Failed;
use crate::{
    app::whereabouts,
    config::{self, StoreSettings},
    store::{SledEngine, StoreError},
};

/// On one machine a connection takes no time, but on one that swaps.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Between two pieces of an answer: the daemon says something each second, or is stuck.
const SILENCE_MAX: Duration = Duration::from_mins(2);
/// The most that a refusal's words may be long, in bytes.
const WORDS_MAX: usize = 4096;

/// Why the daemon did not do it.
#[derive(Debug, Error)]
pub(super) enum DaemonError {
    /// Nobody is there.
    #[error("no daemon answers at http://{address}: {reason}; start it, or name its file by --config")]
    NoAnswer {
        /// Where it was asked.
        address: SocketAddr,
        /// Why not.
        reason: String,
    },
    /// It will not.
    #[error("the daemon at http://{address} refuses: {words}")]
    Refused {
        /// Where it was asked.
        address: SocketAddr,
        /// Its words.
        words: String,
    },
    /// Its answer was cut off.
    #[error("the daemon at http://{address} broke off: {reason}; its log may say why")]
    BrokeOff {
        /// Where it was asked.
        address: SocketAddr,
        /// How.
        reason: String,
    },
    /// What it said could not be used here.
    #[error("{0}")]
    Unusable(String),
}

impl DaemonError {
    /// As the reason why a command failed.
    pub(super) fn failed(self) -> Failed {
        let code = if matches!(self, Self::NoAnswer { .. }) { super::NO_DAEMON } else { super::FAILURE };
        Failed { code, words: self.to_string() }
    }
}

/// Has the daemon that holds the store do this, if one does; `None` if the store is free.
///
/// # Errors
/// When the store is in use, and nobody does it.
pub(super) fn do_by_holder<T>(
    store: &StoreSettings,
    mut errand: impl FnMut(SocketAddr) -> Result<T, DaemonError>,
) -> Result<Option<T>, Failed> {
    if !SledEngine::is_in_use(&store.path) {
        return Ok(None);
    }
    let Some(address) = whereabouts::told(&store.path) else {
        let locked = StoreError::Locked { path: store.path.clone() };
        return Err(locked.to_string().into());
    };
    match errand(address) {
        Ok(done) => Ok(Some(done)),
        // It may just have ended.
        Err(DaemonError::NoAnswer { .. }) if !SledEngine::is_in_use(&store.path) => Ok(None),
        Err(error @ DaemonError::NoAnswer { .. }) => {
            let words = format!("the store in {} is in use, but {error}", store.path.display());
            Err(Failed { code: super::NO_DAEMON, words })
        }
        Err(error) => Err(error.to_string().into()),
    }
}

/// Where the daemon of this file answers admins: where it said itself, or else where the file says. The file may have
/// mistakes.
///
/// # Errors
/// When the file cannot be read, or says nothing that helps.
pub(super) fn find(path: &Path) -> Result<SocketAddr, Failed> {
    let places = config::places(path, super::surroundings(path))
        .map_err(|error| Failed { code: super::BAD_INPUT, words: error.to_string() })?;
    let told = SledEngine::is_in_use(&places.store).then(|| whereabouts::told(&places.store)).flatten();
    // A store that this user may not look into says nothing.
    let written = || Some(whereabouts::reached(places.admin)).filter(|admin| admin.port() != 0);
    told.or_else(written).ok_or_else(|| {
        let words = format!(
            "no daemon has the store in {}; start it, or name its file by --config",
            places.store.display()
        );
        Failed { code: super::NO_DAEMON, words }
    })
}

/// All that is answered to this body at this path, which may be so long in bytes.
///
/// # Errors
/// See [`DaemonError`].
pub(super) fn posted(
    address: SocketAddr,
    path: &str,
    body: &str,
    most: usize,
) -> Result<Vec<u8>, DaemonError> {
    whole(most, |take| post(address, path, body, take))
}

/// All that is answered at this path, which may be so long in bytes.
///
/// # Errors
/// See [`DaemonError`].
pub(super) fn got(address: SocketAddr, path: &str, most: usize) -> Result<Vec<u8>, DaemonError> {
    whole(most, |take| ask(address, Request::get(path), "", take))
}

fn whole(
    most: usize,
    ask: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<(), String>) -> Result<(), DaemonError>,
) -> Result<Vec<u8>, DaemonError> {
    let mut answer = Vec::new();
    ask(&mut |piece| {
        if answer.len() + piece.len() > most {
            return Err(
                "the daemon says more than anybody asked for; restart it, if it is of another version"
                    .to_owned(),
            );
        }
        answer.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(answer)
}

/// An answer of JSON as a value.
pub(super) fn read<T: DeserializeOwned>(answer: &[u8]) -> Result<T, DaemonError> {
    serde_json::from_slice(answer).map_err(|error| {
        DaemonError::Unusable(format!(
            "the daemon's answer cannot be read: {error}; restart it, if it is of another version"
        ))
    })
}

/// Posts this body to this path, and hands over what is answered, piece by piece as it comes.
///
/// # Errors
/// See [`DaemonError`].
pub(super) fn post(
    address: SocketAddr,
    path: &str,
    body: &str,
    take: &mut dyn FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), DaemonError> {
    ask(address, Request::post(path), body, take)
}

fn ask(
    address: SocketAddr,
    request: request::Builder,
    body: &str,
    take: &mut dyn FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), DaemonError> {
    let no_answer = |reason: &dyn ToString| DaemonError::NoAnswer { address, reason: reason.to_string() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| no_answer(&error))?.block_on(async {
        let connecting = timeout(CONNECT_MAX, TcpStream::connect(address)).await;
        let stream =
            connecting.map_err(|_| no_answer(&silence(CONNECT_MAX)))?.map_err(|error| no_answer(&error))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| no_answer(&error))?;
        let request = request.header(header::HOST, address.to_string()).body(Body::from(body.to_owned()));
        let request = request.map_err(|error| no_answer(&error))?;
        let talk = async {
            let answer = timeout(SILENCE_MAX, sender.send_request(request)).await;
            let answer =
                answer.map_err(|_| no_answer(&silence(SILENCE_MAX)))?.map_err(|error| no_answer(&error))?;
            receive(address, answer.map(Body::new), take).await
        };
        // The connection is driven for as long as there is talk.
        tokio::pin!(talk);
        tokio::select! {
            biased;
            told = &mut talk => told,
            _ = connection => talk.await,
        }
    })
}

fn silence(limit: Duration) -> String {
    format!("it is silent for {} s", limit.as_secs())
}

async fn receive(
    address: SocketAddr,
    answer: hyper::Response<Body>,
    take: &mut dyn FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), DaemonError> {
    let broke_off = |reason: String| DaemonError::BrokeOff { address, reason };
    let well = answer.status().is_success();
    let mut words = answer.status().to_string();
    let mut pieces = answer.into_body().into_data_stream();
    loop {
        let piece = timeout(SILENCE_MAX, pieces.next()).await;
        match piece.map_err(|_| broke_off(silence(SILENCE_MAX)))? {
            None if well => return Ok(()),
            None => return Err(DaemonError::Refused { address, words }),
            Some(Err(error)) => return Err(broke_off(error.to_string())),
            Some(Ok(piece)) if well => take(&piece).map_err(DaemonError::Unusable)?,
            Some(Ok(piece)) if words.len() < WORDS_MAX => {
                words = format!("{words}: {}", String::from_utf8_lossy(&piece).trim());
            }
            Some(Ok(_)) => {}
        }
    }
}
