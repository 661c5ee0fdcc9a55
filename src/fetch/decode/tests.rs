use std::io::Write;

use flate2::{
    Compression, GzBuilder,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};

use super::*;

const FEED: &[u8] = b"<rss version=\"2.0\"><channel><title>Tin</title></channel></rss>";
const LIMIT: u64 = 1 << 20;

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn zlib(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn bare(plain: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    let settings = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
    brotli::BrotliCompress(&mut &plain[..], &mut coded, &settings).unwrap();
    coded
}

fn zstandard(plain: &[u8]) -> Vec<u8> {
    zstd::encode_all(plain, 3).unwrap()
}

/// What a body under this label comes to, handed in by pieces of this many bytes.
fn decode(label: &str, body: &[u8], limit: u64, piece: usize) -> Result<Vec<u8>, DecodeError> {
    let mut decoder = Decoder::new(Label::read([label.as_bytes()].into_iter()), limit);
    for piece in body.chunks(piece) {
        if decoder.is_done() {
            break;
        }
        decoder.push(piece)?;
    }
    decoder.finish()
}

/// The same for pieces of every kind of size: they all come to one.
fn decoded(label: &str, body: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let whole = decode(label, body, LIMIT, usize::MAX);
    for piece in [1, 2, 3, 7, 63, 64, 65, 1000] {
        assert_eq!(decode(label, body, LIMIT, piece), whole, "{label} by {piece}");
    }
    whole
}

#[test]
fn every_coding_is_undone_under_all_its_names_and_in_layers() {
    let twice = gzip(&gzip(FEED));
    let members = [gzip(&FEED[..20]), gzip(b""), gzip(&FEED[20..])].concat();
    let frames = [zstandard(&FEED[..20]), b"\x50\x2a\x4d\x18\x02\0\0\0hi".to_vec(), zstandard(&FEED[20..])];
    let named = GzBuilder::new()
        .filename("rss.xml")
        .comment("tin")
        .extra("abc")
        .write(Vec::new(), Compression::fast());
    let named = {
        let mut named = named;
        named.write_all(FEED).unwrap();
        named.finish().unwrap()
    };
    let table = [
        ("", FEED.to_vec()),
        ("identity", FEED.to_vec()),
        ("gzip", gzip(FEED)),
        (" GZIP ;q=1", gzip(FEED)),
        // What was offered, echoed.
        ("gzip, deflate", gzip(FEED)),
        ("x-gzip", gzip(FEED)),
        ("gzip", named),
        ("gzip", members),
        ("deflate", zlib(FEED)),
        ("x-deflate", bare(FEED)),
        ("deflate", gzip(FEED)),
        ("br", brotli(FEED)),
        ("zstd", zstandard(FEED)),
        ("zstd", frames.concat()),
        ("gzip, gzip", twice.clone()),
        ("gzip, br", brotli(&gzip(FEED))),
        ("br, gzip", gzip(&brotli(FEED))),
        ("deflate, identity, zstd", zstandard(&bare(FEED))),
        ("gzip, br, zstd", zstandard(&brotli(&gzip(FEED)))),
        // Labels that say less, or more, than was done.
        ("", gzip(FEED)),
        ("gzip", twice),
        ("gzip, gzip", gzip(FEED)),
    ];
    for (label, body) in table {
        assert_eq!(decoded(label, &body).as_deref(), Ok(FEED), "{label}");
    }
}

#[test]
fn what_is_plainly_a_document_is_read_as_one_whatever_its_label() {
    let documents: [&[u8]; 6] = [
        FEED,
        b"\xef\xbb\xbf \r\n<?xml version=\"1.0\"?><rss/>",
        b"{\"version\": \"https://jsonfeed.org/version/1.1\"}",
        b"<",
        b"\xff\xfe<\0r\0s\0s\0/\0>\0",
        b"\xfe\xff\0<\0r\0s\0s\0/\0>",
    ];
    for label in ["gzip", "deflate", "br", "zstd", "utf-8", "none", "a, b, c, d", "compress", ",", "gzip, br"]
    {
        for document in documents {
            assert_eq!(decoded(label, document).as_deref(), Ok(document), "{label}");
        }
        assert_eq!(decoded(label, b""), Ok(Vec::new()), "{label}");
    }
    let other = b"Trang n\xc3\xa0y \xc4\x91ang b\xe1\xba\xa3o tr\xc3\xac";
    assert_eq!(decoded("", other).as_deref(), Ok(&other[..]));
}

#[test]
fn rubbish_behind_a_whole_stream_is_passed_over() {
    let rubbish: [&[u8]; 5] =
        [b"\n", b"\0\0\0\0\0\0\0\0\0", b"\x1f", b"\x1f\x8b", b"<!-- 0.02 s, page cache -->"];
    for rubbish in rubbish {
        let table = [
            ("gzip", gzip(FEED)),
            ("deflate", zlib(FEED)),
            ("deflate", bare(FEED)),
            ("br", brotli(FEED)),
            ("zstd", zstandard(FEED)),
            ("gzip, br", brotli(&gzip(FEED))),
        ];
        for (label, body) in table {
            assert_eq!(decoded(label, &[&body, rubbish].concat()).as_deref(), Ok(FEED), "{label}");
        }
    }
}

#[test]
fn a_stream_that_ends_early_is_cut_short_wherever_that_is() {
    let table = [
        ("gzip", gzip(FEED)),
        ("deflate", zlib(FEED)),
        ("deflate", bare(FEED)),
        ("br", brotli(FEED)),
        ("zstd", zstandard(FEED)),
        ("gzip, gzip", gzip(&gzip(FEED))),
        ("", gzip(FEED)),
    ];
    for (label, body) in table {
        for end in 3..body.len() {
            assert_eq!(decoded(label, &body[..end]), Err(DecodeError::Truncated), "{label} at {end}");
        }
    }
    let members = [gzip(FEED), gzip(FEED)].concat();
    assert_eq!(decoded("gzip", &members[..members.len() - 1]), Err(DecodeError::Truncated));
    let inner = gzip(&gzip(FEED)[..30]);
    assert_eq!(decoded("gzip, gzip", &inner), Err(DecodeError::Truncated));
}

#[test]
fn what_is_damaged_or_unknown_is_told_by_name() {
    let mut sum = gzip(FEED);
    let last = sum.len() - 5;
    sum[last] ^= 1;
    let four = "gzip, gzip, gzip, gzip";
    let deep = gzip(&gzip(&gzip(&gzip(FEED))));
    let unknown = |name: &str| DecodeError::Unknown(name.to_owned());
    let table = [
        ("gzip", b"no feed here".to_vec(), DecodeError::Broken("gzip")),
        ("gzip", sum, DecodeError::Broken("gzip")),
        ("deflate", b"\xff\x00 no feed".to_vec(), DecodeError::Broken("deflate")),
        ("br", b"\xff\xff\xff\xff".to_vec(), DecodeError::Broken("br")),
        ("zstd", gzip(FEED), DecodeError::Broken("zstd")),
        ("compress", gzip(FEED), unknown("compress")),
        ("gzip, compress", gzip(FEED), unknown("gzip, compress")),
        ("utf-8", b"no feed here".to_vec(), unknown("utf-8")),
        (four, deep.clone(), unknown(four)),
        ("", deep, unknown("gzip")),
    ];
    for (label, body, error) in table {
        assert_eq!(decoded(label, &body), Err(error), "{label}");
    }
}

#[test]
fn no_more_is_decoded_than_the_limit_however_small_the_bomb() {
    let zeros = vec![0; 4 << 20];
    let bombs = [
        ("gzip", gzip(&zeros)),
        ("deflate", zlib(&zeros)),
        ("deflate", bare(&zeros)),
        ("br", brotli(&zeros)),
        ("zstd", zstandard(&zeros)),
        ("gzip, gzip", gzip(&gzip(&zeros))),
        ("br, zstd", zstandard(&brotli(&zeros))),
        ("", gzip(&zeros)),
    ];
    for (label, bomb) in bombs {
        assert!(bomb.len() < 20_000, "{label}: {}", bomb.len());
        assert_eq!(decode(label, &bomb, 50_000, usize::MAX), Err(DecodeError::TooLarge), "{label}");
        let mut decoder = Decoder::new(Label::read([label.as_bytes()].into_iter()), 50_000);
        // A bomb so small that it is not looked at before its end goes off there.
        let early = decoder.push(&bomb);
        assert_eq!(early.is_ok(), bomb.len() < GLANCE, "{label}");
        let kept = decoder.rescue();
        assert_eq!(kept.len(), 50_000, "{label}");
        assert!(kept.capacity() <= 2 * 50_000, "{label}: {}", kept.capacity());
    }
    // The same, where the bomb is between the layers: what is kept in the end would be small.
    let between = gzip(&[gzip(FEED), vec![0; 4 << 20]].concat());
    assert_eq!(decode("gzip, gzip", &between, 50_000, usize::MAX), Err(DecodeError::TooLarge));
}

#[test]
fn a_body_may_be_as_long_as_the_limit_also_when_it_cannot_be_compressed() {
    let mut noise: Vec<u8> = b"<rss>".to_vec();
    let mut state = 1_u32;
    noise.resize_with(50_000, || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_le_bytes()[3]
    });
    for (label, body) in [("", noise.clone()), ("gzip", gzip(&noise)), ("br", brotli(&noise))] {
        assert_eq!(decode(label, &body, 50_000, 1000).as_ref(), Ok(&noise), "{label}");
        assert_eq!(decode(label, &body, 49_999, 1000), Err(DecodeError::TooLarge), "{label}");
    }
}

#[test]
fn what_gives_nothing_out_does_not_go_on_for_ever() {
    let empty = gzip(b"").repeat(20_000);
    assert_eq!(decode("gzip", &empty, 1000, 1000), Err(DecodeError::TooLarge));
}

#[test]
fn what_was_decoded_before_a_body_broke_off_can_be_had() {
    let page = b"<p>Too many requests</p>".repeat(200);
    for (label, body) in [("gzip", gzip(&page)), ("deflate", bare(&page)), ("", page.clone())] {
        let mut decoder = Decoder::new(Label::read([label.as_bytes()].into_iter()), LIMIT);
        decoder.push(&body[..body.len() - 9]).unwrap();
        assert!(decoder.rescue().starts_with(b"<p>Too many requests</p>"), "{label}");
    }
}

#[test]
fn random_damage_comes_to_an_end() {
    let long = FEED.repeat(50);
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % below
    };
    for (label, body) in
        [("gzip", gzip(&long)), ("deflate", zlib(&long)), ("br", brotli(&long)), ("zstd", zstandard(&long))]
    {
        for _ in 0..2000 {
            let mut damaged = body.clone();
            for _ in 0..=random(4) {
                let at = random(damaged.len());
                damaged[at] = u8::try_from(random(256)).unwrap();
            }
            let piece = 1 + random(100);
            if let Ok(decoded) = decode(label, &damaged, 100_000, piece) {
                assert!(decoded.len() <= 100_000);
            }
        }
    }
}
