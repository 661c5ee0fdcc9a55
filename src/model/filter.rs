//! What an admin lets through of a source, and how words and links are compared.

use std::sync::Arc;

use regex::{RegexSet, RegexSetBuilder};

/// What of a source's entries we republish.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Republishing {
    /// How much of each.
    pub content: Extent,
    /// An entry that meets one of these is not republished,
    pub drop: Arc<Criteria>,
    /// nor one that meets none of these, if there are any.
    pub keep: Arc<Criteria>,
}

/// How much of an entry is republished.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Extent {
    /// All that its feed holds.
    #[default]
    Full,
    /// No more than a summary.
    Summary,
}

/// What entries are judged by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Criteria {
    /// Words and phrases in its texts.
    pub keywords: Vec<String>,
    /// Whole categories.
    pub categories: Vec<String>,
    /// What its link looks like.
    pub links: Patterns,
    /// How words are compared.
    pub matching: Matching,
}

impl Criteria {
    /// Whether no entry can meet any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keywords.is_empty() && self.categories.is_empty() && self.links.texts().is_empty()
    }
}

/// How words are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// Whether `bão` is another word than `báo`.
    pub diacritics: bool,
    /// Where keywords are looked for, each part by itself.
    pub look_in: Vec<Part>,
}

impl Default for Matching {
    fn default() -> Self {
        Self { diacritics: true, look_in: vec![Part::Title, Part::Summary, Part::Content] }
    }
}

/// A part of an entry that holds words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Its title.
    Title,
    /// Its summary.
    Summary,
    /// Its content.
    Content,
    /// Each of its categories.
    Categories,
}

impl Part {
    /// All of them, and what `feeds.toml` calls them.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Title, "title"),
        (Self::Summary, "summary"),
        (Self::Content, "content"),
        (Self::Categories, "categories"),
    ];
}

/// Regular expressions, of which each finds what it finds in time that is linear in the text.
#[derive(Debug, Clone, Default)]
pub struct Patterns(RegexSet);

impl Patterns {
    /// The most that all of them together may take, in bytes.
    pub const SIZE_MAX: usize = 1 << 20;

    /// Makes ready what is written so.
    ///
    /// # Errors
    /// When one of them is no regular expression, or they would take too much together.
    pub fn new(texts: &[&str]) -> Result<Self, regex::Error> {
        let set =
            RegexSetBuilder::new(texts).size_limit(Self::SIZE_MAX).dfa_size_limit(Self::SIZE_MAX).build();
        set.map(Self)
    }

    /// As written.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        self.0.patterns()
    }

    /// The first of them that the text holds.
    #[must_use]
    pub fn first_in(&self, text: &str) -> Option<&str> {
        let first = self.0.matches(text).iter().next()?;
        self.texts().get(first).map(String::as_str)
    }
}

impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        self.texts() == other.texts()
    }
}

impl Eq for Patterns {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_told_from_each_other_and_tell_the_first_that_fits() {
        let patterns = Patterns::new(&["/quang-cao/", "^http:", r"\.pdf$"]).unwrap();
        assert_eq!(patterns.first_in("http://a.vn/quang-cao/1"), Some("/quang-cao/"));
        assert_eq!(patterns.first_in("https://a.vn/1.pdf"), Some(r"\.pdf$"));
        assert_eq!(patterns.first_in("https://a.vn/1.html"), None);
        assert_ne!(patterns, Patterns::default());
        assert_eq!(Patterns::new(&[]).unwrap(), Patterns::default());
        assert!(Patterns::new(&["("]).is_err());
        assert!(Patterns::new(&[r"\w{1000}"]).is_err());
    }
}
