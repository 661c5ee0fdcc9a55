//! Counts as small pictures: SVG in the page, in its colours, each with what it shows in words. Pure.

use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset, Offset as _, TimeZone as _, Timelike as _};

use super::moment::USUAL;
use crate::{
    http::language::Language,
    model::{Count, Timestamp},
};

/// The width of an hour, its bar and the gap beside it, in the picture's own unit.
const HOUR: usize = 16;
/// The height of the tallest bar of entries, and of the tallest of failures.
const ENTRIES: u32 = 72;
/// See [`ENTRIES`].
const FAILURES: u32 = 24;
/// A line of text in the picture.
const LINE: u32 = 28;
/// Every so many hours bear their name.
const NAMED: u32 = 6;

/// Where entries and failures part.
const AXIS: u32 = ENTRIES + 2;

/// Entries and failures by the hour, as a figure with its caption. The bars grow away from one line: entries upwards,
/// failures downwards, each to a scale of its own.
pub(super) fn hours(html: &mut String, hours: &[Count], language: Language) {
    let most = |of: fn(&Count) -> u32| hours.iter().map(of).max().unwrap_or_default();
    let most =
        Count { slot: 0, entries: most(|count| count.entries), failures: most(|count| count.failures) };
    let caption = caption(hours, most, language);
    let heading = language.pick("48 giờ qua", "The last 48 hours");
    let (width, height) = (hours.len() * HOUR, AXIS + 2 + FAILURES + LINE);
    // Writing to a String does not fail.
    let _ = write!(
        html,
        "<figure class=\"chart\"><figcaption>{heading}: {caption}</figcaption>\
         <svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\
         <path class=\"axis\" d=\"M0 {AXIS}.5H{width}\"/>",
        caption.replace("<b>", "").replace("</b>", "")
    );
    for (place, count) in hours.iter().enumerate() {
        let x = place * HOUR;
        bars(html, x, *count, most, language);
        let local = local(count.slot);
        let hour = local.hour();
        if hour.is_multiple_of(NAMED) {
            let form = if hour == 0 { language.pick("%d/%m", "%-d %b") } else { "%H:00" };
            let _ = write!(html, "<text x=\"{x}\" y=\"{}\">{}</text>", height - 7, local.format(form));
        }
    }
    html.push_str("</svg></figure>");
}

/// What the figure shows, in words and numbers.
fn caption(hours: &[Count], most: Count, language: Language) -> String {
    let sum = |of: fn(&Count) -> u32| hours.iter().map(|count| u64::from(of(count))).sum::<u64>();
    let number = |number| language.number(number);
    let (entries, failures) = (number(sum(|count| count.entries)), number(sum(|count| count.failures)));
    let (peak, worst) = (number(most.entries.into()), number(most.failures.into()));
    match language {
        Language::Vietnamese => format!(
            "<b>{entries}</b> bài mới theo giờ đăng, nhiều nhất {peak} một giờ; \
             <b>{failures}</b> lần thu thập hỏng, nhiều nhất {worst} một giờ"
        ),
        Language::English => format!(
            "<b>{entries}</b> new entries by the hour of their date, at most {peak} an hour; \
             <b>{failures}</b> failed polls, at most {worst} an hour"
        ),
    }
}

/// The bars of one hour, which tells its numbers where it is pointed at.
fn bars(html: &mut String, x: usize, count: Count, most: Count, language: Language) {
    let (inner, bar, below) = (x + 2, HOUR - 4, AXIS + 2);
    let whole = below + FAILURES;
    let _ = write!(
        html,
        "<g><title>{}</title><rect class=\"whole\" x=\"{x}\" width=\"{HOUR}\" height=\"{whole}\"/>",
        told(count, language)
    );
    let up = scaled(count.entries, most.entries, ENTRIES);
    let down = scaled(count.failures, most.failures, FAILURES);
    for (class, y, height) in [("entries", AXIS - up, up), ("failures", below, down)] {
        if height > 0 {
            let _ = write!(
                html,
                "<rect class=\"{class}\" x=\"{inner}\" y=\"{y}\" width=\"{bar}\" height=\"{height}\"/>"
            );
        }
    }
    html.push_str("</g>");
}

/// Entries by the day, as a picture in a line.
pub(super) fn days(html: &mut String, days: &[Count], language: Language) {
    const DAY: usize = 5;
    const HEIGHT: u32 = 18;
    let most = days.iter().map(|count| count.entries).max().unwrap_or_default();
    let numbers: Vec<String> = days.iter().map(|count| count.entries.to_string()).collect();
    let label = language.pick("bài mới mỗi ngày, hai tuần qua", "new entries a day in two weeks");
    let width = days.len() * DAY;
    // Writing to a String does not fail.
    let mut bars = String::new();
    for (place, count) in days.iter().enumerate().filter(|(_, count)| count.entries > 0) {
        let (x, bar, up) = (place * DAY, DAY - 1, scaled(count.entries, most, HEIGHT));
        let _ = write!(bars, "M{x} {HEIGHT}v-{up}h{bar}v{up}z");
    }
    let _ = write!(
        html,
        "<svg class=\"days\" viewBox=\"0 0 {width} {}\" role=\"img\"><title>{label}: {}</title>\
         <path class=\"none\" d=\"M0 {HEIGHT}h{width}v1h-{width}z\"/><path class=\"entries\" d=\"{bars}\"/></svg>",
        HEIGHT + 1,
        numbers.join(" ")
    );
}

/// What there is of the most is so much of `full`; of anything at least something is seen.
fn scaled(count: u32, most: u32, full: u32) -> u32 {
    let scaled = u64::from(count) * u64::from(full) / u64::from(most.max(1));
    u32::try_from(scaled).unwrap_or(full).max(2 * u32::from(count > 0))
}

fn told(count: Count, language: Language) -> String {
    let hour = local(count.slot).format(language.pick("%H:00 %d/%m", "%-d %b %H:00"));
    let Count { entries, failures, .. } = count;
    match language {
        Language::Vietnamese => format!("{hour}: {entries} bài mới, {failures} lần hỏng"),
        Language::English => format!("{hour}: {entries} new, {failures} failed"),
    }
}

/// The beginning of an hour, in Vietnam.
fn local(hour: u32) -> DateTime<FixedOffset> {
    let at = Timestamp::from_timestamp(i64::from(hour) * 3600, 0).unwrap_or_default();
    at.with_timezone(&USUAL.offset_from_utc_datetime(&at.naive_utc()).fix())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(numbers: &[(u32, u32)]) -> Vec<Count> {
        let count = |(slot, (entries, failures)): (u32, &(u32, u32))| Count {
            // The first is 22:00 of 24 November in Vietnam.
            slot: 498_759 + slot,
            entries: *entries,
            failures: *failures,
        };
        (0..).zip(numbers).map(count).collect()
    }

    #[test]
    fn a_bar_is_as_high_as_its_part_of_the_most_and_never_unseen() {
        let mut html = String::new();
        hours(&mut html, &counts(&[(1_000, 0), (500, 1), (1, 4)]), Language::English);
        for part in [
            "viewBox=\"0 0 48 128\" role=\"img\"",
            "aria-label=\"1,501 new entries by the hour of their date, at most 1,000 an hour; 5 failed polls, at most 4 an hour\"",
            "<title>24 Nov 22:00: 1000 new, 0 failed</title>",
            "<rect class=\"entries\" x=\"2\" y=\"2\" width=\"12\" height=\"72\"/>",
            "<rect class=\"entries\" x=\"18\" y=\"38\" width=\"12\" height=\"36\"/>",
            "<rect class=\"failures\" x=\"18\" y=\"76\" width=\"12\" height=\"6\"/>",
            "<rect class=\"entries\" x=\"34\" y=\"72\" width=\"12\" height=\"2\"/>",
            "<rect class=\"failures\" x=\"34\" y=\"76\" width=\"12\" height=\"24\"/>",
            "<text x=\"32\" y=\"121\">25 Nov</text>",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
        assert_eq!(html.matches("<text").count(), 1);
        roxmltree::Document::parse(&html).unwrap();
    }

    #[test]
    fn nothing_at_all_is_a_picture_too_and_the_greatest_numbers_are() {
        for numbers in [&[(0, 0); 3][..], &[], &[(u32::MAX, u32::MAX), (1, 1)]] {
            let mut html = String::from("<p>");
            hours(&mut html, &counts(numbers), Language::Vietnamese);
            days(&mut html, &counts(numbers), Language::Vietnamese);
            html.push_str("</p>");
            roxmltree::Document::parse(&html).unwrap();
        }
    }

    #[test]
    fn a_line_of_days_tells_its_numbers() {
        let mut html = String::new();
        days(&mut html, &counts(&[(4, 0), (0, 9), (2, 0)]), Language::Vietnamese);
        for part in
            ["<title>bài mới mỗi ngày, hai tuần qua: 4 0 2</title>", "d=\"M0 18v-18h4v18zM10 18v-9h4v9z\""]
        {
            assert!(html.contains(part), "{part} is not in {html}");
        }
    }
}
