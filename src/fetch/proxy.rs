//! Proxies, on their own terms. A proxy's address is the admin's word: it may be private. What it is asked for is
//! judged as far as that can be done from here:
//!
//! - an address is judged as without a proxy, and the proxy itself is never asked for;
//! - with `socks5` names are looked up here, and the proxy is told an address that was judged;
//! - with `http`, `https` and `socks5h` the proxy looks the name up, and nobody knows what it finds. So the name is
//!   looked up here too, and refused where any of its addresses is; a name that is not found here passes, for the
//!   proxy may know more. Whoever answers us and the proxy differently (DNS rebinding) comes through: a proxy that can
//!   reach what is private must guard that itself.

use reqwest::Proxy;
use tokio::time::timeout;
use url::{Host, Url};

use super::{FetchError, guard::Guard, resolver};
use crate::model::Limits;

/// The proxy as the client knows it.
///
/// # Errors
/// [`FetchError::Proxy`]: the client would take no notice of an address that it does not understand, and connect
/// by itself.
pub(super) fn through(address: &Url) -> Result<Proxy, FetchError> {
    let known = matches!(address.scheme(), "http" | "https" | "socks5" | "socks5h");
    let understood = address.as_str().parse::<hyper::Uri>().is_ok_and(|uri| uri.host().is_some());
    if !known || !understood || host(address).is_none() {
        return Err(FetchError::Proxy);
    }
    Proxy::all(address.clone()).map_err(|_| FetchError::Proxy)
}

/// Judges what a proxy is to be asked for.
///
/// # Errors
/// [`FetchError::AsksProxy`] or [`FetchError::ForbiddenAddress`].
pub(super) async fn check(url: &Url, proxy: &Url, guard: &Guard, limits: &Limits) -> Result<(), FetchError> {
    let target = url.host().map(|host| host.to_owned());
    if target.is_some() && target.clone().map(bare) == host(proxy).map(bare) {
        return Err(FetchError::AsksProxy { host: url.host_str().unwrap_or_default().to_owned() });
    }
    let (Some(Host::Domain(name)), "http" | "https" | "socks5h") = (target, proxy.scheme()) else {
        return Ok(());
    };
    let Ok(Ok(found)) = timeout(limits.connect_timeout, resolver::look_up(&name)).await else {
        return Ok(());
    };
    let refused = found.into_iter().find_map(|socket| {
        let zone = guard.judge(socket.ip()).err()?;
        Some(FetchError::ForbiddenAddress { host: name.clone(), address: socket.ip(), zone })
    });
    refused.map_or(Ok(()), Err)
}

/// Whom a request goes to, for error messages: `proxy` without its password.
pub(super) fn place(url: &Url, proxy: Option<&Url>) -> String {
    let host = url.host_str().unwrap_or_default();
    let Some(proxy) = proxy else { return host.to_owned() };
    let port = proxy.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{host} through the proxy {}{port}", proxy.host_str().unwrap_or_default())
}

/// The host of a proxy as an http address would have it: those of other schemes are kept as they are written.
fn host(proxy: &Url) -> Option<Host> {
    Host::parse(proxy.host_str()?).ok()
}

/// A name without the dot that may end it.
fn bare(host: Host) -> Host {
    match host {
        Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_owned()),
        address => address,
    }
}
