//! Pages as sources, from a publisher without a feed to the readers' feed.

use crate::support::{
    daemon::{Daemon, feed},
    feed::{items, rss, titles},
    origin::{Origin, Reply},
    preview::{only_line, preview},
};

/// A window that no page is too old for.
const WIDE: &str = "[channel]\nwindow = \"36500d\"\n";

const RULES: &str = "province = \"ninh-binh\"\n[feeds.page]\nitem = \".ArticleList li\"\ntitle = \"h2.Title a\"\n\
    date = \".Ngaydang\"\nsummary = \"p.sapo\"\nimage = \"img\"\nnext = \"a.next\"\npages = 3";

/// A list page as a portal of 2012 serves it.
fn page(articles: &[(&str, &str, &str)], next: &str) -> String {
    let list: Vec<String> = articles
        .iter()
        .map(|(file, title, date)| {
            format!(
                "<li><img src='blank.gif' data-original='/anh/{file}.jpg'><h2 class=Title><a href='/tin/{file}.html'>{title}</a>\
                 </h2><span class=Ngaydang>{date}</span><p class=sapo>Dẫn của {title}</p></li>"
            )
        })
        .collect();
    format!(
        "<html><head><title>Cổng thông tin</title></head><body><ul class=menu><li><a href='/'>Trang chủ</a></ul>\
         <ul class=ArticleList>{}</ul>{next}</body></html>",
        list.concat()
    )
}

fn link(to: &str) -> String {
    format!("<a class=next href='{to}'>Trang sau</a>")
}

const TWO: [(&str, &str, &str); 2] = [
    ("khai-hoi", "Khai hội Tràng An", "17/01/2012 | 05:57:00"),
    ("lu-len", "Lũ lên nhanh", "16/01/2012 | 21:30:00"),
];

#[tokio::test]
async fn what_stands_on_list_pages_comes_to_the_merged_feed() {
    let origin = Origin::start();
    let older = [("cu-1", "Tin của hôm kia", "15/01/2012 | 08:00:00"), TWO[1]];
    let oldest = [("cu-2", "Tin của tuần trước", "10/01/2012 | 08:00:00")];
    let far = [("cu-3", "Tin của năm ngoái", "10/01/2011 | 08:00:00")];
    origin.on("/tin-tuc", [Reply::ok(page(&TWO, &link("/tin-tuc?trang=2"))).header("ETag", "\"1\"")]);
    origin.on("/tin-tuc?trang=2", [Reply::ok(page(&older, &link("/tin-tuc?trang=3")))]);
    origin.on("/tin-tuc?trang=3", [Reply::ok(page(&oldest, &link("/tin-tuc?trang=4")))]);
    origin.on("/tin-tuc?trang=4", [Reply::ok(page(&far, ""))]);
    let tables = WIDE.to_owned() + &feed("cong", &origin.url("/tin-tuc"), RULES);
    let daemon = Daemon::start(&tables).await;
    let all = daemon.until("/feed.xml", |answer| items(&answer.body).len() == 4).await;
    let found = items(&all.body);
    let shown: Vec<_> = found.iter().map(|it| (it.title.as_str(), it.date.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("Khai hội Tràng An", "Tue, 17 Jan 2012 05:57:00 +0700"),
            ("Lũ lên nhanh", "Mon, 16 Jan 2012 21:30:00 +0700"),
            ("Tin của hôm kia", "Sun, 15 Jan 2012 08:00:00 +0700"),
            ("Tin của tuần trước", "Tue, 10 Jan 2012 08:00:00 +0700"),
        ]
    );
    assert_eq!(found[0].link, origin.url("/tin/khai-hoi.html").as_str());
    assert!(found[0].description.contains("Dẫn của Khai hội Tràng An"), "{}", found[0].description);
    // The second poll asks for the first page only, and conditionally.
    origin.until_asked(4).await;
    let paths = |requests: &[crate::support::origin::Received]| -> Vec<String> {
        requests.iter().map(|request| request.path.clone()).collect()
    };
    let requests = origin.requests();
    assert_eq!(
        paths(&requests[..4]),
        ["/tin-tuc", "/tin-tuc?trang=2", "/tin-tuc?trang=3", "/tin-tuc"],
        "the first poll reads three pages"
    );
    assert_eq!(requests[3].header("If-None-Match"), Some(&b"\"1\""[..]));
}

#[tokio::test]
async fn a_page_that_changed_is_an_error_in_words_and_its_entries_stay() {
    let origin = Origin::start();
    let login = "<html><title>Đăng nhập</title><form><input type=password></form></html>";
    let third = [TWO[0], TWO[1], ("moi", "Tin mới", "18/01/2012 | 06:00:00")];
    origin.on(
        "/tin-tuc",
        [
            Reply::ok(page(&TWO, "")),
            Reply::ok("<html><title>Giao diện mới</title><div class=news></div></html>"),
            Reply::redirect(302, "/dang-nhap"),
            Reply::ok(page(&third, "")),
        ],
    );
    origin.on("/dang-nhap", [Reply::ok(login)]);
    let tables =
        WIDE.to_owned() + &feed("cong", &origin.url("/tin-tuc"), &format!("interval = \"1s\"\n{RULES}"));
    let daemon = Daemon::start(&tables).await;
    daemon.until("/feed.xml", |answer| items(&answer.body).len() == 2).await;
    let reason = |status: &serde_json::Value| status["reason"].as_str().unwrap_or_default().to_owned();
    let changed = daemon.until_status("cong", |status| status["state"] == "unreadable").await;
    assert_eq!(
        reason(&changed),
        "the page changed: `item` matches 0 of 2 last time; it is titled “Giao diện mới”; `tintinh preview` with its address shows what came"
    );
    assert_eq!(titles(&daemon.get("/feed.xml").await.body).len(), 2);
    let elsewhere = daemon.until_status("cong", |status| reason(status).contains("redirected")).await;
    let wanted = format!(
        "redirected to {}; it is titled “Đăng nhập”; it asks for a password; `tintinh preview` with its address shows what came",
        origin.url("/dang-nhap")
    );
    assert!(reason(&elsewhere).ends_with(&wanted), "{elsewhere}");
    daemon.until("/feed.xml", |answer| items(&answer.body).len() == 3).await;
}

#[tokio::test]
async fn a_page_is_read_in_the_charset_it_is_written_in() {
    let origin = Origin::start();
    let text = page(&[("a", "Lũ trên sông", "17/01/2012 | 05:57:00")], "");
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    origin.on("/utf16", [Reply::ok(utf16)]);
    // ũ is u with a combining tilde there: 0xde; ê 0xea, ô 0xf4; the others are not in this title.
    let text = page(&[("a", "L@ tr^n s*ng", "17/01/2012 | 05:57:00")], "")
        .replace("<title>Cổng thông tin</title>", "");
    let text = text
        .replace("Dẫn của ", "")
        .replace("Trang chủ", "")
        .replace("<head>", "<head><meta charset=windows-1258>");
    let bytes = text.bytes().flat_map(|byte| match byte {
        b'@' => vec![b'u', 0xde],
        b'^' => vec![0xea],
        b'*' => vec![0xf4],
        other => vec![other],
    });
    origin.on("/1258", [Reply::ok(bytes.collect::<Vec<u8>>())]);
    let tables = WIDE.to_owned()
        + &feed("utf16", &origin.url("/utf16"), RULES)
        + &feed("w1258", &origin.url("/1258"), RULES);
    let daemon = Daemon::start(&tables).await;
    for id in ["utf16", "w1258"] {
        let path = format!("/sources/{id}.xml");
        let answer = daemon.until(&path, |answer| !items(&answer.body).is_empty()).await;
        assert_eq!(titles(&answer.body), ["Lũ trên sông"], "{id}");
    }
}

#[tokio::test]
async fn other_selectors_take_effect_by_one_unconditional_request_and_a_feed_in_the_pages_place_is_told() {
    let origin = Origin::start();
    origin.answer("/tin-tuc", {
        let body = page(&TWO, "");
        move |request| match request.header("If-None-Match") {
            Some(b"\"1\"") => Reply::status(304),
            _ => Reply::ok(&body).header("ETag", "\"1\""),
        }
    });
    let with = |rules: &str| {
        WIDE.to_owned() + &feed("cong", &origin.url("/tin-tuc"), &format!("interval = \"1s\"\n{rules}"))
    };
    let daemon = Daemon::start(&with("[feeds.page]\nitem = \".ArticleList li:first-child\"")).await;
    daemon.until("/feed.xml", |answer| items(&answer.body).len() == 1).await;
    daemon.reload(&with("[feeds.page]\nitem = \".ArticleList li\""));
    daemon.until("/feed.xml", |answer| items(&answer.body).len() == 2).await;
    let unconditional = origin.requests().iter().filter(|it| it.header("If-None-Match").is_none()).count();
    assert_eq!(unconditional, 2);
    origin.on("/tin-tuc", [Reply::ok(rss(&[("1", "Nay có nguồn tin", "Tue, 17 Jan 2012 05:57:00 +0700")]))]);
    daemon
        .until("/feed.xml", |answer| titles(&answer.body).iter().any(|title| title == "Nay có nguồn tin"))
        .await;
    let told = "the address answers with a feed, not with a page: take [feeds.page] out";
    daemon.until_status("cong", |status| status["warnings"].to_string().contains(told)).await;
}

#[test]
fn a_preview_of_a_page_names_its_feeds_and_proposes_the_table_that_reads_it() {
    let list = page(
        &[
            ("khai-hoi", "Khai hội Tràng An năm nay", "17/01/2012 | 05:57:00"),
            ("lu-len", "Lũ lên nhanh trên sông", "16/01/2012 | 21:30:00"),
            ("mua-lua", "Nông dân được mùa lúa", "15/01/2012 | 08:00:00"),
        ],
        &link("?trang=2"),
    );
    let list = list.replace(
        "</title>",
        "</title><link rel=alternate type=application/rss+xml title='Tin mới' href=/rss>",
    );
    let shown = preview(&["--url", "https://cong.example/tin-tuc", "-"], list.as_bytes());
    let text = String::from_utf8(shown.stdout).unwrap();
    let wanted = "\
Cổng thông tin
web page, 3 entries
page: https://cong.example/tin-tuc
found at: https://cong.example/tin-tuc

This page names a feed, which serves better than the page does:
  https://cong.example/rss  Tin mới

      Date              Entry
   1  2012-01-17 05:57  Khai hội Tràng An năm nay
                        https://cong.example/tin/khai-hoi.html
                        picture
                        known by its link
";
    assert!(text.starts_with(wanted), "{text}");
    let table = "\
Proposed from what is seen on it; look whether these are the news. For feeds.toml:

[[feeds]]
id = \"cong-example\"
title = \"Cổng thông tin\"
url = \"https://cong.example/tin-tuc\"
[feeds.page]
item = \".ArticleList > li\"
title = \"h2 a\"
date = \".Ngaydang\"
image = \"img\"
next = \"a.next\"
";
    assert!(text.ends_with(table), "{text}");
    assert_eq!(shown.status.code(), Some(0));
    // As JSON only who asks for pages gets them.
    let refused = preview(&["--format", "json", "-"], list.as_bytes());
    let error = only_line(&refused)["error"].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (error.as_str(), refused.status.code()),
        (
            "it is a web page titled “Cổng thông tin”, not a feed; look on its site for the address of a feed (RSS, Atom or \
             JSON Feed), or give a page of news",
            Some(2)
        )
    );
    let taken = only_line(&preview(
        &["--format", "json", "--page", "--url", "https://cong.example/tin-tuc", "-"],
        list.as_bytes(),
    ));
    assert_eq!(taken["_tintinh"]["page"]["selectors"]["item"], ".ArticleList > li");
    let nothing = preview(&["-"], "<html><title>Giới thiệu</title><p>Không có tin</html>".as_bytes());
    assert_eq!((nothing.stdout.len(), nothing.status.code()), (0, Some(2)));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("nor was a list of news found on it"));
}
