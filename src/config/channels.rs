//! The `[[channels]]` tables as channels of the admin's own. Knows of the feeds which ids and provinces they have.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use toml::de::{DeTable, DeValue};

use super::{
    ChannelSettings,
    feeds::{read_province, tables_of_all},
    filters::{MAX_WORDS, overlaid_matching, read_words},
    problem::{Problems, Wrong},
    reader::{Reader, type_name},
    sections::{overlaid_channel, read_title},
    shape,
    wording::{echo, nearest, slug},
};
use crate::{
    keywords::{Keywords, Marks},
    model::{ChannelSlug, Language, Matching, OwnChannel, Province, SourceId},
};

/// The most channels of one file.
const MAX_CHANNELS: usize = 1000;
/// The most sources that a channel may name.
const MAX_NAMED: usize = 10_000;

/// The channels of the file, in its order. What they do not say `[channel]` says.
pub(super) fn read_channels(
    roots: &[Reader<'_>],
    inherited: &ChannelSettings,
    problems: &mut Problems<'_>,
) -> Vec<Arc<OwnChannel>> {
    let found = tables_of_all(roots, "channels", (MAX_CHANNELS, "take some out"), problems);
    if found.is_empty() {
        return Vec::new();
    }
    let feeds = Feeds::of(roots);
    let mut slugs = HashMap::new();
    let mut channels = Vec::new();
    for (index, found) in found {
        let DeValue::Table(table) = found.value else {
            let message = format!("is {}, but must be a table", type_name(found.value));
            let wrong = Wrong::new(message, "write [[channels]] on a line of its own, and its keys below");
            problems.tell(found.at, format!("channels[{index}]"), wrong);
            continue;
        };
        let slug = table.get("slug").and_then(|slug| slug.get_ref().as_str()).and_then(ChannelSlug::new);
        let path = slug.map_or_else(|| format!("channels[{index}]"), |slug| format!("channels.{slug}"));
        let table = Reader::new(table, found, path, &shape::CHANNELS);
        channels.extend(read_own(&table, inherited, &feeds, &mut slugs, problems).map(Arc::new));
    }
    channels
}

/// What the feeds are called and where they belong, also of such as are wrong otherwise.
struct Feeds<'a> {
    ids: HashSet<&'a str>,
    provinces: HashSet<Province>,
}

impl<'a> Feeds<'a> {
    fn of(roots: &[Reader<'a>]) -> Self {
        let lists = || roots.iter().filter_map(|root| root.get("feeds")?.value.as_array());
        let tables = || lists().flatten().filter_map(|feed| feed.get_ref().as_table());
        Self {
            ids: tables().filter_map(|table| text_of(table, "id")).collect(),
            provinces: tables().filter_map(|table| Province::find(text_of(table, "province")?)).collect(),
        }
    }

    fn read_id(&self, text: &str) -> Result<SourceId, Wrong> {
        SourceId::new(text).filter(|_| self.ids.contains(text)).ok_or_else(|| {
            let remedy = match nearest(text, self.ids.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "write the `id` of a feed that stands in this file".to_owned(),
            };
            Wrong::new(format!("is {}, which is no feed's id", echo(text)), remedy)
        })
    }
}

fn text_of<'a>(table: &'a DeTable<'a>, key: &str) -> Option<&'a str> {
    table.get(key)?.get_ref().as_str()
}

fn read_own(
    table: &Reader<'_>,
    inherited: &ChannelSettings,
    feeds: &Feeds<'_>,
    slugs: &mut HashMap<ChannelSlug, usize>,
    problems: &mut Problems<'_>,
) -> Option<OwnChannel> {
    table.refuse_unknown(problems);
    let slug = table.required("slug", problems, read_slug);
    refuse_repeated(table, slug.as_ref(), slugs, problems);
    let title = table.required("title", problems, read_title);
    let description = table.text("description", problems, read_title);
    let provinces = table.list("provinces", MAX_NAMED, problems, read_province);
    let sources = table.list("sources", MAX_NAMED, problems, |text| feeds.read_id(text));
    let languages = table.list("languages", Language::ALL.len(), problems, read_language).unwrap_or_default();
    let [categories, any, all, none] = ["categories", "any", "all", "none"]
        .map(|key| table.list(key, MAX_WORDS, problems, read_words).unwrap_or_default());
    let matching = overlaid_matching(&Matching::default(), table, problems);
    let ChannelSettings { window, min_entries, max_entries, duplicates, .. } =
        overlaid_channel(inherited, table, problems);
    refuse_without_feeds(table, (provinces.as_deref(), sources.as_deref()), feeds, problems);
    refuse_contradiction(table, [&any, &all, &none], &matching, problems);
    Some(OwnChannel {
        slug: slug?,
        title: title?,
        description,
        provinces: provinces.unwrap_or_default().into_iter().collect(),
        sources: sources.unwrap_or_default().into_iter().collect(),
        categories,
        any,
        all,
        none,
        languages,
        matching,
        window,
        min_entries,
        max_entries,
        duplicates,
    })
}

fn refuse_repeated(
    table: &Reader<'_>,
    slug: Option<&ChannelSlug>,
    slugs: &mut HashMap<ChannelSlug, usize>,
    problems: &mut Problems<'_>,
) {
    let (Some(slug), Some(found)) = (slug, table.get("slug")) else { return };
    let first = *slugs.entry(slug.clone()).or_insert(found.at);
    if first != found.at {
        let message =
            format!("is \"{slug}\", which {} has already", problems.line_seen_from(first, found.at));
        table.tell("slug", Wrong::new(message, "give each channel a slug of its own"), problems);
    }
}

/// Tells of provinces of which no feed is: nothing would ever stand in the channel.
fn refuse_without_feeds(
    table: &Reader<'_>,
    (provinces, sources): (Option<&[Province]>, Option<&[SourceId]>),
    feeds: &Feeds<'_>,
    problems: &mut Problems<'_>,
) {
    let Some(provinces) = provinces.filter(|provinces| !provinces.is_empty()) else { return };
    let written = table.get("provinces").and_then(|found| Some(found.value.as_array()?.len()));
    // Where one is wrong it may be the one that was meant.
    if written != Some(provinces.len()) {
        return;
    }
    let names_sources = table.get("sources").is_some() && sources != Some(&[]);
    if !names_sources && !provinces.iter().any(|province| feeds.provinces.contains(province)) {
        let wrong =
            Wrong::new("names no province that a feed has, so the channel stays empty", "name others too");
        table.tell("provinces", wrong, problems);
    }
}

/// Tells of keywords that leave nothing to be found.
fn refuse_contradiction(
    table: &Reader<'_>,
    [any, all, none]: [&[String]; 3],
    matching: &Matching,
    problems: &mut Problems<'_>,
) {
    let marks = if matching.diacritics { Marks::Kept } else { Marks::Folded };
    let barred = Keywords::new(none.iter().map(String::as_str), marks);
    let bar = |phrase: &String| none.get(barred.first_in([phrase.as_str()])?);
    let tell = |key: &str, (word, bar): (&String, &String), problems: &mut Problems<'_>| {
        let message =
            format!("asks for {}, and `none` bars {}, so the channel stays empty", echo(word), echo(bar));
        table.tell(key, Wrong::new(message, "take one of the two out"), problems);
    };
    if let Some(contradiction) = all.iter().find_map(|phrase| Some((phrase, bar(phrase)?))) {
        tell("all", contradiction, problems);
    }
    let possible = any.iter().any(|phrase| bar(phrase).is_none());
    if let Some(first) = any.first().filter(|_| !possible)
        && let Some(bar) = bar(first)
    {
        tell("any", (first, bar), problems);
    }
}

fn read_slug(text: &str) -> Result<ChannelSlug, Wrong> {
    ChannelSlug::new(text).ok_or_else(|| {
        let most = ChannelSlug::MAX_LENGTH;
        let rule = format!("write 1 to {most} of the characters a-z, 0-9 and -");
        let meant = slug(text);
        let remedy = match ChannelSlug::new(&meant) {
            Some(meant) if text.len() <= most => format!("{rule}, as \"{meant}\""),
            _ => rule,
        };
        Wrong::new(format!("is {}, which cannot stand in an address", echo(text)), remedy)
    })
}

fn read_language(text: &str) -> Result<Language, Wrong> {
    let found = Language::ALL.iter().find(|(_, tag)| *tag == text);
    found.map(|(language, _)| *language).ok_or_else(|| {
        let meant = match slug(text).as_str() {
            "vn" | "vie" | "vi-vn" | "vietnamese" | "tieng-viet" => Some("vi"),
            "eng" | "en-us" | "en-gb" | "english" | "tieng-anh" => Some("en"),
            _ => None,
        };
        let remedy = match meant {
            Some(meant) => format!("write \"{meant}\""),
            None => format!("write one of {}", Language::ALL.map(|(_, tag)| tag).join(", ")),
        };
        Wrong::new(format!("is {}, which is no language we know", echo(text)), remedy)
    })
}
