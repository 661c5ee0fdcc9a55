//! What admins and their tools see. A web page that the admin visits must not be able to drive it: requests that come
//! under a foreign name or from a foreign page are refused.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, StatusCode, Uri, header, uri::Authority},
    middleware::{self, Next},
    response::Response,
    routing::get,
};

use super::{Site, errand, method_not_allowed, not_found, plain, status};

/// What the admin listener serves.
pub fn admin(site: Site) -> Router {
    let metrics = Arc::clone(&site.metrics);
    let router = Router::new()
        .route("/", get(status::page))
        .route("/status.json", get(status::json))
        .route("/sources/{name}", get(status::source))
        .route("/health.xml", get(status::health))
        .route("/metrics", get(super::metrics::metrics))
        .route("/export", errand::route(|site| (site.export)()))
        .route("/compact", errand::route(|site| (site.compact)()))
        .route("/why", errand::about(|site, name| (site.why)(name)))
        .route("/forget", errand::about(|site, name| (site.forget)(name)))
        .route("/reload", errand::about(|site, file| (site.reload)(file)))
        .route("/poll", errand::about(|site, id| (site.poll)(id)))
        .route("/healthz", get(|| async { plain(StatusCode::OK, "ok\n") }))
        .fallback(|| async {
            not_found("There is nothing at this address. The start page tells how the sources fare: /")
        })
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn(refuse_foreign))
        .with_state(site);
    super::metrics::counted(router, metrics, "admins")
}

async fn refuse_foreign(request: Request, next: Next) -> Response {
    if is_foreign(request.uri(), request.headers()) {
        let text = "This listener answers only to its own address (localhost or an IP address), and to no other page. \
                    A proxy before it must send such a Host.\n";
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
