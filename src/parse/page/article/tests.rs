//! Articles by selectors, and what is said of pages that hold none.

use super::*;

fn address() -> Url {
    "https://a.vn/tin/1.html".parse().unwrap()
}

fn parse(html: &str, rules: &ArticleRules) -> Result<ArticlePage, String> {
    let url = address();
    let document = Document { bytes: html.as_bytes(), content_type: None, url: &url };
    let awaited = Awaited { asked: &url, title: "Lũ lên nhanh trên sông" };
    parse_article(&document, rules, &awaited, |_| None).map_err(|error| error.to_string())
}

fn by_body(selector: &str) -> ArticleRules {
    ArticleRules { body: Some(selector.to_owned()), ..ArticleRules::default() }
}

#[test]
fn of_elements_within_each_other_the_outermost_is_taken_and_all_that_stand_apart() {
    let html = "<h1>Lũ lên nhanh trên sông</h1><div class=b>một<div class=b>hai</div></div><p>x</p><div class=b>ba</div>";
    let article = parse(html, &by_body(".b")).unwrap();
    assert_eq!(
        article.body.body,
        "<div class=\"b\">một<div class=\"b\">hai</div></div><div class=\"b\">ba</div>"
    );
    assert_eq!((article.lead, article.published, article.title), (None, None, None));
}

#[test]
fn a_page_that_costs_too_much_is_refused_in_words() {
    let table = [
        ("<i>x</i>".repeat(50_000), "the page has more than 40000 elements, the most that are read"),
        ("<div>".repeat(50_000), "the page nests elements more than 256 deep, the most that is read"),
        (
            format!("<h1>Lũ lên nhanh trên sông</h1><div class=b>{}</div>", "tin ".repeat(300_000)),
            "its text has 1200021 bytes; at most 524288 are read",
        ),
        ("x".repeat(crate::parse::BODY_MAX + 1), "the body has 10485761 bytes; at most 10485760 are read"),
        (String::new(), "`article.body` matches nothing"),
    ];
    for (html, wanted) in table {
        assert_eq!(parse(&html, &by_body(".b")), Err(wanted.to_owned()), "{}", &html[..html.len().min(20)]);
    }
}

#[test]
fn what_is_no_selector_is_told_though_no_file_lets_it_through() {
    let wanted = "`article.body` is no selector: at character 5 it goes wrong at `.b`";
    assert_eq!(parse("<p>x</p>", &by_body("div..b")), Err(wanted.to_owned()));
}

#[test]
fn a_document_of_another_kind_is_called_what_it_is() {
    let url = address();
    let table: [(&[u8], Option<&str>, &str); 4] = [
        (b"%PDF-1.7", None, "it is no page, but PDF"),
        (b"PK\x03\x04", Some("text/html"), "it is no page, but a ZIP or office file"),
        (b"x", Some("image/jpeg"), "it is no page, but image/jpeg"),
        (b"x", Some("Application/PDF; v=1"), "it is no page, but application/pdf"),
    ];
    for (bytes, content_type, wanted) in table {
        let document = Document { bytes, content_type, url: &url };
        let awaited = Awaited { asked: &url, title: "x" };
        let read = parse_article(&document, &ArticleRules::default(), &awaited, |_| None);
        assert_eq!(read.unwrap_err().to_string(), wanted);
    }
}
