//! Articles from a publisher's portal to the readers' feeds, by the daemon as a whole.

use std::{fs, path::Path, sync::Arc, time::Duration};

use tokio::sync::Notify;

use crate::support::{
    daemon::{Daemon, feed},
    feed::{items, rss, titles},
    origin::{Origin, Reply},
};

const WIDE: &str = "[channel]\nwindow = \"36500d\"\n";
const SEED: &str = "Kết quả thực hiện Chỉ thị số 03-CT/TW ở Đảng bộ văn phòng UBND tỉnh Ninh Bình";
const LEAD: &str = "Năm 2011, Văn phòng UBND tỉnh đã hoàn thành tốt các chức năng, nhiệm vụ là cơ quan tham mưu, tổng hợp, \
    giúp việc cho UBND tỉnh, góp phần thực hiện thắng lợi các mục tiêu phát triển kinh tế-xã hội chung của tỉnh.";

/// As an ASP.NET portal answers: header lines that are none, and slowly.
fn portal(body: &[u8]) -> Reply {
    let head = "HTTP/1.1 200 OK\r\nServer Software: IIS 6.0\r\nX-AspNet Version : 2.0.50727\r\n: empty\r\n\
        Content-Type: text/html; charset=utf-8\r\nConnection: close\r\n\r\n";
    Reply::raw(head).then_slowly(body, Duration::from_millis(20))
}

#[tokio::test]
async fn the_seed_article_comes_whole_from_a_portal_without_a_feed() {
    let origin = Origin::start();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/articles/ninh-binh-2012.html");
    let list = format!(
        "<html><head><title>Cổng thông tin</title></head><body><div class=Hotnews><div class=HotnewsItem>\
         <a class=ArticleTitle href='Detail.aspx?id=1234'>{SEED}</a></div></div></body></html>"
    );
    origin.on("/Default.aspx", [portal(list.as_bytes())]);
    origin.on("/Detail.aspx?id=1234", [portal(&fs::read(page).unwrap())]);
    let rules = "province = \"ninh-binh\"\nfull_text = true\n[feeds.page]\nitem = \".HotnewsItem\"\ntitle = \".ArticleTitle\"";
    let daemon =
        Daemon::start(&(WIDE.to_owned() + &feed("cong-ninh-binh", &origin.url("/Default.aspx"), rules)))
            .await;
    let merged = daemon.until("/feed.xml", |answer| items(&answer.body).len() == 1).await;
    let item = items(&merged.body).remove(0);
    assert_eq!((item.title.as_str(), item.date.as_str()), (SEED, "Tue, 17 Jan 2012 05:57:00 +0700"));
    assert_eq!(item.link, origin.url("/Detail.aspx?id=1234").as_str());
    assert_eq!((item.source.as_str(), item.description), ("Báo cong-ninh-binh", format!("<p>{LEAD}</p>")));
    let text = merged.text();
    for paragraph in [
        "Một trong những yếu tố quan trọng được BCH Đảng bộ chú trọng",
        "Cán bộ, đảng viên Đảng bộ Văn phòng UBND tỉnh đã có sự chuyển biến",
        "Ninhbinh.gov.vn",
    ] {
        assert!(text.contains(paragraph), "{paragraph}");
    }
    for other in ["Tin liên quan", "Đọc nhiều", "Giấy phép", "VIEWSTATE"] {
        assert!(!text.contains(other), "{other}");
    }
    let atom = daemon.get("/feed.atom").await;
    assert!(atom.text().contains("<published>2012-01-17T05:57:00+07:00</published>"), "{}", atom.text());
    let status = daemon.status("cong-ninh-binh").await;
    assert_eq!(status["articles"], serde_json::json!({"waiting": 0, "read": 1, "given_up": 0, "reason": ""}));
    // After a restart nothing is asked for twice.
    let daemon = daemon
        .restart(&(WIDE.to_owned() + &feed("cong-ninh-binh", &origin.url("/Default.aspx"), rules)))
        .await;
    daemon.until("/feed.xml", |answer| items(&answer.body).len() == 1).await;
    let asked = origin.requests().into_iter().filter(|request| request.path.starts_with("/Detail")).count();
    assert_eq!(asked, 1);
}

const TEXT: &str = "Theo Đài khí tượng thủy văn, do mưa to trên diện rộng suốt đêm qua, mực nước sông Hoàng Long tại trạm \
    Bến Đế lên nhanh, mỗi giờ thêm chừng hai mươi phân, và còn lên tiếp trong ngày hôm nay.";

fn html(title: &str) -> String {
    format!("<html><title>{title}</title><h1>{title}</h1><div><p>{TEXT}</p><p>{TEXT}</p></div>")
}

fn article(title: &str) -> Reply {
    Reply::ok(html(title))
}

/// Entries of this feed lead back to this server.
fn at_home(origin: &Origin, items: &[(&str, &str, &str)]) -> String {
    rss(items).replace("https://bao.example/", origin.url("/").as_str())
}

/// The `<updated>` of each entry.
fn updated(atom: &str) -> Vec<&str> {
    let entries = atom.split("<entry>").skip(1);
    entries
        .filter_map(|entry| entry.split_once("<updated>")?.1.split_once("</updated>"))
        .map(|(at, _)| at)
        .collect()
}

#[tokio::test]
async fn an_article_changes_what_readers_have_and_is_no_edit() {
    let origin = Origin::start();
    let one = ("1", "Lũ lên nhanh trên sông", "Tue, 17 Jan 2012 05:57:00 +0700");
    origin.on("/rss", [Reply::ok(at_home(&origin, &[one]))]);
    // The article comes when it is let go.
    let let_go = Arc::new(Notify::new());
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\n\r\n";
    origin.on("/1.html", [Reply::raw(head).then_when(&let_go, html(one.1))]);
    let daemon =
        Daemon::start(&(WIDE.to_owned() + &feed("a", &origin.url("/rss"), "full_text = true"))).await;
    let before = daemon.until("/feed.atom", |answer| answer.text().contains("Lũ lên nhanh")).await;
    assert!(!before.text().contains("Bến Đế"));
    let rss_before = items(&daemon.get("/feed.xml").await.body);
    let_go.notify_one();
    let after = daemon.until("/feed.atom", |answer| answer.text().contains("Bến Đế")).await;
    assert_eq!(updated(after.text()), updated(before.text()));
    assert_eq!(updated(after.text()), ["2012-01-17T05:57:00+07:00"]);
    assert_ne!(after.header("etag"), before.header("etag"));
    let rss_after = items(&daemon.until("/feed.xml", |answer| answer.text().contains("Bến Đế")).await.body);
    assert_eq!(rss_after, rss_before);
}

#[tokio::test]
async fn an_article_that_cannot_be_had_is_told_and_harms_no_poll() {
    let origin = Origin::start();
    let one = ("1", "Lũ lên nhanh trên sông", "Tue, 17 Jan 2012 05:57:00 +0700");
    origin.on("/rss", [Reply::ok(at_home(&origin, &[one]))]);
    origin.on("/1.html", [Reply::status(503).body("<b>Bảo trì</b>")]);
    let daemon =
        Daemon::start(&(WIDE.to_owned() + &feed("a", &origin.url("/rss"), "full_text = true"))).await;
    let status = daemon.until_status("a", |status| status["articles"]["reason"] != "").await;
    let reason = format!(
        "{}: the server answered 503 Service Unavailable: Bảo trì; this usually passes by itself",
        origin.url("/1.html")
    );
    assert_eq!(
        status["articles"],
        serde_json::json!({"waiting": 1, "read": 0, "given_up": 0, "reason": reason})
    );
    assert_eq!((&status["state"], &status["reason"]), (&"ok".into(), &"".into()));
    daemon.until("/feed.xml", |answer| titles(&answer.body) == [one.1]).await;
    let page = daemon.ask_admin(reqwest::Method::GET, "/", &[("Accept-Language", "en")]).await;
    assert!(page.text().contains("Whole articles: 0 read · 1 to be read · 0 given up"), "{}", page.text());
    let page = daemon.ask_admin(reqwest::Method::GET, "/", &[("Accept-Language", "vi")]).await;
    assert!(page.text().contains("Toàn văn: đã đọc 0 · còn chờ 1 · bỏ 0"));
}

#[tokio::test]
async fn no_more_than_a_summary_is_republished_where_no_more_is_wanted() {
    let origin = Origin::start();
    let one = ("1", "Lũ lên nhanh trên sông", "Tue, 17 Jan 2012 05:57:00 +0700");
    origin.on(
        "/rss",
        [Reply::ok(
            at_home(&origin, &[one]).replace("<description>Về Lũ lên nhanh trên sông</description>", ""),
        )],
    );
    origin.on("/1.html", [article(one.1)]);
    let tables = |content: &str| {
        let more = format!("full_text = true\ncontent = \"{content}\"");
        WIDE.to_owned() + &feed("a", &origin.url("/rss"), &more)
    };
    let daemon = Daemon::start(&tables("summary")).await;
    let answer = daemon.until("/feed.xml", |answer| answer.text().contains("Bến Đế")).await;
    let item = items(&answer.body).remove(0);
    assert_eq!(item.description, format!("<p>{TEXT}</p>"));
    assert!(!answer.text().contains("content:encoded>"), "{}", answer.text());
    daemon.reload(&tables("full"));
    daemon.until("/feed.xml", |answer| answer.text().contains("content:encoded>")).await;
}

#[tokio::test]
async fn only_entries_that_come_after_a_reload_have_their_articles_read_and_others_are_not_kept_waiting() {
    let origin = Origin::start();
    let one = ("1", "Tin thứ nhất của báo", "Tue, 17 Jan 2012 05:57:00 +0700");
    let two = ("2", "Tin thứ hai của báo", "Wed, 18 Jan 2012 05:57:00 +0700");
    origin.on("/rss", [Reply::ok(at_home(&origin, &[one]))]);
    origin.on("/1.html", [article(one.1)]);
    origin.on("/2.html", [article(two.1)]);
    let tables =
        |more: &str| WIDE.to_owned() + &feed("a", &origin.url("/rss"), &format!("interval = \"1s\"\n{more}"));
    let daemon = Daemon::start(&tables("")).await;
    daemon.until("/feed.xml", |answer| titles(&answer.body) == [one.1]).await;
    daemon.reload(&tables("full_text = true"));
    origin.on("/rss", [Reply::ok(at_home(&origin, &[two, one]))]);
    let read = daemon.until_status("a", |status| status["articles"]["read"] == 1).await;
    assert_eq!(read["articles"]["waiting"], 0);
    let answer = daemon.until("/feed.xml", |answer| answer.text().contains("Bến Đế")).await;
    assert_eq!(titles(&answer.body), [two.1, one.1]);
    let paths: Vec<String> = origin.requests().into_iter().map(|request| request.path).collect();
    assert!(!paths.contains(&"/1.html".to_owned()), "{paths:?}");
    assert_eq!(paths.iter().filter(|path| *path == "/2.html").count(), 1);
    let metrics = daemon.ask_admin(reqwest::Method::GET, "/metrics", &[]).await;
    assert!(metrics.text().contains("tintinh_articles_total{outcome=\"read\"} 1\n"), "{}", metrics.text());
}

#[tokio::test]
async fn an_entry_that_waits_is_published_at_once_when_its_article_is_no_longer_wanted() {
    let origin = Origin::start();
    origin.on("/list", [Reply::ok("<ul class=l><li><a href='/1'>Lũ lên nhanh trên sông</a></li></ul>")]);
    origin.on("/1", [Reply::ok("").then_silence()]);
    let tables = |more: &str| {
        feed("a", &origin.url("/list"), &format!("interval = \"1h\"\n{more}[feeds.page]\nitem = \".l li\""))
    };
    let daemon = Daemon::start(&tables("full_text = true\n")).await;
    daemon.until_status("a", |status| status["articles"]["waiting"] == 1).await;
    origin.until_asked(3).await;
    // Also after a restart it waits, unseen.
    let daemon = daemon.restart(&tables("full_text = true\n")).await;
    assert_eq!(daemon.status("a").await["articles"]["waiting"], 1);
    assert_eq!(titles(&daemon.get("/feed.xml").await.body), [""; 0]);
    daemon.reload(&tables(""));
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Lũ lên nhanh trên sông"]).await;
    assert_eq!(daemon.status("a").await.get("articles"), None);
}

#[tokio::test]
async fn an_entry_that_waits_is_kept_when_its_source_is_taken_out() {
    let origin = Origin::start();
    origin.on("/list", [Reply::ok("<ul class=l><li><a href='/1'>Lũ lên nhanh trên sông</a></li></ul>")]);
    origin.on("/1", [Reply::ok("").then_silence()]);
    let rules = "interval = \"1h\"\nfull_text = true\n[feeds.page]\nitem = \".l li\"";
    let tables = feed("a", &origin.url("/list"), rules);
    let daemon = Daemon::start(&tables).await;
    daemon.until_status("a", |status| status["articles"]["waiting"] == 1).await;
    origin.until_asked(3).await;
    daemon.reload("");
    daemon.until_metrics("tintinh_articles_total{outcome=\"released\"} 1\n").await;
    assert_eq!(titles(&daemon.get("/feed.xml").await.body), [""; 0]);
    daemon.reload(&tables);
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Lũ lên nhanh trên sông"]).await;
    assert_eq!(daemon.status("a").await["articles"]["waiting"], 0);
}

#[tokio::test]
async fn sources_of_one_host_have_their_articles_read_in_turn() {
    let origin = Origin::start();
    for (section, list) in [("a", "/a"), ("b", "/b")] {
        let names: Vec<String> = (1..=3).map(|number| format!("{section}{number}")).collect();
        let titles: Vec<String> = names.iter().map(|name| format!("Tin {name} của báo")).collect();
        let items: Vec<_> = names
            .iter()
            .zip(&titles)
            .map(|(name, title)| (&**name, &**title, "Tue, 17 Jan 2012 05:57:00 +0700"))
            .collect();
        origin.on(list, [Reply::ok(at_home(&origin, &items))]);
        for (name, title) in names.iter().zip(&titles) {
            origin.on(&format!("/{name}.html"), [article(title)]);
        }
    }
    // Nothing is read before both wait: robots.txt is let go then.
    let let_go = Arc::new(Notify::new());
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n";
    origin.on("/robots.txt", [Reply::raw(head).then_when(&let_go, "User-agent: *\nAllow: /\n")]);
    let section = |id: &str| feed(id, &origin.url(&format!("/{id}")), "interval = \"1h\"\nfull_text = true");
    let daemon = Daemon::start(&(WIDE.to_owned() + &section("a") + &section("b"))).await;
    for id in ["a", "b"] {
        daemon.until_status(id, |status| status["articles"]["waiting"] == 3).await;
    }
    let_go.notify_one();
    for id in ["a", "b"] {
        daemon.until_status(id, |status| status["articles"]["read"] == 3).await;
    }
    let read: Vec<String> = origin.requests().into_iter().map(|request| request.path).collect();
    let read: Vec<&str> = read.iter().filter_map(|path| path.strip_suffix(".html")).collect();
    let sections: Vec<&str> = read.iter().map(|path| &path[1..2]).collect();
    assert!(sections.windows(2).all(|pair| pair[0] != pair[1]), "{read:?}");
    assert_eq!(read.len(), 6);
}
