//! The order of the sources, and which of them are shown.

use super::*;

/// So much in the day, of so many milliseconds, with so many bytes saved, last well so many minutes ago.
fn measured(state: State, entries: u32, took: u32, saved: u64, minutes: i64) -> SourceState {
    let history = History {
        hours: vec![Count { slot: History::hour(now()), entries, failures: 1 }],
        days: vec![Count { slot: History::day(now()), entries, failures: 1 }],
        took: Some(took),
        saved,
        ..History::default()
    };
    SourceState {
        history: Arc::new(history),
        last_success: Some(ago(minutes)),
        last_entry: Some(ago(minutes + 5)),
        next_poll: ago(-minutes),
        ..polled(state, "")
    }
}

fn some() -> Site {
    let tables = [
        feed("a", "Á", "province = \"hue\""),
        feed("b", "B", "province = \"can-tho\""),
        feed("c", "C", ""),
        feed("d", "D", "province = \"hue\""),
    ];
    let states = [
        ("a", measured(State::Ok, 3, 900, 5_000_000, 30)),
        ("b", measured(State::Gone, 7, 100, 0, 10)),
        ("c", measured(State::Throttled, 0, 2_000, 1_200, 20)),
    ];
    site(&tables.concat(), &states, |_| {})
}

#[test]
fn the_sources_stand_in_the_order_that_is_asked_for_and_what_is_not_known_stands_last() {
    let site = some();
    let table: [(&str, [&str; 4]); 14] = [
        ("", ["b", "c", "a", "d"]),
        ("sort=banana", ["b", "c", "a", "d"]),
        ("sort=title", ["a", "b", "c", "d"]),
        ("sort=-title", ["d", "c", "b", "a"]),
        ("sort=state", ["b", "c", "d", "a"]),
        ("sort=-state", ["a", "d", "c", "b"]),
        ("sort=success", ["a", "c", "b", "d"]),
        ("sort=-success", ["b", "c", "a", "d"]),
        ("sort=-entries", ["b", "a", "c", "d"]),
        ("sort=next", ["b", "c", "a", "d"]),
        ("sort=-latency", ["c", "a", "b", "d"]),
        ("sort=latency", ["b", "a", "c", "d"]),
        ("sort=-saved", ["a", "c", "b", "d"]),
        ("sort=-readers", ["a", "d", "b", "c"]),
    ];
    for (query, wanted) in table {
        assert_eq!(ids(&english(&site, query)), wanted, "{query}");
    }
}

#[test]
fn a_heading_leads_to_its_order_and_then_to_the_reverse() {
    let site = some();
    let html = english(&site, "sort=-entries&q=a&page=9");
    assert_holds(
        &html,
        &[
            "<th scope=\"col\" role=\"columnheader\" aria-sort=\"descending\">\
             <a href=\"?q=a&amp;sort=entries\">Entries a day <span aria-hidden=\"true\">▼</span></a></th>",
            "<th scope=\"col\" role=\"columnheader\"><a href=\"?q=a&amp;sort=title\">Source</a></th>",
            "<th scope=\"col\" role=\"columnheader\"><a href=\"?q=a&amp;sort=-latency\">Latency</a></th>",
            "<option value=\"-entries\" selected>Entries a day</option>",
        ],
    );
    assert_eq!(html.matches(" aria-sort=").count(), 1);
    assert_holds(
        &vietnamese(&site, "sort=entries"),
        &["aria-sort=\"ascending\"", "<option value=\"entries\" selected>Bài một ngày (ngược lại)</option>"],
    );
}

#[test]
fn one_may_look_at_one_province_and_at_the_sources_of_none() {
    let site = some();
    let table: [(&str, &[&str]); 6] = [
        ("province=hue", &["a", "d"]),
        ("province=thua-thien-hue&state=ok", &["a"]),
        ("province=none", &["c"]),
        ("province=can-tho&state=sick", &["b"]),
        ("province=ha-noi", &[]),
        ("province=banana", &["b", "c", "a", "d"]),
    ];
    for (query, wanted) in table {
        assert_eq!(ids(&english(&site, query)), wanted, "{query}");
    }
    assert_holds(
        &english(&site, "province=hue&state=ok"),
        &[
            "<option value=\"\">all (4)</option><option value=\"can-tho\">Cần Thơ (1)</option>\
             <option value=\"hue\" selected>Huế (2)</option><option value=\"none\">none (1)</option>",
            "<input type=\"hidden\" name=\"state\" value=\"ok\">",
            "href=\"?state=sick&amp;province=hue\"",
        ],
    );
}

#[test]
fn a_row_tells_what_polls_bring_and_cost() {
    let site = some();
    let html = vietnamese(&site, "q=%C3%81");
    assert_holds(
        &html,
        &[
            "data-label=\"Bài một ngày\">3 <svg class=\"days\"",
            "<title>bài mới mỗi ngày, hai tuần qua: 0 0 0 0 0 0 0 0 0 0 0 0 0 3</title>",
            "data-label=\"Độ trễ\">900 ms</td>",
            "data-label=\"304 đỡ tải\">5,0 MB</td>",
            // Of all sources.
            "<b>10</b> bài mới theo giờ đăng, nhiều nhất 10 một giờ; <b>3</b> lần thu thập hỏng",
            "<dt>Bài một ngày</dt><dd>10</dd>",
            "<dt>304 đỡ tải</dt><dd>5,0 MB</dd>",
        ],
    );
    let json = serde_json::to_value(json::json(&Survey::of(&site)).0).unwrap();
    assert_eq!((&json["entries_in_a_day"], &json["bytes_saved"]), (&10.into(), &5_001_200.into()));
    assert_eq!((&json["hours"][47]["entries"], &json["hours"][47]["failures"]), (&10.into(), &3.into()));
    let one = &json["sources"][0];
    assert_eq!((&one["entries_by_day"][13], &one["latency_ms"]), (&3.into(), &900.into()));
}

#[test]
fn a_page_loads_itself_again_only_where_that_is_asked_for() {
    let site = some();
    let refresh = "<meta http-equiv=\"refresh\" content=\"60\">";
    assert!(!english(&site, "").contains(refresh));
    assert_holds(&english(&site, ""), &["<a href=\"?again=1\">Load again every minute</a>"]);
    assert_holds(
        &english(&site, "again=1&state=sick"),
        &[
            refresh,
            "<a href=\"?state=sick\">Stop loading again",
            "<input type=\"hidden\" name=\"again\" value=\"1\">",
        ],
    );
}
