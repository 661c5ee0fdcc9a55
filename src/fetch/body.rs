//! Reads bodies within bounds of size and silence, and all of them together within a bound of memory. Refuses to know
//! what the bytes mean.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::{
    Response,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    FetchError,
    decode::{DecodeError, Decoder, Label},
    words,
};
use crate::model::Limits;

/// How much of an error's body is read, in bytes: what an admin is shown of it is far shorter.
const ERROR_BODY: u64 = 16 << 10;

/// A longer body, in bytes, counts among the large ones.
const SMALL: usize = 1 << 20;

/// The most large bodies in memory at once, until they have been read: with ten megabytes for each of these, and some
/// hundred small ones, all together stay below half a gigabyte.
const LARGE_MAX: usize = 16;

/// The room that all bodies share.
#[derive(Debug, Clone)]
pub(super) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LARGE_MAX)))
    }
}

/// A large body, which leaves its place to the next when the last of it is gone.
struct Large {
    bytes: Vec<u8>,
    _place: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Large {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The whole decoded body, and how long it was on the network. One that turns out to be large waits for a place among the large ones.
///
/// # Errors
/// [`FetchError::TooLarge`], [`FetchError::IdleTimeout`], [`FetchError::Truncated`], [`FetchError::Decoding`] or
/// [`FetchError::Encoding`].
pub(super) async fn read(
    response: &mut Response,
    limits: &Limits,
    room: &Room,
) -> Result<(Bytes, u64), FetchError> {
    let named = |error| name(error, limits.max_body);
    let mut decoder = Decoder::new(label(response), limits.max_body);
    if announced(response).is_some_and(|length| length > decoder.most()) {
        return Err(named(DecodeError::TooLarge));
    }
    let (mut place, mut length) = (None, 0);
    while !decoder.is_done()
        && let Some(piece) = next(response, limits).await?
    {
        length += piece.len() as u64;
        decoder.push(&piece).map_err(named)?;
        if place.is_none() && decoder.kept() > SMALL {
            // Never closed.
            place = Arc::clone(&room.0).acquire_owned().await.ok();
        }
    }
    let bytes = decoder.finish().map_err(named)?;
    let bytes = match place {
        None => bytes.into(),
        Some(place) => Bytes::from_owner(Large { bytes, _place: place }),
    };
    Ok((bytes, length))
}

/// The first words of an error's body; empty where it has none, is no text, or breaks off before it says anything.
pub(super) async fn read_words(response: &mut Response, limits: &Limits) -> String {
    if !may_be_text(response) {
        return String::new();
    }
    let mut decoder = Decoder::new(label(response), ERROR_BODY);
    while !decoder.is_done()
        && let Ok(Some(piece)) = next(response, limits).await
        && decoder.push(&piece).is_ok()
    {}
    words::read(&decoder.rescue())
}

async fn next(response: &mut Response, limits: &Limits) -> Result<Option<Bytes>, FetchError> {
    let limit = limits.idle_timeout;
    let piece = timeout(limit, response.chunk()).await;
    let piece = piece.map_err(|_| FetchError::IdleTimeout { limit, answered: true })?;
    piece.map_err(|error| FetchError::Truncated(Some(error.without_url())))
}

fn name(error: DecodeError, limit: u64) -> FetchError {
    match error {
        DecodeError::TooLarge => FetchError::TooLarge { limit },
        DecodeError::Truncated => FetchError::Truncated(None),
        DecodeError::Broken(coding) => FetchError::Decoding { coding },
        DecodeError::Unknown(coding) => FetchError::Encoding { coding },
    }
}

fn announced(response: &Response) -> Option<u64> {
    response.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn label(response: &Response) -> Label {
    Label::read(response.headers().get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes))
}

fn may_be_text(response: &Response) -> bool {
    let Some(media_type) = response.headers().get(CONTENT_TYPE) else { return true };
    let media_type = String::from_utf8_lossy(media_type.as_bytes()).to_ascii_lowercase();
    ["text", "json", "xml"].iter().any(|word| media_type.contains(word))
}
