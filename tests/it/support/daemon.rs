//! The daemon in the test's own process, on ports of the system's choice, with a folder of its own.

use std::{net::SocketAddr, path::Path, time::Duration};

use reqwest::{Client, Method, StatusCode, header::HeaderMap};
use serde_json::Value;
use tempfile::TempDir;
use tintinh::{
    app::{App, AppError},
    config,
    store::{Engine, Store},
};
use tokio::{sync::oneshot, task::JoinSet};

/// The most that any condition is waited for. A test that needs it all has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running daemon.
pub struct Daemon {
    pub readers: SocketAddr,
    pub admin: SocketAddr,
    reload: Box<dyn Fn(config::Config) -> Vec<&'static str>>,
    folder: TempDir,
    client: Client,
    end: oneshot::Sender<()>,
    running: JoinSet<Result<(), AppError>>,
}

/// What a listener answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// The head of every test's configuration: loopback only, in a hurry, and with an address that outlives a restart.
const HEAD: &str = "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://tin.example/x\"\n[admin]\nlisten = \"127.0.0.1:0\"\n\
    [network]\nallow = [\"127.0.0.0/8\"]\n[defaults]\nhost_delay = \"0s\"\nmin_interval = \"1s\"\n";

impl Daemon {
    /// Starts with these tables after the common head.
    pub async fn start(tables: &str) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), tables).await
    }

    async fn start_in(folder: TempDir, tables: &str) -> Self {
        let config = parse(folder.path(), tables);
        Self::start_as(folder, config).await
    }

    /// Starts on this engine in the place of the usual one.
    pub async fn start_on(engine: impl Engine, tables: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = parse(folder.path(), tables);
        let app = App::start_on(async |_| Store::new(engine), config).await.unwrap();
        Self::of(folder, app)
    }

    /// Starts with this configuration, which may say what no file may.
    async fn start_as(folder: TempDir, config: config::Config) -> Self {
        Self::of(folder, App::start(config).await.unwrap())
    }

    fn of(folder: TempDir, app: App) -> Self {
        let (end, ended) = oneshot::channel();
        let (readers, admin, reloader) = (app.readers(), app.admin(), app.reloader());
        let reload = Box::new(move |config| reloader.take(config).restart);
        let mut running = JoinSet::new();
        running.spawn(app.run(async move { drop(ended.await) }));
        let client =
            Client::builder().no_proxy().no_gzip().no_brotli().no_zstd().no_deflate().build().unwrap();
        Self { readers, admin, reload, folder, client, end, running }
    }

    /// Ends, and says how it went.
    pub async fn stop(mut self) -> (Result<(), AppError>, TempDir) {
        self.end.send(()).unwrap();
        (self.running.join_next().await.unwrap().unwrap(), self.folder)
    }

    /// Waits for its end by itself.
    pub async fn ended(mut self) -> Result<(), AppError> {
        let ended = tokio::time::timeout(PATIENCE, self.running.join_next());
        ended.await.expect("it does not end").unwrap().unwrap()
    }

    /// Ends and starts anew on the same store.
    pub async fn restart(self, tables: &str) -> Self {
        let (ended, folder) = self.stop().await;
        ended.unwrap();
        Self::start_in(folder, tables).await
    }

    /// Ends and starts anew on the same store, with a window shorter than a file may ask for.
    pub async fn restart_within(self, tables: &str, window: Duration) -> Self {
        let (ended, folder) = self.stop().await;
        ended.unwrap();
        let mut config = parse(folder.path(), tables);
        config.channel.window = window;
        Self::start_as(folder, config).await
    }

    /// Where its configuration thinks it is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Takes other tables while running.
    pub fn reload(&self, tables: &str) -> Vec<&'static str> {
        (self.reload)(parse(self.folder.path(), tables))
    }

    /// Asks the readers' listener.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[]).await
    }

    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.client.request(method, format!("http://{}{path}", self.readers));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request).await
    }

    /// Asks the admin listener.
    pub async fn ask_admin(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.client.request(method, format!("http://{}{path}", self.admin));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request).await
    }

    /// Posts this body to the admin listener.
    pub async fn post_admin(&self, path: &str, body: &str) -> Answer {
        answer(self.client.post(format!("http://{}{path}", self.admin)).body(body.to_owned())).await
    }

    /// What the admin listener says of a source.
    pub async fn status(&self, id: &str) -> Value {
        let request = self.client.get(format!("http://{}/status.json", self.admin));
        let status: Value = serde_json::from_slice(&answer(request).await.body).unwrap();
        let sources = status["sources"].as_array().unwrap();
        sources.iter().find(|source| source["id"] == id).unwrap().clone()
    }

    /// Waits until the source's status is as wanted.
    pub async fn until_status(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            loop {
                let status = self.status(id).await;
                if wanted(&status) {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap()
    }

    /// Waits until this is among the metrics.
    pub async fn until_metrics(&self, line: &str) {
        let waiting = async {
            while !self.ask_admin(Method::GET, "/metrics", &[]).await.text().contains(line) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap();
    }

    /// Waits until a document is as wanted.
    pub async fn until(&self, path: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
        let waiting = async {
            loop {
                let answer = self.get(path).await;
                if wanted(&answer) {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap()
    }
}

fn parse(folder: &Path, tables: &str) -> config::Config {
    let surroundings = config::Surroundings { folder: folder.to_owned(), ..config::Surroundings::default() };
    config::parse(&format!("{HEAD}{tables}"), &surroundings).unwrap()
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let mut response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        body.extend_from_slice(&chunk);
    }
    Answer { status, headers, body }
}

/// A `[[feeds]]` table.
pub fn feed(id: &str, url: &url::Url, more: &str) -> String {
    format!("[[feeds]]\nid = \"{id}\"\ntitle = \"Báo {id}\"\nurl = \"{url}\"\n{more}\n")
}
