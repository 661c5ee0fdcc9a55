//! The schema agrees with the reader, and the shipped one with the code.

use std::{fs, path::Path};

use boon::{Compiler, SchemaIndex, Schemas};

use super::*;
use crate::config::{Surroundings, parse};

struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("feeds.schema.json", schema()).unwrap();
        let index = compiler.compile("feeds.schema.json", &mut schemas).unwrap();
        Self { schemas, index }
    }

    /// What it says of this file; none where it finds it right.
    fn fault(&self, text: &str) -> Option<String> {
        let value: Value = toml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        self.schemas.validate(&value, self.index).err().map(|error| error.to_string())
    }
}

#[test]
fn the_schema_knows_the_keys_that_the_reader_knows_and_no_others() {
    for (name, shape) in TABLES {
        let mut read: Vec<&str> = shape.keys.iter().map(|key| key.name).collect();
        let mut told: Vec<&str> = keys(shape).iter().map(|key| key.name).collect();
        read.sort_unstable();
        told.sort_unstable();
        assert_eq!(told, read, "left what schema/keys.rs has of `{name}`, right what shape.rs has");
    }
}

#[test]
fn the_shipped_schema_is_that_of_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("feeds.schema.json");
    let shipped = fs::read_to_string(file).unwrap();
    let fresh = format!("{:#}\n", schema());
    assert!(shipped == fresh, "feeds.schema.json is old: cargo run -- schema > feeds.schema.json");
    assert!(include_str!("../../../feeds.toml").starts_with("#:schema ./feeds.schema.json\n"));
}

#[test]
fn the_shipped_file_is_valid_with_and_without_its_comments() {
    let validator = Validator::new();
    let shipped = include_str!("../../../feeds.toml");
    assert_eq!(validator.fault(shipped), None);
    let uncommented: Vec<&str> = shipped
        .lines()
        .map(|line| {
            let hidden = line
                .strip_prefix('#')
                .filter(|rest| rest.starts_with(|first: char| first.is_ascii_lowercase()));
            // This one goes on in the next line.
            hidden.filter(|rest| !rest.starts_with("drop")).unwrap_or(line)
        })
        .collect();
    let uncommented = uncommented.join("\n");
    assert!(uncommented.contains("\nlisten = "));
    assert_eq!(validator.fault(&uncommented), None);
}

#[test]
fn each_example_that_a_message_gives_is_valid() {
    let validator = Validator::new();
    let examples = |shape: &Shape| -> String {
        let lines = shape.keys.iter().map(|key| format!("{} = {}", key.name, key.example));
        lines.collect::<Vec<_>>().join("\n")
    };
    let mut checked = 0;
    for (name, shape) in TABLES {
        let feed = "id = \"a\"\ntitle = \"A\"\nurl = \"https://a.vn/\"\n";
        let text = match name {
            "file" => examples(shape),
            "own-channel" => format!("[[channels]]\n{}", examples(shape)),
            "feed" => format!("[[feeds]]\n{}", examples(shape)),
            "page" | "article" | "drop" | "keep" => {
                format!("[[feeds]]\n{feed}[feeds.{name}]\n{}", examples(shape))
            }
            "host" => format!("[hosts.\"a.vn\"]\n{}", examples(shape)),
            _ => format!("[{name}]\n{}", examples(shape)),
        };
        assert_eq!(validator.fault(&text), None, "{text}");
        checked += shape.keys.len();
    }
    assert!(checked > 100, "{checked}");
}

// What editors show as the default must be what holds.
#[test]
fn each_default_is_what_holds_where_nothing_is_said() {
    let read =
        |text: &str| parse(text, &Surroundings::default()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let feed = "[[feeds]]\nid = \"a\"\ntitle = \"A\"\nurl = \"https://a.vn/\"\n";
    let mut checked = 0;
    for (name, shape) in TABLES {
        for key in keys(shape) {
            let Some(default) = &key.default else { continue };
            let default = if default.is_object() { "{}".to_owned() } else { default.to_string() };
            let line = format!("{} = {default}\n", key.name);
            let (with, without) = match name {
                "file" => (format!("{line}{feed}"), feed.to_owned()),
                "feed" => (format!("{feed}{line}"), feed.to_owned()),
                "own-channel" | "drop" | "keep" | "host" => continue,
                "page" => {
                    let page = format!("{feed}[feeds.page]\nnext = \"a\"\n");
                    (format!("{page}{line}"), page)
                }
                "store" => (
                    format!("[store]\nexport = \"a\"\n{line}{feed}"),
                    format!("[store]\nexport = \"a\"\n{feed}"),
                ),
                _ => (format!("[{name}]\n{line}{feed}"), feed.to_owned()),
            };
            assert_eq!(read(&with), read(&without), "{with}");
            checked += 1;
        }
    }
    assert!(checked > 30, "{checked}");
}

#[test]
fn what_the_reader_takes_is_valid_and_common_slips_are_not() {
    let validator = Validator::new();
    let feed =
        |more: &str| format!("[[feeds]]\nid = \"a\"\ntitle = \"A\"\nurl = \"https://a.vn/\"\n{more}\n");
    let good = [
        String::new(),
        feed("province = \"nam-dinh\"\nmax_body = 2048\ninterval = \"1h30m\""),
        feed(
            "total_timeout = \"500ms\"\nrewrite_host = { \"a.vn\" = \"b.vn\" }\nheaders.X = \"1\"\n[feeds.page]",
        ),
        feed("drop = { keywords = [\"a\"], look_in = [\"title\", \"categories\"], diacritics = false }"),
        "[hosts.\"a.vn:80\"]\nhost_delay = \"0s\"\n[hosts.\"[::1]\"]\nkeep.links = ['\\.pdf$']".to_owned(),
        "[[channels]]\nslug = \"a\"\ntitle = \"A\"\nlanguages = [\"vi\", \"km\"]\nduplicates = \"keep\""
            .to_owned(),
    ];
    for text in good {
        assert!(parse(&text, &Surroundings::default()).is_ok(), "{text}");
        assert_eq!(validator.fault(&text), None, "{text}");
    }
    let bad = [
        "[server]\nlistn = \"127.0.0.1:1\"".to_owned(),
        "[feed]\nid = \"a\"".to_owned(),
        feed("intervall = \"1h\""),
        feed("interval = 30"),
        feed("interval = \"30 minutes\""),
        feed("interval = \"\""),
        feed("province = \"ninh-bin\""),
        feed("enabled = \"no\""),
        feed("max_body = \"10 MB\""),
        feed("http = \"2\""),
        feed("").replace("\"a\"", "\"Báo A\""),
        feed("").replace("https:", "ftp:"),
        "[[feeds]]\nid = \"a\"".to_owned(),
        "[channel]\nmax_entries = 0".to_owned(),
        "[hosts.\"a.vn\"]\ntls_verify = false".to_owned(),
    ];
    for text in bad {
        assert!(parse(&text, &Surroundings::default()).is_err(), "{text}");
        assert!(validator.fault(&text).is_some(), "{text}");
    }
}
