//! The traps that publishers set, each in a file, and what each must become.
//!
//! `tests/fixtures/` holds for each trap:
//! - `<trap>.<ending>`, the document as it comes over the wire, with one of [`ENDINGS`];
//! - `<trap>.json`, what `tintinh preview --format json` must make of it, refusals included. Our extras
//!   (`_tintinh`) are compared only in objects that name them here;
//! - `<trap>.args`, where it is needed: an object with the `content_type`, `url` or `timezone` of the request.
//!
//! `TINTINH_BLESS=1 cargo test --test it fixtures` writes the expectations anew, for review by eye.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use crate::support::preview::Batch;

/// What a document's name may end in, after the trap's. `in` keeps a JSON Feed apart from its expectation.
const ENDINGS: [&str; 8] = ["xml", "rss", "atom", "feed", "html", "bin", "in", "json.in"];

/// With fewer, the walk has missed some.
const FEWEST: usize = 9;

const EXTRAS: &str = "_tintinh";

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

/// Every trap by its name.
fn traps() -> BTreeMap<String, Trap> {
    let mut traps: BTreeMap<String, Trap> = BTreeMap::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
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
    request.insert("file".to_owned(), document.to_str().unwrap().into());
    Value::Object(request).to_string().into_bytes()
}

/// Takes our extras out of every object whose counterpart does not name them.
fn without_extras(found: &mut Value, expected: Option<&Value>) {
    match found {
        Value::Object(fields) => {
            if expected.is_none_or(|expected| expected.get(EXTRAS).is_none()) {
                fields.remove(EXTRAS);
            }
            for (name, field) in fields.iter_mut().filter(|(name, _)| *name != EXTRAS) {
                without_extras(field, expected.and_then(|expected| expected.get(name)));
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter_mut().enumerate() {
                without_extras(value, expected.and_then(|expected| expected.get(index)));
            }
        }
        _ => {}
    }
}

/// Where the two differ, a line for each place.
fn differences(place: &str, expected: Option<&Value>, found: Option<&Value>) -> Vec<String> {
    match (expected, found) {
        (Some(one), Some(other)) if one == other => vec![],
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
            names.sort();
            names.dedup();
            let each = names
                .into_iter()
                .flat_map(|name| differences(&format!("{place}.{name}"), one.get(name), other.get(name)));
            each.collect()
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            let each = (0..one.len().max(other.len())).flat_map(|index| {
                differences(&format!("{place}[{index}]"), one.get(index), other.get(index))
            });
            each.collect()
        }
        (one, other) => {
            let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            vec![format!("  {place}\n    expected {}\n    found    {}", shown(one), shown(other))]
        }
    }
}

/// Writes what was found as the expectation, unless it is that already.
fn bless(name: &str, expected: Option<&Value>, found: &Value) {
    if expected != Some(found) {
        let text = serde_json::to_string_pretty(found).unwrap() + "\n";
        fs::write(folder().join(format!("{name}.json")), text).unwrap();
        println!("{name}.json is written anew");
    }
}

#[test]
fn every_trap_becomes_what_stands_beside_it() {
    let traps = traps();
    assert!(traps.len() >= FEWEST, "read only {} traps", traps.len());
    let blessing = env::var_os("TINTINH_BLESS").is_some_and(|value| !value.is_empty());
    let mut batch = Batch::start(&[]);
    let mut problems = Vec::new();
    for (name, trap) in &traps {
        let expected = trap.expected.as_deref().map(read_json);
        let mut found = batch.ask(&request(name, trap));
        without_extras(&mut found, expected.as_ref());
        if blessing {
            bless(name, expected.as_ref(), &found);
            continue;
        }
        let differences = differences("", expected.as_ref(), Some(&found));
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
fn a_difference_is_told_with_its_place() {
    use serde_json::json;
    let expected = json!({"title": "a", "items": [{"id": "1"}, {"id": "2"}]});
    let mut found = json!({"items": [{"id": "1", "_tintinh": {"key": "k"}}], "title": "b", "_tintinh": {}});
    without_extras(&mut found, Some(&expected));
    let told = differences("", Some(&expected), Some(&found));
    let wanted = [
        "  .items[1]\n    expected {\"id\":\"2\"}\n    found    nothing",
        "  .title\n    expected \"a\"\n    found    \"b\"",
    ];
    assert_eq!(told, wanted);
    let named = json!({"items": [{"_tintinh": {"key": "k"}}]});
    let mut found = json!({"items": [{"_tintinh": {"key": "x"}}], "_tintinh": {}});
    without_extras(&mut found, Some(&named));
    assert_eq!(differences("", Some(&named), Some(&found)).len(), 1);
}
