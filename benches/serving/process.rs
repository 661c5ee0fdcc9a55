//! A server's processes: started, asked for the processor time that they have used, and ended.

use std::{
    fs, io,
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::Failed;

/// The most that a server may take to listen.
const PATIENCE: Duration = Duration::from_mins(1);
/// Ticks of the clock that processor time is told in: the same on every Linux (`sysconf(_SC_CLK_TCK)`).
const TICK: Duration = Duration::from_millis(10);

/// A server, ended when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts it, and waits until it listens at this address.
    pub fn start(command: &mut Command, address: SocketAddr) -> Result<Self, Failed> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut server = Self { child, address };
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            if began.elapsed() > PATIENCE || server.child.try_wait()?.is_some() {
                return Err(
                    format!("{} does not listen at {address}", command.get_program().display()).into()
                );
            }
            sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// What it and its children have used of the processors, in user and kernel mode.
    pub fn processor_time(&self) -> io::Result<Duration> {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        let mut ticks = ticks(&id.to_string())?;
        for child in children.split_whitespace() {
            ticks += self::ticks(child)?;
        }
        Ok(TICK * ticks)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked, not killed: it then ends its workers too. It may have ended already.
        if let Some(id) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(id, Signal::TERM);
        }
        let _ = self.child.wait();
    }
}

/// The 14th and 15th field of `proc_pid_stat(5)`.
fn ticks(process: &str) -> io::Result<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is the program's name, in parentheses, and may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let times = fields.split_whitespace().skip(11).take(2);
    times.map(|time| time.parse::<u32>().map_err(io::Error::other)).sum()
}

/// An address that nobody listens at now.
pub fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}
