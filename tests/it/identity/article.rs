//! What publishers write: RSS items with some of their parts.

use std::fmt::Write as _;

/// An item; what is empty is left out.
#[derive(Debug, Clone, Default)]
pub struct Article {
    title: String,
    guid: String,
    link: String,
    date: String,
    text: String,
}

/// An item that is nothing but a title.
pub fn only(title: &str) -> Article {
    Article { title: title.to_owned(), ..Article::default() }
}

/// An item of this day of January 2012, with all its parts made of a number: the guid `g7`, the link `/7.html`.
pub fn article(number: u32, title: &str) -> Article {
    let text = format!("Về {title}");
    only(title).guid(&format!("g{number}")).link(&format!("/{number}.html")).day(number).text(&text)
}

impl Article {
    pub fn guid(self, guid: &str) -> Self {
        Self { guid: guid.to_owned(), ..self }
    }

    pub fn link(self, link: &str) -> Self {
        Self { link: link.to_owned(), ..self }
    }

    /// At five in the morning.
    pub fn day(self, day: u32) -> Self {
        self.at(&format!("{day} Jan 2012 05:00:00 +0700"))
    }

    pub fn at(self, date: &str) -> Self {
        Self { date: date.to_owned(), ..self }
    }

    pub fn text(self, text: &str) -> Self {
        Self { text: text.to_owned(), ..self }
    }

    pub fn title(self, title: &str) -> Self {
        Self { title: title.to_owned(), ..self }
    }
}

/// The document of a site with these items.
pub fn document(home: &str, items: &[Article]) -> String {
    let mut document = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>Báo thử</title>\
         <link>{home}</link><description>Tin thử</description>"
    );
    for Article { title, guid, link, date, text } in items {
        document += "<item>";
        let guid = (guid, "guid isPermaLink=\"false\"", "guid");
        for (value, open, close) in [
            (title, "title", "title"),
            guid,
            (link, "link", "link"),
            (date, "pubDate", "pubDate"),
            (text, "description", "description"),
        ] {
            if !value.is_empty() {
                write!(document, "<{open}><![CDATA[{value}]]></{close}>").unwrap();
            }
        }
        document += "</item>";
    }
    document + "</channel></rss>"
}
