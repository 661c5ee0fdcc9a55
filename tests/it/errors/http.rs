//! What the listeners answer to requests that they refuse.

use std::fmt::Write as _;

use reqwest::Method;

use super::Told;
use crate::support::daemon::{Answer, Daemon};

fn words(answer: &Answer) -> String {
    let mut words = format!("{}", answer.status);
    for name in ["allow", "retry-after"] {
        if !answer.header(name).is_empty() {
            write!(words, "\n{name}: {}", answer.header(name)).unwrap();
        }
    }
    format!("{words}\n{}", answer.text())
}

#[tokio::test]
async fn errors_over_http_say_what_to_do() {
    let mut told = Told::default();
    let daemon = Daemon::start("").await;
    let long = format!("/{}", "x".repeat(3000));
    for (method, path, headers) in [
        (Method::GET, "/nothing", &[][..]),
        (Method::GET, "/provinces/nowhere.xml", &[]),
        (Method::GET, "/sources/nobody.xml", &[]),
        (Method::GET, "/sources/%ff.xml", &[]),
        (Method::GET, "/channels/none.xml", &[]),
        (Method::GET, "/archive/99.xml", &[]),
        (Method::GET, &long, &[]),
        (Method::POST, "/feed.xml", &[]),
        (Method::GET, "/feed.xml", &[("If-Match", "\"other\"")]),
    ] {
        let answer = daemon.ask(method.clone(), path, headers).await;
        assert!(answer.status.is_client_error(), "{path}: {answer:?}");
        let path: String = path.chars().take(40).collect();
        told.add(format!("readers: {method} {path} {headers:?}"), words(&answer));
    }
    for (method, path, headers) in [
        (Method::GET, "/nothing", &[][..]),
        (Method::GET, "/sources/nobody", &[]),
        (Method::GET, "/sources/%ff", &[]),
        (Method::GET, "/", &[("Host", "evil.example")]),
        (Method::POST, "/reload", &[("Origin", "http://evil.example")]),
        (Method::GET, "/reload", &[]),
        (Method::POST, "/", &[]),
        (Method::POST, "/poll", &[]),
        (Method::POST, "/metrics", &[]),
    ] {
        let answer = daemon.ask_admin(method.clone(), path, headers).await;
        assert!(answer.status.is_client_error(), "{path}: {answer:?}");
        told.add(format!("admins: {method} {path} {headers:?}"), words(&answer));
    }
    for (path, body) in [("/poll", &*"x".repeat(5000)), ("/reload", "/etc/tintinh/feeds.toml")] {
        let answer = daemon.post_admin(path, body).await;
        told.add(format!("admins: POST {path}, {} bytes", body.len()), words(&answer));
    }
    told.compare("http.txt");
}
