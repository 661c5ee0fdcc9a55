//! The frame that gzip puts around deflate (RFC 1952): header, check sum, and more members behind the first.

use flate2::{Crc, Decompress};

use super::{DecodeError, layer::inflate};

/// What a member begins with: the magic number, and deflate as the only method that there is.
const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
/// Check sum and length.
const TRAILER: usize = 8;

const BROKEN: DecodeError = DecodeError::Broken("gzip");

/// A sequence of members that is being read.
pub(super) struct Gzip {
    part: Part,
    inflate: Decompress,
    sum: Crc,
}

enum Part {
    Header(Header),
    Deflated,
    Trailer(Vec<u8>),
    /// A member has ended, and these bytes could begin another.
    Between(Vec<u8>),
    Rubbish,
}

impl Default for Gzip {
    fn default() -> Self {
        Self { part: Part::Header(Header::default()), inflate: Decompress::new(false), sum: Crc::new() }
    }
}

/// Whether a member may begin so.
pub(super) fn begins(head: &[u8]) -> bool {
    head.starts_with(&MAGIC)
}

impl Gzip {
    pub(super) fn is_complete(&self) -> bool {
        matches!(self.part, Part::Between(_) | Part::Rubbish)
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.part, Part::Rubbish)
    }

    /// See [`super::layer::Layer::step`].
    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<(usize, usize), DecodeError> {
        if let Part::Deflated = self.part {
            let (read, given, ended) = inflate(&mut self.inflate, input, output).ok_or(BROKEN)?;
            self.sum.update(&output[..given]);
            if ended {
                self.part = Part::Trailer(Vec::new());
            }
            return Ok((read, given));
        }
        for (at, byte) in input.iter().enumerate() {
            match &self.part {
                Part::Deflated => return Ok((at, 0)),
                Part::Rubbish => break,
                Part::Header(_) | Part::Trailer(_) | Part::Between(_) => self.push(*byte)?,
            }
        }
        Ok((input.len(), 0))
    }

    /// Takes a byte of the frame, and goes on to the next part where it completes this one.
    fn push(&mut self, byte: u8) -> Result<(), DecodeError> {
        match &mut self.part {
            Part::Header(header) => {
                if header.push(byte)? {
                    self.part = Part::Deflated;
                }
            }
            Part::Trailer(held) => {
                held.push(byte);
                if held.len() == TRAILER {
                    let expected = [self.sum.sum().to_le_bytes(), self.sum.amount().to_le_bytes()].concat();
                    if *held != expected {
                        return Err(BROKEN);
                    }
                    self.part = Part::Between(Vec::new());
                }
            }
            Part::Between(held) => {
                held.push(byte);
                if *held == MAGIC {
                    self.inflate.reset(false);
                    self.sum.reset();
                    self.part = Part::Header(Header { flags: 0, field: Field::Fixed(MAGIC.len()) });
                } else if !MAGIC.starts_with(held) {
                    self.part = Part::Rubbish;
                }
            }
            Part::Deflated | Part::Rubbish => {}
        }
        Ok(())
    }
}

/// A header that is being read, byte by byte (RFC 1952 §2.3).
#[derive(Default)]
struct Header {
    /// Of the fields that may follow the fixed ones, those that do and have not been read.
    flags: u8,
    field: Field,
}

enum Field {
    /// The ten bytes that are always there, and how many were read.
    Fixed(usize),
    ExtraLength(Option<u8>),
    Extra(u16),
    /// A name or a comment, up to a NUL.
    Text,
    Check(u8),
}

impl Default for Field {
    fn default() -> Self {
        Self::Fixed(0)
    }
}

impl Header {
    /// Takes the next byte; tells whether it was the last one.
    fn push(&mut self, byte: u8) -> Result<bool, DecodeError> {
        match &mut self.field {
            Field::Fixed(at) => {
                if MAGIC.get(*at).is_some_and(|expected| *expected != byte) {
                    return Err(BROKEN);
                }
                if *at == 3 {
                    self.flags = byte;
                }
                *at += 1;
                Ok(*at == 10 && self.turn())
            }
            Field::ExtraLength(low @ None) => {
                *low = Some(byte);
                Ok(false)
            }
            Field::ExtraLength(Some(low)) => match u16::from_le_bytes([*low, byte]) {
                0 => Ok(self.turn()),
                length => {
                    self.field = Field::Extra(length);
                    Ok(false)
                }
            },
            Field::Extra(left) => {
                *left -= 1;
                Ok(*left == 0 && self.turn())
            }
            Field::Text => Ok(byte == 0 && self.turn()),
            Field::Check(left) => {
                *left -= 1;
                Ok(*left == 0 && self.turn())
            }
        }
    }

    /// Goes on to the next field; tells whether there is none.
    fn turn(&mut self) -> bool {
        let fields =
            [(4, Field::ExtraLength(None)), (8, Field::Text), (16, Field::Text), (2, Field::Check(2))];
        for (flag, field) in fields {
            if self.flags & flag != 0 {
                self.flags &= !flag;
                self.field = field;
                return false;
            }
        }
        true
    }
}
