//! What an answer comes to, by its status: a body, a 304, a redirect, or an error. Asks nothing, and knows no source.

use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, LAST_MODIFIED, LOCATION},
};
use url::Url;

use super::{
    Body, FetchError, Fetched, Request, Trail,
    body::{self, Room},
    head, hints, words,
};
use crate::model::{Timestamp, Validators};

/// The longest validator kept, in bytes. A longer one is left out: it would be sent with every request, and servers
/// refuse such headers.
const VALIDATOR_MAX: usize = 4096;

/// The longest Content-Type kept, in characters.
const CONTENT_TYPE_MAX: usize = 200;

/// Whether an answer says to ask elsewhere.
pub(super) fn is_redirect(response: &Response) -> bool {
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Whether a redirect is to be remembered (RFC 9110 §15.4.2 and §15.4.9).
pub(super) fn is_permanent(response: &Response) -> bool {
    matches!(response.status().as_u16(), 301 | 308)
}

/// Where a redirect leads. Its fragment goes: it names a place in a page, not what to ask for.
///
/// # Errors
/// [`FetchError::BadLocation`].
pub(super) fn target(response: &Response, from: &Url) -> Result<Url, FetchError> {
    let bad = || FetchError::BadLocation { code: response.status().as_u16() };
    // Location may hold raw UTF-8, which the standard forbids and .gov.vn servers send; joining escapes it.
    let location = response.headers().get(LOCATION).ok_or_else(bad)?;
    let location = std::str::from_utf8(location.as_bytes()).map_err(|_| bad())?.trim();
    if location.is_empty() {
        return Err(bad());
    }
    let mut url = from.join(location).map_err(|_| bad())?;
    url.set_fragment(None);
    Ok(url)
}

/// Makes something of an answer that is no redirect.
///
/// # Errors
/// [`FetchError::Status`], [`FetchError::UnaskedNotModified`], or what keeps a body from being read.
pub(super) async fn conclude(
    mut response: Response,
    trail: &Trail,
    request: &Request<'_>,
    room: &Room,
    now: Timestamp,
) -> Result<Fetched, FetchError> {
    let hints = hints::read(response.headers(), now);
    let validators = validators(response.headers());
    let moved = trail.moved();
    match response.status() {
        // 203 is a 200 that a proxy on the way has touched (RFC 9110 §15.3.4).
        StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => {
            let (bytes, length) = body::read(&mut response, request.limits, room).await?;
            let content_type = response.headers().get(CONTENT_TYPE);
            let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()));
            let content_type = content_type.map(|value| words::cut(&value, CONTENT_TYPE_MAX));
            let url = trail.url.clone();
            Ok(Fetched::Body(Body { bytes, length, content_type, url, validators, hints, moved }))
        }
        StatusCode::NOT_MODIFIED if head::conditions(request.validators).is_empty() => {
            Err(FetchError::UnaskedNotModified { hints })
        }
        StatusCode::NOT_MODIFIED => Ok(Fetched::NotModified { hints, validators, moved }),
        status => {
            let words = body::read_words(&mut response, request.limits).await;
            Err(FetchError::Status { code: status.as_u16(), words, hints })
        }
    }
}

/// The validators of an answer, byte for byte.
fn validators(headers: &HeaderMap) -> Validators {
    let read = |name| {
        let value: &HeaderValue = headers.get(name)?;
        let fits = (1..=VALIDATOR_MAX).contains(&value.len());
        fits.then(|| value.as_bytes().to_vec())
    };
    Validators { etag: read(ETAG), last_modified: read(LAST_MODIFIED) }
}
