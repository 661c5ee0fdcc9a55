//! What a poll failed by, after its answer had come. Reads nothing.

use super::readers::ReadError;
use crate::model::{Failure, Hints, Reach, State};

pub(super) fn unreadable(error: &ReadError, hints: Hints) -> Failure {
    let state = match error {
        ReadError::Parse(_) => State::Unreadable,
        ReadError::Overran | ReadError::Straying => State::TooMuch,
        ReadError::Choked | ReadError::Died | ReadError::NoThread(_) => State::Internal,
    };
    Failure { state, reason: told(error, advice(error)), hints, reach: Reach::Answered }
}

/// Why an article cannot be read, and what to do about it.
pub(super) fn unreadable_article(error: &ReadError) -> String {
    match error {
        ReadError::Parse(_) => {
            told(error, "if a browser shows it, `body` in [feeds.article] can say where its text stands")
        }
        _ => told(error, advice(error)),
    }
}

fn told(error: &ReadError, advice: &str) -> String {
    let room = Failure::REASON_MAX.saturating_sub(advice.chars().count() + 2);
    let reason: String = error.to_string().chars().take(room).collect();
    format!("{reason}; {advice}")
}

/// What an admin can do about it.
fn advice(error: &ReadError) -> &'static str {
    match error {
        ReadError::Parse(_) => "`tintinh preview` with its address shows what came",
        ReadError::Died => "please report it with the document",
        ReadError::Overran | ReadError::Straying => "the address may lead to something else than a feed",
        ReadError::Choked => "restart tintinh, and report it",
        ReadError::NoThread(_) => "see how many threads and how much memory this service may have",
    }
}

pub(super) fn internal(reason: &str, hints: Hints) -> Failure {
    let reason = reason.chars().take(Failure::REASON_MAX).collect();
    Failure { state: State::Internal, reason, hints, reach: Reach::Answered }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::ParseError;

    #[test]
    fn what_cannot_be_read_is_told_with_what_to_do() {
        let table = [
            (
                ReadError::Parse(ParseError::OtherJson),
                "it is a JSON document of another kind, not a feed; `tintinh preview` with its address shows what came",
            ),
            (
                ReadError::Died,
                "the reader failed on this document; this is a fault of tintinh; please report it with the document",
            ),
            (
                ReadError::Overran,
                "reading this document took longer than 30 s; the address may lead to something else than a feed",
            ),
            (
                ReadError::Straying,
                "an earlier document of this source is still being read, after more than 30 s; the address may lead to \
                 something else than a feed",
            ),
            (
                ReadError::Choked,
                "4 documents take endlessly long to read, and no more are read meanwhile; this is a fault of tintinh; \
                 restart tintinh, and report it",
            ),
            (
                ReadError::NoThread(std::io::ErrorKind::OutOfMemory.into()),
                "no thread to read the document on: out of memory; see how many threads and how much memory this \
                 service may have",
            ),
        ];
        for (error, words) in table {
            assert_eq!(unreadable(&error, Hints::default()).reason, words);
        }
        let article = ReadError::Parse(ParseError::OtherJson);
        assert_eq!(
            unreadable_article(&article),
            "it is a JSON document of another kind, not a feed; if a browser shows it, `body` in [feeds.article] can say \
             where its text stands"
        );
        assert_eq!(
            unreadable_article(&ReadError::Died),
            unreadable(&ReadError::Died, Hints::default()).reason
        );
        let long = ReadError::Parse(ParseError::Unknown { start: "x".repeat(1000) });
        assert_eq!(unreadable(&long, Hints::default()).reason.chars().count(), Failure::REASON_MAX);
    }
}
