//! `[feeds.page]`: where news stands in a page. Asks no page whether it does.

use std::sync::Arc;

use chrono::{
    DateTime, NaiveDate, NaiveDateTime, Utc,
    format::{Item, StrftimeItems},
};

use super::{
    problem::{Problems, Wrong},
    reader::Reader,
    shape,
    wording::echo,
};
use crate::{model::PageRules, parse::selector_fault};

/// Longer formats are none, in bytes.
const FORMAT_MAX: usize = 100;

/// The page table of a source, if it has one.
pub(super) fn read_page(feed: &Reader<'_>, problems: &mut Problems<'_>) -> Option<Arc<PageRules>> {
    let table = feed.inner("page", feed.key("page"), &shape::PAGE, problems)?;
    table.refuse_unknown(problems);
    let mut selector = |key: &str| table.text(key, problems, read_selector);
    let (item, title, link) = (selector("item"), selector("title"), selector("link"));
    let (date, summary, image, next) =
        (selector("date"), selector("summary"), selector("image"), selector("next"));
    let date_format = table.text("date_format", problems, read_format);
    let pages = table.count("pages", 1..=PageRules::PAGES_MAX, problems);
    refuse_useless(&table, problems);
    let pages = pages.unwrap_or(PageRules::PAGES);
    Some(Arc::new(PageRules { item, title, link, date, date_format, summary, image, next, pages }))
}

/// Tells of keys that say nothing without another.
fn refuse_useless(table: &Reader<'_>, problems: &mut Problems<'_>) {
    let has = |key: &str| table.get(key).is_some();
    let needed = [
        ("title", "item"),
        ("link", "item"),
        ("date", "item"),
        ("summary", "item"),
        ("image", "item"),
        ("date_format", "date"),
        ("pages", "next"),
    ];
    for (key, other) in needed {
        if has(key) && !has(other) {
            let remedy = format!("write {other} too, or take this out");
            table.tell(key, Wrong::new(format!("says nothing without `{other}`"), remedy), problems);
        }
    }
}

pub(super) fn read_selector(text: &str) -> Result<String, Wrong> {
    selector_fault(text).map_or_else(
        || Ok(text.to_owned()),
        |fault| {
            let message = format!(
                "is {}, a selector that {}, at character {}",
                echo(text),
                fault.message,
                fault.position
            );
            Err(Wrong::new(message, fault.remedy))
        },
    )
}

/// A format in which a day can be written and read again.
fn read_format(text: &str) -> Result<String, Wrong> {
    let wrong = |message: String| {
        let remedy = "write it in the signs of strftime, as \"%d/%m/%Y | %H:%M\", or leave it out";
        Wrong::new(message, remedy)
    };
    if text.len() > FORMAT_MAX || StrftimeItems::new(text).any(|item| matches!(item, Item::Error)) {
        return Err(wrong(format!("is {}, which is no format of dates", echo(text))));
    }
    let written = DateTime::<Utc>::UNIX_EPOCH.format(text).to_string();
    let tells_a_day = DateTime::parse_from_str(&written, text).is_ok()
        || NaiveDateTime::parse_from_str(&written, text).is_ok()
        || NaiveDate::parse_from_str(&written, text).is_ok();
    if tells_a_day {
        Ok(text.to_owned())
    } else {
        Err(wrong(format!("is {}, which tells no day of a year", echo(text))))
    }
}
