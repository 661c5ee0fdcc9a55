//! The feeds of a list as tables of `feeds.toml`: ids made of titles, provinces recognised by name, none twice. Every table
//! is one that `tintinh check` finds right.

use std::{collections::HashSet, fmt::Write as _};

use url::Url;

use super::outline::Line;
use crate::{
    config::{Surroundings, parse, slug},
    model::{Province, Source, SourceId},
};

/// What was made of a list.
#[derive(Debug, Default)]
pub(super) struct Tables {
    text: String,
    made: usize,
    /// Addresses that stood in the list before, or stand in the file.
    known: usize,
    /// What cannot be a feed.
    refused: usize,
}

impl Tables {
    /// Tables of these lines, beside these sources.
    pub fn of<'a>(lines: &[Line], sources: impl Iterator<Item = &'a Source>) -> Self {
        let (mut ids, mut addresses) = (HashSet::new(), HashSet::new());
        for source in sources {
            ids.insert(source.id.to_string());
            addresses.insert(asked(&source.url));
        }
        let mut tables = Self::default();
        for line in lines {
            let Ok(url) = Url::parse(&line.address) else {
                tables.refuse(line, "its address cannot be read");
                continue;
            };
            if !addresses.insert(asked(&url)) {
                tables.known += 1;
                continue;
            }
            let id = free_id(line, &url, &ids);
            let table = table(line, &url, &id);
            match parse(&table, &Surroundings::default()) {
                Ok(_) => {
                    ids.insert(id);
                    tables.made += 1;
                    tables.text.push_str(&table);
                    tables.text.push('\n');
                }
                Err(problems) => {
                    let why = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
                    tables.refuse(line, &format!("it {why}"));
                }
            }
        }
        tables
    }

    fn refuse(&mut self, line: &Line, why: &str) {
        self.refused += 1;
        let one_line =
            |text: &str| text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect::<String>();
        // Writing to a String does not fail.
        let _ = writeln!(self.text, "# left out: {}: {}\n", one_line(&line.title), one_line(why));
    }

    /// To paste.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What came of the list, in a line.
    pub fn summary(&self) -> String {
        let Self { made, known, refused, .. } = self;
        format!("{made} feeds to paste; {known} left out as known, {refused} as no feeds")
    }
}

/// As the server sees the address.
fn asked(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    url.into()
}

fn table(line: &Line, url: &Url, id: &str) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let host = url.host_str().unwrap_or_default();
    let title: String = line.title.chars().filter(|letter| !letter.is_control()).collect();
    let title = if title.trim().is_empty() { host.to_owned() } else { title };
    let mut table = format!("[[feeds]]\nid = {}\ntitle = {}\n", quoted(id), quoted(title.trim()));
    if let Some(province) = province(line, url) {
        // Writing to a String does not fail.
        let _ = writeln!(table, "province = {}", quoted(province.slug()));
    }
    // Writing to a String does not fail.
    let _ = writeln!(table, "url = {}", quoted(url.as_str()));
    table
}

/// The title as an id, else the host, with a number where others have it.
fn free_id(line: &Line, url: &Url, taken: &HashSet<String>) -> String {
    let named = [slug(&line.title), slug(url.host_str().unwrap_or_default().trim_start_matches("www."))];
    let first = named.into_iter().find(|id| !id.is_empty()).unwrap_or_else(|| "nguon".to_owned());
    // With room for a number.
    let first: String = first.chars().take(SourceId::MAX_LENGTH - 7).collect();
    let first = first.trim_end_matches('-').to_owned();
    let numbered = (2..).map(|number| format!("{first}-{number}"));
    let free = std::iter::once(first.clone()).chain(numbered).find(|id| !taken.contains(id));
    free.unwrap_or(first)
}

/// The province that the title names, or the innermost group, or the host.
fn province(line: &Line, url: &Url) -> Option<Province> {
    let words = std::iter::once(&line.title).chain(line.groups.iter().rev());
    let named = words
        .map(|words| slug(words))
        .find_map(|words| named_in(&words, &Province::slugs().collect::<Vec<_>>()));
    named.or_else(|| {
        let host = url.host_str()?.to_owned();
        host.split('.').find_map(|label| {
            let label = label.strip_prefix("bao").filter(|rest| rest.len() > 2).unwrap_or(label);
            Province::slugs().find(|slug| slug.replace('-', "") == label).and_then(Province::find)
        })
    })
}

/// The longest of these slugs that stands in the words as whole words.
fn named_in(words: &str, slugs: &[&str]) -> Option<Province> {
    let bounded = format!("-{words}-");
    let found = slugs.iter().filter(|slug| bounded.contains(&format!("-{slug}-")));
    found.max_by_key(|slug| slug.len()).and_then(|slug| Province::find(slug))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(title: &str, address: &str, groups: &[&str]) -> Line {
        Line {
            title: title.to_owned(),
            address: address.to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        }
    }

    #[test]
    fn a_list_becomes_tables_that_are_taken_and_none_stands_twice() {
        let file = "[[feeds]]\nid = \"bao-hue\"\ntitle = \"Báo Huế\"\nurl = \"https://hue.vn/rss\"\n";
        let known = parse(file, &Surroundings::default()).unwrap();
        let lines = [
            line("Báo Ninh Bình", "https://a.vn/rss", &[]),
            line("Báo Ninh Bình", "https://a.vn/rss#top", &[]),
            line("Báo Ninh Bình", "https://a.vn/rss/2", &["Nam Định"]),
            line("Thời sự \"hôm nay\"\n", "https://b.vn/rss", &["Miền Trung", "Thừa Thiên Huế"]),
            line("", "https://www.baohatinh.vn/rss", &[]),
            line("Báo Huế", "https://hue.vn/rss", &[]),
            line("Báo Huế", "https://hue.vn/khac", &[]),
            line("新聞", "https://vnexpress.net/rss", &[]),
            line("E\u{1b}", "ftp://e.vn/", &[]),
            line("F", "no address", &[]),
        ];
        let tables = Tables::of(&lines, known.sources.iter().map(|source| &**source));
        assert_eq!(tables.summary(), "6 feeds to paste; 2 left out as known, 2 as no feeds");
        let config = parse(&format!("{file}{}", tables.text()), &Surroundings::default()).unwrap();
        let read: Vec<(&str, &str, Option<&str>)> = config.sources[1..]
            .iter()
            .map(|source| (source.id.as_str(), source.title.as_str(), source.province.map(Province::slug)))
            .collect();
        assert_eq!(
            read,
            [
                ("bao-ninh-binh", "Báo Ninh Bình", Some("ninh-binh")),
                ("bao-ninh-binh-2", "Báo Ninh Bình", Some("ninh-binh")),
                ("thoi-su-hom-nay", "Thời sự \"hôm nay\"", Some("hue")),
                ("baohatinh-vn", "www.baohatinh.vn", Some("ha-tinh")),
                ("bao-hue-2", "Báo Huế", Some("hue")),
                ("vnexpress-net", "新聞", None),
            ]
        );
        assert!(
            tables
                .text()
                .contains("# left out: E : it is \"ftp://e.vn/\", which is neither http nor https\n")
        );
        assert!(tables.text().contains("# left out: F: its address cannot be read\n"));
    }
}
