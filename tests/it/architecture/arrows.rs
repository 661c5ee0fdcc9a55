//! Reads from the text of a source file which rooms and crates it names. Works on tokens, so that comments and strings
//! do not count and the insides of macros do. Knows no room.

use std::collections::BTreeSet;

use proc_macro2::{Group, TokenStream, TokenTree};

/// What a file names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Top-level modules of our crate: `crate::room`, `tintinh::room`, and `super` where it climbs out to one.
    pub rooms: BTreeSet<String>,
    /// How all other paths begin: crates, modules and types in scope.
    pub heads: BTreeSet<String>,
}

/// What this text, that of the module `module`, names.
pub fn names_in(text: &str, module: &[String]) -> Result<Names, String> {
    let tokens: TokenStream = text.parse().map_err(|error| format!("is not Rust: {error}"))?;
    let mut names = Names::default();
    read(&tokens.into_iter().collect::<Vec<_>>(), module, &mut names);
    Ok(names)
}

fn read(tokens: &[TokenTree], module: &[String], names: &mut Names) {
    let mut rest = tokens;
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            // Not `impl Trait + use<'a>`.
            TokenTree::Ident(word)
                if word == "use" && !rest.first().is_some_and(|next| is_punct(next, '<')) =>
            {
                let (tree, after) = rest.split_at(rest.iter().position(is_semicolon).unwrap_or(0));
                read_use(tree, &[], module, names);
                rest = after;
            }
            TokenTree::Ident(word) if word == "mod" => {
                if let [TokenTree::Ident(name), TokenTree::Group(body), after @ ..] = rest {
                    let inner: Vec<String> = module.iter().cloned().chain([name.to_string()]).collect();
                    read(&inside(body), &inner, names);
                    rest = after;
                }
            }
            TokenTree::Ident(word) => {
                let mut path = vec![word.to_string()];
                while let Some((TokenTree::Ident(next), after)) = after_separator(rest) {
                    path.push(next.to_string());
                    rest = after;
                }
                // A word alone is a keyword or a local name.
                if path.len() > 1 || after_separator(rest).is_some() {
                    file_under(&path, module, names);
                }
            }
            TokenTree::Group(group) => read(&inside(group), module, names),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The tree of a `use`, below what was read of its paths so far.
fn read_use(tree: &[TokenTree], above: &[String], module: &[String], names: &mut Names) {
    for branch in tree.split(|token| is_punct(token, ',')) {
        let mut path = above.to_vec();
        for token in branch {
            match token {
                TokenTree::Ident(word) if word == "as" => break,
                TokenTree::Group(group) => read_use(&inside(group), &path, module, names),
                TokenTree::Punct(sign) if sign.as_char() == ':' => {}
                TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    path.push(token.to_string());
                }
            }
        }
        if !matches!(branch.last(), Some(TokenTree::Group(_)) | None) {
            file_under(&path, module, names);
        }
    }
}

/// Follows a path from this module, and notes the room that it comes to, or else the name that it begins with.
fn file_under(path: &[String], module: &[String], names: &mut Names) {
    let mut place = module;
    let mut rest = path;
    while let [first, after @ ..] = rest {
        match first.as_str() {
            "crate" | "tintinh" => place = &[],
            "super" => place = place.split_last().map_or(place, |(_, parent)| parent),
            "self" => {}
            _ => break,
        }
        rest = after;
    }
    let climbed = rest.len() < path.len();
    match rest.first() {
        Some(name) if !climbed => _ = names.heads.insert(name.clone()),
        Some(name) if place.is_empty() => _ = names.rooms.insert(name.clone()),
        Some(_) | None => {}
    }
}

/// What follows a `::` that stands here.
fn after_separator(tokens: &[TokenTree]) -> Option<(&TokenTree, &[TokenTree])> {
    match tokens {
        [one, two, next, after @ ..] if is_punct(one, ':') && is_punct(two, ':') => Some((next, after)),
        _ => None,
    }
}

fn inside(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

fn is_semicolon(token: &TokenTree) -> bool {
    is_punct(token, ';')
}

fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

#[test]
fn names_are_found_however_they_are_written() {
    let found = |path: &str, text: &str| {
        let module: Vec<String> = path.split_terminator('/').map(str::to_owned).collect();
        let names = names_in(text, &module).unwrap();
        let list = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(" ");
        (list(names.rooms), list(names.heads))
    };
    let table = [
        ("poll", "use crate::store::Store;", "store", ""),
        ("poll", "use crate::{model::{Entry, Row}, store::{self, sled::{Db}}};", "model store", ""),
        ("poll", "pub(crate) use {crate::fetch as f, std::io};", "fetch", "std"),
        (
            "poll",
            "fn f(e: &crate::model::Entry) -> Vec<<T as crate::merge::Merge>::Out> {}",
            "merge model",
            "",
        ),
        ("poll", "fn f() { assert_eq!(crate::store::open(), [sled::open()]); }", "store", "sled"),
        ("poll", "macro_rules! m { () => { $crate::http::serve() } }", "http", ""),
        ("poll", "impl<'a> X { fn f() -> impl Y + use<'a> { crate::app::run() } }", "app", ""),
        ("poll", "use super::store::Store;", "store", ""),
        ("poll", "mod tests { use super::*; mod deep { use super::super::Poll; } }", "", ""),
        ("poll", "mod tests { use super::super::store; }", "store", ""),
        ("store/sled/open", "use super::super::super::http;", "http", ""),
        ("store/sled/open", "use ::sled::Db; type E = ::sled::Error;", "", "sled"),
        (
            "store",
            "mod sled; use self::{sled::SledEngine, rows::Rows}; fn f() { self::sled::open() }",
            "",
            "",
        ),
        ("poll", "use feed_rs; use reqwest as r;", "", "feed_rs reqwest"),
        ("poll", "/// [`crate::http`]\n// sled::open\nconst S: &str = \"crate::http\";", "", ""),
        ("poll", "pub(crate) fn f() { let rss = 1; rss + Vec::<u8>::new().len() }", "", "Vec"),
        ("", "use tintinh::cli::run;", "cli", ""),
        ("poll", "use crate::*;", "*", ""),
    ];
    for (path, text, rooms, heads) in table {
        assert_eq!(found(path, text), (rooms.to_owned(), heads.to_owned()), "{text}");
    }
}
