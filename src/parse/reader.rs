//! Runs feed-rs with our settings, and survives its panics. Knows nothing of what comes before and after.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use feed_rs::parser::{Builder, ParseErrorKind, ParseFeedError};
use url::Url;

use crate::model::Timestamp;

/// Reads one date.
pub(super) type ReadDate = Arc<dyn Fn(&str) -> Option<Timestamp> + Send + Sync>;

/// Why feed-rs gave no feed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    #[error("{}", reason(.0))]
    Refused(#[from] ParseFeedError),
    #[error("the feed reader failed on it")]
    Panicked,
}

/// Reads a text without a declaration.
pub(super) fn read(text: &str, url: &Url) -> Result<feed_rs::model::Feed, Failed> {
    let builder = Builder::new()
        .base_uri(Some(url.as_str()))
        // feed-rs would make an id of link and title, or at random; who has no guid is told as having none.
        .id_generator(|_, _, _| String::new())
        // Dates are read from the tree, where all of them are; reading each twice costs more than the tree does.
        .timestamp_parser(|_| None)
        .sanitize_content(false);
    // A parser that panicked has lost count of its scopes; each try gets its own, so nothing broken is seen again.
    match catch_unwind(AssertUnwindSafe(|| builder.build().parse(text.as_bytes()))) {
        Ok(result) => result.map_err(Failed::Refused),
        Err(_) => Err(Failed::Panicked),
    }
}

fn reason(error: &ParseFeedError) -> String {
    match error {
        // feed-rs says so, too, of every XML error before the root is read.
        ParseFeedError::ParseError(ParseErrorKind::NoFeedRoot) => {
            "it begins like no feed that is known".to_owned()
        }
        other => other.to_string(),
    }
}
