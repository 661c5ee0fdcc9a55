//! Bodies: decoding, bounds, and labels that lie.

use std::{
    io::{Read, Write},
    time::Duration,
};

use flate2::{Compression, read::GzEncoder, write::DeflateEncoder, write::ZlibEncoder};
use tintinh::{fetch::FetchError, model::State};

use super::{body, body_of, error_of, get};
use crate::support::origin::{Origin, Reply};

const FEED: &[u8] = b"<rss/>";

fn gzip(plain: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzEncoder::new(plain, Compression::best()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn coded(coding: &str, body: impl AsRef<[u8]>) -> Reply {
    Reply::ok(body).header("Content-Encoding", coding)
}

#[tokio::test]
async fn every_coding_that_we_ask_for_is_decoded() {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(FEED).unwrap();
    let table = [
        ("gzip", gzip(FEED)),
        ("deflate", zlib.finish().unwrap()),
        ("zstd", zstd::encode_all(FEED, 3).unwrap()),
        // RFC 7932 §9: one stored meta-block of six bytes.
        ("br", b"\x8b\x02\x80<rss/>\x03".to_vec()),
    ];
    for (coding, bytes) in table {
        let body = body_of(coded(coding, bytes)).await.unwrap();
        assert_eq!(&body.bytes[..], FEED, "{coding}");
    }
}

#[tokio::test]
async fn a_body_brings_its_label_and_its_address() {
    let origin = Origin::start();
    origin.on("/feed.xml", [Reply::ok(FEED).header("Content-Type", "text/xml; charset=windows-1258")]);
    let body = body(get(&origin, "/feed.xml").await.unwrap());
    assert_eq!(body.content_type.as_deref(), Some("text/xml; charset=windows-1258"));
    assert_eq!((body.url, body.moved), (origin.url("/feed.xml"), None));
}

#[tokio::test]
async fn a_body_may_be_as_large_as_the_limit_and_no_larger() {
    let limit = 64 << 10;
    assert_eq!(body_of(Reply::ok(vec![b' '; limit])).await.unwrap().bytes.len(), limit);
    let error = error_of(Reply::ok(vec![b' '; limit + 1])).await;
    assert!(matches!(error, FetchError::TooLarge { limit: 65_536 }), "{error:?}");
    assert_eq!(error.failure().state, State::TooMuch);
}

#[tokio::test]
async fn a_length_beyond_the_limit_is_refused_before_the_body_is_read() {
    let error = error_of(Reply::ok("").header("Content-Length", "99999999999").then_silence()).await;
    assert!(matches!(error, FetchError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn a_body_without_end_stops_at_the_limit() {
    let error = error_of(Reply::ok("<rss>").then_drip([b' '; 4096], Duration::ZERO)).await;
    assert!(matches!(error, FetchError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn a_compression_bomb_stops_at_the_limit() {
    let zeros = vec![0; 4 << 20];
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(&zeros).unwrap();
    let mut brotli = Vec::new();
    brotli::BrotliCompress(&mut &zeros[..], &mut brotli, &brotli::enc::BrotliEncoderParams::default())
        .unwrap();
    let bombs = [
        ("gzip", gzip(&zeros[..])),
        ("deflate", zlib.finish().unwrap()),
        ("br", brotli),
        ("zstd", zstd::encode_all(&zeros[..], 3).unwrap()),
        ("gzip, gzip", gzip(&gzip(&zeros[..])[..])),
    ];
    for (coding, bomb) in bombs {
        assert!(bomb.len() < 64 << 10, "{coding}: the bomb must pass as small until it is decoded");
        let error = error_of(coded(coding, &bomb)).await;
        assert!(matches!(error, FetchError::TooLarge { limit: 65_536 }), "{coding}: {error:?}");
        assert_eq!(error.failure().state, State::TooMuch);
        // The words of an error are decoded too, and end sooner still.
        let error = error_of(Reply::status(500).body(&bomb).header("Content-Encoding", coding)).await;
        assert_eq!(
            error.failure().reason,
            "the server answered 500 Internal Server Error; this usually passes by itself",
            "{coding}"
        );
    }
}

#[tokio::test]
async fn what_is_not_what_its_label_says_is_asked_for_only_once() {
    for label in ["gzip", "deflate", "br", "zstd", "utf-8", "none", "identity", ""] {
        let origin = Origin::start();
        origin.on("/feed.xml", [coded(label, FEED)]);
        let body = body(get(&origin, "/feed.xml").await.unwrap());
        assert_eq!(&body.bytes[..], FEED, "{label}");
        assert_eq!(origin.requests().len(), 1, "{label}");
    }
}

#[tokio::test]
async fn layers_old_names_bare_deflate_and_members_are_decoded() {
    let mut bare = DeflateEncoder::new(Vec::new(), Compression::default());
    bare.write_all(FEED).unwrap();
    let table = [
        ("x-gzip", gzip(FEED)),
        ("gzip, gzip", gzip(&gzip(FEED)[..])),
        ("deflate", bare.finish().unwrap()),
        ("gzip", [gzip(&FEED[..3]), gzip(&FEED[3..]), b"<!-- cached -->".to_vec()].concat()),
        ("identity", gzip(FEED)),
    ];
    for (label, bytes) in table {
        assert_eq!(&body_of(coded(label, bytes)).await.unwrap().bytes[..], FEED, "{label}");
    }
    let two_lines = coded("gzip", gzip(&gzip(FEED)[..])).header("Content-Encoding", "gzip");
    assert_eq!(&body_of(two_lines).await.unwrap().bytes[..], FEED);
}

#[tokio::test]
async fn what_cannot_be_decoded_is_refused_in_words() {
    let table = [
        (
            "compress",
            "the body is encoded as `compress`, which cannot be decoded; tell its publisher, whose server has to mend that",
        ),
        (
            "gzip, gzip, gzip, gzip",
            "the body is encoded as `gzip, gzip, gzip, gzip`, which cannot be decoded; tell its publisher, whose server has to mend that",
        ),
        (
            "zstd",
            "the body is labelled as `zstd` and cannot be read as that; tell its publisher, whose server has to mend that",
        ),
    ];
    for (label, reason) in table {
        let failure = error_of(coded(label, gzip(FEED))).await.failure();
        assert_eq!((failure.state, failure.reason.as_str()), (State::Unreadable, reason));
    }
}

#[tokio::test]
async fn the_words_of_an_error_are_decoded() {
    let reply = Reply::status(500).body(gzip(&b"<h1>down</h1>"[..])).header("Content-Encoding", "gzip");
    assert_eq!(
        error_of(reply).await.failure().reason,
        "the server answered 500 Internal Server Error: down; this usually passes by itself"
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error_however_it_was_framed() {
    let half_a_gzip = gzip(&vec![b'x'; 1000][..])[..15].to_vec();
    let table = [
        Reply::ok("<rss>").header("Content-Length", "100"),
        Reply::raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n<rss>"),
        Reply::raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"),
        coded("gzip", &half_a_gzip).header("Content-Length", "100"),
        coded("gzip", &half_a_gzip),
    ];
    for reply in table {
        let error = error_of(reply.clone()).await;
        assert!(matches!(error, FetchError::Truncated(_)), "{reply:?}: {error:?}");
        assert_eq!(error.failure().state, State::Unreachable);
    }
}
