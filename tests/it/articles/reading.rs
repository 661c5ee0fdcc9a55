//! One article after another, by the clock: how entries wait, how often an article is asked for, what its entry becomes,
//! and what is told of pages that hold none.

use std::sync::Arc;

use tintinh::{
    model::{PageRules, Source, SourceId},
    store::{MemoryEngine, Store, export},
};

use super::desk::{Desk, source};
use crate::support::{
    feed::rss,
    origin::{Origin, Reply},
};

const TITLE: &str = "Lũ trên sông Hoàng Long lên nhanh";
const TEXT: &str = "Theo Đài khí tượng thủy văn, do mưa to trên diện rộng suốt đêm qua, mực nước sông Hoàng Long tại trạm \
    Bến Đế lên nhanh, mỗi giờ thêm chừng hai mươi phân, và còn lên tiếp trong ngày hôm nay.";

fn article(title: &str, date: &str, text: &str) -> Reply {
    Reply::ok(format!(
        "<html><title>{title}</title><h1>{title}</h1><p class=ngay>{date}</p><div class=b><p>{text}</p><p>{text}</p></div>"
    ))
}

/// A list page of titles without dates.
fn list(origin: &Origin, items: &[(&str, &str)]) -> Source {
    let row = |(path, title): &(&str, &str)| format!("<li><a href='{path}'>{title}</a></li>");
    let rows: Vec<String> = items.iter().map(row).collect();
    origin.on("/list", [Reply::ok(format!("<ul class=l>{}</ul>", rows.concat()))]);
    let page = PageRules { item: Some(".l li".to_owned()), ..PageRules::default() };
    Source { page: Some(Arc::new(page)), ..source(origin.url("/list")) }
}

fn asked(origin: &Origin) -> Vec<String> {
    origin.requests().into_iter().map(|request| request.path).collect()
}

#[tokio::test]
async fn an_undated_entry_is_published_with_its_articles_date_also_after_a_restart() {
    let origin = Origin::start();
    origin.on("/1", [article(TITLE, "17/01/2012 | 05:57:00", TEXT)]);
    let desk = Desk::new(list(&origin, &[("/1", TITLE)]));
    let polled = desk.poll().await;
    assert_eq!((polled.outcome, polled.inserted), ("read", 0));
    assert!(desk.entries().await.is_empty());
    desk.wait(1);
    let desk = desk.restarted().await;
    assert_eq!(desk.read_due().await, "read");
    let entries = desk.entries().await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].date, "2012-01-17T05:57:00+07:00".parse::<tintinh::model::Timestamp>().unwrap());
    assert_eq!((entries[0].first_seen, entries[0].changed), (desk.now(), desk.now()));
    let entry = &entries[0].entry;
    assert!(entry.content.as_ref().unwrap().contains(TEXT), "{entry:?}");
    assert_eq!(entry.summary.as_deref(), Some(&*format!("<p>{TEXT}</p>")));
    assert_eq!(asked(&origin), ["/list", "/robots.txt", "/1"]);
    // It is old, and stood in a first document: straight to the archive.
    assert_eq!(entries[0].place, entries[0].date);
    assert_eq!(desk.store.check().await.unwrap().told, Vec::<String>::new());
}

#[tokio::test]
async fn an_undated_entry_waits_ten_minutes_at_most() {
    let origin = Origin::start();
    origin.on("/1", [Reply::status(500), Reply::status(500), article(TITLE, "17/01/2012 | 05:57:00", TEXT)]);
    let desk = Desk::new(list(&origin, &[("/1", TITLE)]));
    desk.poll().await;
    assert_eq!(desk.read_due().await, "failed");
    desk.wait(2);
    assert_eq!(desk.read_due().await, "failed");
    desk.wait(7);
    assert_eq!(desk.release().await, 0);
    let desk = desk.restarted().await;
    desk.wait(1);
    assert_eq!(desk.release().await, 1);
    let published = desk.now();
    assert_eq!(desk.entries().await[0].date, published);
    // The article that comes at last completes it; its date does not move.
    desk.wait(30);
    assert_eq!(desk.read_due().await, "read");
    let entries = desk.entries().await;
    assert_eq!((entries.len(), entries[0].date, entries[0].changed), (1, published, published));
    assert!(entries[0].entry.content.is_some());
    assert_eq!((entries[0].entry.published, desk.articles().read), (None, 1));
    assert!(desk.articles().waiting.is_empty());
}

#[tokio::test]
async fn a_dated_entry_does_not_wait_and_its_article_is_no_edit() {
    let origin = Origin::start();
    let item = |title: &str| {
        let feed = rss(&[("1", title, "Mon, 30 Nov 2026 05:57:00 +0700")]);
        Reply::ok(feed.replace("https://bao.example/1.html", origin.url("/1").as_str()))
    };
    origin.on("/rss", [item(TITLE), item(TITLE).header("X-A", "1"), item("Lũ rút trên sông Hoàng Long")]);
    origin.on("/1", [article(TITLE, "01/01/2001 01:01", TEXT)]);
    let desk = Desk::new(source(origin.url("/rss")));
    assert_eq!(desk.poll().await.inserted, 1);
    let before = desk.entries().await.remove(0);
    desk.wait(1);
    assert_eq!(desk.read_due().await, "read");
    let after = desk.entries().await.remove(0);
    assert_eq!((after.date, after.place, after.key), (before.date, before.place, before.key));
    assert_eq!((after.changed, after.differs_since()), (before.changed, desk.now()));
    assert_eq!((&after.entry.summary, &after.entry.title), (&before.entry.summary, &before.entry.title));
    let content = after.entry.content.clone().unwrap();
    assert!(content.contains(TEXT));
    // The feed's short entry again, read anew: nothing changes. Then the publisher's edit, under the same text.
    desk.wait(60);
    desk.poll().await;
    assert_eq!(desk.entries().await, [after]);
    desk.wait(60);
    assert_eq!(desk.poll().await.updated, 1);
    let edited = desk.entries().await.remove(0);
    assert_eq!(edited.entry.title, "Lũ rút trên sông Hoàng Long");
    assert_eq!((edited.entry.content, edited.changed), (Some(content), desk.now()));
    assert!(edited.entry.summary.unwrap().contains("Lũ rút"));
    assert_eq!(asked(&origin), ["/rss", "/robots.txt", "/1", "/rss", "/rss"]);
    assert_eq!(desk.store.check().await.unwrap().told, Vec::<String>::new());
}

#[tokio::test]
async fn an_article_is_asked_for_five_times_at_most() {
    let origin = Origin::start();
    origin.on("/1", [Reply::status(500).body("hỏng")]);
    let desk = Desk::new(list(&origin, &[("/1", TITLE)]));
    desk.poll().await;
    let mut outcomes = vec![];
    while !desk.articles().waiting.is_empty() {
        outcomes.push(desk.read_due().await);
        desk.wait(24 * 60);
        desk.release().await;
    }
    assert_eq!(outcomes, ["failed"; 5]);
    let articles = desk.articles();
    assert_eq!((articles.read, articles.given_up), (0, 1));
    assert!(
        articles.reason.ends_with(
            "/1: the server answered 500 Internal Server Error: hỏng; this usually passes by itself"
        ),
        "{}",
        articles.reason
    );
    let entries = desk.entries().await;
    assert_eq!((entries.len(), &entries[0].entry.content, entries[0].article), (1, &None, None));
}

#[tokio::test]
async fn robots_txt_is_heeded_for_articles_and_asked_for_once() {
    let origin = Origin::start();
    origin.on("/robots.txt", [Reply::ok("User-agent: *\nDisallow: /kin/\n")]);
    origin.on("/mo/1", [article(TITLE, "17/01/2012 | 05:57:00", TEXT)]);
    let desk = Desk::new(list(&origin, &[("/kin/1", "Tin không cho đọc bằng máy"), ("/mo/1", TITLE)]));
    desk.poll().await;
    assert_eq!((desk.read_due().await, desk.read_due().await), ("refused", "read"));
    let mut titles: Vec<String> = desk.entries().await.into_iter().map(|stored| stored.entry.title).collect();
    titles.sort();
    assert_eq!(titles, [TITLE, "Tin không cho đọc bằng máy"]);
    assert_eq!(asked(&origin), ["/list", "/robots.txt", "/mo/1"]);
}

#[tokio::test]
async fn where_robots_txt_cannot_be_had_nothing_is_asked_for() {
    let origin = Origin::start();
    origin.on("/robots.txt", [Reply::status(503), Reply::status(404)]);
    origin.on("/1", [article(TITLE, "17/01/2012 | 05:57:00", TEXT)]);
    let desk = Desk::new(list(&origin, &[("/1", TITLE)]));
    desk.poll().await;
    assert_eq!(desk.read_due().await, "failed");
    assert!(
        desk.articles().reason.contains("/robots.txt: the server answered 503"),
        "{}",
        desk.articles().reason
    );
    let desk = desk.restarted().await;
    desk.wait(10);
    assert_eq!(desk.read_due().await, "read");
    assert_eq!(asked(&origin), ["/list", "/robots.txt", "/robots.txt", "/1"]);
}

#[tokio::test]
async fn who_is_not_told_what_robots_txt_says_spoils_it_for_no_other_and_a_long_one_is_read() {
    let origin = Origin::start();
    let long = format!("User-agent: *\nDisallow: /kin/\n# {}", "x".repeat(9_000));
    origin.on("/robots.txt", [Reply::status(503), Reply::ok(long)]);
    origin.on("/1", [article(TITLE, "17/01/2012 | 05:57:00", TEXT)]);
    let mut source = list(&origin, &[("/1", TITLE), ("/kin/1", "Tin không cho đọc bằng máy")]);
    source.limits.max_body = 8_000;
    let mut desk = Desk::new(source.clone());
    desk.poll().await;
    assert_eq!(desk.read_due().await, "failed");
    desk.source = Arc::new(Source { id: SourceId::new("dai").unwrap(), ..source });
    desk.poll().await;
    assert_eq!((desk.read_due().await, desk.read_due().await), ("read", "refused"));
    assert_eq!(asked(&origin), ["/list", "/robots.txt", "/list", "/robots.txt", "/1"]);
}

#[tokio::test]
async fn a_host_that_says_429_is_left_alone_for_as_long_as_it_wants_also_after_a_restart() {
    let origin = Origin::start();
    origin.on("/1", [Reply::status(429).header("Retry-After", "3600")]);
    let desk = Desk::new(list(&origin, &[("/1", TITLE), ("/2", "Khánh thành cầu vượt qua đường sắt")]));
    desk.poll().await;
    assert_eq!(desk.read_due().await, "throttled");
    let next: Vec<_> =
        desk.articles().waiting.iter().map(|it| (it.next - desk.now()).num_minutes()).collect();
    assert_eq!(next, [60, 60]);
    // Whoever asks all the same is not let through.
    let second = desk.articles().waiting[1].key;
    assert_eq!(desk.read(second).await.outcome, "put-off");
    let desk = desk.restarted().await;
    desk.wait(59);
    assert!(tintinh::articles::due(&desk.articles(), desk.now()).is_none());
    assert_eq!(asked(&origin), ["/list", "/robots.txt", "/1"]);
}

#[tokio::test]
async fn what_was_taken_down_or_read_is_not_asked_for() {
    let origin = Origin::start();
    let items =
        [("1", TITLE, "Mon, 30 Nov 2026 05:57:00 +0700"), ("2", "Hai", "Mon, 30 Nov 2026 05:57:00 +0700")];
    origin.on(
        "/rss",
        [Reply::ok(
            rss(&items).replace("https://bao.example", origin.url("").as_str().trim_end_matches('/')),
        )],
    );
    origin.on("/2.html", [article("Hai", "", TEXT)]);
    let desk = Desk::new(source(origin.url("/rss")));
    desk.poll().await;
    let waiting = desk.articles().waiting;
    let first = desk.entries().await.into_iter().find(|stored| stored.entry.title == TITLE).unwrap();
    desk.store.take_down(vec![first.seq]).await.unwrap();
    for waiting in &waiting {
        desk.read(waiting.key).await;
    }
    assert!(desk.articles().waiting.is_empty());
    assert_eq!(desk.read(waiting[1].key).await.outcome, "gone");
    assert_eq!(asked(&origin), ["/rss", "/robots.txt", "/2.html"]);
}

#[tokio::test]
async fn pages_that_hold_no_article_are_told_in_words_and_cost_little() {
    let origin = Origin::start();
    let scripts = format!("<html><title>{TITLE}</title><script>x</script><div id=app></div>");
    let blocks = format!("<h1>{TITLE}</h1>{}", "<p>x</p>".repeat(1_000_000));
    let deep = format!("<h1>{TITLE}</h1>{}", "<div>".repeat(100_000));
    let login = "<html><title>Đăng nhập</title><form><input type=password></form>";
    let table = [
        ("/scripts", Reply::ok(scripts), "it is made by scripts, which are not run"),
        ("/blocks", Reply::ok(blocks), "the page has more than 40000 elements, the most that are read"),
        ("/deep", Reply::ok(deep), "the page nests elements more than 256 deep, the most that is read"),
        ("/large", Reply::ok(vec![b'x'; 50 << 20]), "the body is larger than 10485760 bytes"),
        ("/login", Reply::redirect(302, "/dang-nhap"), "it is titled “Đăng nhập”; it asks for a password"),
        ("/empty", Reply::ok(""), "there is no text of an article in it"),
        ("/pdf", Reply::ok("%PDF-1.4"), "it is no page, but PDF"),
        ("/gone", Reply::status(410), "the server answered 410"),
    ];
    origin.on("/dang-nhap", [Reply::ok(login)]);
    let titles: Vec<(&str, &str)> = table.iter().map(|(path, ..)| (*path, TITLE)).collect();
    let desk = Desk::new(list(&origin, &titles));
    desk.poll().await;
    for (path, reply, words) in table {
        origin.on(path, [reply]);
        let waiting =
            desk.articles().waiting.into_iter().find(|waiting| waiting.link.ends_with(path)).unwrap();
        assert_eq!(desk.read(waiting.key).await.outcome, "failed", "{path}");
        let reason = desk.articles().reason;
        assert!(reason.starts_with(origin.url(path).as_str()) && reason.contains(words), "{reason}");
    }
    desk.wait(10);
    assert_eq!(desk.release().await, 8);
}

#[tokio::test]
async fn what_waits_is_carried_by_an_export() {
    let origin = Origin::start();
    origin.on("/1", [Reply::status(500)]);
    origin.on("/2", [article("Hai mươi hộ được trao nhà mới", "17/01/2012 | 05:57:00", TEXT)]);
    let desk = Desk::new(list(&origin, &[("/1", TITLE), ("/2", "Hai mươi hộ được trao nhà mới")]));
    desk.poll().await;
    assert_eq!((desk.read_due().await, desk.read_due().await), ("failed", "read"));
    let mut lines = Vec::new();
    desk.store.export_now(&mut lines).unwrap();
    let other = MemoryEngine::new();
    export::read(&mut &lines[..], &other, &mut |_| true).unwrap();
    let other = Store::new(other).unwrap();
    assert_eq!(other.source_states().await.unwrap(), desk.store.source_states().await.unwrap());
    let articles = desk.articles();
    assert_eq!((articles.waiting.len(), articles.waiting[0].tries, articles.read), (1, 1, 1));
    assert!(articles.waiting[0].held.is_some());
    let entries = desk.entries().await;
    assert_eq!(other.entries(vec![entries[0].seq]).await.unwrap(), entries);
    assert!(entries[0].article.unwrap().content);
}

#[tokio::test]
async fn a_title_that_the_list_cuts_short_is_told_whole_until_the_publisher_edits_it() {
    let origin = Origin::start();
    let desk = Desk::new(list(&origin, &[("/1", "Lũ trên sông Hoàng Long...")]));
    origin.on("/1", [article(TITLE, "17/01/2012 | 05:57:00", TEXT)]);
    desk.poll().await;
    assert_eq!(desk.read_due().await, "read");
    assert_eq!(desk.entries().await[0].entry.title, TITLE);
    list(&origin, &[("/1", "Lũ trên sông Hoàng Long..."), ("/2", "Tin hai mà ai cũng biết")]);
    desk.poll().await;
    assert_eq!(desk.entries().await[0].entry.title, TITLE);
    list(&origin, &[("/1", "Lũ đã rút trên sông Hoàng Long")]);
    desk.poll().await;
    assert_eq!(desk.entries().await[0].entry.title, "Lũ đã rút trên sông Hoàng Long");
}

#[tokio::test]
async fn times_told_from_now_are_read_against_the_time_of_the_fetch_and_stay() {
    let origin = Origin::start();
    let page = |times: [&str; 3]| {
        let row = |(number, time): (usize, &&str)| {
            format!("<li><a href='/{number}'>Tin thứ {number} của hôm nay</a> <i>Đăng {time}</i></li>")
        };
        Reply::ok(format!(
            "<ul class=l>{}</ul>",
            times.iter().enumerate().map(row).collect::<Vec<_>>().concat()
        ))
    };
    origin.on(
        "/list",
        [
            page(["2 giờ trước", "Hôm qua 14:05", "3 ngày trước"]),
            page(["5 giờ trước", "Hôm kia 14:05", "4 ngày trước"]),
        ],
    );
    let rules =
        PageRules { item: Some(".l li".to_owned()), date: Some("i".to_owned()), ..PageRules::default() };
    let source = Source { page: Some(Arc::new(rules)), article: None, ..source(origin.url("/list")) };
    let desk = Desk::new(source);
    assert_eq!(desk.poll().await.inserted, 3);
    let before = desk.entries().await;
    let mut dates: Vec<String> = before.iter().map(|stored| stored.date.to_rfc3339()).collect();
    dates.sort();
    assert_eq!(
        dates,
        ["2026-11-27T06:00:00+00:00", "2026-11-29T07:05:00+00:00", "2026-11-30T04:00:00+00:00"]
    );
    desk.wait(180);
    let again = desk.poll().await;
    assert_eq!((again.inserted, again.updated), (0, 0));
    assert_eq!(desk.entries().await, before);
}

#[tokio::test]
async fn what_an_article_changes_while_a_poll_is_under_way_stays() {
    let (origin, other) = (Origin::start(), Origin::start_at(std::net::Ipv4Addr::new(127, 0, 0, 2)));
    let document = |items: &[(&str, &str, &str)]| {
        rss(items).replace("https://bao.example/", other.url("/").as_str()).into_bytes()
    };
    let one = ("1", TITLE, "Mon, 30 Nov 2026 05:57:00 +0700");
    let two = ("2", "Khánh thành cầu vượt", "Mon, 30 Nov 2026 06:57:00 +0700");
    let let_go = Arc::new(tokio::sync::Notify::new());
    let slow = Reply::raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    origin.on("/rss", [Reply::ok(document(&[one])), slow.then_when(&let_go, document(&[two, one]))]);
    other.on("/1.html", [article(TITLE, "", TEXT)]);
    let desk = Desk::new(source(origin.url("/rss")));
    desk.poll().await;
    desk.wait(1);
    let reading = async {
        origin.until_asked(2).await;
        let outcome = desk.read_due().await;
        let_go.notify_one();
        outcome
    };
    let (polled, outcome) = tokio::join!(desk.poll(), reading);
    assert_eq!((polled.inserted, outcome), (1, "read"));
    let articles = desk.articles();
    assert_eq!((articles.read, articles.waiting.len()), (1, 1));
    assert!(articles.waiting[0].link.ends_with("/2.html"));
    let read = desk.entries().await.into_iter().find(|stored| stored.entry.title == TITLE).unwrap();
    assert!(read.entry.content.unwrap().contains(TEXT));
    let state = desk.store.source_states().await.unwrap().remove(&desk.source.id).unwrap();
    assert_eq!(state.articles, articles);
}
