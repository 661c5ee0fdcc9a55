//! What admins and their tools see. A web page that the admin visits must not be able to drive it: requests that come
//! under a foreign name or from a foreign page are refused.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header, uri::Authority},
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
    if is_foreign(request.uri(), request.headers()) {
        let text = "This listener answers only to its own address (localhost or an IP address), and to no other page.\n";
        return plain(StatusCode::FORBIDDEN, text);
    }
    next.run(request).await
}

/// Host must be `localhost` or an IP address (a name that a hostile DNS points here is neither), and Origin, where a
/// browser sends it, the same. There must be one Host only, and it must agree with a target in absolute form, so that
/// we and a proxy before us read the same name (RFC 9112 §3.2).
fn is_foreign(target: &Uri, headers: &HeaderMap) -> bool {
    let Some(host) = only(headers, header::HOST) else { return true };
    let Ok(name) = host.parse::<Authority>() else { return true };
    let target_differs = target.authority().is_some_and(|target| *target != name);
    let origin_differs = headers.contains_key(header::ORIGIN)
        && only(headers, header::ORIGIN).is_none_or(|origin| origin != format!("http://{host}"));
    !is_local_name(&name) || target_differs || origin_differs
}

/// The header's value, if there is one and no more.
fn only(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

/// The spelling counts, not what lenient parsers make of it: no user name, no `0x7f.1`.
fn is_local_name(name: &Authority) -> bool {
    let host = name.host();
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_address = v6.map_or_else(|| host.parse::<Ipv4Addr>().is_ok(), |v6| v6.parse::<Ipv6Addr>().is_ok());
    !name.as_str().contains('@') && (is_address || host.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_name_and_pages_may_ask() {
        let table: [(&str, &[&str], &[&str], bool); 24] = [
            ("/", &["127.0.0.1:8081"], &[], false),
            ("/", &["localhost:8081"], &[], false),
            ("/", &["LocalHost"], &[], false),
            ("/", &["[::1]:8081"], &[], false),
            ("/", &["127.0.0.1:8081"], &["http://127.0.0.1:8081"], false),
            ("http://127.0.0.1:8081/", &["127.0.0.1:8081"], &[], false),
            ("/", &["127.0.0.1:8081"], &["http://evil.example"], true),
            ("/", &["127.0.0.1:8081"], &["http://127.0.0.1:8081", "http://evil.example"], true),
            ("/", &["127.0.0.1:8081"], &["null"], true),
            ("/", &["evil.example:8081"], &[], true),
            ("/", &["localhost.evil.example"], &[], true),
            ("/", &["evil.example@localhost"], &[], true),
            ("/", &["evil.example:80@127.0.0.1"], &[], true),
            ("/", &["127.0.0.1/x.evil.example"], &[], true),
            ("/", &["127.0.0.1#.evil.example"], &[], true),
            ("/", &["127.0.0.1?.evil.example"], &[], true),
            ("/", &["0x7f.1"], &[], true),
            ("/", &["localhost", "evil.example"], &[], true),
            ("/", &["localhost", "localhost"], &[], true),
            ("http://evil.example/", &["localhost"], &[], true),
            ("http://localhost/", &["evil.example"], &[], true),
            ("/", &["a b"], &[], true),
            ("/", &[""], &[], true),
            ("/", &[], &[], true),
        ];
        for (target, hosts, origins, wanted) in table {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(header::HOST, host.parse().unwrap());
            }
            for origin in origins {
                headers.append(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(
                is_foreign(&target.parse().unwrap(), &headers),
                wanted,
                "{target} {hosts:?} {origins:?}"
            );
        }
    }
}
