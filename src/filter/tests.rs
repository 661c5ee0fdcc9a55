use std::sync::Arc;

use super::*;
use crate::model::{
    Access, ChannelId, ChannelSlug, Duplicates, EntryKey, Identity, Language, Limits, OwnChannel, Pace, Part,
    Patterns, Province, Rule, Seq, Source, SourceId, StoredEntry, Timestamp,
};

fn entry() -> Entry {
    Entry {
        identity: Identity { rule: Rule::Guid, value: "1".to_owned() },
        link: Some("https://a.vn/thoi-su/bao-so-5.html".to_owned()),
        canonical_link: None,
        title: "Bão số 5 áp sát đất liền".to_owned(),
        summary: Some("<p>Nghệ An <b>sơ</b> tán&nbsp;dân</p>".to_owned()),
        content: Some("<p>Hồ <a href=\"https://a.vn/cam\">Vực</a> Mấu xả<br>lũ</p><p>R&amp;D</p>".to_owned()),
        authors: vec![],
        categories: vec!["Thời sự".to_owned(), "Phòng chống thiên tai".to_owned()],
        published: None,
        updated: None,
        image: None,
        enclosures: vec![],
        rights: None,
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn criteria(keywords: &[&str], categories: &[&str], links: &[&str]) -> Criteria {
    Criteria {
        keywords: words(keywords),
        categories: words(categories),
        links: Patterns::new(links).unwrap(),
        matching: Matching::default(),
    }
}

fn dropped(drop: Criteria, keep: Criteria) -> Option<String> {
    let republishing = Republishing { drop: Arc::new(drop), keep: Arc::new(keep), ..Republishing::default() };
    SourceFilter::of(&republishing)?.dropped(&entry())
}

#[test]
fn a_source_drops_what_meets_one_criterion_and_says_which() {
    let none = Criteria::default;
    let table = [
        (none(), none(), None),
        (criteria(&["bão", "lũ"], &[], &[]), none(), Some("keyword `bão`")),
        (criteria(&["áp thấp", "sơ tán dân"], &[], &[]), none(), Some("keyword `sơ tán dân`")),
        (criteria(&["xả lũ"], &[], &[]), none(), Some("keyword `xả lũ`")),
        (criteria(&["R&D"], &[], &[]), none(), Some("keyword `R&D`")),
        // Neither an address nor a tag is text, and nothing goes from one part over into the next.
        (criteria(&["cam", "href", "amp", "đất liền Nghệ An"], &[], &[]), none(), None),
        // Categories are looked through only where that is asked for.
        (criteria(&["thiên tai"], &[], &[]), none(), None),
        (criteria(&[], &["THỜI SỰ"], &[]), none(), Some("category `Thời sự`")),
        (criteria(&[], &["Thời", "Thoi su"], &[]), none(), None),
        (criteria(&[], &[], &["/thoi-su/", "x"]), none(), Some("link `/thoi-su/`")),
        (none(), criteria(&["bão"], &[], &[]), None),
        (none(), criteria(&["giá vàng"], &["Kinh tế"], &["/kinh-te/"]), Some("nothing that `keep` asks for")),
        (none(), criteria(&["giá vàng"], &[], &["/thoi-su/"]), None),
        (criteria(&["lũ"], &[], &[]), criteria(&["bão"], &[], &[]), Some("keyword `lũ`")),
    ];
    for (drop, keep, wanted) in table {
        let told = format!("{drop:?} {keep:?}");
        assert_eq!(dropped(drop, keep).as_deref(), wanted, "{told}");
    }
}

#[test]
fn diacritics_and_parts_are_as_the_admin_chooses() {
    let matching = |diacritics, look_in: &[Part]| Matching { diacritics, look_in: look_in.to_vec() };
    let table = [
        (matching(false, &[Part::Title]), "bao so 5", true),
        (matching(true, &[Part::Title]), "bao so 5", false),
        (matching(true, &[Part::Summary]), "bão", false),
        (matching(true, &[Part::Categories]), "thiên tai", true),
        (matching(true, &[Part::Categories]), "sự phòng chống", false),
    ];
    for (matching, keyword, found) in table {
        let drop = Criteria { matching, ..criteria(&[keyword], &[], &[]) };
        assert_eq!(dropped(drop, Criteria::default()).is_some(), found, "{keyword}");
    }
}

fn channel() -> OwnChannel {
    OwnChannel {
        slug: ChannelSlug::new("bao-lu").unwrap(),
        title: "Bão lũ".to_owned(),
        description: None,
        provinces: [].into(),
        sources: [].into(),
        categories: vec![],
        any: vec![],
        all: vec![],
        none: vec![],
        languages: vec![],
        matching: Matching::default(),
        window: std::time::Duration::from_hours(48),
        min_entries: 1,
        max_entries: 2,
        duplicates: Duplicates::Exact,
    }
}

#[test]
fn a_channel_asks_for_any_all_and_none_of_its_words() {
    let own = |any: &[&str], all: &[&str], none: &[&str]| OwnChannel {
        any: words(any),
        all: words(all),
        none: words(none),
        ..channel()
    };
    let table = [
        (own(&["bão", "giá vàng"], &[], &[]), None),
        (own(&["giá vàng"], &[], &[]), Some("it holds no keyword of `any`")),
        (own(&[], &["bão", "sơ tán"], &[]), None),
        (own(&[], &["bão", "giá vàng"], &[]), Some("it does not hold `giá vàng`, which `all` asks for")),
        (own(&["bão"], &["sơ tán"], &["xả lũ"]), Some("it holds `xả lũ`, which `none` bars")),
        (own(&["bão"], &["bão"], &["bảo"]), None),
        (own(&[], &[], &["giá vàng"]), None),
        (OwnChannel { categories: words(&["thời sự"]), ..channel() }, None),
        (
            OwnChannel { categories: words(&["kinh tế"]), ..channel() },
            Some("it has none of the channel's categories"),
        ),
        (OwnChannel { languages: vec![Language::English, Language::Vietnamese], ..channel() }, None),
        (
            OwnChannel { languages: vec![Language::English], ..channel() },
            Some("its language is taken for `vi`"),
        ),
    ];
    for (channel, refusal) in table {
        assert_eq!(
            OwnFilter::of(&Arc::new(channel.clone())).unwrap().refusal(&entry()).as_deref(),
            refusal,
            "{channel:?}"
        );
    }
    assert!(OwnFilter::of(&Arc::new(channel())).is_none());
    let everywhere = OwnChannel { provinces: Province::all().collect(), ..channel() };
    assert!(OwnFilter::of(&Arc::new(everywhere)).is_none());
}

fn stored(source: &str, dropped: Option<&str>) -> StoredEntry {
    let at = Timestamp::UNIX_EPOCH;
    StoredEntry {
        seq: Seq(1),
        source: SourceId::new(source).unwrap(),
        key: EntryKey::new(Rule::Guid, "1"),
        first_seen: at,
        date: at,
        place: at,
        changed: at,
        lead: None,
        dropped: dropped.map(str::to_owned),
        article: None,
        entry: entry(),
    }
}

fn source(id: &str, province: &str) -> Arc<Source> {
    let second = std::time::Duration::from_secs(1);
    Arc::new(Source {
        id: SourceId::new(id).unwrap(),
        title: id.to_owned(),
        province: Province::find(province),
        url: "https://a.vn/rss".parse().unwrap(),
        enabled: true,
        timezone: chrono_tz::Tz::UTC,
        pace: Pace { interval: None, min_interval: second, max_interval: second, host_delay: second },
        limits: Limits { max_body: 1, connect_timeout: second, idle_timeout: second, total_timeout: second },
        access: Access::default(),
        rewrite_host: Arc::default(),
        republishing: Republishing::default(),
        page: None,
        article: None,
    })
}

#[test]
fn why_an_entry_stands_in_a_channel_or_not_is_told() {
    let sources = [source("bao-a", "nghe-an"), source("bao-b", "hue")];
    let channels = [
        OwnChannel { any: words(&["bão"]), ..channel() },
        OwnChannel { slug: slug("vang"), any: words(&["giá vàng"]), ..channel() },
        OwnChannel { slug: slug("hue"), provinces: Province::find("hue").into_iter().collect(), ..channel() },
    ]
    .map(Arc::new);
    let told = |stored: &StoredEntry| -> Vec<String> {
        let standing = channels_of(stored, &sources, &channels);
        let line = |(id, verdict): (ChannelId, Verdict)| match verdict {
            Verdict::Stands => id.to_string(),
            Verdict::Barred(why) => format!("not {id}: {why}"),
        };
        standing.into_iter().map(line).collect()
    };
    assert_eq!(
        told(&stored("bao-a", None)),
        [
            "feed",
            "provinces/nghe-an",
            "sources/bao-a",
            "channels/bao-lu",
            "not channels/vang: it holds no keyword of `any`",
            "not channels/hue: its source is none of the channel's",
        ]
    );
    let dropped = told(&stored("bao-b", Some("keyword `bão`")));
    assert_eq!(dropped.len(), 6);
    assert!(dropped.iter().all(|line| line.ends_with(": it was dropped when it came: keyword `bão`")));
    let gone = told(&stored("bao-c", None));
    assert_eq!(gone[0], "not feed: its source is not in feeds.toml any more");
    assert_eq!(gone.len(), 5);
}

fn slug(text: &str) -> ChannelSlug {
    ChannelSlug::new(text).unwrap()
}

#[test]
fn a_thousand_keywords_over_many_entries_mark_those_that_hold_one() {
    let many: Vec<String> = (0..1000).map(|number| format!("từ khoá {number}")).collect();
    let drop = Criteria { keywords: many, ..Criteria::default() };
    let republishing = Republishing { drop: Arc::new(drop), ..Republishing::default() };
    let filter = SourceFilter::of(&republishing).unwrap();
    let held: Vec<u32> = (0..2000)
        .filter(|number| {
            let title = format!("Tin có từ khóa {number}, và từ khoá\u{a0}không có số");
            filter.dropped(&Entry { title, ..entry() }).is_some()
        })
        .collect();
    assert_eq!(held, (0..1000).collect::<Vec<u32>>());
}
