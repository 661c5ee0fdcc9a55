//! The words of an entry: what keywords are looked for in. Looks for none.

use std::borrow::Cow;

use crate::{
    keywords::Marks,
    model::{Entry, Matching, Part},
    normalize::text_of_clean,
};

/// Some parts of an entry as plain text, each by itself.
pub(super) struct Texts<'a>(Vec<Cow<'a, str>>);

impl<'a> Texts<'a> {
    pub fn of(entry: &'a Entry, parts: &[Part]) -> Self {
        let mut texts = Vec::with_capacity(Part::ALL.len());
        for part in parts {
            match part {
                Part::Title => texts.push(Cow::Borrowed(entry.title.as_str())),
                Part::Summary => texts.extend(entry.summary.as_deref().map(plain)),
                Part::Content => texts.extend(entry.content.as_deref().map(plain)),
                Part::Categories => {
                    texts.extend(entry.categories.iter().map(|name| Cow::Borrowed(name.as_str())));
                }
            }
        }
        Self(texts)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}

fn plain(html: &str) -> Cow<'_, str> {
    if html.contains(['<', '&']) { Cow::Owned(text_of_clean(html)) } else { Cow::Borrowed(html) }
}

/// How syllables are compared.
pub(super) fn marks(matching: &Matching) -> Marks {
    if matching.diacritics { Marks::Kept } else { Marks::Folded }
}
