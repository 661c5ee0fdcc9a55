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
fn json_beyond_the_limits_is_refused() {
    let rows = [
        (format!("{{\"items\": {}", "[".repeat(1000)), Excess::Depth),
        (format!("{{\"items\": [{}", "0,".repeat(VALUES_MAX + 1)), Excess::Values),
    ];
    for (text, expected) in rows {
        match read(&text) {
            Err(ParseError::TooComplex(excess)) => assert_eq!(excess, expected),
            other => panic!("{expected:?}: {other:?}"),
        }
    }
}

/// What takes feed-rs's stack, memory or time never gets to it, and costs no item.
#[test]
fn what_harms_feed_rs_is_read_without_it() {
    let base = format!("<a xml:base='{}/'>", "x".repeat(1000));
    let thumbnails = "<media:thumbnail url='https://a.example/1'/>".repeat(3000);
    let groups = "<media:group><media:content url='https://a.example/1'/></media:group>".repeat(3000);
    let contents = [
        "<media:group>".repeat(1000),
        format!("{}{}", "<media:group>".repeat(1000), "</media:group>".repeat(1000)),
        "<a/>".repeat(300_000),
        base.repeat(10),
        format!("<a{}/>", " a=''".repeat(ATTRIBUTES_MAX + 1)),
        format!("{thumbnails}{groups}"),
        format!("<media:description>{}</media:description>{groups}", "x".repeat(1 << 20)),
    ];
    for contents in contents {
        let item = only(&format!(
            "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'><channel><item><guid>1</guid>\
             {contents}</item></channel></rss>"
        ));
        assert_eq!(item.guid.as_deref(), Some("1"), "{contents:.80}");
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
fn a_crowd_of_json_authors_is_bounded() {
    let crowd = |count: usize| {
        let others: Vec<String> = (0..count).map(|number| format!("{{\"name\": \"B{number}\"}}")).collect();
        format!("\"authors\": [{}]", others.join(", "))
    };
    let read_with = |outer: &str, inner: &str| {
        only(&format!(
            "{{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", {outer}, \"items\": [{{\"id\": \"1\", {inner}}}]}}"
        ))
    };
    assert_eq!(read_with(&crowd(2), "\"title\": \"t\"").authors.len(), 2);
    assert_eq!(read_with(&crowd(9), "\"title\": \"t\"").authors.len(), 9);
    assert_eq!(read_with(&crowd(1), &crowd(50_000)).authors.len(), 32);
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
