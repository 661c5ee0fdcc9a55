//! What should identify one item is that of several.

use super::super::{Answer::Items, Row, article::article};

/// One guid for several items.
pub fn shared_guids() -> Vec<Row> {
    let one = || article(1, "Một");
    let two = || article(2, "Hai");
    let three = || article(3, "Ba");
    vec![
        Row {
            id: "guid-shared",
            name: "one guid for all",
            readers: "each item once",
            polls: vec![
                (Items(vec![two().guid("0"), one().guid("0")]), &["Hai", "Một"]),
                (Items(vec![three().guid("0"), two().guid("0"), one().guid("0")]), &["Ba", "Hai", "Một"]),
            ],
            guids: 3,
        },
        Row {
            id: "guid-shared-alone",
            name: "one guid for all and no links",
            readers: "each item once",
            polls: vec![
                (Items(vec![two().guid("0").link(""), one().guid("0").link("")]), &["Hai", "Một"]),
                (Items(vec![three().guid("0").link(""), two().guid("0").link("")]), &["Ba", "Hai", "Một"]),
            ],
            guids: 3,
        },
        Row {
            id: "guid-now-shared",
            name: "a guid is that of one item, then of all, then of one again",
            readers: "each item once",
            polls: vec![
                (Items(vec![one().guid("0")]), &["Một"]),
                (Items(vec![two().guid("0"), one().guid("0")]), &["Hai", "Một"]),
                (Items(vec![two().guid("0")]), &["Hai", "Một"]),
                (Items(vec![three(), two()]), &["Ba", "Hai", "Một"]),
            ],
            guids: 3,
        },
    ]
}

/// One link, or one item, more than once.
pub fn shared_links() -> Vec<Row> {
    let one = || article(1, "Một");
    let two = || article(2, "Hai");
    let three = || article(3, "Ba");
    vec![
        Row {
            id: "twice",
            name: "an entry stands in the document twice",
            readers: "it once",
            polls: vec![
                (Items(vec![two(), one(), two()]), &["Hai", "Một"]),
                (Items(vec![two().guid(""), one().guid(""), two().guid("")]), &["Hai", "Một"]),
            ],
            guids: 2,
        },
        Row {
            id: "home",
            name: "the home page is every link",
            readers: "each item once; by their own links later, the same",
            polls: vec![
                (
                    Items(vec![two().guid("").link("/"), one().guid("").link("http://home.example")]),
                    &["Hai", "Một"],
                ),
                (
                    Items(vec![
                        three().guid("").link("/"),
                        two().guid("").link("/"),
                        one().guid("").link("/"),
                    ]),
                    &["Ba", "Hai", "Một"],
                ),
                (Items(vec![three().guid(""), two().guid(""), one().guid("")]), &["Ba", "Hai", "Một"]),
                (
                    Items(vec![three().guid(""), two().guid("").title("Hai (sửa)")]),
                    &["Ba", "Hai (sửa)", "Một"],
                ),
            ],
            guids: 3,
        },
        Row {
            id: "one-page",
            name: "one page of the site is every link",
            readers: "each item once",
            polls: vec![(
                Items(vec![two().guid("").link("/tin"), one().guid("").link("/tin")]),
                &["Hai", "Một"],
            )],
            guids: 2,
        },
        Row {
            id: "link-now-shared",
            name: "a link is that of one item, then of two, then of the other, and there are no guids",
            readers: "each item once",
            polls: vec![
                (Items(vec![one().guid("").link("/tin")]), &["Một"]),
                (Items(vec![two().guid("").link("/tin"), one().guid("").link("/tin")]), &["Hai", "Một"]),
                (Items(vec![two().guid("").link("/tin")]), &["Hai", "Một"]),
                (Items(vec![one().guid("").link("/tin")]), &["Hai", "Một"]),
            ],
            guids: 2,
        },
        Row {
            id: "link-shared-guids",
            name: "all items have one link, and guids",
            readers: "each item once",
            polls: vec![
                (Items(vec![one().link("/tin")]), &["Một"]),
                (
                    Items(vec![three().link("/tin"), two().link("/tin"), one().link("/tin")]),
                    &["Ba", "Hai", "Một"],
                ),
                (Items(vec![two().link("/tin").title("Hai (sửa)")]), &["Ba", "Hai (sửa)", "Một"]),
            ],
            guids: 3,
        },
    ]
}
