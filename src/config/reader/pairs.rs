//! Tables whose keys the admin chooses: names and a text for each. Knows neither what they name nor what is right.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Reader;
use crate::config::{
    problem::{Problems, Wrong},
    wording::shown,
};

/// A name, and what was made of it and its text.
pub(in crate::config) struct Pair<'a, T> {
    /// Where it stands.
    pub at: usize,
    /// As written.
    pub name: &'a str,
    pub value: T,
}

impl<'a> Reader<'a> {
    /// The names that this table holds, and where, in the order in which they are written.
    pub fn names(&self) -> Vec<(usize, &'a str)> {
        let written = self.table.map(|table| as_written(table, self.base)).unwrap_or_default();
        written.into_iter().map(|(at, name, _)| (at, name)).collect()
    }

    /// The names and texts in this key's table that `parse` finds right, in the order in which they are written.
    pub fn pairs<T>(
        &self,
        key: &str,
        most: usize,
        problems: &mut Problems<'_>,
        mut parse: impl FnMut(&'a str, &'a str) -> Result<T, Wrong>,
    ) -> Option<Vec<Pair<'a, T>>> {
        let found = self.get(key)?;
        let DeValue::Table(table) = found.value else {
            self.tell(key, self.wrong_type(key, found.value, "a table"), problems);
            return None;
        };
        if table.len() > most {
            let message = format!("holds {} lines, but may hold {most}", table.len());
            self.tell(key, Wrong::new(message, "take some out"), problems);
        }
        let mut right = Vec::new();
        for (at, name, value) in as_written(table, self.base).into_iter().take(most) {
            let parsed = match value {
                DeValue::String(text) => parse(name, text),
                DeValue::Table(_) => Err(self.unquoted(key)),
                other => Err(self.wrong_type(key, other, "text")),
            };
            match parsed {
                Ok(value) => right.push(Pair { at, name, value }),
                Err(wrong) => self.tell_pair(key, at, name, wrong, problems),
            }
        }
        Some(right)
    }

    /// Tells what is wrong with a line of this key's table.
    pub fn tell_pair(&self, key: &str, at: usize, name: &str, wrong: Wrong, problems: &mut Problems<'_>) {
        // Behind a colon or a space there may be a secret, on the wrong side of the equals sign.
        let name = match name.split_once([':', ' ']) {
            Some((first, _)) => format!("{}…", shown(first)),
            None => shown(name),
        };
        problems.tell(at, format!("{}.{name}", self.key(key)), wrong);
    }

    /// To TOML a dot in a bare key begins a table.
    fn unquoted(&self, key: &str) -> Wrong {
        let remedy = format!("put names with a dot in quotes: {}", self.example(key));
        Wrong::new("is a table, but must be text", remedy)
    }
}

fn as_written<'a>(table: &'a DeTable<'a>, base: usize) -> Vec<(usize, &'a str, &'a DeValue<'a>)> {
    let place = |name: &Spanned<_>| base + name.span().start;
    let mut written: Vec<_> =
        table.iter().map(|(name, value)| (place(name), &**name.get_ref(), value.get_ref())).collect();
    written.sort_by_key(|(at, ..)| *at);
    written
}
