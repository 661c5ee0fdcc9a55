//! `feeds.toml` as a value, or every problem with it: line, key and remedy. Knows only `model` and `keywords`, and of
//! `parse` what a selector is; opens that file, those that it includes, and the certificates and credentials that they
//! name, asks no server, and leaves to others whether what else they name is there.

mod access;
mod address;
mod article;
mod certificates;
mod channels;
mod credentials;
mod difference;
mod error;
mod feeds;
mod file;
mod files;
mod filters;
mod headers;
mod hosts;
mod include;
mod page;
mod places;
mod problem;
mod quantity;
mod reader;
mod rewrites;
mod schema;
mod sections;
mod settings;
mod shape;
mod surroundings;
mod syntax;
mod wording;

#[cfg(test)]
mod tests;

use std::{
    net::SocketAddr,
    path::{self, Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use ipnet::IpNet;
use toml::de::DeTable;
use url::Url;

use self::{problem::Problems, reader::Reader};
use crate::model::{ChannelSlug, Duplicates, OwnChannel, Source};

pub use self::{
    difference::{Difference, needs_restart},
    error::ConfigError,
    feeds::MAX_SOURCES,
    file::MAX_FILE_BYTES,
    include::Pattern,
    places::{Places, places},
    problem::{Excerpt, Problem},
    schema::schema,
    settings::{MAX_BODY, STANDARD_LIMITS},
    surroundings::Surroundings,
    wording::slug,
};

/// The whole file, with every default filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The readers' listener.
    pub server: Server,
    /// The admin's listener.
    pub admin: Admin,
    /// Where entries are kept.
    pub store: StoreSettings,
    /// Where sources may be.
    pub network: NetworkSettings,
    /// How the merged feed is made.
    pub channel: ChannelSettings,
    /// The sources in the order of the file, those that rest included. Ids and addresses are unique.
    pub sources: Vec<Arc<Source>>,
    /// The admin's own channels in the order of the file. Slugs are unique.
    pub channels: Vec<Arc<OwnChannel>>,
    /// The hosts that have a table in `[hosts]` and no source, as written: perhaps slips of the pen.
    pub hosts_without_feeds: Vec<String>,
    /// Which other files were read as parts of this one.
    pub include: Vec<Pattern>,
    /// Which other files it names that were read: certificates and credentials, sorted.
    pub named: Vec<PathBuf>,
}

/// `[server]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Where readers are answered; port 0 leaves the port to the system.
    pub listen: SocketAddr,
    /// What our links begin with. Its path ends in a slash, so that `join("feed.xml")` keeps it.
    pub public_url: Url,
    /// Whether the file says it; else it comes from `listen`.
    pub public_url_given: bool,
}

impl Server {
    /// What our links begin with once the listener has this address: the one given, or else this address.
    #[must_use]
    pub fn public_url_at(&self, bound: SocketAddr) -> Url {
        let derived = (!self.public_url_given).then(|| address::reached_at(bound)).flatten();
        derived.unwrap_or_else(|| self.public_url.clone())
    }
}

/// `[admin]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// Where the admin is answered; port 0 leaves the port to the system.
    pub listen: SocketAddr,
}

/// `[store]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// The store's folder.
    pub path: PathBuf,
    /// How long an entry is kept after it was first seen. What a merged feed's window reaches is kept all the same.
    pub keep: Duration,
    /// How many entries of one source are kept, the newest; with the same exception.
    pub keep_entries: Option<usize>,
    /// The database's cache, in bytes; it may take two to four times as much.
    pub cache: u64,
    /// The files are made anew by themselves only when they take more than this, in bytes.
    pub compact_above: u64,
    /// Exports that are made by themselves.
    pub export: Option<ExportSettings>,
}

/// `export`, `export_every` and `export_keep` of `[store]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportSettings {
    /// Where they go.
    pub folder: PathBuf,
    /// How often one is made.
    pub every: Duration,
    /// How many are left there, the newest.
    pub keep: usize,
}

/// `[network]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkSettings {
    /// The networks that the address guard leaves open.
    pub allow: Vec<IpNet>,
}

/// `[channel]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelSettings {
    /// The merged feed's title.
    pub title: String,
    /// For how long after its first sight an entry stays in a merged feed.
    pub window: Duration,
    /// How many entries a merged feed is filled up to; never more than `max_entries`.
    pub min_entries: usize,
    /// How many entries a merged feed is cut to.
    pub max_entries: usize,
    /// Whether one story stands in a merged feed once.
    pub duplicates: Duplicates,
}

impl Config {
    /// The longest window of the merged feed and of the admin's own channels: what it reaches is not pruned.
    #[must_use]
    pub fn longest_window(&self) -> Duration {
        let own = self.channels.iter().map(|own| own.window).max();
        own.map_or(self.channel.window, |own| own.max(self.channel.window))
    }

    /// The admin's own channel of this slug.
    #[must_use]
    pub fn own(&self, slug: &ChannelSlug) -> Option<&Arc<OwnChannel>> {
        self.channels.iter().find(|channel| channel.slug == *slug)
    }
}

/// Reads this file, and the files that it names.
///
/// # Errors
/// `Unreadable` when the file cannot be read, `Invalid` with all of its problems when it can.
pub fn load(path: &Path, surroundings: Surroundings) -> Result<Config, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let invalid = |problems| ConfigError::Invalid { path: path.to_owned(), problems };
    // The store's place must not move when somebody changes the working directory.
    let absolute = path::absolute(path).map_err(unreadable)?;
    let bytes = file::read_bounded(path).map_err(unreadable)?;
    let text = file::decode(&bytes).map_err(|problem| invalid(vec![problem]))?;
    let folder = absolute.parent().unwrap_or(Path::new("")).to_owned();
    parse(text, &Surroundings { folder, file: Some(absolute), ..surroundings }).map_err(invalid)
}

/// Reads the text of a file that stands in these surroundings, and the files that it names.
///
/// # Errors
/// All problems of the text in the order of its lines, and behind them those of the files that it includes. Where one of
/// them is no TOML, only those of the syntax.
pub fn parse(text: &str, surroundings: &Surroundings) -> Result<Config, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    file::readable(text).map_err(|problem| vec![problem])?;
    let mut problems = Problems::of(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        syntax::tell_syntax(&errors, 0, &mut problems);
        return Err(problems.in_order());
    }
    let root = Reader::root(document.get_ref(), 0, &shape::ROOT);
    let (include, texts) = include::read(&root, surroundings, &mut problems);
    let mut documents = Vec::new();
    let mut is_toml = true;
    for included in &texts {
        let base = problems.add(Some(&included.name), &included.text);
        let (document, errors) = DeTable::parse_recoverable(&included.text);
        is_toml &= errors.is_empty();
        syntax::tell_syntax(&errors, base, &mut problems);
        documents.push((base, document));
    }
    if !is_toml {
        return Err(problems.in_order());
    }
    let mut roots = vec![root];
    for (base, document) in &documents {
        roots.push(Reader::root(document.get_ref(), *base, &shape::INCLUDED));
    }
    read_all(&roots, surroundings, include, problems)
}

/// The first of these is the file itself, the others are included in it.
fn read_all(
    roots: &[Reader<'_>],
    surroundings: &Surroundings,
    include: Vec<Pattern>,
    mut problems: Problems<'_>,
) -> Result<Config, Vec<Problem>> {
    for root in roots {
        root.refuse_unknown(&mut problems);
    }
    let root = &roots[0];
    let listeners = sections::read_listeners(root, &mut problems);
    let store = sections::read_store(root, surroundings, &mut problems);
    let network = sections::read_networks(root, &mut problems);
    let channel = sections::read_channel(root, &mut problems);
    let channels = channels::read_channels(roots, &channel, &mut problems);
    let (sources, hosts_without_feeds, named) = feeds::read_sources(roots, surroundings, &mut problems);
    match listeners {
        Some((server, admin)) if problems.is_empty() => Ok(Config {
            server,
            admin,
            store,
            network,
            channel,
            sources,
            channels,
            hosts_without_feeds,
            include,
            named,
        }),
        _ => Err(problems.in_order()),
    }
}
