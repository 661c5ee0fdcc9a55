//! `tintinh opml import FILE` and `tintinh opml export`: lists of subscriptions as tables of `feeds.toml`, and back. Asks no
//! server, and changes no file.

mod outline;
mod tables;

use std::{
    fs::File,
    io::{self, Read as _, stdin},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};

use self::{outline::read, tables::Tables};
use super::{Failed, load};
use crate::{
    config::Config,
    model::{Province, Source},
    publish::{self, Outline},
};

/// The largest list that is read, in bytes: 40,000 feeds of 400.
const FILE_MAX: u64 = 16 << 20;

/// Which way.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    way: Way,
}

#[derive(Debug, Clone, Subcommand)]
enum Way {
    /// Print an OPML list as tables to paste into feeds.toml, without those that stand there already
    Import {
        /// The list; - is stdin
        file: PathBuf,
    },
    /// Print the feeds of feeds.toml as an OPML list of their publishers' addresses
    Export,
}

/// 0, or 1 where the list cannot be read, or 2 where feeds.toml or the list is none.
pub(super) fn opml(path: &Path, options: &Options) -> u8 {
    super::end(match &options.way {
        Way::Import { file } => import(path, file),
        Way::Export => export(path),
    })
}

fn import(path: &Path, file: &Path) -> Result<String, Failed> {
    // Whoever has no file yet imports a first list.
    let known = if path.exists() { Some(loaded(path)?) } else { None };
    let bytes = bounded(file).map_err(|error| {
        format!("{} cannot be read: {error}; name an OPML file, or - for stdin", file.display())
    })?;
    let lines = read(&bytes)
        .map_err(|words| Failed { code: super::BAD_INPUT, words: format!("{}: {words}", file.display()) })?;
    let sources = known.iter().flat_map(|config| &config.sources);
    let tables = Tables::of(&lines, sources.map(|source| &**source));
    super::complain(&tables.summary());
    Ok(tables.text().trim_end().to_owned())
}

fn loaded(path: &Path) -> Result<Config, Failed> {
    load(path).map_err(|error| Failed { code: super::BAD_INPUT, words: error.to_string() })
}

fn bounded(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let source: Box<dyn io::Read> =
        if file == Path::new("-") { Box::new(stdin()) } else { Box::new(File::open(file)?) };
    source.take(FILE_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_MAX {
        return Err(io::Error::other(format!("it is larger than {} MiB", FILE_MAX >> 20)));
    }
    Ok(bytes)
}

/// By province, those of none last.
fn export(path: &Path) -> Result<String, Failed> {
    let config = loaded(path)?;
    let feed = |source: &Source| {
        let mut address = source.url.clone();
        // Both fail only for addresses without a host.
        let _ = address.set_username("");
        let _ = address.set_password(None);
        Outline::Feed { title: source.title.clone(), address: address.into(), site: publish::site(source) }
    };
    let of = |province: Option<Province>| -> Vec<Outline> {
        let members = config.sources.iter().filter(|source| source.province == province);
        members.map(|source| feed(source)).collect()
    };
    let mut lines = Vec::new();
    for province in Province::all() {
        let members = of(Some(province));
        if !members.is_empty() {
            lines.push(Outline::Group { title: province.name().to_owned(), lines: members });
        }
    }
    lines.extend(of(None));
    Ok(String::from_utf8_lossy(&publish::opml(&config.channel.title, &lines)).trim_end().to_owned())
}
