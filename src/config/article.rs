//! `[feeds.article]`: how the articles of a source's new entries are read. Reads no article.

use std::sync::Arc;

use super::{page::read_selector, problem::Problems, reader::Reader, shape};
use crate::model::ArticleRules;

/// How a source's articles are read; none where they are not. `full_text` is what holds for the source, its own word
/// or an inherited one. The table alone asks for it too, unless the source itself says no.
pub(super) fn read_article(
    feed: &Reader<'_>,
    full_text: bool,
    problems: &mut Problems<'_>,
) -> Option<Arc<ArticleRules>> {
    let Some(table) = feed.inner("article", feed.key("article"), &shape::ARTICLE, problems) else {
        return full_text.then(Arc::default);
    };
    table.refuse_unknown(problems);
    let mut selector = |key: &str| table.text(key, problems, read_selector);
    let rules = ArticleRules {
        title: selector("title"),
        date: selector("date"),
        body: selector("body"),
        author: selector("author"),
        drop: selector("drop"),
    };
    (full_text || feed.get("full_text").is_none()).then(|| Arc::new(rules))
}
