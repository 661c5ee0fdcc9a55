//! What an admin says of a channel of the admin's own.

use std::{collections::BTreeSet, time::Duration};

use super::{ChannelSlug, Digest, Matching, Part, Province, SourceId};

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
    pub provinces: BTreeSet<Province>,
    /// and these; all where neither is named.
    pub sources: BTreeSet<SourceId>,
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
    /// Whether it is of every source.
    #[must_use]
    pub fn is_of_all(&self) -> bool {
        self.provinces.is_empty() && self.sources.is_empty()
    }

    /// Whether a source's entries may stand in it.
    #[must_use]
    pub fn admits(&self, id: &SourceId, province: Option<Province>) -> bool {
        let is_of_its_provinces = || province.is_some_and(|province| self.provinces.contains(&province));
        self.is_of_all() || self.sources.contains(id) || is_of_its_provinces()
    }

    /// Tells what it lets through from what others let through. Names, sizes, the window and the
    /// order of words make no difference.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let Self { provinces, sources, categories, any, all, none, languages, matching, .. } = self;
        let provinces: Vec<&[u8]> = provinces.iter().map(|province| province.slug().as_bytes()).collect();
        let sources: Vec<&[u8]> = sources.iter().map(|id| id.as_str().as_bytes()).collect();
        let languages = Language::ALL.iter().filter(|(language, _)| languages.contains(language));
        let languages: Vec<&[u8]> = languages.map(|(_, tag)| tag.as_bytes()).collect();
        let parts = Part::ALL.iter().filter(|(part, _)| matching.look_in.contains(part));
        let mut how: Vec<&[u8]> = parts.map(|(_, name)| name.as_bytes()).collect();
        if matching.diacritics {
            how.push(b"diacritics");
        }
        let words = [categories, any, all, none].map(|words| {
            let words: BTreeSet<&[u8]> = words.iter().map(String::as_bytes).collect();
            Digest::of(&Vec::from_iter(words))
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
            provinces: BTreeSet::new(),
            sources: BTreeSet::new(),
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
            OwnChannel { provinces: [Province::find("hue").unwrap()].into(), ..channel() },
            OwnChannel { sources: [SourceId::new("hue").unwrap()].into(), ..channel() },
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
        let of = |any: &[&str]| {
            let any = any.iter().map(|&word| word.to_owned()).collect();
            OwnChannel { any, ..channel() }.digest()
        };
        assert_eq!(of(&["bão", "lũ"]), of(&["lũ", "bão"]));
        assert_ne!(of(&["bão", "lũ"]), of(&["bão lũ"]));
    }

    #[test]
    fn a_channel_admits_the_sources_of_its_provinces_and_its_own_and_else_all() {
        let [hue, hanoi] = ["hue", "ha-noi"].map(Province::find);
        let [a, b] = ["a", "b"].map(|id| SourceId::new(id).unwrap());
        let some =
            OwnChannel { provinces: hue.into_iter().collect(), sources: [a.clone()].into(), ..channel() };
        let table =
            [(&a, None, true), (&a, hanoi, true), (&b, hue, true), (&b, hanoi, false), (&b, None, false)];
        for (id, province, admitted) in table {
            assert_eq!(some.admits(id, province), admitted, "{id} {province:?}");
            assert!(channel().admits(id, province));
        }
    }
}
