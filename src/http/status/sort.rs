//! By which column the sources stand in order. Pure; what a source has nothing of stands last, either way.

use std::fmt;

use super::{survey::Survey, text};

/// What a table tells of each source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Title,
    State,
    Success,
    Entry,
    Entries,
    Next,
    Latency,
    Saved,
    Readers,
}

impl Column {
    pub(super) const ALL: [Self; 9] = [
        Self::Title,
        Self::State,
        Self::Success,
        Self::Entry,
        Self::Entries,
        Self::Next,
        Self::Latency,
        Self::Saved,
        Self::Readers,
    ];

    /// As it stands in an address.
    fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::State => "state",
            Self::Success => "success",
            Self::Entry => "entry",
            Self::Entries => "entries",
            Self::Next => "next",
            Self::Latency => "latency",
            Self::Saved => "saved",
            Self::Readers => "readers",
        }
    }

    /// What one wants to see first of it: of amounts the most.
    fn is_usually_descending(self) -> bool {
        matches!(self, Self::Entries | Self::Latency | Self::Saved | Self::Readers)
    }
}

/// A column, and whether the most stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sort {
    pub column: Column,
    pub descending: bool,
}

impl Sort {
    /// The usual order by this column.
    pub(super) fn by(column: Column) -> Self {
        Self { column, descending: column.is_usually_descending() }
    }

    pub(super) fn read(word: &str) -> Option<Self> {
        let (name, descending) = match word.strip_prefix('-') {
            Some(name) => (name, true),
            None => (word, false),
        };
        let column = Column::ALL.into_iter().find(|column| column.name() == name)?;
        Some(Self { column, descending })
    }

    pub(super) fn reversed(self) -> Self {
        Self { descending: !self.descending, ..self }
    }

    /// Puts these places in order; equal ones by title.
    pub(super) fn order(self, places: &mut [usize], survey: &Survey) {
        places.sort_by_cached_key(|place| {
            let title = text::folded(&survey.config.sources[*place].title);
            let amount = self.amount(survey, *place);
            let signed = amount.map(|amount| if self.descending { -amount } else { amount });
            (amount.is_none(), signed, title)
        });
        if self.column == Column::Title && self.descending {
            places.reverse();
        }
    }

    fn amount(self, survey: &Survey, place: usize) -> Option<i64> {
        let brief = &survey.briefs[place];
        let large = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        match self.column {
            Column::Title => Some(0),
            Column::State => Some(brief.mood as i64),
            Column::Success => brief.last_success.map(|at| at.timestamp_millis()),
            Column::Entry => brief.last_entry.map(|at| at.timestamp_millis()),
            Column::Entries => Some(brief.entries.into()),
            Column::Next => brief.next_poll.map(|at| at.timestamp_millis()),
            Column::Latency => brief.took.map(i64::from),
            Column::Saved => Some(large(brief.saved)),
            Column::Readers => Some(survey.readership.of(&survey.config.sources[place]).into()),
        }
    }
}

impl fmt::Display for Sort {
    /// As it stands in an address.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", if self.descending { "-" } else { "" }, self.column.name())
    }
}
