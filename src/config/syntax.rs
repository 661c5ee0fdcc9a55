//! What is no TOML at all, in an admin's words. Knows no key.

use std::collections::HashSet;

use super::problem::{Problems, Wrong};

/// Tells of each error of syntax in the text that begins at `base`, one a line: what follows it on its line is mostly
/// its echo.
pub(super) fn tell_syntax(errors: &[toml::de::Error], base: usize, problems: &mut Problems<'_>) {
    let mut lines = HashSet::new();
    for error in errors {
        let at = base + error.span().map_or(0, |span| span.start);
        if lines.insert(problems.line(at)) {
            problems.tell(at, "", wording(error.message(), problems.column(at)));
        }
    }
}

fn wording(reason: &str, column: usize) -> Wrong {
    let message = if reason.starts_with("duplicate key") {
        "the same key or table stands here a second time".to_owned()
    } else {
        format!("this is not TOML at column {column} ({reason})")
    };
    let remedy = if reason.starts_with("duplicate key") {
        "keep one of the two; each feed needs a [[feeds]] line of its own"
    } else if reason.contains("string") {
        "put text in double quotes, closed on the same line"
    } else if reason.contains("recursion") {
        "take levels out"
    } else {
        "write each key as key = value, text in double quotes, and tables as [name]"
    };
    Wrong::new(message, remedy)
}
