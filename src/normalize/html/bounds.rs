//! Keeps HTML within what a tree builder does in good time. HTML's rules let a small text cost time and memory with the
//! square of its length: tags within tags, formatting that each new paragraph repeats, attributes compared with each
//! other. Counts what could be a tag, wherever it stands, and so never too few.

use std::{borrow::Cow, cell::Cell, sync::LazyLock};

use regex::Regex;

use crate::{normalize::escapes::pattern, parse::overladen_tags};

/// How much of what one text may hold.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Of more the words are kept.
    tags: usize,
    /// Formatting elements times tags: as many elements the formatting can become when it is repeated.
    repeated: usize,
}

const AMPLE: Bounds = Bounds { tags: 10_000, repeated: 1_000_000 };
const SCANT: Bounds = Bounds { tags: 1_000, repeated: 20_000 };

/// What one document's texts may cost before their bounds become scant: each costs its number of tags squared, in
/// elements that are looked at. A few seconds' worth.
const EFFORT_MAX: usize = 2_000_000_000;

/// What a text costs whose formatting was repeated beyond [`GROWTH_MAX`].
const GROWTH_COST: usize = EFFORT_MAX / 10;

/// By how much a text may grow when it is cleaned: its addresses become absolute, and its formatting is repeated.
const GROWTH_MAX: usize = 16;

/// What the texts of one document have cost so far.
#[derive(Debug, Default)]
pub(super) struct Effort(Cell<usize>);

impl Effort {
    /// For a text that is to be short, as a title is.
    pub fn scant() -> Self {
        Self(Cell::new(EFFORT_MAX))
    }

    /// `clean`, done to as much of the HTML as is harmless.
    pub fn spend<'a>(&self, html: &'a str, clean: impl Fn(&str) -> Option<String>) -> String {
        let bounds = if self.0.get() < EFFORT_MAX { AMPLE } else { SCANT };
        let (bounded, tags): (Cow<'a, str>, usize) = bounded(html, bounds);
        self.add(tags.saturating_mul(tags));
        let cleaned = clean(&bounded).unwrap_or_else(|| without_tags(&bounded));
        if cleaned.len() <= bounded.len().saturating_mul(GROWTH_MAX).saturating_add(4096) {
            return cleaned;
        }
        self.add(GROWTH_COST);
        let plainer = without_formatting(&bounded);
        clean(&plainer).unwrap_or_else(|| without_tags(&plainer))
    }

    fn add(&self, cost: usize) {
        self.0.set(self.0.get().saturating_add(cost));
    }
}

fn tags(html: &str) -> usize {
    // Sums that fit a byte are made of many bytes at once.
    let blocks = html.as_bytes().chunks(usize::from(u8::MAX));
    blocks.map(|block| usize::from(block.iter().map(|&byte| u8::from(byte == b'<')).sum::<u8>())).sum()
}

/// The same HTML where it is harmless, else as much of it as is, and how many tags that has.
fn bounded(html: &str, bounds: Bounds) -> (Cow<'_, str>, usize) {
    if overladen_tags(html).next().is_some() {
        return (Cow::Owned(without_tags(html)), 0);
    }
    let mut html = Cow::Borrowed(html);
    let mut count = tags(&html);
    if count > bounds.tags
        && let Some((at, _)) = html.match_indices('<').nth(bounds.tags)
    {
        let (head, tail) = html.split_at(at);
        html = Cow::Owned(format!("{head} {}", without_tags(tail)));
        count = tags(&html);
    }
    let is_small = count.saturating_mul(count) <= bounds.repeated;
    if is_small || FORMATTING.find_iter(&html).count().saturating_mul(count) <= bounds.repeated {
        return (html, count);
    }
    // Each becomes another tag.
    (Cow::Owned(without_formatting(&html)), count)
}

/// The elements that are repeated in each paragraph until they are closed, but links, which close each other.
static FORMATTING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(</?)(?:big|b|code|em|font|i|nobr|small|strike|strong|s|tt|u)([\s/>])"));

/// With an element in each one's place that is not repeated.
fn without_formatting(html: &str) -> String {
    FORMATTING.replace_all(html, "${1}span${2}").into_owned()
}

/// The words between what could be tags, references as they are. Scripts and styles go.
fn without_tags(html: &str) -> String {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?is)<script.*?(?:</script>|$)|<style.*?(?:</style>|$)|<!--.*?(?:-->|$)|</?[a-z!?][^<>]*>?")
    });
    TAG.replace_all(html, " ").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_html_stays_as_it_is() {
        let article = "<p>Một <b>hai</b> <a href='x'>ba</a></p>".repeat(100);
        assert!(matches!(bounded(&article, AMPLE).0, Cow::Borrowed(_)));
        let table = format!("<table>{}</table>", "<tr><td>1</td></tr>".repeat(2_000));
        assert!(matches!(bounded(&table, AMPLE).0, Cow::Borrowed(_)));
    }

    #[test]
    fn what_costs_too_much_loses_what_costs() {
        let many: Vec<String> = (0..1_000).map(|number| format!("a{number}")).collect();
        let many = many.join(" ");
        assert_eq!(bounded(&format!("x<a {many}>y</a>z"), AMPLE).0, "x y z");
        let hidden = format!("x<a \" b=\">\" {many}>y");
        assert!(!bounded(&hidden, AMPLE).0.contains("<a"));
        let bold = bounded(&"<b class='x'>y".repeat(2_000), AMPLE).0.into_owned();
        assert!(bold.starts_with("<span class='x'>y") && !bold.contains("<b"));
        let deep = bounded(&"<div>y".repeat(20_000), AMPLE).0.into_owned();
        assert_eq!((deep.matches("<div>").count(), deep.matches('y').count()), (AMPLE.tags, 20_000));
    }

    #[test]
    fn a_document_that_cost_much_has_its_other_texts_bounded_more() {
        let effort = Effort::default();
        let html = "<i>y".repeat(5_000);
        let lengths: Vec<usize> =
            (0..100).map(|_| tags(&effort.spend(&html, |html| Some(html.to_owned())))).collect();
        assert_eq!((lengths[0], lengths[79], lengths[80], lengths[99]), (5_000, 5_000, 1_000, 1_000));
    }

    #[test]
    fn a_text_that_grows_too_much_loses_its_formatting() {
        let effort = Effort::default();
        let clean = |html: &str| Some(html.replace("<b>", &"<b>".repeat(10_000)));
        assert_eq!(effort.spend("<b>x</b>", clean), "<span>x</span>");
        assert_eq!(effort.0.get(), GROWTH_COST + 4);
        assert_eq!(effort.spend("x <b>y", |_| None), "x  y");
    }

    #[test]
    fn words_stay_when_tags_go() {
        let html = "a<b>c</b><script>x</script>d<!-- e -->f < g &amp; <style>h";
        assert_eq!(without_tags(html), "a c  d f &lt; g &amp;  ");
    }
}
