//! The reverse proxies' settings that we ship: what stands behind them is answered as if nothing stood before it.

use std::{fs, net::SocketAddr, process::Command};

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use tempfile::TempDir;

use crate::support::{
    daemon::{Daemon, feed},
    feed::{items, rss},
    nginx::{Nginx, write},
    origin::{Origin, Reply},
    process::{Process, Signal},
    program::{Program, own_address},
};

const NGINX: &str = include_str!("../../contrib/nginx.conf");
const CADDY: &str = include_str!("../../contrib/Caddyfile");
const DATE: &str = "Tue, 17 Jan 2012 05:57:00 +0700";

/// The shipped settings with other addresses and folders; each must be there to be replaced.
fn replaced(settings: &str, pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(settings.to_owned(), |settings, (old, new)| {
        assert!(settings.contains(old), "{old} is not in the shipped settings");
        settings.replace(old, new)
    })
}

async fn nginx(origin: SocketAddr) -> Option<Nginx> {
    Nginx::start(|here, address| {
        replaced(
            NGINX,
            &[
                ("/var/cache/nginx", here),
                ("127.0.0.1:8080", &origin.to_string()),
                ("listen 80;", &format!("listen {address};")),
            ],
        )
    })
    .await
}

/// Caddy, where it answers, and its folder.
struct Caddy {
    address: SocketAddr,
    _program: Program,
    _folder: TempDir,
}

async fn caddy(origin: SocketAddr) -> Option<Caddy> {
    let (folder, address) = (tempfile::tempdir().unwrap(), own_address());
    let settings = replaced(
        CADDY,
        &[("tin.example.vn {", &format!("http://{address} {{")), ("127.0.0.1:8080", &origin.to_string())],
    );
    let file = write(folder.path(), "Caddyfile", &format!("{{\n\tadmin off\n}}\n{settings}"));
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config", &file]).env("HOME", folder.path());
    let program = Program::listening(&mut command, address).await?;
    Some(Caddy { address, _program: program, _folder: folder })
}

fn get(address: SocketAddr, path: &str) -> RequestBuilder {
    let client = Client::builder().no_proxy().no_gzip().no_brotli().no_zstd().no_deflate().build().unwrap();
    client.get(format!("http://{address}{path}"))
}

async fn answered(request: RequestBuilder) -> (StatusCode, String, Vec<u8>) {
    let mut answer = request.send().await.unwrap();
    let etag = answer.headers().get("etag").map_or("", |etag| etag.to_str().unwrap()).to_owned();
    let (status, mut body) = (answer.status(), Vec::new());
    while let Some(chunk) = answer.chunk().await.unwrap() {
        body.extend_from_slice(&chunk);
    }
    (status, etag, body)
}

/// Documents in each coding, 304, the page for people and what is not there come through unchanged.
async fn hands_on(daemon: &Daemon, proxy: SocketAddr) {
    for coding in ["identity", "gzip", "br", "zstd"] {
        let ours = daemon.ask(Method::GET, "/feed.xml", &[("accept-encoding", coding)]).await;
        for _ in 0..2 {
            let (status, etag, body) =
                answered(get(proxy, "/feed.xml").header("accept-encoding", coding)).await;
            assert_eq!((status.as_u16(), &*etag), (200, ours.header("etag")), "{coding}");
            assert_eq!(body, ours.body, "{coding}");
        }
        let (status, _, body) = answered(
            get(proxy, "/feed.xml")
                .header("accept-encoding", coding)
                .header("if-none-match", ours.header("etag")),
        )
        .await;
        assert_eq!((status.as_u16(), body.len()), (304, 0), "{coding}");
    }
    for (path, wanted) in [("/", 200), ("/feed.json", 200), ("/nowhere", 404), ("/status.json", 404)] {
        let (status, _, body) = answered(get(proxy, path)).await;
        assert_eq!(status.as_u16(), wanted, "{path}: {}", String::from_utf8_lossy(&body));
    }
}

async fn daemon(origin: &Origin) -> Daemon {
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)]))]);
    let tables =
        "[channel]\nwindow = \"36500d\"\n".to_owned() + &feed("a", &origin.url("/a"), "interval = \"1h\"");
    let daemon = Daemon::start(&tables).await;
    daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    daemon
}

#[tokio::test]
async fn nginx_as_shipped_hands_on_and_answers_while_nobody_runs() {
    let origin = Origin::start();
    let daemon = daemon(&origin).await;
    let Some(proxy) = nginx(daemon.readers).await else { return };
    hands_on(&daemon, proxy.address).await;
    let before = answered(get(proxy.address, "/feed.xml")).await;
    daemon.stop().await.0.unwrap();
    assert_eq!(answered(get(proxy.address, "/feed.xml")).await, before);
}

#[tokio::test]
async fn caddy_as_shipped_hands_on_and_waits_for_a_restart() {
    let origin = Origin::start();
    let daemon = daemon(&origin).await;
    let Some(proxy) = caddy(daemon.readers).await else { return };
    hands_on(&daemon, proxy.address).await;
    let readers = daemon.readers;
    daemon.stop().await.0.unwrap();
    // Asked while nobody runs, and answered by who comes.
    let mut waiting = tokio::task::JoinSet::new();
    waiting.spawn(answered(get(proxy.address, "/feed.xml")));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feeds.toml");
    let text = format!("[server]\nlisten = \"{readers}\"\n[admin]\nlisten = \"127.0.0.1:0\"\n");
    fs::write(&file, text).unwrap();
    let next = Process::run(&file);
    let (status, _, body) = waiting.join_next().await.unwrap().unwrap();
    assert_eq!((status.as_u16(), items(&body).len()), (200, 0));
    next.signal(Signal::TERM);
    assert_eq!(next.ended().await.code, Some(0));
}
