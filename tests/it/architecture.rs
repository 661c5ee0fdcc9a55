//! The floor plan, held: which room of `src/` may name which other, and which room alone may name a crate.

mod arrows;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Each room beside the rooms that it may name; it may name none that stand below it.
const ROOMS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("notify", &[]),
    ("keywords", &[]),
    ("metrics", &["model"]),
    ("board", &["model"]),
    ("cadence", &["model"]),
    ("articles", &["model"]),
    ("hosts", &["model"]),
    ("scheduler", &["model", "hosts"]),
    ("fetch", &["model", "hosts"]),
    ("parse", &["model"]),
    // What a selector is, only who reads pages by it knows.
    ("config", &["model", "keywords", "parse"]),
    ("normalize", &["model", "parse"]),
    // What it cleaned is plain text again where keywords are looked for.
    ("filter", &["model", "keywords", "normalize"]),
    ("store", &["model", "metrics"]),
    ("merge", &["model"]),
    // What it cleaned is plain text again in a summary; what is a media type, it knows.
    ("publish", &["model", "normalize"]),
    (
        "poll",
        &["model", "board", "cadence", "articles", "hosts", "fetch", "parse", "normalize", "filter", "store"],
    ),
    ("http", &["model", "metrics", "config", "board", "publish"]),
    (
        "app",
        &[
            "model",
            "notify",
            "keywords",
            "metrics",
            "config",
            "board",
            "cadence",
            "articles",
            "hosts",
            "scheduler",
            "fetch",
            "parse",
            "normalize",
            "filter",
            "store",
            "merge",
            "publish",
            "poll",
            "http",
        ],
    ),
    ("cli", &["model", "config", "hosts", "fetch", "parse", "normalize", "store", "publish", "app"]),
    ("main", &["cli"]),
];

/// A crate beside the only place that may name it, or one of them: how its files' paths begin.
const CRATES: &[(&str, &str)] = &[
    // Its tests pack what it unpacks.
    ("brotli", "fetch/decode"),
    ("brotli", "publish/published"),
    ("atom_syndication", "publish"),
    ("clap_complete", "cli/manual"),
    ("clap_mangen", "cli/manual"),
    ("brotli_decompressor", "fetch/decode"),
    ("dom_smoothie", "parse/page/article"),
    ("ego_tree", "parse/page"),
    ("feed_rs", "parse"),
    ("fs_notify", "app/watching"),
    ("html5ever", "parse/page"),
    // How its errors tell a head that is too large; and how a proxy's address will be understood.
    ("hyper", "fetch"),
    ("hyper", "http/listener"),
    ("hyper", "cli/daemon"),
    ("hyper_util", "http/listener"),
    ("hyper_util", "cli/daemon"),
    ("listenfd", "notify/inherited"),
    ("prometheus_client", "metrics"),
    ("reqwest", "fetch"),
    ("rss", "publish"),
    ("scraper", "parse/page"),
    ("sd_notify", "notify"),
    ("sled", "store/sled"),
];

/// With fewer, the walk has missed some.
const FEWEST_FILES: usize = 40;

struct SourceFile {
    /// Below `src/`, with `/` between folders.
    path: String,
    text: String,
}

impl SourceFile {
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The path of its module from the root of its crate.
    fn module(&self) -> Vec<String> {
        let path = self.path.strip_suffix(".rs").unwrap();
        if ["lib", "main"].contains(&path) { vec![] } else { path.split('/').map(str::to_owned).collect() }
    }

    fn names(&self) -> arrows::Names {
        arrows::names_in(&self.text, &self.module())
            .unwrap_or_else(|error| panic!("src/{}: {error}", self.path))
    }
}

/// Every source file, in the order of their paths.
fn source_files() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut files) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let parts = path.strip_prefix(&root).unwrap().iter();
                let parts: Vec<&str> = parts.map(|part| part.to_str().unwrap()).collect();
                files.push(SourceFile { path: parts.join("/"), text });
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let count = files.len();
    assert!(count >= FEWEST_FILES, "read only {count} files below src/");
    files
}

/// What breaks the table of rooms in this file, in sentences.
fn forbidden_arrows(file: &SourceFile) -> Vec<String> {
    let room = file.room();
    if room == "lib" {
        // The map itself: it only declares the rooms.
        return vec![];
    }
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return vec![format!("src/{}: the room `{room}` has no row in ROOMS; give it one", file.path)];
    };
    let permitted = |target: &str| target == room || allowed.contains(&target);
    let rooms = file.names().rooms;
    let broken = rooms.iter().filter(|target| !permitted(target));
    broken
        .map(|target| {
            format!(
                "src/{}: {room} -> {target}, but {room} may name only {allowed:?}. Hand it over as a value or a \
                 function, move what is shared to `model`, or change ROOMS and the map in src/lib.rs and say why",
                file.path
            )
        })
        .collect()
}

/// Which crates are named in this file that belong to another room, in sentences.
fn forbidden_crates(file: &SourceFile) -> Vec<String> {
    let heads = file.names().heads;
    let named = CRATES.iter().filter(|(name, _)| heads.contains(*name));
    let at_home =
        |name: &str| CRATES.iter().any(|(known, home)| *known == name && file.path.starts_with(home));
    let broken = named.filter(|(name, _)| !at_home(name));
    broken
        .map(|(name, home)| {
            format!(
                "src/{}: names `{name}`, which only src/{home}* may. Let that room wrap it in words of ours; a \
                 module of ours with that name is written `self::{name}`",
                file.path
            )
        })
        .collect()
}

fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn every_room_stands_in_the_table_and_the_table_names_only_rooms() {
    let files = source_files();
    let built: BTreeSet<&str> = files.iter().map(SourceFile::room).filter(|room| *room != "lib").collect();
    let planned: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    assert_eq!(built, planned, "left what src/ holds, right what ROOMS plans: bring them together");
}

#[test]
fn no_room_may_name_one_that_stands_below_it() {
    for (position, (room, allowed)) in ROOMS.iter().enumerate() {
        let above: BTreeSet<&str> = ROOMS[..position].iter().map(|(name, _)| *name).collect();
        for target in *allowed {
            assert!(above.contains(target), "{room} -> {target}: {target} does not stand above {room}");
        }
    }
}

#[test]
fn every_arrow_between_rooms_stands_in_the_table() {
    let problems: Vec<String> = source_files().iter().flat_map(forbidden_arrows).collect();
    assert_none(&problems);
}

#[test]
fn a_crate_is_named_only_in_the_room_that_wraps_it() {
    let files = source_files();
    let problems: Vec<String> = files.iter().flat_map(forbidden_crates).collect();
    assert_none(&problems);
    let heads: BTreeMap<&str, BTreeSet<String>> =
        files.iter().map(|file| (file.path.as_str(), file.names().heads)).collect();
    for (name, home) in CRATES {
        let used = heads.iter().any(|(path, heads)| path.starts_with(home) && heads.contains(*name));
        assert!(used, "src/{home}* does not name `{name}` any more: take it out of CRATES");
    }
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let files = source_files();
    let silent: Vec<String> = files
        .iter()
        .filter(|file| !file.path.ends_with("tests.rs") && !file.text.starts_with("//! "))
        .map(|file| {
            format!("src/{}: open it with `//!`: its purpose, and what it refuses to know", file.path)
        })
        .collect();
    assert_none(&silent);
}

#[test]
fn a_forbidden_arrow_and_a_forbidden_crate_are_told_with_their_file() {
    let file = SourceFile {
        path: "merge/stories.rs".to_owned(),
        text: "use crate::{model::Entry, store::Store};\nfn f() { sled::open(); }\n".to_owned(),
    };
    let [arrow] = forbidden_arrows(&file).try_into().unwrap();
    assert!(arrow.starts_with("src/merge/stories.rs: merge -> store, "), "{arrow}");
    let [named] = forbidden_crates(&file).try_into().unwrap();
    assert!(named.starts_with("src/merge/stories.rs: names `sled`, "), "{named}");
}
