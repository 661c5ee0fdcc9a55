//! OPML 2.0: all that can be subscribed to, for readers to import. The addresses are our own: those are clean, and go on
//! when a publisher's moves.

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesPI, BytesStart, BytesText, Event},
};

use super::{STYLESHEET_NAME, address::address as escaped, plain::plain};

/// For the `Content-Type` header. As the XML that it is: browsers show that by its stylesheet, and save OPML's own type as a file.
pub const OPML_TYPE: &str = "application/xml; charset=utf-8";

/// A line of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outline {
    /// A group: a province.
    Group {
        /// What it is called.
        title: String,
        /// What belongs to it.
        lines: Vec<Outline>,
    },
    /// A feed.
    Feed {
        /// What it is called.
        title: String,
        /// Where to subscribe, absolute.
        address: String,
        /// The publisher's own page, absolute.
        site: String,
    },
}

/// The outline as a document. Equal arguments give equal bytes.
#[must_use]
pub fn opml(title: &str, lines: &[Outline]) -> Vec<u8> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to a Vec does not fail; were it to, readers would get nothing, never half a document.
    write(&mut writer, title, lines).map(|()| writer.into_inner()).unwrap_or_default()
}

fn write(writer: &mut Writer<Vec<u8>>, title: &str, lines: &[Outline]) -> std::io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let stylesheet = format!("xml-stylesheet type=\"text/css\" href=\"{STYLESHEET_NAME}\"");
    writer.write_event(Event::PI(BytesPI::new(stylesheet)))?;
    let root = BytesStart::new("opml").with_attributes([("version", "2.0")]);
    writer.write_event(Event::Start(root))?;
    writer.create_element("head").write_inner_content(|head| {
        head.create_element("title").write_text_content(BytesText::new(&plain(title)))?;
        Ok(())
    })?;
    writer.write_event(Event::Start(BytesStart::new("body")))?;
    for line in lines {
        outline(writer, line)?;
    }
    writer.write_event(Event::End(BytesEnd::new("body")))?;
    writer.write_event(Event::End(BytesEnd::new("opml")))
}

fn outline(writer: &mut Writer<Vec<u8>>, line: &Outline) -> std::io::Result<()> {
    let mut element = BytesStart::new("outline");
    match line {
        Outline::Group { title, lines } => {
            let title = plain(title);
            element.extend_attributes([("text", &*title), ("title", &*title)]);
            writer.write_event(Event::Start(element))?;
            for line in lines {
                outline(writer, line)?;
            }
            writer.write_event(Event::End(BytesEnd::new("outline")))
        }
        Outline::Feed { title, address, site } => {
            let title = plain(title);
            element.extend_attributes([
                ("type", "rss"),
                ("text", &*title),
                ("title", &*title),
                ("xmlUrl", &*escaped(address)),
                ("htmlUrl", &*escaped(site)),
                ("language", "vi"),
            ]);
            writer.write_event(Event::Empty(element))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_can_be_imported() {
        let feed = Outline::Feed {
            title: "Báo \"Ninh Bình\" <b>\u{0} & bạn".to_owned(),
            address: "http://a.vn/sources/a.xml?x=1|&y=2".to_owned(),
            site: "https://baoninhbinh.org.vn/".to_owned(),
        };
        let lines = [Outline::Group { title: "Ninh Bình".to_owned(), lines: vec![feed] }];
        let document = String::from_utf8(opml("Tin các tỉnh", &lines)).unwrap();
        let tree = roxmltree::Document::parse(&document).unwrap();
        assert_eq!(tree.root_element().attribute("version"), Some("2.0"));
        let title = tree.descendants().find(|node| node.has_tag_name("title")).unwrap();
        assert_eq!(title.text(), Some("Tin các tỉnh"));
        let outlines: Vec<_> = tree.descendants().filter(|node| node.has_tag_name("outline")).collect();
        assert_eq!(outlines.len(), 2);
        assert_eq!(outlines[1].parent(), Some(outlines[0]));
        assert_eq!(outlines[0].attribute("text"), Some("Ninh Bình"));
        assert_eq!(outlines[1].attribute("text"), Some("Báo \"Ninh Bình\" ‹b> & bạn"));
        assert_eq!(outlines[1].attribute("xmlUrl"), Some("http://a.vn/sources/a.xml?x=1%7C&y=2"));
        assert_eq!(outlines[1].attribute("type"), Some("rss"));
    }
}
