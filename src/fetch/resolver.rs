//! Name look-up that hands out only addresses the guard lets through. Because the client connects to exactly what it is
//! handed, a name that answers differently the second time (DNS rebinding) gains nothing.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;
use url::Url;

use super::guard::{Guard, Zone};

/// The system's resolver behind the guard.
pub(super) struct Resolver {
    guard: Arc<Guard>,
    /// The proxy's name, which is looked up as the admin's word: unjudged.
    exempt: Option<String>,
    /// SOCKS can be told of IPv6 addresses only as if they were names, which few proxies take: those come last.
    prefers_v4: bool,
}

/// Why a name gave no address to connect to; found again in the client's error chain.
#[derive(Debug, Error)]
pub(super) enum ResolveError {
    /// The system's resolver failed.
    #[error("name look-up failed")]
    Failed(#[source] io::Error),
    /// The name exists and has no address.
    #[error("the name has no address")]
    Nothing,
    /// The name has only addresses that the guard refuses; this is the first.
    #[error("{address} is {zone}")]
    Forbidden { address: IpAddr, zone: Zone },
}

impl Resolver {
    /// A resolver that judges every name's addresses but those of `proxy`.
    pub(super) fn new(guard: Arc<Guard>, proxy: Option<&Url>) -> Self {
        let exempt = proxy.and_then(|proxy| proxy.host_str()).map(str::to_owned);
        let prefers_v4 = proxy.is_some_and(|proxy| proxy.scheme() == "socks5");
        Self { guard, exempt, prefers_v4 }
    }

    fn is_exempt(&self, name: &str) -> bool {
        self.exempt.as_deref().is_some_and(|exempt| exempt.eq_ignore_ascii_case(name))
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, exempt, prefers_v4) =
            (Arc::clone(&self.guard), self.is_exempt(name.as_str()), self.prefers_v4);
        Box::pin(async move {
            let found = look_up(name.as_str()).await.map_err(ResolveError::Failed)?;
            let mut permitted = if exempt { found } else { admit(found, &guard)? };
            if prefers_v4 {
                permitted.sort_by_key(SocketAddr::is_ipv6);
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

/// The addresses of a name, or of an address that is asked for as if it were one, as SOCKS does.
pub(super) async fn look_up(name: &str) -> io::Result<Vec<SocketAddr>> {
    let unbracketed = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    // Port 0 stands for the scheme's own; the client puts the right one in.
    Ok(tokio::net::lookup_host((unbracketed, 0)).await?.collect())
}

/// Those of the addresses that the guard lets through; at least one.
fn admit(found: Vec<SocketAddr>, guard: &Guard) -> Result<Vec<SocketAddr>, ResolveError> {
    let mut refused = None;
    let mut permitted = Vec::new();
    for socket in found {
        match guard.judge(socket.ip()) {
            Ok(()) => permitted.push(socket),
            Err(zone) => {
                refused.get_or_insert(ResolveError::Forbidden { address: socket.ip(), zone });
            }
        }
    }
    if permitted.is_empty() { Err(refused.unwrap_or(ResolveError::Nothing)) } else { Ok(permitted) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(found: &str) -> Result<String, String> {
        let sockets = found.split_whitespace().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
        let permitted = admit(sockets, &Guard::default()).map_err(|error| error.to_string())?;
        let permitted: Vec<_> = permitted.iter().map(|socket| socket.ip().to_string()).collect();
        Ok(permitted.join(" "))
    }

    #[test]
    fn only_addresses_that_were_judged_are_handed_out() {
        let table = [
            ("1.1.1.1", Ok("1.1.1.1")),
            ("127.0.0.1 1.1.1.1 10.0.0.1 2606:4700::1111 ::1", Ok("1.1.1.1 2606:4700::1111")),
            ("::ffff:10.0.0.1 1.1.1.1", Ok("1.1.1.1")),
            ("127.0.0.1", Err("127.0.0.1 is loopback")),
            ("10.0.0.1 127.0.0.1", Err("10.0.0.1 is private")),
            ("", Err("the name has no address")),
        ];
        for (found, expected) in table {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(admitted(found), expected, "{found}");
        }
    }

    async fn resolved(proxy: Option<&str>, name: &str) -> Result<Vec<SocketAddr>, String> {
        let proxy = proxy.map(|proxy| Url::parse(proxy).unwrap());
        let resolver = Resolver::new(Arc::new(Guard::default()), proxy.as_ref());
        let found = resolver.resolve(name.parse().unwrap()).await;
        found.map(Iterator::collect).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn the_client_is_handed_what_was_looked_up_and_judged_in_one_go() {
        // Addresses that are asked for as if they were names: no look-up leaves this machine.
        assert_eq!(resolved(None, "1.1.1.1").await, Ok(vec!["1.1.1.1:0".parse().unwrap()]));
        assert_eq!(resolved(None, "127.0.0.1").await, Err("127.0.0.1 is loopback".to_owned()));
        assert_eq!(resolved(None, "[::1]").await, Err("::1 is loopback".to_owned()));
        let one = Ok(vec!["[2606:4700::1111]:0".parse().unwrap()]);
        assert_eq!(resolved(Some("socks5://p.example"), "[2606:4700::1111]").await, one);
    }

    #[tokio::test]
    async fn only_the_name_of_the_proxy_goes_unjudged() {
        let proxy = Some("socks5://LocalHost:1080");
        let found = resolved(proxy, "localhost").await.unwrap();
        assert!(found.iter().all(|socket| socket.ip().is_loopback()), "{found:?}");
        assert_eq!(resolved(proxy, "127.0.0.1").await, Err("127.0.0.1 is loopback".to_owned()));
        assert!(resolved(proxy, "localhost.").await.is_err());
    }
}
