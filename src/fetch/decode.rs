//! Undoes what a server did to a body on its way: gzip, Brotli, Zstandard and deflate, in layers, piece by piece, never
//! past a limit. Knows bytes and labels only: neither the network nor what a feed is, but for one glance that tells a
//! plain document under a label that lies.

mod gzip;
mod label;
mod layer;
mod zstandard;

use thiserror::Error;

pub(super) use self::label::Label;
use self::{label::Coding, layer::Layer};

/// The most layers that are undone. Two are seen, where a server and the proxy before it both compress.
pub(super) const LAYERS_MAX: usize = 3;

/// How much of what lies in a layer is looked at before it is told what it is, in bytes.
const GLANCE: usize = 64;

/// What a layer gives out at once, in bytes.
const PIECE: usize = 16 << 10;

/// What compressing may add to a body that cannot be compressed, in bytes, beside the body's own length.
const FRAMING: u64 = 64 << 10;

/// Why a body could not be decoded.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum DecodeError {
    /// The body, or what lies in one of its layers, is longer than the limit.
    #[error("too large")]
    TooLarge,
    /// The body ends before its coding says that it does.
    #[error("cut short")]
    Truncated,
    /// The body is not in this coding, or damaged.
    #[error("no {0}")]
    Broken(&'static str),
    /// A coding that is not known, or more layers than are undone.
    #[error("`{0}` is not known")]
    Unknown(String),
}

/// A body that is being decoded, and what came of it so far. Beside what is kept, which is at most the limit, each layer
/// holds the window of its coding: up to 16 MiB for Brotli, 8 for Zstandard, 32 KiB for the others.
pub(super) struct Decoder {
    label: Label,
    outermost: Level,
    kept: Kept,
    /// How many bytes came in.
    taken: u64,
}

/// What is known of one layer, outermost first.
enum Level {
    /// Not enough to tell: its first bytes.
    Unseen(Vec<u8>),
    /// Not coded (any more).
    Plain,
    Coded(Box<Coded>),
}

struct Coded {
    layer: Layer,
    /// Given out so far, in bytes.
    given: u64,
    within: Level,
}

/// The decoded body, up to a limit.
struct Kept {
    bytes: Vec<u8>,
    limit: u64,
}

impl Decoder {
    /// For a body that is labelled so and may come to `limit` bytes, as may what lies in each layer.
    pub(super) fn new(label: Label, limit: u64) -> Self {
        let kept = Kept { bytes: Vec::new(), limit };
        Self { label, outermost: Level::Unseen(Vec::new()), kept, taken: 0 }
    }

    /// The most bytes that a body within the limit may have on its way.
    pub(super) fn most(&self) -> u64 {
        let framing = if self.label.is_plain() { 0 } else { self.kept.limit.saturating_add(FRAMING) };
        self.kept.limit.saturating_add(framing)
    }

    /// Decodes the next piece; what it holds is kept up to the limit, and no more is decoded than that.
    ///
    /// # Errors
    /// See [`DecodeError`]. What was decoded before stays.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), DecodeError> {
        self.taken = self.taken.saturating_add(piece.len() as u64);
        self.outermost.feed(piece, &self.label, 0, &mut self.kept)?;
        // Layers that give nothing out, such as empty gzip members, may come for ever.
        if self.taken > self.most() { Err(DecodeError::TooLarge) } else { Ok(()) }
    }

    /// How much is kept so far, in bytes.
    pub(super) fn kept(&self) -> usize {
        self.kept.bytes.len()
    }

    /// Whether nothing that still comes can matter: the outermost coding has ended, and rubbish has begun.
    pub(super) fn is_done(&self) -> bool {
        matches!(&self.outermost, Level::Coded(coded) if coded.layer.is_over())
    }

    /// The whole body, after its last piece.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`]; and others where the body was so short that it was not looked at before.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, DecodeError> {
        self.outermost.finish(&self.label, 0, &mut self.kept)?;
        Ok(self.kept.bytes)
    }

    /// As much of the body as could be decoded, whatever is wrong with the rest.
    pub(super) fn rescue(mut self) -> Vec<u8> {
        // A body that breaks off has still said something.
        let _ = self.outermost.finish(&self.label, 0, &mut self.kept);
        self.kept.bytes
    }
}

impl Level {
    fn feed(
        &mut self,
        input: &[u8],
        label: &Label,
        depth: usize,
        kept: &mut Kept,
    ) -> Result<(), DecodeError> {
        match self {
            Self::Unseen(head) => {
                head.extend_from_slice(input);
                if head.len() < GLANCE {
                    return Ok(());
                }
                let head = std::mem::take(head);
                self.see(&head, label, depth, kept)
            }
            Self::Plain => kept.take(input),
            Self::Coded(coded) => coded.feed(input, label, depth, kept),
        }
    }

    /// Tells from its first bytes what this layer is, and feeds them to it.
    fn see(&mut self, head: &[u8], label: &Label, depth: usize, kept: &mut Kept) -> Result<(), DecodeError> {
        *self = match tell(head, label, depth)? {
            Some(layer) => Self::Coded(Box::new(Coded { layer, given: 0, within: Self::Unseen(Vec::new()) })),
            None => Self::Plain,
        };
        self.feed(head, label, depth, kept)
    }

    fn finish(&mut self, label: &Label, depth: usize, kept: &mut Kept) -> Result<(), DecodeError> {
        if let Self::Unseen(head) = self {
            let head = std::mem::take(head);
            // Nothing at all is nothing, whatever the label: many servers send empty bodies so.
            if head.is_empty() {
                return Ok(());
            }
            self.see(&head, label, depth, kept)?;
        }
        match self {
            Self::Coded(coded) if !coded.layer.is_complete() => {
                // What it holds is as good as it is, for who wants that.
                let _ = coded.within.finish(label, depth + 1, kept);
                Err(DecodeError::Truncated)
            }
            Self::Coded(coded) => coded.within.finish(label, depth + 1, kept),
            Self::Unseen(_) | Self::Plain => Ok(()),
        }
    }
}

impl Coded {
    fn feed(
        &mut self,
        mut input: &[u8],
        label: &Label,
        depth: usize,
        kept: &mut Kept,
    ) -> Result<(), DecodeError> {
        let mut piece = [0; PIECE];
        loop {
            let (read, given) = self.layer.step(input, &mut piece)?;
            input = &input[read..];
            self.given += given as u64;
            self.within.feed(&piece[..given], label, depth + 1, kept)?;
            if self.given > kept.limit {
                return Err(DecodeError::TooLarge);
            }
            // A full piece may have more behind it; one that is not full has not, without more input.
            if (input.is_empty() && given < PIECE) || (read == 0 && given == 0) {
                return Ok(());
            }
        }
    }
}

impl Kept {
    fn take(&mut self, input: &[u8]) -> Result<(), DecodeError> {
        let room = self.limit.saturating_sub(self.bytes.len() as u64);
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        self.bytes.extend_from_slice(&input[..input.len().min(room)]);
        if input.len() > room { Err(DecodeError::TooLarge) } else { Ok(()) }
    }
}

/// What lies at this depth, by its first bytes and by its label; none where it is not coded. Bytes are believed before
/// labels: `Content-Encoding: utf-8` is a common mistake, as are a "gzip" that is not, one layer under a label of two,
/// and a `.xml.gz` under none.
fn tell(head: &[u8], label: &Label, depth: usize) -> Result<Option<Layer>, DecodeError> {
    if is_document(head) {
        return Ok(None);
    }
    match label.codings().get(depth) {
        Some(Coding::Unknown) => Err(DecodeError::Unknown(label.to_string())),
        Some(Coding::Deflate) | None if gzip::begins(head) => {
            if depth < LAYERS_MAX {
                Ok(Some(Layer::gzip()))
            } else {
                Err(DecodeError::Unknown("gzip".to_owned()))
            }
        }
        Some(Coding::Gzip) => Ok(Some(Layer::gzip())),
        Some(Coding::Deflate) => Ok(Some(Layer::deflate(head))),
        Some(Coding::Brotli) => Ok(Some(Layer::brotli())),
        Some(Coding::Zstandard) => Layer::zstandard().map(Some),
        None => Ok(None),
    }
}

/// Whether bytes begin as XML, JSON or UTF-16 text does, and go on as text. No coding begins so: gzip and Zstandard
/// have their magic numbers, in Brotli and zlib `<`, `{` and the byte order marks are no valid beginning, and bare
/// deflate that begins so does not go on without control characters.
fn is_document(head: &[u8]) -> bool {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return true;
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let is_text = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
    matches!(text.first(), Some(b'<' | b'{')) && text.iter().take(GLANCE).all(is_text)
}

#[cfg(test)]
mod tests;
