//! The whole file at once: what comes of a good one, and what is told of a bad one.

mod access;
mod article;
mod channels;
mod hosts;
mod include;
mod page;

use std::fs;

use super::*;
use crate::model::{Limits, Province};

const SHIPPED: &str = include_str!("../../feeds.toml");

/// Those of a file in this folder, started by hand.
fn beside(folder: &Path) -> Surroundings {
    Surroundings { folder: folder.to_owned(), ..Surroundings::default() }
}

fn good(text: &str) -> Config {
    parse(text, &beside(Path::new("/etc/tintinh"))).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn told(text: &str) -> Vec<String> {
    let problems = parse(text, &beside(Path::new("/etc/tintinh"))).expect_err(text);
    problems.iter().map(ToString::to_string).collect()
}

fn feed(more: &str) -> String {
    format!("[[feeds]]\nid = \"bao-a\"\ntitle = \"Báo A\"\nurl = \"https://a.vn/rss\"\n{more}\n")
}

#[test]
fn an_empty_file_is_all_defaults() {
    let config = good("");
    assert_eq!(config.server.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(config.server.public_url.as_str(), "http://127.0.0.1:8080/");
    assert!(!config.server.public_url_given);
    assert_eq!(config.admin.listen, "127.0.0.1:8081".parse().unwrap());
    assert_eq!(config.store.path, Path::new("/etc/tintinh/data"));
    assert_eq!((config.store.keep, config.store.keep_entries), (Duration::from_hours(24 * 180), None));
    assert_eq!((config.store.cache, config.store.export), (64 << 20, None));
    assert_eq!(config.network.allow, []);
    assert_eq!(config.channel.title, "Tin các tỉnh");
    assert_eq!(config.channel.window, Duration::from_hours(48));
    assert_eq!((config.channel.min_entries, config.channel.max_entries), (50, 1000));
    assert_eq!(config.sources, []);
}

#[test]
fn a_source_that_says_nothing_has_the_standard_settings() {
    let config = good(&feed(""));
    let source = &config.sources[0];
    assert_eq!((source.id.as_str(), source.title.as_str(), source.province), ("bao-a", "Báo A", None));
    assert_eq!(source.url.as_str(), "https://a.vn/rss");
    assert!(source.enabled);
    assert_eq!(source.timezone.name(), "Asia/Ho_Chi_Minh");
    let pace = source.pace;
    assert_eq!(pace.interval, None);
    assert_eq!((pace.min_interval, pace.max_interval), (Duration::from_mins(15), Duration::from_hours(24)));
    assert_eq!(pace.host_delay, Duration::from_secs(2));
    let limits = source.limits;
    assert_eq!(limits.max_body, 10_485_760);
    assert_eq!(limits.connect_timeout, Duration::from_secs(15));
    assert_eq!(limits.idle_timeout, Duration::from_secs(20));
    assert_eq!(limits.total_timeout, Duration::from_mins(1));
}

#[test]
fn a_source_overrides_the_defaults_and_the_defaults_the_standard() {
    let own =
        "province = \"nam-dinh\"\nenabled = false\ninterval = \"1h\"\nhost_delay = \"0s\"\nmax_body = 2048";
    let defaults = "[defaults]\ninterval = \"30m\"\ntimezone = \"Asia/Bangkok\"\ntotal_timeout = \"5s\"\n";
    let config = good(&format!("{defaults}{}", feed(own)));
    let source = &config.sources[0];
    assert_eq!(source.province, Province::find("ninh-binh"));
    assert!(!source.enabled);
    assert_eq!(source.pace.interval, Some(Duration::from_hours(1)));
    assert_eq!(source.pace.host_delay, Duration::ZERO);
    assert_eq!(source.timezone.name(), "Asia/Bangkok");
    let Limits { max_body, connect_timeout, idle_timeout, total_timeout } = source.limits;
    assert_eq!((max_body, total_timeout), (2048, Duration::from_secs(5)));
    assert_eq!((connect_timeout, idle_timeout), (Duration::from_secs(5), Duration::from_secs(5)));
}

#[test]
fn the_store_keeps_what_the_file_says() {
    let config = good(
        "[store]\nkeep = \"30d\"\nkeep_entries = 500\ncache = \"16MiB\"\ncompact_above = \"1GiB\"\nexport = \"out\"\n",
    );
    let store = config.store;
    assert_eq!(
        (store.keep, store.keep_entries, store.cache, store.compact_above),
        (Duration::from_hours(720), Some(500), 16 << 20, 1 << 30)
    );
    let folder = PathBuf::from("/etc/tintinh/out");
    let every = Duration::from_hours(24);
    assert_eq!(store.export, Some(ExportSettings { folder, every, keep: 7 }));
    let more = "[store]\nexport = \"/srv/x\"\nexport_every = \"6h\"\nexport_keep = 2\n";
    let folder = PathBuf::from("/srv/x");
    let every = Duration::from_hours(6);
    assert_eq!(good(more).store.export, Some(ExportSettings { folder, every, keep: 2 }));
}

#[test]
fn the_stores_folder_is_beside_the_file_unless_somebody_says_otherwise() {
    let path = |text, state: Option<&str>| {
        let state_directory = state.map(PathBuf::from);
        let surroundings = Surroundings { state_directory, ..beside(Path::new("/etc/tintinh")) };
        parse(text, &surroundings).unwrap().store.path.display().to_string()
    };
    assert_eq!(path("", None), "/etc/tintinh/data");
    assert_eq!(path("", Some("/var/lib/tintinh")), "/var/lib/tintinh");
    assert_eq!(path("store.path = \"kept\"", Some("/var/lib/tintinh")), "/etc/tintinh/kept");
    assert_eq!(path("store.path = \"/srv/kept\"", None), "/srv/kept");
}

// The unit lets nothing be written beside /etc/tintinh/feeds.toml.
#[test]
fn exports_go_where_the_service_manager_lets_them() {
    let state_directory = Some(PathBuf::from("/var/lib/tintinh"));
    let surroundings = Surroundings { state_directory, ..beside(Path::new("/etc/tintinh")) };
    let folder = |text| parse(text, &surroundings).unwrap().store.export.unwrap().folder;
    assert_eq!(folder("store.export = \"exports\""), Path::new("/var/lib/tintinh/exports"));
    assert_eq!(folder("store.export = \"/srv/exports\""), Path::new("/srv/exports"));
}

#[test]
fn a_public_url_follows_the_port_only_when_none_is_given() {
    let bound = "127.0.0.1:40123".parse().unwrap();
    let at = |text| good(text).server.public_url_at(bound).to_string();
    assert_eq!(at("server.listen = \"127.0.0.1:0\""), "http://127.0.0.1:40123/");
    assert_eq!(at("server.public_url = \"https://tin.example.vn/a\""), "https://tin.example.vn/a/");
}

#[test]
fn each_problem_has_its_line_and_remedy() {
    let mut checked = 0;
    for case in include_str!("problems.txt").split("\n----\n") {
        let (text, expected) = case.split_once("\n=>\n").expect(case);
        let expected: Vec<&str> = expected.trim_end().lines().collect();
        assert_eq!(told(text), expected, "{text}");
        checked += 1;
    }
    assert_eq!(checked, 157);
}

#[test]
fn long_titles_and_addresses_are_told_by_their_length() {
    let title = format!("[channel]\ntitle = \"{}\"", "ề".repeat(201));
    assert_eq!(told(&title), ["line 2: `channel.title` is 201 characters long, but may be 200: shorten it"]);
    let address = feed("").replace("/rss", &"/".repeat(2050));
    let expected = "line 4: `feeds.bao-a.url` is 2062 bytes long, but may be 2048: look for a shorter address of the \
                    same feed";
    assert_eq!(told(&address), [expected]);
}

#[test]
fn titles_are_composed_and_trimmed() {
    let config = good("[channel]\ntitle = \" Ba\u{301}o \"");
    assert_eq!(config.channel.title, "B\u{e1}o");
}

#[test]
fn more_problems_than_anybody_reads_are_counted() {
    let problems = told(&"[[feeds]]\n".repeat(400));
    assert_eq!(problems.len(), 1001);
    assert_eq!(problems[1000], "line 334: 200 more problems are not told: put the ones above right first");
}

#[test]
fn too_many_sources_are_one_problem() {
    let problems = told(&format!("feeds = [{}]", "{},".repeat(MAX_SOURCES + 1)));
    let first = "line 1: `feeds` holds 100001 tables, but may hold 100000: share them among several daemons";
    assert_eq!(problems[0], first);
}

#[test]
fn the_shipped_file_is_good() {
    let config = good(SHIPPED);
    assert_eq!(config.sources.len(), 33);
    for source in &config.sources {
        assert!(source.province.is_some(), "{} has no province", source.id);
    }
    let ids = |wanted: &dyn Fn(&Source) -> bool| -> Vec<String> {
        config.sources.iter().filter(|it| wanted(it)).map(|it| it.id.to_string()).collect()
    };
    assert_eq!(ids(&|source| !source.enabled), ["bao-dong-nai"]);
    assert_eq!(
        ids(&|source| source.page.is_some()),
        ["bao-dong-nai", "tinh-doan-ha-tinh", "bao-ninh-binh", "cong-ninh-binh", "xa-hai-quang"]
    );
    assert_eq!(
        ids(&|source| source.article.is_some()),
        ["tinh-doan-ha-tinh", "bao-ninh-binh", "cong-ninh-binh", "xa-hai-quang"]
    );
    let no_feeds = Config { sources: Vec::new(), ..config };
    assert_eq!(no_feeds, good(""), "a key of the head is not at its default");
}

#[test]
fn every_province_has_a_shipped_source_or_is_named_as_having_none() {
    let config = good(SHIPPED);
    let named: Vec<&str> = SHIPPED
        .lines()
        .filter_map(|line| line.strip_prefix("# none known: ")?.split_once(' '))
        .map(|(slug, _)| slug)
        .collect();
    let mut provinces = 0;
    for province in Province::all() {
        let has_source = config.sources.iter().any(|it| it.province == Some(province) && it.enabled);
        assert_ne!(has_source, named.contains(&province.slug()), "{}", province.slug());
        provinces += 1;
    }
    assert_eq!((provinces, named.len()), (34, 12));
}

// The commented keys promise to be the defaults: uncommented they must change nothing.
#[test]
fn the_shipped_head_shows_the_defaults() {
    fn hidden_key(line: &str) -> Option<&str> {
        line.strip_prefix('#').filter(|rest| rest.starts_with(|first: char| first.is_ascii_lowercase()))
    }
    let mut shown = 0;
    let mut uncommented = String::new();
    for line in SHIPPED.lines() {
        let hidden = hidden_key(line).inspect(|_| shown += 1);
        // The keys that have no default, and those that mean nothing without one of them.
        let has_none = |key: &str| {
            ["interval", "user_agent", "keep_entries", "export"].iter().any(|name| key.starts_with(name))
        };
        if !hidden.is_some_and(has_none) {
            uncommented.push_str(hidden.unwrap_or(line));
        }
        uncommented.push('\n');
    }
    assert_eq!(shown, 38);
    let (mut config, mut shipped) = (good(&uncommented), good(SHIPPED));
    assert!(config.server.public_url_given);
    config.server.public_url_given = false;
    assert_eq!(config.sources, std::mem::take(&mut shipped.sources));
    config.sources = Vec::new();
    assert_eq!(config, shipped);
}

#[test]
fn an_error_lists_its_problems_and_counts_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feeds.toml");
    let listing = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        load(&file, Surroundings::default())
            .unwrap_err()
            .to_string()
            .replace(&file.display().to_string(), "feeds.toml")
    };
    assert_eq!(
        listing(b"[server]\nlistn = 1\n[store]\npath = 2\n"),
        "feeds.toml:2:1: `server.listn` is not known: did you mean `listen`?\n\
         \x20 2 | listn = 1\n\
         \x20   | ^\n\
         feeds.toml:4:8: `store.path` is a number, but must be text: write it like path = \"data\"\n\
         \x20 4 | path = 2\n\
         \x20   |        ^\n\
         2 problems; nothing was changed"
    );
    assert_eq!(
        listing(b"# \xff"),
        "feeds.toml:1:3: the file is not UTF-8 text (its byte 3 cannot be read): save it as UTF-8\n\
         1 problem; nothing was changed"
    );
}

#[test]
fn a_file_is_loaded_with_its_folder_and_a_missing_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feeds.toml");
    let missing = load(&file, Surroundings::default()).unwrap_err();
    let expected = format!(
        "{} cannot be read: No such file or directory (os error 2); --config names another, and `tintinh init` writes one \
         to begin with",
        file.display()
    );
    assert_eq!(missing.to_string(), expected);
    fs::write(&file, "\u{feff}[channel]\r\nwindow = \"1h\"\r\n").unwrap();
    let config = load(&file, Surroundings::default()).unwrap();
    assert_eq!(config.channel.window, Duration::from_hours(1));
    assert_eq!(config.store.path, folder.path().join("data"));
}

/// Every key of how a server is asked.
const ASKED: &str = "http = \"1.1\"\nuser_agent = \"A\"\nheaders = { X-A = \"1\", \"X-B\" = \"2\" }\n\
    proxy = \"socks5h://u:p@127.0.0.1:9050\"\nca_file = \"none\"\ncookie_challenge = true\n\
    rewrite_host = { \"a.vn\" = \"b.vn\", \"[::1]\" = \"c.vn.\" }\n\
    content = \"full\"\ndrop = { keywords = [\"a b\"], links = ['a(b|c)'], look_in = [\"title\"] }\n\
    [[channels]]\nslug = \"a\"\ntitle = \"A\"\nany = [\"bão\"]\nnone = [\"lũ\"]\nprovinces = [\"hue\"]\nsources = [\"a\"]\n\
    languages = [\"vi\"]\n[[feeds]]\nid = \"a\"\nkeep.categories = [\"a\"]\nheaders.Cookie = \"a\"\ntls_verify = false\ncredentials_file = \"a\"\n\
    rewrite_host = { \"a.vn\" = \"\", \"b.vn\" = \"192.0.2.1\" }\n";

#[test]
fn a_mutated_file_never_panics_and_its_problems_lie_within_it() {
    // xorshift64: the same mutations each time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let start = SHIPPED.find("[[feeds]]\nid").unwrap();
    let body = &SHIPPED[start..start + 800.min(SHIPPED.len() - start)];
    let seed: Vec<char> =
        format!("[server]\nlisten = \"127.0.0.1:1\"\n[hosts.\"a.vn:80\"]\nhttp = \"1.1\"\n[defaults]\ninterval = \"1h\"\n{ASKED}{body}")
            .chars()
            .collect();
    let spice: Vec<char> =
        "[]{}\"'\\=.,#\n\r\t -+_0179aeiu@:/đ\u{301}\u{0}\u{feff}\u{1f600}".chars().collect();
    let mut refused = 0;
    for _ in 0..3000 {
        let mut text = seed.clone();
        for _ in 0..=next(6) {
            let at = next(text.len());
            match next(4) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, spice[next(spice.len())]),
                2 => text[at] = spice[next(spice.len())],
                _ => {
                    let piece: Vec<char> = text[at..(at + next(40)).min(text.len())].to_vec();
                    let to = next(text.len());
                    text.splice(to..to, piece);
                }
            }
        }
        let text: String = text.into_iter().collect();
        let Err(problems) = parse(&text, &Surroundings::default()) else { continue };
        refused += 1;
        assert!(!problems.is_empty(), "{text}");
        let lines = text.matches('\n').count() + 1;
        for problem in &problems {
            assert!((1..=lines).contains(&problem.line) && problem.column > 0, "{problem:?}\n{text}");
            assert!(!problem.to_string().contains(char::is_control), "{problem:?}");
        }
        assert!(problems.is_sorted_by_key(|problem| (problem.line, problem.column)), "{problems:?}");
    }
    assert!(refused > 1000, "{refused}");
}
