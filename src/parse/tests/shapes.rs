//! Documents in versions, roots and shapes that strict readers do not know, as in [`super::ill_formed`].

use super::repairs::Case;

pub(super) const SHAPES: &[Case<'static>] = &[
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
