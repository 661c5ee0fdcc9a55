//! The networks that are not the public internet, by IANA's special-purpose registries as they stood in 2025. Pure data,
//! and how to find an address in it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use super::Zone;

/// The IPv4 address inside an IPv6 one: mapped and compatible (RFC 4291 §2.5.5), NAT64 by its well-known prefix (RFC
/// 6052) and 6to4 (RFC 3056). Teredo is refused as a whole. A provider's own NAT64 prefix cannot be told from public
/// addresses.
pub(super) fn embedded(address: IpAddr) -> Option<Ipv4Addr> {
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

pub(super) fn find_v4(address: Ipv4Addr) -> Option<Zone> {
    V4.iter().find(|(network, _)| network.contains(&address)).map(|(_, zone)| *zone)
}

pub(super) fn find_v6(address: Ipv6Addr) -> Option<Zone> {
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

/// IANA's special-purpose registry for IPv4 (RFC 6890), the first match telling the zone. Blocks that the registry
/// calls globally reachable are left out, but for the few addresses of that kind within 192.0.0.0/24.
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
    // The relays of 6to4, given up by RFC 7526.
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
    // IETF protocol assignments: Teredo, ORCHID and the like.
    (v6(0x2001, 0, 0, 23), "reserved"),
    (v6(0x2001, 0xdb8, 0, 32), "documentation"),
    (v6(0x3fff, 0, 0, 20), "documentation"),
    (v6(0xfc00, 0, 0, 7), "unique local"),
    (v6(0xfe80, 0, 0, 10), "link-local"),
    (v6(0xfec0, 0, 0, 10), "site-local"),
    (v6(0xff00, 0, 0, 8), "multicast"),
];
