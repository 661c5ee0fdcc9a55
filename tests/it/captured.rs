//! Feeds in the shapes that publishers really serve, from the wire to the merged feed: some written after them, which are
//! here for every clone of the repository, and their own, where they are at hand.

use std::path::Path;

use crate::support::{
    daemon::{Daemon, feed},
    feed::{Item, items},
    origin::{Origin, Reply},
};

/// A window that no fixture is too old for.
const WIDE: &str = "[channel]\nwindow = \"36500d\"\n";

/// The systems of ePi (ONECMS): `atom:link` before `link` and a bare `image` in each item, dates with a colon in their
/// offset, the summary as a page's piece with the related articles at its end.
const ONECMS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?><rss xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" version="2.0"><channel><title>Báo Mẫu</title><copyright>© Báo Mẫu</copyright><link>https://bao-mau.example</link><lastBuildDate>Sat, 13 Jun 2026 11:10:27 +07:00</lastBuildDate><pubDate>Sat, 13 Jun 2026 11:10:27 +07:00</pubDate><description><![CDATA[Báo Mẫu]]></description><language>vi-vn</language><ttl>5</ttl><atom:link href="https://bao-mau.example/rss/home.rss" rel="self" type="application/rss+xml"/><image><url>https://bao-mau.example/logo.png</url><title>Báo Mẫu</title><link>https://bao-mau.example</link></image><item><title><![CDATA[Khối ngoại tuần 8-12/6: Bán ròng 3.100 tỷ đồng ]]></title><description><![CDATA[<a href="https://bao-mau.example/khoi-ngoai-post1.html"><img src="https://anh.bao-mau.example/1.jpg"/></a>Nhà đầu tư ngoại bán ròng.<div style="clear:both;"><ul><li><a href='https://bao-mau.example/hom-truoc-post0.html'>Hôm trước</a></li></ul></div>]]></description><pubDate>Sat, 13 Jun 2026 10:41:47 +07:00</pubDate><updated>Sat, 13 Jun 2026 10:41:47 +07:00</updated><guid>https://bao-mau.example/khoi-ngoai-post1.html</guid><atom:link href="https://bao-mau.example/khoi-ngoai-post1.html" rel="self" type="application/rss+xml"/><link>https://bao-mau.example/khoi-ngoai-post1.html</link><category><![CDATA[Báo Mẫu]]></category><thumb>https://anh.bao-mau.example/1.jpg</thumb><image>https://anh.bao-mau.example/1.jpg</image></item><item><title><![CDATA[Hà Lan - Senegal | "Cơn lốc Cam" & 'khủng' hơn]]></title><image>https://anh.bao-mau.example/2.png</image><description><![CDATA[<p>Trước trận.</p>]]></description><pubDate>Fri, 12 Jun 2026 21:00:00 +07:00</pubDate><guid>https://bao-mau.example/ha-lan-post2.html</guid><atom:link href="https://bao-mau.example/ha-lan-post2.html" rel="self" type="application/rss+xml"/><link>https://bao-mau.example/ha-lan-post2.html</link></item><item><title><![CDATA[Người giữ rừng]]></title><description><![CDATA[]]></description><pubDate>Sat, 13 Jun 2026 00:05:00 +07:00</pubDate><guid>https://bao-mau.example/rung-post3.html</guid><atom:link href="https://bao-mau.example/rung-post3.html" rel="self" type="application/rss+xml"/><link>https://bao-mau.example/rung-post3.html</link></item></channel></rss>"#;

/// As Vietstock does: an item listed twice, an empty `alt`, markup escaped instead of in CDATA.
const REPEATED: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0">
  <channel>
    <title>Chứng khoán - Mẫu RSS</title>
    <link>http://mau.example/144/chung-khoan.rss</link>
    <description>Mẫu RSS</description>
    <item>
      <guid isPermaLink="true">http://mau.example/2026/06/quy-2-1.htm</guid>
      <link>http://mau.example/2026/06/quy-2-1.htm</link>
      <title>Quý 2: Thêm VPL, MSB</title>
      <description>&lt;img alt='' width='120' src='https://anh.mau.example/1.jpg'/&gt;Chỉ thêm 2 mã.</description>
      <pubDate>Sat, 13 Jun 2026 09:36:06 +0700</pubDate>
    </item>
    <item>
      <guid isPermaLink="true">http://mau.example/2026/06/ca-map-2.htm</guid>
      <link>http://mau.example/2026/06/ca-map-2.htm</link>
      <title>Theo dấu cá mập 12/06</title>
      <description>Tự doanh bán ròng.</description>
      <pubDate>Fri, 12 Jun 2026 19:37:13 +0700</pubDate>
    </item>
    <item>
      <guid isPermaLink="true">http://mau.example/2026/06/quy-2-1.htm</guid>
      <link>http://mau.example/2026/06/quy-2-1.htm</link>
      <title>Quý 2: Thêm VPL, MSB</title>
      <description>&lt;img alt='' width='120' src='https://anh.mau.example/1.jpg'/&gt;Chỉ thêm 2 mã.</description>
      <pubDate>Sat, 13 Jun 2026 09:36:06 +0700</pubDate>
    </item>
  </channel>
</rss>"#;

/// As `VnExpress` does, on one day and on a later one: the link before the guid, `slash:comments`, a stray `</br>`.
const DAYS: [&[(&str, &str, &str)]; 2] = [
    &[
        ("3880956", "Cong Tri’s collection", "Thu, 14 Feb 2019 13:34:15 +0700"),
        ("3880900", "Siêu trăng lớn nhất năm", "Thu, 14 Feb 2019 13:30:00 +0700"),
        ("3880800", "Giá vàng đứng yên", "Thu, 14 Feb 2019 08:00:00 +0700"),
    ],
    &[
        ("3882001", "Ngôi nhà Nhật chia 13 tầng", "Mon, 18 Feb 2019 20:19:03 +0700"),
        ("3882000", "Cùng một phút", "Mon, 18 Feb 2019 20:19:03 +0700"),
        ("3880956", "Cong Tri’s collection", "Mon, 18 Feb 2019 09:00:00 +0700"),
    ],
];

fn day(items: &[(&str, &str, &str)]) -> String {
    let items = items.iter().map(|(number, title, date)| {
        let link = format!("https://tin-nhanh.example/bai-{number}.html");
        format!(
            "    <item>\n      <title>{title}</title>\n      <description><![CDATA[<a href=\"{link}\"><img width=130 \
             src=\"https://anh.tin-nhanh.example/{number}.jpg\" ></a></br>Về {title}.]]></description>\n      \
             <pubDate>{date}</pubDate>\n      <link>{link}</link>\n      <guid>{link}</guid>\n      \
             <slash:comments>0</slash:comments>\n    </item>\n"
        )
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" \
         xmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\">\n  <channel>\n    <title>Tin mới nhất</title>\n    \
         <description>Tin mới nhất</description>\n    <pubDate>Thu, 14 Feb 2019 14:15:30 +0700</pubDate>\n    \
         <link>https://tin-nhanh.example/rss/tin-moi-nhat.rss</link>\n{}  </channel>\n</rss>\n",
        items.collect::<String>()
    )
}

/// As some editors save it: each letter beside its marks.
fn decomposed(document: &str) -> String {
    unicode_normalization::UnicodeNormalization::nfd(document).collect()
}

fn shown(items: &[Item]) -> Vec<(&str, &str, &str)> {
    items.iter().map(|item| (item.title.as_str(), item.date.as_str(), item.link.as_str())).collect()
}

#[tokio::test]
async fn feeds_written_after_real_ones_become_entries_with_title_date_link_and_order() {
    let origin = Origin::start();
    origin.on("/onecms", [Reply::ok(decomposed(ONECMS))]);
    origin.on("/repeated", [Reply::ok(REPEATED)]);
    origin.on("/days", [Reply::ok(day(DAYS[0])), Reply::ok(day(DAYS[1]))]);
    let mut tables = WIDE.to_owned();
    for id in ["onecms", "repeated", "days"] {
        tables += &feed(id, &origin.url(&format!("/{id}")), "interval = \"1s\"");
    }
    let daemon = Daemon::start(&tables).await;
    let all = items(&daemon.until("/feed.xml", |answer| items(&answer.body).len() == 10).await.body);
    assert_eq!(
        shown(&all),
        [
            (
                "Khối ngoại tuần 8-12/6: Bán ròng 3.100 tỷ đồng",
                "Sat, 13 Jun 2026 10:41:47 +0700",
                "https://bao-mau.example/khoi-ngoai-post1.html"
            ),
            (
                "Quý 2: Thêm VPL, MSB",
                "Sat, 13 Jun 2026 09:36:06 +0700",
                "http://mau.example/2026/06/quy-2-1.htm"
            ),
            ("Người giữ rừng", "Sat, 13 Jun 2026 00:05:00 +0700", "https://bao-mau.example/rung-post3.html"),
            (
                "Hà Lan - Senegal | \"Cơn lốc Cam\" & 'khủng' hơn",
                "Fri, 12 Jun 2026 21:00:00 +0700",
                "https://bao-mau.example/ha-lan-post2.html"
            ),
            (
                "Theo dấu cá mập 12/06",
                "Fri, 12 Jun 2026 19:37:13 +0700",
                "http://mau.example/2026/06/ca-map-2.htm"
            ),
            (
                "Ngôi nhà Nhật chia 13 tầng",
                "Mon, 18 Feb 2019 20:19:03 +0700",
                "https://tin-nhanh.example/bai-3882001.html"
            ),
            (
                "Cùng một phút",
                "Mon, 18 Feb 2019 20:19:03 +0700",
                "https://tin-nhanh.example/bai-3882000.html"
            ),
            (
                "Cong Tri’s collection",
                "Thu, 14 Feb 2019 13:34:15 +0700",
                "https://tin-nhanh.example/bai-3880956.html"
            ),
            (
                "Siêu trăng lớn nhất năm",
                "Thu, 14 Feb 2019 13:30:00 +0700",
                "https://tin-nhanh.example/bai-3880900.html"
            ),
            (
                "Giá vàng đứng yên",
                "Thu, 14 Feb 2019 08:00:00 +0700",
                "https://tin-nhanh.example/bai-3880800.html"
            ),
        ]
    );
    let own = items(&daemon.get("/sources/onecms.xml").await.body);
    assert_eq!(own, [all[0].clone(), all[2].clone(), all[3].clone()]);
    let document = daemon.get("/sources/onecms.xml").await;
    for number in ["1.jpg", "2.png"] {
        let picture = format!("<media:thumbnail url=\"https://anh.bao-mau.example/{number}\">");
        assert!(document.text().contains(&picture), "{picture} is not in {}", document.text());
    }
}

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
