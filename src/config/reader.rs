//! Takes typed values out of a parsed TOML table and tells what is wrong with each, at its place. Knows which keys a
//! table may hold from its `Shape`; knows nothing of what they are for.

mod pairs;

use std::{ops::RangeInclusive, time::Duration};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    problem::{Problems, Wrong},
    quantity::{read_duration, read_size, write_duration, write_size},
    shape::{INCLUDED, Key, ROOT, Shape, others_with, why_each},
    wording::{echo, listed, nearest, shown},
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

    /// The duration of this key.
    pub fn duration(
        &self,
        name: &str,
        bounds: RangeInclusive<Duration>,
        problems: &mut Problems<'_>,
    ) -> Option<Duration> {
        if let Some(number) = self.get(name).and_then(|found| found.value.as_integer()) {
            let message = format!("is {}, without a unit", shown(&number.to_string()));
            self.tell(name, Wrong::new(message, self.example(name)), problems);
            return None;
        }
        self.text(name, problems, |text| within(read_duration(text)?, &echo(text), &bounds, write_duration))
    }

    /// The size of this key in bytes, written as text with a unit or as a bare number.
    pub fn size(&self, name: &str, bounds: RangeInclusive<u64>, problems: &mut Problems<'_>) -> Option<u64> {
        let Some((bytes, written)) = self.get(name).and_then(|found| whole_number(found.value)) else {
            return self
                .text(name, problems, |text| within(read_size(text)?, &echo(text), &bounds, write_size));
        };
        within(bytes, &written, &bounds, write_size).map_err(|wrong| self.tell(name, wrong, problems)).ok()
    }

    /// The whole number of this key.
    pub fn count(
        &self,
        name: &str,
        bounds: RangeInclusive<usize>,
        problems: &mut Problems<'_>,
    ) -> Option<usize> {
        let found = self.get(name)?;
        let counted = match whole_number(found.value) {
            Some((number, written)) => {
                let count = usize::try_from(number).unwrap_or(usize::MAX);
                within(count, &written, &bounds, |count| count.to_string())
            }
            None => Err(self.wrong_type(name, found.value, "a whole number")),
        };
        counted.map_err(|wrong| self.tell(name, wrong, problems)).ok()
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

    /// Tells of every key that this table may not hold.
    pub fn refuse_unknown(&self, problems: &mut Problems<'_>) {
        for (key, _) in self.table.into_iter().flatten() {
            let name: &str = key.get_ref();
            if !self.may_hold(name) {
                let wrong = Wrong::new("is not known", self.instead_of(name));
                problems.tell(self.base + key.span().start, self.key(&shown(name)), wrong);
            }
        }
    }

    /// Whether this is an included file, and the key one of the file that includes it.
    fn may_stand_above(&self, name: &str) -> bool {
        std::ptr::eq(self.shape, &raw const INCLUDED) && ROOT.holds(name)
    }

    fn instead_of(&self, unknown: &str) -> String {
        let names: Vec<&str> = self.shape.keys.iter().map(|key| key.name).collect();
        let many = format!("{unknown}s");
        if self.may_hold(&many) {
            return format!("did you mean `{many}`?");
        }
        if self.may_stand_above(unknown) {
            return format!("write it in the file that includes this one; here may stand {}", listed(&names));
        }
        let others = others_with(unknown, self.shape);
        if !others.is_empty() {
            let why = why_each(unknown).map(|why| format!(", {why}")).unwrap_or_default();
            return format!("it belongs to {}{why}", others.join(" or "));
        }
        match nearest(unknown, names.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("take it out; {} holds {}", self.shape.header, listed(&names)),
        }
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

/// Refuses what lies outside the bounds.
fn within<T: PartialOrd + Copy>(
    value: T,
    written: &str,
    bounds: &RangeInclusive<T>,
    write: impl Fn(T) -> String,
) -> Result<T, Wrong> {
    if bounds.contains(&value) {
        return Ok(value);
    }
    let (least, most) = (write(*bounds.start()), write(*bounds.end()));
    Err(Wrong::new(
        format!("is {written}, out of its bounds"),
        format!("write something from {least} to {most}"),
    ))
}

/// A whole number, and how it is written. What is negative or too large becomes what no bounds hold.
fn whole_number(value: &DeValue<'_>) -> Option<(u64, String)> {
    let number = value.as_integer()?;
    let held = u64::from_str_radix(number.as_str(), number.radix()).unwrap_or(u64::MAX);
    Some((held, shown(&number.to_string())))
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
