//! Reads bodies within bounds of size and silence. Refuses to know what the bytes mean, but for one glance: a body
//! whose encoding label nobody could act on is taken when it is plainly a document already.

use bytes::Bytes;
use reqwest::{
    Response,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
};
use tokio::time::timeout;

use super::{FetchError, words};
use crate::model::Limits;

/// How much of an error's body is read, in bytes: what an admin is shown of it is far shorter.
const ERROR_BODY: usize = 16 << 10;

/// The longest label quoted, in characters.
const LABEL_MAX: usize = 100;

/// The whole decoded body.
///
/// # Errors
/// [`FetchError::TooLarge`], [`FetchError::IdleTimeout`], [`FetchError::Truncated`], [`FetchError::Decoding`], or
/// [`FetchError::Encoding`] where a Content-Encoding is left that nobody decoded.
pub(super) async fn read(response: &mut Response, limits: &Limits) -> Result<Bytes, FetchError> {
    let too_large = || FetchError::TooLarge { limit: limits.max_body };
    // The client removes the length of what it decodes, so one that is still there is the body's own.
    if announced(response).is_some_and(|length| length > limits.max_body) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = next(response, limits).await? {
        if body.len() as u64 + chunk.len() as u64 > limits.max_body {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    match label(response) {
        Some(coding) if !is_document(&body) => Err(FetchError::Encoding { coding }),
        _ => Ok(body.into()),
    }
}

/// The first words of an error's body; empty where it has none, is no text, or breaks off before it says anything.
pub(super) async fn read_words(response: &mut Response, limits: &Limits) -> String {
    if !may_be_text(response) || label(response).is_some() {
        return String::new();
    }
    let mut body = Vec::new();
    while body.len() < ERROR_BODY
        && let Ok(Some(chunk)) = next(response, limits).await
    {
        body.extend_from_slice(&chunk[..chunk.len().min(ERROR_BODY - body.len())]);
    }
    words::read(&body)
}

async fn next(response: &mut Response, limits: &Limits) -> Result<Option<Bytes>, FetchError> {
    let limit = limits.idle_timeout;
    let chunk = timeout(limit, response.chunk()).await.map_err(|_| FetchError::IdleTimeout { limit })?;
    chunk.map_err(FetchError::from_reading)
}

fn announced(response: &Response) -> Option<u64> {
    response.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The codings that are still on the body: the client removes the label of what it decodes.
fn label(response: &Response) -> Option<String> {
    let values = response.headers().get_all(CONTENT_ENCODING).iter();
    let listed =
        values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect::<Vec<_>>();
    let listed = listed.join(", ");
    let coded = |name: &str| !name.is_empty() && !name.eq_ignore_ascii_case("identity");
    listed.split(',').any(|name| coded(name.trim())).then(|| words::cut(&listed, LABEL_MAX))
}

/// Whether a body begins as XML, JSON or UTF-16 text does: `Content-Encoding: utf-8` is a common mistake, and so is a
/// "gzip" that is not. No compressed format that we know of begins so, Brotli aside, which the client decodes itself.
fn is_document(body: &[u8]) -> bool {
    if body.starts_with(b"\xff\xfe") || body.starts_with(b"\xfe\xff") {
        return true;
    }
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    matches!(text.first(), Some(b'<' | b'{'))
}

fn may_be_text(response: &Response) -> bool {
    let Some(media_type) = response.headers().get(CONTENT_TYPE) else { return true };
    let media_type = String::from_utf8_lossy(media_type.as_bytes()).to_ascii_lowercase();
    ["text", "json", "xml"].iter().any(|word| media_type.contains(word))
}
