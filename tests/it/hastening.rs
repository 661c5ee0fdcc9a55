//! Who waits for a poll or a reload that they asked for over the admin listener, and who must not ask.

use std::time::Duration;

use reqwest::Method;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{
    daemon::{Daemon, feed},
    feed::rss,
    origin::{Origin, Reply},
    process::{PATIENCE, Process, written},
};

const DATE: &str = "Tue, 17 Jan 2012 05:57:00 +0700";

/// What says that it waits, if nothing else is said for so long.
const WAITS: Duration = Duration::from_millis(300);

/// Asks for a poll of `a`, on a connection of its own.
async fn ask(daemon: &Daemon) -> TcpStream {
    let mut stream = TcpStream::connect(daemon.admin).await.unwrap();
    let request = "POST /poll HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\n\r\na";
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// What is answered to whoever asks for a poll of `a`; none where they are to wait.
async fn refused(daemon: &Daemon) -> Option<String> {
    let mut stream = ask(daemon).await;
    let mut answer = String::new();
    timeout(WAITS, stream.read_to_string(&mut answer)).await.ok().map(|read| {
        read.unwrap();
        answer
    })
}

#[tokio::test]
async fn so_many_wait_for_a_poll_and_no_more_and_who_hangs_up_waits_no_longer() {
    let origin = Origin::start();
    origin.on("/a", [Reply::raw("").then_silence()]);
    let tables = feed("a", &origin.url("/a"), "total_timeout = \"5m\"\nidle_timeout = \"5m\"");
    let daemon = Daemon::start(&tables).await;
    origin.until_asked(1).await;
    let refusal = async || {
        let mut waiting = Vec::new();
        // Some of those before may not be seen to have hung up yet.
        loop {
            let mut stream = ask(&daemon).await;
            let mut answer = String::new();
            if timeout(WAITS, stream.read_to_string(&mut answer)).await.is_ok() {
                return (waiting.len(), answer);
            }
            waiting.push(stream);
        }
    };
    let (waiting, answer) = refusal().await;
    assert_eq!(waiting, 16);
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 60\r\n"), "{answer}");
    assert!(answer.ends_with("too many wait for polls already: see `tintinh status` later\n"), "{answer}");
    // They have all hung up.
    let again = async { while refused(&daemon).await.is_some() {} };
    timeout(PATIENCE, again).await.expect("their places are not given back");
}

#[tokio::test]
async fn no_web_page_has_anything_polled_or_read_again() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)]))]);
    let (_folder, file) = written(&feed("a", &origin.url("/a"), "interval = \"24h\""));
    let name = file.to_str().unwrap();
    let daemon = Process::run(&file);
    let (_, admin) = daemon.addresses().await;
    daemon.logged("polled").await;
    let post = async |path: &str, body: String, headers: [(&str, &str); 1]| {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = client.request(Method::POST, format!("http://{admin}{path}")).body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.send().await.unwrap().status().as_u16()
    };
    for (path, body) in [("/reload", name), ("/poll", "a")] {
        for header in [
            ("Origin", "http://evil.example"),
            ("Origin", "null"),
            ("Origin", "http://localhost"),
            ("Host", "evil.example"),
            ("Host", "localhost.evil.example"),
        ] {
            assert_eq!(post(path, body.to_owned(), [header]).await, 403, "{path} {header:?}");
        }
    }
    let done = || daemon.said().iter().filter(|line| line.contains("is in force")).count();
    assert_eq!((done(), origin.requests().len()), (0, 1));
    // The same from here is done.
    let here = ("Origin", &*format!("http://{admin}"));
    assert_eq!(post("/reload", name.to_owned(), [here]).await, 200);
    daemon.logged("is in force: nothing has changed").await;
    assert_eq!(post("/poll", "a".to_owned(), [here]).await, 200);
    origin.until_asked(2).await;
    assert_eq!((done(), origin.requests().len()), (1, 2));
}

#[tokio::test]
async fn an_address_that_hides_what_is_no_text_is_as_any_other_that_names_nothing() {
    let daemon = Daemon::start("").await;
    for path in ["/sources/%ff", "/sources/%C3", "/sources/a%ff.json"] {
        let answer = daemon.ask_admin(Method::GET, path, &[]).await;
        let words = "There is no source of this id in feeds.toml. The start page names them all: /\n";
        assert_eq!((answer.status.as_u16(), answer.text()), (404, words), "{path}");
    }
    let answer = daemon.get("/sources/%ff.xml").await;
    assert!(answer.status == 404 && answer.text().starts_with("No source has this address."), "{answer:?}");
}
