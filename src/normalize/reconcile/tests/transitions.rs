//! What identifies an entry changes from one document to the next; the entry does not.

use super::*;

const OLD: &str = "2026-11-01T05:00:00Z";
const LATER: &str = "2026-11-08T05:00:00Z";

/// A case: documents in turn, and the titles of all that is kept in the end, newest first.
type Case = (&'static str, Vec<Vec<Draft>>, &'static [&'static str]);

fn run(table: Vec<Case>) {
    for (case, documents, titles) in table {
        let mut shelf = Shelf::default();
        for document in &documents {
            shelf.read(document);
        }
        assert_eq!(shelf.titles(), titles, "{case}");
        let last = documents.last().unwrap();
        assert!(shelf.read(last).is_empty(), "{case}: the same document again changes something");
    }
}

/// Items of numbers: guid, link and title of each differ from every other's.
fn many(numbers: std::ops::Range<u32>, guid: &str, site: &str) -> Vec<Draft> {
    let titles = ["Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười"];
    let one = |number: u32| {
        let title = titles[number as usize];
        let (guid, link) = (format!("{guid}{number}"), format!("{site}/{number}.html"));
        saying(&format!("<p>Tin {title}</p>"), item(&guid, &link, title))
    };
    numbers.map(one).collect()
}

fn reversed(mut items: Vec<Draft>) -> Vec<Draft> {
    items.reverse();
    items
}

const FIVE: &[&str] = &[
    "Lịch cúp điện xã An Bình",
    "Lịch cúp điện xã Bình Minh",
    "Lịch cúp điện xã Cái Vồn",
    "Lịch cúp điện xã Đông Bình",
    "Lịch cúp điện xã Đông Thành",
];

/// Five items of long titles, under new guids, and nothing else.
fn bare(guid: &str) -> Vec<Draft> {
    FIVE.iter().zip(0..).map(|(title, number)| item(&format!("{guid}{number}"), "", title)).collect()
}

/// The same, of a date.
fn on(date: &str, guid: &str) -> Vec<Draft> {
    bare(guid).into_iter().map(|it| dated(date, it)).collect()
}

/// The same, with a text that nobody writes twice.
fn long(date: &str, guid: &str) -> Vec<Draft> {
    let text = "<p>Công ty Điện lực thông báo tạm ngừng cung cấp điện để sửa chữa lưới điện, \
                mong quý khách hàng thông cảm và chủ động trong sinh hoạt.</p>";
    on(date, guid).into_iter().map(|it| saying(text, it)).collect()
}

const LINK: &str = "https://bao.vn/1";
const OTHER: &str = "https://bao.vn/2";

#[test]
fn guids_and_links_come_go_and_move_and_the_entry_stays_one() {
    let (one, two) = (item("g1", LINK, "Một"), item("g2", OTHER, "Hai"));
    run(vec![
        ("a new guid on a known link", vec![vec![one.clone()], vec![item("h", LINK, "Một")]], &["Một"]),
        ("the guid is gone", vec![vec![one.clone()], vec![item("", LINK, "Một (sửa)")]], &["Một (sửa)"]),
        (
            "the guid comes",
            vec![vec![item("", LINK, "Một")], vec![one.clone()], vec![item("g1", OTHER, "Một (sửa)")]],
            &["Một (sửa)"],
        ),
        (
            "guid and link change, one after the other",
            vec![vec![one.clone()], vec![item("h", LINK, "Một")], vec![item("h", OTHER, "Một")]],
            &["Một"],
        ),
        (
            "guids move to https",
            vec![
                vec![item("http://bao.vn/?p=1", "", "Một")],
                vec![item("https://bao.vn/?p=1", "", "Một (sửa)")],
            ],
            &["Một (sửa)"],
        ),
        (
            "guids that differ in their fragments are two",
            vec![vec![item("https://bao.vn/#1", "", "Một")], vec![item("https://bao.vn/#2", "", "Hai")]],
            &["Hai", "Một"],
        ),
        (
            "an item takes over another's link",
            vec![vec![one.clone()], vec![item("h", LINK, "Hai"), item("g1", "https://bao.vn/moved", "Một")]],
            &["Hai", "Một"],
        ),
        (
            "links are swapped and guids are good",
            vec![vec![one.clone(), two.clone()], vec![item("g1", OTHER, "Một"), item("g2", LINK, "Hai")]],
            &["Một", "Hai"],
        ),
        (
            "two guids of one entry in one document",
            vec![
                vec![one.clone()],
                vec![item("h", LINK, "Một")],
                vec![item("h", LINK, "Một"), item("g1", OTHER, "Một")],
            ],
            &["Một"],
        ),
    ]);
}

#[test]
fn what_is_shared_in_one_document_and_not_in_the_next_makes_no_second_entry() {
    let one = || dated(OLD, item("", LINK, "Một"));
    let two = || dated(LATER, item("", LINK, "Hai"));
    run(vec![
        (
            "one guid for all comes and goes",
            vec![
                vec![item("g", LINK, "Một")],
                vec![item("g", OTHER, "Hai"), item("g", LINK, "Một")],
                vec![item("g", OTHER, "Hai")],
                vec![item("g", OTHER, "Hai"), item("g", LINK, "Một")],
            ],
            &["Hai", "Một"],
        ),
        (
            "one guid for all, and no links",
            vec![
                vec![dated(OLD, item("g", "", "Một"))],
                vec![dated(LATER, item("g", "", "Hai")), dated(OLD, item("g", "", "Một"))],
                vec![dated(LATER, item("g", "", "Hai"))],
            ],
            &["Hai", "Một"],
        ),
        ("a link comes to be shared", vec![vec![one()], vec![two(), one()]], &["Hai", "Một"]),
        (
            "a link is shared no more",
            vec![vec![one()], vec![two(), one()], vec![two()], vec![one()]],
            &["Hai", "Một"],
        ),
        ("a link was shared from the first", vec![vec![two(), one()], vec![two()]], &["Hai", "Một"]),
        (
            "a link that was shared gets a third item all alone",
            vec![vec![two(), one()], vec![two()], vec![dated(LATER, item("", LINK, "Ba"))], vec![two()]],
            &["Ba", "Hai", "Một"],
        ),
        (
            "a shared link with guids",
            vec![
                vec![item("g1", LINK, "Một")],
                vec![item("g2", LINK, "Hai"), item("g1", LINK, "Một")],
                vec![item("g2", LINK, "Hai (sửa)")],
            ],
            &["Hai (sửa)", "Một"],
        ),
        (
            "next week's notice shares title and link of this week's",
            vec![
                vec![dated(OLD, item("", LINK, "Lịch cúp điện"))],
                vec![dated(LATER, item("", LINK, "Lịch cúp điện")), two()],
            ],
            &["Lịch cúp điện", "Hai", "Lịch cúp điện"],
        ),
        (
            "the home page as every link, and then links",
            vec![
                vec![item("", "https://bao.vn", "Hai"), item("", "http://bao.vn/", "Một")],
                vec![item("", OTHER, "Hai"), item("", LINK, "Một")],
                vec![item("", OTHER, "Hai (sửa)"), item("", LINK, "Một")],
            ],
            &["Hai (sửa)", "Một"],
        ),
        (
            "nothing but titles, and then guids",
            vec![
                vec![item("", "", "Hai"), item("", "", "Một")],
                vec![item("g2", "", "Hai"), item("g1", "", "Một")],
                vec![item("g2", "", "Hai (sửa)"), item("g1", "", "Một")],
            ],
            &["Hai (sửa)", "Một"],
        ),
    ]);
}

#[test]
fn what_has_no_key_is_known_by_title_and_date() {
    let one = || dated(OLD, item("", LINK, "Một"));
    let two = || dated(LATER, item("", LINK, "Hai"));
    run(vec![
        (
            "an edit of the text under a shared link, but the date stays",
            vec![vec![two(), one()], vec![saying("Thêm", two()), saying("Thêm", one())]],
            &["Hai", "Một"],
        ),
        (
            "nothing but titles, and dates that move by seconds",
            vec![
                vec![dated(OLD, item("", "", "Một"))],
                vec![dated("2026-11-01T05:00:07Z", item("", "", "Một"))],
            ],
            &["Một"],
        ),
        (
            "nothing but titles, and the date of another day: a new notice, for all we know",
            vec![vec![dated(OLD, item("", "", "Một"))], vec![dated(LATER, item("", "", "Một"))]],
            &["Một", "Một"],
        ),
        (
            "nothing but titles, and one is edited: another entry, for all we know",
            vec![vec![item("", "", "Một")], vec![item("", "", "Một (sửa)")]],
            &["Một (sửa)", "Một"],
        ),
        (
            "a counter in the text of undated entries under a shared link",
            (0..5)
                .map(|count| {
                    let seen = |title| saying(&format!("{count} lượt xem"), item("", LINK, title));
                    vec![seen("Hai"), seen("Một")]
                })
                .collect(),
            &["Hai", "Một"],
        ),
        (
            "a counter in the text under a shared link",
            (0..5).map(|count| [two(), one()].map(|it| saying(&format!("{count} lần"), it)).into()).collect(),
            &["Hai", "Một"],
        ),
    ]);
}

#[test]
fn a_document_that_was_re_keyed_brings_nothing_twice() {
    let (a, b) = ("https://bao.vn", "https://moi.example");
    let seven = || many(0..7, "g", a);
    let seven_titles: &[&str] = &["Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "Bảy"];
    let with = |new: Draft, mut items: Vec<Draft>| {
        items.insert(0, new);
        items
    };
    run(vec![
        ("new guids", vec![seven(), many(0..7, "h", a)], seven_titles),
        ("new guids in another order", vec![seven(), reversed(many(0..7, "h", b))], seven_titles),
        ("a new host with the same paths", vec![seven(), many(0..7, "h", b)], seven_titles),
        (
            "a new host, and one new item",
            vec![seven(), with(item("h9", "https://moi.example/9", "Chín"), many(0..6, "h", b))],
            &["Chín", "Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "Bảy"],
        ),
        ("a new host, read in another zone", vec![on(OLD, "g"), on("2026-11-01T12:00:00Z", "h")], FIVE),
        ("a new host that dates all anew, with long texts", vec![long(OLD, "g"), long(LATER, "h")], FIVE),
        ("long titles and nothing else, undated", vec![bare("g"), bare("h")], FIVE),
    ]);
    let mut shelf = Shelf::default();
    assert_eq!(shelf.read(&seven()).rekeyed, 0);
    assert_eq!(shelf.read(&many(0..7, "h", b)).rekeyed, 7, "the breaker tells");
    assert_eq!(shelf.read(&with(item("h9", "", "Chín"), many(0..7, "h", b))).rekeyed, 0, "and tells once");
    assert_eq!(shelf.read(&many(0..7, "i", b)).rekeyed, 7, "known by link counts too");
}

#[test]
fn what_only_looks_re_keyed_is_new() {
    let (a, b) = ("https://bao.vn", "https://moi.example");
    let notice = |date: &str, guid: &str| dated(date, item(guid, "", "Thông báo lịch tiếp công dân định kỳ"));
    let inserted = |documents: &[Vec<Draft>]| {
        let mut shelf = Shelf::default();
        let mut last = 0;
        for document in documents {
            last = shelf.read(document).inserted.len();
        }
        last
    };
    let renamed: Vec<Draft> =
        many(0..7, "h", b).into_iter().map(|it| Draft { title: it.guid.clone(), ..it }).collect();
    let edited: Vec<Draft> = many(0..7, "h", b).into_iter().map(|it| saying("Khác", it)).collect();
    let short = |site| many(0..7, site, site).into_iter().map(|it| Draft { summary: None, ..it }).collect();
    let half: Vec<Draft> = many(0..5, "g", a).into_iter().chain(many(5..10, "h", b)).collect();
    let days: Vec<String> = (1..=9).map(|day| format!("2026-11-0{day}T05:00:00Z")).collect();
    let weeks = |guid: &str, days: &[String]| -> Vec<Draft> {
        days.iter().map(|day| notice(day, &format!("{guid}{day}"))).collect()
    };
    let table: Vec<(&str, Vec<Vec<Draft>>, usize)> = vec![
        ("a new site with other titles", vec![many(0..7, "g", a), renamed], 7),
        ("a new site with other texts", vec![many(0..7, "g", a), edited], 7),
        ("short titles and nothing else", vec![short(a), short(b)], 7),
        ("too few", vec![many(0..4, "g", a), many(0..4, "h", b)], 4),
        ("no more than half", vec![many(0..10, "g", a), half], 5),
        ("a daily notice, the next days", vec![weeks("g", &days[..4]), weeks("g", &days[3..])], 5),
        ("a daily notice, re-keyed", vec![weeks("g", &days), weeks("h", &days)], 0),
        ("a daily column, the next day", vec![on(&days[0], "g"), on(&days[1], "h")], 5),
        ("a daily column, the third day", vec![on(&days[0], "g"), on(&days[1], "h"), on(&days[2], "i")], 5),
    ];
    for (case, documents, count) in table {
        assert_eq!(inserted(&documents), count, "{case}");
    }
}
