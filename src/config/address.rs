//! Addresses as the file gives them: where to listen, where feeds are, hosts, open networks. Looks nothing up.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use url::{Host, Url};

use super::{problem::Wrong, wording::echo};

/// The longest address that is read, in bytes.
const MAX_URL_BYTES: usize = 2048;

/// The longest name of a host, in bytes (RFC 1035 §2.3.4).
pub(super) const MAX_HOST: usize = 253;

/// Reads "127.0.0.1:8080". Names are not looked up.
pub(super) fn read_listen(text: &str) -> Result<SocketAddr, Wrong> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let remedy = match text.rsplit_once(':') {
        _ if text.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv4()) => {
            format!("give the port too, as \"{text}:8080\"")
        }
        _ if text.parse::<IpAddr>().is_ok() => format!("give the port too, as \"[{text}]:8080\""),
        Some(("localhost", port)) if is_port(port) => format!("write \"127.0.0.1:{port}\""),
        Some(("" | "*", port)) if is_port(port) => {
            format!("write \"127.0.0.1:{port}\", or \"0.0.0.0:{port}\" to be reached from everywhere")
        }
        None if is_port(text) => format!("write \"127.0.0.1:{text}\""),
        _ => "write an address in numbers and a port up to 65535, as \"127.0.0.1:8080\"".to_owned(),
    };
    Err(Wrong::new(format!("is {}, which is no address to listen on", echo(text)), remedy))
}

fn is_port(text: &str) -> bool {
    read_port(text).is_some()
}

/// Reads digits alone: the parser takes a sign too.
pub(super) fn read_port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether listening on one of them keeps the other from listening.
pub(super) fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    // An unspecified IPv6 address takes IPv4 connections too, where the system is left as it comes.
    let covers = |wide: SocketAddr, narrow: SocketAddr| {
        wide.ip() == narrow.ip() || (wide.ip().is_unspecified() && (wide.is_ipv6() || narrow.is_ipv4()))
    };
    one.port() != 0 && one.port() == other.port() && (covers(one, other) || covers(other, one))
}

/// The address at which readers on this machine reach a listener.
pub(super) fn reached_at(listen: SocketAddr) -> Option<Url> {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) if ip.is_unspecified() => "[::1]".to_owned(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    Url::parse(&format!("http://{ip}:{}/", listen.port())).ok()
}

/// Reads an http or https address with a host.
fn read_url(text: &str) -> Result<Url, Wrong> {
    const EXAMPLE: &str = "write the whole address, as \"https://example.vn/rss\"";
    if text.trim().is_empty() {
        return Err(Wrong::new("is empty", EXAMPLE));
    }
    if text.len() > MAX_URL_BYTES {
        let message = format!("is {} bytes long, but may be {MAX_URL_BYTES}", text.len());
        return Err(Wrong::new(message, "look for a shorter address of the same feed"));
    }
    let no_address = || format!("is {}, which is no web address", echo(text));
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        // `host.vn:8080/rss` parses as the scheme `host.vn`.
        Ok(url) if url.cannot_be_a_base() => Err(Wrong::new(no_address(), EXAMPLE)),
        Ok(_) => Err(Wrong::new(
            format!("is {}, which is neither http nor https", echo(text)),
            "write an address that begins with https:// or http://",
        )),
        Err(url::ParseError::RelativeUrlWithoutBase) if text.contains('.') && !text.contains("//") => {
            let whole = echo(&format!("https://{}", text.trim_start_matches('/')));
            Err(Wrong::new(no_address(), format!("begin it with its scheme, as {whole}")))
        }
        Err(reason) => Err(Wrong::new(format!("{} ({reason})", no_address()), EXAMPLE)),
    }
}

/// Reads the address of a feed. Credentials in it would reach logs, caches and other people's shoulders.
pub(super) fn read_feed_url(text: &str) -> Result<Url, Wrong> {
    let url = read_url(text)?;
    if url.username().is_empty() && url.password().is_none() {
        return Ok(url);
    }
    let remedy = "write the address without them, and them into a file that `credentials_file` names";
    Err(Wrong::new("holds a user name or password", remedy))
}

/// Reads the address that readers know us by, and ends it in a slash, so that joining keeps its path.
pub(super) fn read_public_url(text: &str) -> Result<Url, Wrong> {
    let mut url = read_url(text)?;
    let extra = match &url {
        url if !url.username().is_empty() || url.password().is_some() => Some("a user name or password"),
        url if url.query().is_some() => Some("a query (`?…`)"),
        url if url.fragment().is_some() => Some("a fragment (`#…`)"),
        _ => None,
    };
    if let Some(extra) = extra {
        let remedy = "write only scheme, host and path, as \"https://tin.example.vn\"";
        return Err(Wrong::new(format!("holds {extra}"), remedy));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// Reads a host, and spells it as addresses do: lower case, punycode, no dot at its end. An error says what else it is.
pub(super) fn read_host(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() {
        return Err("is empty");
    }
    let more = text.strip_suffix('.').unwrap_or(text);
    let host = Host::parse(more).ok().map(|host| host.to_string()).filter(|host| is_host(host));
    host.ok_or_else(|| match text {
        _ if text.contains("://") => "is an address, not a host",
        _ if text.contains(['/', '?', '#']) => "is a host with a path",
        _ if text.contains('@') => "is a host with a user name",
        _ if text.contains('*') => "is a pattern, and each host stands for itself alone",
        _ if text.rsplit_once(':').is_some_and(|(host, port)| is_port(port) && Host::parse(host).is_ok()) => {
            "is a host with a port"
        }
        _ => "is no host",
    })
}

fn is_host(host: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_name = host.bytes().all(is_of_name) && host.split('.').all(|label| !label.is_empty());
    host.len() <= MAX_HOST && (is_name || host.starts_with('['))
}

/// Reads "10.0.0.0/8", or a single address.
pub(super) fn read_network(text: &str) -> Result<IpNet, Wrong> {
    let single = |ip: IpAddr| IpNet::from(ip);
    text.parse().or_else(|_| text.parse().map(single)).map_err(|_| {
        let remedy = "write an address with the length of its prefix, as \"10.0.0.0/8\", or a single address";
        Wrong::new(format!("is {}, which is no network", echo(text)), remedy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_collide_only_where_one_takes_the_place_of_the_other() {
        let cases = [
            ("127.0.0.1:80", "127.0.0.1:80", true),
            ("127.0.0.1:80", "127.0.0.1:81", false),
            ("127.0.0.1:0", "127.0.0.1:0", false),
            ("0.0.0.0:80", "127.0.0.1:80", true),
            ("127.0.0.1:80", "[::]:80", true),
            ("0.0.0.0:80", "[::1]:80", false),
            ("127.0.0.1:80", "10.0.0.1:80", false),
        ];
        for (one, other, expected) in cases {
            let (one, other) = (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!((collide(one, other), collide(other, one)), (expected, expected), "{one} {other}");
        }
    }

    #[test]
    fn a_listener_on_every_address_is_reached_at_this_machine() {
        let reached = |listen: &str| reached_at(listen.parse().unwrap()).unwrap().to_string();
        assert_eq!(reached("0.0.0.0:8080"), "http://127.0.0.1:8080/");
        assert_eq!(reached("[::]:8080"), "http://[::1]:8080/");
        assert_eq!(reached("192.0.2.1:80"), "http://192.0.2.1/");
    }

    #[test]
    fn a_public_url_ends_in_a_slash() {
        let read = |text| read_public_url(text).unwrap().to_string();
        assert_eq!(read("https://tin.example.vn"), "https://tin.example.vn/");
        assert_eq!(read("https://example.vn/tin"), "https://example.vn/tin/");
        assert_eq!(read("https://example.vn/tin/"), "https://example.vn/tin/");
    }

    #[test]
    fn a_network_may_be_a_single_address() {
        let read = |text| read_network(text).unwrap().to_string();
        assert_eq!(read("127.0.0.0/8"), "127.0.0.0/8");
        assert_eq!(read("192.0.2.7"), "192.0.2.7/32");
        assert_eq!(read("fd00::1"), "fd00::1/128");
    }
}
