//! Takes typed values out of a parsed TOML table and tells what is wrong with each, at its place. Knows which keys a
//! table may hold from its `Shape`; knows nothing of what they are for.

mod numbers;
mod pairs;
mod unknown;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    problem::{Problems, Wrong},
    shape::{Key, Shape},
};

pub(super) use self::pairs::Pair;

/// One table of the file, or the absence of it.
pub(super) struct Reader<'a> {
    table: Option<&'a DeTable<'a>>,
    /// Where the text begins that it stands in.
    base: usize,
    at: usize,
    path: String,
    shape: &'static Shape,
}

/// A value, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    /// Where the text begins that it stands in.
    pub base: usize,
    pub at: usize,
    pub value: &'a DeValue<'a>,
}

impl<'a> Found<'a> {
    /// A value that stands within this one.
    pub fn within(&self, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self { base: self.base, at: self.base + value.span().start, value: value.get_ref() }
    }
}

impl<'a> Reader<'a> {
    /// Reads this whole text, which begins at `base`, as a table of this shape.
    pub fn root(table: &'a DeTable<'a>, base: usize, shape: &'static Shape) -> Self {
        Self { table: Some(table), base, at: base, path: String::new(), shape }
    }

    /// Reads this table, which was found so, as one of this shape.
    pub fn new(table: &'a DeTable<'a>, found: Found<'a>, path: String, shape: &'static Shape) -> Self {
        Self { table: Some(table), base: found.base, at: found.at, path, shape }
    }

    /// The table that stands under this key; an empty one where there is none, or none that can be read.
    pub fn section(&self, shape: &'static Shape, problems: &mut Problems<'_>) -> Self {
        let absent =
            || Self { table: None, base: self.base, at: self.base, path: shape.key.to_owned(), shape };
        self.inner(shape.key, shape.key.to_owned(), shape, problems).unwrap_or_else(absent)
    }

    /// The table that stands under this name and that messages know by this path, if one can be read there.
    pub fn inner(
        &self,
        name: &str,
        path: String,
        shape: &'static Shape,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let found = self.get(name)?;
        if let DeValue::Table(table) = found.value {
            return Some(Self::new(table, found, path, shape));
        }
        let several = found.value.as_array().and_then(|list| Some((list.first()?, list.iter())));
        if let Some((first, mut all)) = several
            && let (DeValue::Table(table), true) = (first.get_ref(), all.all(|one| one.get_ref().is_table()))
        {
            let wrong = Wrong::new("is written as a list of tables", format!("write {}, once", shape.header));
            problems.tell(found.at, &path, wrong);
            return Some(Self::new(table, found.within(first), path, shape));
        }
        let message = format!("is {}, but must be a table", type_name(found.value));
        let remedy = format!("write {} on a line of its own, and its keys below", shape.header);
        problems.tell(found.at, path, Wrong::new(message, remedy));
        None
    }

    /// The table within this one that stands under the key of this shape, if one can be read there.
    pub fn nested(&self, shape: &'static Shape, problems: &mut Problems<'_>) -> Option<Self> {
        let found = self.get(shape.key)?;
        let DeValue::Table(table) = found.value else {
            self.tell(shape.key, self.wrong_type(shape.key, found.value, "a table"), problems);
            return None;
        };
        Some(Self::new(table, found, self.key(shape.key), shape))
    }

    /// The value of this key, whatever it is.
    pub fn get(&self, name: &str) -> Option<Found<'a>> {
        let value = self.table?.get(name)?;
        Some(Found { base: self.base, at: self.base + value.span().start, value: value.get_ref() })
    }

    /// The whole key, as messages name it.
    pub fn key(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Whether a table of this kind may hold this key.
    pub fn may_hold(&self, name: &str) -> bool {
        self.shape.holds(name)
    }

    /// Tells what is wrong with the value of this key.
    pub fn tell(&self, name: &str, wrong: Wrong, problems: &mut Problems<'_>) {
        problems.tell(self.get(name).map_or(self.at, |found| found.at), self.key(name), wrong);
    }

    /// The text of this key, once `parse` has found it right.
    pub fn text<T>(
        &self,
        name: &str,
        problems: &mut Problems<'_>,
        parse: impl FnOnce(&'a str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let found = self.get(name)?;
        let parsed = match found.value.as_str() {
            Some(text) => parse(text),
            None => Err(self.wrong_type(name, found.value, "text")),
        };
        parsed.map_err(|wrong| self.tell(name, wrong, problems)).ok()
    }

    /// The text of a key that must be there.
    pub fn required<T>(
        &self,
        name: &str,
        problems: &mut Problems<'_>,
        parse: impl FnOnce(&'a str) -> Result<T, Wrong>,
    ) -> Option<T> {
        if self.get(name).is_none() {
            problems.tell(self.at, self.key(name), Wrong::new("is missing", self.example(name)));
        }
        self.text(name, problems, parse)
    }

    /// The truth of this key.
    pub fn flag(&self, name: &str, problems: &mut Problems<'_>) -> Option<bool> {
        let found = self.get(name)?;
        let flag = found.value.as_bool();
        if flag.is_none() {
            self.tell(name, self.wrong_type(name, found.value, "true or false"), problems);
        }
        flag
    }

    /// The texts of this key's list that `parse` finds right.
    pub fn list<T>(
        &self,
        name: &str,
        longest: usize,
        problems: &mut Problems<'_>,
        parse: impl Fn(&'a str) -> Result<T, Wrong>,
    ) -> Option<Vec<T>> {
        let found = self.get(name)?;
        let DeValue::Array(values) = found.value else {
            self.tell(name, self.wrong_type(name, found.value, "a list"), problems);
            return None;
        };
        if values.len() > longest {
            let message = format!("holds {} values, but may hold {longest}", values.len());
            self.tell(name, Wrong::new(message, "take some out"), problems);
        }
        let mut right = Vec::new();
        for (index, value) in values.iter().take(longest).enumerate() {
            let parsed = match value.get_ref().as_str() {
                Some(text) => parse(text),
                None => Err(self.wrong_type(name, value.get_ref(), "text")),
            };
            match parsed {
                Ok(parsed) => right.push(parsed),
                Err(wrong) => {
                    problems.tell(found.within(value).at, format!("{}[{index}]", self.key(name)), wrong);
                }
            }
        }
        Some(right)
    }

    fn example(&self, name: &str) -> String {
        match self.shape.keys.iter().find(|key| key.name == name) {
            Some(Key { name, example }) => format!("write it like {name} = {example}"),
            None => "look at the commented head of the shipped feeds.toml".to_owned(),
        }
    }

    fn wrong_type(&self, name: &str, value: &DeValue<'_>, wanted: &str) -> Wrong {
        Wrong::new(format!("is {}, but must be {wanted}", type_name(value)), self.example(name))
    }
}

/// What a value is, in words.
pub(super) fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
