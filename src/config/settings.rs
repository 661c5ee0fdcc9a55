//! What `[defaults]`, each host and each source may say: pace, limits, time zone, access, filters. Knows no source.

use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc, time::Duration};

use chrono_tz::{TZ_VARIANTS, Tz};

use super::{
    access,
    files::Files,
    filters,
    problem::{Problems, Wrong},
    quantity::write_duration,
    reader::Reader,
    rewrites,
    wording::{echo, nearest},
};
use crate::model::{Access, Limits, Pace, Republishing};

/// The largest body that an admin may allow, in bytes: beyond it the parser's memory is no longer bounded well.
pub const MAX_BODY: u64 = 10 << 20;

/// What a request may take where `feeds.toml` says nothing.
pub const STANDARD_LIMITS: Limits = Limits {
    max_body: MAX_BODY,
    connect_timeout: Duration::from_secs(15),
    idle_timeout: Duration::from_secs(20),
    total_timeout: Duration::from_mins(1),
};

const DAY: Duration = Duration::from_hours(24);
const INTERVALS: RangeInclusive<Duration> = Duration::from_secs(1)..=DAY;
const HOST_DELAYS: RangeInclusive<Duration> = Duration::ZERO..=DAY;
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_mins(10);
const BODIES: RangeInclusive<u64> = 1024..=MAX_BODY;

/// The settings in force where nothing more is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    pub timezone: Tz,
    pub pace: Pace,
    pub limits: Limits,
    pub access: Access,
    pub rewrite_host: Arc<BTreeMap<String, String>>,
    pub republishing: Republishing,
    pub full_text: bool,
}

impl Settings {
    /// What holds where the file says nothing.
    pub fn standard() -> Self {
        Self {
            timezone: Tz::Asia__Ho_Chi_Minh,
            pace: Pace {
                interval: None,
                min_interval: Duration::from_mins(15),
                max_interval: DAY,
                host_delay: Duration::from_secs(2),
            },
            limits: STANDARD_LIMITS,
            access: Access::default(),
            rewrite_host: Arc::default(),
            republishing: Republishing::default(),
            full_text: false,
        }
    }

    /// These settings with what this table says put over them.
    pub fn overlaid(&self, table: &Reader<'_>, files: &mut Files<'_>, problems: &mut Problems<'_>) -> Self {
        Self {
            timezone: table.text("timezone", problems, read_timezone).unwrap_or(self.timezone),
            pace: overlaid_pace(self.pace, table, problems),
            limits: overlaid_limits(self.limits, table, problems),
            access: access::overlaid(&self.access, table, files, problems),
            rewrite_host: rewrites::overlaid(&self.rewrite_host, table, problems),
            republishing: filters::overlaid(&self.republishing, table, problems),
            full_text: table.flag("full_text", problems).unwrap_or(self.full_text),
        }
    }
}

fn overlaid_limits(inherited: Limits, table: &Reader<'_>, problems: &mut Problems<'_>) -> Limits {
    let connect = table.duration("connect_timeout", TIMEOUTS, problems);
    let idle = table.duration("idle_timeout", TIMEOUTS, problems);
    let total = table.duration("total_timeout", TIMEOUTS, problems);
    refuse_crossed(table, ("connect_timeout", connect), ("total_timeout", total), write_duration, problems);
    refuse_crossed(table, ("idle_timeout", idle), ("total_timeout", total), write_duration, problems);
    let (connect_timeout, total_for_connect) =
        reconciled((connect, total), (inherited.connect_timeout, inherited.total_timeout));
    let (idle_timeout, total_timeout) =
        reconciled((idle, total), (inherited.idle_timeout, total_for_connect));
    let max_body = table.size("max_body", BODIES, problems).unwrap_or(inherited.max_body);
    Limits { max_body, connect_timeout, idle_timeout, total_timeout }
}

fn overlaid_pace(inherited: Pace, table: &Reader<'_>, problems: &mut Problems<'_>) -> Pace {
    let interval = table.duration("interval", INTERVALS, problems).or(inherited.interval);
    let min = table.duration("min_interval", INTERVALS, problems);
    let max = table.duration("max_interval", INTERVALS, problems);
    refuse_crossed(table, ("min_interval", min), ("max_interval", max), write_duration, problems);
    let (min_interval, max_interval) =
        reconciled((min, max), (inherited.min_interval, inherited.max_interval));
    let host_delay = table.duration("host_delay", HOST_DELAYS, problems).unwrap_or(inherited.host_delay);
    Pace { interval, min_interval, max_interval, host_delay }
}

/// Tells of two keys of one table of which the lesser is written greater.
pub(super) fn refuse_crossed<T: PartialOrd + Copy, W: ToString>(
    table: &Reader<'_>,
    (lesser, low): (&str, Option<T>),
    (greater, high): (&str, Option<T>),
    write: impl Fn(T) -> W,
    problems: &mut Problems<'_>,
) {
    if let (Some(low), Some(high)) = (low, high)
        && low > high
    {
        let (low, high) = (write(low).to_string(), write(high).to_string());
        let line = table.get(greater).map_or(0, |found| problems.line(found.at));
        let message = format!("is {low}, more than `{greater}` ({high}, line {line})");
        table.tell(lesser, Wrong::new(message, "lower the one or raise the other"), problems);
    }
}

/// A pair of bounds as written over an inherited one. What is inherited yields to what is written, so that an admin who
/// writes only a low `total_timeout` need not know what the other timeouts come as.
pub(super) fn reconciled<T: Ord + Copy>(
    (low, high): (Option<T>, Option<T>),
    (inherited_low, inherited_high): (T, T),
) -> (T, T) {
    match (low, high) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low, inherited_high.max(low)),
        (None, Some(high)) => (inherited_low.min(high), high),
        (None, None) => (inherited_low, inherited_high),
    }
}

fn read_timezone(text: &str) -> Result<Tz, Wrong> {
    text.parse().map_err(|_| {
        let offset = text.to_uppercase().replace("UTC", "").replace("GMT", "");
        let vietnamese = matches!(offset.trim(), "+7" | "+07" | "+07:00" | "+0700" | "ICT" | "VN" | "SAIGON");
        let last_part = |name: &'static str| name.rsplit('/').next().unwrap_or(name);
        let written = text.replace(' ', "_");
        let city = || nearest(&written, TZ_VARIANTS.iter().map(|zone| last_part(zone.name())));
        let meant = if vietnamese || written.eq_ignore_ascii_case("hanoi") {
            Some(Tz::Asia__Ho_Chi_Minh.name())
        } else {
            nearest(&written, TZ_VARIANTS.iter().map(|zone| zone.name())).or_else(|| {
                let city = city()?;
                TZ_VARIANTS.iter().map(|zone| zone.name()).find(|name| last_part(name) == city)
            })
        };
        let remedy = match meant {
            Some(zone) => format!("did you mean `{zone}`?"),
            None => "write a zone's name, as \"Asia/Ho_Chi_Minh\"".to_owned(),
        };
        Wrong::new(format!("is {}, which is no time zone", echo(text)), remedy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inherited_yields_to_what_is_written() {
        assert_eq!(reconciled((None, None), (15, 60)), (15, 60));
        assert_eq!(reconciled((None, Some(5)), (15, 60)), (5, 5));
        assert_eq!(reconciled((Some(90), None), (15, 60)), (90, 90));
        assert_eq!(reconciled((Some(1), Some(2)), (15, 60)), (1, 2));
    }

    #[test]
    fn a_wrong_time_zone_gets_the_meant_one() {
        let cases = [
            ("Asia/HoChiMinh", "did you mean `Asia/Ho_Chi_Minh`?"),
            ("asia/ho_chi_minh", "did you mean `Asia/Ho_Chi_Minh`?"),
            ("GMT+7", "did you mean `Asia/Ho_Chi_Minh`?"),
            ("+07:00", "did you mean `Asia/Ho_Chi_Minh`?"),
            ("Hanoi", "did you mean `Asia/Ho_Chi_Minh`?"),
            ("Ho Chi Minh", "did you mean `Asia/Ho_Chi_Minh`?"),
            ("Bangkok", "did you mean `Asia/Bangkok`?"),
            ("somewhere else entirely", "write a zone's name, as \"Asia/Ho_Chi_Minh\""),
        ];
        for (written, remedy) in cases {
            assert_eq!(
                read_timezone(written).map_err(|wrong| wrong.remedy),
                Err(remedy.to_owned()),
                "{written}"
            );
        }
        assert_eq!(read_timezone("Asia/Saigon").map(Tz::name), Ok("Asia/Saigon"));
    }
}
