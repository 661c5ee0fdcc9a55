//! Publishers in a process of their own, so that what they cost is not counted. They answer over connections that are
//! kept, and know no feed: what they answer is for each bench to say.

use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
};

/// How a bench asks itself to be the publishers.
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

/// Where a source of this number is found.
pub fn address(ports: &[u16], number: usize) -> String {
    format!("http://127.0.0.1:{}/rss/{number}", ports[number % ports.len()])
}

/// A request.
pub struct Asked {
    /// Of the source.
    pub number: usize,
    /// Whether a 304 may answer it.
    pub conditional: bool,
}

/// Listens on so many ports, tells them, and answers for ever.
pub fn serve(answer: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> io::Result<()> {
    let answer = Arc::new(answer);
    let mut hosts = Vec::new();
    for _ in 0..HOSTS {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        writeln!(io::stdout(), "{}", listener.local_addr()?.port())?;
        let answer = Arc::clone(&answer);
        hosts.push(thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = Arc::clone(&answer);
                // A client that hangs up is none of our business.
                thread::spawn(move || converse(stream, &*answer).unwrap_or_default());
            }
        }));
    }
    for host in hosts {
        host.join().unwrap_or_default();
    }
    Ok(())
}

fn converse(mut stream: TcpStream, answer: impl Fn(&Asked) -> Vec<u8>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    loop {
        let mut asked = Asked { number: 0, conditional: false };
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some(rest) = line.strip_prefix("GET /rss/") {
                let digits = rest.split(' ').next().unwrap_or_default();
                asked.number = digits.parse().map_err(io::Error::other)?;
            }
            asked.conditional |= line.to_ascii_lowercase().starts_with("if-none-match:");
            if line == "\r\n" {
                break;
            }
        }
        stream.write_all(&answer(&asked))?;
    }
}

const HEADERS: &str = "Date: Mon, 23 Nov 2026 06:00:00 GMT\r\nServer: nginx\r\n\
    Last-Modified: Mon, 23 Nov 2026 05:00:00 GMT\r\nCache-Control: max-age=60\r\n";

/// A 304.
pub fn unchanged(etag: &str) -> Vec<u8> {
    format!("HTTP/1.1 304 Not Modified\r\n{HEADERS}ETag: \"{etag}\"\r\n\r\n").into_bytes()
}

/// A whole feed.
pub fn whole(etag: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("{HEADERS}ETag: \"{etag}\"\r\nContent-Type: application/rss+xml\r\nContent-Length: {length}");
    format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").into_bytes()
}
