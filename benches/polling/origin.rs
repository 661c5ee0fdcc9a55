//! Publishers in a process of their own, so that what they cost is not counted: each conditional request gets a 304,
//! each other one a small feed, over connections that are kept.

use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
};

/// How the bench asks itself to be the publishers.
pub const ARGUMENT: &str = "--be-the-publishers";

/// Hosts that sources are spread over: ports on one address.
pub const HOSTS: usize = 40;

/// The publishers, until this is dropped.
pub struct Publishers {
    child: Child,
    /// The port of each host.
    pub ports: Vec<u16>,
}

impl Publishers {
    pub fn start() -> io::Result<Self> {
        let program = std::env::current_exe()?;
        let mut child = Command::new(program).arg(ARGUMENT).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let lines = BufReader::new(stdout).lines().take(HOSTS);
        let ports = lines.map(|line| line?.parse().map_err(io::Error::other)).collect::<io::Result<_>>()?;
        Ok(Self { child, ports })
    }
}

impl Drop for Publishers {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Listens on so many ports, tells them, and answers for ever.
pub fn serve() -> io::Result<()> {
    let mut hosts = Vec::new();
    for _ in 0..HOSTS {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        writeln!(io::stdout(), "{}", listener.local_addr()?.port())?;
        hosts.push(thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that hangs up is none of our business.
                thread::spawn(move || converse(stream).unwrap_or_default());
            }
        }));
    }
    for host in hosts {
        host.join().unwrap_or_default();
    }
    Ok(())
}

fn converse(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    loop {
        let mut conditional = false;
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            conditional |= line.to_ascii_lowercase().starts_with("if-none-match:");
            if line == "\r\n" {
                break;
            }
        }
        let answer = if conditional { unchanged() } else { whole() };
        stream.write_all(answer.as_bytes())?;
    }
}

const HEADERS: &str = "Date: Mon, 23 Nov 2026 06:00:00 GMT\r\nServer: nginx\r\nETag: \"5f3a-61\"\r\n\
    Last-Modified: Mon, 23 Nov 2026 05:00:00 GMT\r\nCache-Control: max-age=60\r\n";

fn unchanged() -> String {
    format!("HTTP/1.1 304 Not Modified\r\n{HEADERS}\r\n")
}

fn whole() -> String {
    let body = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Báo</title><link>http://bao.example/</link>\
        <description/><item><title>Một</title><guid isPermaLink=\"false\">1</guid>\
        <pubDate>Mon, 23 Nov 2026 05:00:00 GMT</pubDate></item></channel></rss>";
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\n{HEADERS}Content-Type: application/rss+xml\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}
