//! What the service manager is told (`sd_notify(3)`), and when.

use std::net::TcpListener;

use tempfile::TempDir;
use tokio::{net::UnixDatagram, process::Command};

use crate::support::{
    daemon::feed,
    feed::rss,
    origin::{Origin, Reply},
    process::{PATIENCE, Process, Signal, ask, tintinh, write, written},
};

/// The manager's end of the socket.
struct Manager {
    socket: UnixDatagram,
    folder: TempDir,
}

impl Manager {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        Self { socket, folder }
    }

    fn manages(&self, mut command: Command) -> Command {
        command.env("NOTIFY_SOCKET", self.folder.path().join("notify"));
        command
    }

    /// The next message, as lines joined by spaces.
    async fn told(&self) -> String {
        let mut message = [0; 4096];
        let length = tokio::time::timeout(PATIENCE, self.socket.recv(&mut message)).await;
        let length = length.expect("nothing is told").unwrap();
        String::from_utf8(message[..length].to_vec()).unwrap().trim().replace('\n', " ")
    }

    /// All that was told and not yet heard.
    fn rest(&self) -> Vec<String> {
        let mut message = [0; 4096];
        let next = |length: usize, message: &[u8]| String::from_utf8_lossy(&message[..length]).into_owned();
        std::iter::from_fn(|| self.socket.try_recv(&mut message).ok().map(|length| next(length, &message)))
            .collect()
    }
}

#[tokio::test]
async fn ready_comes_when_the_feed_can_be_fetched_and_stopping_at_the_end() {
    let (_folder, file) = written("");
    let manager = Manager::new();
    let daemon = Process::spawn(&mut manager.manages(tintinh(["--config", file.to_str().unwrap()])));
    let first = manager.told().await;
    assert!(first.contains("READY=1") && first.contains("STATUS=0 feeds, http://127.0.0.1:"), "{first}");
    let address = &first[first.find("http://").unwrap()..];
    // Asked once, and at once.
    assert_eq!(ask(address).await.expect("nobody answers yet").0, 200);

    // A bad file changes nothing, and so the status neither.
    std::fs::write(&file, "[server\n").unwrap();
    daemon.signal(Signal::HUP);
    daemon.logged("the old one stays in force").await;
    write(&file, "[[feeds]]\nid = \"a\"\ntitle = \"A\"\nurl = \"https://a.example/\"\nenabled = false\n");
    daemon.signal(Signal::HUP);
    let told = manager.told().await;
    assert!(told.starts_with("STATUS=1 feeds, http://127.0.0.1:"), "{told}");

    daemon.signal(Signal::TERM);
    assert_eq!(manager.told().await, "STOPPING=1");
    let ended = daemon.ended().await;
    assert_eq!((ended.code, manager.rest()), (Some(0), vec![]), "{ended:#?}");
}

#[tokio::test]
async fn a_daemon_that_cannot_start_is_never_ready() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feeds.toml");
    std::fs::write(&file, format!("[admin]\nlisten = \"{}\"\n", taken.local_addr().unwrap())).unwrap();
    let manager = Manager::new();
    let daemon = Process::spawn(&mut manager.manages(tintinh(["--config", file.to_str().unwrap()])));
    assert_eq!((daemon.ended().await.code, manager.rest()), (Some(1), vec![]));
}

#[tokio::test]
async fn the_watchdog_is_told_as_often_as_it_asks() {
    let (_folder, file) = written("");
    let manager = Manager::new();
    // As the service manager does it: the variable names the very process.
    let mut command = Command::new("sh");
    command.args(["-c", "WATCHDOG_PID=$$ exec \"$0\" --config \"$1\"", env!("CARGO_BIN_EXE_tintinh")]);
    command.arg(&file).env("WATCHDOG_USEC", "6000000");
    let daemon = Process::spawn(&mut manager.manages(command));
    assert!(manager.told().await.contains("READY=1"));
    let begun = std::time::Instant::now();
    assert_eq!(manager.told().await, "WATCHDOG=1");
    // Thrice in the time that it watches over: less than half of it, however slow this machine is.
    let waited = begun.elapsed().as_millis();
    assert!((1_000..2_900).contains(&waited), "{waited} ms");
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().await.code, Some(0));
    let rest = manager.rest();
    assert_eq!(rest.last().map(|last| last.trim()), Some("STOPPING=1"), "{rest:?}");
}

#[tokio::test]
async fn a_watchdog_for_another_process_is_not_told() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[]))]);
    let (_folder, file) = written(&feed("a", &origin.url("/a"), "interval = \"1s\""));
    let manager = Manager::new();
    let mut command = manager.manages(tintinh(["--config", file.to_str().unwrap()]));
    let daemon = Process::spawn(command.env("WATCHDOG_USEC", "20000").env("WATCHDOG_PID", "1"));
    assert!(manager.told().await.contains("READY=1"));
    origin.until_asked(2).await;
    daemon.signal(Signal::TERM);
    assert_eq!(manager.told().await, "STOPPING=1");
    assert_eq!(daemon.ended().await.code, Some(0));
}
