//! CSS selectors as admins write them, made ready, or told what is wrong with them and where. Knows no page.

use scraper::Selector;

use crate::model::PageRules;

/// Longer selectors are no selectors, in bytes: what a page costs grows with their length.
pub const SELECTOR_MAX: usize = 300;

/// Of one selector, signs that make each element be compared with many others (`~`, `:has`, `:nth-…`).
const FAR_MAX: usize = 4;

/// What is wrong with a selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, in characters from 1; behind its end where it ends too early.
    pub position: usize,
    /// What is wrong; reads on from "is a selector that".
    pub message: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// What is wrong with this selector; none where it is one.
#[must_use]
pub fn selector_fault(text: &str) -> Option<Fault> {
    compile(text).err()
}

/// The selectors of a table, made ready.
pub(super) struct Selectors {
    pub item: Option<Selector>,
    pub title: Option<Selector>,
    pub link: Option<Selector>,
    pub date: Option<Selector>,
    pub summary: Option<Selector>,
    pub image: Option<Selector>,
    pub next: Option<Selector>,
}

impl Selectors {
    /// # Errors
    /// The key and the fault of the first that is none; a checked `feeds.toml` has no such.
    pub(super) fn of(rules: &PageRules) -> Result<Self, (&'static str, Fault)> {
        let [item, title, link, date, summary, image, next] =
            rules.selectors().map(|(key, text)| text.map(compile).transpose().map_err(|fault| (key, fault)));
        Ok(Self {
            item: item?,
            title: title?,
            link: link?,
            date: date?,
            summary: summary?,
            image: image?,
            next: next?,
        })
    }
}

pub(super) fn compile(text: &str) -> Result<Selector, Fault> {
    if text.len() > SELECTOR_MAX {
        let message = format!("has {} bytes, of at most {SELECTOR_MAX}", text.len());
        return Err(Fault { position: 1, message, remedy: "name a class or two that are the list's own" });
    }
    let far = [":has", "~", ":nth-", ":only-", ":last-", ":first-"].map(|sign| text.matches(sign).count());
    // `~=` compares words of an attribute.
    let far = far.iter().sum::<usize>() - text.matches("~=").count();
    if far > FAR_MAX {
        let message =
            format!("looks at other elements {far} times (`~`, `:has`, `:nth-…`), of at most {FAR_MAX}");
        return Err(Fault { position: 1, message, remedy: "name a class or two that are the list's own" });
    }
    // Each element would be compared with all behind it, and each of these with all behind them. `+` looks at one.
    if text.contains(":has") && text.replace("~=", "").contains('~') {
        let message =
            "has both `:has` and `~`, which together take the square of the page's length".to_owned();
        return Err(Fault {
            position: 1,
            message,
            remedy: "do with one of them, or with `+` in place of `~`",
        });
    }
    Selector::parse(text).map_err(|_| fault(text))
}

/// What is wrong with a text that is no selector.
fn fault(text: &str) -> Fault {
    let position = sound(text).chars().count() + 1;
    let rest: String = text.chars().skip(position - 1).take(20).collect();
    let (message, remedy) = if text.trim().is_empty() {
        ("is empty".to_owned(), "write one like .ArticleList li, or take the key out")
    } else if position > text.chars().count() {
        ("ends too early".to_owned(), GENERAL)
    } else if text.chars().take(position - 1).last() == Some(':') {
        (
            format!("goes wrong at `{rest}`"),
            "of what begins with a colon only :has, :is, :not and :nth-… are understood; text and attributes need no sign",
        )
    } else {
        (format!("goes wrong at `{rest}`"), GENERAL)
    };
    Fault { position, message, remedy }
}

const GENERAL: &str = "write a CSS selector, like .ArticleList li or h2.Title a";

/// The longest beginning of a text that is none, which could still become a selector.
fn sound(text: &str) -> &str {
    let ends = text.char_indices().map(|(at, _)| at).rev();
    let could = |beginning: &str| {
        ["", "a", "=a", "is(a)", "(a)", "1", "child(1)"]
            .iter()
            .any(|end| Selector::parse(&format!("{beginning}{end}")).is_ok())
    };
    if could(text) {
        return text;
    }
    ends.map(|end| text.get(..end).unwrap_or_default()).find(|beginning| could(beginning)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_selector_is_told_with_its_place() {
        let table = [
            (".ArticleList li", None),
            ("article:has(time)", None),
            (".page_news > div", None),
            ("ul.list-news a[href]", None),
            ("h2:has(+ .date)", None),
            ("li:has(> a + time)", None),
            (
                "h2:has(~ .date)",
                Some((1, "has both `:has` and `~`, which together take the square of the page's length")),
            ),
            ("li:nth-child(2n+1), tr:not(:first-child)", None),
            ("[class~=a][class~=b][class~=c][class~=d][class~=e]", None),
            ("", Some((1, "is empty"))),
            ("div..tin", Some((5, "goes wrong at `.tin`"))),
            ("div >", Some((6, "ends too early"))),
            ("li:hover a", Some((4, "goes wrong at `hover a`"))),
            ("h2.Tiêu-đề a::text", Some((14, "goes wrong at `:text`"))),
            ("a b ] c", Some((5, "goes wrong at `] c`"))),
            ("$x", Some((1, "goes wrong at `$x`"))),
            ("//div[@class='tin']", Some((1, "goes wrong at `//div[@class='tin']`"))),
            (
                "a~a~a~a~a~a",
                Some((1, "looks at other elements 5 times (`~`, `:has`, `:nth-…`), of at most 4")),
            ),
        ];
        for (text, wanted) in table {
            let found = selector_fault(text).map(|fault| (fault.position, fault.message));
            assert_eq!(found, wanted.map(|(place, words)| (place, words.to_owned())), "{text}");
        }
        assert_eq!(selector_fault(&"a ".repeat(200)).map(|fault| fault.position), Some(1));
    }
}
