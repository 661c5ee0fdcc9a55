//! Amounts as people read them. Pure.

use crate::http::language::Language;

/// A time in milliseconds: `250 ms`, `1.2 s`, `31 s`.
pub(super) fn duration(language: Language, milliseconds: u32) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..10_000 => format!("{} s", tenths(language, u64::from(milliseconds) / 100)),
        _ => format!("{} s", language.number(u64::from(milliseconds) / 1_000)),
    }
}

/// A size in bytes: `812 B`, `1.2 kB`, `31 MB`.
pub(super) fn size(language: Language, bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let (mut rest, mut unit) = (bytes, "B");
    for larger in UNITS {
        if unit != "B" && rest < 1_000_000 {
            break;
        }
        rest = if unit == "B" { rest } else { rest / 1_000 };
        unit = larger;
    }
    // What is left is in thousandths of the unit.
    if rest < 10_000 {
        format!("{} {unit}", tenths(language, rest / 100))
    } else {
        format!("{} {unit}", language.number(rest / 1_000))
    }
}

fn tenths(language: Language, tenths: u64) -> String {
    format!("{}{}{}", tenths / 10, language.pick(",", "."), tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_told_in_the_unit_that_suits_it() {
        let table = [
            (0, "0 B", "0 B"),
            (999, "999 B", "999 B"),
            (1_000, "1,0 kB", "1.0 kB"),
            (9_999, "9,9 kB", "9.9 kB"),
            (10_000, "10 kB", "10 kB"),
            (999_999, "999 kB", "999 kB"),
            (1_000_000, "1,0 MB", "1.0 MB"),
            (31_400_000, "31 MB", "31 MB"),
            (2_500_000_000, "2,5 GB", "2.5 GB"),
            (7_000_000_000_000, "7,0 TB", "7.0 TB"),
            (7_000_000_000_000_000, "7.000 TB", "7,000 TB"),
        ];
        for (bytes, vietnamese, english) in table {
            assert_eq!(size(Language::Vietnamese, bytes), vietnamese, "{bytes}");
            assert_eq!(size(Language::English, bytes), english, "{bytes}");
        }
        let table = [
            (0, "0 ms", "0 ms"),
            (999, "999 ms", "999 ms"),
            (1_250, "1,2 s", "1.2 s"),
            (31_999, "31 s", "31 s"),
            (4_000_000, "4.000 s", "4,000 s"),
        ];
        for (milliseconds, vietnamese, english) in table {
            assert_eq!(duration(Language::Vietnamese, milliseconds), vietnamese, "{milliseconds}");
            assert_eq!(duration(Language::English, milliseconds), english, "{milliseconds}");
        }
    }
}
