//! HTTPS to servers that leave out a certificate, or have a wrong one.

use std::net::SocketAddr;

use hyper::{server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tintinh::{
    fetch::{FetchError, Fetched},
    model::{Access, Reach, State},
};
use url::Url;

use super::{ask_as, body};
use crate::support::{
    origin::{Origin, Reply},
    tls::{INTERMEDIATE, TlsFront},
};

async fn ask(front: &TlsFront, access: &Access) -> Result<Fetched, FetchError> {
    let url: Url = format!("https://{}/feed.xml", front.address()).parse().unwrap();
    ask_as(&url, access, &["127.0.0.0/8"]).await
}

fn origin() -> Origin {
    let origin = Origin::start();
    origin.on("/feed.xml", [Reply::ok("<rss/>")]);
    origin
}

fn trusting(pem: &[u8]) -> Access {
    Access { extra_ca: Some(pem.into()), ..Access::default() }
}

#[tokio::test]
async fn a_missing_intermediate_is_told_with_the_key_that_supplies_it() {
    let origin = origin();
    let front = TlsFront::before(origin.address(), &["http/1.1"]);
    let error = ask(&front, &Access::default()).await.unwrap_err();
    assert!(matches!(error, FetchError::Tls { .. }), "{error:?}");
    let failure = error.failure();
    let reason = "no secure connection to 127.0.0.1: invalid peer certificate: UnknownIssuer; if the server leaves out \
        an intermediate certificate, `ca_file` can supply it";
    assert_eq!((failure.state, failure.reason.as_str()), (State::Unreachable, reason));
    assert_eq!(failure.reach, Reach::Silent);
    assert_eq!(origin.requests().len(), 0);

    let fetched = body(ask(&front, &trusting(INTERMEDIATE)).await.unwrap());
    assert_eq!(&fetched.bytes[..], b"<rss/>");
}

#[tokio::test]
async fn any_certificate_is_taken_where_the_admin_said_so_and_only_there() {
    let origin = origin();
    let front = TlsFront::before(origin.address(), &["http/1.1"]);
    let lax = Access { lax_tls: true, ..Access::default() };
    let fetched = body(ask(&front, &lax).await.unwrap());
    assert_eq!(&fetched.bytes[..], b"<rss/>");
    assert!(ask(&front, &Access::default()).await.is_err());
}

#[tokio::test]
async fn a_list_of_certificates_that_holds_none_names_its_key() {
    let front = TlsFront::before(origin().address(), &[]);
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in [&b""[..], b"no certificate", b"\xff\xfe", broken] {
        let error = ask(&front, &trusting(pem)).await.unwrap_err();
        assert!(matches!(error, FetchError::CaFile(_)), "{pem:?}: {error:?}");
        let failure = error.failure();
        assert!(failure.reason.starts_with("the certificates of `ca_file` cannot be read"), "{failure:?}");
        assert_eq!((failure.state, failure.reach), (State::Internal, Reach::Answered));
    }
}

#[tokio::test]
async fn http_2_is_spoken_unless_the_source_forbids_it() {
    let origin = origin();
    let front = TlsFront::before(origin.address(), &["h2", "http/1.1"]);
    let only_1 = Access { http1_only: true, ..trusting(INTERMEDIATE) };
    ask(&front, &only_1).await.unwrap();
    // The server behind does not know HTTP/2, so that this fails; what counts is what was agreed on.
    ask(&front, &trusting(INTERMEDIATE)).await.unwrap_err();
    assert_eq!(front.spoken()[0], "http/1.1");
    assert_eq!(front.spoken()[1], "h2");
}

/// A server that speaks HTTP/2 and answers with a header of this length.
fn server_of_http_2(length: usize) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            let answer = service_fn(move |_| async move {
                let answer = hyper::Response::builder().header("X-Long", "x".repeat(length));
                answer.body("<rss/>".to_owned())
            });
            let _ = http2::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    });
    address
}

#[tokio::test]
async fn a_list_of_headers_over_http_2_has_its_limit_too() {
    for (length, fits) in [(10_000, true), (60_000, true), (66_000, false), (1 << 20, false)] {
        let front = TlsFront::before(server_of_http_2(length), &["h2"]);
        let fetched = ask(&front, &trusting(INTERMEDIATE)).await;
        if fits {
            assert_eq!(&body(fetched.unwrap()).bytes[..], b"<rss/>", "{length}");
        } else {
            let error = fetched.unwrap_err();
            assert!(matches!(error, FetchError::Exchange(_)), "{length}: {error:?}");
            assert_eq!(error.reach(), Reach::Answered, "{length}: {error:?}");
        }
        assert_eq!(front.spoken(), ["h2"]);
    }
}
