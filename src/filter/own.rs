//! Which entries stand in a channel of the admin's own, by what they say. Knows neither windows nor counts.

use std::sync::Arc;

use super::{
    Categories,
    language::language,
    texts::{Texts, marks},
};
use crate::{
    keywords::Keywords,
    model::{Entry, OwnChannel, Part},
};

/// A channel's filter, made ready.
#[derive(Debug)]
pub struct OwnFilter {
    channel: Arc<OwnChannel>,
    /// Of `none`, `all` and `any`, in this order.
    keywords: Keywords,
    categories: Categories,
}

impl OwnFilter {
    /// The channel's filter; none where it lets everything of its sources through, so that no entry need be read.
    #[must_use]
    pub fn of(channel: &Arc<OwnChannel>) -> Option<Self> {
        let OwnChannel { categories, any, all, none, languages, matching, .. } = &**channel;
        if [categories, any, all, none].iter().all(|words| words.is_empty()) && languages.is_empty() {
            return None;
        }
        let words = none.iter().chain(all).chain(any).map(String::as_str);
        Some(Self {
            channel: Arc::clone(channel),
            keywords: Keywords::new(words, marks(matching)),
            categories: Categories::of(categories, matching),
        })
    }

    /// Why the entry does not stand in the channel, in words; none where it does.
    #[must_use]
    pub fn refusal(&self, entry: &Entry) -> Option<String> {
        let OwnChannel { categories, languages, matching, .. } = &*self.channel;
        if !categories.is_empty() && self.categories.first_of(entry).is_none() {
            return Some("it has none of the channel's categories".to_owned());
        }
        if !self.keywords.is_empty() {
            let texts = Texts::of(entry, &matching.look_in);
            if let Some(refusal) = self.refusal_by_keywords(&texts) {
                return Some(refusal);
            }
        }
        if languages.is_empty() {
            return None;
        }
        let texts = Texts::of(entry, &[Part::Title, Part::Summary, Part::Content]);
        let language = language(texts.iter());
        (!languages.contains(&language)).then(|| format!("its language is taken for `{}`", language.tag()))
    }

    fn refusal_by_keywords(&self, texts: &Texts<'_>) -> Option<String> {
        let OwnChannel { any, all, none, .. } = &*self.channel;
        let mut found = vec![false; none.len() + all.len() + any.len()];
        for text in texts.iter() {
            self.keywords.find(text, |index| found[index] = true);
        }
        let (barred, wanted) = found.split_at(none.len());
        let (needed, one_of) = wanted.split_at(all.len());
        if let Some((word, _)) = none.iter().zip(barred).find(|(_, found)| **found) {
            return Some(format!("it holds `{word}`, which `none` bars"));
        }
        if let Some((word, _)) = all.iter().zip(needed).find(|(_, found)| !**found) {
            return Some(format!("it does not hold `{word}`, which `all` asks for"));
        }
        (!any.is_empty() && !one_of.contains(&true)).then(|| "it holds no keyword of `any`".to_owned())
    }
}
