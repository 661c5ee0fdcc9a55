//! One small document for each rule of each field: which element counts, and how its value is read.

use super::*;

/// An item of RSS 2.0 in a feed at `https://bao.example/rss/home.rss` whose link is `https://bao.example/tin/`.
fn rss(contents: &str) -> Item {
    only(&format!(
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom' xmlns:media='http://search.yahoo.com/mrss/' \
         xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' xmlns:dc='http://purl.org/dc/elements/1.1/' \
         xmlns:dcterms='http://purl.org/dc/terms/' xmlns:content='http://purl.org/rss/1.0/modules/content/' \
         xmlns:xhtml='http://www.w3.org/1999/xhtml'><channel><title>T</title><link>https://bao.example/tin/</link>\
         <item>{contents}</item></channel></rss>"
    ))
}

/// An entry of Atom 1.0 in a feed of B.
fn atom(contents: &str) -> Item {
    only(&format!(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://goc.example/a/'><author><name>B</name></author>\
         <entry>{contents}</entry></feed>"
    ))
}

#[test]
fn a_link_is_found_by_its_rank() {
    let rows: &[(&str, Option<&str>)] = &[
        ("<link>/1</link>", Some("https://bao.example/1")),
        ("<link>1</link>", Some("https://bao.example/tin/1")),
        ("<atom:link rel='self' href='/rss'/><link>/1</link>", Some("https://bao.example/1")),
        ("<atom:link href='/2'/><link>/1</link>", Some("https://bao.example/1")),
        ("<atom:link href='/2'/>", Some("https://bao.example/2")),
        (
            "<atom:link rel='alternate' href='/2'/><guid>https://a.example/3</guid>",
            Some("https://bao.example/2"),
        ),
        ("<atom:link rel='self' href='/rss'/>", None),
        ("<atom:link rel='related' href='/rss'/>", None),
        ("<guid>https://a.example/3</guid>", Some("https://a.example/3")),
        ("<guid isPermaLink='TRUE'>https://a.example/3</guid><link> </link>", Some("https://a.example/3")),
        ("<guid isPermaLink='false'>https://a.example/3</guid>", None),
        ("<guid>news_1</guid>", None),
        ("<link xml:base='https://goc.example/x/'>3</link>", Some("https://goc.example/x/3")),
        ("<link><![CDATA[ https://a.example/1?a=1&b=2 ]]></link>", Some("https://a.example/1?a=1&b=2")),
    ];
    for (contents, expected) in rows {
        assert_eq!(rss(contents).link.as_deref(), *expected, "{contents}");
    }
    let rows: &[(&str, Option<&str>)] = &[
        ("<link href='1'/>", Some("https://goc.example/a/1")),
        ("<link rel='enclosure' href='1'/><link rel='alternate' href='2'/>", Some("https://goc.example/a/2")),
        (
            "<link type='application/pdf' href='1'/><link type='text/html' href='2'/>",
            Some("https://goc.example/a/2"),
        ),
        (
            "<link rel='http://www.iana.org/assignments/relation/alternate' href='2'/>",
            Some("https://goc.example/a/2"),
        ),
        ("<link>https://a.example/1</link>", Some("https://a.example/1")),
        ("<link rel='self' href='1'/><id>https://a.example/1</id>", None),
    ];
    for (contents, expected) in rows {
        assert_eq!(atom(contents).link.as_deref(), *expected, "{contents}");
    }
    let bases = "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/a/'><entry xml:base='b/'>\
                 <link href='1'/><content type='html' xml:base='c/'>x</content></entry></feed>";
    let item = only(bases);
    assert_eq!(item.link.as_deref(), Some("https://bao.example/a/b/1"));
    assert_eq!(item.base.as_ref().map(Url::as_str), Some("https://bao.example/a/b/c/"));
}

#[test]
fn texts_are_told_by_element_and_type() {
    let rows: &[(&str, Option<Text>, Option<Text>)] = &[
        ("<description>a <b>b</b> c</description>", Some(html("a <b>b</b> c")), None),
        (
            "<description>a<br/>b<img src=\"/1.png\" alt=\"&quot;x&quot;\"/></description>",
            Some(html("a<br>b<img src=\"/1.png\" alt=\"&quot;x&quot;\">")),
            None,
        ),
        ("<description>&lt;p&gt;a&lt;/p&gt;</description>", Some(html("<p>a</p>")), None),
        ("<description></description><description>a</description>", Some(html("a")), None),
        ("<dc:description>a</dc:description>", Some(html("a")), None),
        ("<itunes:subtitle>b</itunes:subtitle><itunes:summary>a</itunes:summary>", Some(html("a")), None),
        ("<media:group><media:description>a</media:description></media:group>", Some(html("a")), None),
        ("<content:encoded>b</content:encoded>", None, Some(html("b"))),
        (
            "<description>a</description><xhtml:body><xhtml:p>b</xhtml:p></xhtml:body>",
            Some(html("a")),
            Some(html("<p>b</p>")),
        ),
        ("<body xmlns='http://www.w3.org/1999/xhtml'><p>b</p></body>", None, Some(html("<p>b</p>"))),
        ("<description>a</description><fullitem>b</fullitem>", Some(html("a")), Some(html("b"))),
        (
            "<atom:summary>a</atom:summary><atom:content type='html'>b</atom:content>",
            Some(html("a")),
            Some(html("b")),
        ),
    ];
    for (contents, summary, content) in rows {
        let item = rss(contents);
        assert_eq!((&item.summary, &item.content), (summary, content), "{contents}");
    }
    let rows: &[(&str, Option<Text>)] = &[
        ("<content>a &lt; b</content>", Some(plain("a < b"))),
        ("<content type='text'>&lt;b&gt;</content>", Some(plain("<b>"))),
        ("<content type='html'>&lt;b&gt;x&lt;/b&gt;</content>", Some(html("<b>x</b>"))),
        ("<content type='text/html; charset=utf-8'>&lt;b&gt;x&lt;/b&gt;</content>", Some(html("<b>x</b>"))),
        (
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>a &lt; b</p></div></content>",
            Some(html("<p>a &lt; b</p>")),
        ),
        (
            "<content type='xhtml'><x:div xmlns:x='http://www.w3.org/1999/xhtml'>a<x:br/></x:div></content>",
            Some(html("a<br>")),
        ),
        ("<content type='xhtml'><div>a</div><div>b</div></content>", Some(html("<div>a</div><div>b</div>"))),
        ("<content type='xhtml'>&lt;p&gt;a&lt;/p&gt;</content>", Some(html("<p>a</p>"))),
        ("<content type='tin'>&lt;p&gt;a&lt;/p&gt;</content>", Some(html("<p>a</p>"))),
        ("<content type='tin'>a</content>", Some(plain("a"))),
        ("<content type='image/png'>iVBORw0KGgo=</content>", None),
        ("<content type='text/html' mode='base64'>PHA+Y2Fm\nw6k8L3A+</content>", Some(html("<p>café</p>"))),
        ("<content src='https://a.example/'/>", None),
    ];
    for (contents, content) in rows {
        assert_eq!(atom(contents).content, *content, "{contents}");
    }
}

#[test]
fn titles_are_not_cut_at_their_markup() {
    let rows = [
        ("<title>a <b>b</b> c</title>", "a <b>b</b> c"),
        ("<media:title>x</media:title><title>a</title>", "a"),
        ("<title/><media:title>x</media:title>", "x"),
        ("<dc:title>a</dc:title>", "a"),
        ("<title>&amp;#225;</title>", "&#225;"),
    ];
    for (contents, expected) in rows {
        assert_eq!(rss(contents).title, Some(html(expected)), "{contents}");
    }
    assert_eq!(atom("<title>a &lt; b</title>").title, Some(plain("a < b")));
    assert_eq!(atom("<title type='xhtml'><div>a <em>b</em></div></title>").title, Some(html("a <em>b</em>")));
}

#[test]
fn ids_are_the_publishers_own() {
    let rdf = |item: &str| {
        only(&format!(
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>{item}</rdf:RDF>"
        ))
    };
    let item = rdf("<item rdf:about='https://a.example/1'><title>A</title></item>");
    assert_eq!(
        (item.guid.as_deref(), item.link.as_deref()),
        (Some("https://a.example/1"), Some("https://a.example/1"))
    );
    let item = rdf("<item rdf:about='urn:1'><title>A</title><link>https://a.example/2</link></item>");
    assert_eq!((item.guid.as_deref(), item.link.as_deref()), (Some("urn:1"), Some("https://a.example/2")));
    assert_eq!(rss("<atom:id>1</atom:id><guid>2</guid>").guid.as_deref(), Some("2"));
    assert_eq!(rss("<id>1</id>").guid.as_deref(), Some("1"));
    assert_eq!(rss("<title>a</title>").guid, None);
}

#[test]
fn dates_are_read_wherever_they_stand() {
    let rows: &[(&str, Option<&str>, Option<&str>)] = &[
        ("<pubDate>2012-01-17T05:57:00Z</pubDate>", Some("2012-01-17T05:57:00Z"), None),
        (
            "<pubDate>hôm qua</pubDate><dc:date>2012-01-17T05:57:00Z</dc:date>",
            Some("2012-01-17T05:57:00Z"),
            None,
        ),
        (
            "<dc:date>2011-01-17T05:57:00Z</dc:date><pubDate>2012-01-17T05:57:00Z</pubDate>",
            Some("2012-01-17T05:57:00Z"),
            None,
        ),
        ("<published>2012-01-17T05:57:00Z</published>", Some("2012-01-17T05:57:00Z"), None),
        ("<date>2012-01-17T05:57:00Z</date>", Some("2012-01-17T05:57:00Z"), None),
        ("<atom:published>2012-01-17T05:57:00Z</atom:published>", Some("2012-01-17T05:57:00Z"), None),
        ("<dcterms:issued>2012-01-17T05:57:00Z</dcterms:issued>", Some("2012-01-17T05:57:00Z"), None),
        ("<dcterms:created>2012-01-17T05:57:00Z</dcterms:created>", Some("2012-01-17T05:57:00Z"), None),
        ("<dcterms:modified>2012-01-17T05:57:00Z</dcterms:modified>", None, Some("2012-01-17T05:57:00Z")),
        ("<updated>2012-01-17T05:57:00Z</updated>", None, Some("2012-01-17T05:57:00Z")),
        ("<atom:updated>2012-01-17T05:57:00Z</atom:updated>", None, Some("2012-01-17T05:57:00Z")),
    ];
    let told = |date: Option<Timestamp>| date.map(|date| date.format("%Y-%m-%dT%H:%M:%SZ").to_string());
    for (contents, published, updated) in rows {
        let item = rss(contents);
        assert_eq!(
            (told(item.published).as_deref(), told(item.updated).as_deref()),
            (*published, *updated),
            "{contents}"
        );
    }
    let old = only(
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><issued>2012-01-17T05:57:00Z</issued>\
         <modified>2013-01-17T05:57:00Z</modified><created>2011-01-17T05:57:00Z</created></entry></feed>",
    );
    assert_eq!(told(old.published).as_deref(), Some("2012-01-17T05:57:00Z"));
    assert_eq!(told(old.updated).as_deref(), Some("2013-01-17T05:57:00Z"));
    let feed = read(
        "<rss version='2.0'><channel><item><title>A</title><pubDate>hôm qua</pubDate></item></channel></rss>",
    );
    assert_eq!(feed.unwrap().warnings, ["a date could not be read: “hôm qua”"]);
}

#[test]
fn authors_are_named_in_many_ways() {
    let rows: &[(&str, &[&str])] = &[
        ("<author>tin@a.example (Nguyễn Văn A)</author>", &["Nguyễn Văn A"]),
        ("<author>Nguyễn Văn A（tin@a.example）</author>", &["Nguyễn Văn A"]),
        ("<author>Nguyễn Văn A &lt;tin@a.example></author>", &["Nguyễn Văn A"]),
        ("<author>tin@a.example</author>", &["tin@a.example"]),
        ("<author>(Nguyễn Văn A)</author>", &["Nguyễn Văn A"]),
        ("<author><name>A</name></author><author><name>B</name></author>", &["A", "B"]),
        ("<dc:creator>A</dc:creator><dc:creator>B</dc:creator>", &["A", "B"]),
        ("<atom:author><atom:name>A</atom:name></atom:author>", &["A"]),
        ("<itunes:author>X</itunes:author><dc:creator>A</dc:creator>", &["A"]),
        ("<itunes:author>X</itunes:author>", &["X"]),
        ("<source url='https://a.example/'>S</source>", &[]),
    ];
    for (contents, expected) in rows {
        let names: Vec<String> = rss(contents).authors.into_iter().map(|author| author.name).collect();
        assert_eq!(names, *expected, "{contents}");
    }
    let rows: &[(&str, &[&str])] = &[
        ("<title>a</title>", &["B"]),
        ("<author><name>A</name></author>", &["A"]),
        ("<author><email>a@a.example</email></author>", &["a@a.example"]),
        ("<source><author><name>S</name></author></source>", &["S"]),
        ("<contributor><name>C</name></contributor>", &["B"]),
    ];
    for (contents, expected) in rows {
        let names: Vec<String> = atom(contents).authors.into_iter().map(|author| author.name).collect();
        assert_eq!(names, *expected, "{contents}");
    }
}

#[test]
fn categories_are_gathered_from_all_vocabularies() {
    let item = rss(
        "<category domain='x'>Xã hội</category><category>Xã hội</category><dc:subject>Kinh tế, tài chính</dc:subject>\
         <itunes:keywords>a, b,</itunes:keywords><media:category>c</media:category><media:keywords>d</media:keywords>\
         <category term='e'/>",
    );
    assert_eq!(item.categories, ["Xã hội", "Kinh tế, tài chính", "a", "b", "c", "d", "e"]);
}

#[test]
fn files_are_all_kept_with_what_is_said_of_them() {
    let item = rss(
        "<enclosure url='/1.mp3' type='audio/mpeg' length='42'/><enclosure url='/2.jpg' type='image/jpeg' length='x'/>\
         <media:group><media:content url='/3.mp4' type='video/mp4' fileSize='7' duration='61'><media:title>V</media:title>\
         </media:content><media:content url='/1.mp3' duration='9'/></media:group><atom:link rel='enclosure' href='/4.pdf' title='P'/>\
         <itunes:duration>02:03</itunes:duration><itunes:image href='/5.png'/>",
    );
    let file = |url: &str, media_type: Option<&str>, length, title: Option<&str>, duration| Enclosure {
        url: url.to_owned(),
        media_type: media_type.map(str::to_owned),
        length,
        title: title.map(str::to_owned),
        duration,
    };
    assert_eq!(
        item.enclosures,
        [
            file("https://bao.example/1.mp3", Some("audio/mpeg"), Some(42), None, Some(9)),
            file("https://bao.example/2.jpg", Some("image/jpeg"), None, None, None),
            file("https://bao.example/4.pdf", None, None, Some("P"), None),
            file("https://bao.example/3.mp4", Some("video/mp4"), Some(7), Some("V"), Some(61)),
        ]
    );
    assert_eq!(item.image.as_deref(), Some("https://bao.example/2.jpg"));
    let rows = [
        ("02:03", Some(123)),
        ("1:02:03", Some(3723)),
        ("90", Some(90)),
        ("90.5", Some(90)),
        ("x", None),
        ("99999999999999999999999", None),
        ("9999999999999999:00:00", None),
    ];
    for (written, expected) in rows {
        let item = rss(&format!("<enclosure url='/1.mp3'/><itunes:duration>{written}</itunes:duration>"));
        assert_eq!(item.enclosures[0].duration, expected, "{written}");
    }
}

#[test]
fn a_feed_says_what_it_is() {
    let feed = read(
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><atom:link rel='self' href='/rss/tin.rss'/>\
         <title>T</title><link>https://bao.example/</link><copyright>© Báo</copyright><managingEditor>a@b.vn (E)</managingEditor>\
         <lastBuildDate>2012-01-17T05:57:00Z</lastBuildDate><skipHours><hour>24</hour><hour>3</hour></skipHours>\
         <skipDays><day>Sunday</day><day>x</day></skipDays><image><title>I</title><url>/logo.png</url><link>/</link></image>\
         </channel></rss>",
    )
    .unwrap();
    assert_eq!(feed.title.as_deref(), Some("T"));
    assert_eq!(feed.link.as_deref(), Some("https://bao.example/"));
    assert_eq!(feed.self_link.as_deref(), Some("https://bao.example/rss/tin.rss"));
    assert_eq!(feed.icon.as_deref(), Some("https://bao.example/logo.png"));
    assert_eq!(feed.rights.as_deref(), Some("© Báo"));
    assert_eq!(feed.authors, [Author { name: "E".to_owned(), url: None }]);
    assert_eq!(feed.updated, Some("2012-01-17T05:57:00Z".parse().unwrap()));
    assert_eq!((feed.skip_hours, feed.skip_days), (vec![0, 3], vec![chrono::Weekday::Sun]));
}

#[test]
fn an_entry_may_have_rights_of_its_own() {
    let dublin = rss(
        "<guid>1</guid><dc:rights xmlns:dc='http://purl.org/dc/elements/1.1/'> © Ảnh: TTXVN </dc:rights>",
    );
    assert_eq!(dublin.rights.as_deref(), Some("© Ảnh: TTXVN"));
    let atom = only(
        "<feed xmlns='http://www.w3.org/2005/Atom'><rights>© Báo</rights><entry><id>urn:x:1</id><title>T</title>\
         <rights type='html'>&amp;copy; A</rights><source><rights>© Nguồn</rights></source></entry></feed>",
    );
    assert_eq!(atom.rights.as_deref(), Some("&copy; A"));
    assert_eq!(rss("<guid>1</guid>").rights, None);
}

#[test]
fn json_is_read_whatever_the_types_of_its_values() {
    let item = only(
        "{\"version\": \"https://jsonfeed.org/version/1\", \"author\": {\"name\": \"F\"}, \"items\": [{\"id\": 7, \
         \"external_url\": \"/x\", \"content_text\": \"a < b\", \"tags\": \"t\", \"author\": \"A\", \"banner_image\": \"/b.png\", \
         \"date_published\": \"2012-01-17T05:57:00Z\", \"attachments\": {\"url\": \"/1.mp3\", \"mime_type\": \"audio/mpeg\", \
         \"size_in_bytes\": \"7\", \"duration_in_seconds\": 1.5, \"title\": \"P\"}}, null]}",
    );
    assert_eq!((item.guid.as_deref(), item.link.as_deref()), (Some("7"), Some("https://bao.example/x")));
    assert_eq!((item.content, item.categories), (Some(plain("a < b")), vec!["t".to_owned()]));
    assert_eq!(item.authors, [Author { name: "A".to_owned(), url: None }]);
    let file = &item.enclosures[0];
    assert_eq!((file.length, file.duration, file.title.as_deref()), (Some(7), Some(1), Some("P")));
    assert_eq!(item.image.as_deref(), Some("https://bao.example/b.png"));
}
