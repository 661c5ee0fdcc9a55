//! The words and the colour of each state, and nothing else: a new state is one line here.

use crate::{
    http::language::Language,
    model::{Source, State},
};

/// How much a condition matters, the worst first. Each has a colour, and a sign for those who see no colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mood {
    /// Somebody has to do something, or the publisher has.
    Sick,
    /// It may pass on its own.
    Uneasy,
    /// Nothing is known yet, or nothing is asked.
    Resting,
    Well,
}

impl Mood {
    /// What the style sheet calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sick => "sick",
            Self::Uneasy => "uneasy",
            Self::Resting => "resting",
            Self::Well => "well",
        }
    }

    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Sick => "✗",
            Self::Uneasy => "!",
            Self::Resting => "–",
            Self::Well => "✓",
        }
    }

    /// Whether a source in this mood is counted among the sick.
    pub(super) fn is_ill(self) -> bool {
        matches!(self, Self::Sick | Self::Uneasy)
    }
}

/// How a source fares, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Condition {
    pub mood: Mood,
    vietnamese: &'static str,
    english: &'static str,
}

impl Condition {
    pub(super) fn of(source: &Source, state: State) -> Self {
        if source.enabled { Self::of_state(state) } else { RESTING }
    }

    #[rustfmt::skip]
    pub(super) fn of_state(state: State) -> Self {
        let (mood, vietnamese, english) = match state {
            State::New         => (Mood::Resting, "chưa thu thập",    "not polled yet"),
            State::Ok          => (Mood::Well,    "tốt",              "well"),
            State::Silent      => (Mood::Uneasy,  "im lặng lâu",      "unusually silent"),
            State::Offline     => (Mood::Uneasy,  "mất mạng ở đây",   "our network is down"),
            State::Unreachable => (Mood::Sick,    "không trả lời",    "no answer"),
            State::Refused     => (Mood::Sick,    "trả lời lỗi",      "answers with an error"),
            State::Throttled   => (Mood::Uneasy,  "yêu cầu chờ",      "asks to wait"),
            State::Unavailable => (Mood::Uneasy,  "tạm ngừng",        "not available now"),
            State::Missing     => (Mood::Sick,    "không tìm thấy",   "not found"),
            State::Gone        => (Mood::Sick,    "không còn",        "gone"),
            State::Unreadable  => (Mood::Sick,    "không đọc được",   "unreadable"),
            State::TooMuch     => (Mood::Sick,    "quá mức cho phép", "too much"),
            State::Forbidden   => (Mood::Sick,    "địa chỉ bị cấm",   "forbidden address"),
            State::Internal    => (Mood::Sick,    "lỗi của tintinh",  "our own fault"),
        };
        Self { mood, vietnamese, english }
    }

    pub(super) fn words(self, language: Language) -> &'static str {
        language.pick(self.vietnamese, self.english)
    }
}

/// Of a source that is not enabled, whatever it was like before.
pub(super) const RESTING: Condition =
    Condition { mood: Mood::Resting, vietnamese: "tạm nghỉ", english: "resting" };
