//! A listener's connections, each with limits: nobody who sends slowly, reads slowly, or does neither, can keep others
//! from being answered. Speaks HTTP/1 (RFC 9112), says with each request whence it came, and knows nothing of what is
//! answered.

mod deadline;
mod form;
mod line;
mod places;
mod shelf;
mod stream;

use std::{
    convert::Infallible,
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use tracing::{debug, error, info};

use self::{
    deadline::OneTimer,
    places::{Place, Places},
    shelf::{Hand, Shelf},
    stream::Impatient,
};
pub(super) use shelf::Whole;

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
    /// Connections at once. Who comes later gets the place of one that has been silent longest, or that has been taking its
    /// answer for very long, or waits until there is one.
    pub connections: usize,
    /// Of these for each address that says who asks; of IPv6 for each /64. A peer on this machine or in a private network may
    /// be a proxy that asks for many, whom it must bound itself.
    pub per_address: usize,
    /// How long a silent connection is left alone though others need its place: the time that an honest client on a slow line
    /// takes to ask.
    pub grace: Duration,
    /// To send a whole request, from the connection's start or the end of the last answer: so also the longest that
    /// an idle connection is kept.
    pub request: Duration,
    /// To take some bytes of the answer.
    pub stall: Duration,
    /// To take a whole answer, when others need the place.
    pub answer: Duration,
    /// How long a connection is given new answers.
    pub lifetime: Duration,
}

impl Limits {
    /// For readers. With the admins' and the sources' connections it stays below the 1,024 files that a process may
    /// have open where nobody raised that.
    pub const READERS: Self = Self {
        connections: 512,
        per_address: 64,
        grace: Duration::from_millis(500),
        request: Duration::from_secs(10),
        stall: Duration::from_secs(30),
        answer: Duration::from_mins(1),
        lifetime: Duration::from_mins(10),
    };
    /// For admins and their tools, which are few and near: short, so that a queue of the silent passes soon (a thousand of
    /// them in half a minute).
    pub const ADMINS: Self = Self {
        connections: 64,
        per_address: 32,
        grace: Duration::from_millis(100),
        request: Duration::from_secs(2),
        // An export or a compaction of a large store may take hours on a slow disk.
        answer: Duration::from_hours(12),
        lifetime: Duration::from_hours(12),
        ..Self::READERS
    };
}

/// A request as it comes, its body not yet read.
pub type Asked = Request<Incoming>;

/// What answers the requests that come to a listener.
pub trait Answering: Clone + Send + Sync + 'static {
    /// The answer to one that came from this address.
    fn answer(&self, peer: IpAddr, request: Asked) -> impl Future<Output = Response> + Send;
}

impl Answering for Router {
    async fn answer(&self, _: IpAddr, request: Asked) -> Response {
        let Ok(response) = TowerToHyperService::new(self.clone()).call(request).await;
        response
    }
}

/// Answers by `answering` until `stop` turns true or its sender is gone, then finishes the answers under way. No error of
/// a client, and none of the system's in accepting one, ends it.
pub async fn serve<A: Answering>(
    listener: TcpListener,
    answering: A,
    limits: Limits,
    stop: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    {
        let mut stopped = pin!(stopped(stop.clone()));
        let (places, shelf) = (Places::new(limits), Arc::new(Shelf::default()));
        loop {
            let next = async {
                let (stream, peer) = accepted(&listener).await;
                (stream, peer, places.admit(peer.ip()).await)
            };
            let (stream, peer, place) = tokio::select! {
                () = &mut stopped => break,
                next = next => next,
            };
            let Some(place) = place else {
                debug!(%peer, "an address that has enough connections is given no more");
                continue;
            };
            let answering = Shelving { answering: answering.clone(), shelf: Arc::clone(&shelf) };
            connections.spawn(converse(stream, peer.ip(), answering, place, limits, stop.clone()));
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

/// What answers, and the files of large answers.
#[derive(Clone)]
struct Shelving<A> {
    answering: A,
    shelf: Arc<Shelf>,
}

impl<A: Answering> Shelving<A> {
    /// The answer, whose file is in `hand` then if it has one.
    async fn answer(&self, peer: IpAddr, request: Asked, hand: &Hand) -> Response {
        let is_last = form::is_last(request.headers());
        if let Some(fault) = form::fault(&request) {
            return last((StatusCode::BAD_REQUEST, fault).into_response());
        }
        let mut response = self.answering.answer(peer, request).await;
        if is_last {
            response = last(response);
        }
        let whole = response.extensions_mut().remove::<Whole>();
        hand.take(whole.and_then(|whole| self.shelf.leaf(&whole)));
        response
    }
}

/// The answer, as the last of its connection.
fn last(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// One connection to its end.
async fn converse<A: Answering>(
    stream: TcpStream,
    peer: IpAddr,
    answering: Shelving<A>,
    place: Place,
    limits: Limits,
    stop: watch::Receiver<bool>,
) {
    // An answer goes out when it is made; where that cannot be asked for, it goes out a little later.
    let _ = stream.set_nodelay(true);
    let hand = Hand::default();
    let stream = TokioIo::new(Impatient::new(stream, limits.stall, Arc::clone(&place.line), hand.clone()));
    let line = &place.line;
    let service = service_fn(move |request| {
        line.asked();
        let (answering, hand) = (answering.clone(), hand.clone());
        async move { Ok::<Response, Infallible>(answering.answer(peer, request, &hand).await) }
    });
    let connection = http1::Builder::new()
        .timer(OneTimer::new())
        .header_read_timeout(limits.request)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(stream, service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        biased;
        ended = &mut connection => ended,
        () = place.line.told_to_leave() => return debug!("a client gave way to another"),
        () = async { tokio::select! { () = stopped(stop) => {}, () = sleep(limits.lifetime) => {} } } => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = timeout(FINISH_MAX, connection) => match ended {
                    Ok(ended) => ended,
                    Err(_) => return debug!("a client took too long to take its answer"),
                },
                () = place.line.told_to_leave() => return debug!("a slow client gave way to another"),
            }
        }
    };
    if let Err(error) = ended {
        debug!(%error, "a connection ended early");
    }
}
