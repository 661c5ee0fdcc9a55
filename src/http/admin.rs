//! What admins and their tools see. A web page that the admin visits must not be able to drive it: requests that come
//! under a foreign name or from a foreign page are refused.

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;

use super::{Site, method_not_allowed, not_found, plain};
use crate::model::{self, SourceId, Timestamp};

/// What the admin listener serves.
pub fn admin(site: Site) -> Router {
    Router::new()
        .route("/status.json", get(status))
        .route("/healthz", get(|| async { plain(StatusCode::OK, "ok\n") }))
        .fallback(|| async {
            not_found("There is nothing at this address. /status.json tells how the sources fare.")
        })
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn(refuse_foreign))
        .with_state(site)
}

#[derive(Serialize)]
struct Status {
    version: &'static str,
    time: Timestamp,
    sources: Vec<SourceStatus>,
}

#[derive(Serialize)]
struct SourceStatus {
    id: SourceId,
    title: String,
    province: Option<&'static str>,
    url: String,
    enabled: bool,
    state: model::State,
    since: Option<Timestamp>,
    reason: String,
    failures: u32,
    last_poll: Option<Timestamp>,
    last_success: Option<Timestamp>,
    last_entry: Option<Timestamp>,
    next_poll: Option<Timestamp>,
    repairs: Vec<String>,
    warnings: Vec<String>,
}

async fn status(State(site): State<Site>) -> Response {
    let config = site.config.borrow().clone();
    let sources = config.sources.iter().map(|source| {
        let state = site.board.state(&source.id);
        let polled = |at| state.last_poll.is_some().then_some(at);
        let mut url = source.url.clone();
        // Credentials never reach a page. Both fail only for addresses without a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        SourceStatus {
            id: source.id.clone(),
            title: source.title.clone(),
            province: source.province.map(model::Province::slug),
            url: url.into(),
            enabled: source.enabled,
            state: state.state,
            since: polled(state.since),
            failures: state.failures,
            last_poll: state.last_poll,
            last_success: state.last_success,
            last_entry: state.last_entry,
            next_poll: polled(state.next_poll),
            reason: state.reason,
            repairs: state.repairs,
            warnings: state.warnings,
        }
    });
    let status =
        Status { version: env!("CARGO_PKG_VERSION"), time: (site.clock)(), sources: sources.collect() };
    ([(header::CACHE_CONTROL, "no-store")], Json(status)).into_response()
}

async fn refuse_foreign(request: Request, next: Next) -> Response {
    if is_foreign(request.headers()) {
        let text = "This listener answers only to its own address (localhost or an IP address), and to no other page.\n";
        return plain(StatusCode::FORBIDDEN, text);
    }
    next.run(request).await
}

/// Host must be `localhost` or an IP address (a name that a hostile DNS points here is neither), and Origin, where a
/// browser sends it, the same.
fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or("?"));
    let Some(host) = text(header::HOST) else { return true };
    let origin_differs = text(header::ORIGIN).is_some_and(|origin| origin != format!("http://{host}"));
    !is_local_name(host) || origin_differs
}

fn is_local_name(host: &str) -> bool {
    let parsed = url::Url::parse(&format!("http://{host}/"));
    match parsed.as_ref().ok().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => true,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_name_and_pages_may_ask() {
        let table = [
            (Some("127.0.0.1:8081"), None, false),
            (Some("localhost:8081"), None, false),
            (Some("[::1]:8081"), None, false),
            (Some("127.0.0.1:8081"), Some("http://127.0.0.1:8081"), false),
            (Some("127.0.0.1:8081"), Some("http://evil.example"), true),
            (Some("127.0.0.1:8081"), Some("null"), true),
            (Some("evil.example:8081"), None, true),
            (Some("localhost.evil.example"), None, true),
            (Some("a b"), None, true),
            (None, None, true),
        ];
        for (host, origin, wanted) in table {
            let mut headers = HeaderMap::new();
            host.map(|host: &str| headers.insert(header::HOST, host.parse().unwrap()));
            origin.map(|origin: &str| headers.insert(header::ORIGIN, origin.parse().unwrap()));
            assert_eq!(is_foreign(&headers), wanted, "{host:?} {origin:?}");
        }
    }
}
