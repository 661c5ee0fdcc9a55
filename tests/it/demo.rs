//! `tintinh demo` as its users see it: what it prints, what it serves, and that it leaves nothing behind.

use std::{collections::BTreeSet, path::Path};

use crate::support::{
    feed::{Item, items},
    process::{PATIENCE, Process, Signal, ask, statuses, tintinh, until},
};

/// The address behind these words of the printed text.
async fn address(demo: &Process, words: &str) -> String {
    let line = demo.printed(words).await;
    line[line.find("http://").unwrap()..].to_owned()
}

fn of<'a>(merged: &'a [Item], source: &str) -> Vec<&'a Item> {
    merged.iter().filter(|item| item.source.starts_with(source)).collect()
}

/// Watches the broken one through all that it does, and gives what was said of it.
async fn reasons(admin: &str, name: &str, count: usize) -> BTreeSet<String> {
    let mut reasons = BTreeSet::new();
    let watching = async {
        while reasons.len() < count {
            let all = statuses(admin).await;
            let status = all.into_iter().find(|source| source["id"] == name).unwrap();
            if !status["last_poll"].is_null() {
                assert_ne!(status["state"], "ok", "{status}");
                reasons.insert(status["reason"].as_str().unwrap().to_owned());
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, watching).await.expect("the broken one does not do all that it should");
    reasons
}

#[tokio::test]
async fn the_demo_shows_it_all_and_leaves_nothing_behind() {
    let demo = Process::spawn(&mut tintinh(["demo"]));
    let feed = address(&demo, "merged feed").await;
    let province = address(&demo, "one province").await;
    let source = address(&demo, "one source").await;
    let start = address(&demo, "start page").await;
    let status = address(&demo, "how all fare").await;
    let file = demo.printed("The daemon reads").await.replace("The daemon reads ", "");
    demo.printed("Ctrl-C ends it").await;
    assert!(Path::new(&file).is_file(), "{file} is no file");

    let publishers = ["Báo Ninh Bình", "Cổng thông tin Cà Mau", "Báo Huế", "Đài Lào Cai", "Báo Đồng Tháp"];
    let live = "Tin nhanh An Giang";
    let merged = until(&feed, |body| {
        let merged = items(body);
        publishers.iter().chain([&live]).all(|source| of(&merged, source).len() >= 2)
    })
    .await;
    let merged = items(&merged);
    let count = of(&merged, live).len();
    // The window holds everything, so the dates of all forms were read as recent ones.
    assert_eq!(publishers.map(|source| of(&merged, source).len()), [3, 3, 3, 3, 2]);
    assert_eq!(of(&merged, "Cổng thông tin Gia Lai"), [] as [&Item; 0]);
    let dates: Vec<_> =
        merged.iter().map(|item| chrono::DateTime::parse_from_rfc2822(&item.date).unwrap()).collect();
    assert!(dates.is_sorted_by(|newer, older| newer >= older));
    let portal = of(&merged, "Cổng thông tin Cà Mau")[0];
    assert_eq!(portal.title, "Đất Mũi chủ động ứng phó triều cường cuối tháng");
    let newspaper = of(&merged, "Báo Ninh Bình")[0];
    assert!(newspaper.description.contains("<img src=\"http://127.0.0.1:"), "{newspaper:?}");
    let (found, page) = ask(&newspaper.link).await.unwrap();
    assert!(found == 200 && String::from_utf8(page).unwrap().contains(&newspaper.title));

    assert_eq!(items(&until(&province, |_| true).await).len(), 3);
    assert_eq!(items(&until(&source, |_| true).await).len(), 3);
    assert!(String::from_utf8(until(&start, |_| true).await).unwrap().contains(&feed));
    until(&feed, |body| of(&items(body), live).len() > count).await;

    let admin = status.trim_start_matches("http://").trim_end_matches('/');
    let said = reasons(admin, "cong-gia-lai", 3).await;
    for words in ["Hệ thống đang bảo trì", "500"] {
        assert!(said.iter().any(|reason| reason.contains(words)), "{words} is not in {said:?}");
    }
    let all = statuses(admin).await;
    assert_eq!(all.len(), 7);
    for source in all.iter().filter(|source| source["id"] != "cong-gia-lai") {
        assert_eq!((&source["state"], &source["reason"]), (&"ok".into(), &"".into()), "{source}");
    }

    demo.signal(Signal::TERM);
    let ended = demo.ended().await;
    assert_eq!(ended.code, Some(0), "{:#?}", ended.stderr);
    assert!(!Path::new(&file).parent().unwrap().exists(), "{file} is still there");
}
