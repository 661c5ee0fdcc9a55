//! Which sources a page is asked for, as its address says it. Pure; whatever cannot be read asks for nothing special.

use std::fmt;

use serde::{
    Deserialize as _, Serialize as _,
    de::{IntoDeserializer as _, value::Error},
};
use url::form_urlencoded;

use super::{sort::Sort, survey::Brief, text};
use crate::model::{Province, Source, State};

/// Of longer words only so many characters are looked for.
const WORDS_MAX: usize = 100;

/// Which sources, and the how-manieth page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Question {
    pub group: Group,
    pub area: Area,
    /// Those that bear all these words somewhere, in whatever case and with diacritics or without.
    pub words: String,
    /// In which order; none is the sick ones first.
    pub sort: Option<Sort>,
    /// From 0.
    pub page: usize,
    /// Whether it is to be asked again, again and again.
    pub again: bool,
}

/// Where sources are from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Area {
    #[default]
    Anywhere,
    In(Province),
    /// Of no province.
    Nowhere,
}

impl Area {
    fn read(word: &str) -> Self {
        if word == "none" { Self::Nowhere } else { Province::find(word).map_or(Self::Anywhere, Self::In) }
    }

    /// As it stands in an address.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Anywhere => "",
            Self::In(province) => province.slug(),
            Self::Nowhere => "none",
        }
    }

    /// Whether a source is from there.
    pub(super) fn holds(self, source: &Source) -> bool {
        match self {
            Self::Anywhere => true,
            Self::In(province) => source.province == Some(province),
            Self::Nowhere => source.province.is_none(),
        }
    }
}

/// Sources that have something in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Group {
    #[default]
    All,
    Sick,
    Resting,
    LaxTls,
    In(State),
}

impl Group {
    fn read(word: &str) -> Self {
        match word {
            "sick" => Self::Sick,
            "resting" => Self::Resting,
            "lax-tls" => Self::LaxTls,
            word => {
                let state: Result<State, Error> = State::deserialize(word.into_deserializer());
                state.map_or(Self::All, Self::In)
            }
        }
    }

    /// Whether a source belongs to it.
    pub(super) fn holds(self, brief: Brief) -> bool {
        match self {
            Self::All => true,
            Self::Sick => brief.mood.is_ill(),
            Self::Resting => !brief.enabled,
            Self::LaxTls => brief.lax_tls,
            Self::In(state) => brief.enabled && brief.state == state,
        }
    }
}

impl fmt::Display for Group {
    /// As it stands in an address; a state as in status.json.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Sick => formatter.write_str("sick"),
            Self::Resting => formatter.write_str("resting"),
            Self::LaxTls => formatter.write_str("lax-tls"),
            Self::In(state) => state.serialize(formatter),
        }
    }
}

impl Question {
    /// Reads `state`, `province`, `q`, `sort`, `page` (from 1) and `again` of a query; of several the last counts.
    pub(super) fn read(query: Option<&str>) -> Self {
        let mut question = Self::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "state" => question.group = Group::read(&value),
                "province" => question.area = Area::read(&value),
                "sort" => question.sort = Sort::read(&value),
                "again" => question.again = value == "1",
                "q" => question.words = text::cut(value.trim(), WORDS_MAX),
                "page" => question.page = value.parse::<usize>().unwrap_or_default().saturating_sub(1),
                _ => {}
            }
        }
        question
    }

    /// The address that asks it, from the page itself.
    pub(super) fn address(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if self.group != Group::All {
            query.append_pair("state", &self.group.to_string());
        }
        if self.area != Area::Anywhere {
            query.append_pair("province", self.area.name());
        }
        if !self.words.is_empty() {
            query.append_pair("q", &self.words);
        }
        if let Some(sort) = self.sort {
            query.append_pair("sort", &sort.to_string());
        }
        if self.page > 0 {
            query.append_pair("page", &(self.page + 1).to_string());
        }
        if self.again {
            query.append_pair("again", "1");
        }
        let query = query.finish();
        if query.is_empty() { "./".to_owned() } else { format!("?{query}") }
    }

    /// The words to look for, as [`text::folded`] writes them.
    pub(super) fn folded_words(&self) -> Vec<String> {
        self.words.split_whitespace().map(text::folded).collect()
    }
}

/// Whether the source bears all these folded words.
pub(super) fn bears(source: &Source, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let province = source.province.map_or("", crate::model::Province::name);
    let (host, path) = (source.url.host_str().unwrap_or_default(), source.url.path());
    let all = text::folded(&format!("{} {} {province} {host}{path}", source.title, source.id));
    words.iter().all(|word| all.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{super::sort::Column, *};

    #[test]
    fn an_address_says_which_sources_and_the_page_of_them() {
        let table = [
            (None, Question::default(), "./"),
            (Some(""), Question::default(), "./"),
            (Some("page=1&state=&q=+"), Question::default(), "./"),
            (Some("page=0&state=banana&x=y"), Question::default(), "./"),
            (Some("page=-7"), Question::default(), "./"),
            (Some("page=3"), Question { page: 2, ..Question::default() }, "?page=3"),
            (Some("state=sick"), Question { group: Group::Sick, ..Question::default() }, "?state=sick"),
            (
                Some("state=lax-tls"),
                Question { group: Group::LaxTls, ..Question::default() },
                "?state=lax-tls",
            ),
            (
                Some("province=nam-dinh&sort=-entries&again=1"),
                Question {
                    area: Area::In(Province::find("ninh-binh").unwrap()),
                    sort: Some(Sort { column: Column::Entries, descending: true }),
                    again: true,
                    ..Question::default()
                },
                "?province=ninh-binh&sort=-entries&again=1",
            ),
            (
                Some("province=none&sort=latency"),
                Question {
                    area: Area::Nowhere,
                    sort: Some(Sort { column: Column::Latency, descending: false }),
                    ..Question::default()
                },
                "?province=none&sort=latency",
            ),
            (Some("province=banana&sort=--title&again=2"), Question::default(), "./"),
            (
                Some("state=too-much&page=2"),
                Question { group: Group::In(State::TooMuch), page: 1, ..Question::default() },
                "?state=too-much&page=2",
            ),
            (
                Some("q=%22%3E%3Cb%3E+n%C6%B0%E1%BB%9Bc&q=n%C6%B0%E1%BB%9Bc+%26"),
                Question { words: "nước &".to_owned(), ..Question::default() },
                "?q=n%C6%B0%E1%BB%9Bc+%26",
            ),
        ];
        for (query, question, address) in table {
            assert_eq!(Question::read(query), question, "{query:?}");
            assert_eq!(question.address(), address, "{query:?}");
        }
        let long = format!("q={}&page=99999999999999999999999", "a".repeat(1_000));
        let long = Question::read(Some(&long));
        assert_eq!((long.words.chars().count(), long.page), (WORDS_MAX, 0));
    }
}
