//! What is republished of a source: `content`, `drop` and `keep`, and the words and patterns that entries are judged by.
//! Judges none.

use std::sync::Arc;

use super::{
    problem::{Problems, Wrong},
    reader::Reader,
    shape::{self, Shape},
    wording::{echo, nearest, shown},
};
use crate::model::{Criteria, Extent, Matching, Part, Patterns, Republishing};

/// The most words of one list.
pub(super) const MAX_WORDS: usize = 1000;
/// The longest keyword or category, in characters.
const MAX_WORD: usize = 100;
const MAX_PATTERNS: usize = 100;
/// The longest pattern, in bytes.
const MAX_PATTERN: usize = 500;

/// What is inherited with what this table says put over it, key by key.
pub(super) fn overlaid(
    inherited: &Republishing,
    table: &Reader<'_>,
    problems: &mut Problems<'_>,
) -> Republishing {
    Republishing {
        content: table.text("content", problems, read_extent).unwrap_or(inherited.content),
        drop: overlaid_criteria(&inherited.drop, &shape::DROP, table, problems),
        keep: overlaid_criteria(&inherited.keep, &shape::KEEP, table, problems),
    }
}

fn overlaid_criteria(
    inherited: &Arc<Criteria>,
    shape: &'static Shape,
    table: &Reader<'_>,
    problems: &mut Problems<'_>,
) -> Arc<Criteria> {
    let Some(table) = table.nested(shape, problems) else { return Arc::clone(inherited) };
    table.refuse_unknown(problems);
    let keywords = table.list("keywords", MAX_WORDS, problems, read_words);
    let categories = table.list("categories", MAX_WORDS, problems, read_words);
    Arc::new(Criteria {
        keywords: keywords.unwrap_or_else(|| inherited.keywords.clone()),
        categories: categories.unwrap_or_else(|| inherited.categories.clone()),
        links: read_patterns(&table, problems).unwrap_or_else(|| inherited.links.clone()),
        matching: overlaid_matching(&inherited.matching, &table, problems),
    })
}

/// How words are compared.
pub(super) fn overlaid_matching(
    inherited: &Matching,
    table: &Reader<'_>,
    problems: &mut Problems<'_>,
) -> Matching {
    let diacritics = table.flag("diacritics", problems).unwrap_or(inherited.diacritics);
    let look_in = table.list("look_in", Part::ALL.len(), problems, read_part);
    let written = table.get("look_in").and_then(|found| found.value.as_array());
    if written.is_some_and(|parts| parts.is_empty()) {
        let wrong = Wrong::new("is empty, so that no keyword is found", "name a part, or take the key out");
        table.tell("look_in", wrong, problems);
    }
    Matching { diacritics, look_in: look_in.unwrap_or_else(|| inherited.look_in.clone()) }
}

/// Words or a phrase, as written.
pub(super) fn read_words(text: &str) -> Result<String, Wrong> {
    let length = text.chars().count();
    if length > MAX_WORD {
        return Err(Wrong::new(format!("is {length} characters long, but may be {MAX_WORD}"), "shorten it"));
    }
    if !text.contains(char::is_alphanumeric) {
        let message = format!("is {}, which holds no letter and no digit", echo(text));
        return Err(Wrong::new(message, "write words, as \"quảng cáo\", or take it out"));
    }
    Ok(text.trim().to_owned())
}

fn read_extent(text: &str) -> Result<Extent, Wrong> {
    match text {
        "full" => Ok(Extent::Full),
        "summary" => Ok(Extent::Summary),
        _ => Err(Wrong::new(
            format!("is {}, which is neither \"full\" nor \"summary\"", echo(text)),
            "write \"summary\" to republish no more than a summary",
        )),
    }
}

fn read_part(text: &str) -> Result<Part, Wrong> {
    let names = || Part::ALL.iter().map(|(_, name)| *name);
    let found = Part::ALL.iter().find(|(_, name)| *name == text);
    found.map(|(part, _)| *part).ok_or_else(|| {
        let remedy = match nearest(text, names()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write some of {}", names().collect::<Vec<_>>().join(", ")),
        };
        Wrong::new(format!("is {}, which is no part of an entry", echo(text)), remedy)
    })
}

fn read_patterns(table: &Reader<'_>, problems: &mut Problems<'_>) -> Option<Patterns> {
    let texts = table.list("links", MAX_PATTERNS, problems, read_pattern)?;
    match Patterns::new(&texts) {
        Ok(patterns) => Some(patterns),
        Err(error) => {
            table.tell("links", too_much(&error, "holds patterns that together"), problems);
            None
        }
    }
}

/// A pattern that is right by itself.
fn read_pattern(text: &str) -> Result<&str, Wrong> {
    if text.len() > MAX_PATTERN {
        let message = format!("is {} bytes long, but may be {MAX_PATTERN}", text.len());
        return Err(Wrong::new(message, "shorten it, or make two of it"));
    }
    if text.is_empty() {
        return Err(Wrong::new(
            "is empty, and fits every link",
            "write a part of an address, or take it out",
        ));
    }
    if let Err(error) = regex_syntax::parse(text) {
        let (kind, at) = match &error {
            regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start.offset),
            regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span().start.offset),
            other => (other.to_string(), 0),
        };
        let at = 1 + text.get(..at).unwrap_or_default().chars().count();
        let kind = kind.lines().next().unwrap_or_default().trim_end_matches([',', ':']).to_owned();
        let message = format!("is \"{}\", which is no pattern at its character {at} ({kind})", shown(text));
        let remedy = "write a regular expression, in single quotes where it holds a backslash, as '\\.pdf$'";
        return Err(Wrong::new(message, remedy));
    }
    match Patterns::new(&[text]) {
        Ok(_) => Ok(text),
        Err(error) => Err(too_much(&error, &format!("is \"{}\", which", shown(text)))),
    }
}

fn too_much(error: &regex::Error, what: &str) -> Wrong {
    match error {
        regex::Error::CompiledTooBig(limit) => Wrong::new(
            format!("{what} would take more than {} KiB", limit >> 10),
            "shorten it: repeat less, and write [0-9] and [a-z] for \\d and \\w",
        ),
        other => Wrong::new(format!("{what} cannot be used ({other})"), "write it more simply"),
    }
}
