//! Why a document cannot be previewed, in words.

use std::{io, time::Duration};

use thiserror::Error;

use crate::{
    fetch::FetchError,
    parse::{BODY_MAX, ParseError},
};

/// Why there is nothing to show.
#[derive(Debug, Error)]
pub(super) enum Refusal {
    /// A line of a batch is no request.
    #[error("the line is no object with a `file`: {0}; write {{\"file\": \"…\"}}")]
    Line(#[source] serde_json::Error),
    /// A line of a batch is longer than any request.
    #[error("the line is longer than {0} bytes; name a file, and do not write it out")]
    LongLine(usize),
    /// A line of a batch names a zone that is none.
    #[error("`{0}` is no time zone; write one as Asia/Ho_Chi_Minh")]
    Zone(String),
    /// The file cannot be read.
    #[error("it cannot be read: {0}; name a file, an address that begins with https://, or - for stdin")]
    Read(#[source] io::Error),
    /// The file has more than [`BODY_MAX`] bytes.
    #[error("it has more than {BODY_MAX} bytes, the most that is read; see whether it is the right one")]
    TooLarge,
    /// The address does not give a document.
    #[error("{}", .0.failure().reason)]
    Fetch(#[from] FetchError),
    /// What was fetched or read is no feed.
    #[error(
        "{0}; look on its site for the address of a feed (RSS, Atom or JSON Feed), or give a page of news"
    )]
    Parse(#[from] ParseError),
    /// A web page in which no list of news is to be seen.
    #[error("{refused}; nor was a list of news found on it{}; give the page that lists its news, or a feed", unplaced(*is_placed))]
    NoList {
        /// Why it is no feed.
        refused: ParseError,
        /// Whether its address is known.
        is_placed: bool,
    },
    /// The document is one that nobody foresaw.
    #[error(
        "the reader failed on this document; this is a fault of tintinh: please report it with the document"
    )]
    Died,
    /// The document is one that nobody foresaw.
    #[error("the document was not read within {} s; please report it with the document", .0.as_secs())]
    TooSlow(Duration),
    /// The system has no thread left, or no means of asking the network.
    #[error(
        "the system gives no means to read it: {0}; see how many threads and how much memory you may have"
    )]
    NoMeans(#[source] io::Error),
}

fn unplaced(is_placed: bool) -> &'static str {
    if is_placed {
        ""
    } else {
        " (its links may be relative to an address that is not known: tell it with --url)"
    }
}

/// As one line that moves no cursor: a hostile document's words may be among these.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
