//! What a reader's or an admin's program hears from a listener, beyond the entries.

use std::io::Read as _;

use reqwest::Method;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{
    daemon::{Answer, Daemon, feed},
    feed::{items, rss},
    origin::{Origin, Reply},
};

/// A window that no fixture is too old for.
const WIDE: &str = "[channel]\nwindow = \"36500d\"\n";

#[tokio::test]
async fn readers_are_answered_as_http_demands() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]))]);
    let tables = WIDE.to_owned() + &feed("a", &origin.url("/a"), "province = \"hue\"\ninterval = \"1h\"");
    let daemon = Daemon::start(&tables).await;
    daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    for path in ["/feed.xml", "/provinces/hue.xml", "/sources/a.xml"] {
        let full = daemon.get(path).await;
        assert_eq!(full.status, 200, "{path}");
        assert_eq!(full.header("content-type"), "application/xml; charset=utf-8");
        assert_eq!((full.header("vary"), full.header("content-encoding")), ("Accept-Encoding, A-IM", ""));
        assert_eq!(full.header("content-length"), full.body.len().to_string(), "{path}");
        assert_eq!(full.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(full.header("x-content-type-options"), "nosniff", "{path}");
        assert!(full.header("cache-control").starts_with("public, max-age="), "{path}");
        let head = daemon.ask(Method::HEAD, path, &[]).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
        assert_eq!(
            (head.header("etag"), head.header("content-length")),
            (full.header("etag"), full.header("content-length"))
        );
        let same = daemon.ask(Method::GET, path, &[("if-none-match", full.header("etag"))]).await;
        assert_eq!((same.status.as_u16(), same.body.len()), (304, 0));
        let since =
            daemon.ask(Method::GET, path, &[("if-modified-since", full.header("last-modified"))]).await;
        assert_eq!(since.status, 304, "{path}");
        for coding in ["gzip", "br", "zstd"] {
            let packed = daemon.ask(Method::GET, path, &[("accept-encoding", coding)]).await;
            assert_eq!(packed.header("content-encoding"), coding);
            assert_eq!(packed.header("content-length"), packed.body.len().to_string(), "{path}");
            assert_eq!(unpacked(&packed), full.body, "{path} {coding}");
            let wanted = format!("{}-{coding}\"", full.header("etag").trim_end_matches('"'));
            assert_eq!(packed.header("etag"), wanted);
        }
    }
    let table = [
        (Method::GET, "/healthz", 200),
        (Method::GET, "/", 200),
        (Method::GET, "/nothing", 404),
        (Method::GET, "/provinces/nowhere.xml", 404),
        (Method::GET, "/provinces/hue", 404),
        (Method::GET, "/sources/nobody.xml", 404),
        (Method::GET, "/sources/..%2f..%2fetc.xml", 404),
        (Method::GET, "/sources/%00.xml", 404),
        (Method::GET, "/provinces/%ff.xml", 404),
        (Method::GET, "/sources/%00%ff.xml", 404),
        (Method::GET, "/sources/%zz.xml", 404),
        (Method::GET, "/%ff", 404),
        (Method::OPTIONS, "/nothing", 204),
        (Method::POST, "/feed.xml", 405),
        (Method::DELETE, "/sources/a.xml", 405),
    ];
    for (method, path, wanted) in table {
        let answer = daemon.ask(method.clone(), path, &[]).await;
        assert_eq!(answer.status.as_u16(), wanted, "{method} {path}");
        assert_eq!(
            answer.header("allow"),
            if [405, 204].contains(&wanted) { "GET, HEAD, OPTIONS" } else { "" }
        );
        assert!(wanted == 204 || !answer.body.is_empty(), "{method} {path} is not answered in words");
        assert!(!answer.text().contains("Invalid"), "{method} {path} is answered in words not ours");
    }
    let english = daemon.ask(Method::GET, "/", &[("accept-language", "en")]).await;
    assert!(english.text().contains("By province") && english.text().contains("/provinces/hue.xml"));
    let vietnamese = daemon.ask(Method::GET, "/", &[("accept-language", "vi")]).await;
    assert!(vietnamese.text().contains("Theo tỉnh"));
}

fn unpacked(answer: &Answer) -> Vec<u8> {
    let (packed, mut whole) = (answer.body.as_slice(), Vec::new());
    match answer.header("content-encoding") {
        "gzip" => _ = flate2::read::GzDecoder::new(packed).read_to_end(&mut whole).unwrap(),
        "br" => brotli::BrotliDecompress(&mut &packed[..], &mut whole).unwrap(),
        "zstd" => whole = zstd::stream::decode_all(packed).unwrap(),
        other => panic!("{other} is no coding of ours"),
    }
    whole
}

#[tokio::test]
async fn a_page_of_another_site_may_read_documents_with_conditions() {
    let daemon = Daemon::start("").await;
    let asked = [("origin", "https://reader.example"), ("access-control-request-method", "GET")];
    let permission = daemon.ask(Method::OPTIONS, "/feed.xml", &asked).await;
    assert_eq!((permission.status.as_u16(), permission.body.len()), (204, 0));
    assert_eq!(permission.header("access-control-allow-origin"), "*");
    assert!(permission.header("access-control-allow-headers").contains("A-IM, If-None-Match"));
    let exposed = daemon.get("/feed.xml").await;
    assert_eq!(exposed.header("access-control-expose-headers"), "ETag, IM, Delta-Base");
    let page = daemon.ask(Method::OPTIONS, "/", &asked).await;
    assert_eq!(page.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_page_of_another_site_also_hears_that_a_document_is_elsewhere_or_nowhere() {
    let channel = "[[channels]]\nslug = \"lu\"\ntitle = \"Lũ\"\nlanguages = [\"vi\"]\n";
    let daemon = Daemon::start(channel).await;
    let table = [
        (Method::GET, "/provinces/nam-dinh.xml", 308, "*"),
        (Method::HEAD, "/provinces/nam-dinh.atom", 308, "*"),
        (Method::GET, "/provinces/nam-dinh/archive/0.xml", 308, "*"),
        (Method::GET, "/provinces/nowhere.xml", 404, "*"),
        (Method::GET, "/sources/nobody.json", 404, "*"),
        (Method::GET, "/archive/9.xml", 404, "*"),
        (Method::GET, "/channels/lu/archive/00000000-0.xml", 410, "*"),
        (Method::GET, "/nothing", 404, "*"),
        (Method::OPTIONS, "/provinces/nam-dinh.xml", 204, "*"),
        (Method::POST, "/feed.xml", 405, "*"),
        (Method::GET, "/opml.xml", 200, "*"),
        (Method::GET, "/", 200, ""),
        (Method::GET, "/healthz", 200, ""),
    ];
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    let client = client.build().unwrap();
    for (method, path, status, wanted) in table {
        let address = format!("http://{}{path}", daemon.readers);
        let answer = client.request(method.clone(), address).send().await.unwrap();
        let open = answer.headers().get("access-control-allow-origin").map_or("", |it| it.to_str().unwrap());
        assert_eq!((answer.status().as_u16(), open), (status, wanted), "{method} {path}");
    }
    let other = [("if-match", "\"x\""), ("origin", "https://reader.example")];
    let refused = daemon.ask(Method::GET, "/feed.xml", &other).await;
    assert_eq!((refused.status.as_u16(), refused.header("access-control-allow-origin")), (412, "*"));
}

#[tokio::test]
async fn no_request_that_is_old_or_absurd_gets_anything_but_the_document_or_words() {
    let daemon = Daemon::start("").await;
    let full = daemon.get("/feed.xml").await.body;
    let document = std::str::from_utf8(&full).unwrap();
    let long = "a".repeat(3_000);
    let table = [
        (format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"), "414"),
        ("GET /feed.xml HTTP/1.0\r\n\r\n".to_owned(), "200"),
        ("GET /feed.xml HTTP/1.0\r\nAccept-Encoding: identity\r\n\r\n".to_owned(), "200"),
        ("GET http://tin.example/feed.xml HTTP/1.1\r\nHost: tin.example\r\n\r\n".to_owned(), "200"),
        ("GET /feed.xml?utm_source=x#y HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "200"),
        ("GET /feed.xml HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9\r\n\r\n".to_owned(), "200"),
        (
            "GET /feed.xml HTTP/1.1\r\nHost: a\r\nRange: bytes=9-0, x\r\nIf-Range: \"x\"\r\n\r\n".to_owned(),
            "200",
        ),
        (
            format!("GET /feed.xml HTTP/1.1\r\nHost: a\r\nIf-None-Match: {}\r\n\r\n", "\"\",".repeat(3_000)),
            "200",
        ),
        (
            "GET /feed.xml HTTP/1.1\r\nHost: a\r\nAccept-Encoding: ;q=,=;;\r\nA-IM: ,;feed;q=\r\n\r\n"
                .to_owned(),
            "200",
        ),
        (
            "GET /feed.xml HTTP/1.1\r\nHost: a\r\nIf-Modified-Since: Thu, 99 Foo 9999\r\n\r\n".to_owned(),
            "200",
        ),
        ("GET /feed.xml HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello".to_owned(), "200"),
        ("BREW /feed.xml HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "405"),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "204"),
    ];
    for (request, wanted) in table {
        // Of its own accord only HTTP/1.0 ends a connection with its answer.
        let request = request.replacen(" HTTP/1.1\r\n", " HTTP/1.1\r\nConnection: close\r\n", 1);
        let answer = asked(daemon.readers, &request).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{request}: {answer}"));
        assert_eq!(head.split(' ').nth(1), Some(wanted), "{request}");
        if wanted == "200" {
            assert!(body == document, "{request}: {answer}");
            assert!(head.contains(&format!("content-length: {}\r\n", document.len())), "{request}: {head}");
            assert!(
                !head.contains("content-range") && !head.contains("transfer-encoding"),
                "{request}: {head}"
            );
        } else {
            assert!(
                wanted == "204" || body.ends_with(".\n") || body.ends_with(" the start page: /\n"),
                "{request}: {answer}"
            );
        }
    }
}

/// The answer to a request that no HTTP library would send.
async fn asked(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_merged_province_leads_on_below_whatever_path_a_proxy_shows_us() {
    let daemon = Daemon::start("").await;
    let request = "GET /provinces/nam-dinh.xml HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = asked(daemon.readers, request).await;
    assert!(
        answer.starts_with("HTTP/1.1 308 ") && answer.contains("location: ninh-binh.xml\r\n"),
        "{answer}"
    );
    assert_eq!(daemon.get("/provinces/nam-dinh.xml").await.status, 200);
}

#[tokio::test]
async fn the_admin_listener_answers_to_one_local_name_only() {
    let daemon = Daemon::start("").await;
    for (target, hosts, wanted) in [
        ("/status.json", "Host: localhost\r\n", "200"),
        ("http://127.0.0.1/status.json", "Host: 127.0.0.1\r\n", "200"),
        ("/status.json", "Host: evil.example@localhost\r\n", "400"),
        ("/status.json", "Host: localhost\r\nHost: evil.example\r\n", "400"),
        ("http://evil.example/status.json", "Host: localhost\r\n", "403"),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        let answer = asked(daemon.admin, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {wanted} ")), "{target} {hosts} {answer}");
    }
}
