//! What an admin lets through: of a source, and into a channel of the admin's own.

use std::{sync::Arc, time::Duration};

use regex::{RegexSet, RegexSetBuilder};

use super::{Digest, Province, SourceId, channel::ChannelSlug};

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

/// A language that entries are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Vietnamese.
    Vietnamese,
    /// English.
    English,
    /// French.
    French,
    /// Chinese.
    Chinese,
    /// Japanese.
    Japanese,
    /// Korean.
    Korean,
    /// Khmer.
    Khmer,
    /// Lao.
    Lao,
    /// Thai.
    Thai,
    /// Russian, or another that is written in Cyrillic.
    Russian,
}

impl Language {
    /// All of them, and their tags (ISO 639-1).
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Vietnamese, "vi"),
        (Self::English, "en"),
        (Self::French, "fr"),
        (Self::Chinese, "zh"),
        (Self::Japanese, "ja"),
        (Self::Korean, "ko"),
        (Self::Khmer, "km"),
        (Self::Lao, "lo"),
        (Self::Thai, "th"),
        (Self::Russian, "ru"),
    ];

    /// Its tag (ISO 639-1).
    #[must_use]
    pub fn tag(self) -> &'static str {
        Self::ALL.iter().find(|(language, _)| *language == self).map_or("", |(_, tag)| tag)
    }
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

/// Whether entries of several sources that are one story stand once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Duplicates {
    /// Those with one address stand as one.
    #[default]
    Exact,
    /// Each stands by itself.
    Keep,
}

/// One `[[channels]]` table, with every default filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnChannel {
    /// Names it in its address.
    pub slug: ChannelSlug,
    /// Its name, as readers see it.
    pub title: String,
    /// One sentence on what it carries, if the admin wrote one.
    pub description: Option<String>,
    /// Its sources are those of these provinces,
    pub provinces: Vec<Province>,
    /// and these; all where neither is named.
    pub sources: Vec<SourceId>,
    /// An entry stands in it that has one of these categories, if there are any,
    pub categories: Vec<String>,
    /// and one of these keywords, if there are any,
    pub any: Vec<String>,
    /// and all of these,
    pub all: Vec<String>,
    /// and none of these,
    pub none: Vec<String>,
    /// and is written in one of these languages, if there are any.
    pub languages: Vec<Language>,
    /// How words are compared.
    pub matching: Matching,
    /// For how long after its first sight an entry stays in it.
    pub window: Duration,
    /// How many entries it is filled up to; never more than `max_entries`.
    pub min_entries: usize,
    /// How many entries it is cut to.
    pub max_entries: usize,
    /// Whether one story stands in it once.
    pub duplicates: Duplicates,
}

impl OwnChannel {
    /// Whether a source's entries may stand in it.
    #[must_use]
    pub fn admits(&self, id: &SourceId, province: Option<Province>) -> bool {
        let of_all = self.provinces.is_empty() && self.sources.is_empty();
        of_all
            || self.sources.contains(id)
            || province.is_some_and(|province| self.provinces.contains(&province))
    }

    /// Tells what it lets through from what others let through. Names, sizes and the window make no difference.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let Self { provinces, sources, categories, any, all, none, languages, matching, .. } = self;
        let provinces: Vec<&[u8]> = provinces.iter().map(|province| province.slug().as_bytes()).collect();
        let sources: Vec<&[u8]> = sources.iter().map(|id| id.as_str().as_bytes()).collect();
        let languages: Vec<&[u8]> = languages.iter().map(|language| language.tag().as_bytes()).collect();
        let parts = Part::ALL.iter().filter(|(part, _)| matching.look_in.contains(part));
        let mut how: Vec<&[u8]> = parts.map(|(_, name)| name.as_bytes()).collect();
        if matching.diacritics {
            how.push(b"diacritics");
        }
        let words = [categories, any, all, none].map(|words| {
            let words: Vec<&[u8]> = words.iter().map(String::as_bytes).collect();
            Digest::of(&words)
        });
        let lists = [Digest::of(&provinces), Digest::of(&sources), Digest::of(&languages), Digest::of(&how)];
        let lists: Vec<&[u8]> = lists.iter().chain(&words).map(|digest| &digest.0[..]).collect();
        Digest::of(&lists)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn channel() -> OwnChannel {
        OwnChannel {
            slug: ChannelSlug::new("bao-lu").unwrap(),
            title: "Bão lũ".to_owned(),
            description: None,
            provinces: vec![],
            sources: vec![],
            categories: vec![],
            any: vec![],
            all: vec![],
            none: vec![],
            languages: vec![],
            matching: Matching::default(),
            window: Duration::from_hours(48),
            min_entries: 1,
            max_entries: 2,
            duplicates: Duplicates::Exact,
        }
    }

    #[test]
    fn what_lets_other_entries_through_has_another_digest() {
        let words = || vec!["bão".to_owned()];
        let look_in = vec![Part::Title];
        let channels = [
            channel(),
            OwnChannel { provinces: vec![Province::find("hue").unwrap()], ..channel() },
            OwnChannel { sources: vec![SourceId::new("hue").unwrap()], ..channel() },
            OwnChannel { categories: words(), ..channel() },
            OwnChannel { any: words(), ..channel() },
            OwnChannel { all: words(), ..channel() },
            OwnChannel { none: words(), ..channel() },
            OwnChannel { any: vec!["bã".to_owned(), "o".to_owned()], ..channel() },
            OwnChannel { languages: vec![Language::English], ..channel() },
            OwnChannel { matching: Matching { diacritics: false, ..Matching::default() }, ..channel() },
            OwnChannel { matching: Matching { look_in, ..Matching::default() }, ..channel() },
        ];
        let digests: HashSet<[u8; 16]> = channels.iter().map(|channel| channel.digest().0).collect();
        assert_eq!(digests.len(), channels.len());
        let renamed = OwnChannel {
            slug: ChannelSlug::new("b").unwrap(),
            title: "B".to_owned(),
            max_entries: 9,
            ..channel()
        };
        assert_eq!(renamed.digest(), channel().digest());
    }

    #[test]
    fn a_channel_admits_the_sources_of_its_provinces_and_its_own_and_else_all() {
        let [hue, hanoi] = ["hue", "ha-noi"].map(Province::find);
        let [a, b] = ["a", "b"].map(|id| SourceId::new(id).unwrap());
        let some = OwnChannel { provinces: hue.into_iter().collect(), sources: vec![a.clone()], ..channel() };
        let table =
            [(&a, None, true), (&a, hanoi, true), (&b, hue, true), (&b, hanoi, false), (&b, None, false)];
        for (id, province, admitted) in table {
            assert_eq!(some.admits(id, province), admitted, "{id} {province:?}");
            assert!(channel().admits(id, province));
        }
    }

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
