//! Which addresses may be asked: the public internet, and the networks that an admin named. Pure; knows neither names
//! nor sockets, so whoever connects must ask here about the very address it connects to.

mod zones;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

use self::zones::{embedded, find_v4, find_v6};
use super::FetchError;

/// Refuses what a feed has no business to point at.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard {
    allow: Vec<IpNet>,
}

/// What kind of address was refused, as a word or two that follow "which is".
pub(super) type Zone = &'static str;

impl Guard {
    /// A guard that opens these networks beside the public internet.
    pub(super) fn new(allow: &[IpNet]) -> Self {
        Self { allow: allow.to_vec() }
    }

    /// Judges an address. One that carries an IPv4 address (mapped, compatible, NAT64, 6to4) is judged by that,
    /// because that is where its packets end.
    ///
    /// # Errors
    /// The zone that the address lies in, where that is neither public nor allowed.
    pub(super) fn judge(&self, address: IpAddr) -> Result<(), Zone> {
        let target = embedded(address).map_or(address, IpAddr::V4);
        if self.allow.iter().any(|network| network.contains(&address) || network.contains(&target)) {
            return Ok(());
        }
        let zone = match target {
            IpAddr::V4(four) => find_v4(four),
            IpAddr::V6(six) => find_v6(six),
        };
        zone.map_or(Ok(()), Err)
    }

    /// Judges what can be seen of a URL before it is asked: scheme, userinfo, and a host that is an address. A host
    /// that is a name is left to the resolver, but for `localhost`, which is an address by another name (RFC 6761
    /// §6.3) and which not every resolver knows.
    ///
    /// # Errors
    /// [`FetchError::Scheme`], [`FetchError::Credentials`] or [`FetchError::ForbiddenAddress`].
    pub(super) fn check(&self, url: &Url) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Scheme { scheme: url.scheme().to_owned() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Credentials);
        }
        let address = match url.host() {
            Some(Host::Ipv4(four)) => IpAddr::V4(four),
            Some(Host::Ipv6(six)) => IpAddr::V6(six),
            Some(Host::Domain(name)) if is_localhost(name) && self.judge(LOOPBACK_V6).is_err() => LOOPBACK_V4,
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        self.judge(address).map_err(|zone| FetchError::ForbiddenAddress {
            host: url.host_str().unwrap_or_default().to_owned(),
            address,
            zone,
        })
    }
}

const LOOPBACK_V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const LOOPBACK_V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// `localhost`, and all below it, in lower case as a URL has it.
fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(allow: &[&str], address: &str) -> Result<(), Zone> {
        let allow: Vec<IpNet> = allow.iter().map(|network| network.parse().unwrap()).collect();
        Guard::new(&allow).judge(address.parse().unwrap())
    }

    #[test]
    fn public_addresses_are_let_through() {
        let table = "1.1.1.1 9.255.255.255 11.0.0.0 14.225.0.1 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
            169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 \
            198.17.255.255 198.20.0.0 203.0.112.255 203.0.114.0 223.255.255.255 2001:200::1 2001:db7::1 2001:db9::1 \
            2400:cb00::1 2606:4700::1111 ::ffff:1.1.1.1 ::1.1.1.1 64:ff9b::1.1.1.1 2002:101:101::1";
        for address in table.split(' ') {
            assert_eq!(judge(&[], address), Ok(()), "{address}");
        }
        assert_eq!(table.split(' ').count(), 29);
    }

    #[test]
    fn every_other_address_is_refused_with_its_zone() {
        let table = [
            ("0.0.0.0", "unspecified"),
            ("0.1.2.3", "reserved"),
            ("10.0.0.1", "private"),
            ("10.255.255.255", "private"),
            ("100.64.0.0", "carrier-grade NAT"),
            ("100.127.255.255", "carrier-grade NAT"),
            ("127.0.0.1", "loopback"),
            ("127.255.255.255", "loopback"),
            ("169.254.169.254", "link-local"),
            ("172.16.0.0", "private"),
            ("172.31.255.255", "private"),
            ("192.0.0.8", "reserved"),
            ("192.0.2.1", "documentation"),
            ("192.88.99.1", "reserved"),
            ("192.168.1.1", "private"),
            ("198.18.0.0", "benchmarking"),
            ("198.19.255.255", "benchmarking"),
            ("198.51.100.7", "documentation"),
            ("203.0.113.255", "documentation"),
            ("224.0.0.1", "multicast"),
            ("239.255.255.255", "multicast"),
            ("240.0.0.1", "reserved"),
            ("255.255.255.254", "reserved"),
            ("255.255.255.255", "broadcast"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("100::1", "reserved"),
            ("64:ff9b:1::1", "private"),
            ("2001::1", "reserved"),
            ("2001:2::1", "benchmarking"),
            ("2001:1ff:ffff::1", "reserved"),
            ("2001:db8::1", "documentation"),
            ("3fff::1", "documentation"),
            ("4000::1", "reserved"),
            ("5f00::1", "reserved"),
            ("fc00::1", "unique local"),
            ("fdff::1", "unique local"),
            ("fe80::1", "link-local"),
            ("febf::1", "link-local"),
            ("fec0::1", "site-local"),
            ("ff02::1", "multicast"),
        ];
        for (address, zone) in table {
            assert_eq!(judge(&[], address), Err(zone), "{address}");
        }
    }

    #[test]
    fn an_address_that_carries_another_is_judged_by_it() {
        let table = [
            ("::ffff:127.0.0.1", "loopback"),
            ("::ffff:169.254.169.254", "link-local"),
            ("::ffff:0.0.0.0", "unspecified"),
            ("::127.0.0.1", "loopback"),
            ("::10.0.0.1", "private"),
            ("64:ff9b::192.168.0.1", "private"),
            ("64:ff9b::169.254.169.254", "link-local"),
            ("2002:7f00:1::", "loopback"),
            ("2002:c0a8:101::1", "private"),
            ("2002:e000:1::", "multicast"),
        ];
        for (address, zone) in table {
            assert_eq!(judge(&[], address), Err(zone), "{address}");
        }
    }

    #[test]
    fn the_allow_list_opens_what_it_names_and_no_more() {
        let table = [
            ("127.0.0.0/8", "127.0.0.1", Ok(())),
            ("127.0.0.0/8", "::ffff:127.0.0.1", Ok(())),
            ("127.0.0.0/8", "::1", Err("loopback")),
            ("127.0.0.0/8", "169.254.169.254", Err("link-local")),
            ("127.0.0.1/32", "127.0.0.2", Err("loopback")),
            ("10.1.0.0/16", "10.1.2.3", Ok(())),
            ("10.1.0.0/16", "10.2.0.0", Err("private")),
            ("fd00::/8", "fd12::1", Ok(())),
            ("fd00::/8", "fe80::1", Err("link-local")),
            ("64:ff9b::/96", "64:ff9b::10.0.0.1", Ok(())),
            ("64:ff9b::/96", "10.0.0.1", Err("private")),
        ];
        for (allow, address, verdict) in table {
            assert_eq!(judge(&[allow], address), verdict, "{address} with {allow}");
        }
    }

    #[test]
    fn a_url_is_refused_for_its_scheme_its_userinfo_or_its_address_however_that_is_spelt() {
        let table = [
            ("http://baoninhbinh.org.vn/rss", "fine"),
            ("https://1.1.1.1/", "fine"),
            ("http://localhost.example/", "fine"),
            ("http://mylocalhost/", "fine"),
            ("http://localhost/", "address"),
            ("http://LOCALHOST./", "address"),
            ("http://a.b.localhost/", "address"),
            ("ftp://example.com/", "scheme"),
            ("file:///etc/passwd", "scheme"),
            ("data:text/xml,<rss/>", "scheme"),
            ("http://user@example.com/", "credentials"),
            ("http://user:secret@example.com/", "credentials"),
            ("http://:secret@example.com/", "credentials"),
            ("http://127.1/", "address"),
            ("http://0x7f.1/", "address"),
            ("http://2130706433/", "address"),
            ("http://0177.0.0.1/", "address"),
            ("http://127.0.0.1./", "address"),
            ("http://１２７.０.０.１/", "address"),
            ("http://0/", "address"),
            ("http://[::1]:8080/", "address"),
            ("http://[::ffff:127.0.0.1]/", "address"),
            ("http://[fd00::1]/", "address"),
        ];
        for (text, verdict) in table {
            let found = match Guard::default().check(&Url::parse(text).unwrap()) {
                Ok(()) => "fine",
                Err(FetchError::Scheme { .. }) => "scheme",
                Err(FetchError::Credentials) => "credentials",
                Err(FetchError::ForbiddenAddress { .. }) => "address",
                Err(other) => panic!("{text}: {other}"),
            };
            assert_eq!(found, verdict, "{text}");
        }
    }

    #[test]
    fn localhost_is_left_to_the_resolver_where_either_of_its_addresses_is_allowed() {
        let url = Url::parse("http://localhost/").unwrap();
        for allow in ["127.0.0.0/8", "::1/128"] {
            assert!(Guard::new(&[allow.parse().unwrap()]).check(&url).is_ok(), "{allow}");
        }
        assert!(Guard::new(&["10.0.0.0/8".parse().unwrap()]).check(&url).is_err());
    }
}
