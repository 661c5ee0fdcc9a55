//! What each key of each table is: its kind, its default, and what it is for in a line. Reads no file.

use serde_json::{Value, json};

use super::Shape;
use crate::{
    config::shape,
    model::{Language, PageRules, Part},
};

/// One key of a table.
pub(super) struct Key {
    pub name: &'static str,
    pub kind: Kind,
    pub is_required: bool,
    /// What holds where the key is not written, if that is a value.
    pub default: Option<Value>,
    /// For people, in a line.
    pub about: &'static str,
}

/// What a value may be.
pub(super) enum Kind {
    Text,
    Slug,
    /// An address of http or https.
    Web,
    Duration,
    Size,
    Count(usize, usize),
    Flag,
    Choice(Vec<&'static str>),
    Province,
    List(Box<Kind>),
    /// Texts by names that the admin chooses.
    Pairs,
    /// The table of this definition,
    Table(&'static str),
    /// a list of such,
    Tables(&'static str),
    /// or such tables by names that the admin chooses.
    Named(&'static str),
}

fn texts() -> Kind {
    Kind::List(Box::new(Kind::Text))
}

/// A key without a default.
fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, is_required: false, default: None, about }
}

fn required(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { is_required: true, ..key(name, kind, about) }
}

/// A key with this default.
fn preset(name: &'static str, kind: Kind, default: impl Into<Value>, about: &'static str) -> Key {
    Key { default: Some(default.into()), ..key(name, kind, about) }
}

/// The keys of this table; none of one that is not known.
pub(super) fn keys(table: &Shape) -> Vec<Key> {
    let is = |shape: &Shape| table.header == shape.header;
    match table {
        _ if is(&shape::ROOT) => root(),
        _ if is(&shape::SERVER) => vec![
            preset(
                "listen",
                Kind::Text,
                "127.0.0.1:8080",
                "Where readers are answered: an address and a port.",
            ),
            key("public_url", Kind::Web, "What links begin with; by default where we listen."),
        ],
        _ if is(&shape::ADMIN) => {
            let about = "Where the status page, metrics and the command line are answered; keep it private.";
            vec![preset("listen", Kind::Text, "127.0.0.1:8081", about)]
        }
        _ if is(&shape::STORE) => store(),
        _ if is(&shape::NETWORK) => {
            vec![preset("allow", texts(), json!([]), "Private networks where feeds may be all the same.")]
        }
        _ if is(&shape::CHANNEL) => {
            let title = preset("title", Kind::Text, "Tin các tỉnh", "The merged feed's name.");
            [title].into_iter().chain(sizes(true)).collect()
        }
        _ if is(&shape::CHANNELS) => own_channel(),
        _ if is(&shape::DEFAULTS) || is(&shape::HOSTS) => inherited(is(&shape::DEFAULTS)),
        _ if is(&shape::FEEDS) => feed(),
        _ if is(&shape::PAGE) => page(),
        _ if is(&shape::ARTICLE) => article(),
        _ if is(&shape::DROP) || is(&shape::KEEP) => criteria(),
        _ => Vec::new(),
    }
}

fn root() -> Vec<Key> {
    vec![
        preset(
            "include",
            texts(),
            json!([]),
            "More files of feeds and channels, as conf.d/*.toml, from this file on.",
        ),
        key("server", Kind::Table("server"), "The readers' listener."),
        key("admin", Kind::Table("admin"), "The admin's listener."),
        key("store", Kind::Table("store"), "Where entries are kept, and for how long."),
        key("network", Kind::Table("network"), "Where feeds may be."),
        key("channel", Kind::Table("channel"), "The merged feed."),
        key("defaults", Kind::Table("defaults"), "What holds for every feed."),
        key("hosts", Kind::Named("host"), "What holds for every feed of a host, or of a host:port."),
        key("channels", Kind::Tables("own-channel"), "Channels of your own."),
        key("feeds", Kind::Tables("feed"), "The feeds."),
    ]
}

fn store() -> Vec<Key> {
    vec![
        key(
            "path",
            Kind::Text,
            "The store's folder, from this file on; by default $STATE_DIRECTORY, else data.",
        ),
        preset("keep", Kind::Duration, "180d", "For how long an entry is kept after its first sight."),
        key(
            "keep_entries",
            Kind::Count(1, 10_000_000),
            "How many entries of each feed are kept; all by default.",
        ),
        preset(
            "cache",
            Kind::Size,
            "64MiB",
            "The database's cache; its true use is two to four times as much.",
        ),
        preset(
            "compact_above",
            Kind::Size,
            "256MiB",
            "The files are made anew when they take more than this.",
        ),
        key("export", Kind::Text, "A folder where exports are made by themselves."),
        preset("export_every", Kind::Duration, "24h", "How often an export is made."),
        preset("export_keep", Kind::Count(1, 1000), 7, "How many exports are left, the newest."),
    ]
}

/// Of merged feeds. Those of the admin's own inherit them.
fn sizes(is_above: bool) -> Vec<Key> {
    let preset = |name, kind, default: Value, about| Key {
        default: is_above.then_some(default),
        ..key(name, kind, about)
    };
    let duplicates = Kind::Choice(vec!["exact", "keep"]);
    vec![
        preset("window", Kind::Duration, json!("48h"), "For how long an entry stays after its first sight."),
        preset("min_entries", Kind::Count(0, 10_000), json!(50), "Filled up to so many from older entries."),
        preset("max_entries", Kind::Count(1, 10_000), json!(1000), "Cut to so many."),
        preset(
            "duplicates",
            duplicates,
            json!("exact"),
            "The same article of several feeds stands once, or keeps standing in each.",
        ),
    ]
}

fn own_channel() -> Vec<Key> {
    let languages = Kind::List(Box::new(Kind::Choice(Language::ALL.iter().map(|(_, tag)| *tag).collect())));
    let mut keys = vec![
        required("slug", Kind::Slug, "It is served at /channels/{slug}.xml."),
        required("title", Kind::Text, "The name that readers see."),
        key("description", Kind::Text, "What readers see below the name."),
        key("provinces", Kind::List(Box::new(Kind::Province)), "The feeds of these provinces."),
        key("sources", texts(), "The feeds of these ids."),
        key("categories", texts(), "An entry has one of these categories."),
        key("any", texts(), "An entry holds one of these words or phrases."),
        key("all", texts(), "An entry holds all of these words or phrases."),
        key("none", texts(), "An entry holds none of these words or phrases."),
        key("languages", languages, "An entry is in one of these languages."),
    ];
    keys.extend(matching());
    keys.extend(sizes(false));
    keys
}

fn matching() -> [Key; 2] {
    let parts = Kind::List(Box::new(Kind::Choice(Part::ALL.iter().map(|(_, name)| *name).collect())));
    let usual = json!(["title", "summary", "content"]);
    [
        preset("diacritics", Kind::Flag, true, "false also finds bão and báo by bao."),
        preset("look_in", parts, usual, "Where words are looked for."),
    ]
}

fn criteria() -> Vec<Key> {
    let mut keys = vec![
        key("keywords", texts(), "Words or phrases, found as whole syllables."),
        key("categories", texts(), "Whole categories."),
        key("links", texts(), "Regular expressions on the article's address."),
    ];
    keys.extend(matching());
    keys
}

/// What feeds inherit. Only at the top the defaults are known.
fn inherited(is_top: bool) -> Vec<Key> {
    let preset = |name, kind, default: Value, about| Key {
        default: is_top.then_some(default),
        ..key(name, kind, about)
    };
    vec![
        key("interval", Kind::Duration, "Fixes the pace; without it the pace adapts to the feed."),
        preset("min_interval", Kind::Duration, json!("15m"), "The quickest pace, from 1s to 24h."),
        preset("max_interval", Kind::Duration, json!("24h"), "The slowest pace, from 1s to 24h."),
        preset("timezone", Kind::Text, json!("Asia/Ho_Chi_Minh"), "Of dates that name no zone."),
        preset("host_delay", Kind::Duration, json!("2s"), "Between two requests to one host."),
        preset("max_body", Kind::Size, json!("10MiB"), "The largest document, decompressed."),
        preset("connect_timeout", Kind::Duration, json!("15s"), "Until connected."),
        preset("idle_timeout", Kind::Duration, json!("20s"), "Between two pieces of an answer."),
        preset("total_timeout", Kind::Duration, json!("60s"), "For the whole request."),
        preset(
            "http",
            Kind::Choice(vec!["auto", "1.1"]),
            json!("auto"),
            "1.1 for a server that fails at HTTP/2.",
        ),
        key("user_agent", Kind::Text, "In place of our own, for who answers 403 to it."),
        preset("headers", Kind::Pairs, json!({}), "More headers; an empty value takes one out."),
        preset(
            "proxy",
            Kind::Text,
            json!("none"),
            "http, https, socks5 or socks5h, as socks5h://127.0.0.1:9050.",
        ),
        preset("ca_file", Kind::Text, json!("none"), "Certificates (PEM) to trust beside the system's."),
        preset(
            "cookie_challenge",
            Kind::Flag,
            json!(false),
            "true passes a page that sets a cookie by script.",
        ),
        preset("rewrite_host", Kind::Pairs, json!({}), "Hosts in links, the old one and the new one."),
        preset(
            "full_text",
            Kind::Flag,
            json!(false),
            "true reads the whole article of each new entry at its address.",
        ),
        preset(
            "content",
            Kind::Choice(vec!["full", "summary"]),
            json!("full"),
            "summary republishes no more than a summary.",
        ),
        key("drop", Kind::Table("drop"), "A new entry that meets one of these is not republished."),
        key("keep", Kind::Table("keep"), "A new entry that meets none of these is not republished."),
    ]
}

fn feed() -> Vec<Key> {
    let mut keys = vec![
        required("id", Kind::Slug, "Stable: it is part of the key of each entry."),
        required("title", Kind::Text, "The publisher's name as readers see it."),
        key(
            "province",
            Kind::Province,
            "One of the 34 provinces since 2025-07-01, or a former one; none for a national source.",
        ),
        required("url", Kind::Web, "The feed's address."),
        preset("enabled", Kind::Flag, true, "false lets it rest: not polled, and what it published stays."),
    ];
    keys.extend(inherited(false));
    keys.extend([
        preset(
            "tls_verify",
            Kind::Flag,
            true,
            "false takes any certificate: whoever is on the way may read and change all.",
        ),
        key(
            "credentials_file",
            Kind::Text,
            "A file with one line: user:password, or a whole value such as Bearer ….",
        ),
        key("credentials_env", Kind::Text, "An environment variable that holds the same."),
        key("page", Kind::Table("page"), "Where news stands, of a source that is a page."),
        key("article", Kind::Table("article"), "Where an article's parts stand, at its own address."),
    ]);
    keys
}

fn page() -> Vec<Key> {
    vec![
        key("item", Kind::Text, "A CSS selector: what each entry stands in."),
        key("title", Kind::Text, "Within it, the headline."),
        key("link", Kind::Text, "Within it, the link; the title's by default."),
        key("date", Kind::Text, "Within it, the date."),
        key("date_format", Kind::Text, "In the signs of strftime, only where dates are unusual."),
        key("summary", Kind::Text, "Within it, the summary."),
        key("image", Kind::Text, "Within it, the picture."),
        key("next", Kind::Text, "The link to the next page, followed at the first poll only,"),
        preset("pages", Kind::Count(1, PageRules::PAGES_MAX), PageRules::PAGES, "to so many pages."),
    ]
}

fn article() -> Vec<Key> {
    vec![
        key("title", Kind::Text, "A CSS selector: the headline."),
        key("date", Kind::Text, "The date."),
        key("body", Kind::Text, "The text; several are joined."),
        key("author", Kind::Text, "Who wrote it."),
        key("drop", Kind::Text, "What goes, wherever it stands in the text."),
    ]
}
