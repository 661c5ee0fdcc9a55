//! Asks the daemon that holds a store to do what only it can, while it runs. Speaks HTTP to its admin listener, on this
//! machine.

use std::{net::SocketAddr, time::Duration};

use axum::body::Body;
use futures_util::StreamExt as _;
use hyper::{Request, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::{net::TcpStream, time::timeout};

use super::Failed;
use crate::{
    app::whereabouts,
    config::StoreSettings,
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
    #[error("no daemon answers at http://{address}: {reason}")]
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
    let no_answer = |reason: &dyn ToString| DaemonError::NoAnswer { address, reason: reason.to_string() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| no_answer(&error))?.block_on(async {
        let connecting = timeout(CONNECT_MAX, TcpStream::connect(address)).await;
        let stream = connecting.map_err(|late| no_answer(&late))?.map_err(|error| no_answer(&error))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| no_answer(&error))?;
        let request =
            Request::post(path).header(header::HOST, address.to_string()).body(Body::from(body.to_owned()));
        let request = request.map_err(|error| no_answer(&error))?;
        let talk = async {
            let answer = timeout(SILENCE_MAX, sender.send_request(request)).await;
            let answer = answer.map_err(|late| no_answer(&late))?.map_err(|error| no_answer(&error))?;
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
        match piece.map_err(|late| broke_off(late.to_string()))? {
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
