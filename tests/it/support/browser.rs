//! A real browser without a screen: Debian's chromium, driven through chromedriver by `WebDriver` (W3C) and, for what that
//! lacks, the `DevTools` protocol.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::{Client, Method};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The most that one command may take. A test that needs it all has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// A browser with one window.
pub struct Browser {
    driver: Child,
    client: Client,
    session: String,
    _folder: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A test that fails has not ended its session: its browser goes with the group.
        let _ = kill_process_group(Pid::from_child(&self.driver), Signal::KILL);
        let _ = self.driver.wait();
    }
}

impl Browser {
    /// Starts one; says so and gives none where it is not installed.
    pub async fn start() -> Option<Self> {
        let mut driver = Command::new("chromedriver");
        driver
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        let mut driver = match driver.spawn() {
            Ok(driver) => driver,
            Err(error) => {
                println!("left out, as chromedriver cannot be started: {error}");
                return None;
            }
        };
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver does not say its port");
        let client = Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless=new".to_owned(),
            // Where tests run, there is often no right to make a sandbox; all that is loaded is our own.
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-gpu".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            format!("--user-data-dir={}", folder.path().display()),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let mut browser =
            Self { driver, client, session: format!("http://127.0.0.1:{port}"), _folder: folder };
        let begun = browser.command(Method::POST, "/session", Some(wanted)).await;
        let begun = match begun {
            Ok(begun) => begun,
            Err(error) if error.contains("cannot find Chrome binary") => {
                println!("left out, as there is no chromium: {error}");
                return None;
            }
            Err(error) => panic!("chromium cannot be started: {error}"),
        };
        browser.session = format!("{}/session/{}", browser.session, begun["sessionId"].as_str().unwrap());
        Some(browser)
    }

    /// Ends it.
    pub async fn end(self) {
        self.command(Method::DELETE, "", None).await.unwrap();
    }

    async fn command(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        let mut request = self.client.request(method, format!("{}{path}", self.session));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let mut answer = request.send().await.map_err(|error| error.to_string())?;
        let (status, mut bytes) = (answer.status(), Vec::new());
        while let Some(chunk) = answer.chunk().await.map_err(|error| error.to_string())? {
            bytes.extend_from_slice(&chunk);
        }
        let mut answer: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        if status.is_success() { Ok(answer["value"].take()) } else { Err(answer["value"].to_string()) }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.command(Method::POST, path, Some(body)).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// A command of the `DevTools` protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({"cmd": command, "params": parameters})).await
    }

    /// What the visitor reads, likes, and looks at it with.
    pub async fn become_visitor(&self, language: &str, scheme: &str, width: u32) {
        self.devtools("Network.enable", json!({})).await;
        let headers = json!({"headers": {"Accept-Language": language}});
        self.devtools("Network.setExtraHTTPHeaders", headers).await;
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
        let screen = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600});
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await;
    }

    pub async fn open(&self, address: &str) {
        self.post("/url", json!({"url": address})).await;
    }

    pub async fn address(&self) -> String {
        self.command(Method::GET, "/url", None).await.unwrap().as_str().unwrap().to_owned()
    }

    /// What the body of a function gives.
    pub async fn run(&self, script: &str, arguments: Value) -> Value {
        self.post("/execute/sync", json!({"script": script, "args": arguments})).await
    }

    /// Clicks the first element of this CSS selector.
    pub async fn click(&self, selector: &str) {
        let found = self.post("/element", json!({"using": "css selector", "value": selector})).await;
        let (_, id) = found.as_object().unwrap().iter().next().unwrap();
        self.post(&format!("/element/{}/click", id.as_str().unwrap()), json!({})).await;
    }

    /// Does what leads to another page, and waits until that is there: a click may return before its navigation begins.
    pub async fn follow(&self, leave: impl Future<Output = ()>) {
        self.run("window.isLeft = true", json!([])).await;
        leave.await;
        let script = "return document.readyState === 'complete' && !window.isLeft";
        let arrival = async {
            loop {
                let body = json!({"script": script, "args": []});
                // While one page goes and the other comes, nobody answers.
                if self.command(Method::POST, "/execute/sync", Some(body)).await == Ok(json!(true)) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, arrival).await.expect("no other page comes");
    }

    /// Types at the element of this CSS selector.
    pub async fn write(&self, selector: &str, text: &str) {
        let found = self.post("/element", json!({"using": "css selector", "value": selector})).await;
        let (_, id) = found.as_object().unwrap().iter().next().unwrap();
        self.post(&format!("/element/{}/value", id.as_str().unwrap()), json!({"text": text})).await;
    }

    /// Presses a key once, as `WebDriver` names it (§17.4.2).
    pub async fn press(&self, key: char) {
        let press = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        let actions = json!({"actions": [{"type": "key", "id": "keys", "actions": press}]});
        self.post("/actions", actions).await;
    }

    /// What was logged since it was last asked for: `browser` is its console, `performance` its network.
    pub async fn log(&self, kind: &str) -> Vec<Value> {
        let log = self.post("/se/log", json!({"type": kind})).await;
        log.as_array().unwrap().clone()
    }

    /// The whole page as a picture, in base64 of PNG.
    pub async fn picture(&self) -> String {
        let wanted = json!({"format": "png", "captureBeyondViewport": true});
        self.devtools("Page.captureScreenshot", wanted).await["data"].as_str().unwrap().to_owned()
    }
}
