//! Proxies: that they are used, what they are asked for, and what they must not be asked for.

use std::net::SocketAddr;

use tintinh::{
    fetch::FetchError,
    model::{Access, State},
};
use url::Url;

use super::{ask_as, body};
use crate::support::{
    origin::{Origin, Reply},
    proxy::Tunnel,
    tls::{INTERMEDIATE, TlsFront},
};

/// A name that no resolver may find (RFC 6761 §6.4), as those are that only the proxy knows.
const UNKNOWN: &str = "bao.invalid";

fn through(proxy: &str) -> Access {
    Access { proxy: Some(proxy.parse().unwrap()), ..Access::default() }
}

/// By a proxy at this address of ours, with no network allowed but these.
fn by(scheme: &str, proxy: SocketAddr) -> Access {
    through(&format!("{scheme}://{proxy}"))
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn origin() -> Origin {
    let origin = Origin::start();
    origin.on("/feed.xml", [Reply::ok("<rss/>")]);
    origin
}

#[tokio::test]
async fn a_proxy_is_asked_for_whole_addresses_and_may_be_private_without_leave() {
    let proxy = Origin::start();
    proxy.on("http://bao.invalid/feed.xml", [Reply::redirect(301, "/rss")]);
    proxy.on("http://bao.invalid/rss", [Reply::ok("<rss/>")]);
    let access = through(&format!("http://reader:s3cret@{}", proxy.address()));
    let fetched = body(ask_as(&url("http://bao.invalid/feed.xml"), &access, &[]).await.unwrap());
    assert_eq!(fetched.url, url("http://bao.invalid/rss"));
    for request in proxy.requests() {
        assert_eq!(request.header("Proxy-Authorization"), Some(&b"Basic cmVhZGVyOnMzY3JldA=="[..]));
        assert_eq!(request.header("Host"), Some(UNKNOWN.as_bytes()));
    }
    assert_eq!(proxy.requests().len(), 2);
}

#[tokio::test]
async fn a_proxy_of_any_kind_tunnels_https_to_a_server_that_is_known_by_its_certificate() {
    let origin = origin();
    let front = TlsFront::before(origin.address(), &["http/1.1"]);
    let tunnel = Tunnel::to(front.address());
    let secure = TlsFront::before(tunnel.address(), &[]);
    let table = [
        ("http", tunnel.address(), "Basic YTpi CONNECT bao.invalid:443"),
        ("https", secure.address(), "Basic YTpi CONNECT bao.invalid:443"),
        ("socks5h", tunnel.address(), "a:b SOCKS name bao.invalid:443"),
    ];
    for (scheme, proxy, asked) in table {
        let access = through(&format!("{scheme}://a:b@{proxy}"));
        let trusting = Access { extra_ca: Some(INTERMEDIATE.into()), ..access };
        let fetched = body(ask_as(&url("https://bao.invalid/feed.xml"), &trusting, &[]).await.unwrap());
        assert_eq!(&fetched.bytes[..], b"<rss/>", "{scheme}");
        assert_eq!(tunnel.asked().pop().unwrap(), asked);
    }
}

#[tokio::test]
async fn socks5_is_told_an_address_and_socks5h_a_name() {
    let origin = origin();
    let tunnel = Tunnel::to(origin.address());
    let table = [
        ("socks5", "http://localhost:81/feed.xml", "SOCKS address 127.0.0.1:81"),
        ("socks5h", "http://localhost:81/feed.xml", "SOCKS name localhost:81"),
        ("socks5h", "http://bao.invalid/feed.xml", "SOCKS name bao.invalid:80"),
        ("socks5", "http://127.0.0.2:81/feed.xml", "SOCKS address 127.0.0.2:81"),
    ];
    for (scheme, target, asked) in table {
        let access = by(scheme, tunnel.address());
        ask_as(&url(target), &access, &["127.0.0.0/8"]).await.unwrap();
        assert_eq!(tunnel.asked().pop().unwrap(), asked);
    }
    let error = ask_as(&url("http://bao.invalid/"), &by("socks5", tunnel.address()), &[]).await.unwrap_err();
    assert!(matches!(error, FetchError::Lookup { .. }), "{error:?}");
}

#[tokio::test]
async fn no_proxy_is_asked_for_what_is_private_however_it_is_named() {
    let origin = origin();
    let tunnel = Tunnel::to(origin.address());
    let targets = [
        "http://10.0.0.1/",
        "https://192.168.1.1/",
        "http://[fd00::1]/",
        "http://0x7f.2/",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost/",
        "https://x.localhost./",
    ];
    for scheme in ["http", "https", "socks5", "socks5h"] {
        for target in targets {
            let error = ask_as(&url(target), &by(scheme, tunnel.address()), &[]).await.unwrap_err();
            assert!(matches!(error, FetchError::ForbiddenAddress { .. }), "{scheme} {target}: {error:?}");
        }
    }
    assert_eq!(tunnel.asked(), [""; 0]);

    // The same, where a redirect names it.
    let proxy = Origin::start();
    proxy.on("http://bao.invalid/", [Reply::redirect(302, "http://169.254.169.254/")]);
    let error = ask_as(&url("http://bao.invalid/"), &by("http", proxy.address()), &[]).await.unwrap_err();
    assert!(matches!(error, FetchError::ForbiddenAddress { zone: "link-local", .. }), "{error:?}");
    assert_eq!(proxy.requests().len(), 1);
}

#[tokio::test]
async fn a_name_of_this_machine_is_looked_up_before_a_proxy_is_asked_for_it() {
    // Its own name, which stands in its own list of hosts for an address that is not public.
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap().trim().to_owned();
    let found = tokio::net::lookup_host((name.as_str(), 0)).await.map(Iterator::collect::<Vec<_>>);
    let private = |socket: &SocketAddr| match socket.ip() {
        std::net::IpAddr::V4(four) => four.is_loopback() || four.is_private(),
        std::net::IpAddr::V6(six) => six.is_loopback() || six.is_unique_local(),
    };
    if !found.is_ok_and(|found| found.iter().any(private)) {
        println!("left out: this machine's name has no private address");
        return;
    }
    let proxy = Origin::start();
    for scheme in ["http", "socks5h", "socks5"] {
        let target = url(&format!("http://{name}/"));
        let error = ask_as(&target, &by(scheme, proxy.address()), &[]).await.unwrap_err();
        assert!(matches!(error, FetchError::ForbiddenAddress { .. }), "{scheme}: {error:?}");
    }
    assert_eq!(proxy.requests().len(), 0);
}

#[tokio::test]
async fn the_proxy_itself_is_not_asked_for_a_feed() {
    let proxy = Origin::start();
    let port = proxy.address().port();
    let table = [
        ("http://127.0.0.1", "http://127.0.0.1/"),
        ("socks5://127.1", "http://2130706433/"),
        ("socks5h://LOCALHOST", "http://localhost/"),
        ("http://localhost.", "https://localhost/"),
        ("socks5://localhost", "http://localhost.:8080/"),
        ("http://[::1]", "http://[0::1]/"),
    ];
    for (host, target) in table {
        let access = through(&format!("{host}:{port}"));
        let allow = ["127.0.0.0/8", "::1/128"];
        let error = ask_as(&url(target), &access, &allow).await.unwrap_err();
        assert!(matches!(error, FetchError::AsksProxy { .. }), "{host} {target}: {error:?}");
        assert_eq!(error.failure().state, State::Forbidden);
    }
    assert_eq!(proxy.requests().len(), 0);
}

#[tokio::test]
async fn an_address_that_is_no_proxys_is_refused_rather_than_passed_over() {
    let origin = Origin::start_at("127.77.7.7".parse().unwrap());
    for proxy in ["ftp://127.0.0.1/", "socks4://127.0.0.1/", "socks5:relative", "socks5://a b/", "file:///x"]
    {
        let Ok(proxy) = proxy.parse() else { continue };
        let access = Access { proxy: Some(proxy), ..Access::default() };
        let error = ask_as(&origin.url("/feed.xml"), &access, &["127.0.0.0/8"]).await.unwrap_err();
        assert!(matches!(error, FetchError::Proxy), "{error:?}");
    }
    assert_eq!(origin.requests().len(), 0);
}

#[tokio::test]
async fn what_a_proxy_does_wrong_is_told_of_the_proxy_and_not_its_password() {
    // A port that was free a moment ago, and that nothing here listens on.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let refusing = Origin::start();
    refusing.on("bao.invalid:443", [Reply::status(407)]);
    let table = [
        ("http", closed, "http", "no connection to bao.invalid through the proxy "),
        ("socks5h", closed, "https", "no connection to bao.invalid through the proxy "),
        ("http", refusing.address(), "https", "no connection to bao.invalid through the proxy "),
        ("socks5", closed, "http", "bao.invalid through the proxy "),
    ];
    for (scheme, proxy, target, reason) in table {
        let access = through(&format!("{scheme}://reader:s3cret@{proxy}"));
        let target = url(&format!("{target}://bao.invalid/feed.xml?token=hunter2"));
        let error = ask_as(&target, &access, &[]).await.unwrap_err();
        let told = format!("{error:?} {} {access:?}", error.failure().reason);
        assert!(error.failure().reason.starts_with(reason), "{told}");
        for secret in ["s3cret", "reader", "hunter2", "cmVhZGVyOnMzY3JldA"] {
            assert!(!told.contains(secret), "{told}");
        }
    }
}
