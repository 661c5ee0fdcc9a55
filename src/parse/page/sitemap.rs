//! A sitemap of news (<https://www.google.com/schemas/sitemap-news/0.9>): titles and dates of the last two days. Knows no
//! page.

use url::Url;

use super::item::{merged, web};
use crate::parse::{
    feed::{Feed, Format, Item, Text, TextKind},
    reader::ReadDate,
    tokens::{Token, Tokens},
};

/// Of one sitemap, as the protocol has it for news.
const ITEMS_MAX: usize = 1_000;

/// The news of a sitemap; an ordinary one names no titles, and has none.
pub(super) fn read(text: &str, url: &Url, read_date: &ReadDate) -> Feed {
    let mut tokens = Tokens::new(text, true);
    let mut items: Vec<Item> = Vec::new();
    let (mut item, mut name, mut words) = (Item::default(), String::new(), String::new());
    while let Some(token) = tokens.next() {
        match token {
            Token::Start(tag) => {
                name = tag.name.to_ascii_lowercase();
                words.clear();
                if name == "url" {
                    item = Item::default();
                }
            }
            Token::Text(text) => words.push_str(&text),
            Token::End(ended) if ended.eq_ignore_ascii_case("url") => {
                let item = std::mem::take(&mut item);
                if item.title.is_some() && item.link.is_some() && items.len() < ITEMS_MAX {
                    items.push(item);
                }
            }
            Token::End(ended) => {
                if ended.eq_ignore_ascii_case(&name) {
                    take(&mut item, &name, words.trim(), url, read_date);
                }
                words.clear();
            }
        }
    }
    Feed {
        format: Some(Format::Sitemap),
        link: Some(url.to_string()),
        items: merged(items),
        ..Feed::default()
    }
}

fn take(item: &mut Item, name: &str, text: &str, url: &Url, read_date: &ReadDate) {
    if text.is_empty() {
        return;
    }
    match name {
        "loc" => item.link = web(text, url),
        "news:title" => item.title = Some(Text { body: text.to_owned(), kind: TextKind::Html }),
        "news:publication_date" => item.published = read_date(text),
        "news:keywords" => {
            item.categories =
                text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
        }
        "image:loc" => item.image = web(text, url),
        _ => {}
    }
}
