//! What a poll failed by, after its answer had come. Reads nothing.

use super::readers::ReadError;
use crate::model::{Failure, Hints, Reach, State};

pub(super) fn unreadable(error: &ReadError, hints: Hints) -> Failure {
    let state = match error {
        ReadError::Parse(_) => State::Unreadable,
        ReadError::Overran | ReadError::Straying => State::TooMuch,
        ReadError::Choked | ReadError::Died | ReadError::NoThread(_) => State::Internal,
    };
    Failure {
        state,
        reason: error.to_string().chars().take(Failure::REASON_MAX).collect(),
        hints,
        reach: Reach::Answered,
    }
}

pub(super) fn internal(reason: &str, hints: Hints) -> Failure {
    let reason = reason.chars().take(Failure::REASON_MAX).collect();
    Failure { state: State::Internal, reason, hints, reach: Reach::Answered }
}
