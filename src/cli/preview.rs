//! `tintinh preview`: what would be made of a document, without keeping anything. Asks nobody but the address it is
//! given, and needs neither `feeds.toml` nor a store.

mod batch;
mod document;
mod json;
mod page;
mod refusal;
mod source;
mod text;
mod worker;

use std::{
    io::{self, Write as _},
    net::IpAddr,
};

use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use url::Url;

use self::{
    document::Preview,
    refusal::{Refusal, printable},
    source::Origin,
    worker::Worker,
};

/// What to preview, and how.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Options {
    /// The document: a file, an http(s) address, or - for stdin
    #[arg(value_name = "FILE|URL", required_unless_present = "batch", conflicts_with = "batch")]
    document: Option<String>,
    /// How to show it: `text` is for people, `json` is one JSON Feed 1.1 document on one line
    // The global --log-format has the id `format` already.
    #[arg(id = "form", long = "format", value_name = "FORM")]
    format: Option<Form>,
    /// Preview many documents, as JSON
    ///
    /// Each line of stdin is an object `{"file": "…", "content_type": "…", "url": "…"}`, of which only `file` is
    /// needed. For each, stdout has one line, in order and at once: the JSON Feed, or `{"error": "…"}`. Ends with 0
    /// whatever the lines held.
    #[arg(long, conflicts_with_all = ["content_type", "url", "allow"])]
    batch: bool,
    /// The Content-Type under which it was served, for its charset [default: as the server says]
    #[arg(long, value_name = "VALUE")]
    content_type: Option<String>,
    /// Where the document is from: relative addresses in it are relative to this [default: where it was fetched]
    #[arg(long, value_name = "URL", value_parser = read_url)]
    url: Option<Url>,
    /// Read web pages as lists of news too, by what they tell of themselves or by what is seen on them; `text` always does
    #[arg(long)]
    page: bool,
    /// The zone of times that name none
    #[arg(long, value_name = "ZONE", default_value = "Asia/Ho_Chi_Minh", value_parser = read_zone)]
    timezone: Tz,
    /// A network that may be asked although it is not public, as 127.0.0.0/8; may be given more than once
    #[arg(long, value_name = "NETWORK", value_parser = read_network)]
    allow: Vec<IpNet>,
}

const EXAMPLES: &str = "Examples:
  tintinh preview https://baoninhbinh.org.vn/rss/home.rss
  curl -s https://baoninhbinh.org.vn/rss/home.rss | tintinh preview --format json - | jq .items[0]

A web page is no feed, but may name one, or list news: then this proposes the [feeds.page] table that reads it.

Exit codes: 0 it is a feed, or a page with a list or a feed; 2 it is none, or cannot be had (the reason is on stderr or, in JSON, {\"error\": \"…\"}).";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
}

/// Shows one document, or as many as stdin names.
pub(super) fn preview(options: &Options) -> u8 {
    worker::silence_panics();
    let shown = match (&options.document, options.format) {
        (None, Some(Form::Text)) => {
            super::complain(&"--batch writes JSON; leave out --format text");
            return super::BAD_INPUT;
        }
        (None, _) => batch::run(io::stdin().lock(), io::stdout().lock(), options.timezone, options.page)
            .map(|()| super::WELL),
        (Some(_), format) => one(options, format.unwrap_or(Form::Text)),
    };
    shown.unwrap_or_else(|error| {
        // Who closed stdout has seen enough.
        if error.kind() == io::ErrorKind::BrokenPipe {
            return super::WELL;
        }
        super::complain(&format!("the preview ended early: {error}"));
        super::FAILURE
    })
}

fn one(options: &Options, form: Form) -> io::Result<u8> {
    let name = options.document.as_deref().unwrap_or_default();
    let outcome = read(name, options, options.page || form == Form::Text);
    let code = if outcome.is_ok() { super::WELL } else { super::BAD_INPUT };
    let mut out = io::stdout().lock();
    match (form, outcome) {
        (Form::Json, outcome) => writeln!(out, "{}", json::line(outcome.as_ref()))?,
        (Form::Text, Ok(preview)) => {
            out.write_all(text::render(&preview, options.timezone, text::Look::of_stdout()).as_bytes())?;
        }
        (Form::Text, Err(refusal)) => {
            super::complain(&printable(&format!("{name}: {refusal}")));
        }
    }
    out.flush()?;
    Ok(code)
}

fn read(name: &str, options: &Options, page: bool) -> Result<Preview, Refusal> {
    let mut input = match Origin::of(name) {
        Origin::Stdin => source::read(io::stdin().lock())?,
        Origin::File(path) => source::open(&path)?,
        Origin::Web(url) => source::fetch(&url, options.allow.clone())?,
    };
    input.content_type = options.content_type.clone().or(input.content_type);
    input.url = options.url.clone().or(input.url);
    let zone = options.timezone;
    Worker::default().run(move || document::preview(&input, zone, page))?
}

fn read_url(text: &str) -> Result<Url, String> {
    source::web_address(text).ok_or_else(|| "write an absolute http or https address".to_owned())
}

fn read_zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "write a zone of the tz database, as Asia/Ho_Chi_Minh".to_owned())
}

fn read_network(text: &str) -> Result<IpNet, String> {
    let single = |_| text.parse().map(|address: IpAddr| IpNet::from(address));
    text.parse().or_else(single).map_err(|_| {
        "write an address with the length of its prefix, as 10.0.0.0/8, or a single address".to_owned()
    })
}
