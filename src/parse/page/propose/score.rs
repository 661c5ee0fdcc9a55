//! How much a group of blocks looks like the page's list of news, and not like its menu, its "most read" or its footer.
//! The figures were found by trying them on the pages of the tests.

use std::collections::HashSet;

use scraper::ElementRef;

use super::records::Record;

/// What regions are called in which no news stands.
const BARREN: [&str; 12] = [
    "nav",
    "menu",
    "footer",
    "breadcrumb",
    "header",
    "banner",
    "quangcao",
    "weblink",
    "lienket",
    "copyright",
    "sitemap",
    "bottom",
];
/// What lists of news beside the list of news are called.
const BESIDE: [&str; 25] = [
    "sidebar", "aside", "related", "lienquan", "mostread", "mostview", "xemnhieu", "docnhieu", "tinxem",
    "popular", "widget", "recent", "trending", "thongbao", "vanban", "video", "gallery", "album", "comment",
    "binhluan", "right", "hot", "noibat", "focus", "slide",
];

/// How much less such regions count.
const IN_BARREN: f64 = 0.2;
const IN_BESIDE: f64 = 0.4;

/// None at all is 0.
#[expect(clippy::cast_precision_loss, reason = "a few hundred")]
pub(super) fn of(group: &[Record<'_>]) -> f64 {
    let share = |holds: &dyn Fn(&Record<'_>) -> bool| {
        group.iter().filter(|record| holds(record)).count() as f64 / group.len().max(1) as f64
    };
    let addresses: HashSet<&str> = group.iter().map(|record| record.href.as_str()).collect();
    let length = group.iter().map(|record| record.title.chars().count().min(90)).sum::<usize>() as f64
        / group.len().max(1) as f64;
    let dated = share(&|record| record.date.is_some());
    let told = share(&|record| record.text.chars().count() >= record.title.chars().count() + 70);
    let shown = share(&|record| record.element.descendent_elements().any(|it| it.value().name() == "img"));
    let count = (addresses.len().min(40) as f64).sqrt();
    let place = group.first().map_or(1.0, |record| place(record.element));
    if place <= IN_BARREN && dated < 0.5 {
        return 0.0;
    }
    count * (0.3 + length / 60.0) * (1.0 + 1.5 * dated + 0.8 * told + 0.2 * shown) * place
}

fn place(element: ElementRef<'_>) -> f64 {
    let above = std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap));
    let mut weight = 1.0_f64;
    for region in above.filter(|it| !matches!(it.value().name(), "html" | "body")) {
        let name = region.value().name();
        let words: String =
            ["class", "id"].into_iter().filter_map(|name| region.attr(name)).collect::<Vec<_>>().join(" ");
        let words = words.to_ascii_lowercase().replace(['-', '_'], "");
        let has = |signs: &[&str]| signs.iter().any(|sign| words.contains(sign));
        if matches!(name, "nav" | "footer") || has(&BARREN) {
            weight = weight.min(IN_BARREN);
        } else if name == "aside" || has(&BESIDE) {
            weight = weight.min(IN_BESIDE);
        }
    }
    weight
}
