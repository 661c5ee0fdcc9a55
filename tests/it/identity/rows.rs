//! The table: what publishers do, and what readers see.

mod keyless;
mod re_keyed;
mod shared;
mod unmoved;

use super::{
    Row,
    article::{Article, article},
};

const SEVEN: [&str; 7] = ["Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "Bảy"];
/// As readers see them: newest first.
const SEVEN_SHOWN: &[&str] = &["Bảy", "Sáu", "Năm", "Bốn", "Ba", "Hai", "Một"];

/// Seven articles, each as this makes it.
fn seven(make: impl Fn(u32, Article) -> Article) -> Vec<Article> {
    (1..=7).rev().map(|number| make(number, article(number, SEVEN[number as usize - 1]))).collect()
}

fn with(new: Article, mut items: Vec<Article>) -> Vec<Article> {
    items.insert(0, new);
    items
}

pub fn rows() -> Vec<Row> {
    let parts = [
        re_keyed::re_keyed(),
        re_keyed::moved(),
        shared::shared_guids(),
        shared::shared_links(),
        keyless::without_keys(),
        unmoved::edited(),
        unmoved::unchanged(),
    ];
    parts.into_iter().flatten().collect()
}
