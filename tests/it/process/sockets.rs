//! The readers' socket in systemd's hands (`sd_listen_fds(3)`).

use std::{
    net::{TcpListener, UdpSocket},
    os::fd::OwnedFd,
    path::Path,
};

use command_fds::{CommandFdExt as _, FdMapping};
use tokio::task::JoinSet;

use crate::support::process::{Process, Signal, ask, hidden, written};

/// The daemon with these sockets handed over, as systemd does it: from descriptor 3 on, for the very process.
fn handed(file: &Path, sockets: Vec<OwnedFd>) -> Process {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "LISTEN_PID=$$ exec \"$0\" --config \"$1\"", env!("CARGO_BIN_EXE_tintinh")]);
    command.arg(file);
    let count = sockets.len().to_string();
    let mappings = (3..).zip(sockets).map(|(child_fd, parent_fd)| FdMapping { parent_fd, child_fd });
    command.fd_mappings(mappings.collect()).unwrap();
    Process::spawn(hidden(&mut command.into()).env("LISTEN_FDS", count))
}

#[tokio::test]
async fn a_restart_loses_no_request_where_systemd_holds_the_socket() {
    let (_folder, file) = written("");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let handed = || handed(&file, vec![listener.try_clone().unwrap().into()]);
    let first = handed();
    let (readers, admin) = first.addresses().await;
    assert_eq!(readers, address);
    assert_ne!(admin, address);
    first.logged("answering readers on the socket that systemd holds").await;
    let url = format!("http://{address}/feed.xml");
    let (status, before) = ask(&url).await.unwrap();
    assert_eq!(status, 200);
    first.signal(Signal::TERM);
    assert_eq!(first.ended().await.code, Some(0));

    // Nobody runs, and nobody is refused.
    let mut waiting = JoinSet::new();
    for _ in 0..8 {
        let url = url.clone();
        waiting.spawn(async move { ask(&url).await });
    }
    let second = handed();
    while let Some(answered) = waiting.join_next().await {
        assert_eq!(
            answered.unwrap().map(|(status, body)| (status.as_u16(), body)),
            Some((200, before.clone()))
        );
    }
    second.signal(Signal::TERM);
    assert_eq!(second.ended().await.code, Some(0));
}

#[tokio::test]
async fn what_is_no_use_is_told_in_one_line() {
    let (_folder, file) = written("");
    let tcp = || OwnedFd::from(TcpListener::bind("127.0.0.1:0").unwrap());
    let udp = OwnedFd::from(UdpSocket::bind("127.0.0.1:0").unwrap());
    for (sockets, why) in
        [(vec![udp], "not a valid tcp socket"), (vec![tcp(), tcp()], "2 sockets are handed over")]
    {
        let ended = handed(&file, sockets).ended().await;
        let line = super::only_line(&ended, 1);
        assert!(line.contains(why) && line.contains("Look at tintinh.socket"), "{line}");
    }
}
