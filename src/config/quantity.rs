//! Durations and sizes as people write them: "1h30m", "10MiB". Knows neither keys nor their bounds.

use std::time::Duration;

use super::{problem::Wrong, wording::echo};

/// Units of time by their length in milliseconds, the longest first.
const TIME_UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

const SIZE_UNITS: [(&str, u64); 8] = [
    ("", 1),
    ("B", 1),
    ("kB", 1000),
    ("KB", 1000),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Reads "30m", "1h30m", "7d", "500ms"; units in falling order, each at most once. What no number can hold becomes
/// the longest duration, for the caller's bounds to refuse.
pub(super) fn read_duration(text: &str) -> Result<Duration, Wrong> {
    strict_duration(text).ok_or_else(|| {
        let remedy = match meant_duration(text) {
            Some(meant) => format!("write it as \"{}\"", write_duration(meant)),
            None if text.trim().parse::<u64>().is_ok() => {
                format!("say which unit: \"{0}s\", \"{0}m\" or \"{0}h\"", text.trim())
            }
            None => "write numbers with the units d, h, m, s or ms, as \"30m\" or \"1h30m\"".to_owned(),
        };
        Wrong::new(format!("is {}, which is no duration", echo(text)), remedy)
    })
}

fn strict_duration(text: &str) -> Option<Duration> {
    let mut units = TIME_UNITS.iter();
    let mut rest = text;
    let mut milliseconds = 0_u64;
    while !rest.is_empty() {
        let (number, after) = split_number(rest)?;
        let unit_end = after.find(|next: char| next.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let (_, length) = units.find(|(name, _)| *name == unit)?;
        milliseconds = milliseconds.saturating_add(number.saturating_mul(*length));
        rest = after;
    }
    (!text.is_empty()).then(|| Duration::from_millis(milliseconds))
}

/// The leading digits as a number (the largest there is where they say more), and what follows them.
fn split_number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (!digits.is_empty()).then(|| (digits.parse().unwrap_or(u64::MAX), rest))
}

/// What "30 minutes", "1.5h" or "2 giờ" mean.
fn meant_duration(text: &str) -> Option<Duration> {
    let text = text.trim().to_lowercase();
    let end = text.find(|next: char| !(next.is_ascii_digit() || next == '.')).filter(|end| *end > 0)?;
    let (number, unit) = text.split_at(end);
    let seconds = match unit.trim() {
        "ms" | "msec" | "millisecond" | "milliseconds" => 0.001,
        "s" | "sec" | "secs" | "second" | "seconds" | "giây" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" | "phút" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" | "giờ" | "tiếng" => 3600.0,
        "d" | "day" | "days" | "ngày" => 86_400.0,
        "w" | "week" | "weeks" | "tuần" => 604_800.0,
        _ => return None,
    };
    let exact = number.parse::<f64>().ok()? * seconds;
    let meant = Duration::try_from_secs_f64((exact * 1000.0).round() / 1000.0).ok()?;
    (!meant.is_zero()).then_some(meant)
}

/// Writes a duration as `read_duration` reads it: "1h30m". What is shorter than a millisecond is left out.
pub(super) fn write_duration(duration: Duration) -> String {
    let mut left = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, length) in TIME_UNITS {
        // Whole days read worse than hours up to two of them: the house speaks of 24h and 48h.
        if unit == "d" && left <= 2 * length {
            continue;
        }
        let count = left / length;
        left %= length;
        if count > 0 {
            text.extend([count.to_string().as_str(), unit]);
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Reads "10MiB", "512KiB", "1MB" or a bare number of bytes. What no number can hold becomes the largest there is.
pub(super) fn read_size(text: &str) -> Result<u64, Wrong> {
    let found = split_number(text).and_then(|(number, unit)| {
        let (_, bytes) = SIZE_UNITS.iter().find(|(name, _)| *name == unit)?;
        Some(number.saturating_mul(*bytes))
    });
    found.ok_or_else(|| {
        let remedy = match meant_size(text) {
            Some(meant) => format!("write it as \"{meant}\""),
            None => "write a number with the unit KiB, MiB, KB or MB, as \"5MiB\"".to_owned(),
        };
        Wrong::new(format!("is {}, which is no size", echo(text)), remedy)
    })
}

fn meant_size(text: &str) -> Option<String> {
    let (number, unit) = split_number(text.trim())?;
    let unit = match unit.trim().to_lowercase().as_str() {
        "k" | "kib" => "KiB",
        "m" | "mib" | "mebibytes" => "MiB",
        "kb" | "kilobytes" => "KB",
        "mb" | "megabytes" => "MB",
        "g" | "gb" | "gib" => "GiB",
        "b" | "byte" | "bytes" => "B",
        _ => return None,
    };
    Some(format!("{number}{unit}"))
}

/// Writes a size as `read_size` reads it, in the largest binary unit that holds it whole.
pub(super) fn write_size(bytes: u64) -> String {
    match bytes {
        whole if whole > 0 && whole.is_multiple_of(1 << 20) => format!("{}MiB", whole >> 20),
        whole if whole > 0 && whole.is_multiple_of(1 << 10) => format!("{}KiB", whole >> 10),
        odd => format!("{odd}B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_milliseconds() {
        let cases = [
            ("30m", 1_800_000),
            ("1h30m", 5_400_000),
            ("48h", 172_800_000),
            ("7d", 604_800_000),
            ("500ms", 500),
            ("1m1ms", 60_001),
            ("0s", 0),
            ("99999999999999999999d", u64::MAX),
        ];
        for (text, milliseconds) in cases {
            assert_eq!(read_duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_gets_the_nearest_remedy() {
        let cases = [
            ("30 minutes", "write it as \"30m\""),
            ("1.5h", "write it as \"1h30m\""),
            ("2 giờ", "write it as \"2h\""),
            ("1w", "write it as \"7d\""),
            ("30", "say which unit: \"30s\", \"30m\" or \"30h\""),
            ("30m1h", "write numbers with the units d, h, m, s or ms, as \"30m\" or \"1h30m\""),
            ("", "write numbers with the units d, h, m, s or ms, as \"30m\" or \"1h30m\""),
            ("-5m", "write numbers with the units d, h, m, s or ms, as \"30m\" or \"1h30m\""),
            ("1e999d", "write numbers with the units d, h, m, s or ms, as \"30m\" or \"1h30m\""),
        ];
        for (text, remedy) in cases {
            assert_eq!(read_duration(text).map_err(|wrong| wrong.remedy), Err(remedy.to_owned()), "{text}");
        }
    }

    #[test]
    fn durations_are_written_as_they_are_read() {
        for text in ["0s", "500ms", "15m", "1h30m", "24h", "48h", "3d12h", "10m"] {
            assert_eq!(read_duration(text).map(write_duration).as_deref(), Ok(text));
        }
    }

    #[test]
    fn sizes_are_read_in_bytes() {
        let cases =
            [("1000", 1000), ("1000B", 1000), ("512KiB", 524_288), ("1MB", 1_000_000), ("10MiB", 10_485_760)];
        for (text, bytes) in cases {
            assert_eq!(read_size(text), Ok(bytes), "{text}");
        }
        let refused = |text| read_size(text).map_err(|wrong| wrong.remedy);
        assert_eq!(refused("10 mb"), Err("write it as \"10MB\"".to_owned()));
        let how = "write a number with the unit KiB, MiB, KB or MB, as \"5MiB\"";
        assert_eq!(refused("big"), Err(how.to_owned()));
        assert_eq!(
            (write_size(1 << 20), write_size(1536), write_size(10)),
            ("1MiB".into(), "1536B".into(), "10B".into())
        );
    }
}
