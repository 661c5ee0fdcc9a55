//! A listener among clients that mean no good: they send by halves, read nothing, say nothing, or speak something else.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, routing::get};
use tintinh::http::{Limits, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::timeout,
};

/// The most that any condition is waited for. A test that needs it all has failed.
const PATIENCE: Duration = Duration::from_secs(30);

const LIMITS: Limits = Limits {
    connections: 8,
    per_address: 8,
    grace: Duration::from_millis(50),
    request: Duration::from_millis(300),
    stall: Duration::from_millis(300),
    answer: Duration::from_mins(1),
    lifetime: Duration::from_mins(10),
};

/// A request that asks to be hung up on.
const LAST: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const HELLO: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// More than the buffers of both ends take.
const LARGE: usize = 64 << 20;

struct Listening {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

async fn listening(limits: Limits) -> Listening {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let router = Router::new()
        .route("/", get(async || "xin chào"))
        .route("/large", get(async || bytes::Bytes::from(vec![b'x'; LARGE])));
    let mut tasks = JoinSet::new();
    tasks.spawn(serve(listener, router, limits, stopped));
    Listening { address, stop, tasks }
}

/// A client that has sent this.
async fn sent(address: SocketAddr, text: &str) -> TcpStream {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(text.as_bytes()).await.unwrap();
    client
}

/// All that comes until the other side hangs up.
async fn heard(mut client: TcpStream) -> String {
    let mut all = Vec::new();
    let reading = async {
        let mut piece = [0; 4096];
        // A reset is an end too.
        while let Ok(length @ 1..) = client.read(&mut piece).await {
            all.extend_from_slice(&piece[..length]);
        }
    };
    timeout(PATIENCE, reading).await.expect("the connection is never closed");
    String::from_utf8_lossy(&all).into_owned()
}

#[tokio::test]
async fn clients_that_send_by_halves_shut_nobody_out() {
    let listening = listening(LIMITS).await;
    let mut halves = Vec::new();
    for half in ["", "G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: "].iter().cycle().take(40) {
        halves.push(sent(listening.address, half).await);
    }
    let answer = heard(sent(listening.address, HELLO).await).await;
    assert!(answer.contains(" 200 ") && answer.contains("xin chào"), "{answer}");
    for half in halves {
        assert!(!heard(half).await.contains(" 200 "));
    }
}

#[tokio::test]
async fn clients_that_read_nothing_and_such_that_stay_idle_are_let_go() {
    let limits = Limits { connections: 1, ..LIMITS };
    let listening = listening(limits).await;
    let deaf = sent(listening.address, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n").await;
    // There is one place: whoever is answered, those before have been let go.
    let idle = sent(listening.address, HELLO).await;
    let answer = heard(sent(listening.address, HELLO).await).await;
    assert!(answer.contains("xin chào"), "{answer}");
    assert!(heard(idle).await.contains("xin chào"));
    assert!(heard(deaf).await.len() < LARGE);
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request_and_bounded_in_all() {
    let limits = Limits { request: PATIENCE, lifetime: Duration::from_millis(300), ..LIMITS };
    let listening = listening(limits).await;
    let two = heard(sent(listening.address, &HELLO.repeat(2)).await).await;
    assert_eq!(two.matches("xin chào").count(), 2, "{two}");
}

#[tokio::test]
async fn what_is_too_large_and_what_is_no_http_1_is_refused() {
    let listening = listening(LIMITS).await;
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(200));
    for request in [long.as_str(), many.as_str(), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"] {
        let answer = heard(sent(listening.address, request).await).await;
        assert!(!answer.contains("xin chào") && !answer.starts_with('\0'), "{answer:?}");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer:?}");
    }
}

#[tokio::test]
async fn at_the_end_answers_are_finished_and_idle_connections_closed() {
    let limits = Limits { request: PATIENCE, stall: PATIENCE, ..LIMITS };
    let mut listening = listening(limits).await;
    let mut slow = sent(listening.address, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut first = [0; 9];
    slow.read_exact(&mut first).await.unwrap();
    let mut idle = sent(listening.address, HELLO).await;
    idle.read_exact(&mut first).await.unwrap();
    listening.stop.send_replace(true);
    assert!(heard(idle).await.ends_with("xin chào"));
    assert!(heard(slow).await.len() > LARGE);
    timeout(PATIENCE, listening.tasks.join_next()).await.expect("it does not end").unwrap().unwrap();
    assert!(TcpStream::connect(listening.address).await.is_err());
}

#[tokio::test]
async fn a_crowd_of_the_silent_does_not_delay_who_has_something_to_ask() {
    // Silence would be borne for longer than this test is.
    let limits = Limits { request: PATIENCE * 4, connections: 4, ..LIMITS };
    let listening = listening(limits).await;
    let mut crowd = Vec::new();
    for _ in 0..100 {
        crowd.push(TcpStream::connect(listening.address).await.unwrap());
    }
    let answer = heard(sent(listening.address, LAST).await).await;
    assert!(answer.contains("xin chào"), "{answer}");
}

#[tokio::test]
async fn who_takes_very_long_over_an_answer_gives_way_when_all_places_are_taken() {
    let limits = Limits { stall: PATIENCE * 4, answer: Duration::from_millis(100), connections: 1, ..LIMITS };
    let listening = listening(limits).await;
    let mut slow = sent(listening.address, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut first = [0; 9];
    slow.read_exact(&mut first).await.unwrap();
    let answer = heard(sent(listening.address, LAST).await).await;
    assert!(answer.contains("xin chào"), "{answer}");
    assert!(heard(slow).await.len() < LARGE);
}

#[tokio::test]
async fn what_is_silent_after_its_answer_gives_way_and_what_is_being_answered_does_not() {
    let limits = Limits { request: PATIENCE * 4, stall: PATIENCE * 4, connections: 2, ..LIMITS };
    let listening = listening(limits).await;
    let mut taking =
        sent(listening.address, "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    let mut first = [0; 9];
    taking.read_exact(&mut first).await.unwrap();
    let mut answered = sent(listening.address, HELLO).await;
    answered.read_exact(&mut first).await.unwrap();
    let next = heard(sent(listening.address, LAST).await).await;
    assert!(next.contains("xin chào"), "{next}");
    assert!(heard(answered).await.ends_with("xin chào"));
    assert!(heard(taking).await.len() > LARGE);
}
