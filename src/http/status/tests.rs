mod details;
mod hostile;
mod order;

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures_util::stream;
use tokio::sync::watch;

use super::*;
use crate::{
    board::Board,
    config::{Config, Surroundings},
    http::{Audience, Kept},
    metrics::{Metrics, StoreMetrics},
    model::{ChannelId, Count, Headcount, History, Moved, Province, SourceId, State, Timestamp, Turn},
};

const NOW: &str = "2026-11-25T06:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn ago(minutes: i64) -> Timestamp {
    now() - TimeDelta::minutes(minutes)
}

/// A source of this id and title, with more keys.
fn feed(id: &str, title: &str, more: &str) -> String {
    let title = serde_json::to_string(title).unwrap();
    format!("[[feeds]]\nid = \"{id}\"\ntitle = {title}\nurl = \"https://bao.example/{id}/rss\"\n{more}\n")
}

fn polled(state: State, reason: &str) -> SourceState {
    let failures = u32::from(state != State::Ok) * 3;
    SourceState {
        state,
        since: ago(180),
        reason: reason.to_owned(),
        failures,
        next_poll: ago(-15),
        last_poll: Some(ago(15)),
        last_success: Some(ago(200)),
        last_entry: Some(ago(3_000)),
        ..SourceState::default()
    }
}

/// A site of these tables and states, at [`NOW`].
fn site(tables: &str, states: &[(&str, SourceState)], change: impl FnOnce(&mut Config)) -> Site {
    let head = "[server]\npublic_url = \"https://tin.example/x\"\n";
    let mut config = crate::config::parse(&format!("{head}{tables}"), &Surroundings::default()).unwrap();
    change(&mut config);
    let states = states.iter().map(|(id, state)| (SourceId::new(id).unwrap(), state.clone()));
    let audience = Audience::new(now());
    for (channel, readers) in
        [(ChannelId::All, 1_200), (ChannelId::Province(Province::find("hue").unwrap()), 34)]
    {
        audience.recall(&channel, Headcount { readers, at: ago(1) });
    }
    Site {
        kept: watch::channel(Arc::new(Kept::new())).1,
        render: Arc::new(|_| Box::pin(async { Ok(None) })),
        delta: Arc::new(|_, _, _| Box::pin(async { Ok(None) })),
        archive: Arc::new(|_, _, _| Box::pin(async { Ok(crate::http::Page::Nowhere) })),
        fresh_for: Arc::new(|_| Duration::ZERO),
        config: watch::channel(Arc::new(config)).1,
        board: Arc::new(Board::new(states.collect::<HashMap<_, _>>())),
        recent: Arc::new(|_| Box::pin(async { Ok(Vec::new()) })),
        audience: Arc::new(audience),
        store_failure: Arc::new(|| None),
        store_rescue: None,
        held_until: Arc::new(|_| None),
        outlines: Arc::default(),
        offline_since: Arc::new(|| None),
        export: Arc::new(|| Box::pin(stream::empty())),
        compact: Arc::new(|| Box::pin(stream::empty())),
        why: Arc::new(|_| Ok(Box::pin(stream::empty()))),
        forget: Arc::new(|_| Ok(Box::pin(stream::empty()))),
        reload: Arc::new(|_| Ok(Box::pin(stream::empty()))),
        poll: Arc::new(|_| Ok(Box::pin(stream::empty()))),
        metrics: Arc::new(Metrics::new(StoreMetrics::default())),
        clock: now,
    }
}

fn english(site: &Site, query: &str) -> String {
    page::page(&Survey::of(site), &Question::read(Some(query)), Language::English)
}

fn vietnamese(site: &Site, query: &str) -> String {
    page::page(&Survey::of(site), &Question::read(Some(query)), Language::Vietnamese)
}

fn lax(config: &mut Config, id: &str) {
    for source in &mut config.sources {
        if source.id.as_str() == id {
            Arc::make_mut(source).access.lax_tls = true;
        }
    }
}

/// The ids of the sources shown, in their order.
fn ids(html: &str) -> Vec<&str> {
    let rows = html.split("<tr role=\"row\" class=\"").skip(1);
    rows.map(|row| row.split("<code>").nth(1).unwrap().split('<').next().unwrap()).collect()
}

fn assert_holds(html: &str, parts: &[&str]) {
    for part in parts {
        assert!(html.contains(part), "{part} is not in {html}");
    }
}

#[test]
fn the_page_tells_in_a_sentence_how_things_stand() {
    type States = [(&'static str, SourceState)];
    let ok = || polled(State::Ok, "");
    let out = || polled(State::Unreachable, "timed out");
    let all = [feed("a", "A", ""), feed("b", "B", ""), feed("c", "C", ""), feed("d", "D", "enabled = false")];
    let all = all.concat();
    let table: [(&str, &States, &str, &str); 6] = [
        ("", &[], "Chưa có nguồn nào trong <code>feeds.toml</code>.", "no source in <code>feeds.toml</code>"),
        (
            &all,
            &[],
            "Không nguồn nào có lỗi; 3 nguồn chưa thu thập lần nào.",
            "No source is sick; 3 were not polled yet.",
        ),
        (&all, &[("a", ok()), ("b", ok()), ("c", ok()), ("d", out())], "Mọi nguồn đều tốt.", "All is well."),
        (
            &all,
            &[("a", ok()), ("b", out()), ("c", ok())],
            "1 trong 3 nguồn đang có lỗi.",
            "1 of 3 sources is sick.",
        ),
        (
            &all,
            &[("a", ok()), ("b", out()), ("c", out())],
            "2 trong 3 nguồn đang có lỗi.",
            "2 of 3 sources are sick.",
        ),
        (&all, &[("b", out()), ("c", out())], "2 trong 3 nguồn đang có lỗi.", "2 of 3 sources are sick."),
    ];
    for (tables, states, in_vietnamese, in_english) in table {
        let site = site(tables, states, |_| {});
        assert_holds(
            &vietnamese(&site, ""),
            &[in_vietnamese, "<html lang=\"vi\">", "Tình trạng tintinh</h1>"],
        );
        assert_holds(&english(&site, ""), &[in_english, "<html lang=\"en\">", "State of tintinh</h1>"]);
    }
}

#[test]
fn a_store_that_failed_is_told_before_all_else() {
    let mut site = site(&feed("a", "A", ""), &[("a", polled(State::Gone, "404"))], |_| {});
    site.store_failure = Arc::new(|| Some("the disk is <full>".to_owned()));
    assert_holds(
        &english(&site, ""),
        &["The store has failed, nothing more can be kept: <bdi>the disk is &lt;full&gt;"],
    );
    let json = serde_json::to_value(json::json(&Survey::of(&site)).0).unwrap();
    assert_eq!(
        (&json["standing"], &json["store_failure"]),
        (&"store-failed".into(), &"the disk is <full>".into())
    );
}

#[test]
fn a_row_tells_all_that_is_known_of_a_source() {
    let mut state = polled(State::Throttled, "Quota: «hết chỗ»");
    state.repairs = vec!["closed <b>".to_owned()];
    state.warnings = vec!["dates lie".to_owned(), "no guid".to_owned()];
    let table = feed("hue", "Báo Huế", "province = \"hue\"\ntimezone = \"Asia/Tokyo\"");
    let site = site(&table, &[("hue", state)], |_| {});
    assert_holds(
        &english(&site, ""),
        &[
            "<tr role=\"row\" class=\"uneasy\"><th scope=\"row\" role=\"rowheader\">\
             <a href=\"sources/hue\"><bdi>Báo Huế</bdi></a>",
            "Huế · <code>hue</code> · <a href=\"https://bao.example/hue/rss\">its feed<span",
            " · <a href=\"https://tin.example/x/sources/hue.xml\">our feed<span",
            "<span aria-hidden=\"true\">!</span> asks to wait",
            "since <time datetime=\"2026-11-25T03:00:00Z\">3 hours ago <small>25 Nov 2026 12:00 (UTC+09:00)</small>",
            "<bdi>Quota: «hết chỗ»</bdi>",
            "3 failed polls in a row",
            "data-label=\"Last success\"><time datetime=\"2026-11-25T02:40:00Z\">3 hours ago",
            "data-label=\"Last new entry\"><time datetime=\"2026-11-23T04:00:00Z\">2 days ago",
            "data-label=\"Next poll\"><time datetime=\"2026-11-25T06:15:00Z\">in 15 minutes \
             <small>25 Nov 2026 15:15 (UTC+09:00)</small>",
            "data-label=\"Readers\">1,234</td>",
            "<summary>Mended in reading (1)</summary><ul><li><bdi>closed &lt;b&gt;</bdi></li></ul>",
            "<summary>Its publisher should know (2)</summary>",
        ],
    );
    assert_holds(
        &vietnamese(&site, ""),
        &["yêu cầu chờ", "từ <time", "3 giờ trước", "15 phút nữa", ">1.234</td>"],
    );
}

#[test]
fn the_sick_come_first_and_then_all_by_title_as_vietnamese_lists_go() {
    let names = [
        ("z", "Zeta"),
        ("dd", "Đồng Nai"),
        ("e", "Ê"),
        ("ok", "An"),
        ("wait", "Bắc Ninh"),
        ("new", "Cà Mau"),
    ];
    let tables: String = names.iter().map(|(id, title)| feed(id, title, "")).collect();
    let states = [
        ("z", polled(State::Gone, "")),
        ("wait", polled(State::Throttled, "")),
        ("dd", polled(State::Internal, "")),
        ("ok", polled(State::Ok, "")),
    ];
    let site = site(&tables, &states, |config| lax(config, "ok"));
    let table: [(&str, &[&str]); 10] = [
        ("", &["dd", "z", "wait", "ok", "new", "e"]),
        ("state=sick", &["dd", "z", "wait"]),
        ("state=throttled", &["wait"]),
        ("state=new", &["new", "e"]),
        ("state=lax-tls", &["ok"]),
        ("state=resting", &[]),
        ("q=DONG+nai", &["dd"]),
        ("q=%C4%91%E1%BB%93ng", &["dd"]),
        ("q=bao.example%2Fnew", &["new"]),
        ("q=an&state=sick", &[]),
    ];
    for (query, wanted) in table {
        assert_eq!(ids(&english(&site, query)), wanted, "{query}");
    }
    assert_holds(&english(&site, "state=resting"), &["There is no such source."]);
    assert_holds(
        &english(&site, "q=an"),
        &["<a class=\"sick\" href=\"?state=sick&amp;q=an\">", "value=\"an\"", "Show all"],
    );
}

#[test]
fn a_source_whose_certificate_is_not_verified_is_named_in_red_and_counted() {
    let tables = [feed("a", "A", ""), feed("b", "B", "")].concat();
    let states = [("a", polled(State::Ok, "")), ("b", polled(State::Ok, ""))];
    let safe = site(&tables, &states, |_| {});
    let risky = site(&tables, &states, |config| lax(config, "b"));
    let html = english(&risky, "");
    assert_holds(
        &html,
        &[
            "<a href=\"?state=lax-tls\">1 source whose certificate is not verified</a> (<code>tls_verify = false</code>)",
            ".lax,.lax a{color:var(--sick)",
            "--sick:#b3171b",
        ],
    );
    let rows: Vec<&str> = html.split("<tr role=\"row\" class=\"").skip(1).collect();
    let danger = "<p class=\"lax\"><span aria-hidden=\"true\">⚠ </span>The certificate is not verified";
    assert_eq!(rows.iter().map(|row| row.contains(danger)).collect::<Vec<_>>(), [false, true]);
    assert!(!english(&safe, "").contains("tls_verify"));
    assert_holds(
        &vietnamese(&risky, ""),
        &["1 nguồn không được kiểm tra chứng chỉ", "Chứng chỉ không được kiểm tra"],
    );
    let json = serde_json::to_value(json::json(&Survey::of(&risky)).0).unwrap();
    assert_eq!(json["lax_tls"], 1);
    assert_eq!(
        (&json["sources"][0]["lax_tls"], &json["sources"][1]["lax_tls"]),
        (&false.into(), &true.into())
    );
}

#[test]
fn a_store_that_was_made_anew_is_told_beside_all_else() {
    let mut site = site(&feed("a", "A", ""), &[("a", polled(State::Ok, ""))], |_| {});
    site.store_rescue = Some("the store was damaged (<page 7>)".to_owned());
    let told = "<bdi>the store was damaged (&lt;page 7&gt;)</bdi>";
    assert_holds(&english(&site, ""), &["All is well.", "The store was mended at the start", told]);
    assert_holds(&vietnamese(&site, ""), &["Kho dữ liệu đã được sửa khi khởi động", told]);
    let json = serde_json::to_value(json::json(&Survey::of(&site)).0).unwrap();
    assert_eq!(json["store_rescue"], "the store was damaged (<page 7>)");
}

#[test]
fn a_source_whose_host_wants_to_be_left_alone_says_so() {
    let mut site = site(&feed("a", "A", ""), &[("a", polled(State::Ok, ""))], |_| {});
    site.held_until = Arc::new(|_| Some(ago(-60)));
    assert_holds(&english(&site, ""), &["Its host asked to be left alone until <time"]);
    assert_holds(&vietnamese(&site, ""), &["Máy chủ của nguồn yêu cầu chờ đến <time"]);
    let json = serde_json::to_value(json::json(&Survey::of(&site)).0).unwrap();
    assert_eq!(json["sources"][0]["held_until"], "2026-11-25T07:00:00Z");
}

#[test]
fn our_own_outage_is_told_with_its_beginning() {
    let mut site = site(&feed("a", "A", ""), &[("a", polled(State::Offline, "nobody"))], |_| {});
    site.offline_since = Arc::new(|| Some(ago(90)));
    assert_holds(
        &english(&site, ""),
        &["Nobody can be reached since <time", "machine's own network", "our network is down"],
    );
    assert_holds(
        &vietnamese(&site, ""),
        &["Không kết nối được với ai từ <time", "mạng của chính máy này bị đứt"],
    );
    let json = serde_json::to_value(json::json(&Survey::of(&site)).0).unwrap();
    assert_eq!(
        (&json["standing"], &json["offline_since"]),
        (&"offline".into(), &"2026-11-25T04:30:00Z".into())
    );
}

#[test]
fn a_moved_address_is_told_without_what_it_must_not_show() {
    let to = "https://user:secret@moi.example/rss?a=1&b=<2>".to_owned();
    let moved = Some(Moved { to: to.clone(), since: ago(60), times: 1, whole: true });
    let seen = SourceState { moved: moved.clone(), ..polled(State::Ok, "") };
    let adopted = SourceState { moved, adopted: Some(to), ..polled(State::Ok, "") };
    let shown = "<bdi><code>https://moi.example/rss?a=1&amp;b=%3C2%3E</code></bdi>";
    for (state, words, adopted) in [
        (seen, "Its address has moved permanently to", false),
        (adopted, "Asked at its new address; change <code>url</code> to", true),
    ] {
        let site = site(&feed("a", "A", ""), &[("a", state)], |_| {});
        assert_holds(&english(&site, ""), &[words, shown]);
        assert!(!english(&site, "").contains("secret"));
        let json = serde_json::to_value(json::json(&Survey::of(&site)).0).unwrap();
        let (source, address) = (&json["sources"][0], "https://moi.example/rss?a=1&b=%3C2%3E");
        assert_eq!(
            (&source["moved_to"], &source["adopted"]),
            (&address.into(), &adopted.then_some(address).into())
        );
    }
}

#[test]
fn json_tells_what_the_page_shows() {
    let tables = [feed("a", "A", "province = \"hue\""), feed("b", "B", "enabled = false")].concat();
    let site = site(&tables, &[("a", polled(State::Gone, "404"))], |_| {});
    let mut json = serde_json::to_value(json::json(&Survey::of(&site)).0).unwrap();
    let hours = json["hours"].as_array().unwrap();
    assert_eq!(hours.len(), 48);
    assert_eq!(hours[47], serde_json::json!({"at": "2026-11-25T06:00:00Z", "entries": 0, "failures": 0}));
    let days = [0; 14];
    json["hours"] = "told above".into();
    let sources = serde_json::json!([
            {
                "id": "a", "title": "A", "province": "hue", "url": "https://bao.example/a/rss",
                "channel": "https://tin.example/x/sources/a.xml", "timezone": "Asia/Ho_Chi_Minh",
                "enabled": true, "lax_tls": false, "state": "gone", "sick": true, "since": "2026-11-25T03:00:00Z",
                "reason": "404", "failures": 3, "failing_since": null, "held_until": null, "moved_to": null, "adopted": null,
                "last_poll": "2026-11-25T05:45:00Z",
                "last_success": "2026-11-25T02:40:00Z", "last_entry": "2026-11-23T04:00:00Z",
                "next_poll": "2026-11-25T06:15:00Z", "entries_in_a_day": 0, "entries_by_day": days, "latency_ms": null,
                "bytes": null, "bytes_saved": 0, "details": "sources/a.json", "readers": 1_234, "repairs": [], "warnings": []
            },
            {
                "id": "b", "title": "B", "province": null, "url": "https://bao.example/b/rss",
                "channel": "https://tin.example/x/sources/b.xml", "timezone": "Asia/Ho_Chi_Minh",
                "enabled": false, "lax_tls": false, "state": "new", "sick": false, "since": null,
                "reason": "", "failures": 0, "failing_since": null, "held_until": null, "moved_to": null, "adopted": null,
                "last_poll": null, "last_success": null, "last_entry": null,
                "next_poll": null, "entries_in_a_day": 0, "entries_by_day": days, "latency_ms": null,
                "bytes": null, "bytes_saved": 0, "details": "sources/b.json", "readers": 1_200, "repairs": [], "warnings": []
            }
    ]);
    let wanted = serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "time": "2026-11-25T06:00:00Z",
        "standing": "sick",
        "store_failure": null,
        "store_rescue": null,
        "offline_since": null,
        "sick": 1,
        "lax_tls": 0,
        "entries_in_a_day": 0,
        "bytes_saved": 0,
        "hours": "told above",
        "readers": {"total": 1_234, "channels": {"feed": 1_200, "provinces/hue": 34}},
        "sources": sources,
    });
    assert_eq!(json, wanted);
}
