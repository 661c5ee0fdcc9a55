//! Reads Content-Encoding. Knows names, and no algorithm.

use std::fmt;

use super::LAYERS_MAX;
use crate::fetch::words;

/// The longest label quoted, in characters.
const QUOTED_MAX: usize = 100;

/// What a body is labelled as.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::fetch) struct Label {
    text: String,
    codings: Vec<Coding>,
}

/// A coding that a label names (RFC 9110 §8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstandard,
    /// Not one of these, or more than are undone.
    Unknown,
}

impl Label {
    /// Reads the values of all Content-Encoding lines. `identity` and nothing are no codings.
    pub(in crate::fetch) fn read<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Self {
        let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        let text = lines.join(", ");
        let names = text
            .split(',')
            .map(|name| name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
        let names = names.filter(|name| !name.is_empty() && name != "identity");
        // They stand in the order in which they were applied.
        let mut codings: Vec<Coding> = names.map(|name| Coding::named(&name)).collect();
        codings.reverse();
        if codings.len() > LAYERS_MAX {
            codings = vec![Coding::Unknown];
        }
        Self { text: words::cut(text.trim(), QUOTED_MAX), codings }
    }

    /// The codings, outermost first; at most [`LAYERS_MAX`].
    pub(super) fn codings(&self) -> &[Coding] {
        &self.codings
    }

    /// Whether it names no coding.
    pub(super) fn is_plain(&self) -> bool {
        self.codings.is_empty()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Coding {
    fn named(name: &str) -> Self {
        match name {
            "gzip" | "x-gzip" => Self::Gzip,
            "deflate" | "x-deflate" => Self::Deflate,
            "br" => Self::Brotli,
            "zstd" => Self::Zstandard,
            _ => Self::Unknown,
        }
    }
}
