//! What is wrong with a file, and where. Knows lines and columns; knows neither TOML nor any key.

use std::fmt;

/// How many problems one reading tells; what lies beyond is counted only.
const MAX_PROBLEMS: usize = 1000;

/// Beyond this many bytes a column is counted in bytes: nobody counts the characters of such a line.
const MAX_COUNTED_COLUMN: usize = 4096;

/// One thing that an admin has to put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The whole key, as `feeds.bao-ninh-binh.interval` or `feeds[3].url`; empty where the file as a whole is meant.
    pub key: String,
    /// What is wrong. Where there is a key, it reads on from the key: "is not known".
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl Problem {
    /// The problem in one sentence, without its place.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { key, message, remedy, .. } = self;
        if key.is_empty() { format!("{message}: {remedy}") } else { format!("`{key}` {message}: {remedy}") }
    }
}

impl fmt::Display for Problem {
    /// One line: `line 12: ...`. `ConfigError` writes the file's name instead of the word.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.sentence())
    }
}

/// What is wrong with one value, before anybody knows where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub message: String,
    pub remedy: String,
}

impl Wrong {
    pub fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { message: message.into(), remedy: remedy.into() }
    }
}

/// Gathers the problems of one text.
pub(super) struct Problems<'a> {
    text: &'a str,
    line_starts: Vec<usize>,
    told: Vec<Problem>,
    untold: usize,
}

impl<'a> Problems<'a> {
    pub fn of(text: &'a str) -> Self {
        let after_newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(0).chain(after_newlines).collect();
        Self { text, line_starts, told: Vec::new(), untold: 0 }
    }

    /// Notes a problem of the key at this byte of the text.
    pub fn tell(&mut self, at: usize, key: impl Into<String>, wrong: Wrong) {
        if self.told.len() == MAX_PROBLEMS {
            self.untold += 1;
            return;
        }
        let (line, column) = (self.line(at), self.column(at));
        self.told.push(Problem {
            line,
            column,
            key: key.into(),
            message: wrong.message,
            remedy: wrong.remedy,
        });
    }

    /// The line of this byte, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at)
    }

    /// The column of this byte in characters, from 1.
    pub fn column(&self, at: usize) -> usize {
        let start = self.line_starts.get(self.line(at).saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start..at).unwrap_or_default();
        1 + if before.len() > MAX_COUNTED_COLUMN { before.len() } else { before.chars().count() }
    }

    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// All of them, in the order of the text.
    pub fn in_order(mut self) -> Vec<Problem> {
        self.told.sort_by_key(|problem| (problem.line, problem.column));
        if self.untold > 0 {
            let message = format!("{} more problems are not told", self.untold);
            let remedy = "put the ones above right first".to_owned();
            let line = self.told.last().map_or(1, |last| last.line);
            self.told.push(Problem { line, column: 1, key: String::new(), message, remedy });
        }
        self.told
    }
}
