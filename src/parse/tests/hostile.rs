//! Documents that are broken, or meant to break us.

use std::sync::mpsc;

use super::*;

#[test]
fn a_page_whose_tags_never_end_is_a_page_and_not_too_deep() {
    let page = format!("<html><body>{}", "<p>".repeat(DEPTH_MAX * 4));
    assert!(matches!(read(&page), Err(ParseError::WebPage { title: None })));
}

#[test]
fn a_panic_over_a_name_or_a_duration_loses_the_name_and_not_the_feed() {
    for contents in [
        "<author>Nguyễn Văn A（a@b.vn）</author>",
        "<dc:creator><![CDATA[Nguyễn Văn A（a@b.vn）]]></dc:creator>",
        "<itunes:duration>99999999999999999999999</itunes:duration>",
        "<media:thumbnail url='https://a.example/1' time='99999999999999999999999'/>",
        "<media:text start='99999999999999999999999'>x</media:text>",
    ] {
        let item = rss_item(&format!("<title>Còn đây</title><guid>1</guid>{contents}"));
        assert_eq!((item.title, item.guid.as_deref()), (Some(html("Còn đây")), Some("1")), "{contents}");
        assert_eq!(item.authors, []);
    }
}

#[test]
fn wrong_and_late_declarations_do_no_harm() {
    let item = "<rss version='2.0'><channel><item><title>Tỉnh</title></item></channel></rss>";
    for text in [
        format!("<?xml version='1.0' encoding='utf-16'?>{item}"),
        format!(
            "\n\n<?xml version='1.0' encoding='windows-1252'?><?xml version='1.0' encoding='koi8-r'?>{item}"
        ),
        item.replace("<item>", "<?xml version='1.0' encoding='windows-1252'?><item>"),
    ] {
        assert_eq!(only(&text).title, Some(html("Tỉnh")), "{text}");
    }
    let utf_16: Vec<u8> = format!("<?xml version='1.0' encoding='utf-16'?>{item}")
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    assert_eq!(read_as(&utf_16, Some("text/xml")).unwrap().items[0].title, Some(html("Tỉnh")));
}

#[test]
fn hostile_documents_are_refused_before_they_harm() {
    let wrap = |contents: &str| {
        format!(
            "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'><channel><item>{contents}</item></channel></rss>"
        )
    };
    let base = format!("<a xml:base='{}/'>", "x".repeat(1000));
    let thumbnails = "<media:thumbnail url='https://a.example/1'/>".repeat(3000);
    let groups = "<media:group><media:content url='https://a.example/1'/></media:group>".repeat(3000);
    let attributes = " a=''".repeat(ATTRIBUTES_MAX + 1);
    let rows = [
        (wrap(&"<media:group>".repeat(1000)), Excess::Depth),
        (wrap(&format!("{}{}", "<media:group>".repeat(1000), "</media:group>".repeat(1000))), Excess::Depth),
        (wrap(&"<a/>".repeat(ELEMENTS_MAX)), Excess::Elements),
        (wrap(&base.repeat(10)), Excess::Base),
        (wrap(&format!("<a{attributes}/>")), Excess::Attributes),
        (wrap(&format!("{thumbnails}{groups}")), Excess::Inherited),
        (
            wrap(&format!("<media:description>{}</media:description>{groups}", "x".repeat(1 << 20))),
            Excess::Inherited,
        ),
        (format!("{{\"items\": {}", "[".repeat(1000)), Excess::Depth),
        (format!("{{\"items\": [{}", "0,".repeat(ELEMENTS_MAX)), Excess::Elements),
    ];
    for (text, expected) in rows {
        match read(&text) {
            Err(ParseError::TooComplex(excess)) => assert_eq!(excess, expected),
            other => panic!("{expected:?}: {other:?}"),
        }
    }
}

#[test]
fn the_deepest_document_that_is_read_fits_the_stack() {
    // Three levels are above the groups: rss, channel, item.
    let deep = DEPTH_MAX - 3;
    let item =
        rss_item(&format!("{}{}<guid>1</guid>", "<media:group>".repeat(deep), "</media:group>".repeat(deep)));
    assert_eq!(item.guid.as_deref(), Some("1"));
}

#[test]
fn a_crowd_of_json_authors_is_left_out() {
    let crowd = |count: usize| {
        format!("\"authors\": [{{\"name\": \"A\"}}{}]", ", {\"name\": \"B\"}".repeat(count - 1))
    };
    let read_with = |outer: &str, inner: &str| {
        only(&format!(
            "{{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", {outer}, \"items\": [{{\"id\": \"1\", {inner}}}]}}"
        ))
    };
    assert_eq!(read_with(&crowd(2), "\"title\": \"t\"").authors.len(), 2);
    assert_eq!(read_with(&crowd(9), "\"title\": \"t\"").authors.len(), 0);
    assert_eq!(read_with(&crowd(1), &crowd(50_000)).authors.len(), 0);
}

#[test]
fn a_picture_is_never_given_to_another_item() {
    // RSS 1.0 items without a link are dropped by feed-rs: the counts differ, and the order tells nothing.
    let feed = read(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>\
         <item><title>A</title><image>https://a.example/1.png</image></item>\
         <item><title>B</title><link>https://a.example/2</link></item></rdf:RDF>",
    );
    let items = feed.unwrap().items;
    assert_eq!((items.len(), items[0].image.as_deref()), (1, None));
}

#[test]
fn cut_off_documents_end_in_time_and_without_a_panic() {
    let whole = "<?xml version='1.0' encoding='utf-8'?><!DOCTYPE rss><rss version='2.0'><channel><title>T</title>\
                 <item><title>Một &amp; hai &#7881;</title><!-- c --><image>https://a.example/1.jpg</image>\
                 <description><![CDATA[<p>x</p>]]></description><author>a@b.vn (Đ)</author></item></channel></rss>";
    let (done, ended) = mpsc::channel();
    thread::Builder::new()
        .stack_size(STACK_SIZE)
        .spawn(move || {
            let url = Url::parse("https://bao.example/").unwrap();
            let mut read = 0;
            for end in 0..=whole.len() {
                for byte in [None, Some(b'<'), Some(b'&'), Some(b'>'), Some(0), Some(0xff), Some(b'"')] {
                    let mut bytes = whole.as_bytes()[..end].to_vec();
                    if let Some(byte) = byte {
                        bytes.push(byte);
                        bytes.extend_from_slice(whole.as_bytes().get(end + 1..).unwrap_or_default());
                    }
                    let document = Document { bytes: &bytes, content_type: None, url: &url };
                    read += usize::from(parse(&document, |_| None).is_ok());
                }
            }
            done.send(read).unwrap();
        })
        .unwrap();
    let read = ended.recv_timeout(Duration::from_mins(1)).unwrap();
    assert!(read > 100, "{read}");
}
