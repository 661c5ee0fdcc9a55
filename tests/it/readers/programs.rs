//! Readers, and what each makes of a document, in one form.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use feed_rs::{model::Link, parser};
use serde_json::Value;

/// Debian's own, which has Debian's feedparser.
const PYTHON: &str = "/usr/bin/python3";

/// What a reader has of an entry. What it does not tell is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    pub title: String,
    pub link: String,
    pub id: String,
    /// In seconds since 1970.
    pub date: i64,
    pub author: String,
    /// The longest text.
    pub content: String,
    /// The address of the first file.
    pub file: String,
    pub categories: Vec<String>,
    pub rights: String,
}

/// What the program says of this input; none where it is not installed.
fn told(command: &mut Command, input: &[u8]) -> Option<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            println!("left out, as {name} cannot be started: {error}");
            return None;
        }
    };
    // A program that takes no input has closed its end.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    if errors.contains("No module named 'feedparser'") {
        println!("left out, as feedparser is not installed");
        return None;
    }
    assert!(output.status.success(), "{name}: {errors}");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn entries(json: &str) -> Vec<Entry> {
    let read: Vec<Value> = serde_json::from_str(json).unwrap();
    let read = read.iter().map(|entry| {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let categories = entry["categories"].as_array().into_iter().flatten();
        Entry {
            title: text("title"),
            link: text("link"),
            id: text("id"),
            date: entry["date"].as_i64().unwrap_or_default(),
            author: text("author"),
            content: text("content"),
            file: text("file"),
            categories: categories.map(|name| name.as_str().unwrap().to_owned()).collect(),
            rights: text("rights"),
        }
    });
    read.collect()
}

/// Python's feedparser.
pub fn feedparser(document: &[u8]) -> Option<Vec<Entry>> {
    let mut command = Command::new(PYTHON);
    command.args(["-c", include_str!("feedparser.py")]);
    told(&mut command, document).map(|json| entries(&json))
}

/// sfeed, whose lines are tabbed fields.
pub fn sfeed(document: &[u8]) -> Option<Vec<Entry>> {
    let lines = told(&mut Command::new("sfeed"), document)?;
    let read = lines.lines().map(|line| {
        let field = |number: usize| line.split('\t').nth(number).unwrap_or_default().to_owned();
        Entry {
            date: field(0).parse().unwrap_or_default(),
            title: field(1),
            link: field(2),
            content: field(3),
            id: field(5),
            author: field(6),
            file: field(7),
            categories: field(8).split('|').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            ..Entry::default()
        }
    });
    Some(read.collect())
}

/// newsboat, which asks the daemon itself; what it keeps is in a database.
pub async fn newsboat(address: &str) -> Option<Vec<Entry>> {
    let folder = tempfile::tempdir().unwrap();
    let here = |name: &str| folder.path().join(name);
    std::fs::write(here("urls"), format!("{address}\n")).unwrap();
    std::fs::write(here("config"), "").unwrap();
    let mut reload = Command::new("newsboat");
    reload.env("HOME", folder.path()).args(["-x", "reload", "-u"]).arg(here("urls"));
    reload.arg("-C").arg(here("config")).arg("-c").arg(here("cache.db"));
    let cache = here("cache.db");
    let read = move || {
        told(&mut reload, b"")?;
        let mut command = Command::new(PYTHON);
        command.args(["-c", include_str!("newsboat.py")]).arg(cache);
        told(&mut command, b"").map(|json| entries(&json))
    };
    // The daemon that it asks runs on this thread.
    tokio::task::spawn_blocking(read).await.unwrap()
}

/// feed-rs, which reads JSON Feed too.
pub fn feed_rs(document: &[u8]) -> Vec<Entry> {
    let feed = parser::parse(document).unwrap();
    let read = feed.entries.into_iter().map(|entry| {
        // It says nothing of what an attachment of JSON Feed is to its entry.
        let is_file = |link: &&Link| match link.rel.as_deref() {
            Some(relation) => relation == "enclosure",
            None => link.media_type.is_some(),
        };
        let is_page =
            |link: &&Link| !is_file(link) && link.rel.as_deref().is_none_or(|rel| rel == "alternate");
        let linked = entry.links.iter().find(is_file).map(|link| link.href.clone());
        let media = entry.media.iter().flat_map(|media| &media.content).find_map(|file| file.url.as_ref());
        let content = entry.content.as_ref().and_then(|content| content.body.clone());
        Entry {
            title: entry.title.map(|title| title.content).unwrap_or_default(),
            link: entry.links.iter().find(is_page).map(|link| link.href.clone()).unwrap_or_default(),
            id: entry.id,
            date: entry.published.map(|date| date.timestamp()).unwrap_or_default(),
            author: entry
                .authors
                .first()
                .map(|author| author.name.clone().unwrap_or_default())
                .unwrap_or_default(),
            content: content.or_else(|| entry.summary.map(|it| it.content)).unwrap_or_default(),
            file: linked.or_else(|| media.map(ToString::to_string)).unwrap_or_default(),
            categories: entry.categories.into_iter().map(|category| category.term).collect(),
            rights: String::new(),
        }
    });
    read.collect()
}
