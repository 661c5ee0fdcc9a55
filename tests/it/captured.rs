//! Feeds in the shapes that publishers really serve, from the wire to the merged feed.

use std::path::Path;

use crate::support::{
    daemon::{Daemon, feed},
    feed::items,
    origin::{Origin, Reply},
};

/// A window that no fixture is too old for.
const WIDE: &str = "[channel]\nwindow = \"36500d\"\n";

/// The bodies that publishers really sent, where they are at hand: they are not ours to ship.
#[tokio::test]
async fn the_captured_feeds_become_entries() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples");
    if !samples.is_dir() {
        println!("left out: no captured feeds beside this folder");
        return;
    }
    let body = |name: &str| Reply::ok(std::fs::read(samples.join(name)).unwrap());
    let origin = Origin::start();
    origin.on("/thanhnien", [body("thanhnien.vn-home-2022-11-21.xml")]);
    origin.on("/tnck", [body("tinnhanhchungkhoan.vn-home-2026-06-13.xml")]);
    origin.on("/vietstock", [body("vietstock.vn-144-2026-06-13.xml")]);
    origin.on(
        "/vnexpress",
        [
            body("vnexpress.net-tin-moi-nhat-2019-02-14.xml"),
            body("vnexpress.net-tin-moi-nhat-2019-02-18.xml"),
        ],
    );
    let mut tables = WIDE.to_owned();
    for id in ["thanhnien", "tnck", "vietstock", "vnexpress"] {
        tables += &feed(id, &origin.url(&format!("/{id}")), "interval = \"1s\"");
    }
    let daemon = Daemon::start(&tables).await;
    let mut union = 0;
    for (id, count) in [("thanhnien", 100), ("tnck", 50), ("vietstock", 29), ("vnexpress", 50)] {
        let path = format!("/sources/{id}.xml");
        let own = items(&daemon.until(&path, |answer| items(&answer.body).len() == count).await.body);
        assert!(own.iter().all(|item| unicode_normalization::is_nfc(&item.title) && !item.link.is_empty()));
        union += own.len();
    }
    let all = items(&daemon.until("/feed.xml", |answer| items(&answer.body).len() == union).await.body);
    assert_eq!(all.len(), 229);
    let dates: Vec<_> =
        all.iter().map(|item| chrono::DateTime::parse_from_rfc2822(&item.date).unwrap()).collect();
    assert!(dates.is_sorted_by(|newer, older| newer >= older));
    for (title, date) in [
        ("Lương Nguyệt Anh khoe thành tích 'khủng' trong âm nhạc", "Mon, 21 Nov 2022 21:15:26 +0700"),
        ("Review VNM ETF quý 2: Thêm VPL, MSB, loại HDG, CTR", "Sat, 13 Jun 2026 09:36:06 +0700"),
        ("Siêu trăng lớn nhất năm sắp thắp sáng bầu trời tháng 2", "Thu, 14 Feb 2019 13:30:00 +0700"),
        ("Ngôi nhà Nhật chia 13 tầng nhưng không có phòng nào", "Mon, 18 Feb 2019 20:19:03 +0700"),
    ] {
        let found =
            all.iter().find(|item| item.title == title).unwrap_or_else(|| panic!("{title} is not there"));
        assert_eq!(found.date, date, "{title}");
    }
    let tnck = all
        .iter()
        .find(|item| item.title.starts_with("Giao dịch chứng khoán khối ngoại tuần 8-12/6"))
        .unwrap();
    assert_eq!(tnck.date, "Sat, 13 Jun 2026 10:41:47 +0700");
}
