//! What happens to us, as a feed for those who look after us. RSS 2.0, by the `rss` crate.

use rss::extension::atom::{AtomExtension, Link};

use super::{Format, dates, legal, plain::plain, urn};
use crate::model::{Digest, SourceId, Timestamp};

/// Times in it are those of all Vietnam.
const ZONE: chrono_tz::Tz = chrono_tz::Asia::Ho_Chi_Minh;

/// What the feed says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulletin {
    /// How people call it.
    pub title: String,
    /// One sentence on what it carries.
    pub description: String,
    /// The page that it belongs to, absolute.
    pub home: String,
    /// Where it is served, absolute.
    pub address: String,
    /// As in RFC 5646.
    pub language: &'static str,
}

/// Something that happened to a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// To which.
    pub source: SourceId,
    /// When; with the source it tells this from all others, for ever.
    pub at: Timestamp,
    /// In a few words.
    pub title: String,
    /// More of it, as plain text.
    pub text: String,
    /// Where all is told, absolute.
    pub link: String,
}

/// The feed, with these notices in this order. Equal arguments give equal bytes.
#[must_use]
pub fn bulletin(about: &Bulletin, notices: &[Notice]) -> Vec<u8> {
    let itself = Link {
        href: about.address.clone(),
        rel: "self".to_owned(),
        mime_type: Some(Format::Rss.link_type().to_owned()),
        ..Link::default()
    };
    let newest = notices.iter().map(|notice| notice.at).max();
    let document = rss::Channel {
        title: plain(&about.title),
        link: about.home.clone(),
        description: plain(&about.description),
        language: Some(about.language.to_owned()),
        // The last real change, never "now": an unchanged feed must stay the same bytes.
        last_build_date: newest.map(|at| dates::rfc_822(at, ZONE)),
        generator: Some(concat!("tintinh ", env!("CARGO_PKG_VERSION")).to_owned()),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        items: notices.iter().map(item).collect(),
        atom_ext: Some(AtomExtension { links: vec![itself] }),
        ..rss::Channel::default()
    };
    let document = document.to_string();
    let declaration =
        if document.starts_with("<?xml ") { "" } else { "<?xml version=\"1.0\" encoding=\"utf-8\"?>" };
    [declaration, &document].concat().into_bytes()
}

fn item(notice: &Notice) -> rss::Item {
    // Readers take a description for HTML.
    let text = legal(&notice.text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    rss::Item {
        title: Some(plain(&notice.title)),
        link: Some(notice.link.clone()),
        description: Some(text).filter(|text| !text.is_empty()),
        guid: Some(rss::Guid { value: guid(notice), permalink: false }),
        pub_date: Some(dates::rfc_822(notice.at, ZONE)),
        ..rss::Item::default()
    }
}

/// Neither our address nor the language enters it.
fn guid(notice: &Notice) -> String {
    let at = notice.at.timestamp_millis().to_be_bytes();
    urn(Digest::of(&[b"tintinh notice", notice.source.as_str().as_bytes(), &at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(title: &str, text: &str) -> String {
        let about = Bulletin {
            title: "Tình trạng".to_owned(),
            description: "Khi có nguồn hỏng".to_owned(),
            home: "http://127.0.0.1:8081/".to_owned(),
            address: "http://127.0.0.1:8081/health.xml".to_owned(),
            language: "vi",
        };
        let notice = Notice {
            source: SourceId::new("bao-ninh-binh").unwrap(),
            at: "2026-11-23T06:00:00.123Z".parse().unwrap(),
            title: title.to_owned(),
            text: text.to_owned(),
            link: "http://127.0.0.1:8081/sources/bao-ninh-binh".to_owned(),
        };
        String::from_utf8(bulletin(&about, &[notice])).unwrap()
    }

    #[test]
    fn a_notice_is_an_item_under_a_guid_that_never_changes() {
        let document = document("✗ Báo", "timed out");
        let tree = roxmltree::Document::parse(&document).unwrap();
        let text = |name: &str| {
            let item = tree.descendants().find(|node| node.has_tag_name("item")).unwrap();
            item.children()
                .find(|node| node.has_tag_name(name))
                .and_then(|node| node.text().map(str::to_owned))
        };
        let told = ["title", "link", "description", "guid", "pubDate"].map(|name| text(name).unwrap());
        // Literals, for they must be the same in every version to come.
        let wanted = [
            "✗ Báo",
            "http://127.0.0.1:8081/sources/bao-ninh-binh",
            "timed out",
            "urn:uuid:f50c8b61-ab40-8625-9ab7-e55fc0c76977",
            "Mon, 23 Nov 2026 13:00:00 +0700",
        ];
        assert_eq!(told, wanted);
        assert!(document.starts_with("<?xml ") && document.contains("isPermaLink=\"false\""), "{document}");
        assert!(
            document.contains("<atom:link href=\"http://127.0.0.1:8081/health.xml\" rel=\"self\""),
            "{document}"
        );
    }

    #[test]
    fn whatever_a_publisher_said_stays_text() {
        let document = document("<img src=x onerror=alert(1)>", "<script>alert(1)</script> & \u{0}\u{ffff}");
        let tree = roxmltree::Document::parse(&document).unwrap();
        let item = tree.descendants().find(|node| node.has_tag_name("item")).unwrap();
        let texts: Vec<_> = item.children().filter_map(|node| node.text()).take(3).collect();
        assert_eq!(texts[0], "‹img src=x onerror=alert(1)>");
        assert_eq!(texts[2], "&lt;script&gt;alert(1)&lt;/script&gt; &amp; ");
    }
}
