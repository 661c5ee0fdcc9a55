//! What a feed inherits: of its host and port, of its host, of all. Looks no host up, and knows of a source only where
//! it is.

use std::{
    collections::{HashMap, HashSet},
    net::Ipv6Addr,
    sync::Arc,
};

use toml::de::{DeTable, DeValue};
use url::Url;

use super::{
    address::{MAX_HOST, read_host, read_port},
    files::Files,
    problem::{Problems, Wrong},
    reader::Reader,
    settings::Settings,
    shape,
    wording::echo,
};
use crate::model::Source;

/// The most hosts that one file may have tables of: those of the whole nation, a few times over.
const MAX_HOSTS: usize = 10_000;

/// A host, and the port where not all of it is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    host: String,
    port: Option<u16>,
}

impl Place {
    /// Both places where a feed of this address is, the narrower first.
    fn both_of(url: &Url) -> [Self; 2] {
        let host = url.host_str().unwrap_or_default().trim_end_matches('.');
        [url.port_or_known_default(), None].map(|port| Self { host: host.to_owned(), port })
    }

    fn whole(&self) -> Self {
        Self { port: None, ..self.clone() }
    }
}

/// What the tables above the feeds say, each over what it inherits itself.
pub(super) struct Inherited<'a> {
    defaults: Settings,
    hosts: HashMap<Place, AtHost<'a>>,
}

struct AtHost<'a> {
    /// As written.
    name: &'a str,
    settings: Settings,
}

impl<'a> Inherited<'a> {
    /// Reads `[defaults]` and the tables of hosts.
    pub fn read(root: &Reader<'a>, files: &mut Files<'_>, problems: &mut Problems<'_>) -> Self {
        let table = root.section(&shape::DEFAULTS, problems);
        table.refuse_unknown(problems);
        let defaults = Settings::standard().overlaid(&table, files, problems);
        let mut inherited = Self { defaults, hosts: HashMap::new() };

        let mut tables = read_tables(root, problems);
        // A whole host's table goes before those of its ports, which inherit from it.
        tables.sort_by_key(|(_, place, _)| place.as_ref().is_some_and(|place| place.port.is_some()));
        for (name, place, table) in tables {
            table.refuse_unknown(problems);
            let above = inherited.first_of(place.iter().map(Place::whole));
            let settings = above.overlaid(&table, files, problems);
            inherited.hosts.extend(place.map(|place| (place, AtHost { name, settings })));
        }
        inherited
    }

    /// What a feed at this address inherits: what its host and port say, else its host, else `[defaults]`.
    pub fn at(&self, url: &Url) -> &Settings {
        self.first_of(Place::both_of(url))
    }

    /// What a feed inherits of which nobody knows where it is.
    pub fn anywhere(&self) -> &Settings {
        &self.defaults
    }

    fn first_of(&self, places: impl IntoIterator<Item = Place>) -> &Settings {
        let found = places.into_iter().find_map(|place| self.hosts.get(&place));
        found.map_or(&self.defaults, |host| &host.settings)
    }

    /// The hosts at which none of these sources is, as written, in the order of the alphabet.
    pub fn without_feeds(&self, sources: &[Arc<Source>]) -> Vec<String> {
        let places: HashSet<Place> = sources.iter().flat_map(|source| Place::both_of(&source.url)).collect();
        let without = self.hosts.iter().filter(|(place, _)| !places.contains(place));
        let mut names: Vec<String> = without.map(|(_, host)| host.name.to_owned()).collect();
        names.sort();
        names
    }
}

/// The tables of hosts in the order of the file, those of wrong names too: their keys may be wrong as well.
fn read_tables<'a>(
    root: &Reader<'a>,
    problems: &mut Problems<'_>,
) -> Vec<(&'a str, Option<Place>, Reader<'a>)> {
    let hosts = root.section(&shape::HOSTS, problems);
    let names = hosts.names();
    if names.len() > MAX_HOSTS {
        let message = format!("holds {} tables, but may hold {MAX_HOSTS}", names.len());
        root.tell("hosts", Wrong::new(message, "take some out"), problems);
    }
    let (mut tables, mut seen) = (Vec::new(), HashMap::new());
    for (at, name) in names.into_iter().take(MAX_HOSTS) {
        // Whoever writes a password before a host must not find it in a log.
        let path = hosts.key(&echo(name));
        let table = hosts.get(name).and_then(|found| found.value.as_table());
        if let Some(whole) = table.and_then(|table| in_pieces(name, table)) {
            let remedy = format!("write [hosts.{}]", echo(&whole));
            problems.tell(at, path, Wrong::new("is not in quotes, and a dot begins another table", remedy));
            continue;
        }
        let mut place = read_place(name).map_err(|wrong| problems.tell(at, &path, wrong)).ok();
        if let Some(first) = place.as_ref().and_then(|place| seen.insert(place.clone(), at)) {
            let message = format!("is the host that line {} has already", problems.line(first));
            problems.tell(at, &path, Wrong::new(message, "make one table of the two"));
            place = None;
        }
        tables.extend(hosts.inner(name, path, &shape::HOSTS, problems).map(|table| (name, place, table)));
    }
    tables
}

/// The whole name of a host of which a header without quotes, as `[hosts.a.vn]`, makes tables within tables.
fn in_pieces(first: &str, mut table: &DeTable<'_>) -> Option<String> {
    let mut whole = first.to_owned();
    while whole.len() <= MAX_HOST {
        let next = table.iter().find_map(|(key, value)| match value.get_ref() {
            DeValue::Table(inner) if !shape::HOSTS.holds(key.get_ref()) => Some((key.get_ref(), inner)),
            _ => None,
        });
        let Some((piece, inner)) = next else { break };
        whole = format!("{whole}.{piece}");
        table = inner;
    }
    (!first.contains(['.', ':']) && whole != first).then_some(whole)
}

/// Reads "a.vn", or "a.vn:8080" for one port alone.
fn read_place(text: &str) -> Result<Place, Wrong> {
    const EXAMPLE: &str = "write the host alone, as \"example.vn\", or with one port, as \"example.vn:8080\"";
    if text.parse::<Ipv6Addr>().is_ok() {
        return Err(Wrong::new("is an address without brackets", format!("write \"[{text}]\"")));
    }
    let with_port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty());
    let with_port = with_port.and_then(|(host, port)| Some((host, Some(read_port(port)?))));
    let (host, port) = with_port.unwrap_or((text, None));
    let host = read_host(host).map_err(|what| Wrong::new(what, EXAMPLE))?;
    Ok(Place { host, port })
}
