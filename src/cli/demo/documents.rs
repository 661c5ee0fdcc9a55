//! Articles as documents, in the shapes that publishers use. Pure: texts, an address and the start make a document.

use std::fmt::Write as _;

use chrono::TimeDelta;
use quick_xml::escape::escape;
use serde_json::json;

use super::{articles::Article, bulletins::Bulletin};
use crate::model::Timestamp;

/// Who publishes, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Masthead<'a> {
    pub title: &'a str,
    /// Without a slash at the end: `http://127.0.0.1:40123`.
    pub home: &'a str,
    pub start: Timestamp,
}

impl Masthead<'_> {
    fn article(&self, slug: &str) -> String {
        format!("{}/tin/{slug}.html", self.home)
    }

    fn published(&self, article: &Article) -> chrono::DateTime<chrono_tz::Tz> {
        let at = self.start - TimeDelta::minutes(i64::from(article.age_minutes));
        at.with_timezone(&chrono_tz::Asia::Ho_Chi_Minh)
    }
}

/// RSS as the newspapers' ePi system writes it: a bare address in `<image>`, links to other articles after the text.
pub(super) fn rss_of_a_newspaper(masthead: &Masthead, articles: &[Article]) -> String {
    let items = articles.iter().map(|article| {
        let (link, date) = (masthead.article(article.slug), masthead.published(article).to_rfc2822());
        let others = articles.iter().filter(|other| other.slug != article.slug).take(2).map(|other| {
            format!("<li><a href='{}'>{}</a></li>", masthead.article(other.slug), escape(other.title))
        });
        format!(
            "<item><title><![CDATA[{}]]></title><link>{link}</link><guid isPermaLink=\"false\">{}</guid>\
             <image>{}/anh/{}.svg</image><category>{}</category>\
             <description><![CDATA[{}<div style=\"clear:both;\"><ul>{}</ul></div>]]></description>\
             <pubDate>{date}</pubDate></item>\n",
            article.title,
            article.slug,
            masthead.home,
            article.slug,
            escape(article.category),
            html(article),
            others.collect::<String>(),
        )
    });
    rss(masthead, &items.collect::<String>())
}

/// RSS as many portals on ASP.NET write it: no guids, and local times in a form of their own.
pub(super) fn rss_of_a_portal(masthead: &Masthead, articles: &[Article]) -> String {
    let items = articles.iter().map(|article| {
        let date = masthead.published(article).format("%d/%m/%Y | %H:%M:%S");
        format!(
            "<item><title>{}</title><link>{}</link><description>{}</description><pubDate>{date}</pubDate></item>\n",
            escape(article.title),
            masthead.article(article.slug),
            escape(html(article)),
        )
    });
    rss(masthead, &items.collect::<String>())
}

/// RSS of the bulletins.
pub(super) fn rss_of_bulletins(masthead: &Masthead, bulletins: &[Bulletin]) -> String {
    let items = bulletins.iter().map(|bulletin| {
        format!(
            "<item><title>{}</title><link>{}</link><guid isPermaLink=\"false\">ban-tin-{}</guid>\
             <description>{}</description><pubDate>{}</pubDate></item>\n",
            escape(&bulletin.title),
            masthead.article(&format!("ban-tin-{}", bulletin.number)),
            bulletin.number,
            escape(&bulletin.text),
            bulletin.at.to_rfc2822(),
        )
    });
    rss(masthead, &items.collect::<String>())
}

fn rss(masthead: &Masthead, items: &str) -> String {
    let Masthead { title, home, .. } = masthead;
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>{title}</title>\
         <link>{home}/</link><description>{title}</description><language>vi-vn</language>\n{items}</channel></rss>\n"
    )
}

/// Atom (RFC 4287).
pub(super) fn atom(masthead: &Masthead, articles: &[Article]) -> String {
    let Masthead { title, home, start } = masthead;
    let mut document = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"vi\">\
         <title>{title}</title><id>tag:tintinh.example,2026:{title}</id><link href=\"{home}/\"/>\
         <updated>{}</updated>\n",
        start.to_rfc3339()
    );
    for article in articles {
        let date = masthead.published(article).to_rfc3339();
        // Writing to a String does not fail.
        let _ = writeln!(
            document,
            "<entry><title>{}</title><id>tag:tintinh.example,2026:{}</id><link href=\"{}\"/>\
             <published>{date}</published><updated>{date}</updated><author><name>{}</name></author>\
             <category term=\"{}\"/><content type=\"html\">{}</content></entry>",
            escape(article.title),
            article.slug,
            masthead.article(article.slug),
            escape(article.author),
            escape(article.category),
            escape(html(article)),
        );
    }
    document + "</feed>\n"
}

/// JSON Feed 1.1.
pub(super) fn json_feed(masthead: &Masthead, articles: &[Article]) -> String {
    let items = articles.iter().map(|article| {
        json!({
            "id": article.slug,
            "url": masthead.article(article.slug),
            "title": article.title,
            "content_html": html(article),
            "image": format!("{}/anh/{}.svg", masthead.home, article.slug),
            "date_published": masthead.published(article).to_rfc3339(),
            "authors": [{ "name": article.author }],
            "tags": [article.category],
        })
    });
    let document = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": masthead.title,
        "home_page_url": format!("{}/", masthead.home),
        "language": "vi",
        "items": items.collect::<Vec<_>>(),
    });
    document.to_string()
}

/// The text with its picture, whose address is relative, as publishers write it.
fn html(article: &Article) -> String {
    let paragraphs = article.paragraphs.iter().map(|text| format!("<p>{}</p>", escape(*text)));
    format!(
        "<p><img src=\"/anh/{}.svg\" alt=\"{}\"></p>{}",
        article.slug,
        escape(article.picture),
        paragraphs.collect::<String>()
    )
}

/// A page for people.
pub(super) fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body style=\"font:1rem/1.6 sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem\">\
         <h1>{title}</h1>{body}</body></html>\n",
        title = escape(title)
    )
}

/// The page of an article.
pub(super) fn article_page(masthead: &Masthead, article: &Article) -> String {
    let date = masthead.published(article).format("%d/%m/%Y %H:%M");
    let line = format!("<p><small>{} · {date} · {}</small></p>", masthead.title, escape(article.author));
    page(article.title, &format!("{line}{}", html(article)))
}

/// A landscape in two colours that come from its name.
pub(super) fn picture(article: &Article) -> String {
    let hue = article.slug.bytes().fold(0_u32, |hue, byte| (hue * 31 + u32::from(byte)) % 360);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 360\" role=\"img\"><title>{}</title>\
         <rect width=\"640\" height=\"360\" fill=\"hsl({hue} 55% 82%)\"/>\
         <circle cx=\"480\" cy=\"90\" r=\"42\" fill=\"hsl(45 90% 72%)\"/>\
         <path d=\"M0 260 130 120l90 90 110-130 150 160 70-60 90 80v100H0z\" fill=\"hsl({hue} 30% 45%)\"/>\
         <path d=\"M0 300q160-40 320 0t320 0v60H0z\" fill=\"hsl({hue} 40% 30%)\"/></svg>\n",
        escape(article.picture)
    )
}
