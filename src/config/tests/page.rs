//! `[feeds.page]`: what it becomes, and what is told of a wrong one.

use super::*;
use crate::model::PageRules;

fn page(lines: &str) -> Option<Arc<PageRules>> {
    good(&feed(lines)).sources[0].page.clone()
}

#[test]
fn a_source_is_a_page_only_where_it_says_so() {
    assert_eq!(page(""), None);
    assert_eq!(page("[feeds.page]"), Some(Arc::new(PageRules { pages: 3, ..PageRules::default() })));
    let whole = "[feeds.page]\nitem = \".ArticleList li\"\ntitle = \"h2.Title a\"\nlink = \"h2.Title a\"\n\
        date = \".Ngaydang\"\ndate_format = \"%d/%m/%Y | %H:%M\"\nsummary = \"p.sapo\"\nimage = \"img\"\n\
        next = \"a.next\"\npages = 5";
    let some = |text: &str| Some(text.to_owned());
    let rules = PageRules {
        item: some(".ArticleList li"),
        title: some("h2.Title a"),
        link: some("h2.Title a"),
        date: some(".Ngaydang"),
        date_format: some("%d/%m/%Y | %H:%M"),
        summary: some("p.sapo"),
        image: some("img"),
        next: some("a.next"),
        pages: 5,
    };
    assert_eq!(page(whole).as_deref(), Some(&rules));
}

#[test]
fn what_is_wrong_with_a_page_is_told_with_its_place() {
    let cases = [
        (
            "item = \"div..tin\"",
            "line 6: `feeds.bao-a.page.item` is \"div..tin\", a selector that goes wrong at `.tin`, at character 5: write a \
             CSS selector, like .ArticleList li or h2.Title a",
        ),
        (
            "item = \"li\"\ntitle = \"a::text\"",
            "line 7: `feeds.bao-a.page.title` is \"a::text\", a selector that goes wrong at `:text`, at character 3: of what \
             begins with a colon only :has, :is, :not and :nth-… are understood; text and attributes need no sign",
        ),
        (
            "title = \"a\"",
            "line 6: `feeds.bao-a.page.title` says nothing without `item`: write item too, or take this out",
        ),
        (
            "item = \"li\"\npages = 2",
            "line 7: `feeds.bao-a.page.pages` says nothing without `next`: write next too, or take this out",
        ),
        (
            "item = \"li\"\nnext = \"a\"\npages = 21",
            "line 8: `feeds.bao-a.page.pages` is 21, out of its bounds: write something from 1 to 20",
        ),
        (
            "item = \"li\"\ndate = \"i\"\ndate_format = \"%Q\"",
            "line 8: `feeds.bao-a.page.date_format` is \"%Q\", which is no format of dates: write it in the signs of \
             strftime, as \"%d/%m/%Y | %H:%M\", or leave it out",
        ),
        (
            "item = \"li\"\ndate = \"i\"\ndate_format = \"%H:%M\"",
            "line 8: `feeds.bao-a.page.date_format` is \"%H:%M\", which tells no day of a year: write it in the signs of \
             strftime, as \"%d/%m/%Y | %H:%M\", or leave it out",
        ),
        ("itme = \"li\"", "line 6: `feeds.bao-a.page.itme` is not known: did you mean `item`?"),
    ];
    for (lines, wanted) in cases {
        assert_eq!(told(&feed(&format!("[feeds.page]\n{lines}"))), [wanted], "{lines}");
    }
    assert_eq!(
        told(&feed("page = \"li\"")),
        [
            "line 5: `feeds.bao-a.page` is text, but must be a table: write [feeds.page] on a line of its own, and its keys below"
        ]
    );
    assert_eq!(
        told(&feed("summary = \"p\"")),
        ["line 5: `feeds.bao-a.summary` is not known: it belongs to [feeds.page]"]
    );
    assert_eq!(
        told("[defaults]\npage = { item = \"li\" }"),
        [
            "line 2: `defaults.page` is not known: it belongs to [[feeds]], below the one source that is a page"
        ]
    );
}
