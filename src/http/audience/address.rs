//! Where a request comes from: the other end of the connection, or, where that is a proxy of ours, whom it names.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};

pub(super) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address. Only a peer on this machine or in a private network is believed to be a proxy, and of what it
/// sends only the last address, which it has written itself: those before came with the request.
pub(super) fn client(peer: IpAddr, asked: &HeaderMap) -> IpAddr {
    let peer = peer.to_canonical();
    if !is_near(peer) {
        return peer;
    }
    let named = last(asked, &X_FORWARDED_FOR).and_then(address);
    named.or_else(|| last(asked, &header::FORWARDED).and_then(forwarded)).map_or(peer, |it| it.to_canonical())
}

/// A household or a machine: IPv6 gives each a whole /64, in which programs move about (RFC 8981).
pub(in super::super) fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// Whether a peer is on this machine or in a private network: there it may be a proxy that asks for many.
pub(in super::super) fn is_near(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// The last item of a list that may stand in several headers.
fn last<'a>(asked: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let list = asked.get_all(name).iter().next_back()?.to_str().ok()?;
    list.rsplit(',').next().map(str::trim)
}

/// `for=` of an item of Forwarded (RFC 7239 §4); none where it hides who asked.
fn forwarded(item: &str) -> Option<IpAddr> {
    let pairs = item.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut named = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for")).map(|(_, node)| node);
    address(named.next()?.trim_matches('"'))
}

/// An address, with a port or without.
fn address(node: &str) -> Option<IpAddr> {
    let bare = node.strip_prefix('[').and_then(|node| node.strip_suffix(']')).unwrap_or(node);
    bare.parse().ok().or_else(|| Some(node.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_of_ours_says_who_asks() {
        type Sent = [(&'static str, &'static str)];
        let table: [(&str, &Sent, &str); 20] = [
            ("203.0.113.9", &[], "203.0.113.9"),
            ("203.0.113.9", &[("x-forwarded-for", "198.51.100.7")], "203.0.113.9"),
            ("203.0.113.9", &[("forwarded", "for=198.51.100.7")], "203.0.113.9"),
            ("2001:db8::9", &[("x-forwarded-for", "198.51.100.7")], "2001:db8::9"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &[("x-forwarded-for", "198.51.100.7")], "198.51.100.7"),
            ("::ffff:127.0.0.1", &[("x-forwarded-for", "::ffff:198.51.100.7")], "198.51.100.7"),
            ("10.1.2.3", &[("x-forwarded-for", "8.8.8.8, 198.51.100.7")], "198.51.100.7"),
            (
                "10.1.2.3",
                &[("x-forwarded-for", "8.8.8.8"), ("x-forwarded-for", "198.51.100.7")],
                "198.51.100.7",
            ),
            ("fd00::1", &[("x-forwarded-for", "198.51.100.7:4711")], "198.51.100.7"),
            ("::1", &[("x-forwarded-for", "2001:db8::7")], "2001:db8::7"),
            ("::1", &[("x-forwarded-for", "[2001:db8::7]:4711")], "2001:db8::7"),
            (
                "fe80::1",
                &[("forwarded", "for=8.8.8.8, For=\"[2001:db8::7]:4711\";proto=https")],
                "2001:db8::7",
            ),
            ("192.168.1.1", &[("forwarded", "proto=https; for=198.51.100.7")], "198.51.100.7"),
            ("192.168.1.1", &[("forwarded", "for=\"[2001:db8::7]\"")], "2001:db8::7"),
            ("192.168.1.1", &[("forwarded", "for=unknown")], "192.168.1.1"),
            ("192.168.1.1", &[("forwarded", "for=_hidden")], "192.168.1.1"),
            ("192.168.1.1", &[("x-forwarded-for", "8.8.8.8, nonsense")], "192.168.1.1"),
            ("192.168.1.1", &[("x-forwarded-for", "8.8.8.8,")], "192.168.1.1"),
            ("192.168.1.1", &[("x-forwarded-for", "\u{e1}")], "192.168.1.1"),
        ];
        for (peer, sent, wanted) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in sent {
                let value = axum::http::HeaderValue::from_bytes(value.as_bytes()).unwrap();
                headers.append(name.parse::<HeaderName>().unwrap(), value);
            }
            assert_eq!(client(peer.parse().unwrap(), &headers).to_string(), wanted, "{peer} {sent:?}");
        }
    }

    #[test]
    fn a_household_keeps_its_v6_network_and_its_v4_address() {
        let table = [
            ("198.51.100.7", "198.51.100.7"),
            ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
            ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::"),
            ("2001:db8:1:3:aaaa::1", "2001:db8:1:3::"),
        ];
        for (address, wanted) in table {
            assert_eq!(household(address.parse().unwrap()).to_string(), wanted, "{address}");
        }
    }
}
