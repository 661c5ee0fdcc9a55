//! Values that have bounds: durations, sizes and counts. Knows not which bounds are right.

use std::{ops::RangeInclusive, time::Duration};

use toml::de::DeValue;

use super::Reader;
use crate::config::{
    problem::{Problems, Wrong},
    quantity::{read_duration, read_size, write_duration, write_size},
    wording::{echo, shown},
};

impl Reader<'_> {
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
