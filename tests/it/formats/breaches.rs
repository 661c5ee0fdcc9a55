//! A checker that finds nothing proves nothing: each row breaks a document in one place, and must be told in these words.

use tintinh::{
    model::StoredEntry,
    publish::{Format, Item, render},
};

use super::{channel, entry, outline, source};
use crate::support::conformance::breaches;

/// Where it breaks: what stands there, what comes in its place, and the words for it.
type Breach = (&'static str, &'static str, &'static str);

const RSS: [Breach; 45] = [
    ("<rss version=\"2.0\"", "<rss version=\"0.9\"", "no version 2.0"),
    ("</channel>", "", "not well-formed"),
    ("</channel>", "</channel><channel/>", "2 of <channel>"),
    ("<title>Tin các tỉnh", "<title>&lt;b>Tin các tỉnh", "title: "),
    ("<language>vi<", "<language>Việt<", "is no language"),
    ("<language>vi<", "<language>vi</language><language>vi<", "2 of <language>"),
    ("<title>Tin", "<title><b/>Tin", "<title> holds unescaped markup"),
    ("<lastBuildDate>", "<ttl>x</ttl><lastBuildDate>", "ttl: `x` is no number"),
    ("<lastBuildDate>", "<lastBuildDate>x", "lastBuildDate: "),
    ("<pubDate>Tue, 17 ", "<pubDate>Wed, 17 ", "is no date of RFC 822"),
    ("+0700</pubDate>", "ICT</pubDate>", "is no date of RFC 822"),
    ("rel=\"self\"", "rel=\"via\"", "not one link rel=self"),
    ("feed.xml\" rel=\"self\"", "else.xml\" rel=\"self\"", "leads elsewhere"),
    ("rel=\"alternate\"", "rel=\"other\"", "the relation other is not known"),
    ("type=\"application/rss+xml\"", "type=\"rss\"", "`rss` is no media type"),
    ("type=\"application/rss+xml\"", "type=\"news/rss\"", "`news/rss` is no media type"),
    ("<fh:archive></fh:archive>", "<fh:archive></fh:archive><fh:complete/>", "no room for <complete>"),
    ("<item>", "<item x=\"1\">", "<item> has no attribute x"),
    ("<item>", "<item>stray", "text between the elements of <item>"),
    ("<item>", "<item><summary>x</summary>", "no room for <summary>"),
    ("<item>", "<item><atom:title>x</atom:title>", "no room for <title> of `http://www.w3.org/2005/Atom`"),
    ("<item>", "<item><title>x</title>", "2 of <title>"),
    ("<item>", "<item><content:encoded>x</content:encoded>", "2 of <encoded>"),
    ("<link>https://ninhbinh", "<link>//ninhbinh", "is no absolute address"),
    ("<link>https://ninhbinh", "<link>ftp://ninhbinh", "is no web address"),
    ("<link>https://ninhbinh", "<link>https://u:p@ninhbinh", "tells a secret"),
    ("/tin/127", "/tin/127|", "must be escaped"),
    ("/tin/127", "/tin/127^", "must be escaped"),
    ("/tin/127", "/tin/[127]", "must be escaped"),
    ("/tin/127", "/tin/12 7", "must be escaped"),
    ("/tin/127", "/tin/lũ", "must be escaped"),
    ("/tin/127", "/tin/127%zz", "has a % without two digits"),
    ("/tin/127", "/tin/127%2", "has a % without two digits"),
    ("isPermaLink=\"false\"", "isPermaLink=\"true\"", "a guid that says it is a permanent link"),
    ("isPermaLink=\"false\">urn:uuid:", "isPermaLink=\"false\">urn:uuid:x", "is no UUID"),
    ("length=\"0\"", "length=\"\"", "the length of an enclosure: `` is no number"),
    ("length=\"0\"", "length=\"-1\"", "the length of an enclosure: `-1` is no number"),
    (
        "<enclosure ",
        "<enclosure url=\"https://a.vn/\" length=\"0\" type=\"a/b\"/><enclosure ",
        "2 of <enclosure>",
    ),
    ("type=\"audio/mpeg\"/>", "/>", "the type of an enclosure: `` is no media type"),
    ("type=\"audio/mpeg\"/>", "type=\"mp3\"/>", "the type of an enclosure: `mp3` is no media type"),
    ("<source url=\"https:", "<source url=\"feed:", "the url of <source>: "),
    ("<category>", "<category></category><category>", "a category: it is empty"),
    ("<description><![CDATA[", "<description><![CDATA[<script>x</script>", "description: <script> in HTML"),
    (
        "<content:encoded><![CDATA[",
        "<content:encoded><![CDATA[<img src=\"/a.jpg\">",
        "`/a.jpg` in HTML is a relative",
    ),
    ("duration=\"61\"", "duration=\"1:01\"", "the duration of media:content: `1:01` is no number"),
];
const ATOM: [Breach; 34] = [
    ("<feed ", "<feed version=\"1\" ", "<feed> has no attribute version"),
    ("http://www.w3.org/2005/Atom", "http://www.w3.org/2005/atom", "the root is not atom:feed"),
    ("<subtitle>", "<tagline>x</tagline><subtitle>", "no room for <tagline>"),
    ("<subtitle>", "<title>x</title><subtitle>", "2 of <title> in <feed>"),
    ("<id>urn:uuid:", "<id>uuid:", "the id of the feed (§4.2.6)"),
    ("<updated>", "<updated>x", "updated of the feed (§4.2.15)"),
    ("rel=\"self\"", "rel=\"via\"", "not one link rel=self"),
    ("feed.atom\" rel=\"self\"", "feed.xml\" rel=\"self\"", "leads elsewhere"),
    (
        "rel=\"current\" type=\"application/atom+xml\"",
        "type=\"text/html\"",
        "the feed has two alternate links",
    ),
    ("rel=\"current\"", "rel=\"next\"", "the relation next is not known"),
    ("rel=\"current\"", "rel=\"current\" title=\"&lt;b>\"", "the title of a link: "),
    ("<generator version", "<generator href", "<generator> has no attribute href"),
    ("<entry>", "<entry>stray", "text between the elements of <entry>"),
    ("<entry>", "<entry><id>urn:uuid:121a8729-eccb-8b43-a761-c822b9a709c0</id>", "2 of <id> in <entry>"),
    ("<entry>", "<entry><atom:x xmlns:atom=\"http://a.vn/\"/>", "no room for <x> of `http://a.vn/`"),
    ("<entry><title>", "<entry><title type=\"html\">&lt;script>x&lt;/script>", "title: <script> in HTML"),
    ("<entry><title>", "<entry><title>&lt;b>", "title: "),
    ("<entry><title>", "<entry><title>&amp;lt;", "has a reference of HTML"),
    ("<entry><title>", "<entry><title type=\"markdown\">", "title of the type markdown"),
    ("<author><name>", "<author><title>x</title><name>", "<author> has no room for <title>"),
    ("<author><name>Nguyễn ‹i&gt;A‹/i&gt;", "<author><name>", "the name of a person (§3.2.1): it is empty"),
    ("<uri>https://ninhbinh.gov.vn/", "<uri>/", "the page of a person (§3.2.2): "),
    ("<uri>https://ninhbinh.gov.vn/", "<uri>javascript:", "is no web address"),
    (
        "<category term=\"Thời sự\"",
        "<category label=\"Thời sự\"",
        "the term of a category (§4.2.2): it is empty",
    ),
    ("<category term=\"Thời sự\"", "<category term=\"x\" text=\"\"", "<category> has no attribute text"),
    ("T05:57:00+07:00</published>", " 05:57:00+07:00</published>", "published (§4.2.9)"),
    ("+07:00</published>", "</published>", "published (§4.2.9)"),
    ("rel=\"enclosure\" type=\"audio/mpeg\"", "rel=\"enclosure\" type=\"audio\"", "the type of a link: "),
    ("length=\"7\"", "length=\"7 KB\"", "the length of a link: "),
    ("<source><title>", "<source><subtitle>x</subtitle><title>", "<source> has no room for <subtitle>"),
    ("</source>", "<published>x</published></source>", "<source> has no room for <published>"),
    (
        "<content type=\"html\">",
        "<content type=\"html\">&lt;p onclick=\"x()\">",
        "the attribute onclick in HTML",
    ),
    ("<content type=\"html\">", "<content type=\"html\">&lt;a href=\"javascript:x\">", "leads astray"),
    ("<content type=\"html\">", "<content type=\"xhtml\">", "content of the type xhtml"),
];
const JSON: [Breach; 25] = [
    ("/version/1.1", "/version/1", "another version"),
    ("\"title\":\"Tin các tỉnh", "\"name\":\"Tin các tỉnh", "no title"),
    ("\"home_page_url\":\"http:", "\"home_page_url\":\"ftp:", "home_page_url: "),
    ("/feed.json", "/else.json", "feed_url leads elsewhere"),
    ("/archive/6.json", "/feed.json", "next_url leads to the document itself"),
    ("\"language\":\"vi\"", "\"language\":\"\"", "language: "),
    ("\"items\":[", "\"entries\":[", "no items"),
    ("\"items\":[", "\"items\":[7,", "an item is no object"),
    ("\"items\":[{", "\"author\":{},\"items\":[{", "the document has no member author"),
    ("\"id\":\"urn:uuid:", "\"id\":7,\"title\":\"", "id is no text"),
    ("\"id\":\"urn:uuid:", "\"id\":\"urn:uuid:x", "is no UUID"),
    ("\"url\":\"https://ninhbinh.gov.vn/tin", "\"url\":\"/tin", "url: "),
    ("\"date_published\":\"", "\"date_published\":\"x", "date_published: "),
    ("\"content_html\":\"", "\"content\":\"", "an item without contents"),
    ("\"content_html\":\"", "\"content_html\":\"<script>x</script>", "<script> in HTML"),
    ("\"content_html\":\"", "\"content_html\":\"<img src='a.png'>", "in HTML is a relative address"),
    ("\"authors\":[{", "\"authors\":[{},{", "an author without anything"),
    ("\"authors\":[{\"name\":\"", "\"authors\":[{\"name\":\"<b>", "name: `<b>"),
    ("\"tags\":[", "\"tags\":[7,", "a tag: it is empty"),
    ("\"tags\":[", "\"tags\":7,\"x\":[", "tags is no list"),
    ("\"mime_type\":\"audio/mpeg", "\"type\":\"audio/mpeg", "no mime_type"),
    ("\"mime_type\":\"audio/mpeg", "\"mime_type\":\"audio/", "mime_type: "),
    ("\"size_in_bytes\":7", "\"size_in_bytes\":-7", "size_in_bytes is no number"),
    ("\"duration_in_seconds\":61", "\"duration_in_seconds\":\"61\"", "duration_in_seconds is no number"),
    ("\"_source\":{", "\"source\":{", "an item has no member source"),
];
const OPML: [Breach; 14] = [
    ("<opml version=\"2.0\"", "<opml version=\"1.0\"", "no version 2.0"),
    ("<head>", "<head><x/>", "<head> has no room for <x>"),
    ("<title>Tin", "<title><b/>Tin", "<title> holds unescaped markup"),
    ("<title>Tin các tỉnh ‹b&gt;&amp;</title>", "", "the title: it is empty"),
    ("<title>", "<dateCreated>2012-01-17</dateCreated><title>", "dateCreated: "),
    ("<body>", "<body>stray", "text between the elements of <body>"),
    ("<body>", "<body><outline text=\"x\"/>", "neither a feed nor a group"),
    ("<body>", "<body><outline text=\"x\" xmlUrl=\"http://a.vn/\"/>", "a feed without a type"),
    ("<body>", "<body><outline text=\"x\" type=\"link\"/>", "an outline of the type link"),
    (" text=\"0 ", " label=\"0 ", "the text of an outline: it is empty"),
    (" xmlUrl=\"http:", " xmlUrl=\"feed:", "xmlUrl: "),
    (" htmlUrl=\"https://ninhbinh.gov.vn/\"", " htmlUrl=\"ninhbinh.gov.vn\"", "htmlUrl: "),
    ("/sources/s1.xml", "/sources/s0.xml", "/sources/s0.xml twice"),
    (" language=\"vi\"", " language=\"tiếng Việt\"", "language: "),
];

fn assert_caught(address: &str, document: &[u8], table: &[Breach]) {
    let right = std::str::from_utf8(document).unwrap();
    assert_eq!(breaches(address, document), Vec::<String>::new());
    let missed = table.iter().filter_map(|(there, instead, words)| {
        let told = breaches(address, right.replacen(there, instead, 1).as_bytes());
        let is_caught = right.contains(there) && told.iter().any(|it| it.contains(words));
        (!is_caught).then(|| format!("{there} → {instead} is told as {told:?}"))
    });
    assert_eq!(missed.collect::<Vec<_>>(), Vec::<String>::new(), "{right}");
}

fn document(format: Format) -> Vec<u8> {
    let entries: Vec<StoredEntry> = [127, 31].map(entry).into();
    let source = source();
    let items: Vec<Item<'_>> = entries.iter().map(|stored| Item { stored, source: &source }).collect();
    render(format, &channel(true), &items)
}

#[test]
fn what_breaks_rss_is_caught() {
    assert_caught("http://127.0.0.1:8080/feed.xml", &document(Format::Rss), &RSS);
}

#[test]
fn what_breaks_atom_is_caught() {
    assert_caught("http://127.0.0.1:8080/feed.atom", &document(Format::Atom), &ATOM);
}

#[test]
fn what_breaks_json_feed_is_caught() {
    assert_caught("http://127.0.0.1:8080/feed.json", &document(Format::Json), &JSON);
}

#[test]
fn what_breaks_opml_is_caught() {
    assert_caught("http://127.0.0.1:8080/opml.xml", &outline(), &OPML);
}

#[test]
fn an_entry_told_twice_or_not_told_at_all_is_caught() {
    let source = source();
    let stored = entry(127);
    let twice = [Item { stored: &stored, source: &source }; 2];
    for format in Format::ALL {
        let address = format!("http://127.0.0.1:8080/feed.{}", format.extension());
        let told = breaches(&address, &render(format, &channel(true), &twice));
        assert!(matches!(&told[..], [one] if one.ends_with(" twice")), "{told:?}");
    }
    let (rss, atom) = (
        String::from_utf8(document(Format::Rss)).unwrap(),
        String::from_utf8(document(Format::Atom)).unwrap(),
    );
    let cut = |document: &str, from: &str, to: &str| {
        let (start, end) = (document.find(from).unwrap(), document.find(to).unwrap() + to.len());
        [&document[..start], &document[end..]].concat()
    };
    let item = &rss[rss.find("<item>").unwrap()..];
    let without = |from, to| rss.replacen(item, &cut(item, from, to), 1);
    let entry = &atom[atom.find("<entry>").unwrap()..];
    let less = |from, to| atom.replacen(entry, &cut(entry, from, to), 1);
    let table = [
        ("xml", without("<guid ", "</guid>"), "an item without a guid"),
        ("xml", cut(&rss, "<description>", "</description>"), "description: it is empty"),
        ("atom", less("<author>", "</author>"), "an entry without an author"),
        ("atom", less("<updated>", "</updated>"), "an entry has no updated"),
        ("atom", less("<id>", "</id>"), "an entry has no id"),
    ];
    for (extension, document, words) in table {
        let told = breaches(&format!("http://127.0.0.1:8080/feed.{extension}"), document.as_bytes());
        assert!(told.iter().any(|it| it.contains(words)), "{words}: {told:?}");
    }
}
