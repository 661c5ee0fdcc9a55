//! A listener's connections, each with limits: nobody who sends slowly, reads slowly, or does neither, can keep others
//! from being answered. Speaks HTTP/1 (RFC 9112), says with each request whence it came, and knows nothing of what is
//! answered.

use std::{
    io::{self, ErrorKind, IoSlice},
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::Router;
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{Instant, Sleep, sleep, timeout},
};
use tracing::{debug, error, info};

use super::asked::Peer;

/// The most that a request's line and headers may take, in bytes; also what waits to be sent besides a body.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// The most headers that a request may have.
const HEADERS_MAX: usize = 100;
/// How long nobody is accepted after the system refused, as it does when it has no more files to give.
const REFUSED_PAUSE: Duration = Duration::from_millis(500);
/// How long an answer under way at the end of a connection's time, or of ours, may still take.
const FINISH_MAX: Duration = Duration::from_mins(2);

/// What a listener gives its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; who comes later waits to be accepted.
    pub connections: usize,
    /// To send a whole request, from the connection's start or the end of the last answer: so also the longest that
    /// an idle connection is kept.
    pub request: Duration,
    /// To take some bytes of the answer.
    pub stall: Duration,
    /// How long a connection is given new answers.
    pub lifetime: Duration,
}

impl Limits {
    /// For readers. With the admins' and the sources' connections it stays below the 1,024 files that a process may
    /// have open where nobody raised that.
    pub const READERS: Self = Self {
        connections: 512,
        request: Duration::from_secs(10),
        stall: Duration::from_secs(30),
        lifetime: Duration::from_mins(10),
    };
    /// For admins and their tools, which are few and near: short, so that a queue of the silent passes soon (a thousand of
    /// them in half a minute). An export or a compaction of a large store may take hours on a slow disk.
    pub const ADMINS: Self = Self {
        connections: 64,
        request: Duration::from_secs(2),
        lifetime: Duration::from_hours(12),
        ..Self::READERS
    };
}

/// Answers by `router` until `stop` turns true or its sender is gone, then finishes the answers under way. No error of
/// a client, and none of the system's in accepting one, ends it.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    {
        let mut stopped = pin!(stopped(stop.clone()));
        let places = Arc::new(Semaphore::new(limits.connections));
        loop {
            let next = async {
                // Never closed; were it, a connection too many would be the lesser evil.
                let place = Arc::clone(&places).acquire_owned().await.ok();
                (accepted(&listener).await, place)
            };
            let ((stream, peer), place) = tokio::select! {
                () = &mut stopped => break,
                next = next => next,
            };
            let (router, stop) = (TowerToHyperService::new(router.clone()), stop.clone());
            connections.spawn(async move {
                converse(stream, Introducing { router, peer: Peer(peer.ip()) }, limits, stop).await;
                drop(place);
            });
            // One that panicked has harmed nobody else.
            while connections.try_join_next().is_some() {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// The next client, and whence it comes, however often the system refuses one.
async fn accepted(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    let mut told = false;
    loop {
        match listener.accept().await {
            Ok(client) => {
                if told {
                    info!("connections are accepted again");
                }
                return client;
            }
            // The client's own doing: it left before we came to it.
            Err(error) if is_of_the_client(&error) => debug!(%error, "a client left"),
            Err(error) => {
                if !told {
                    error!(%error, "no connection can be accepted; trying on");
                    told = true;
                }
                sleep(REFUSED_PAUSE).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One connection to its end.
async fn converse(stream: TcpStream, service: Introducing, limits: Limits, stop: watch::Receiver<bool>) {
    // An answer goes out when it is made; where that cannot be asked for, it goes out a little later.
    let _ = stream.set_nodelay(true);
    let stream = TokioIo::new(Impatient { stream, patience: limits.stall, waiting: None });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.request)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(stream, service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = async { tokio::select! { () = stopped(stop) => {}, () = sleep(limits.lifetime) => {} } } => {
            connection.as_mut().graceful_shutdown();
            match timeout(FINISH_MAX, connection).await {
                Ok(ended) => ended,
                Err(_) => return debug!("a client took too long to take its answer"),
            }
        }
    };
    if let Err(error) = ended {
        debug!(%error, "a connection ended early");
    }
}

/// The router, told with each request who is at the other end.
struct Introducing {
    router: TowerToHyperService<Router>,
    peer: Peer,
}

impl Service<hyper::Request<Incoming>> for Introducing {
    type Response = <TowerToHyperService<Router> as Service<hyper::Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<hyper::Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<hyper::Request<Incoming>>>::Future;

    fn call(&self, mut request: hyper::Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.peer);
        self.router.call(request)
    }
}

/// A stream whose writes fail when the other side takes nothing for too long.
struct Impatient {
    stream: TcpStream,
    patience: Duration,
    /// When a write that waits gives up.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Impatient {
    fn stream(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(&mut self.stream)
    }

    /// `outcome`, unless the wait for it has been too long.
    fn within<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.waiting = None;
            return outcome;
        }
        let patience = self.patience;
        let waiting =
            self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + patience)));
        ready!(waiting.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, "the client takes nothing")))
    }
}

impl AsyncRead for Impatient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(context, buffer)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = self.stream().poll_write(context, bytes);
        self.within(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = self.stream().poll_write_vectored(context, slices);
        self.within(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = self.stream().poll_flush(context);
        self.within(context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(context)
    }
}
