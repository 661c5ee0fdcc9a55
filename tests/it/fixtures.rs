//! The traps that publishers set, each in a file, and what each must become.
//!
//! `tests/fixtures/` holds for each trap:
//! - `<trap>.<ending>`, the document as it comes over the wire, with one of [`ENDINGS`];
//! - `<trap>.json`, what `tintinh preview --format json` must make of it. It names what the trap is about, and the rest
//!   may be anything: `null` stands for what must be absent, lists have as many members as here, dates are compared as
//!   instants, and of a refusal's `error` the words here must be in it;
//! - `<trap>.args`, where it is needed: an object with the `content_type`, `url` or `timezone` of the request.
//!
//! `tests/fixtures/pages/` holds the same of list pages, which `preview --page` must read without being told how.
//!
//! `TINTINH_BLESS=1 cargo test --test it fixtures` writes what does not hold anew, for review by eye, and the whole
//! document where nothing was expected yet.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use chrono::DateTime;
use serde_json::{Map, Value};

use crate::support::preview::Batch;

/// What a document's name may end in, after the trap's. `in` keeps a JSON Feed apart from its expectation.
const ENDINGS: [&str; 8] = ["xml", "rss", "atom", "feed", "html", "bin", "in", "json.in"];

/// Where a document is said to have been found, when its arguments do not tell.
const ADDRESS: &str = "https://bao.example/rss";

/// What is ours alone in a document; expected only where it is written by hand.
const EXTRAS: &str = "_tintinh";

/// With fewer, the walk has missed some.
const FEWEST: usize = 530;
const FEWEST_PAGES: usize = 26;

/// The files of one trap.
#[derive(Default)]
struct Trap {
    document: Option<PathBuf>,
    expected: Option<PathBuf>,
    arguments: Option<PathBuf>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// List pages, by platform.
fn pages() -> PathBuf {
    folder().join("pages")
}

/// Every trap of a folder by its name.
fn traps(folder: &Path) -> BTreeMap<String, Trap> {
    let mut traps: BTreeMap<String, Trap> = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        if file == "README.md" {
            continue;
        }
        let (name, ending) = file.split_once('.').unwrap_or_else(|| panic!("{file}: what is it?"));
        let trap = traps.entry(name.to_owned()).or_default();
        let place = match ending {
            "json" => &mut trap.expected,
            "args" => &mut trap.arguments,
            ending if ENDINGS.contains(&ending) => &mut trap.document,
            _ => panic!("{file}: a document's name ends in one of {ENDINGS:?}"),
        };
        let before = place.replace(path);
        assert!(before.is_none(), "{file}: there is another one of that kind, {before:?}");
    }
    traps
}

fn read_json(path: &Path) -> Value {
    let text = fs::read(path).unwrap();
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The line of the batch that asks for this trap.
fn request(name: &str, trap: &Trap) -> Vec<u8> {
    let Some(document) = &trap.document else {
        panic!("{name}: no document, whose ending is one of {ENDINGS:?}")
    };
    let arguments = trap.arguments.as_deref().map_or(Value::Object(Map::new()), read_json);
    let Value::Object(mut request) = arguments else { panic!("{name}.args: write an object") };
    let known = ["content_type", "url", "timezone"];
    let unknown = request.keys().find(|key| !known.contains(&key.as_str()));
    assert!(unknown.is_none(), "{name}.args: {unknown:?} is none of {known:?}");
    request.entry("url").or_insert_with(|| ADDRESS.into());
    request.insert("file".to_owned(), document.to_str().unwrap().into());
    Value::Object(request).to_string().into_bytes()
}

/// Where what was found is not as expected, a line for each place. What an expectation does not name is not its
/// subject, and differs nowhere.
fn differences(place: &str, expected: &Value, found: Option<&Value>) -> Vec<String> {
    match (expected, found) {
        (Value::Null, None) => vec![],
        (Value::Object(fields), Some(Value::Object(others))) => fields
            .iter()
            .flat_map(|(name, field)| differences(&format!("{place}.{name}"), field, others.get(name)))
            .collect(),
        (Value::Array(values), Some(Value::Array(others))) if values.len() == others.len() => (0..)
            .zip(values.iter().zip(others))
            .flat_map(|(index, (one, other))| differences(&format!("{place}[{index}]"), one, Some(other)))
            .collect(),
        (Value::String(one), Some(Value::String(other))) if agree(place, one, other) => vec![],
        (one, Some(other)) if one == other => vec![],
        (one, other) => {
            let wanted = if one.is_null() { "nothing".to_owned() } else { one.to_string() };
            let found = other.map_or("nothing".to_owned(), Value::to_string);
            vec![format!("  {place}\n    expected {wanted}\n    found    {found}")]
        }
    }
}

/// Whether two texts say the same at this place: a date the same instant, a reason the words that matter.
fn agree(place: &str, expected: &str, found: &str) -> bool {
    let field = place.rsplit('.').next().unwrap_or_default();
    let instant = |text| DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    match field {
        "error" => found.contains(expected),
        "date_published" | "date_modified" => instant(expected) == instant(found),
        _ => expected == found,
    }
}

/// What was found, cut down to what the expectation names; where it expects nothing yet, all but our extras.
fn blessed(expected: Option<&Value>, found: &Value) -> Value {
    match (expected, found) {
        (Some(expected), found) if differences("", expected, Some(found)).is_empty() => expected.clone(),
        (Some(Value::Object(named)), Value::Object(fields))
            if named.contains_key("error") == fields.contains_key("error") =>
        {
            let field = |(name, expected): (&String, &Value)| {
                let found = fields.get(name).map_or(Value::Null, |found| blessed(Some(expected), found));
                (name.clone(), found)
            };
            named.iter().map(field).collect()
        }
        (Some(Value::Array(named)), Value::Array(values)) => {
            let each = values.iter().enumerate();
            each.map(|(index, value)| blessed(named.get(index).or(named.last()), value)).collect()
        }
        (_, Value::Object(fields)) => {
            let own = fields.iter().filter(|(name, _)| *name != EXTRAS);
            own.map(|(name, field)| (name.clone(), blessed(None, field))).collect()
        }
        (_, Value::Array(values)) => values.iter().map(|value| blessed(None, value)).collect(),
        (_, found) => found.clone(),
    }
}

/// Writes the expectation anew, unless it holds.
fn bless(folder: &Path, name: &str, expected: Option<&Value>, found: &Value) {
    let blessed = blessed(expected, found);
    if expected != Some(&blessed) {
        let text = serde_json::to_string_pretty(&blessed).unwrap() + "\n";
        fs::write(folder.join(format!("{name}.json")), text).unwrap();
        println!("{name}.json is written anew");
    }
}

#[test]
fn every_trap_becomes_what_stands_beside_it() {
    check(&folder(), FEWEST, &[]);
}

#[test]
fn every_list_page_becomes_what_stands_beside_it() {
    check(&pages(), FEWEST_PAGES, &["--page"]);
}

fn check(folder: &Path, fewest: usize, options: &[&str]) {
    let traps = traps(folder);
    assert!(traps.len() >= fewest, "read only {} traps", traps.len());
    let blessing = env::var_os("TINTINH_BLESS").is_some_and(|value| !value.is_empty());
    let mut batch = Batch::start(options);
    let mut problems = Vec::new();
    for (name, trap) in &traps {
        let expected = trap.expected.as_deref().map(read_json);
        let found = batch.ask(&request(name, trap));
        if blessing {
            bless(folder, name, expected.as_ref(), &found);
            continue;
        }
        let Some(expected) = expected else {
            panic!("{name}: nothing is expected; set TINTINH_BLESS=1 once")
        };
        let differences = differences("", &expected, Some(&found));
        if !differences.is_empty() {
            problems.push(format!("{name}:\n{}", differences.join("\n")));
        }
    }
    assert_eq!(batch.end(), (String::new(), Some(0)));
    let count = problems.len();
    assert!(problems.is_empty(), "\n{}\n\n{count} of {} traps catch us", problems.join("\n"), traps.len());
    println!("{} traps, none of which catches us", traps.len());
}

#[test]
fn a_difference_is_told_with_its_place_and_blessed_without_what_is_not_named() {
    use serde_json::json;
    let found = json!({"title": "b", "language": "vi", "_tintinh": {}, "items": [
        {"id": "1", "date_published": "2026-01-11T22:57:00Z", "_tintinh": {"key": "k"}},
        {"id": "2", "url": "https://a.vn/2"},
    ]});
    let expected = json!({"title": "a", "items": [
        {"date_published": "2026-01-12T05:57:00+07:00", "_tintinh": {"key": "k"}, "title": null},
        {"id": "2", "url": null},
    ]});
    let told = differences("", &expected, Some(&found));
    let wanted = [
        "  .items[1].url\n    expected nothing\n    found    \"https://a.vn/2\"",
        "  .title\n    expected \"a\"\n    found    \"b\"",
    ];
    assert_eq!(told, wanted);
    let anew = json!({"title": "b", "items": [expected["items"][0], {"id": "2", "url": "https://a.vn/2"}]});
    assert_eq!(blessed(Some(&expected), &found), anew);
    assert_eq!(blessed(None, &found)["items"][0].as_object().unwrap().len(), 2);

    let refused = json!({"error": "it is a web page, not a feed"});
    assert!(differences("", &json!({"error": "not a feed"}), Some(&refused)).is_empty());
    assert_eq!(differences("", &json!({"items": []}), Some(&refused)).len(), 1);
    assert_eq!(differences("", &json!({"items": [{}]}), Some(&found)).len(), 1);
    assert_eq!(blessed(Some(&expected), &refused), refused);
}
