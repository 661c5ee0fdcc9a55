//! One small document for each fault: what is kept of it, and what is said to have been done.

use super::*;

type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

/// Name, document, titles and links, one of the repairs (empty for none).
pub(super) const CASES: &[Case<'static>] = &[
    (
        "nothing wrong",
        "<rss version='2.0'><channel><item><title>A</title><link>https://a.example/1</link></item></channel></rss>",
        &[("A", "https://a.example/1")],
        "",
    ),
    (
        "text before",
        "Warning: x\n<?xml version='1.0'?><rss version='2.0'><channel><item><title>A</title></item></channel></rss>",
        &[("A", "")],
        "left out what stands before the feed",
    ),
    (
        "a page's warning before",
        "<br />\n<b>Notice</b>: x<br /><?xml version='1.0'?><rss version='2.0'><channel><item><title>A</title></item></channel></rss>",
        &[("A", "")],
        "left out what stands before the feed",
    ),
    (
        "a page around",
        "<html><body><script>if (1 <rss) x</script><rss version='2.0'><channel><item><title>A</title></item></channel></rss></body></html>",
        &[("A", "")],
        "left out what stands before the feed",
    ),
    (
        "text behind",
        "<rss version='2.0'><channel><item><title>A</title></item></channel></rss>\n<!-- 0.1 s -->junk",
        &[("A", "")],
        "",
    ),
    (
        "a late declaration",
        "<!-- x --><?xml version='1.0' encoding='koi8-r'?><rss version='2.0'><channel><item><title>A</title></item></channel></rss>",
        &[("A", "")],
        "ignored 1 misplaced XML declaration",
    ),
    (
        "a bare ampersand",
        "<rss version='2.0'><channel><item><title>A & B&C</title><link>https://a.example/?a=1&b=2</link></item></channel></rss>",
        &[("A & B&C", "https://a.example/?a=1&b=2")],
        "took as text 3 bare &",
    ),
    (
        "a bare ampersand in an attribute",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title><link href='https://a.example/?a=1&b=2'/></entry></feed>",
        &[("A", "https://a.example/?a=1&b=2")],
        "took as text 1 bare &",
    ),
    (
        "a bare less-than sign",
        "<rss version='2.0'><channel><item><title>A < B <3</title></item></channel></rss>",
        &[("A < B <3", "")],
        "took as text 2 bare <",
    ),
    (
        "a less-than sign before a word",
        "<rss version='2.0'><channel><item><title>a <b and c</title><link>https://a.example/1</link></item></channel></rss>",
        &[("a <b and c", "https://a.example/1")],
        "took as text 1 bare <",
    ),
    (
        "undeclared entities",
        "<rss version='2.0'><channel><item><title>h&ocirc;m nay&nbsp;&eacute;</title></item></channel></rss>",
        &[("hôm nay\u{a0}é", "")],
        "resolved 3 undeclared entities",
    ),
    (
        "numbered characters of Windows-1252",
        "<rss version='2.0'><channel><item><title>a&#150;b&#x1F600;</title></item></channel></rss>",
        &[("a–b😀", "")],
        "",
    ),
    (
        "entities of its own",
        "<!DOCTYPE rss [<!ENTITY tin \"Tin &bao;\"><!ENTITY bao 'báo'><!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss version='2.0'><channel><item><title>&tin; &x;</title></item></channel></rss>",
        &[("Tin báo &x;", "")],
        "expanded 2 entities of its own",
    ),
    (
        "control characters",
        "<rss version='2.0'><channel><item><title>A\u{8}B\u{1f}</title></item></channel></rss>",
        &[("AB", "")],
        "dropped 2 control characters",
    ),
    (
        "an unclosed field",
        "<rss version='2.0'><channel><item><title>A<link>https://a.example/1</link><description>x<pubDate>y</pubDate></item><item><title>B</title></item></channel></rss>",
        &[("A", "https://a.example/1"), ("B", "")],
        "closed 2 unclosed tags",
    ),
    (
        "an unclosed item",
        "<rss version='2.0'><channel><item><title>A</title><item><title>B</title></channel></rss>",
        &[("A", ""), ("B", "")],
        "closed",
    ),
    (
        "an unclosed description before the next item",
        "<rss version='2.0'><channel><item><title>A</title><description><p>x<item><title>B</title></item></channel></rss>",
        &[("A", ""), ("B", "")],
        "closed 2 unclosed tags",
    ),
    (
        "crossed tags",
        "<rss version='2.0'><channel><item><title>A</title><description>x</item></description><item><title>B</title></item></channel></rss>",
        &[("A", ""), ("B", "")],
        "ignored 1 stray end tag",
    ),
    (
        "crossed markup",
        "<rss version='2.0'><channel><item><title>A</title><description><b><i>x</b></i></description></item></channel></rss>",
        &[("A", "")],
        "ignored 1 stray end tag",
    ),
    (
        "stray end tags",
        "<rss version='2.0'><channel></p></item><item></b><title>A</title></title></item></channel></rss>",
        &[("A", "")],
        "ignored 4 stray end tags",
    ),
    (
        "the channel's end within an item",
        "<rss version='2.0'><channel><item><title>A</title></channel><link>https://a.example/1</link></item><item><title>B</title></item></rss>",
        &[("A", "https://a.example/1"), ("B", "")],
        "stray end tag",
    ),
    (
        "an end tag without its end",
        "<rss version='2.0'><channel><item><title>A</title<link>https://a.example/1</link></item></channel></rss>",
        &[("A", "https://a.example/1")],
        "mended 1 tag without its end",
    ),
    (
        "a start tag without its end",
        "<rss version='2.0'><channel><item <title>A</title></item><item><title>B</title></item></channel></rss>",
        &[("A", ""), ("B", "")],
        "mended 1 tag without its end",
    ),
    (
        "tags in other cases",
        "<RSS VERSION='2.0'><CHANNEL><ITEM><TITLE>A</TITLE><LINK>https://a.example/1</LINK></ITEM></CHANNEL></RSS>",
        &[("A", "https://a.example/1")],
        "rewritten",
    ),
    (
        "end tags in other cases",
        "<rss version='2.0'><channel><item><title>A</Title></Item></channel></rss>",
        &[("A", "")],
        "matched 2 end tags spelt otherwise",
    ),
    (
        "unquoted attributes",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title><link rel=alternate href=https://a.example/1/></entry></feed>",
        &[("A", "https://a.example/1")],
        "mended 2 attributes",
    ),
    (
        "an unclosed quote",
        "<rss version='2.0'><channel><item><title>A</title><enclosure url=\"https://a.example/1.mp3><link>https://a.example/\"</link></item></channel></rss>",
        &[("A", "https://a.example/%22")],
        "mended 1 attribute",
    ),
    (
        "an attribute twice, one without value",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title><link href='https://a.example/1' href='https://a.example/2' nofollow/></entry></feed>",
        &[("A", "https://a.example/1")],
        "mended 1 attribute",
    ),
    (
        "an undeclared prefix",
        "<rss version='2.0'><channel><item><title>A</title><media:title>B</media:title></item></channel></rss>",
        &[("A", "")],
        "declared the media namespace",
    ),
    (
        "an open comment",
        "<rss version='2.0'><channel><!-- x <item><title>A</title></item></channel></rss>",
        &[("A", "")],
        "ignored 1 comment without an end",
    ),
    (
        "an open CDATA section",
        "<rss version='2.0'><channel><item><title><![CDATA[A</title><link>https://a.example/1</link></item><item><title>B</title></item></channel></rss>",
        &[("A", "https://a.example/1"), ("B", "")],
        "closed 1 open CDATA section",
    ),
    (
        "an open CDATA section before another",
        "<rss version='2.0'><channel><item><title><![CDATA[A</title><description><![CDATA[x]]></description></item><item><title>B]]></title></item></channel></rss>",
        &[("A", ""), ("B", "")],
        "closed 1 open CDATA section",
    ),
    (
        "cut off in an item",
        "<rss version='2.0'><channel><item><title>A</title></item><item><title>B</title><link>https://a.exam",
        &[("A", ""), ("B", "")],
        "cut off in mid-document",
    ),
    (
        "cut off in the title",
        "<rss version='2.0'><channel><item><title>A</title></item><item><title>B and mo",
        &[("A", "")],
        "cut off in mid-document",
    ),
    (
        "cut off in a tag",
        "<rss version='2.0'><channel><item><title>A</title></item><item><ti",
        &[("A", "")],
        "cut off in mid-document",
    ),
    (
        "cut off behind the items",
        "<rss version='2.0'><channel><item><title>A</title></item>",
        &[("A", "")],
        "closed 2 unclosed tags",
    ),
    (
        "another version",
        "<rss version='2.00'><channel><item><title>A</title></item></channel></rss>",
        &[("A", "")],
        "rewritten",
    ),
    ("no version", "<rss><channel><item><title>A</title></item></channel></rss>", &[("A", "")], "rewritten"),
    (
        "a default namespace",
        "<rss version='2.0' xmlns='http://backend.userland.com/rss2'><channel><item><title>A</title></item></channel></rss>",
        &[("A", "")],
        "found 1 item that strict reading loses",
    ),
    (
        "an unknown default namespace",
        "<rss version='2.0' xmlns='urn:x'><channel><item><title>A</title></item></channel></rss>",
        &[("A", "")],
        "",
    ),
    (
        "items beside the channel",
        "<rss version='2.0'><channel><title>T</title></channel><item><title>A</title></item></rss>",
        &[("A", "")],
        "found 1 item that strict reading loses",
    ),
    ("no channel", "<rss version='2.0'><item><title>A</title></item></rss>", &[("A", "")], "rewritten"),
    (
        "two channels",
        "<rss version='2.0'><channel><item><title>A</title></item></channel><channel><item><title>B</title></item></channel></rss>",
        &[("A", ""), ("B", "")],
        "found 1 item that strict reading loses",
    ),
    (
        "two feeds",
        "<rss version='2.0'><channel><item><title>A</title></item></channel></rss><feed xmlns='http://www.w3.org/2005/Atom'><entry><title>B</title></entry></feed>",
        &[("A", ""), ("B", "")],
        "found 1 item that strict reading loses",
    ),
    (
        "no root",
        "<channel><title>T</title><item><title>A</title></item></channel>",
        &[("A", "")],
        "rewritten",
    ),
    (
        "items alone",
        "<item><title>A</title></item><item><title>B</title></item>",
        &[("A", ""), ("B", "")],
        "rewritten",
    ),
    (
        "an unknown root",
        "<tin><muc><item><title>A</title></item></muc></tin>",
        &[("A", "")],
        "took it for a feed by its items",
    ),
    (
        "RSS 0.90",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel><title>T</title></channel><item><title>A</title><link>https://a.example/1</link></item></rdf:RDF>",
        &[("A", "https://a.example/1")],
        "found 1 item that strict reading loses",
    ),
    (
        "RSS 1.0 without links",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><item rdf:about='https://a.example/1'><title>A</title></item></rdf:RDF>",
        &[("A", "https://a.example/1")],
        "found 1 item that strict reading loses",
    ),
    (
        "RSS 1.1",
        "<Channel xmlns='http://purl.org/net/rss1.1#' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' rdf:about='https://a.example/'><title>T</title><items rdf:parseType='Collection'><item rdf:about='https://a.example/1'><title>A</title></item></items></Channel>",
        &[("A", "https://a.example/1")],
        "rewritten",
    ),
    (
        "CDF",
        "<CHANNEL HREF='https://a.example/'><TITLE>T</TITLE><ITEM HREF='https://a.example/1' LASTMOD='2012-01-17T05:57:00Z'><TITLE>A</TITLE><ABSTRACT>x</ABSTRACT></ITEM></CHANNEL>",
        &[("A", "https://a.example/1")],
        "rewritten",
    ),
    (
        "Atom 0.3",
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>A</title><link rel='alternate' type='text/html' href='https://a.example/1'/></entry></feed>",
        &[("A", "https://a.example/1")],
        "found 1 item that strict reading loses",
    ),
    (
        "Atom in no namespace",
        "<feed><entry><title>A</title><link href='https://a.example/1'/></entry></feed>",
        &[("A", "https://a.example/1")],
        "",
    ),
    (
        "Atom in another namespace",
        "<feed xmlns='https://www.w3.org/2005/atom/'><entry><title>A</title><link href='https://a.example/1'/></entry></feed>",
        &[("A", "https://a.example/1")],
        "found 1 item that strict reading loses",
    ),
    (
        "Atom by prefix",
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>A</a:title><a:link href='https://a.example/1'/></a:entry></a:feed>",
        &[("A", "https://a.example/1")],
        "",
    ),
    (
        "an unknown type",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title type='tin'>A</title><content type=''>x</content></entry><entry><title>B</title></entry></feed>",
        &[("A", ""), ("B", "")],
        "rewritten",
    ),
    (
        "a source with text",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title><content src='https://a.example/x'>x</content></entry></feed>",
        &[("A", "")],
        "rewritten",
    ),
    (
        "a base that is no address",
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://[x'><entry><title>A</title><link href='/1'/></entry></feed>",
        &[("A", "https://bao.example/1")],
        "rewritten",
    ),
    (
        "a link taken for HTML's",
        "<rss version='2.0'><channel><item><title>A</title><link/>https://a.example/1</item></channel></rss>",
        &[("A", "https://a.example/1")],
        "",
    ),
    (
        "a JSON Feed of 1.0 over http",
        "{\"version\": \"http://jsonfeed.org/version/1\", \"items\": [{\"id\": 1, \"title\": \"A\", \"url\": \"https://a.example/1\"}]}",
        &[("A", "https://a.example/1")],
        "rewritten",
    ),
    (
        "JSON with commas too many",
        "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", \"items\": [{\"id\": \"1\", \"title\": \"A\",},],}",
        &[("A", "")],
        "ignored 3 stray end tags",
    ),
    (
        "JSON cut off",
        "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", \"items\": [{\"id\": \"1\", \"title\": \"A\"}, {\"id\": \"2\", \"ti",
        &[("A", "")],
        "cut off in mid-document",
    ),
];

#[test]
fn every_fault_costs_nothing_but_itself_and_is_told() {
    for (name, document, items, repair) in CASES {
        let feed = read(document).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found: Vec<(String, String)> = feed
            .items
            .iter()
            .map(|item| {
                let title = item.title.as_ref().map(|title| title.body.clone()).unwrap_or_default();
                (title, item.link.clone().unwrap_or_default())
            })
            .collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(title, link)| (&**title, &**link)).collect();
        assert_eq!(found, *items, "{name}: {:?}", feed.repairs);
        let is_told = feed.repairs.iter().any(|told| told.contains(repair));
        assert!(is_told || repair.is_empty(), "{name}: {:?}", feed.repairs);
    }
}

#[test]
fn a_document_without_faults_needs_no_repair() {
    assert_eq!(read(CASES[0].1).unwrap().repairs, Vec::<String>::new());
}

#[test]
fn an_empty_feed_is_a_feed() {
    for document in [
        "<rss version='2.0'><channel/></rss>",
        "<rss version='7'><channel/></rss>",
        "<rdf:RDF/>",
        "<feed/>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>",
        "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", \"items\": []}",
        "{\"version\": \"https://jsonfeed.org/version/1\"}",
    ] {
        assert_eq!(read(document).map(|feed| feed.items.len()).unwrap(), 0, "{document}");
    }
}
