//! The real program as a process of its own, with what it says on stdout and stderr. Killed when dropped, so that a
//! test that fails leaves nothing running.

use std::{
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::{Client, StatusCode};
use rustix::process::{Pid, kill_process};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{Child, Command},
    task::JoinSet,
};

pub use rustix::process::Signal;

/// The most that any condition is waited for. A test that needs it all has failed.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// What surroundings may have set, and no test wants.
const FOREIGN: [&str; 12] = [
    "TINTINH_LOG",
    "TINTINH_LOG_FORMAT",
    "STATE_DIRECTORY",
    "CREDENTIALS_DIRECTORY",
    "JOURNAL_STREAM",
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "WATCHDOG_PID",
    "LISTEN_FDS",
    "LISTEN_PID",
    "LISTEN_FDNAMES",
    "RUST_LOG",
];

type Lines = Arc<Mutex<Vec<String>>>;

/// The program with these arguments, not yet started.
pub fn tintinh<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tintinh"));
    command.args(arguments);
    hidden(&mut command);
    command
}

/// Hides from this command what the surroundings may have set.
pub fn hidden(command: &mut Command) -> &mut Command {
    for name in FOREIGN {
        command.env_remove(name);
    }
    command
}

/// A running tintinh.
pub struct Process {
    child: Child,
    stdout: Lines,
    stderr: Lines,
    readers: JoinSet<()>,
}

/// How it ended, and all that it said.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: Vec<String>,
    pub stderr: Vec<String>,
}

impl Process {
    /// Starts it.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut readers = JoinSet::new();
        let stdout = listen(&mut readers, child.stdout.take().unwrap());
        let stderr = listen(&mut readers, child.stderr.take().unwrap());
        Self { child, stdout, stderr, readers }
    }

    /// `tintinh run` on this file.
    pub fn run(file: &Path) -> Self {
        Self::spawn(&mut tintinh(["--config", file.to_str().unwrap()]))
    }

    pub fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits for a line of stderr that holds these words.
    pub async fn logged(&self, words: &str) -> String {
        self.heard(&self.stderr, words).await
    }

    /// All lines of stderr so far.
    pub fn said(&self) -> Vec<String> {
        self.stderr.lock().unwrap().clone()
    }

    /// Waits for a line of stdout that holds these words.
    pub async fn printed(&self, words: &str) -> String {
        self.heard(&self.stdout, words).await
    }

    /// Closes our ends of its stdout and stderr, as a pager that was left does.
    pub async fn stop_listening(&mut self) {
        self.readers.shutdown().await;
    }

    async fn heard(&self, lines: &Lines, words: &str) -> String {
        let found = || lines.lock().unwrap().iter().find(|line| line.contains(words)).cloned();
        let waiting = async {
            loop {
                if let Some(line) = found() {
                    return line;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let heard = tokio::time::timeout(PATIENCE, waiting).await;
        heard.unwrap_or_else(|_| panic!("`{words}` was not heard in {:#?}", lines.lock().unwrap()))
    }

    /// Where readers and admins are answered, once it says so.
    pub async fn addresses(&self) -> (String, String) {
        let line = self.logged("serving http://").await;
        let mut found = line.split("http://").skip(1).map(|rest| rest.split('/').next().unwrap().to_owned());
        (found.next().unwrap(), found.next().unwrap())
    }

    /// Waits for its end.
    pub async fn ended(mut self) -> Ended {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("it does not end: {:#?}", self.said())).unwrap();
        while self.readers.join_next().await.is_some() {}
        let all = |lines: &Lines| lines.lock().unwrap().clone();
        Ended { code: status.code(), stdout: all(&self.stdout), stderr: all(&self.stderr) }
    }
}

fn listen(readers: &mut JoinSet<()>, pipe: impl AsyncRead + Unpin + Send + 'static) -> Lines {
    let lines = Lines::default();
    let heard = Arc::clone(&lines);
    readers.spawn(async move {
        let mut pipe = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = pipe.next_line().await {
            heard.lock().unwrap().push(line);
        }
    });
    lines
}

/// A `feeds.toml` of ports of the system's choice, loopback sources and hurry, with these tables after it, in a
/// folder of its own.
pub fn written(tables: &str) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feeds.toml");
    write(&file, tables);
    (folder, file)
}

/// Puts these tables into the file instead.
pub fn write(file: &Path, tables: &str) {
    const HEAD: &str = "[server]\nlisten = \"127.0.0.1:0\"\n[admin]\nlisten = \"127.0.0.1:0\"\n\
        [network]\nallow = [\"127.0.0.0/8\"]\n[channel]\nwindow = \"36500d\"\n\
        [defaults]\nhost_delay = \"0s\"\nmin_interval = \"1s\"\n";
    std::fs::write(file, format!("{HEAD}{tables}")).unwrap();
}

/// Asks once; none where nobody answers.
pub async fn ask(url: &str) -> Option<(StatusCode, Vec<u8>)> {
    let client = Client::builder().no_proxy().build().unwrap();
    let mut response = client.get(url).send().await.ok()?;
    let (status, mut body) = (response.status(), Vec::new());
    while let Some(chunk) = response.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
    }
    Some((status, body))
}

/// Asks until the answer's body is as wanted, and gives that.
pub async fn until(url: &str, wanted: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let waiting = async {
        loop {
            if let Some((StatusCode::OK, body)) = ask(url).await
                && wanted(&body)
            {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let answered = tokio::time::timeout(PATIENCE, waiting).await;
    answered.unwrap_or_else(|_| panic!("{url} did not become as wanted"))
}

/// What status.json says of each source.
pub async fn statuses(admin: &str) -> Vec<serde_json::Value> {
    let (status, body) = ask(&format!("http://{admin}/status.json")).await.unwrap();
    assert_eq!(status, 200);
    let status: serde_json::Value = serde_json::from_slice(&body).unwrap();
    status["sources"].as_array().unwrap().clone()
}
