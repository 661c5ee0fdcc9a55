//! Cleaning as readers see it.

mod attacks;

use super::*;

fn clean(html: &str) -> Option<String> {
    let base = Url::parse("https://baoninhbinh.vn/tin/").unwrap();
    Cleaner::new(&base).clean(&Text { body: html.to_owned(), kind: TextKind::Html })
}

#[test]
fn what_news_needs_stays_and_addresses_become_absolute() {
    let table = [
        ("<p>Lũ <b>lớn</b></p>", "<p>Lũ <b>lớn</b></p>"),
        (r#"<img src="/a.jpg" alt="ảnh">"#, r#"<img src="https://baoninhbinh.vn/a.jpg" alt="ảnh">"#),
        (
            "<a href='x.html' target=_blank rel=nofollow>Xem</a>",
            r#"<a href="https://baoninhbinh.vn/tin/x.html">Xem</a>"#,
        ),
        (r#"<img src="//cdn.vn/b.jpg">"#, r#"<img src="https://cdn.vn/b.jpg">"#),
        ("một</br>hai", "một<br>hai"),
        ("s&amp;#225;ng h&amp;agrave;ng", "sáng hàng"),
        (
            "<p>phi#234;n <a href='/#234;n'>h#7885;p</a></p>",
            r#"<p>phiên <a href="https://baoninhbinh.vn/#234;n">họp</a></p>"#,
        ),
        ("5 &amp;lt; 6", "5 &amp;lt; 6"),
        ("vie&#x302;&#x323;t", "việt"),
        ("a&#8203;b&#xfeff;c&#1;d", "abcd"),
        ("&#147;kép&#148;", "“kép”"),
        ("<![CDATA[<p>Tin</p>]]>", "<p>Tin</p>"),
        (
            "<table><tr><td colspan=2>ô</td></tr></table>",
            "<table><tbody><tr><td colspan=\"2\">ô</td></tr></tbody></table>",
        ),
        (
            "<ul class=x><li><a href=/1>Một</a></ul>",
            r#"<ul><li><a href="https://baoninhbinh.vn/1">Một</a></li></ul>"#,
        ),
        (
            "<figure><picture><source srcset='/1.webp 1x'><img data-src=/1.jpg></picture><figcaption>Ảnh</figcaption></figure>",
            r#"<figure><picture><source><img src="https://baoninhbinh.vn/1.jpg"></picture><figcaption>Ảnh</figcaption></figure>"#,
        ),
        (
            "<img src='data:image/gif;base64,R0lGOD' data-src='/1.jpg'>",
            r#"<img src="https://baoninhbinh.vn/1.jpg">"#,
        ),
        (
            "<video controls poster=/1.jpg src=/1.mp4></video>",
            r#"<video controls="" poster="https://baoninhbinh.vn/1.jpg" src="https://baoninhbinh.vn/1.mp4"></video>"#,
        ),
        ("<section><h2>Một</h2><font color=red>hai</font></section>", "<h2>Một</h2>hai"),
        ("<a href='mailto:toasoan@bao.vn'>Thư</a>", r#"<a href="mailto:toasoan@bao.vn">Thư</a>"#),
        ("<p>x</p><img src=/dem.gif width=1 height=1>", "<p>x</p>"),
        ("<x></x>&#824;", "\u{338}"),
    ];
    for (published, wanted) in table {
        assert_eq!(clean(published).as_deref(), Some(wanted), "{published}");
    }
}

#[test]
fn nothing_to_read_is_no_text() {
    for html in
        ["<p>&nbsp;</p><div></div>", "<script>x</script>", "<img src=data:x>", "<p>&#8203;</p>", "", "<"]
    {
        assert_eq!(clean(html).filter(|left| left != "&lt;"), None, "{html}");
    }
    assert!(clean("<p><img src=/a.jpg></p>").is_some());
}

#[test]
fn plain_text_becomes_paragraphs() {
    let base = Url::parse("https://a.vn/").unwrap();
    let text = Text { body: "Một & hai\nba\n\n<bốn>".to_owned(), kind: TextKind::Plain };
    let html = Cleaner::new(&base).clean(&text);
    assert_eq!(html.as_deref(), Some("<p>Một &amp; hai<br>ba</p><p>&lt;bốn&gt;</p>"));
}

#[test]
fn a_cleaner_can_be_given_another_base() {
    let mut cleaner = Cleaner::new(&Url::parse("https://a.vn/").unwrap());
    cleaner.rebase(&Url::parse("https://b.vn/c/").unwrap());
    let text = Text { body: "<a href=d>x</a><img data-src=e>".to_owned(), kind: TextKind::Html };
    let wanted = r#"<a href="https://b.vn/c/d">x</a><img src="https://b.vn/c/e">"#;
    assert_eq!(cleaner.clean(&text).as_deref(), Some(wanted));
}

#[test]
fn the_first_image_of_clean_html_is_found() {
    let html = r#"<p title="<img src='x'>">x</p><img alt="a > b" src="https://a.vn/1.jpg?a=1&amp;b=2"><img src="https://a.vn/2.jpg">"#;
    assert_eq!(first_image(html).as_deref(), Some("https://a.vn/1.jpg?a=1&b=2"));
    assert_eq!(first_image("<p>không</p>"), None);
}

#[test]
fn html_made_to_take_long_takes_no_longer_than_other() {
    let numbered: Vec<String> = (0..300).map(|number| format!("<b a{number}>")).collect();
    let numbered = numbered.concat();
    let table = [
        "<div>x".repeat(3_000),
        "<table><tr><td>x".repeat(1_000),
        format!("<p>{numbered}{}", "<p>x".repeat(3_000)),
        format!("<a {}>x", "b ".repeat(20_000)),
        "<svg>".repeat(3_000) + "</svg>x",
        "<b><p>x".repeat(1_500) + &"</b>".repeat(1_500),
        "<!--".repeat(20_000) + "-->x",
        "<script>".repeat(20_000) + "</script>x",
        "&amp;#225;x".repeat(20_000),
        "#225;x".repeat(20_000),
        "x<".repeat(20_000),
    ];
    for html in table {
        let left = clean(&html).unwrap_or_default();
        assert!(left.len() < 1 << 20, "{} of {}", left.len(), html.get(..40).unwrap_or_default());
    }
}
