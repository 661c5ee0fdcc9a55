//! A publisher's server that does exactly as it is told, byte by byte, and remembers what it was asked.
//!
//! It speaks raw TCP, so that it can answer in ways no HTTP library would. One request a connection. It runs on a
//! thread of its own: a test may pause tokio's clock, or block, and it still answers. Dropping it ends it.

use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, oneshot},
    task::JoinSet,
    time::sleep,
};
use url::Url;

/// The most that requests are waited for. A test that needs it all has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// A scripted server on `127.0.0.1` or another address of this machine, at a port of the system's choice.
pub struct Origin {
    address: SocketAddr,
    script: Arc<Script>,
    _stop: oneshot::Sender<Infallible>,
}

#[derive(Default)]
struct Script {
    answers: Mutex<HashMap<String, Answer>>,
    received: Mutex<Vec<Received>>,
}

type Answer = Box<dyn FnMut(&Received) -> Reply + Send>;

/// A request as it came over the wire.
#[derive(Debug, Clone)]
pub struct Received {
    /// `GET`, it is to be hoped.
    pub method: String,
    /// The request target: path and query.
    pub path: String,
    /// In order, names as written, values trimmed of spaces.
    pub headers: Vec<(String, Vec<u8>)>,
    /// When its last header line had come.
    pub at: Instant,
}

impl Received {
    /// The first value of this header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }
}

impl Origin {
    /// Starts to listen. Until told otherwise it answers 404.
    pub fn start() -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST)
    }

    /// The same on another address of this machine; Linux has all of 127.0.0.0/8.
    pub fn start_at(address: Ipv4Addr) -> Self {
        let listener = std::net::TcpListener::bind((address, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Script::default());
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&script);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = accept(TcpListener::from_std(listener).unwrap(), shared) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, script, _stop: stop }
    }

    /// The address of a path here.
    pub fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers this path with these replies in turn, the last one for ever. Replaces what was said of it before.
    pub fn on(&self, path: &str, replies: impl IntoIterator<Item = Reply>) {
        let mut replies: VecDeque<Reply> = replies.into_iter().collect();
        self.answer(path, move |_| match replies.len() {
            0 | 1 => replies.front().cloned().expect("a path needs at least one reply"),
            _ => replies.pop_front().unwrap(),
        });
    }

    /// Answers this path as the request deserves.
    pub fn answer(&self, path: &str, answer: impl FnMut(&Received) -> Reply + Send + 'static) {
        self.script.answers.lock().unwrap().insert(path.to_owned(), Box::new(answer));
    }

    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<Received> {
        self.script.received.lock().unwrap().clone()
    }

    /// Waits until there were so many requests.
    pub async fn until_asked(&self, times: usize) {
        let waiting = async {
            while self.requests().len() < times {
                sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("it was not asked so often");
    }
}

/// What is sent back, and how it ends.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    verbatim: bool,
    ending: Ending,
}

#[derive(Debug, Clone)]
enum Ending {
    Close,
    Silence,
    Drip(Vec<u8>, Duration),
    Slowly(Vec<u8>, Duration),
    When(Arc<Notify>, Vec<u8>),
}

impl Reply {
    /// 200 with this body.
    pub fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::status(200).body(body)
    }

    /// This status, with nothing to it.
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), verbatim: false, ending: Ending::Close }
    }

    /// A redirect.
    pub fn redirect(status: u16, location: impl AsRef<[u8]>) -> Self {
        Self::status(status).header("Location", location)
    }

    /// These bytes and nothing else, status line included.
    pub fn raw(bytes: impl AsRef<[u8]>) -> Self {
        Self { verbatim: true, ..Self::status(0).body(bytes) }
    }

    /// With this header. A Content-Length given here replaces the true one.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// With this body.
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    /// Says no more after the body, and keeps the connection open.
    pub fn then_silence(self) -> Self {
        Self { ending: Ending::Silence, ..self }
    }

    /// Repeats this after the body, at this pace, for ever.
    pub fn then_drip(self, piece: impl AsRef<[u8]>, every: Duration) -> Self {
        Self { ending: Ending::Drip(piece.as_ref().to_vec(), every), ..self }
    }

    /// Goes on with this in eight pieces, at this pace, and then ends.
    pub fn then_slowly(self, rest: impl AsRef<[u8]>, every: Duration) -> Self {
        Self { ending: Ending::Slowly(rest.as_ref().to_vec(), every), ..self }
    }

    /// Goes on with this once `told` is notified, and then ends.
    pub fn then_when(self, told: &Arc<Notify>, rest: impl AsRef<[u8]>) -> Self {
        Self { ending: Ending::When(Arc::clone(told), rest.as_ref().to_vec()), ..self }
    }

    fn to_bytes(&self) -> Vec<u8> {
        if self.verbatim {
            return self.body.clone();
        }
        let mut bytes = format!("HTTP/1.1 {} Scripted\r\nConnection: close\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        let told = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        // 304 has no body, and one that goes on has no length.
        if !told && self.status != 304 && matches!(self.ending, Ending::Close) {
            bytes.extend(format!("Content-Length: {}\r\n", self.body.len()).into_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }
}

async fn accept(listener: TcpListener, script: Arc<Script>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let script = Arc::clone(&script);
        // A client that hangs up is none of our business.
        connections.spawn(async move { converse(stream, &script).await.unwrap_or_default() });
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(mut stream: TcpStream, script: &Script) -> std::io::Result<()> {
    let Some(request) = hear(&mut stream).await? else { return Ok(()) };
    let reply = {
        script.received.lock().unwrap().push(request.clone());
        let mut answers = script.answers.lock().unwrap();
        let answer = answers.get_mut(&request.path);
        answer.map_or_else(|| Reply::status(404).body("nothing scripted here"), |answer| answer(&request))
    };
    stream.write_all(&reply.to_bytes()).await?;
    match reply.ending {
        Ending::Close => {
            stream.shutdown().await?;
            // Closed at once with bytes of the client unread, the system would reset the connection under the reply.
            while stream.read(&mut [0; 1024]).await? > 0 {}
            Ok(())
        }
        Ending::Slowly(rest, every) => {
            for piece in rest.chunks(rest.len() / 8 + 1) {
                stream.write_all(piece).await?;
                sleep(every).await;
            }
            stream.shutdown().await
        }
        Ending::When(told, rest) => {
            told.notified().await;
            stream.write_all(&rest).await?;
            stream.shutdown().await
        }
        Ending::Silence => std::future::pending().await,
        Ending::Drip(piece, every) => loop {
            stream.write_all(&piece).await?;
            sleep(every).await;
        },
    }
}

/// Reads up to the empty line; none where the client hangs up before it, or does not speak HTTP.
async fn hear(stream: &mut TcpStream) -> std::io::Result<Option<Received>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return Ok(None),
        }
        // A TLS hello: hang up in plain text, as a server on the wrong port does.
        if head[0] == 0x16 {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await?;
            return Ok(None);
        }
    }
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let request = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let mut words = request.split(' ').map(str::to_owned);
    let headers = lines.filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = String::from_utf8_lossy(&line[..colon]).into_owned();
        Some((name, line[colon + 1..].trim_ascii().to_vec()))
    });
    Ok(Some(Received {
        method: words.next().unwrap_or_default(),
        path: words.next().unwrap_or_default(),
        headers: headers.collect(),
        at: Instant::now(),
    }))
}
