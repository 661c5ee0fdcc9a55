//! A server of somebody else's, installed on this machine or not: started in the foreground, asked, and ended with its
//! children.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use super::process::PATIENCE;

/// Where a program may listen that wants to be told its port: on a loopback address of its own, where no other test asks
/// for a port that is just free.
pub fn own_address() -> SocketAddr {
    static LAST: AtomicU8 = AtomicU8::new(0);
    let own = Ipv4Addr::new(127, 77, 0, LAST.fetch_add(1, Ordering::Relaxed) + 1);
    TcpListener::bind((own, 0)).unwrap().local_addr().unwrap()
}

/// One that runs.
pub struct Program {
    child: Child,
}

impl Program {
    /// Starts it, and waits until it listens at this address; none, and says so, where it is not installed.
    pub async fn listening(command: &mut Command, address: SocketAddr) -> Option<Self> {
        command.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()));
        let child = match command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn() {
            Ok(child) => child,
            Err(error) => {
                println!("left out, as {} cannot be started: {error}", command.get_program().display());
                return None;
            }
        };
        let mut program = Self { child };
        let listens = async {
            while tokio::net::TcpStream::connect(address).await.is_err() {
                let ended = program.child.try_wait().unwrap();
                assert!(ended.is_none(), "{} has ended: {ended:?}", command.get_program().display());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, listens).await.expect("it does not listen");
        Some(program)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).unwrap();
        // Asked, not killed: it then ends its workers too. It may have ended by itself.
        let _ = kill_process(id, Signal::TERM);
        self.child.wait().unwrap();
    }
}
