//! Contents change, or nothing does; identities stay.

use super::super::{
    Answer::{Again, Items, NotModified},
    Row,
    article::{article, only},
};

/// Contents change and identities stay.
pub fn edited() -> Vec<Row> {
    let one = || article(1, "Một");
    let two = || article(2, "Hai");
    vec![
        Row {
            id: "headline",
            name: "a headline is edited, twice",
            readers: "the new headline in the old place",
            polls: vec![
                (Items(vec![two(), one()]), &["Hai", "Một"]),
                (Items(vec![two(), one().title("Một (sửa)")]), &["Hai", "Một (sửa)"]),
                (Items(vec![two(), one().title("Một (sửa lại)")]), &["Hai", "Một (sửa lại)"]),
            ],
            guids: 2,
        },
        Row {
            id: "headline-link",
            name: "a headline is edited where there are no guids",
            readers: "the new headline in the old place",
            polls: vec![
                (Items(vec![two().guid(""), one().guid("")]), &["Hai", "Một"]),
                (Items(vec![two().guid(""), one().guid("").title("Một (sửa)")]), &["Hai", "Một (sửa)"]),
            ],
            guids: 2,
        },
        Row {
            id: "counter",
            name: "the text holds a counter, and there is neither guid nor link",
            readers: "nothing comes anew",
            polls: (0..4)
                .map(|count| {
                    let seen = |title| only(title).text(&format!("{count} lượt xem"));
                    (Items(vec![seen("Hai"), seen("Một")]), &["Hai", "Một"][..])
                })
                .collect(),
            guids: 2,
        },
        Row {
            id: "seconds",
            name: "pubDates move by seconds from poll to poll",
            readers: "the dates that were there first",
            polls: [0, 7, 3]
                .map(|second| {
                    let at = format!("17 Jan 2012 05:57:0{second} +0700");
                    (Items(vec![two(), one().at(&at), only("Ba").at(&at)]), &["Một", "Ba", "Hai"][..])
                })
                .into(),
            guids: 3,
        },
        Row {
            id: "date",
            name: "an article is dated anew, and another loses its date",
            readers: "the dates that were there first",
            polls: vec![
                (Items(vec![two(), one()]), &["Hai", "Một"]),
                (Items(vec![one().day(20), two().at("")]), &["Hai", "Một"]),
            ],
            guids: 2,
        },
    ]
}

/// Nothing changes, in several ways; and two sources have a guid in common.
pub fn unchanged() -> Vec<Row> {
    let one = || article(1, "Một");
    let two = || article(2, "Hai");
    let numbered = |id, title: &'static str, shown| Row {
        id,
        name: "two sources have the guid `news_6774`",
        readers: "two entries",
        polls: vec![(Items(vec![only(title).guid("\n news_6774 \n")]), shown), (Again, shown)],
        guids: 1,
    };
    vec![
        Row {
            id: "order",
            name: "items are listed in another order",
            readers: "the order that was there first",
            polls: vec![
                (Items(vec![two().day(1), one()]), &["Hai", "Một"]),
                (Items(vec![one(), two().day(1)]), &["Hai", "Một"]),
            ],
            guids: 2,
        },
        Row {
            id: "back",
            name: "an item disappears and comes back",
            readers: "it where it was, all the time",
            polls: vec![
                (Items(vec![two(), one()]), &["Hai", "Một"]),
                (Items(vec![two()]), &["Hai", "Một"]),
                (Items(vec![]), &["Hai", "Một"]),
                (Items(vec![two(), one()]), &["Hai", "Một"]),
            ],
            guids: 2,
        },
        Row {
            id: "same",
            name: "between two documents the server answers 304, and 200 with the same bytes",
            readers: "nothing happens, and then what is new",
            polls: vec![
                (Items(vec![one()]), &["Một"]),
                (NotModified, &["Một"]),
                (Again, &["Một"]),
                (Items(vec![two(), one().title("Một (sửa)")]), &["Hai", "Một (sửa)"]),
            ],
            guids: 2,
        },
        numbered("news-6774-a", "Tin của A", &["Tin của A"]),
        numbered("news-6774-b", "Tin của B", &["Tin của B"]),
    ]
}
