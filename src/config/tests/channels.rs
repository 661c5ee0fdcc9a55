//! The admin's own channels, and the filters of sources: what is read of them, and what they inherit.

use super::*;
use crate::model::{ChannelSlug, Criteria, Extent, Language, Matching, OwnChannel, Part, SourceId};

fn own(text: &str) -> OwnChannel {
    let config = good(text);
    assert_eq!(config.channels.len(), 1);
    OwnChannel::clone(&config.channels[0])
}

const HEAD: &str = "[[channels]]\nslug = \"bao-lu\"\ntitle = \" Ba\u{303}o lũ \"\n";

#[test]
fn a_channel_that_says_nothing_is_as_the_merged_feed_is() {
    let merged = "[channel]\nwindow = \"24h\"\nmin_entries = 5\nmax_entries = 10\nduplicates = \"keep\"\n";
    let channel = own(&format!("{HEAD}{merged}"));
    let expected = OwnChannel {
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
        matching: Matching { diacritics: true, look_in: vec![Part::Title, Part::Summary, Part::Content] },
        window: Duration::from_hours(24),
        min_entries: 5,
        max_entries: 10,
        duplicates: Duplicates::Keep,
    };
    assert_eq!(channel, expected);
    assert_eq!(good("").channel.duplicates, Duplicates::Exact);
    let config = good(HEAD);
    assert_eq!(config.own(&expected.slug), Some(&config.channels[0]));
    assert_eq!(config.own(&ChannelSlug::new("lu").unwrap()), None);
}

#[test]
fn a_channel_is_read_with_all_its_keys() {
    let keys = "description = \"Tin bão\"\nprovinces = [\"nam-dinh\", \"hue\"]\nsources = [\"bao-a\"]\n\
        categories = [\"Thời sự\"]\nany = [\" bão \", \"lũ\"]\nall = [\"sơ tán\"]\nnone = [\"quảng cáo\"]\n\
        languages = [\"vi\", \"en\"]\ndiacritics = false\nlook_in = [\"title\", \"categories\"]\nwindow = \"7d\"\n\
        min_entries = 1\nmax_entries = 20\nduplicates = \"exact\"\n";
    let channel = own(&format!("{HEAD}{keys}{}", feed("province = \"ha-nam\"")));
    let provinces: Vec<&str> = channel.provinces.iter().map(|province| province.slug()).collect();
    assert_eq!(provinces, ["hue", "ninh-binh"]);
    assert_eq!(channel.sources, [SourceId::new("bao-a").unwrap()].into());
    assert_eq!(channel.description.as_deref(), Some("Tin bão"));
    assert_eq!(
        [channel.categories, channel.any, channel.all, channel.none].concat(),
        ["Thời sự", "bão", "lũ", "sơ tán", "quảng cáo"]
    );
    assert_eq!(channel.languages, [Language::Vietnamese, Language::English]);
    assert_eq!(
        channel.matching,
        Matching { diacritics: false, look_in: vec![Part::Title, Part::Categories] }
    );
    assert_eq!((channel.window, channel.duplicates), (Duration::from_hours(168), Duplicates::Exact));
    assert_eq!((channel.min_entries, channel.max_entries), (1, 20));
}

#[test]
fn the_longest_window_of_all_channels_is_known() {
    assert_eq!(good(HEAD).longest_window(), Duration::from_hours(48));
    assert_eq!(good(&format!("{HEAD}window = \"7d\"\n")).longest_window(), Duration::from_hours(168));
    assert_eq!(good(&format!("{HEAD}window = \"1h\"\n")).longest_window(), Duration::from_hours(48));
}

#[test]
fn what_a_channel_says_of_its_sizes_goes_before_what_it_inherits() {
    let channel = own(&format!("{HEAD}max_entries = 10\n"));
    assert_eq!((channel.min_entries, channel.max_entries), (10, 10));
}

#[test]
fn words_that_only_look_contradictory_are_no_mistake() {
    for words in [
        "any = [\"bão\", \"lũ\"]\nnone = [\"lũ\"]",
        "all = [\"lũ\"]\nnone = [\"lũ quét\"]",
        "any = [\"bão\"]\nnone = [\"báo\"]",
        "any = [\"an\"]\nnone = [\"ban\"]",
        "none = [\"bão\"]",
        "any = []\nnone = [\"bão\"]",
        "provinces = []\nsources = []",
    ] {
        assert_eq!(good(&format!("{HEAD}{words}\n")).channels.len(), 1, "{words}");
    }
}

#[test]
fn a_channel_may_name_a_feed_that_is_wrong_otherwise() {
    let file = format!(
        "{HEAD}sources = [\"bao-a\"]\nprovinces = [\"hue\"]\n{}",
        feed("province = \"hue\"\ntimezone = 3")
    );
    assert_eq!(
        told(&file),
        [
            "line 11: `feeds.bao-a.timezone` is a number, but must be text: write it like timezone = \"Asia/Ho_Chi_Minh\""
        ]
    );
}

#[test]
fn each_key_of_a_filter_is_inherited_by_itself() {
    let head = "[defaults]\ncontent = \"summary\"\ndrop = { keywords = [\"a\"], links = [\"/a/\"], diacritics = false }\n\
        [hosts.\"a.vn\"]\ndrop = { categories = [\"b\"], look_in = [\"title\"] }\n";
    let republishing = |own: &str| good(&format!("{head}{}", feed(own))).sources[0].republishing.clone();
    let of = |criteria: &Criteria| {
        let links = criteria.links.texts().to_vec();
        [criteria.keywords.clone(), criteria.categories.clone(), links].map(|words| words.join(" "))
    };
    let inherited = republishing("");
    assert_eq!(inherited.content, Extent::Summary);
    assert_eq!(of(&inherited.drop), ["a", "b", "/a/"]);
    assert_eq!(inherited.drop.matching, Matching { diacritics: false, look_in: vec![Part::Title] });
    assert!(inherited.keep.is_empty());
    let more =
        "content = \"full\"\ndrop.keywords = []\ndrop.diacritics = true\n[feeds.keep]\nlinks = ['/c/\\d+']";
    let overridden = republishing(more);
    assert_eq!(overridden.content, Extent::Full);
    assert_eq!(of(&overridden.drop), ["", "b", "/a/"]);
    assert_eq!(overridden.drop.matching, Matching { diacritics: true, look_in: vec![Part::Title] });
    assert_eq!(of(&overridden.keep), ["", "", "/c/\\d+"]);
}

#[test]
fn sources_that_say_nothing_share_their_filters() {
    let file = format!(
        "[defaults.drop]\nkeywords = [\"a\"]\n{}{}",
        feed(""),
        feed("").replace("bao-a", "b").replace("/rss", "/")
    );
    let config = good(&file);
    let [one, other] = [0, 1].map(|index: usize| &config.sources[index].republishing);
    assert!(Arc::ptr_eq(&one.drop, &other.drop) && Arc::ptr_eq(&one.keep, &other.keep));
}

#[test]
fn too_many_channels_and_words_are_one_problem_each() {
    let channels = "[[channels]]\nslug = \"a\"\ntitle = \"A\"\n";
    let many = told(&format!("channels = [{}]", "{},".repeat(1001)));
    assert_eq!(many[0], "line 1: `channels` holds 1001 tables, but may hold 1000: take some out");
    let words = told(&format!("{channels}any = [{}]", "\"a\",".repeat(1001)));
    assert_eq!(words, ["line 4: `channels.a.any` holds 1001 values, but may hold 1000: take some out"]);
}
