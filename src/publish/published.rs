//! A document as it is sent: its bytes in each coding that we keep, each with a validator of its own. Knows neither what
//! the bytes say nor how they are sent.

use std::io::Write as _;

use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use crate::model::{Digest, Timestamp};

/// How hard each coding tries: as far as it gains much for the time. A merged feed changes every few minutes, and each of its
/// documents is packed three times then. By `cargo bench --bench serving -- codings` (2026-11-30, two busy cores), for 4.9 MB
/// of documents of ours, and for 361 KB of four newspapers' feeds:
///
/// | level | ours | | theirs | |
/// |---|---|---|---|---|
/// | gzip 4 | 22.7 % | 64 ms | 22.0 % | 4.6 ms |
/// | gzip 6 | 21.4 % | 218 ms | 21.5 % | 8.7 ms |
/// | Brotli 4 | 20.2 % | 97 ms | 21.2 % | 5.8 ms |
/// | Brotli 5 | 20.6 % | 150 ms | 20.1 % | 9.3 ms |
/// | Brotli 6 | 20.1 % | 265 ms | 20.0 % | 10.1 ms |
/// | Zstandard 3 | 20.6 % | 16 ms | 21.7 % | 0.9 ms |
/// | Zstandard 6 | 20.2 % | 52 ms | 20.5 % | 3.2 ms |
/// | Zstandard 9 | 19.9 % | 87 ms | 20.1 % | 4.5 ms |
const GZIP_LEVEL: u32 = 4;
/// See [`GZIP_LEVEL`]; from 0 to 11.
const BROTLI_QUALITY: i32 = 4;
/// See [`GZIP_LEVEL`]; from 1 to 22. The cheapest of the three at this level, and no larger than the others.
const ZSTD_LEVEL: i32 = 6;

/// A content coding (RFC 9110 §8.4.1) that documents are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
    /// RFC 8878; our window stays far below the 8 MiB that readers must take (RFC 9659).
    Zstd,
}

impl Coding {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Identity, Self::Gzip, Self::Brotli, Self::Zstd];

    /// As it is named in HTTP.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    fn etag(self, digest: Digest) -> Bytes {
        let etag = match self {
            Self::Identity => format!("\"{digest}\""),
            Self::Gzip | Self::Brotli | Self::Zstd => format!("\"{digest}-{}\"", self.token()),
        };
        etag.into()
    }

    // Writing to a Vec does not fail; were it to, an empty body would be sent as such, never half a document.
    fn encode(self, bytes: &Bytes) -> Bytes {
        match self {
            Self::Identity => bytes.clone(),
            Self::Gzip => gzip(bytes).into(),
            Self::Brotli => brotli(bytes).into(),
            Self::Zstd => zstd::bulk::compress(bytes, ZSTD_LEVEL).unwrap_or_default().into(),
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::new(GZIP_LEVEL));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let params =
        BrotliEncoderParams { quality: BROTLI_QUALITY, size_hint: bytes.len(), ..Default::default() };
    let mut encoded = Vec::with_capacity(bytes.len() / 3);
    let encoding = brotli::BrotliCompress(&mut &bytes[..], &mut encoded, &params);
    encoding.map(|_| encoded).unwrap_or_default()
}

/// A document ready to be sent, in each coding that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// For the `Content-Type` header.
    pub media_type: &'static str,
    /// What the `ETag`s are made of.
    pub digest: Digest,
    /// When these bytes replaced different ones.
    pub last_modified: Timestamp,
    codings: [Coded; Coding::ALL.len()],
}

/// Bytes in one coding, with their strong validator (RFC 9110 §8.8.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// What is sent.
    pub bytes: Bytes,
    /// Visible ASCII in quotes; differs from coding to coding, as a strong one must.
    pub etag: Bytes,
}

impl Published {
    /// A document and its compressed twins: some tenths of a second of work for a large one. `digest` is
    /// [`Published::digest`] of the same bytes or, of a delta, of the document that it leads to.
    #[must_use]
    pub fn new(bytes: Vec<u8>, digest: Digest, media_type: &'static str, last_modified: Timestamp) -> Self {
        let bytes = Bytes::from(bytes);
        let codings =
            Coding::ALL.map(|coding| Coded { bytes: coding.encode(&bytes), etag: coding.etag(digest) });
        Self { media_type, digest, last_modified, codings }
    }

    /// What the `ETag`s are made of: the same bytes have the same, over restarts too.
    #[must_use]
    pub fn digest(bytes: &[u8]) -> Digest {
        Digest::of(&[bytes])
    }

    /// In this coding.
    #[must_use]
    pub fn coded(&self, coding: Coding) -> &Coded {
        let [identity, gzip, brotli, zstd] = &self.codings;
        match coding {
            Coding::Identity => identity,
            Coding::Gzip => gzip,
            Coding::Brotli => brotli,
            Coding::Zstd => zstd,
        }
    }

    /// Bytes held in memory.
    #[must_use]
    pub fn size(&self) -> usize {
        self.codings.iter().map(|coded| coded.bytes.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::Format;
    use std::io::Read as _;

    fn made(text: &[u8]) -> Published {
        Published::new(
            text.to_vec(),
            Published::digest(text),
            Format::Rss.media_type(),
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn each_coding_has_an_etag_of_its_own_and_equal_bytes_have_equal_ones() {
        let (one, same, other) = (made(b"<rss/>"), made(b"<rss/>"), made(b"<rss />"));
        assert_eq!(one, same);
        assert_ne!(one.coded(Coding::Identity).etag, other.coded(Coding::Identity).etag);
        let etags = Coding::ALL.map(|coding| String::from_utf8(one.coded(coding).etag.to_vec()).unwrap());
        assert_eq!(
            etags,
            [
                "\"bae6a5d512802200804dff53403b59d8\"",
                "\"bae6a5d512802200804dff53403b59d8-gzip\"",
                "\"bae6a5d512802200804dff53403b59d8-br\"",
                "\"bae6a5d512802200804dff53403b59d8-zstd\"",
            ]
        );
    }

    #[test]
    fn every_coding_holds_the_same_document() {
        let text = "<item>Lũ lên ở Huế.</item>".repeat(20_000);
        let published = made(text.as_bytes());
        let read = |coding| {
            let bytes = &published.coded(coding).bytes;
            let mut read = Vec::new();
            match coding {
                Coding::Identity => read = bytes.to_vec(),
                Coding::Gzip => _ = flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut read).unwrap(),
                Coding::Brotli => brotli::BrotliDecompress(&mut &bytes[..], &mut read).unwrap(),
                Coding::Zstd => read = zstd::bulk::decompress(bytes, 1 << 20).unwrap(),
            }
            String::from_utf8(read).unwrap()
        };
        for coding in Coding::ALL {
            assert!(read(coding) == text, "{coding:?} lost something");
        }
        let size: usize = Coding::ALL.iter().map(|coding| published.coded(*coding).bytes.len()).sum();
        assert_eq!(published.size(), size);
    }
}
