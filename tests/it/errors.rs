//! Every error that a person can meet, in its words: collected from the real values, the real program and the real listeners,
//! and compared with the files beside this one. Read those as an admin would: each must say what happened, where, and
//! what to do next. `cargo test --test it -- errors --nocapture` prints them all, and `TINTINH_BLESS=1` writes them anew.
//! Those of `feeds.toml` stand in `src/config/problems.txt`. What is told of documents is what is wrong with them: behind it
//! whoever tells it says what to do, which the tests of `poll/failures` and the refusals of `preview` show.

mod command_line;
mod documents;
mod http;
mod network;
mod running;
mod store;

use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::Path};

/// What is told of each error, by its name.
#[derive(Default)]
struct Told(Vec<(String, String)>);

/// An enum of errors whose variants are all known by name.
trait Kinds {
    /// All of them.
    const ALL: &'static [&'static str];

    fn kind(&self) -> &'static str;
}

/// Names the variants of an enum. Without a wildcard: one more does not compile, and one that is not told fails.
macro_rules! kinds {
    ($error:ty: $($variant:ident),* $(,)?) => {
        impl $crate::errors::Kinds for $error {
            const ALL: &'static [&'static str] = &[$(stringify!($variant)),*];

            fn kind(&self) -> &'static str {
                use $error as Error;
                match self {
                    $(Error::$variant { .. } => stringify!($variant),)*
                }
            }
        }
    };
}
use kinds;

impl Told {
    fn add(&mut self, name: impl Into<String>, words: impl Into<String>) {
        self.0.push((name.into(), words.into()));
    }

    /// Tells errors of one kind, among which each variant must be.
    fn all<E: Kinds>(&mut self, errors: impl IntoIterator<Item = E>, words: impl Fn(&E) -> String) {
        let mut missing: BTreeSet<&str> = E::ALL.iter().copied().collect();
        for error in errors {
            missing.remove(error.kind());
            self.add(error.kind(), words(&error));
        }
        assert!(missing.is_empty(), "not told: {missing:?}");
    }

    /// Prints them all, and compares them with the file of this name.
    fn compare(&self, name: &str) {
        let mut found = String::new();
        for (name, words) in &self.0 {
            writeln!(found, "== {name}\n{}\n", words.trim_end()).unwrap();
        }
        println!("{found}");
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/errors").join(name);
        if env::var_os("TINTINH_BLESS").is_some_and(|value| !value.is_empty()) {
            fs::write(&file, &found).unwrap();
        }
        let wanted = fs::read_to_string(&file).unwrap();
        for (found, wanted) in found.split("\n== ").zip(wanted.split("\n== ")) {
            assert_eq!(found, wanted, "{name}: read it, and set TINTINH_BLESS=1 once");
        }
        assert_eq!(found.len(), wanted.len(), "{name}: there are more or fewer");
    }
}

/// With a folder of this test, and ports of the system's choice, in the place of which stand those that an admin has.
fn settled(words: &str, folder: &Path) -> String {
    let mut settled = String::new();
    let words = words.replace(folder.to_str().unwrap(), "/etc/tintinh");
    let mut pieces = words.split("127.0.0.1:");
    settled.push_str(pieces.next().unwrap());
    for piece in pieces {
        settled.push_str("127.0.0.1:8081");
        settled.push_str(piece.trim_start_matches(|it: char| it.is_ascii_digit()));
    }
    settled
}

#[test]
fn errors_of_feeds_toml_are_those_that_its_own_test_holds() {
    let problems = include_str!("../../src/config/problems.txt");
    assert!(problems.split("\n----\n").count() > 100);
    println!("{problems}");
}
