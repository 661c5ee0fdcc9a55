//! Who waits, for how long, and what becomes of it.

use super::*;
use crate::model::{Digest, Identity, Likeness, Rule};

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
}

fn new(name: &str, published: Option<Timestamp>) -> NewEntry {
    let identity = Identity { rule: Rule::Link, value: name.to_owned() };
    let key = identity.key();
    let digest = Digest::of(&[name.as_bytes()]);
    let entry = Entry {
        identity,
        link: Some(format!("https://a.vn/{name}")),
        canonical_link: None,
        title: name.to_owned(),
        summary: None,
        content: None,
        authors: vec![],
        categories: vec![],
        published,
        updated: None,
        image: None,
        enclosures: vec![],
        rights: None,
    };
    NewEntry {
        entry,
        keys: vec![key],
        digest,
        head: digest,
        likeness: Likeness { title: digest, text: digest, gist: digest },
        date: published.unwrap_or(at(0)),
        place: at(0),
        dropped: None,
        article: None,
    }
}

fn key(name: &str) -> EntryKey {
    EntryKey::new(Rule::Link, name)
}

/// What a document of these entries leaves to be published at once.
fn enqueued(articles: &mut Articles, inserted: Vec<NewEntry>, first: bool, minutes: i64) -> Vec<String> {
    let mut changes = Changes { inserted, ..Changes::default() };
    enqueue(articles, &mut changes, first, at(minutes));
    changes.inserted.into_iter().map(|new| new.entry.title).collect()
}

fn waiting(articles: &Articles) -> Vec<(&str, bool)> {
    let shown = articles.waiting.iter();
    shown.map(|it| (it.link.trim_start_matches("https://a.vn/"), it.held.is_some())).collect()
}

fn article(published: Option<Timestamp>) -> Article {
    Article { published, content: Some("<p>Bài</p>".to_owned()), ..Article::default() }
}

const WINDOW: Duration = Duration::from_hours(48);

#[test]
fn an_undated_entry_waits_and_others_do_not() {
    let mut articles = Articles::default();
    let dropped = NewEntry { dropped: Some("ad".to_owned()), ..new("c", None) };
    let mut unlinked = new("d", None);
    unlinked.entry.link = None;
    let document = vec![new("a", None), new("b", Some(at(-5))), dropped, unlinked];
    assert_eq!(enqueued(&mut articles, document, false, 0), ["b", "c", "d"]);
    assert_eq!(waiting(&articles), [("a", true), ("b", false)]);
    assert_eq!(due(&articles, at(0)).unwrap().key, key("a"));
    assert!(!is_overdue(&articles, at(9)));
    assert!(is_overdue(&articles, at(10)));
    let released = release(&mut articles, false, at(11));
    let shown: Vec<_> = released.iter().map(|new| (&*new.entry.title, new.date, new.place)).collect();
    assert_eq!(shown, [("a", at(11), at(11))]);
    assert_eq!(waiting(&articles), [("a", false), ("b", false)]);
}

#[test]
fn an_entry_that_is_listed_again_waits_on_as_told_now_until_it_has_a_date() {
    let mut articles = Articles::default();
    assert!(enqueued(&mut articles, vec![new("a", None)], true, 0).is_empty());
    let mut edited = new("a", None);
    edited.entry.summary = Some("mới".to_owned());
    edited.digest = Digest::of(&[b"edited"]);
    assert!(enqueued(&mut articles, vec![edited], false, 3).is_empty());
    let held = articles.waiting[0].held.as_ref().unwrap();
    assert_eq!((held.until, held.first), (at(10), true));
    assert_eq!((held.new.digest, held.new.entry.summary.as_deref()), (Digest::of(&[b"edited"]), Some("mới")));
    assert_eq!(enqueued(&mut articles, vec![new("a", Some(at(1)))], false, 4), ["a"]);
    assert_eq!(waiting(&articles), [("a", false)]);
}

#[test]
fn an_article_tells_its_entry_date_and_place() {
    let day = 24 * 60;
    // Published, in a first document: date and place of the entry.
    let table = [
        (Some(at(-30)), false, (at(-30), at(2))),
        (Some(at(-30)), true, (at(-30), at(2))),
        (Some(at(-3 * day)), false, (at(-3 * day), at(2))),
        (Some(at(-3 * day)), true, (at(-3 * day), at(-3 * day))),
        (Some(at(60)), true, (at(2), at(2))),
        (None, true, (at(2), at(2))),
    ];
    for (published, first, wanted) in table {
        let mut articles = Articles::default();
        enqueued(&mut articles, vec![new("a", None)], first, 0);
        let entry = came(&mut articles, key("a"), &article(published), WINDOW, at(2)).unwrap();
        assert_eq!((entry.date, entry.place), wanted, "{published:?} {first}");
        assert_eq!(entry.entry.published, published);
        assert_eq!(entry.entry.content.as_deref(), Some("<p>Bài</p>"));
        assert!(entry.article.unwrap().content && !entry.article.unwrap().summary);
        assert_eq!((articles.read, articles.waiting.len()), (1, 0));
    }
}

#[test]
fn an_article_of_a_published_entry_publishes_nothing() {
    let mut articles = Articles::default();
    enqueued(&mut articles, vec![new("a", Some(at(-1)))], false, 0);
    assert_eq!(came(&mut articles, key("a"), &article(None), WINDOW, at(2)), None);
    assert_eq!((articles.read, articles.waiting.len()), (1, 0));
}

#[test]
fn a_failure_is_tried_again_ever_later_and_then_no_more() {
    let mut articles = Articles::default();
    enqueued(&mut articles, vec![new("a", Some(at(0)))], false, 0);
    let mut tried = vec![];
    let mut now = 0;
    while let Some(waiting) = articles.waiting.first() {
        tried.push((waiting.next - at(now)).num_minutes());
        now += tried.last().unwrap();
        assert_eq!(failed(&mut articles, key("a"), "500", None, at(now)), None);
    }
    assert_eq!(tried, [0, 2, 30, 360, 1440]);
    assert_eq!((articles.given_up, articles.reason.as_str()), (1, "https://a.vn/a: 500"));
    let mut articles = Articles::default();
    enqueued(&mut articles, vec![new("a", None), new("b", Some(at(0)))], false, 0);
    failed(&mut articles, key("a"), "503", Some(Duration::from_hours(99)), at(0));
    assert_eq!(articles.waiting[0].next, at(24 * 60));
    let given_up = give_up(&mut articles, key("a"), "robots.txt", at(1)).unwrap();
    assert_eq!((given_up.date, waiting(&articles)), (at(1), vec![("b", false)]));
}

#[test]
fn no_more_wait_than_there_is_room_for() {
    let mut articles = Articles::default();
    let many = |from: usize, count: usize| -> Vec<NewEntry> {
        (from..from + count).map(|number| new(&number.to_string(), Some(at(0)))).collect()
    };
    assert_eq!(enqueued(&mut articles, many(0, 60), false, 0).len(), 60);
    assert_eq!(articles.waiting.len(), POLL_MAX);
    for document in 1..6 {
        enqueued(&mut articles, many(document * 100, 60), false, 0);
    }
    assert_eq!(articles.waiting.len(), WAITING_MAX);
    // What is long is not held: it goes out at once, and has its article read all the same.
    let mut articles = Articles::default();
    let mut long = vec![new("a", None), new("b", None), new("c", None)];
    for new in &mut long {
        new.entry.summary = Some("x".repeat(HELD_MAX / 2));
    }
    assert_eq!(enqueued(&mut articles, long, false, 0), ["b", "c"]);
    assert_eq!(waiting(&articles), [("a", true), ("b", false), ("c", false)]);
}

#[test]
fn a_clock_that_is_set_back_keeps_nobody_waiting() {
    let mut articles = Articles::default();
    enqueued(&mut articles, vec![new("a", None)], false, 0);
    let before = at(-60 * 24 * 30);
    assert!(is_overdue(&articles, before));
    assert_eq!(wake(&articles, false, before), Some(before));
    assert!(due(&articles, before).is_some());
    assert_eq!(wake(&articles, true, at(-5)), Some(at(-5)));
    articles.waiting[0].next = at(7);
    assert_eq!((wake(&articles, true, at(1)), wake(&articles, false, at(1))), (Some(at(7)), Some(at(10))));
}

#[test]
fn a_host_that_wants_to_be_left_alone_is() {
    let mut articles = Articles::default();
    enqueued(&mut articles, vec![new("a", Some(at(0))), new("b", Some(at(0)))], false, 0);
    hold(&mut articles, |link| link.ends_with('a'), Duration::from_mins(7), at(1));
    assert_eq!(articles.waiting.iter().map(|it| it.next).collect::<Vec<_>>(), [at(8), at(0)]);
    put_off(&mut articles, key("b"), Duration::from_mins(1), at(1));
    assert_eq!((articles.waiting[1].next, articles.waiting[1].tries), (at(2), 0));
}
