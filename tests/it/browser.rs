//! What people see, in a real browser: both languages, both colour schemes, a desk and a phone. Left out, aloud, where
//! chromium and chromedriver are not installed. With `TINTINH_PICTURES=folder` each page is kept there as a picture.

use std::{collections::BTreeSet, path::Path};

use base64::Engine as _;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tintinh::app::clock;

use crate::support::{
    browser::Browser,
    daemon::{Daemon, feed},
    feed::{items, rss},
    origin::{Origin, Reply},
};

const CHECKS: &str = include_str!("browser/checks.js");
const WIDTHS: [u32; 2] = [1280, 390];
/// Tab, as `WebDriver` writes it.
const TAB: char = '\u{e004}';

/// The sources: id, title, province.
const SOURCES: [(&str, &str, &str); 22] = [
    ("bao-ninh-binh", "Báo Ninh Bình", "ninh-binh"),
    (
        "cong-ninh-binh",
        "Cổng thông tin điện tử tỉnh Ninh Bình — Chuyên mục Chỉ đạo, điều hành của Ủy ban nhân dân",
        "ninh-binh",
    ),
    ("bao-hue", "Báo Huế ngày nay", "hue"),
    ("cong-hue", "Cổng thông tin điện tử thành phố Huế", "hue"),
    ("bao-da-nang", "Báo Đà Nẵng", "da-nang"),
    ("bao-ca-mau", "Báo Cà Mau", "ca-mau"),
    ("dai-can-tho", "Đài Phát thanh và Truyền hình Cần Thơ", "can-tho"),
    ("bao-nghe-an", "Báo Nghệ An", "nghe-an"),
    ("bao-thanh-hoa", "Báo và Phát thanh, Truyền hình Thanh Hóa", "thanh-hoa"),
    ("bao-dong-nai", "Báo Đồng Nai", "dong-nai"),
    ("bao-lam-dong", "Báo Lâm Đồng", "lam-dong"),
    ("bao-dien-bien", "Báo Điện Biên Phủ", "dien-bien"),
    ("bao-son-la", "Báo Sơn La", "son-la"),
    ("bao-lang-son", "Báo Lạng Sơn", "lang-son"),
    ("tong-hop", "Tin tổng hợp (không tỉnh)", ""),
    ("xa-an-khe", "Trang thông tin xã An Khê", "dong-nai"),
    ("so-y-te", "Sở Y tế tỉnh Quảng Trị", "quang-tri"),
    ("phuong-kim-long", "Phường Kim Long", "hue"),
    ("so-xay-dung", "Sở Xây dựng", "ca-mau"),
    ("thong-tin-co-so", "Thông tin cơ sở", "nghe-an"),
    ("khong-tin-cay", "Nguồn không kiểm tra chứng chỉ", "son-la"),
    ("tam-nghi", "Nguồn đang tắt", "hue"),
];

/// So many entries, the later ones longer ago.
fn news(id: &str, count: i64) -> Vec<u8> {
    let dates: Vec<(String, String, String)> = (0..count)
        .map(|number| {
            let at =
                clock::now() - TimeDelta::minutes(7 + number * (37 + i64::try_from(id.len()).unwrap() * 23));
            let title =
                format!("Bản tin số {number}: mực nước các sông lên nhanh, người dân chủ động ứng phó");
            (format!("{id}-{number}"), title, at.to_rfc2822())
        })
        .collect();
    let rows: Vec<(&str, &str, &str)> =
        dates.iter().map(|(id, title, at)| (id.as_str(), title.as_str(), at.as_str())).collect();
    rss(&rows).into()
}

/// A publisher of each kind.
fn publishers() -> ([Origin; 2], String) {
    // Who asks to wait holds its whole host.
    let (others, throttling) = (Origin::start(), Origin::start());
    let mut tables = String::from("[channel]\ntitle = \"Tin các tỉnh\"\nwindow = \"72h\"\n");
    for (place, (id, title, province)) in SOURCES.into_iter().enumerate() {
        let path = format!("/{id}");
        let reply = match id {
            "xa-an-khe" => Reply::status(503).header("Retry-After", "3600").body("Hệ thống đang bảo trì"),
            "so-y-te" => Reply::status(429).header("Retry-After", "1800"),
            "phuong-kim-long" => Reply::status(404).body("<h1>Không tìm thấy trang</h1>"),
            "so-xay-dung" => {
                Reply::ok("<html><head><title>Đăng nhập</title></head><body>Mời đăng nhập</body></html>")
            }
            "thong-tin-co-so" => Reply::status(500).body(format!(
                "<h1>Lỗi máy chủ</h1><p>{}</p>",
                "System.Data.SqlClient.SqlException: hết thời gian chờ kết nối. ".repeat(8)
            )),
            _ => Reply::ok(news(id, 4 + i64::try_from(place).unwrap() * 5 % 40)).header("ETag", "\"1\""),
        };
        let origin = if id == "so-y-te" { &throttling } else { &others };
        origin.on(&path, [reply]);
        let province =
            if province.is_empty() { String::new() } else { format!("province = \"{province}\"\n") };
        // Fails often enough to be called sick.
        let interval = if id == "thong-tin-co-so" { "1s" } else { "1h" };
        let more = match id {
            "tam-nghi" => "enabled = false\n",
            "khong-tin-cay" => "tls_verify = false\n",
            _ => "",
        };
        let table = feed(id, &origin.url(&path), &format!("{province}interval = \"{interval}\"\n{more}"));
        tables += &table.replace(&format!("\"Báo {id}\""), &format!("\"{title}\""));
    }
    ([others, throttling], tables)
}

async fn site() -> ([Origin; 2], Daemon) {
    let (origin, tables) = publishers();
    let daemon = Daemon::start(&tables).await;
    for (id, ..) in SOURCES.into_iter().filter(|(id, ..)| *id != "tam-nghi") {
        daemon.until_status(id, |status| !status["last_poll"].is_null()).await;
    }
    daemon.until_status("thong-tin-co-so", |status| status["failures"].as_u64() > Some(1)).await;
    daemon.until("/feed.xml", |answer| items(&answer.body).len() > 20).await;
    (origin, daemon)
}

async fn keep(browser: &Browser, name: &str) {
    if let Some(folder) = std::env::var_os("TINTINH_PICTURES") {
        let picture = base64::engine::general_purpose::STANDARD.decode(browser.picture().await).unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), picture).unwrap();
    }
}

/// No request but to these, and nothing amiss on the console.
async fn assert_quiet(browser: &Browser, ours: &[String]) {
    let console = browser.log("browser").await;
    assert!(console.is_empty(), "{console:?}");
    let mut asked = BTreeSet::new();
    for line in browser.log("performance").await {
        let message: Value = serde_json::from_str(line["message"].as_str().unwrap()).unwrap();
        if message["message"]["method"] == "Network.requestWillBeSent" {
            let url = message["message"]["params"]["request"]["url"].as_str().unwrap();
            // Its own first page, before it opened any of ours.
            if !url.starts_with("chrome:") && !url.starts_with("data:") {
                asked.insert(url.to_owned());
            }
        }
    }
    let foreign: Vec<&String> =
        asked.iter().filter(|url| !ours.iter().any(|own| url.starts_with(own.as_str()))).collect();
    assert!(foreign.is_empty() && !asked.is_empty(), "{foreign:?} of {}", asked.len());
}

#[tokio::test]
async fn every_page_is_sound_in_both_languages_both_schemes_and_two_widths() {
    let Some(browser) = Browser::start().await else { return };
    let (_origin, daemon) = site().await;
    let (readers, admin) = (format!("http://{}/", daemon.readers), format!("http://{}/", daemon.admin));
    let pages = [
        ("status", admin.clone()),
        ("sorted", format!("{admin}?sort=-entries&province=hue")),
        ("sick", format!("{admin}sources/thong-tin-co-so")),
        ("well", format!("{admin}sources/bao-ninh-binh")),
        ("index", readers.clone()),
    ];
    for (language, accepted) in [("vi", "vi-VN,vi;q=0.9"), ("en", "en-GB,en;q=0.9")] {
        for scheme in ["light", "dark"] {
            for width in WIDTHS {
                browser.become_visitor(accepted, scheme, width).await;
                for (name, address) in &pages {
                    browser.open(address).await;
                    keep(&browser, &format!("{name}-{language}-{scheme}-{width}")).await;
                    let wrong = browser.run(CHECKS, json!([language])).await;
                    assert_eq!(wrong, json!([]), "{name} in {language}, {scheme}, {width}");
                }
            }
        }
    }
    assert_quiet(&browser, &[readers, admin]).await;
    browser.end().await;
}

/// The ids of the rows that are seen, in their order.
const ROWS: &str =
    "return [...document.querySelectorAll('.sources tbody th small code')].map((code) => code.textContent)";

#[tokio::test]
async fn the_sources_are_sorted_and_filtered_by_links_and_forms_alone() {
    let Some(browser) = Browser::start().await else { return };
    let (_origin, daemon) = site().await;
    let admin = format!("http://{}/", daemon.admin);
    browser.become_visitor("en", "light", 1280).await;
    browser.open(&admin).await;
    let rows = browser.run(ROWS, json!([])).await;
    assert_eq!((rows.as_array().unwrap().len(), &rows[5]), (22, &json!("bao-ca-mau")));
    browser.follow(browser.click("thead a[href$='sort=title']")).await;
    assert_eq!(browser.address().await, format!("{admin}?sort=title"));
    let rows = browser.run(ROWS, json!([])).await;
    assert_eq!((&rows[0], &rows[21]), (&json!("bao-ca-mau"), &json!("xa-an-khe")));
    browser.follow(browser.click("thead th[aria-sort=ascending] a")).await;
    let rows = browser.run(ROWS, json!([])).await;
    assert_eq!((&rows[0], &rows[21]), (&json!("xa-an-khe"), &json!("bao-ca-mau")));
    browser.click("option[value=hue]").await;
    browser.follow(browser.click("form button")).await;
    assert_eq!(browser.address().await, format!("{admin}?q=&province=hue&sort=-title"));
    let rows = browser.run(ROWS, json!([])).await;
    assert_eq!(rows, json!(["phuong-kim-long", "tam-nghi", "cong-hue", "bao-hue"]));
    browser.follow(browser.click(".groups a[href*='state=ok']")).await;
    assert_eq!(browser.run(ROWS, json!([])).await, json!(["cong-hue", "bao-hue"]));
    browser.follow(browser.write("#q", "ngay nay\u{e007}")).await;
    assert_eq!(browser.run(ROWS, json!([])).await, json!(["bao-hue"]));
    browser.follow(browser.click(".sources tbody th a")).await;
    assert_eq!(browser.address().await, format!("{admin}sources/bao-hue"));
    browser.follow(browser.click("header nav a")).await;
    assert_eq!(browser.address().await, admin);
    assert_quiet(&browser, &[admin]).await;
    browser.end().await;
}

/// Where the focus is, and what of that is wrong.
const FOCUS: &str = "const at = document.activeElement;
    const all = [...document.querySelectorAll('a,input:not([type=hidden]),select,button,summary')];
    const style = getComputedStyle(at);
    const box = at.getBoundingClientRect();
    const seen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
    const ringed = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    return [all.indexOf(at), seen, ringed, at.outerHTML.slice(0, 80)]";

#[tokio::test]
async fn the_keyboard_reaches_everything_in_order_and_the_focus_is_seen() {
    let Some(browser) = Browser::start().await else { return };
    let (_origin, daemon) = site().await;
    for (width, path) in [(1280, ""), (390, ""), (390, "sources/thong-tin-co-so")] {
        browser.become_visitor("vi", "light", width).await;
        browser.open(&format!("http://{}/{path}", daemon.admin)).await;
        let mut last = -1;
        for _ in 0..24 {
            browser.press(TAB).await;
            let at = browser.run(FOCUS, json!([])).await;
            let place = at[0].as_i64().unwrap();
            if place < 0 && last > 0 {
                // Past the last, the focus leaves the page.
                break;
            }
            assert!(place > last && at[1] == true && at[2] == true, "{width} {path}: {at} after {last}");
            last = place;
        }
        assert!(last > 2, "{width} {path}: {last}");
    }
    browser.end().await;
}
