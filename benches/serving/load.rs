//! Readers, in a process of their own: so many connections that are kept, each with one request under way at any time.

use std::{
    env,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::Command,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::task::LocalSet;

use crate::{Failed, usage::Usage};

/// How the bench asks itself to be the readers.
pub const ARGUMENT: &str = "--be-the-readers";

const CONNECTIONS: usize = 64;
/// Bytes of an answer that are read at once.
const AT_ONCE: usize = 128 * 1024;

/// What is asked, and what must be answered.
#[derive(Debug, Clone)]
pub struct Question {
    pub address: SocketAddr,
    pub path: &'static str,
    /// Beside those that every reader sends, a header or none.
    pub header: String,
    pub status: u16,
    /// Bytes of the body.
    pub length: usize,
}

/// What became of it.
#[derive(Debug, Clone, Copy)]
pub struct Answered {
    pub requests: u32,
    pub took: Duration,
    /// Of the processors, by the readers.
    pub processor: Duration,
    /// Of so many in a hundred answers no byte came later than this.
    pub p50: Duration,
    pub p99: Duration,
}

/// Asks for so long, in another process.
pub fn ask(question: &Question, lasts: Duration) -> Result<Answered, Failed> {
    let Question { address, path, header, status, length } = question;
    let mut command = Command::new(env::current_exe()?);
    command.args([ARGUMENT, &address.to_string(), path, header, &status.to_string(), &length.to_string()]);
    let output = command.arg(lasts.as_millis().to_string()).output()?;
    let line = String::from_utf8_lossy(&output.stdout).into_owned();
    let figures: Vec<u64> = line.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    let [requests, took, processor, p50, p99] = figures[..] else {
        return Err(format!("{path}: {}", String::from_utf8_lossy(&output.stderr)).into());
    };
    let [took, processor, p50, p99] = [took, processor, p50, p99].map(Duration::from_nanos);
    Ok(Answered { requests: u32::try_from(requests)?, took, processor, p50, p99 })
}

/// The head of the answer to one request, and its body.
pub fn fetch(address: SocketAddr, path: &str, header: &str) -> io::Result<(String, Vec<u8>)> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(request(path, &format!("{header}Connection: close\r\n")).as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = end_of_head(&answer).ok_or_else(|| io::Error::other(format!("{path}: no answer")))?;
    let body = answer.split_off(end);
    Ok((String::from_utf8_lossy(&answer).into_owned(), body))
}

/// The value of a header of this head.
pub fn value<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn request(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: tin.example.vn\r\nUser-Agent: Miniflux/2.2\r\n{headers}\r\n")
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// The readers: asks as the arguments say, and prints what became of it.
pub fn run(arguments: &[String]) -> Result<(), Failed> {
    let [address, path, header, status, length, lasts] = arguments else {
        return Err("the readers are asked with six arguments".into());
    };
    let (address, lasts) = (address.parse()?, Duration::from_millis(lasts.parse()?));
    let expected = Rc::new(Expected {
        request: request(path, header),
        status: format!("HTTP/1.1 {status} "),
        length: length.parse()?,
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let usage = Usage::begin();
    let (mut latencies, took) = LocalSet::new().block_on(&runtime, readers(address, expected, lasts))?;
    let processor = usage.so_far().as_nanos();
    latencies.sort_unstable();
    let at = |percent: usize| latencies[(latencies.len() - 1) * percent / 100].as_nanos();
    let (requests, took) = (latencies.len(), took.as_nanos());
    writeln!(io::stdout(), "{requests} {took} {processor} {} {}", at(50), at(99))?;
    Ok(())
}

struct Expected {
    request: String,
    /// The beginning of the answer.
    status: String,
    length: usize,
}

async fn readers(
    address: SocketAddr,
    expected: Rc<Expected>,
    lasts: Duration,
) -> Result<(Vec<Duration>, Duration), Failed> {
    let mut streams = Vec::new();
    for _ in 0..CONNECTIONS {
        streams.push(tokio::net::TcpStream::connect(address).await?);
    }
    let began = Instant::now();
    let readers: Vec<_> = streams
        .into_iter()
        .map(|stream| tokio::task::spawn_local(reader(stream, Rc::clone(&expected), began + lasts)))
        .collect();
    let mut latencies = Vec::new();
    for reader in readers {
        latencies.extend(reader.await??);
    }
    Ok((latencies, began.elapsed()))
}

/// Asks until then, and tells how long each answer took to its last byte.
async fn reader(
    stream: tokio::net::TcpStream,
    expected: Rc<Expected>,
    until: Instant,
) -> Result<Vec<Duration>, Failed> {
    let mut buffer = vec![0; AT_ONCE];
    let mut latencies = Vec::new();
    while Instant::now() < until {
        let began = Instant::now();
        let request = expected.request.as_bytes();
        if stream.try_write(request)? != request.len() {
            return Err("a request does not fit into a socket".into());
        }
        answer(&stream, &expected, &mut buffer).await?;
        latencies.push(began.elapsed());
    }
    Ok(latencies)
}

async fn answer(
    stream: &tokio::net::TcpStream,
    expected: &Expected,
    buffer: &mut [u8],
) -> Result<(), Failed> {
    let mut had = 0;
    let end = loop {
        had += read(stream, &mut buffer[had..]).await?;
        if let Some(end) = end_of_head(&buffer[..had]) {
            break end;
        }
    };
    if !buffer.starts_with(expected.status.as_bytes()) {
        return Err(format!("not {}: {}", expected.status, String::from_utf8_lossy(&buffer[..end])).into());
    }
    let mut left = expected.length.checked_sub(had - end).ok_or("more than the document came")?;
    while left > 0 {
        left = left.checked_sub(read(stream, buffer).await?).ok_or("more than the document came")?;
    }
    Ok(())
}

async fn read(stream: &tokio::net::TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.try_read(buffer) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.readable().await?,
            read => return read,
        }
    }
}
