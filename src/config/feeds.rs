//! The `[[feeds]]` tables as sources. Asks no source whether it is there.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use toml::de::DeValue;
use url::Url;

use super::{
    Surroundings,
    address::read_feed_url,
    article::read_article,
    files::Files,
    hosts::Inherited,
    page::read_page,
    problem::{Problems, Wrong},
    reader::{Found, Reader, type_name},
    sections::read_title,
    settings::Settings,
    shape,
    wording::{echo, nearest, slug},
};
use crate::model::{Province, Source, SourceId};

/// The most sources that one file may list: the whole nation's communes, many times over.
pub const MAX_SOURCES: usize = 100_000;

/// The sources of the file, in its order; the hosts with a table of their own at which none of them is; and the files of
/// certificates and credentials that were read.
pub(super) fn read_sources(
    roots: &[Reader<'_>],
    surroundings: &Surroundings,
    problems: &mut Problems<'_>,
) -> (Vec<Arc<Source>>, Vec<String>, Vec<PathBuf>) {
    let mut files = Files::new(surroundings);
    let inherited = Inherited::read(&roots[0], &mut files, problems);

    let mut seen = Seen::default();
    let mut sources = Vec::new();
    let most = (MAX_SOURCES, "share them among several daemons");
    for (index, found) in tables_of_all(roots, "feeds", most, problems) {
        let DeValue::Table(table) = found.value else {
            let message = format!("is {}, but must be a table", type_name(found.value));
            let wrong = Wrong::new(message, "write [[feeds]] on a line of its own, and its keys below");
            problems.tell(found.at, format!("feeds[{index}]"), wrong);
            continue;
        };
        let id = table.get("id").and_then(|id| id.get_ref().as_str()).and_then(SourceId::new);
        let path = id.map_or_else(|| format!("feeds[{index}]"), |id| format!("feeds.{id}"));
        let table = Reader::new(table, found, path, &shape::FEEDS);
        sources.extend(read_source(&table, &inherited, &mut files, &mut seen, problems).map(Arc::new));
    }
    let hosts_without_feeds = inherited.without_feeds(&sources);
    (sources, hosts_without_feeds, files.paths())
}

/// The values in the lists of tables under this key of all the files, as many as there may be, each with its number in
/// its own file.
pub(super) fn tables_of_all<'a>(
    roots: &[Reader<'a>],
    key: &str,
    (most, remedy): (usize, &str),
    problems: &mut Problems<'_>,
) -> Vec<(usize, Found<'a>)> {
    let mut all = Vec::new();
    for root in roots {
        let found = tables(root, key, (most, remedy), problems);
        if all.len() <= most && all.len() + found.len() > most {
            let message = format!("and the lists of the other files hold more than {most} tables");
            root.tell(key, Wrong::new(message, remedy), problems);
        }
        all.extend(found.into_iter().enumerate());
    }
    all.truncate(most);
    all
}

/// The values in the list of tables under this key, as many as there may be.
fn tables<'a>(
    root: &Reader<'a>,
    key: &str,
    (most, remedy): (usize, &str),
    problems: &mut Problems<'_>,
) -> Vec<Found<'a>> {
    let Some(found) = root.get(key) else { return Vec::new() };
    let DeValue::Array(list) = found.value else {
        let brackets =
            format!("write [[{key}]] in double brackets, once for each {}", key.trim_end_matches('s'));
        let message = format!("is {}, but must be a list of tables", type_name(found.value));
        root.tell(key, Wrong::new(message, brackets), problems);
        // With single brackets it is one of them, whose keys may be wrong too.
        return if found.value.is_table() { vec![found] } else { Vec::new() };
    };
    if list.len() > most {
        let message = format!("holds {} tables, but may hold {most}", list.len());
        root.tell(key, Wrong::new(message, remedy), problems);
    }
    list.iter().take(most).map(|value| found.within(value)).collect()
}

/// Where each id and each address was first written.
#[derive(Default)]
struct Seen {
    ids: HashMap<SourceId, usize>,
    addresses: HashMap<String, usize>,
}

fn read_source(
    table: &Reader<'_>,
    inherited: &Inherited<'_>,
    files: &mut Files<'_>,
    seen: &mut Seen,
    problems: &mut Problems<'_>,
) -> Option<Source> {
    table.refuse_unknown(problems);
    let id = table.required("id", problems, read_id);
    let title = table.required("title", problems, read_title);
    let province = table.text("province", problems, read_province);
    let url = table.required("url", problems, read_feed_url);
    let enabled = table.flag("enabled", problems).unwrap_or(true);
    let inherited = url.as_ref().map_or(inherited.anywhere(), |url| inherited.at(url));
    let Settings { timezone, pace, limits, access, rewrite_host, republishing, full_text } =
        inherited.overlaid(table, files, problems);
    let page = read_page(table, problems);
    let article = read_article(table, full_text, problems);
    refuse_repeated(table, id.as_ref(), url.as_ref(), seen, problems);
    Some(Source {
        id: id?,
        title: title?,
        province,
        url: url?,
        enabled,
        timezone,
        pace,
        limits,
        access,
        rewrite_host,
        republishing,
        page,
        article,
    })
}

fn refuse_repeated(
    table: &Reader<'_>,
    id: Option<&SourceId>,
    url: Option<&Url>,
    seen: &mut Seen,
    problems: &mut Problems<'_>,
) {
    let at = |name| table.get(name).map_or(0, |found| found.at);
    if let Some(id) = id {
        let first = *seen.ids.entry(id.clone()).or_insert_with(|| at("id"));
        if first != at("id") {
            let message =
                format!("is \"{id}\", which {} has already", problems.line_seen_from(first, at("id")));
            table.tell("id", Wrong::new(message, "give each feed an id of its own"), problems);
        }
    }
    if let Some(url) = url {
        // No server ever sees the fragment.
        let mut asked = url.clone();
        asked.set_fragment(None);
        let first = *seen.addresses.entry(asked.into()).or_insert_with(|| at("url"));
        if first != at("url") {
            let message =
                format!("is the address that {} has already", problems.line_seen_from(first, at("url")));
            table.tell("url", Wrong::new(message, "take one of the two feeds out"), problems);
        }
    }
}

fn read_id(text: &str) -> Result<SourceId, Wrong> {
    SourceId::new(text).ok_or_else(|| {
        let most = SourceId::MAX_LENGTH;
        let rule = format!("write 1 to {most} of the characters a-z, 0-9 and -");
        let meant = slug(text);
        let remedy = if text.len() > most || SourceId::new(&meant).is_none() {
            rule
        } else {
            format!("{rule}, as \"{meant}\"")
        };
        Wrong::new(format!("is {}, which cannot name a feed", echo(text)), remedy)
    })
}

pub(super) fn read_province(text: &str) -> Result<Province, Wrong> {
    Province::find(text).ok_or_else(|| {
        let slug = slug(text);
        let slugs = || Province::all().map(Province::slug);
        let meant = Province::find(&slug).map(Province::slug).or_else(|| nearest(&slug, slugs()));
        let remedy = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => {
                "write one of the 34 provinces since 2025-07-01 without accents, as \"ninh-binh\" (former \
                     ones are understood too), or leave it out for a national source"
                    .to_owned()
            }
        };
        Wrong::new(format!("is {}, which is no province", echo(text)), remedy)
    })
}
