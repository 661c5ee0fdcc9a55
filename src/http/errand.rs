//! What an admin's command line asks the running daemon to do: long work, whose words are streamed while it goes on. Knows
//! not what is done; whoever hangs up has it given up.

use std::pin::Pin;

use axum::{
    body::{Body, to_bytes},
    extract::State as Extracted,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, post},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};

use super::{Site, Unavailable, plain, unavailable};

/// What is said of work under way, piece by piece; an error ends it, and the connection with it. Dropped where the asker
/// hangs up.
pub type Told = Pin<Box<dyn Stream<Item = Result<Bytes, Unavailable>> + Send>>;

/// Begins some work.
pub type Errand = dyn Fn() -> Told + Send + Sync;

/// Begins some work about what people have of an entry, or about a file or a source of this name; or says that too many
/// wait for that already.
pub type Asking = dyn Fn(String) -> Result<Told, Unavailable> + Send + Sync;

/// The longest name of an entry or of a file, in bytes: no address that is kept is longer, and no path.
const NAME_MAX: usize = 4096;

/// Answers POST by doing the errand that `which` finds.
pub(super) fn route(which: fn(&Site) -> Told) -> MethodRouter<Site> {
    post(async move |Extracted(site): Extracted<Site>| told(which(&site)).await).fallback(post_alone)
}

/// Answers POST by doing the errand that `which` finds about the name that the body is.
pub(super) fn about(which: fn(&Site, String) -> Result<Told, Unavailable>) -> MethodRouter<Site> {
    let answer = async move |Extracted(site): Extracted<Site>, body: Body| {
        let Ok(body) = to_bytes(body, NAME_MAX).await else {
            return plain(
                StatusCode::PAYLOAD_TOO_LARGE,
                "This is longer than any name: the body must be an id, an address, a guid or a file.\n",
            );
        };
        match std::str::from_utf8(&body).map(str::trim) {
            Ok(name) if !name.is_empty() => match which(&site, name.to_owned()) {
                Ok(begun) => told(begun).await,
                Err(busy) => unavailable(&busy.0),
            },
            _ => plain(
                StatusCode::BAD_REQUEST,
                "The body must be a name, in UTF-8: an id, an address, a guid or a file.\n",
            ),
        }
    };
    post(answer).fallback(post_alone)
}

/// What fails at once is told in words; what fails later breaks the connection, so that nobody takes it for whole.
async fn told(mut told: Told) -> Response {
    let first = match told.next().await {
        Some(Err(error)) => return plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error}\n")),
        first => first,
    };
    let pieces = stream::iter(first).chain(told);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}

async fn post_alone() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")], "This address answers POST only.\n")
        .into_response()
}
