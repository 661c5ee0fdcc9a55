//! Why there is no `Config`, as one text for people and as lines for logs. Knows no key.

use std::{
    fmt,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use super::Problem;

/// Why there is no `Config`. Its text has for each problem a line, and below it the line of the file with a caret; and a
/// last line that counts them.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read at all.
    #[error("{} cannot be read: {source}; {}", .path.display(), remedy(source))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file was read, and holds at least one problem.
    #[error("{}", Listing { path, problems })]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, in the order of its lines.
        problems: Vec<Problem>,
    },
}

impl ConfigError {
    /// What is wrong in lines of their own, without what stands in the file, and one that counts them: for logs.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Unreadable { .. } => vec![self.to_string()],
            Self::Invalid { path, problems } => {
                let told = problems.iter().map(|problem| problem.placed(path));
                told.chain([counted(problems)]).collect()
            }
        }
    }
}

fn remedy(source: &io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::NotFound => "--config names another, and `tintinh init` writes one to begin with",
        ErrorKind::PermissionDenied => "let the user that runs tintinh read it",
        ErrorKind::IsADirectory => "name the file itself by --config",
        ErrorKind::InvalidInput => {
            "write what comes from there into a file, since it is read again and again"
        }
        _ => "see whether its disk is well",
    }
}

fn counted(problems: &[Problem]) -> String {
    let count = problems.len();
    format!("{count} problem{}; nothing was changed", if count == 1 { "" } else { "s" })
}

struct Listing<'a> {
    path: &'a Path,
    problems: &'a [Problem],
}

impl fmt::Display for Listing<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in self.problems {
            writeln!(formatter, "{}", problem.placed(self.path))?;
            if let Some(excerpt) = &problem.excerpt {
                writeln!(formatter, "{}", excerpt.numbered(problem.line))?;
            }
        }
        formatter.write_str(&counted(self.problems))
    }
}
