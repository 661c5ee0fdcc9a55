//! An article's page as entries are kept: text cleaned, addresses absolute. Decides nothing about the entry it is for.

use std::collections::BTreeMap;

use super::{TITLE_MAX, html, link, rewrite, text};
use crate::{
    model::{Article, Author},
    parse::{ArticlePage, Text, TextKind},
};

/// What the page of an article tells, with hosts that are gone replaced.
#[must_use]
pub fn article(page: &ArticlePage, rewrites: &BTreeMap<String, String>) -> Article {
    let cleaner = html::Cleaner::new(&page.base);
    let plain = |body: &String| Text { body: body.clone(), kind: TextKind::Plain };
    let title = page.title.as_ref().map(|title| text::shorten(&text::plain(&plain(title)), TITLE_MAX));
    let name = page.author.as_deref().map(text::line).filter(|name| !name.is_empty());
    let content = cleaner.clean(&page.body);
    let image =
        page.image.as_deref().and_then(|address| link::resolve(address, &page.base)).map(String::from);
    let mut article = Article {
        title: title.filter(|title| !title.is_empty()),
        published: page.published,
        summary: page.lead.as_ref().and_then(|lead| cleaner.clean(&plain(lead))),
        image: image.or_else(|| content.as_deref().and_then(html::first_image)),
        authors: name.map(|name| Author { name, url: None }).into_iter().collect(),
        content,
    };
    rewrite::rewrite_article(&mut article, rewrites);
    article
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_tells_is_cleaned_and_leads_where_it_should() {
        let page = ArticlePage {
            title: Some(" Lũ  lên\u{200b} nhanh".to_owned()),
            published: None,
            author: Some(" Nguyễn\n An ".to_owned()),
            image: None,
            lead: Some("Nước <lên> & xuống".to_owned()),
            body: Text {
                body: "<div onclick='x()'><script>y</script><p>Bài</p><img src='/a.jpg'><iframe></iframe>\
                       <a href='http://cu.vn/b'>xem</a></div>"
                    .to_owned(),
                kind: TextKind::Html,
            },
            base: "https://a.vn/tin/".parse().unwrap(),
        };
        let rewrites = [("cu.vn".to_owned(), "moi.vn".to_owned())].into();
        let told = article(&page, &rewrites);
        assert_eq!(told.title.as_deref(), Some("Lũ lên nhanh"));
        assert_eq!(told.summary.as_deref(), Some("<p>Nước &lt;lên&gt; &amp; xuống</p>"));
        let html = "<div><p>Bài</p><img src=\"https://a.vn/a.jpg\"><a href=\"http://moi.vn/b\">xem</a></div>";
        assert_eq!(told.content.as_deref(), Some(html));
        assert_eq!(told.authors, [Author { name: "Nguyễn An".to_owned(), url: None }]);
        assert_eq!(told.image.as_deref(), Some("https://a.vn/a.jpg"));
    }
}
