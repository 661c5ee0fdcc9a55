mod fields;
mod hostile;
mod ill_formed;
mod mutations;
mod repairs;
mod shapes;

use std::{thread, time::Duration};

use super::*;
use crate::model::{Author, Enclosure};

/// Parses on a thread of the promised size, with a reader that knows RFC 3339 and RFC 2822 alone.
fn read_as(bytes: &[u8], content_type: Option<&str>) -> Result<Feed, ParseError> {
    let (bytes, content_type) = (bytes.to_vec(), content_type.map(str::to_owned));
    let thread = thread::Builder::new().stack_size(STACK_SIZE).spawn(move || {
        let url = Url::parse("https://bao.example/rss/home.rss").unwrap();
        let document = Document { bytes: &bytes, content_type: content_type.as_deref(), url: &url };
        parse(&document, |text| {
            let date = chrono::DateTime::parse_from_rfc3339(text.trim());
            date.or_else(|_| chrono::DateTime::parse_from_rfc2822(text.trim())).ok().map(|date| date.to_utc())
        })
    });
    thread.unwrap().join().unwrap()
}

fn read(text: &str) -> Result<Feed, ParseError> {
    read_as(text.as_bytes(), None)
}

fn only(text: &str) -> Item {
    let mut feed = read(text).unwrap();
    assert_eq!(feed.items.len(), 1);
    feed.items.remove(0)
}

/// An RSS 2.0 item with these contents.
fn rss_item(contents: &str) -> Item {
    only(&format!(
        "<?xml version='1.0' encoding='utf-8'?><rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom' \
         xmlns:media='http://search.yahoo.com/mrss/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' \
         xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/'>\
         <channel><title>Báo</title><link>https://bao.example</link><item>{contents}</item></channel></rss>"
    ))
}

fn plain(body: &str) -> Text {
    Text { body: body.to_owned(), kind: TextKind::Plain }
}

fn html(body: &str) -> Text {
    Text { body: body.to_owned(), kind: TextKind::Html }
}

#[test]
fn an_item_of_the_onecms_family_has_its_link_date_and_picture() {
    let feed = read(
        "\r\n\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\
         <rss xmlns:atom='http://www.w3.org/2005/Atom' version='2.0'><channel><title>Báo Thử</title>\
         <link>https://bao.example</link><description><![CDATA[Tin thử]]></description><language>vi-VN</language><ttl>5</ttl>\
         <generator> Máy in </generator><atom:link href='https://bao.example/rss/home.rss' rel='self'/>\
         <image><url>https://bao.example/logo.png</url></image>\
         <item><title><![CDATA[Một tin]]></title><image>https://anh.example/a.jpg?w=1&amp;h=2</image>\
         <description><![CDATA[<p>Lời dẫn</p>]]></description><pubDate>Mon, 21 Nov 2022 21:15:26 +0700</pubDate>\
         <guid> https://bao.example/mot-tin-post1.html\n</guid>\
         <atom:link rel='self' href='https://bao.example/rss/home.rss'/><link>https://bao.example/mot-tin-post1.html</link></item>\
         <item><title>Hai</title><thumb>/b.png</thumb><link>/hai</link></item>\
         <item><title>Ba</title><link> </link></item></channel></rss>",
    )
    .unwrap();
    assert_eq!(feed.format, Some(Format::Rss2));
    assert_eq!(feed.title.as_deref(), Some("Báo Thử"));
    assert_eq!(feed.link.as_deref(), Some("https://bao.example"));
    assert_eq!(feed.description.as_deref(), Some("Tin thử"));
    assert_eq!(feed.language.as_deref(), Some("vi-VN"));
    assert_eq!(feed.generator.as_deref(), Some("Máy in"));
    assert_eq!(feed.ttl, Some(Duration::from_mins(5)));
    let [one, two, three] = feed.items.as_slice() else { panic!("{feed:#?}") };
    assert_eq!(
        *one,
        Item {
            guid: Some("https://bao.example/mot-tin-post1.html".to_owned()),
            title: Some(html("Một tin")),
            link: Some("https://bao.example/mot-tin-post1.html".to_owned()),
            summary: Some(html("<p>Lời dẫn</p>")),
            published: Some("2022-11-21T14:15:26Z".parse().unwrap()),
            image: Some("https://anh.example/a.jpg?w=1&h=2".to_owned()),
            ..Item::default()
        }
    );
    assert_eq!((two.guid.as_deref(), two.link.as_deref()), (None, Some("https://bao.example/hai")));
    assert_eq!(two.image.as_deref(), Some("https://bao.example/b.png"));
    assert_eq!((three.link.as_deref(), three.image.as_deref()), (None, None));
}

#[test]
fn a_nukeviet_guid_is_freed_of_its_padding() {
    let item = rss_item(
        "<title> Tin </title><guid isPermaLink=\"false\">\n   <![CDATA[news_1]]>\n   </guid><link>\n https://a.example/1.html?x=1&amp;y=2 \n</link>",
    );
    assert_eq!(item.guid.as_deref(), Some("news_1"));
    assert_eq!(item.link.as_deref(), Some("https://a.example/1.html?x=1&y=2"));
    assert_eq!(item.title, Some(html("Tin")));
}

#[test]
fn pictures_are_found_wherever_they_stand() {
    let rows = [
        ("<image><title>x</title><url>https://a.example/1</url></image>", "https://a.example/1"),
        ("<image url='https://a.example/1'/>", "https://a.example/1"),
        ("<media:thumbnail url='https://a.example/1'/>", "https://a.example/1"),
        ("<media:group><media:thumbnail url='https://a.example/1'/></media:group>", "https://a.example/1"),
        ("<media:content url='https://a.example/1' medium='image'/>", "https://a.example/1"),
        ("<media:content url='https://a.example/1.JPG?x=1'/>", "https://a.example/1.JPG?x=1"),
        ("<media:content url='https://a.example/1' type='image/webp'/>", "https://a.example/1"),
        ("<itunes:image href='https://a.example/1'/>", "https://a.example/1"),
        ("<enclosure url='/1' type='image/jpeg' length='9'/>", "https://bao.example/1"),
        ("<thumb>https://a.example/t</thumb><image>https://a.example/1</image>", "https://a.example/1"),
    ];
    for (contents, expected) in rows {
        assert_eq!(rss_item(contents).image.as_deref(), Some(expected), "{contents}");
    }
    for contents in
        ["<image>javascript:alert(1)</image>", "<image> </image>", "<image>hai từ</image>", "<image/>"]
    {
        assert_eq!(rss_item(contents).image, None, "{contents}");
    }
}

#[test]
fn files_bodies_and_names_are_kept() {
    let item = rss_item(
        "<enclosure url='https://a.example/1.mp3' type='audio/mpeg' length='42'/><author>tin@bao.example (Nguyễn Văn A)</author>\
         <dc:creator>Lê Thị B</dc:creator><dc:creator>Lê Thị B</dc:creator><category> Xã hội </category><category/>\
         <description>&lt;b&gt;Dẫn&lt;/b&gt;</description><content:encoded><![CDATA[<p>Toàn văn</p>]]></content:encoded>",
    );
    let media_type = Some("audio/mpeg".to_owned());
    assert_eq!(
        item.enclosures,
        [Enclosure {
            url: "https://a.example/1.mp3".to_owned(),
            media_type,
            length: Some(42),
            ..Enclosure::default()
        }]
    );
    let author = |name: &str| Author { name: name.to_owned(), url: None };
    assert_eq!(item.authors, [author("Nguyễn Văn A"), author("Lê Thị B")]);
    assert_eq!(item.categories, ["Xã hội"]);
    assert_eq!((item.summary, item.content), (Some(html("<b>Dẫn</b>")), Some(html("<p>Toàn văn</p>"))));
}

#[test]
fn an_atom_entry_has_its_alternate_link_and_types() {
    let item = only(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><entry><id> tag:1 </id>\
         <title type='html'>A &lt;b&gt;B&lt;/b&gt;</title><link rel='self' href='/self'/>\
         <link rel='alternate' type='application/pdf' href='/pdf'/><link rel='alternate' type='text/html' href='/bai'/>\
         <link rel='enclosure' type='video/mp4' href='/v.mp4' length='7'/><category term='xh' label='Xã hội'/>\
         <summary>a &lt; b</summary><content type='html' xml:base='https://khac.example/x/'>&lt;p&gt;c&lt;/p&gt;</content>\
         <updated>2012-01-17T05:57:00Z</updated><author><name>C</name><uri>https://c.example/</uri></author></entry></feed>",
    );
    assert_eq!(item.guid.as_deref(), Some("tag:1"));
    assert_eq!(item.link.as_deref(), Some("https://bao.example/bai"));
    assert_eq!((item.title, item.summary), (Some(html("A <b>B</b>")), Some(plain("a < b"))));
    assert_eq!(item.content, Some(html("<p>c</p>")));
    assert_eq!(item.base.as_ref().map(Url::as_str), Some("https://khac.example/x/"));
    assert_eq!((item.published, item.updated), (None, Some("2012-01-17T05:57:00Z".parse().unwrap())));
    assert_eq!(item.categories, ["Xã hội"]);
    assert_eq!(item.authors, [Author { name: "C".to_owned(), url: Some("https://c.example/".to_owned()) }]);
    assert_eq!(item.enclosures.first().map(|file| file.url.as_str()), Some("https://bao.example/v.mp4"));
}

#[test]
fn rdf_and_json_are_read_too() {
    let item = only(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>\
         <channel><title>T</title></channel><item><title>A</title><link>https://a.example/1</link>\
         <description>&lt;p&gt;x&lt;/p&gt;</description></item></rdf:RDF>",
    );
    assert_eq!((item.link.as_deref(), item.summary), (Some("https://a.example/1"), Some(html("<p>x</p>"))));
    let item = only(
        "\u{feff} {\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", \"items\": [{\"id\": \"1\", \
         \"url\": \"https://a.example/1\", \"content_html\": \"<p>x</p>\", \"image\": \"/1.png\", \
         \"authors\": [{\"name\": \"Nguyễn Văn A（a@b.vn）\"}], \"date_published\": \"2012-01-17T05:57:00Z\", \
         \"attachments\": [{\"url\": \"https://a.example/1.mp3\", \"mime_type\": \"audio/mpeg\"}]}]}",
    );
    assert_eq!((item.guid.as_deref(), item.link.as_deref()), (Some("1"), Some("https://a.example/1")));
    assert_eq!(
        (item.content, item.image.as_deref()),
        (Some(html("<p>x</p>")), Some("https://bao.example/1.png"))
    );
    assert_eq!((item.enclosures.len(), item.authors.len()), (1, 1));
    assert!(item.published.is_some());
}

#[test]
fn what_is_no_feed_is_told_as_what_it_is() {
    let rows = [
        ("", "the body is empty"),
        ("\u{feff} \r\n", "the body is empty"),
        ("<?xml version='1.0'?>\n", "the body is empty"),
        (
            "<!DOCTYPE html>\n<HTML><head><title>Trang\n chủ</title>",
            "it is a web page titled “Trang chủ”, not a feed",
        ),
        ("<?xml version='1.0'?><!-- a --><html xmlns='x'/>", "it is a web page, not a feed"),
        ("<!doctype html><title>Báo", "it is a web page, not a feed"),
        (
            "<!--[if IE 7]><![endif]--><![if !IE]><html><title>Báo</title>",
            "it is a web page titled “Báo”, not a feed",
        ),
        ("<br>Lỗi <b>kết nối", "it is a web page, not a feed"),
        (
            "<html><body><script>document.cookie=\"D1N=0123\"+\"; path=/\";window.location.reload(true);</script></body></html>",
            "it is a page that wants a cookie (D1N) set by its script, not a feed",
        ),
        ("Không có tin.", "it is neither XML nor JSON; it begins with `Không có tin.`"),
        ("<<<", "it is neither XML nor JSON; it begins with `<<<`"),
        ("<urlset><url/></urlset>", "it is an XML document of another kind (<urlset>), not a feed"),
        ("{\"error\": 1}", "it is a JSON document of another kind, not a feed"),
    ];
    for (text, expected) in rows {
        assert_eq!(read(text).unwrap_err().to_string(), expected);
    }
    assert!(matches!(read_as(&vec![b' '; BODY_MAX + 1], None), Err(ParseError::TooLarge(_))));
}
