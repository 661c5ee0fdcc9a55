use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    merge::{Rules, select},
    model::{
        Access, Author, Duplicates, Entry, EntryKey, Floors, Identity, Limits, Pace, Province, Rule,
        Timestamp,
    },
};

fn now() -> Timestamp {
    "2026-11-25T06:00:00Z".parse().unwrap()
}

fn ago(hours: i64) -> Timestamp {
    now() - chrono::Duration::hours(hours)
}

fn id(name: &str) -> SourceId {
    SourceId::new(name).unwrap()
}

fn row(seq: u64, source: &str, hours: i64) -> Row {
    Row { seq: Seq(seq), source: id(source), place: ago(hours), date: ago(hours), lead: None }
}

/// A row that this one leads.
fn led(seq: u64, source: &str, hours: i64, by: &Row) -> Row {
    let Row { seq: lead, source: ref whose, place, date, .. } = *by;
    let lead = Lead { seq: lead, source: whose.clone(), key: EntryKey([9; 16]), date, place };
    Row { lead: Some(Box::new(lead)), ..row(seq, source, hours) }
}

/// Number, source, hours since it was placed, hours since its date.
fn told(rows: &[Row]) -> Vec<(u64, String, i64, i64)> {
    let hours = |at: Timestamp| (now() - at).num_hours();
    let told = rows.iter().map(|row| (row.seq.0, row.source.to_string(), hours(row.place), hours(row.date)));
    told.collect()
}

#[test]
fn a_story_stands_where_its_lead_stands_or_where_the_channel_had_it_first() {
    let lead = row(1, "home", 60);
    let (second, third) = (led(5, "hue", 30, &lead), led(7, "nam", 2, &lead));
    let other = row(6, "hue", 20);
    let at = |seq, source: &str, place, date| (seq, source.to_owned(), place, date);
    let (home, alone) = (at(1, "home", 60, 60), at(6, "hue", 20, 20));
    // What is there, whether of all sources, and what comes of it.
    #[rustfmt::skip]
    let table = [
        ("all of them", vec![&third, &other, &second, &lead], true, vec![&alone, &home]),
        ("the lead is too old to be asked for, pruned, or its source removed", vec![&third, &other, &second], true, vec![&alone, &home]),
        ("the lead put back", vec![&other, &lead], true, vec![&alone, &home]),
        ("the lead in another province", vec![&other, &second], false, vec![&alone, &at(5, "hue", 30, 60)]),
        ("two of one province, the lead elsewhere", vec![&third, &other, &second], false, vec![&alone, &at(5, "hue", 30, 60)]),
        ("of the lead's own province", vec![&third, &other, &lead], false, vec![&alone, &home]),
        ("one alone", vec![&third], false, vec![&at(7, "nam", 2, 60)]),
        ("none", vec![], true, vec![]),
    ]
    .map(|(name, rows, all, expected)| {
        (name, rows.into_iter().cloned().collect::<Vec<Row>>(), all, expected.into_iter().cloned().collect::<Vec<_>>())
    });
    for (name, rows, of_all_sources, expected) in table {
        assert_eq!(told(&collapse(rows, of_all_sources)), expected, "{name}");
    }
}

#[test]
fn a_later_member_moves_no_story_not_even_one_that_is_placed_earlier() {
    let lead = row(1, "hue", 2);
    // A new source, whose first poll files what is old under its date.
    let late = led(9, "moi", 200, &lead);
    for of_all_sources in [true, false] {
        let before = collapse(vec![lead.clone()], of_all_sources);
        assert_eq!(collapse(vec![lead.clone(), late.clone()], of_all_sources), before);
    }
}

#[test]
fn a_story_that_was_cut_out_does_not_come_back_with_another_member() {
    let rules = Rules {
        window: Duration::from_hours(48),
        min_entries: 2,
        max_entries: 2,
        duplicates: Duplicates::Exact,
    };
    let lead = row(1, "home", 40);
    let rows = vec![row(4, "home", 1), row(3, "home", 2), lead.clone()];
    let first = select(&collapse(rows.clone(), true), &rules, &Floors::new(), now());
    assert_eq!(first.seqs, [Seq(4), Seq(3)]);
    // Today another source has it too; and two newer ones are taken down.
    let joined = vec![led(5, "hue", 0, &lead), lead.clone()];
    let second = select(&collapse(joined, true), &rules, &first.floors, now());
    assert_eq!(second.seqs, []);
    // Its source is fairly treated as the lead's, whoever else has it: one of `home`, one of `hue`.
    let full = [rows, vec![led(5, "hue", 0, &lead), row(6, "hue", 30)]].concat();
    assert_eq!(select(&collapse(full, true), &rules, &Floors::new(), now()).seqs, [Seq(4), Seq(6)]);
}

#[test]
fn a_page_of_an_archive_holds_what_no_earlier_page_of_the_channel_holds() {
    let lead = row(1, "home", 60);
    let (second, third) = (led(5, "hue", 30, &lead), led(7, "nam", 2, &lead));
    let group = vec![lead.clone(), second.clone(), third.clone()];
    let page = [second.clone(), row(6, "hue", 20), third.clone()];
    let groups = [group.clone(), vec![page[1].clone()], group];
    let shown = |sources: &[&str], groups: &[Vec<Row>]| -> Vec<u64> {
        let belongs = |row: &Row| sources.contains(&row.source.as_str());
        archived(&page, groups, belongs).iter().map(|seq| seq.0).collect()
    };
    assert_eq!(shown(&["home", "hue", "nam"], &groups), [6]);
    assert_eq!(shown(&["hue", "nam"], &groups), [5, 6]);
    assert_eq!(shown(&["nam"], &groups), [7]);
    // The lead was pruned.
    let left = vec![second.clone(), third];
    assert_eq!(shown(&["home", "hue", "nam"], &[left.clone(), vec![], left]), [5, 6]);
}

fn source(name: &str, url: &str, province: Option<&str>) -> Arc<Source> {
    let hour = Duration::from_hours(1);
    Arc::new(Source {
        id: id(name),
        title: name.to_owned(),
        province: province.map(|slug| Province::find(slug).unwrap()),
        url: url.parse().unwrap(),
        enabled: true,
        timezone: chrono_tz::Asia::Ho_Chi_Minh,
        pace: Pace { interval: None, min_interval: hour, max_interval: hour, host_delay: hour },
        limits: Limits { max_body: 1, connect_timeout: hour, idle_timeout: hour, total_timeout: hour },
        access: Access::default(),
        rewrite_host: Arc::default(),
        republishing: crate::model::Republishing::default(),
        page: None,
        article: None,
    })
}

fn stored(seq: u64, source: &str, categories: &[&str], lead: Option<&StoredEntry>) -> StoredEntry {
    let value = format!("{source}-{seq}");
    let identity = Identity { rule: Rule::Guid, value: value.clone() };
    let at = ago(100 - i64::try_from(seq).unwrap());
    StoredEntry {
        seq: Seq(seq),
        source: id(source),
        key: identity.key(),
        first_seen: at,
        date: at,
        place: at,
        changed: at,
        lead: lead.map(Lead::of),
        dropped: None,
        article: None,
        entry: Entry {
            identity,
            link: Some("https://bao.vn/lu-len".to_owned()),
            canonical_link: Some("//bao.vn/lu-len".to_owned()),
            title: value,
            summary: None,
            content: None,
            authors: vec![Author { name: source.to_owned(), url: None }],
            categories: categories.iter().map(|name| (*name).to_owned()).collect(),
            published: None,
            updated: None,
            image: None,
            enclosures: vec![],
            rights: None,
        },
    }
}

#[test]
fn the_most_specific_source_is_credited_and_the_lead_names_the_story() {
    let lead = stored(1, "a", &["Thời sự", "Lũ"], None);
    let members = [lead.clone(), stored(2, "b", &["Lũ", "Huế"], Some(&lead))];
    let (home, section) = ("https://bao.vn/rss", "https://bao.vn/rss/hue.rss");
    let elsewhere = "https://khac.vn/rss/tin/hue.rss";
    let hue = Some("hue");
    // The two sources in the order of the file, and who is credited.
    #[rustfmt::skip]
    let table = [
        ("the first in the file", source("a", home, None), source("b", home, None), "a"),
        ("the first in the file", source("b", home, None), source("a", home, None), "b"),
        ("a section", source("a", home, None), source("b", section, None), "b"),
        ("the article's own host, whatever the path", source("a", home, None), source("b", elsewhere, None), "a"),
        ("a province, whatever the host", source("a", section, None), source("b", elsewhere, hue), "b"),
        ("a section of two with a province", source("a", section, hue), source("b", home, hue), "a"),
        ("the only one that is configured", source("c", home, hue), source("b", home, None), "b"),
    ];
    for (name, first, second, expected) in table {
        let sources = [first, second];
        let credits = Credits::of(sources.iter().map(AsRef::as_ref));
        let (story, credited) = credits.story(&members).unwrap();
        assert_eq!(credited.id.as_str(), expected, "{name}");
        assert_eq!(story.entry.authors[0].name, expected, "{name}");
        let fixed = (story.seq, &story.source, story.key, story.date, story.place);
        assert_eq!(fixed, (lead.seq, &lead.source, lead.key, lead.date, lead.place), "{name}");
        assert_eq!(story.entry.categories, ["Thời sự", "Lũ", "Huế"], "{name}");
    }
}

#[test]
fn a_story_whose_lead_is_gone_keeps_its_name_and_one_alone_is_as_it_is() {
    let lead = stored(1, "a", &["Lũ"], None);
    let member = stored(2, "b", &["Huế"], Some(&lead));
    let sources = [source("b", "https://bao.vn/rss", None)];
    let credits = Credits::of(sources.iter().map(AsRef::as_ref));
    let (story, _) = credits.story(std::slice::from_ref(&member)).unwrap();
    assert_eq!((story.source.as_str(), story.key, story.date), ("a", lead.key, lead.date));
    assert_eq!((story.entry, story.changed), (member.entry.clone(), member.changed));
    let alone = stored(3, "b", &["Huế"], None);
    assert_eq!(credits.story(std::slice::from_ref(&alone)).unwrap().0, alone);
    // In its own channel it stands as its source gave it.
    assert_eq!(credits.alone(member.clone()).unwrap().0, member);
    assert_eq!(
        (credits.story(std::slice::from_ref(&lead)), credits.story(&[]), credits.alone(lead)),
        (None, None, None)
    );
}
