//! What is wrong with a file or with what it includes, and where. Knows texts, lines and columns; knows neither TOML
//! nor any key.

mod excerpt;

use std::{
    fmt,
    path::{Path, PathBuf},
};

pub use self::excerpt::Excerpt;

/// How many problems one reading tells; what lies beyond is counted only.
const MAX_PROBLEMS: usize = 1000;

/// Beyond this many bytes a column is counted in bytes: nobody counts the characters of such a line.
const MAX_COUNTED_COLUMN: usize = 4096;

/// One thing that an admin has to put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The included file that it is in; none for `feeds.toml` itself.
    pub file: Option<PathBuf>,
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
    /// The line itself, without secrets; none where there is no line to show.
    pub excerpt: Option<Box<Excerpt>>,
}

impl Problem {
    /// The problem in one sentence, without its place.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { key, message, remedy, .. } = self;
        if key.is_empty() { format!("{message}: {remedy}") } else { format!("`{key}` {message}: {remedy}") }
    }

    /// The problem on one line, with its place as editors and terminals understand it: `feeds.toml:12:3: ...`.
    /// `file` is the one that includes the others.
    #[must_use]
    pub fn placed(&self, file: &Path) -> String {
        let file = self.file.as_deref().unwrap_or(file);
        format!("{}:{}:{}: {}", file.display(), self.line, self.column, self.sentence())
    }
}

impl fmt::Display for Problem {
    /// One line: `line 12: ...`. `ConfigError` writes the file's name instead of the word.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(formatter, "{}, ", file.display())?;
        }
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

/// One of the texts, which stand as if one behind the other: a byte of any of them is one number.
struct Text<'a> {
    file: Option<&'a Path>,
    /// The number of its first byte.
    base: usize,
    content: &'a str,
    line_starts: Vec<usize>,
}

/// Gathers the problems of a text, and of those that it includes.
pub(super) struct Problems<'a> {
    texts: Vec<Text<'a>>,
    told: Vec<(usize, Problem)>,
    untold: usize,
}

impl<'a> Problems<'a> {
    pub fn of(text: &'a str) -> Self {
        let mut problems = Self { texts: Vec::new(), told: Vec::new(), untold: 0 };
        problems.add(None, text);
        problems
    }

    /// Another text, of this file. What it gives is the number of the text's first byte: a place in it is that plus the
    /// place's offset.
    pub fn add(&mut self, file: Option<&'a Path>, text: &'a str) -> usize {
        // One more than its length, so that its end is its own.
        let base = self.texts.last().map_or(0, |last| last.base + last.content.len() + 1);
        let after_newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(0).chain(after_newlines).collect();
        self.texts.push(Text { file, base, content: text, line_starts });
        base
    }

    /// Notes a problem of the key at this byte of the texts.
    pub fn tell(&mut self, at: usize, key: impl Into<String>, wrong: Wrong) {
        if self.told.len() == MAX_PROBLEMS {
            self.untold += 1;
            return;
        }
        let (line, column) = (self.line(at), self.column(at));
        let text = self.text_at(at);
        let problem = Problem {
            file: text.and_then(|text| text.file).map(Path::to_owned),
            line,
            column,
            key: key.into(),
            message: wrong.message,
            remedy: wrong.remedy,
            excerpt: text.and_then(|text| Excerpt::of(text.content, at - text.base)).map(Box::new),
        };
        self.told.push((at, problem));
    }

    /// Notes a problem that knows its place in this file.
    pub fn pass_on(&mut self, at: usize, file: &Path, problem: Problem) {
        self.told.push((at, Problem { file: Some(file.to_owned()), ..problem }));
    }

    /// The line of this byte, from 1, in its own text.
    pub fn line(&self, at: usize) -> usize {
        let Some(text) = self.text_at(at) else { return 1 };
        text.line_starts.partition_point(|start| *start <= at - text.base)
    }

    /// The line of this byte in words, with the file's name where who reads it looks at another.
    pub fn line_seen_from(&self, at: usize, here: usize) -> String {
        let (there, here) = (self.text_at(at), self.text_at(here));
        let base = |text: Option<&Text<'_>>| text.map(|text| text.base);
        let line = format!("line {}", self.line(at));
        match there.and_then(|text| text.file) {
            _ if base(there) == base(here) => line,
            Some(file) => format!("{line} of {}", file.display()),
            None => format!("{line} of the file that includes this one"),
        }
    }

    /// The column of this byte in characters, from 1.
    pub fn column(&self, at: usize) -> usize {
        let Some(text) = self.text_at(at) else { return 1 };
        let start = text.line_starts.get(self.line(at).saturating_sub(1)).copied().unwrap_or(0);
        let before = text.content.get(start..at - text.base).unwrap_or_default();
        1 + if before.len() > MAX_COUNTED_COLUMN { before.len() } else { before.chars().count() }
    }

    fn text_at(&self, at: usize) -> Option<&Text<'a>> {
        let behind = self.texts.partition_point(|text| text.base <= at);
        self.texts.get(behind.checked_sub(1)?)
    }

    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// All of them, in the order of the texts.
    pub fn in_order(mut self) -> Vec<Problem> {
        self.told.sort_by_key(|(at, problem)| (*at, problem.line, problem.column));
        let mut told: Vec<Problem> = self.told.into_iter().map(|(_, problem)| problem).collect();
        if self.untold > 0 {
            let message = format!("{} more problems are not told", self.untold);
            let remedy = "put the ones above right first".to_owned();
            let (file, line) = told.last().map_or((None, 1), |last| (last.file.clone(), last.line));
            told.push(Problem { file, line, column: 1, key: String::new(), message, remedy, excerpt: None });
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_by_its_own_file_and_line() {
        let mut problems = Problems::of("a = 1\nb = 2\n");
        let base = problems.add(Some(Path::new("conf.d/x.toml")), "c = 3\n\nd = 4");
        assert_eq!((problems.line(6), problems.column(8)), (2, 3));
        assert_eq!((problems.line(base), problems.line(base + 7), problems.column(base + 9)), (1, 3, 3));
        assert_eq!(problems.line_seen_from(0, 6), "line 1");
        assert_eq!(problems.line_seen_from(base + 7, 6), "line 3 of conf.d/x.toml");
        assert_eq!(problems.line_seen_from(base + 7, base), "line 3");
        assert_eq!(problems.line_seen_from(6, base), "line 2 of the file that includes this one");
        problems.tell(base + 7, "d", Wrong::new("is wrong", "mend it"));
        problems.tell(6, "b", Wrong::new("is wrong", "mend it"));
        let placed: Vec<String> =
            problems.in_order().iter().map(|problem| problem.placed(Path::new("feeds.toml"))).collect();
        assert_eq!(
            placed,
            ["feeds.toml:2:1: `b` is wrong: mend it", "conf.d/x.toml:3:1: `d` is wrong: mend it"]
        );
    }
}
