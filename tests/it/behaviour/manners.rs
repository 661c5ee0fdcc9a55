//! What every request looks like, whatever the publisher did.

use super::*;

/// Answers that tempt clients to odd requests.
fn temptations() -> Vec<(&'static str, Vec<Reply>)> {
    let quiet = || Reply::status(304);
    let cookie =
        || Reply::ok(document("Một")).header("Set-Cookie", "session=1; Path=/").header("ETag", "\"1\"");
    let vary = Reply::ok(document("Một")).header("Vary", "Cookie, Referer, User-Agent");
    let ranges = Reply::raw("HTTP/1.1 200 OK\r\nAccept-Ranges: bytes\r\nContent-Length: 9999\r\n\r\n<rss>");
    let upgrade = Reply::ok(document("Một")).header("Upgrade", "h2c").header("Alt-Svc", "h2=\":1\"");
    let hub = Reply::ok(document("Một")).header("Link", "<http://127.0.0.1:1/>; rel=\"hub\"");
    vec![
        ("a cookie", vec![cookie(), cookie(), quiet()]),
        ("a cookie with an error", vec![Reply::status(403).header("Set-Cookie", "a=b"), cookie()]),
        ("Vary", vec![vary, quiet()]),
        ("a body that broke off, and ranges", vec![ranges.clone(), ranges]),
        ("other protocols", vec![upgrade, quiet()]),
        ("a hub", vec![hub, quiet()]),
        ("a method not allowed", vec![Reply::status(405).header("Allow", "HEAD, POST"), quiet()]),
        (
            "a password wanted",
            vec![Reply::status(401).header("WWW-Authenticate", "Basic realm=\"x\""), quiet()],
        ),
        ("Refresh", vec![Reply::ok(document("Một")).header("Refresh", "0; url=/other"), quiet()]),
        ("Clear-Site-Data", vec![Reply::ok(document("Một")).header("Clear-Site-Data", "\"*\""), quiet()]),
    ]
}

#[tokio::test]
async fn every_request_is_a_plain_get_for_the_address_in_the_file() {
    let mut tables = String::new();
    let mut origins = Vec::new();
    for (number, (name, replies)) in temptations().into_iter().enumerate() {
        let origin = Origin::start();
        origin.on("/rss?id=39", replies);
        tables += &eager(&format!("source-{number}"), &origin, "");
        origins.push((name, format!("source-{number}"), origin));
    }
    let daemon = start(&tables).await;
    let mut looked_at = 0;
    for (name, id, origin) in &origins {
        for request in asked(origin, 3).await {
            assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/rss?id=39"), "{name}");
            let mut names: Vec<String> =
                request.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
            names.sort();
            // Nothing else: no Cookie, Referer, Range, Authorization, Cache-Control, Pragma, Connection, Upgrade.
            names.retain(|name| !["if-none-match", "if-modified-since"].contains(&name.as_str()));
            assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"], "{name}");
            let value = |name| String::from_utf8_lossy(request.header(name).unwrap()).into_owned();
            assert_eq!(
                value("user-agent"),
                format!("tintinh/0.1 (+https://tin.example/x/; 0 subscribers; feed-id={id})"),
                "{name}"
            );
            assert_eq!(value("host"), origin.address().to_string());
            assert!(value("accept").starts_with("application/rss+xml, application/atom+xml"), "{name}");
            assert!(value("accept").ends_with("*/*;q=0.1"), "{name}");
            let codings = value("accept-encoding");
            assert!(
                ["gzip", "br", "zstd", "deflate"].iter().all(|coding| codings.contains(coding)),
                "{codings}"
            );
            looked_at += 1;
        }
    }
    assert!(looked_at >= 30, "{looked_at}");
    drop(daemon);
}

#[tokio::test]
async fn an_address_is_asked_for_as_it_is_written() {
    let origin = Origin::start();
    let paths = [
        "/",
        "/?",
        "/Rss.aspx?CatID=3&b=&a=%20x",
        "/tin/%E1%BA%A3nh/",
        "/a//b/;c=1?x=1?y=2",
        "/a?utm_source=rss",
    ];
    let mut tables = String::new();
    for (number, path) in paths.iter().enumerate() {
        origin.on(path, [Reply::ok(document("Một")).header("Cache-Control", "max-age=600")]);
        tables += &feed(&format!("source-{number}"), &origin.url(path), "");
    }
    let daemon = start(&tables).await;
    let mut sent: Vec<String> =
        asked(&origin, paths.len()).await.into_iter().map(|request| request.path).collect();
    sent.sort();
    let mut wanted = paths;
    wanted.sort_unstable();
    assert_eq!(sent, wanted);
    drop(daemon);
}
