//! Requests byte by byte, as an attacker, a broken proxy or a very old program sends them: what is asked is answered once,
//! and nothing that was hidden behind it (RFC 9110, RFC 9112).

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{
    daemon::{Daemon, feed},
    feed::{items, rss},
    origin::{Origin, Reply},
};

/// All that comes for these bytes until the other side hangs up.
async fn heard(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// The statuses of all answers in it.
fn statuses(answer: &str) -> Vec<&str> {
    let lines = answer.split("HTTP/1.").skip(1).filter_map(|rest| rest.get(2..5));
    lines.filter(|status| status.bytes().all(|byte| byte.is_ascii_digit())).collect()
}

#[tokio::test]
async fn every_request_gets_the_answers_that_the_standards_want_and_no_more() {
    let daemon = Daemon::start("").await;
    let next = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let long = "a".repeat(1_500);
    let table: &[(&str, &[&str])] = &[
        // Two in a row.
        ("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", &["200", "200"]),
        ("HEAD /feed.xml HTTP/1.1\r\nHost: a\r\n\r\n", &["200", "200"]),
        // Bodies that nobody wants are no requests.
        (
            "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 38\r\n\r\nGET /feed.xml HTTP/1.1\r\nHost: evil\r\n\r\n",
            &["200", "200"],
        ),
        ("HEAD /feed.xml HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", &["200", "200"]),
        ("POST /feed.xml HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", &["405", "200"]),
        (
            "GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            &["200"],
        ),
        // RFC 9112 §6.1: what has both lengths is answered, if at all, as the last.
        (
            "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            &["200"],
        ),
        (
            "GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            &["200"],
        ),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", &["400"]),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", &["400"]),
        ("GET /healthz HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", &["400"]),
        // RFC 9112 §6.3.
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", &["400"]),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", &["400"]),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nhello", &["400"]),
        // RFC 9112 §5.1, §5.2.
        ("GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n", &["400"]),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", &["400"]),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nX: y\rz\r\n\r\n", &["400"]),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nX: y\0z\r\n\r\n", &["400"]),
        // RFC 9112 §3.2: one Host that is one, but for HTTP/1.0, which knew none.
        ("GET /healthz HTTP/1.1\r\n\r\n", &["400"]),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", &["400"]),
        ("GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n", &["400"]),
        ("GET /healthz HTTP/1.1\r\nHost: a@b\r\n\r\n", &["400"]),
        ("GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n", &["400"]),
        ("GET /healthz HTTP/1.1\r\nHost: a:8x\r\n\r\n", &["400"]),
        ("GET http://a/healthz HTTP/1.1\r\n\r\n", &["400"]),
        ("GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", &["200", "200"]),
        ("GET /healthz HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", &["200", "200"]),
        ("GET http://b.example/healthz HTTP/1.1\r\nHost: a.example:80\r\n\r\n", &["200", "200"]),
        ("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", &["200", "200"]),
        ("GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", &["400"]),
        // What is asked for is a path (RFC 9112 §3.2), and one path is not another.
        ("GET healthz HTTP/1.1\r\nHost: a\r\n\r\n", &["400"]),
        ("GET a.example:80 HTTP/1.1\r\nHost: a\r\n\r\n", &["400"]),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", &["400"]),
        ("CONNECT a.example:80 HTTP/1.1\r\nHost: a.example:80\r\n\r\n", &["405", "200"]),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", &["204", "200"]),
        ("GET //healthz HTTP/1.1\r\nHost: a\r\n\r\n", &["404", "200"]),
        ("GET //evil.example/%2e%2e HTTP/1.1\r\nHost: a\r\n\r\n", &["404", "200"]),
        ("GET /./healthz HTTP/1.1\r\nHost: a\r\n\r\n", &["404", "200"]),
        ("GET /sources/..%2f..%2ffeeds.toml HTTP/1.1\r\nHost: a\r\n\r\n", &["404", "200"]),
        ("GET /provinces/../healthz HTTP/1.1\r\nHost: a\r\n\r\n", &["404", "200"]),
        ("GET /healthz HTTP/1.1 \r\nHost: a\r\n\r\n", &["400"]),
        ("GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n", &["400"]),
        ("GET /healthz HTTP/3.0\r\nHost: a\r\n\r\n", &["400"]),
        ("get /healthz HTTP/1.1\r\nHost: a\r\n\r\n", &["405", "200"]),
        ("TRACE /healthz HTTP/1.1\r\nHost: a\r\n\r\n", &["405", "200"]),
        // RFC 9110 §10.1.1: the answer is known without the body.
        (
            "GET /healthz HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
            &["200", "200"],
        ),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", &["200", "200"]),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", &["200"]),
    ];
    let mut wrong = Vec::new();
    for (request, wanted) in table {
        let answer = heard(daemon.readers, format!("{request}{next}").as_bytes()).await;
        if statuses(&answer) != *wanted {
            wrong.push(format!("{request:?} wants {wanted:?}: {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let heads = [
        (format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"), "404"),
        (format!("GET /{long}{long} HTTP/1.1\r\nHost: a\r\n\r\n"), "414"),
        (format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(70_000)), "4"),
        (format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(99)), "200"),
        (format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(100)), "431"),
    ];
    for (request, wanted) in heads {
        let answer = heard(daemon.readers, request.as_bytes()).await;
        let start = &request[..request.len().min(60)];
        assert!(answer.starts_with(&format!("HTTP/1.1 {wanted}")), "{start}: {answer}");
    }
}

#[tokio::test]
async fn an_answer_without_a_body_tells_no_length_but_that_of_the_document() {
    let daemon = Daemon::start("").await;
    let full = daemon.get("/feed.xml").await;
    let ask = async |line: &str, headers: &str| {
        let request = format!("{line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n");
        heard(daemon.readers, request.as_bytes()).await
    };
    let known = ask("GET /feed.xml", &format!("If-None-Match: {}\r\n", full.header("etag"))).await;
    assert!(known.starts_with("HTTP/1.1 304 ") && known.ends_with("\r\n\r\n"), "{known}");
    // RFC 9110 §8.6: of a 304 it is that of the document, or none; of a 204 none.
    let length = format!("content-length: {}\r\n", full.body.len());
    assert!(!known.contains("content-length") || known.contains(&length), "{known}");
    let nothing = ask("OPTIONS /feed.xml", "").await;
    assert!(nothing.starts_with("HTTP/1.1 204 ") && !nothing.contains("content-length"), "{nothing}");
    let head = ask("HEAD /feed.xml", "").await;
    assert!(head.contains(&length) && head.ends_with("\r\n\r\n"), "{head}");
    // A tag of another server, of any bytes, stands in nobody's way (RFC 9110 §8.8.3).
    let tags = format!("If-None-Match: \"ộ\", {}\r\n", full.header("etag"));
    let known = ask("GET /feed.xml", &tags).await;
    assert!(known.starts_with("HTTP/1.1 304 "), "{known}");
}

/// Such a document goes out from a file from the second time on.
#[tokio::test]
async fn a_large_document_is_the_same_bytes_however_often_and_slowly_it_is_taken() {
    const TIMES: usize = 20;
    let origin = Origin::start();
    let titles: Vec<String> =
        (0..200).map(|number| format!("Tin số {number} {}", "lũ ".repeat(100))).collect();
    let entries: Vec<(String, &str)> =
        titles.iter().enumerate().map(|(number, title)| (number.to_string(), title.as_str())).collect();
    let entries: Vec<(&str, &str, &str)> = entries
        .iter()
        .map(|(guid, title)| (guid.as_str(), *title, "Tue, 17 Jan 2012 05:57:00 +0700"))
        .collect();
    origin.on("/a", [Reply::ok(rss(&entries))]);
    let tables =
        "[channel]\nwindow = \"36500d\"\n".to_owned() + &feed("a", &origin.url("/a"), "interval = \"1h\"");
    let daemon = Daemon::start(&tables).await;
    daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    let full = daemon.get("/feed.xml").await.body;
    assert!((64 << 10..512 << 10).contains(&full.len()), "{}", full.len());
    let mut stream = TcpStream::connect(daemon.readers).await.unwrap();
    let one = "GET /feed.xml HTTP/1.1\r\nHost: a\r\n\r\nHEAD /feed.xml HTTP/1.1\r\nHost: a\r\n\r\n";
    let last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    stream.write_all((one.repeat(TIMES) + last).as_bytes()).await.unwrap();
    let (mut answers, mut piece) = (Vec::new(), [0; 3_000]);
    // In pieces that fit into no buffer of ours, with others' work in between.
    while let length @ 1.. = stream.read(&mut piece).await.unwrap() {
        answers.extend_from_slice(&piece[..length]);
        tokio::task::yield_now().await;
    }
    let mut rest = &answers[..];
    for time in 0..TIMES {
        for is_whole in [true, false] {
            let end = rest.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
            assert!(rest.starts_with(b"HTTP/1.1 200 OK\r\n"), "{time}");
            let length = if is_whole { full.len() } else { 0 };
            assert!(rest[end..end + length] == full[..length], "answer {time} has other bytes");
            rest = &rest[end + length..];
        }
    }
    assert!(rest.ends_with(b"ok\n") && rest.len() < 300, "{}", rest.len());
}
