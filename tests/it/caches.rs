//! A shared cache in front of us, a real one: nginx with `proxy_cache`. Whatever it hands on must be what we would have
//! answered. Left out, aloud, where nginx is not installed.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt as _,
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::{Client, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::{
    daemon::{Daemon, feed},
    feed::{items, rss},
    origin::{Origin, Reply},
};

const WIDE: &str = "[channel]\nwindow = \"36500d\"\n";
const DATE: &str = "Tue, 17 Jan 2012 05:57:00 +0700";
/// The most that any condition is waited for. A test that needs it all has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// nginx, in a folder of its own.
struct Cache {
    child: Child,
    address: SocketAddr,
    _folder: TempDir,
}

impl Drop for Cache {
    fn drop(&mut self) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).unwrap();
        // Asked, not killed: it then ends its workers too.
        kill_process(id, Signal::TERM).unwrap();
        self.child.wait().unwrap();
    }
}

/// In front of this address; none where it is not installed.
async fn in_front_of(origin: SocketAddr) -> Option<Cache> {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let here = folder.path().display();
    let settings = format!(
        "daemon off; pid {here}/pid; worker_processes 1; events {{}}\n\
         http {{ access_log off; client_body_temp_path {here}/1; proxy_temp_path {here}/2; fastcgi_temp_path {here}/3;\n\
         uwsgi_temp_path {here}/4; scgi_temp_path {here}/5;\n\
         proxy_cache_path {here}/cache keys_zone=tin:1m;\n\
         server {{ listen {address}; location / {{\n\
         proxy_pass http://{origin}; proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
         proxy_cache tin; proxy_cache_revalidate on;\n\
         add_header X-Cache $upstream_cache_status always;\n\
         }} }} }}\n"
    );
    fs::write(folder.path().join("nginx.conf"), settings).unwrap();
    let mut command = Command::new("nginx");
    command.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()));
    command.arg("-p").arg(folder.path()).arg("-c").arg(folder.path().join("nginx.conf"));
    command.arg("-e").arg(folder.path().join("errors")).stdout(Stdio::null()).stderr(Stdio::null());
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            println!("left out, as nginx cannot be started: {error}");
            return None;
        }
    };
    let cache = Cache { child, address, _folder: folder };
    let listens = async {
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, listens).await.expect("nginx does not start");
    Some(cache)
}

struct Seen {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    body: Vec<u8>,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn get(cache: &Cache, path: &str, headers: &[(&str, &str)]) -> Seen {
    let client = Client::builder().no_proxy().no_gzip().no_brotli().no_zstd().no_deflate().build().unwrap();
    let mut request = client.get(format!("http://{}{path}", cache.address));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = request.send().await.unwrap();
    let (status, headers, mut body) = (answer.status(), answer.headers().clone(), Vec::new());
    while let Some(chunk) = answer.chunk().await.unwrap() {
        body.extend_from_slice(&chunk);
    }
    Seen { status, headers, body }
}

#[tokio::test]
async fn a_cache_hands_on_what_we_would_have_answered() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)]))]);
    let tables = WIDE.to_owned() + &feed("a", &origin.url("/a"), "interval = \"1h\"");
    let daemon = Daemon::start(&tables).await;
    daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    let Some(cache) = in_front_of(daemon.readers).await else { return };
    let path = "/feed.xml";
    let direct = daemon.get(path).await;
    // Kept apart by coding, and each told from the others.
    for (coding, wanted) in
        [("identity", ""), ("gzip", "gzip"), ("br", "br"), ("zstd", "zstd"), ("gzip, br", "")]
    {
        let asked = [("accept-encoding", coding)];
        let ours = daemon.ask(reqwest::Method::GET, path, &asked).await;
        for _ in 0..2 {
            let seen = get(&cache, path, &asked).await;
            assert_eq!(seen.body, ours.body, "{coding}");
            assert_eq!(seen.header("content-encoding"), ours.header("content-encoding"), "{coding}");
            assert_eq!(seen.header("etag"), ours.header("etag"), "{coding}");
            assert!(wanted.is_empty() || seen.header("content-encoding") == wanted, "{coding}");
        }
    }
    assert_eq!(get(&cache, path, &[("accept-encoding", "br")]).await.header("x-cache"), "HIT");
    let known = get(&cache, path, &[("if-none-match", direct.header("etag"))]).await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
    // A reader of deltas gets the whole through it, every time: what the cache has is not what the reader has.
    for _ in 0..2 {
        let asked = [("a-im", "feed"), ("if-none-match", "\"0123456789abcdef0123456789abcdef\"")];
        let whole = get(&cache, path, &asked).await;
        assert_eq!((whole.status.as_u16(), whole.header("im")), (200, ""));
        assert_eq!((whole.header("x-cache"), &whole.body), ("MISS", &direct.body));
    }
}
