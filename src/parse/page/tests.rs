//! Lists by selectors, and what is said of pages that are none.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime};

use super::*;
use crate::parse::Item;

fn read_date(text: &str) -> Option<Timestamp> {
    let zone = FixedOffset::east_opt(7 * 3600)?;
    let forms = ["%Y-%m-%dT%H:%M:%S", "%d/%m/%Y | %H:%M:%S", "%H:%M %d/%m/%Y", "%d/%m/%Y %H:%M"];
    let naive = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let day = || NaiveDate::parse_from_str(text, "%d/%m/%Y").ok()?.and_hms_opt(0, 0, 0);
    naive.or_else(day)?.and_local_timezone(zone).single().map(|it| it.to_utc())
}

fn rules(item: &str, title: &str, date: &str) -> PageRules {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    PageRules { item: some(item), title: some(title), date: some(date), ..PageRules::default() }
}

fn address() -> Url {
    "https://a.vn/tin/danh-sach".parse().unwrap()
}

fn read(html: &str, rules: &PageRules, matched: Option<usize>) -> Result<Listing, ParseError> {
    read_from(html, rules, matched, &address())
}

fn read_from(
    html: &str,
    rules: &PageRules,
    matched: Option<usize>,
    url: &Url,
) -> Result<Listing, ParseError> {
    let document = Document { bytes: html.as_bytes(), content_type: None, url };
    parse_page(&document, rules, &Expected { asked: &address(), matched }, read_date)
}

fn told(item: &Item) -> (String, String, String) {
    let zone = FixedOffset::east_opt(7 * 3600).unwrap();
    let date = item.published.map(|it| it.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string());
    let title = item.title.as_ref().map(|title| title.body.clone());
    (title.unwrap_or_default(), item.link.clone().unwrap_or_default(), date.unwrap_or_default())
}

fn shown(listing: &Listing) -> Vec<(String, String, String)> {
    listing.feed.items.iter().map(told).collect()
}

const COMMUNE: &str = "<!DOCTYPE html><html lang=vi><head><title>Xã Hải Quang</title><base href='/portal/'></head><body>\
    <ul class=menu><li><a href='/'>Trang chủ</a></li></ul><ul class=ArticleList>\
    <li><img class=image src='data:,' data-src='a.jpg'><h2 class=Title><a href='bai-1.html'>Khai hội Tràng An</a></h2>\
    <span class=Ngaydang>Ngày đăng: 17/01/2012 | 05:57:00 - Lượt xem: 12</span><p class=sapo>Dẫn &amp; tin</p></li>\
    <li><h2 class=Title><a href='bai-2.html' title='Lũ lên nhanh trên sông'>Lũ lên...</a></h2>\
    <span class=Ngaydang>(18/01/2012)</span></li>\
    <li><h2 class=Title><a href='javascript:void(0)'>Xem thêm</a></h2></li>\
    <li><h2 class=Title><a href='bai-1.html#binh-luan'>Khai hội Tràng An</a></h2></li></ul>\
    <a class=next href='?trang=2'>Sau</a></body></html>";

#[test]
fn a_list_is_read_where_its_selectors_say() {
    let rules = PageRules {
        summary: Some("p.sapo".to_owned()),
        image: Some("img.image".to_owned()),
        next: Some("a.next".to_owned()),
        ..rules(".ArticleList li", "h2.Title a", ".Ngaydang")
    };
    let listing = read(COMMUNE, &rules, Some(9)).unwrap();
    let entry = |title: &str, file: &str, date: &str| {
        (title.to_owned(), format!("https://a.vn/portal/{file}"), date.to_owned())
    };
    assert_eq!(
        shown(&listing),
        [
            entry("Khai hội Tràng An", "bai-1.html", "2012-01-17 05:57"),
            entry("Lũ lên nhanh trên sông", "bai-2.html", "2012-01-18 00:00"),
        ]
    );
    assert_eq!(listing.matched, Some(4));
    assert_eq!(listing.next.unwrap().as_str(), "https://a.vn/portal/?trang=2");
    let first = &listing.feed.items[0];
    assert_eq!(first.image.as_deref(), Some("https://a.vn/portal/a.jpg"));
    assert_eq!(first.summary.as_ref().map(|it| it.body.as_str()), Some("Dẫn & tin"));
    assert_eq!(listing.feed.title.as_deref(), Some("Xã Hải Quang"));
    assert_eq!(listing.feed.language.as_deref(), Some("vi"));
    assert_eq!(listing.feed.warnings, ["1 of the 4 that `item` matches have no title with a link"]);
}

/// The shapes of the real pages: item, title and date as those who use them select them.
#[test]
fn the_real_pages_selectors_find_what_they_were_written_for() {
    let table = [
        (
            "<div class=HotnewsItem><a href=/1><img class=HotnewsItemImage src=/1.jpg></a>\
             <a class=ArticleTitle href=/1>Một tin nóng</a></div>",
            rules(".HotnewsItem", ".ArticleTitle", ""),
            ("Một tin nóng", "https://a.vn/1", ""),
        ),
        (
            "<article><a href=/tin/d20220607082731436.htm>Một tin</a><time>08:27 07/06/2022</time></article>",
            rules("article:has(time)", "a", "time"),
            ("Một tin", "https://a.vn/tin/d20220607082731436.htm", "2022-06-07 08:27"),
        ),
        (
            "<div class=page_news><div><div class=news_title><a href=1.html>Một tin</a></div><p><em>(17/01/2012)</em></p>\
             </div></div>",
            rules(".page_news > div", ".news_title>a", "p>em"),
            ("Một tin", "https://a.vn/tin/1.html", "2012-01-17 00:00"),
        ),
        (
            "<ul><li class='cate-list-1 first'><a class=title href=/1>Một tin</a><div class=date>05:57 17/01/2012</div></ul>",
            rules("li.cate-list-1.first", "a.title", "div.date"),
            ("Một tin", "https://a.vn/1", "2012-01-17 05:57"),
        ),
        (
            "<ul class=list-news><li><a href='/ban-tin-mua-lu-123.html'>Bản tin mưa lũ</a></ul>",
            rules("ul.list-news a[href]", "", ""),
            ("Bản tin mưa lũ", "https://a.vn/ban-tin-mua-lu-123.html", ""),
        ),
        (
            "<a class=title_thumb_square href=/d1.html title='Một tin'><img src=x></a>",
            rules("a.title_thumb_square", "", ""),
            ("Một tin", "https://a.vn/d1.html", ""),
        ),
        (
            "<div class=x><h3><a href=/x20220607082731.html>Một tin</a></h3><a href=/y>Xem thêm các tin khác nữa</a></div>",
            rules(".x", "", ".none"),
            ("Một tin", "https://a.vn/x20220607082731.html", "2022-06-07 08:27"),
        ),
    ];
    for (html, rules, (title, link, date)) in table {
        let listing = read(&format!("<html>{html}"), &rules, None).unwrap();
        assert_eq!(shown(&listing), [(title.to_owned(), link.to_owned(), date.to_owned())], "{html}");
    }
}

#[test]
fn what_is_no_list_is_told_as_what_it_is() {
    let login = "<html><title>Đăng nhập</title><input type=password>";
    let scripted = "<html><head><script src=/app.js></script></head><body><div id=root></div></body>";
    let rules = rules(".ArticleList li", "", "");
    let elsewhere: Url = "https://a.vn/dang-nhap".parse().unwrap();
    let table = [
        (
            login,
            Some(12),
            elsewhere,
            "the page changed: `item` matches 0 of 12 last time; it was redirected to \
            https://a.vn/dang-nhap; it is titled “Đăng nhập”; it asks for a password",
        ),
        (scripted, None, address(), "`item` matches nothing; it is made by scripts, which are not run"),
        (
            "<ul class=ArticleList><li>x<li><a href='#'>y</a></ul>",
            None,
            address(),
            "`item` matches 2, but in none of them there is a title with a link: look at `title` and `link`",
        ),
        ("", None, address(), "the body is empty"),
    ];
    for (html, last, url, wanted) in table {
        assert_eq!(read_from(html, &rules, last, &url).unwrap_err().to_string(), wanted, "{html}");
    }
}

#[test]
fn a_feed_in_a_pages_place_is_read_as_a_feed_and_told() {
    let feed = "<rss version='2.0'><channel><item><title>Một</title><link>https://a.vn/1</link></item></channel></rss>";
    let listing = read(feed, &rules("li", "", ""), Some(3)).unwrap();
    assert_eq!((listing.feed.items.len(), listing.matched), (1, None));
    assert_eq!(
        listing.feed.warnings,
        ["the address answers with a feed, not with a page: take [feeds.page] out"]
    );
    let page =
        "<html><link rel=alternate type=application/rss+xml title='Tin mới' href=/rss><li><a href=/1>Một</a>";
    let listing = read(page, &rules("li", "", ""), None).unwrap();
    assert_eq!(
        listing.feed.warnings,
        ["the page names a feed, which would serve better: https://a.vn/rss (“Tin mới”)"]
    );
}

#[test]
fn what_a_page_says_of_itself_needs_no_selector() {
    let linked = r#"<script type="application/ld+json">{"@context":"https://schema.org","@graph":[
        {"@type":"BreadcrumbList","itemListElement":[{"@type":"ListItem","name":"Trang chủ","item":"https://a.vn/"}]},
        {"@type":"ItemList","itemListElement":[
          {"@type":"ListItem","position":1,"item":{"@type":"NewsArticle","headline":"Một","url":"/1","datePublished":"2012-01-17T05:57:00"}},
          {"@type":"ListItem","position":2,"url":"https://a.vn/2"},
          {"@type":"ListItem","position":3,"url":"https://a.vn/3","name":"Ba"}]}]}</script>
        <a href="/2">Hai</a>"#;
    let entry = "<div class=h-entry><a class='p-name u-url' href=/1>Một</a><time class=dt-published datetime=2012-01-17T05:57:00>\
        </time></div><div class=h-entry><a class='p-name u-url' href=/2>Hai</a></div>";
    let article = "<article><h2><a href=/1>Một</a></h2><time datetime=2012-01-17T05:57:00>x</time></article>\
        <article><a href=/2>Hai</a><time datetime='2012-01-18T05:57:00'>x</time></article><article>Không</article>";
    for (html, titles) in
        [(linked, vec!["Một", "Hai", "Ba"]), (entry, vec!["Một", "Hai"]), (article, vec!["Một", "Hai"])]
    {
        let listing = read(&format!("<html><body>{html}"), &PageRules::default(), None).unwrap();
        let found = shown(&listing);
        assert_eq!(found.iter().map(|it| it.0.as_str()).collect::<Vec<_>>(), titles);
        assert_eq!((found[0].1.as_str(), found[0].2.as_str()), ("https://a.vn/1", "2012-01-17 05:57"));
    }
    let nothing =
        read("<html><body><a href=/1>Một</a>", &PageRules::default(), None).unwrap_err().to_string();
    assert!(nothing.starts_with("the page tells its news neither in JSON-LD nor"), "{nothing}");
    let changed = read("<html><body>", &PageRules::default(), Some(5)).unwrap_err().to_string();
    assert_eq!(changed, "the page changed: it tells none of its news by itself, of 5 last time");
}

#[test]
fn a_sitemap_of_news_is_read_without_a_selector() {
    let sitemap = "<?xml version='1.0'?><urlset xmlns='x' xmlns:news='y' xmlns:image='z'><url><loc>https://a.vn/1</loc>\
        <news:news><news:publication><news:name>Báo</news:name></news:publication>\
        <news:publication_date>2012-01-17T05:57:00</news:publication_date><news:title><![CDATA[Một & hai]]></news:title>\
        <news:keywords>lũ, bão</news:keywords></news:news><image:image><image:loc>/a.jpg</image:loc></image:image></url>\
        <url><loc>https://a.vn/2</loc></url></urlset>";
    let listing = read(sitemap, &PageRules::default(), None).unwrap();
    assert_eq!(
        shown(&listing),
        [("Một & hai".to_owned(), "https://a.vn/1".to_owned(), "2012-01-17 05:57".to_owned())]
    );
    assert_eq!(listing.feed.items[0].categories, ["lũ", "bão"]);
    assert_eq!(listing.feed.items[0].image.as_deref(), Some("https://a.vn/a.jpg"));
    let plain = read("<urlset><url><loc>https://a.vn/2</loc></url></urlset>", &PageRules::default(), None);
    assert_eq!(plain.unwrap_err().to_string(), "`item` matches nothing; it is a sitemap without news");
}

#[test]
fn pathological_pages_and_selectors_come_to_an_end() {
    let flat = format!("<html><body>{}", "<i>x</i>".repeat(2_000));
    let deep = format!("<html><body>{}{}", "<div>".repeat(200), "<a href=/1>x</a>".repeat(2_000));
    for (page, selector, wanted) in [
        (&flat, "* ~ * ~ * ~ x", None),
        (&flat, "* * * * * * * * * * * * x", None),
        (&flat, "i:nth-child(2n+1):nth-last-child(3n+2) x", None),
        (&deep, "div div div div div div div div div div div x", None),
        (&deep, "div:has(x):has(y):has(z)", None),
        (&deep, "div:has(div div div div x)", None),
        (&deep, "div a", Some(PAGE_ITEMS_MAX)),
        (&deep, "div", Some(200)),
    ] {
        let found = read(page, &rules(selector, "", ""), None);
        assert_eq!(found.ok().and_then(|listing| listing.matched), wanted, "{selector}");
    }
    let error = read(&"<p><b id=1><div>".repeat(20_000), &rules("p", "", ""), None).unwrap_err().to_string();
    assert!(
        error.starts_with("the page nests elements") || error.starts_with("the page has more"),
        "{error}"
    );
    let error = read(&"<p>x</p>".repeat(60_000), &rules("p", "", ""), None).unwrap_err().to_string();
    assert!(error.starts_with("the page has more than 40000 elements"), "{error}");
}

#[test]
fn the_element_next_to_another_is_found_in_a_page_as_full_as_may_be() {
    let rows = |count: usize| "<h2><a href='/1'>Khai hội Tràng An</a></h2><p class=d>x</p>".repeat(count);
    let read = |count: usize| {
        read(&rows(count), &rules("h2:has(+ .d)", "", ""), None).map(|listing| listing.matched)
    };
    assert_eq!(read(3).unwrap(), Some(3));
    // Were each compared with all behind it, this would take minutes.
    assert_eq!(read(13_000).unwrap(), Some(PAGE_ITEMS_MAX));
}
