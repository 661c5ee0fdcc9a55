//! `/opml.xml`, all that can be subscribed to, and `/feed.css`, how browsers show a feed. Each is made once for a
//! configuration, off the async threads.

use std::sync::Arc;

use axum::{http::request::Parts, response::Response};
use tokio::sync::Mutex;

use super::{Site, answer};
use crate::{
    config::Config,
    model::{ChannelId, Province, Source, Timestamp},
    publish::{self, OPML_TYPE, Outline, Published, STYLESHEET, STYLESHEET_TYPE},
};

/// The outline of a configuration, since somebody asked for it.
#[derive(Default)]
pub struct Outlines {
    made: Mutex<Option<(Arc<Config>, Arc<Published>)>>,
}

/// The outline as an answer.
pub(super) async fn outline(site: &Site, request: &Parts) -> Response {
    let config = site.config.borrow().clone();
    let mut made = site.outlines.made.lock().await;
    let kept =
        made.as_ref().filter(|(of, _)| Arc::ptr_eq(of, &config)).map(|(_, document)| Arc::clone(document));
    let document = if let Some(document) = kept {
        document
    } else {
        let of = Arc::clone(&config);
        let document = tokio::task::spawn_blocking(move || published(render(&of), OPML_TYPE)).await;
        let Ok(document) = document.map(Arc::new) else {
            return super::unavailable("The outline cannot be made just now: see the log.");
        };
        *made = Some((config, Arc::clone(&document)));
        document
    };
    drop(made);
    answer::plain_document(&document, &request.headers)
}

/// The stylesheet as an answer.
pub(super) async fn stylesheet(request: &Parts) -> Response {
    static MADE: tokio::sync::OnceCell<Published> = tokio::sync::OnceCell::const_new();
    let make = || async { published(STYLESHEET.as_bytes().to_vec(), STYLESHEET_TYPE) };
    answer::plain_document(MADE.get_or_init(make).await, &request.headers)
}

/// When they last changed nobody knows: their entity tags tell.
fn published(bytes: Vec<u8>, media_type: &'static str) -> Published {
    let digest = Published::digest(&bytes);
    Published::new(bytes, digest, media_type, Timestamp::UNIX_EPOCH)
}

/// The merged feeds first, then each province's with its sources, then the sources of none.
fn render(config: &Config) -> Vec<u8> {
    let home = config.server.public_url.as_str();
    let feed = |title: &str, channel: &ChannelId, site: String| Outline::Feed {
        title: title.to_owned(),
        address: format!("{home}{channel}.xml"),
        site,
    };
    let own = |source: &Arc<Source>| {
        feed(&source.title, &ChannelId::Source(source.id.clone()), publish::site(source))
    };
    let mut lines = vec![feed(&config.channel.title, &ChannelId::All, home.to_owned())];
    let channels = config.channels.iter();
    lines.extend(channels.map(|own| feed(&own.title, &ChannelId::Own(own.slug.clone()), home.to_owned())));
    let enabled = || config.sources.iter().filter(|source| source.enabled);
    for province in Province::all() {
        let mut sources = enabled().filter(|source| source.province == Some(province)).peekable();
        if sources.peek().is_some() {
            let merged = feed(province.name(), &ChannelId::Province(province), home.to_owned());
            let lines_of_it = std::iter::once(merged).chain(sources.map(own)).collect();
            lines.push(Outline::Group { title: province.name().to_owned(), lines: lines_of_it });
        }
    }
    lines.extend(enabled().filter(|source| source.province.is_none()).map(own));
    publish::opml(&config.channel.title, &lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Surroundings;

    #[test]
    fn every_source_that_is_polled_stands_below_its_province() {
        let file = "[server]\npublic_url = \"https://tin.example.vn/\"\n\
            [[feeds]]\nid = \"a\"\ntitle = \"A\"\nprovince = \"nam-dinh\"\nurl = \"https://a.vn/rss\"\n\
            [[feeds]]\nid = \"b\"\ntitle = \"B\"\nurl = \"https://b.vn/rss\"\n\
            [[feeds]]\nid = \"c\"\ntitle = \"C\"\nenabled = false\nurl = \"https://c.vn/rss\"\n\
            [[channels]]\nslug = \"bao-lu\"\ntitle = \"Bão\"\n";
        let config = crate::config::parse(file, &Surroundings::default()).unwrap();
        let document = String::from_utf8(render(&config)).unwrap();
        let tree = roxmltree::Document::parse(&document).unwrap();
        let outlines = tree.descendants().filter(|node| node.has_tag_name("outline"));
        let told: Vec<_> = outlines
            .map(|node| {
                let depth = node.ancestors().filter(|node| node.has_tag_name("outline")).count();
                (depth, node.attribute("text").unwrap(), node.attribute("xmlUrl").unwrap_or_default())
            })
            .collect();
        let wanted = [
            (1, "Tin các tỉnh", "https://tin.example.vn/feed.xml"),
            (1, "Bão", "https://tin.example.vn/channels/bao-lu.xml"),
            (1, "Ninh Bình", ""),
            (2, "Ninh Bình", "https://tin.example.vn/provinces/ninh-binh.xml"),
            (2, "A", "https://tin.example.vn/sources/a.xml"),
            (1, "B", "https://tin.example.vn/sources/b.xml"),
        ];
        assert_eq!(told, wanted);
        assert!(document.contains("htmlUrl=\"https://a.vn/\""));
    }
}
