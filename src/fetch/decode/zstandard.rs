//! Zstandard (RFC 8878): frame after frame.

use zstd::stream::raw::{DParameter, Decoder, Operation};

use super::DecodeError;

/// The largest window, as a power of two: what RFC 9659 allows a server to use, 8 MiB.
const WINDOW_LOG_MAX: u32 = 23;
/// How long the number is that a frame begins with.
const MAGIC: usize = 4;

const BROKEN: DecodeError = DecodeError::Broken("zstd");

/// A sequence of frames that is being read.
pub(super) struct Zstandard {
    decoder: Decoder<'static>,
    part: Part,
}

enum Part {
    Frame,
    /// A frame has ended, and these bytes could begin another.
    Between(Vec<u8>),
    Rubbish,
}

impl Zstandard {
    pub(super) fn new() -> Result<Self, DecodeError> {
        let mut decoder = Decoder::new().map_err(|_| BROKEN)?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX)).map_err(|_| BROKEN)?;
        Ok(Self { decoder, part: Part::Frame })
    }

    pub(super) fn is_complete(&self) -> bool {
        matches!(self.part, Part::Between(_) | Part::Rubbish)
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.part, Part::Rubbish)
    }

    /// See [`super::layer::Layer::step`].
    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<(usize, usize), DecodeError> {
        match &mut self.part {
            Part::Frame => {
                let status = self.decoder.run_on_buffers(input, output).map_err(|_| BROKEN)?;
                if status.remaining == 0 {
                    self.part = Part::Between(Vec::new());
                }
                Ok((status.bytes_read, status.bytes_written))
            }
            Part::Between(held) => {
                let wanted = input.len().min(MAGIC - held.len());
                held.extend_from_slice(&input[..wanted]);
                if let Ok(magic) = <[u8; MAGIC]>::try_from(held.as_slice()) {
                    self.part = if begins(magic) { Part::Frame } else { Part::Rubbish };
                    if let Part::Frame = self.part {
                        // A magic number alone gives nothing out.
                        self.decoder.run_on_buffers(&magic, output).map_err(|_| BROKEN)?;
                    }
                }
                Ok((wanted, 0))
            }
            Part::Rubbish => Ok((input.len(), 0)),
        }
    }
}

/// A frame, or one that holds nothing of the body (RFC 8878 §3.1.1 and §3.1.2).
fn begins(magic: [u8; MAGIC]) -> bool {
    let number = u32::from_le_bytes(magic);
    number == 0xfd2f_b528 || number & !0xf == 0x184d_2a50
}
