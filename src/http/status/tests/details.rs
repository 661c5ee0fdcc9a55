//! The page of one source, and the feed of those that fell sick.

use super::*;
use crate::http::status::detail::Detail;
use crate::model::{Attempt, EntryKey, Identity, Rule, Seq, StoredEntry, Validators};

const HOSTILE: &str = "</bdi><script>alert(\"1\")</script>";

fn attempt(outcome: &'static str, words: &str, times: u32) -> Attempt {
    Attempt {
        first: ago(600),
        last: ago(5),
        times,
        outcome,
        words: words.to_owned(),
        took: 1_250,
        length: Some(31_000),
        inserted: 0,
        updated: 0,
    }
}

fn turn(minutes: i64, is_sick: bool, state: State, reason: &str) -> Turn {
    Turn { at: ago(minutes), is_sick, state, reason: reason.to_owned() }
}

fn fallen() -> SourceState {
    let turns = vec![
        turn(4_000, true, State::Silent, "nothing new for 9 days"),
        turn(3_000, false, State::Ok, ""),
        turn(100, true, State::Refused, &format!("500 {HOSTILE}")),
    ];
    let history = History {
        turns,
        hours: vec![Count { slot: History::hour(ago(60)), entries: 2, failures: 5 }],
        length: Some(31_000),
        saved: 62_000,
        ..History::default()
    };
    SourceState {
        history: Arc::new(history),
        validators: Validators {
            etag: Some(b"W/\"<1>\"".to_vec()),
            last_modified: Some(b"Mon, 23 Nov".to_vec()),
        },
        repairs: vec!["closed <b>".to_owned()],
        ..polled(State::Refused, &format!("500 {HOSTILE}"))
    }
}

fn stored(title: &str, link: Option<&str>, dropped: Option<&str>) -> StoredEntry {
    let key = EntryKey::new(Rule::Guid, title);
    let identity = Identity { rule: Rule::Guid, value: title.to_owned() };
    let entry = serde_json::json!({"identity": identity, "title": title, "link": link});
    StoredEntry {
        seq: Seq(1),
        source: SourceId::new("a").unwrap(),
        key,
        first_seen: ago(90),
        date: ago(100),
        place: ago(90),
        changed: ago(90),
        lead: None,
        dropped: dropped.map(str::to_owned),
        article: None,
        entry: serde_json::from_value(entry).unwrap(),
    }
}

fn told(
    site: &Site,
    language: Language,
    recent: Result<Vec<StoredEntry>, String>,
) -> (String, serde_json::Value) {
    let survey = Survey::of(site);
    let attempts = site.board.attempts(&SourceId::new("a").unwrap());
    let detail = Detail { survey: &survey, place: 0, state: survey.state(0), attempts, recent };
    (detail::page(&detail, language), serde_json::from_str(&json::detail(&detail)).unwrap())
}

#[test]
fn a_source_has_a_page_that_tells_all_that_is_known_of_it() {
    let tables = feed("a", &format!("Báo {HOSTILE}"), "province = \"hue\"");
    let site = site(&tables, &[("a", fallen())], |_| {});
    let id = SourceId::new("a").unwrap();
    site.board.note(&id, attempt("read", "", 1));
    site.board.note(&id, attempt("refused", &format!("500 {HOSTILE}"), 1_200));
    let recent = vec![
        stored(&format!("Lũ lên {HOSTILE}"), Some("https://bao.example/1?a=1&b=2"), None),
        stored("Quảng cáo", Some("javascript:alert(1)"), Some("drop keyword «quảng cáo»")),
    ];
    let (html, json) = told(&site, Language::English, Ok(recent));
    let safe = "&lt;/bdi&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;";
    assert_holds(
        &html,
        &[
            "<html lang=\"en\">",
            &format!("<title>✗ Báo {safe}</title>"),
            "<a href=\"../\">← All sources</a>",
            &format!("<h1><bdi>Báo {safe}</bdi></h1>"),
            "<div class=\"sick standing\"><p class=\"mood\"><span aria-hidden=\"true\">✗</span> answers with an error</p>",
            &format!("<p class=\"why\"><bdi>500 {safe}</bdi></p>"),
            "<h2>What to do about it</h2><p class=\"advice\">Read the server's words above.",
            "<dt>Province</dt><dd>Huế</dd>",
            "<dt>Its feed</dt><dd><a href=\"https://bao.example/a/rss\">",
            "<dt>Our feed</dt><dd><a href=\"https://tin.example/x/sources/a.xml\">",
            "<dt>ETag</dt><dd><bdi><code>W/&quot;&lt;1&gt;&quot;</code></bdi></dd>",
            "<dt>Last-Modified</dt><dd><bdi><code>Mon, 23 Nov</code></bdi></dd>",
            "<dt>Length</dt><dd>31 kB</dd>",
            "<dt>Saved by 304</dt><dd>62 kB</dd>",
            "<b>2</b> new entries by the hour of their date, at most 2 an hour; <b>5</b> failed polls",
            "<small>1,200 times, since 25 Nov 2026 03:00</small>",
            "<td role=\"cell\" class=\"number\" data-label=\"Latency\">1.2 s</td>",
            "</span> fell sick: answers with an error</span> <time datetime=\"2026-11-25T04:20:00Z\">",
            "</span> is well again</span>",
            "<h2>Mended in reading</h2><ul><li><bdi>closed &lt;b&gt;</bdi></li></ul>",
            &format!("<li><a href=\"https://bao.example/1?a=1&amp;b=2\"><bdi>Lũ lên {safe}</bdi></a>"),
            "<li><bdi>Quảng cáo</bdi>",
            "dropped by a filter: <bdi>drop keyword «quảng cáo»</bdi>",
        ],
    );
    assert!(!html.contains("<script") && !html.contains("javascript:"), "{html}");
    // What came of polls stands there newest first, each in the colour of its end.
    let rows: Vec<&str> = html.split("<tr role=\"row\" class=\"").skip(1).map(|row| &row[..4]).collect();
    assert_eq!(rows, ["sick", "well"]);
    let xml = &html[html.find("<main").unwrap()..html.find("</body>").unwrap()];
    roxmltree::Document::parse(xml).unwrap();
    assert_eq!(
        (&json["id"], &json["etag"], &json["attempts"][0]["times"], &json["turns"][0]["state"]),
        (&"a".into(), &"W/\"<1>\"".into(), &1_200.into(), &"refused".into())
    );
    assert_eq!(json["recent"][1]["dropped"], "drop keyword «quảng cáo»");
}

#[test]
fn a_source_never_polled_has_a_page_too_in_vietnamese() {
    let site = site(&feed("a", "Báo A", "enabled = false"), &[], |_| {});
    let (html, json) = told(&site, Language::Vietnamese, Err("the disk is <full>".to_owned()));
    assert_holds(
        &html,
        &[
            "<html lang=\"vi\">",
            "<title>– Báo A</title>",
            "</span> tạm nghỉ</p>",
            "<h2>Nên làm gì</h2><p class=\"advice\">Nguồn này đang tắt.",
            "<p>Chưa có lần nào.</p>",
            "Không đọc được từ kho dữ liệu: <bdi>the disk is &lt;full&gt;</bdi>",
        ],
    );
    assert!(json["recent"].is_null() && json["turns"] == serde_json::json!([]), "{json}");
}

#[test]
fn no_credential_shows_on_a_page_of_a_source() {
    let reason = "proxy socks5://ten:matkhau@10.0.0.1:1080 refused";
    let history = History { turns: vec![turn(5, true, State::Unreachable, reason)], ..History::default() };
    let state = SourceState { history: Arc::new(history), ..polled(State::Unreachable, reason) };
    let site = site(&feed("a", "A", ""), &[("a", state)], |config| {
        Arc::make_mut(&mut config.sources[0]).url = "https://ten:matkhau@bao.example/rss".parse().unwrap();
    });
    site.board.note(&SourceId::new("a").unwrap(), attempt("unreachable", reason, 1));
    let (html, json) = told(&site, Language::English, Ok(Vec::new()));
    for shown in [html, json.to_string(), health(&site, Language::English)] {
        assert!(!shown.contains("matkhau") && shown.contains("socks5://10.0.0.1:1080"), "{shown}");
    }
}

fn health(site: &Site, language: Language) -> String {
    let turns = health::turns(site);
    String::from_utf8(health::document(site, &turns, "http://localhost:8081/", language)).unwrap()
}

#[test]
fn the_health_feed_tells_of_every_fall_and_recovery_under_one_guid_in_each_language() {
    let tables = [feed("a", "Báo A", ""), feed("b", "Báo B", "")].concat();
    let other = History { turns: vec![turn(200, true, State::Gone, "410")], ..History::default() };
    let other = SourceState { history: Arc::new(other), ..polled(State::Gone, "410") };
    let site = site(&tables, &[("a", fallen()), ("b", other)], |_| {});
    let of = |document: &str, name: &str| -> Vec<String> {
        let tree = roxmltree::Document::parse(document).unwrap();
        let items = tree.descendants().filter(|node| node.has_tag_name("item"));
        let child = |item: roxmltree::Node<'_, '_>| {
            item.children()
                .find(|node| node.has_tag_name(name))
                .and_then(|node| node.text().map(str::to_owned))
        };
        items.map(|item| child(item).unwrap_or_default()).collect()
    };
    let (english, vietnamese) = (health(&site, Language::English), health(&site, Language::Vietnamese));
    assert_eq!(
        of(&english, "title"),
        [
            "✗ Báo A fell sick: answers with an error",
            "✗ Báo B fell sick: gone",
            "✓ Báo A is well again",
            "✗ Báo A fell sick: unusually silent",
        ]
    );
    assert_eq!(of(&vietnamese, "title")[2], "✓ Báo A đã tốt trở lại");
    assert_eq!(of(&english, "link")[1], "http://localhost:8081/sources/b");
    assert_eq!(of(&english, "guid"), of(&vietnamese, "guid"));
    let guids: std::collections::HashSet<String> = of(&english, "guid").into_iter().collect();
    assert_eq!(guids.len(), 4);
}
