//! One coding, undone step by step into a buffer of the caller's. Knows nothing of limits or labels.

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::{Decompress, FlushDecompress, Status};

use super::{DecodeError, gzip::Gzip, zstandard::Zstandard};

/// The state of a coding that is being undone.
pub(super) enum Layer {
    Gzip(Gzip),
    Deflate { inflate: Decompress, ended: bool },
    Brotli { state: Box<Brotli>, ended: bool },
    Zstandard(Zstandard),
}

type Brotli = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

impl Layer {
    pub(super) fn gzip() -> Self {
        Self::Gzip(Gzip::default())
    }

    /// Deflate as the standard has it, in a zlib frame (RFC 9110 §8.4.1.2), or bare as some servers send it.
    pub(super) fn deflate(head: &[u8]) -> Self {
        Self::Deflate { inflate: Decompress::new(is_zlib(head)), ended: false }
    }

    pub(super) fn brotli() -> Self {
        let (bytes, words, codes) = Default::default();
        Self::Brotli { state: Box::new(BrotliState::new(bytes, words, codes)), ended: false }
    }

    pub(super) fn zstandard() -> Result<Self, DecodeError> {
        Zstandard::new().map(Self::Zstandard)
    }

    /// Undoes a part: how many bytes were read, and how many are given out. Behind the end everything is read and
    /// nothing given.
    ///
    /// # Errors
    /// [`DecodeError::Broken`].
    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<(usize, usize), DecodeError> {
        match self {
            Self::Gzip(gzip) => gzip.step(input, output),
            Self::Zstandard(frames) => frames.step(input, output),
            Self::Deflate { ended: true, .. } | Self::Brotli { ended: true, .. } => Ok((input.len(), 0)),
            Self::Deflate { inflate: decompress, ended } => {
                let (read, given, end) =
                    inflate(decompress, input, output).ok_or(DecodeError::Broken("deflate"))?;
                *ended = end;
                Ok((read, given))
            }
            Self::Brotli { state, ended } => {
                let (mut input_left, mut read, mut room, mut given) = (input.len(), 0, output.len(), 0);
                let result = BrotliDecompressStream(
                    &mut input_left,
                    &mut read,
                    input,
                    &mut room,
                    &mut given,
                    output,
                    &mut 0,
                    state,
                );
                match result {
                    BrotliResult::ResultFailure => return Err(DecodeError::Broken("br")),
                    BrotliResult::ResultSuccess => *ended = true,
                    BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {}
                }
                Ok((read, given))
            }
        }
    }

    /// Whether it may end here.
    pub(super) fn is_complete(&self) -> bool {
        match self {
            Self::Gzip(gzip) => gzip.is_complete(),
            Self::Zstandard(frames) => frames.is_complete(),
            Self::Deflate { ended, .. } | Self::Brotli { ended, .. } => *ended,
        }
    }

    /// Whether it has ended, so that whatever still comes is rubbish.
    pub(super) fn is_over(&self) -> bool {
        match self {
            Self::Gzip(gzip) => gzip.is_over(),
            Self::Zstandard(frames) => frames.is_over(),
            Self::Deflate { ended, .. } | Self::Brotli { ended, .. } => *ended,
        }
    }
}

/// One step of inflating: read, given out, and whether the stream has ended; none where it is damaged.
pub(super) fn inflate(
    decompress: &mut Decompress,
    input: &[u8],
    output: &mut [u8],
) -> Option<(usize, usize, bool)> {
    let (taken, given) = (decompress.total_in(), decompress.total_out());
    let status = decompress.decompress(input, output, FlushDecompress::None).ok()?;
    let read = usize::try_from(decompress.total_in() - taken).ok()?;
    let written = usize::try_from(decompress.total_out() - given).ok()?;
    Some((read, written, status == Status::StreamEnd))
}

/// RFC 1950 §2.2: deflate with a window of at most 32 KiB, no preset dictionary, and a check sum.
fn is_zlib(head: &[u8]) -> bool {
    let &[method, flags, ..] = head else { return false };
    method & 0x0f == 8
        && method >> 4 <= 7
        && flags & 0x20 == 0
        && (u16::from(method) << 8 | u16::from(flags)) % 31 == 0
}
