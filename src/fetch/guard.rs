//! Which addresses may be asked: the public internet, and the networks that an admin named. Pure; knows neither names
//! nor sockets, so whoever connects must ask here about the very address it connects to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

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
    /// that is a name is left to the resolver.
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
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        self.judge(address).map_err(|zone| FetchError::ForbiddenAddress {
            host: url.host_str().unwrap_or_default().to_owned(),
            address,
            zone,
        })
    }
}

/// The IPv4 address inside an IPv6 one.
fn embedded(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(six) = address else { return None };
    let octets = six.octets();
    let four = |at: usize| Ipv4Addr::new(octets[at], octets[at + 1], octets[at + 2], octets[at + 3]);
    if six.is_loopback() || six.is_unspecified() {
        None
    } else if MAPPED.contains(&six) || COMPATIBLE.contains(&six) || NAT64.contains(&six) {
        Some(four(12))
    } else if SIX_TO_FOUR.contains(&six) {
        Some(four(2))
    } else {
        None
    }
}

fn find_v4(address: Ipv4Addr) -> Option<Zone> {
    V4.iter().find(|(network, _)| network.contains(&address)).map(|(_, zone)| *zone)
}

fn find_v6(address: Ipv6Addr) -> Option<Zone> {
    let named = V6.iter().find(|(network, _)| network.contains(&address)).map(|(_, zone)| *zone);
    // RFC 4291 §2.4 with the IANA registry: nothing outside 2000::/3 has been given out for public use.
    named.or_else(|| (!GLOBAL.contains(&address)).then_some("reserved"))
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

const MAPPED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96);
const COMPATIBLE: Ipv6Net = v6(0, 0, 0, 96);
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);
const SIX_TO_FOUR: Ipv6Net = v6(0x2002, 0, 0, 16);
const GLOBAL: Ipv6Net = v6(0x2000, 0, 0, 3);

/// IANA's special-purpose registry for IPv4 (RFC 6890), the first match telling the zone.
const V4: &[(Ipv4Net, Zone)] = &[
    (v4(0, 0, 0, 0, 32), "unspecified"),
    (v4(0, 0, 0, 0, 8), "reserved"),
    (v4(10, 0, 0, 0, 8), "private"),
    (v4(100, 64, 0, 0, 10), "carrier-grade NAT"),
    (v4(127, 0, 0, 0, 8), "loopback"),
    (v4(169, 254, 0, 0, 16), "link-local"),
    (v4(172, 16, 0, 0, 12), "private"),
    (v4(192, 0, 0, 0, 24), "reserved"),
    (v4(192, 0, 2, 0, 24), "documentation"),
    (v4(192, 88, 99, 0, 24), "reserved"),
    (v4(192, 168, 0, 0, 16), "private"),
    (v4(198, 18, 0, 0, 15), "benchmarking"),
    (v4(198, 51, 100, 0, 24), "documentation"),
    (v4(203, 0, 113, 0, 24), "documentation"),
    (v4(224, 0, 0, 0, 4), "multicast"),
    (v4(255, 255, 255, 255, 32), "broadcast"),
    (v4(240, 0, 0, 0, 4), "reserved"),
];

/// The same for IPv6, where a name helps more than "reserved".
const V6: &[(Ipv6Net, Zone)] = &[
    (Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 128), "unspecified"),
    (Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128), "loopback"),
    (v6(0x64, 0xff9b, 1, 48), "private"),
    (v6(0x2001, 2, 0, 48), "benchmarking"),
    (v6(0x2001, 0, 0, 23), "reserved"),
    (v6(0x2001, 0xdb8, 0, 32), "documentation"),
    (v6(0x3fff, 0, 0, 20), "documentation"),
    (v6(0xfc00, 0, 0, 7), "unique local"),
    (v6(0xfe80, 0, 0, 10), "link-local"),
    (v6(0xfec0, 0, 0, 10), "site-local"),
    (v6(0xff00, 0, 0, 8), "multicast"),
];

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
            ("http://localhost/", "fine"), // a name: the resolver's to refuse
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
}
