//! Guids and links change, and the entries stay.

use super::{
    super::{Answer::Items, Row, article::article},
    Article, SEVEN, SEVEN_SHOWN, seven, with,
};

/// Guids change.
pub fn re_keyed() -> Vec<Row> {
    let one = || article(1, "Một");
    let two = || article(2, "Hai");
    let new = |number: u32, item: Article| item.guid(&format!("moi-{number}"));
    vec![
        Row {
            id: "guids-all",
            name: "every guid of the feed is changed",
            readers: "nothing happens; the next new item comes alone",
            polls: vec![
                (Items(seven(|_, it| it)), SEVEN_SHOWN),
                (Items(seven(new)), SEVEN_SHOWN),
                (
                    Items(with(article(8, "Tám"), seven(new))),
                    &["Tám", "Bảy", "Sáu", "Năm", "Bốn", "Ba", "Hai", "Một"],
                ),
            ],
            guids: 8,
        },
        Row {
            id: "guids-one",
            name: "one guid is changed",
            readers: "nothing happens",
            polls: vec![
                (Items(vec![two(), one()]), &["Hai", "Một"]),
                (Items(vec![two(), one().guid("khac")]), &["Hai", "Một"]),
                (
                    Items(vec![two(), one().guid("khac").link("/moi.html").title("Một (sửa)")]),
                    &["Hai", "Một (sửa)"],
                ),
            ],
            guids: 2,
        },
    ]
}

/// Links and the whole site move.
pub fn moved() -> Vec<Row> {
    let one = || article(1, "Một");
    let two = || article(2, "Hai");
    let new = |number: u32, item: Article| item.guid(&format!("moi-{number}"));
    vec![
        Row {
            id: "https",
            name: "links and the guids made of them move to https",
            readers: "the links change, and nothing comes anew",
            polls: ["http", "https"]
                .map(|scheme| {
                    let address = |number: u32| format!("{scheme}://https.example/?p={number}");
                    (Items(seven(|number, it| it.guid(&address(number)).link(&address(number)))), SEVEN_SHOWN)
                })
                .into(),
            guids: 7,
        },
        Row {
            id: "host",
            name: "the site moves to another host, with the same paths and new guids",
            readers: "the links change; what is new comes, alone",
            polls: vec![
                (Items(seven(|number, it| it.link(&format!("https://cu.example/{number}")))), SEVEN_SHOWN),
                (
                    Items(with(
                        article(8, "Tám"),
                        seven(|number, it| new(number, it).link(&format!("https://moi.example/{number}"))),
                    )),
                    &["Tám", "Bảy", "Sáu", "Năm", "Bốn", "Ba", "Hai", "Một"],
                ),
                (
                    Items(seven(|number, it| {
                        let title = if number == 7 { "Bảy (sửa)" } else { SEVEN[number as usize - 1] };
                        new(number, it).link(&format!("https://moi.example/{number}")).title(title)
                    })),
                    &["Tám", "Bảy (sửa)", "Sáu", "Năm", "Bốn", "Ba", "Hai", "Một"],
                ),
            ],
            guids: 8,
        },
        Row {
            id: "re-keyed-shuffled",
            name: "guids and links are changed, and the items turned about",
            readers: "nothing happens",
            polls: vec![
                (Items(seven(|_, it| it)), SEVEN_SHOWN),
                (
                    Items(
                        seven(|number, it| new(number, it).link(&format!("/tin/{number}")))
                            .into_iter()
                            .rev()
                            .collect(),
                    ),
                    SEVEN_SHOWN,
                ),
            ],
            guids: 7,
        },
        Row {
            id: "new-site",
            name: "another site is put in its place: guids, links and texts are all others",
            readers: "all of it is new, and the old stays",
            polls: vec![
                (Items(vec![two(), one()]), &["Hai", "Một"]),
                (
                    Items(vec![article(12, "Mười hai"), article(11, "Mười một")]),
                    &["Mười hai", "Mười một", "Hai", "Một"],
                ),
            ],
            guids: 4,
        },
        Row {
            id: "tracking",
            name: "tracking parameters, a session and a slash come and go, and there are no guids",
            readers: "nothing happens; an unknown parameter makes another entry",
            polls: vec![
                (Items(vec![one().guid("").link("/tin?id=1&utm_source=rss&fbclid=a")]), &["Một"]),
                (Items(vec![one().guid("").link("/tin/?id=1&fbclid=b#top")]), &["Một"]),
                (Items(vec![one().guid("").link("/tin;jsessionid=0A1B?id=1")]), &["Một"]),
                (
                    Items(vec![two().guid("").link("/tin?id=2"), one().guid("").link("/tin?id=1")]),
                    &["Hai", "Một"],
                ),
            ],
            guids: 2,
        },
    ]
}
