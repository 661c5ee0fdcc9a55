//! Finds the date in what a page prints around it, and in an address. The date itself is read by the caller's reader.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use regex::Regex;
use scraper::ElementRef;
use url::Url;

use super::words;
use crate::{model::Timestamp, parse::reader::ReadDate};

/// How much of a text is searched for a date, in bytes.
const SEARCHED: usize = 1_000;

/// A pattern of ours, which the tests compile.
fn pattern(text: &str) -> Regex {
    #[expect(clippy::unwrap_used, reason = "a literal that the tests read")]
    Regex::new(text).unwrap()
}

/// A day with a time before or behind it, or alone, as Vietnamese pages print it.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let time = r"\d{1,2}\s?[:hg]\s?\d{2}(?:\s?[:p]\s?\d{2})?['’]?(?:\s?(?:AM|PM|SA|CH)\b)?";
    let day = r"(?:\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?(?:19|20)\d{2}|(?:19|20)\d{2}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}\s+tháng\s+\d{1,2}\s*,?\s+(?:năm\s+)?(?:19|20)\d{2})";
    let zone = r"(?:\s?\(?(?:GMT|UTC)\s?\+?\s?\d{1,2}(?::?\d{2})?\)?|\s?\+\d{2}:?\d{2}|Z\b)?";
    let gap = r"[\s,|·•()–-]*";
    pattern(&format!(
        r"(?i){time}{zone}{gap}(?:ngày\s+)?(?:(?:thứ\s+\S+|chủ nhật|T\d|CN){gap})?(?:ngày\s+)?{day}|{day}(?:T|{gap}(?:lúc|vào|hồi)?\s*){time}(?:\.\d+)?{zone}|{day}"
    ))
});

/// What is told from now, as `2 giờ trước` and `Hôm qua 14:05`.
static RELATIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:cách\s+đây\s+)?(?:\d{1,3}|một|vài)\s+(?:giây|phút|giờ|tiếng|ngày|tuần|tháng|năm)\s+trước|\d{1,3}\s+(?:sec|min|hour|day|week|month|year)[a-z]*\s+ago|(?:\d{1,2}[:hg]\d{2}\s*[,|·-]?\s*)?(?:hôm\s+(?:nay|qua|kia)|yesterday|today)(?:\s*[,|·-]?\s*(?:lúc\s+|at\s+)?\d{1,2}[:hg]\d{2})?",
    )
});

/// `20220607082731` or `20220607082731436`, alone among letters and marks.
static IN_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|\D)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])([0-5]\d)([0-5]\d)(?:\d{3})?(?:\D|$)",
    )
});

/// The date that an element tells: by `datetime=`, else by its text, else by its `title=`.
pub(super) fn of_element(
    element: ElementRef<'_>,
    format: Option<&str>,
    read: &ReadDate,
) -> Option<Timestamp> {
    let told = |name: &'static str| element.descendent_elements().filter_map(move |found| found.attr(name));
    let machine = told("datetime").chain(told("content")).find_map(|text| read(text));
    let shown = || within(&words::text(element, SEARCHED), format, read);
    machine.or_else(shown).or_else(|| told("title").find_map(|text| within(text, format, read)))
}

/// The date in a text, which may say more.
pub(super) fn within(text: &str, format: Option<&str>, read: &ReadDate) -> Option<Timestamp> {
    let text = text.get(..text.floor_char_boundary(SEARCHED)).unwrap_or_default().trim();
    if let Some(format) = format
        && let Some(instant) = formatted(text, format, read)
    {
        return Some(instant);
    }
    let absolute = || DATE.find_iter(text).find_map(|found| read(&spelt_out(found.as_str())));
    let relative = || RELATIVE.find_iter(text).find_map(|found| read(found.as_str()));
    read(text).or_else(absolute).or_else(relative)
}

/// What a text says beside the first date in it.
pub(super) fn without(text: &str) -> String {
    DATE.replace(text, "").trim().to_owned()
}

/// `17 tháng 1 năm 2012` as the reader of dates knows it.
fn spelt_out(text: &str) -> String {
    text.replace("tháng", "/")
        .replace("năm", "/")
        .replace("Tháng", "/")
        .replace(['’', '\''], "")
        .replace(" , ", " ")
}

/// By the admin's own format, from wherever in the text it fits.
fn formatted(text: &str, format: &str, read: &ReadDate) -> Option<Timestamp> {
    let starts = text.char_indices().map(|(at, _)| at).take(200);
    starts.filter_map(|at| text.get(at..)).find_map(|rest| {
        if let Ok((instant, _)) = DateTime::parse_and_remainder(rest, format) {
            return Some(instant.to_utc());
        }
        let naive = NaiveDateTime::parse_and_remainder(rest, format).map(|(naive, _)| naive);
        let naive = naive.or_else(|_| {
            NaiveDate::parse_and_remainder(rest, format).map(|(day, _)| day.and_time(chrono::NaiveTime::MIN))
        });
        // The reader knows the zone.
        read(&naive.ok()?.format("%Y-%m-%dT%H:%M:%S").to_string())
    })
}

/// The moment that an article's file is named by: `…/d20220607082731436.htm`. Days alone are not taken: they would put
/// news of this afternoon before those of this morning.
pub(super) fn in_address(link: &Url, read: &ReadDate) -> Option<Timestamp> {
    let file = link.path_segments()?.next_back()?;
    let found = IN_ADDRESS.captures(file)?;
    let part = |index: usize| found.get(index).map_or("", |part| part.as_str());
    read(&format!("{}-{}-{}T{}:{}:{}", part(1), part(2), part(3), part(4), part(5), part(6)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::FixedOffset;

    use super::*;

    /// As strict as the real one about what surrounds a date, and of fewer forms.
    fn reader() -> ReadDate {
        let zone = FixedOffset::east_opt(7 * 3600).unwrap();
        Arc::new(move |text: &str| {
            let forms = ["%Y-%m-%dT%H:%M:%S", "%d/%m/%Y | %H:%M:%S", "%H:%M %d/%m/%Y", "%d/%m/%Y %H:%M"];
            let naive = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
            let day = || NaiveDate::parse_from_str(text.trim(), "%d/%m/%Y").ok()?.and_hms_opt(0, 0, 0);
            naive.or_else(day)?.and_local_timezone(zone).single().map(|it| it.to_utc())
        })
    }

    fn shown(found: Option<Timestamp>) -> Option<String> {
        let zone = FixedOffset::east_opt(7 * 3600).unwrap();
        found.map(|it| it.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string())
    }

    #[test]
    fn a_date_is_found_among_other_words() {
        let table = [
            ("Ngày đăng: 17/01/2012 | 05:57:00 - Lượt xem: 12", None, Some("2012-01-17 05:57:00")),
            ("Đăng bởi Nguyễn An 05:57 17/01/2012 (12 bình luận)", None, Some("2012-01-17 05:57:00")),
            ("(17/01/2012)", None, Some("2012-01-17 00:00:00")),
            ("2 giờ trước", None, None),
            ("Số 12/2012/QĐ-UBND", None, None),
            ("Xem: 05g57p, 17.1.12 – 4", Some("%Hg%Mp, %d.%m.%y"), Some("2012-01-17 05:57:00")),
            ("17|01|2012", Some("%d|%m|%Y"), Some("2012-01-17 00:00:00")),
            ("17/01/2012 | 05:57:00", Some("%Q nonsense %"), Some("2012-01-17 05:57:00")),
        ];
        for (text, format, wanted) in table {
            assert_eq!(shown(within(text, format, &reader())).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn an_address_tells_a_moment_but_no_day() {
        let table = [
            ("https://a.vn/tin/d20220607082731436.htm", Some("2022-06-07 08:27:31")),
            ("https://a.vn/tin-20220607082731.html", Some("2022-06-07 08:27:31")),
            ("https://a.vn/2022/06/07/tin", None),
            ("https://a.vn/tin-20220607.htm", None),
            ("https://a.vn/120220607082731.htm", None),
            ("https://a.vn/20221307082731.htm", None),
            ("https://a.vn/?d=20220607082731", None),
        ];
        for (link, wanted) in table {
            assert_eq!(shown(in_address(&link.parse().unwrap(), &reader())).as_deref(), wanted, "{link}");
        }
    }
}
