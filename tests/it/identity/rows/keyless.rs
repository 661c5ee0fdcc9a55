//! There is little to go by.

use super::{
    super::{Answer::Items, Row, article::only},
    Article, seven,
};

/// There is little to go by.
pub fn without_keys() -> Vec<Row> {
    let notice = |day: u32| only("Lịch cúp điện").day(day);
    vec![
        Row {
            id: "titles",
            name: "items are nothing but titles",
            readers: "each once",
            polls: vec![
                (Items(vec![only("Hai"), only("Một")]), &["Hai", "Một"]),
                (Items(vec![only("Ba"), only("Hai"), only("Một")]), &["Ba", "Hai", "Một"]),
            ],
            guids: 3,
        },
        Row {
            id: "titles-edited",
            name: "of items that are nothing but titles one is edited",
            readers: "it comes anew: nothing tells that it is the same",
            polls: vec![
                (Items(vec![only("Hai"), only("Một")]), &["Hai", "Một"]),
                (Items(vec![only("Hai"), only("Một (sửa)")]), &["Một (sửa)", "Hai", "Một"]),
            ],
            guids: 3,
        },
        Row {
            id: "titles-dated",
            name: "a notice that is nothing but its title is dated a week later",
            readers: "it comes anew: it is taken for the next one",
            polls: vec![
                (Items(vec![notice(1)]), &["Lịch cúp điện"]),
                (Items(vec![notice(8)]), &["Lịch cúp điện", "Lịch cúp điện"]),
            ],
            guids: 2,
        },
        Row {
            id: "column",
            name: "a daily column is called the same each day, and says the same, under new guids and links",
            readers: "each day's",
            polls: [1_u32, 2, 3]
                .map(|day| {
                    let one = |number: u32, it: Article| {
                        let key = format!("{day}-{number}");
                        it.guid(&key).link(&format!("/{key}")).day(day).text("Mời xem.")
                    };
                    let shown: [&[&str]; 3] = [&COLUMN[14..], &COLUMN[7..], COLUMN];
                    (Items(seven(one)), shown[day as usize - 1])
                })
                .into(),
            guids: 21,
        },
    ]
}

const COLUMN: &[&str] = &[
    "Bảy", "Sáu", "Năm", "Bốn", "Ba", "Hai", "Một", "Bảy", "Sáu", "Năm", "Bốn", "Ba", "Hai", "Một", "Bảy",
    "Sáu", "Năm", "Bốn", "Ba", "Hai", "Một",
];
