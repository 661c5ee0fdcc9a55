//! The program itself, with a store that holds enough for a large and a small document, and sources that rest.

use std::{fmt::Write as _, fs, process::Command};

use tempfile::TempDir;

use crate::{
    Failed, entries,
    process::{Server, free_address},
};

/// A large document, and a small one.
pub const LARGE: &str = "/feed.xml";
pub const SMALL: &str = "/provinces/hue.xml";

/// Sources; the first is of a province of its own.
const SOURCES: usize = 20;
/// Entries of each.
const ENTRIES: usize = 50;

/// The program, and its folder.
pub struct Daemon {
    pub server: Server,
    _folder: TempDir,
}

impl Daemon {
    pub fn start() -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        entries::fill(&folder.path().join("data"), SOURCES, SOURCES * ENTRIES)?;
        let address = free_address()?;
        let file = format!(
            "[server]\nlisten = \"{address}\"\n[admin]\nlisten = \"127.0.0.1:0\"\n[store]\npath = \"data\"\n\
             [channel]\nwindow = \"36500d\"\n{}",
            sources(SOURCES)
        );
        let path = folder.path().join("feeds.toml");
        fs::write(&path, file)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_tintinh"));
        command.arg("--config").arg(path).arg("run").env("TINTINH_LOG", "error");
        Ok(Self { server: Server::start(&mut command, address)?, _folder: folder })
    }
}

/// So many sources, as they stand in `feeds.toml`.
pub fn sources(count: usize) -> String {
    let mut tables = String::new();
    for number in 0..count {
        let province = if number == 0 { "hue" } else { "ha-noi" };
        // Writing to a String does not fail.
        let _ = writeln!(
            tables,
            "[[feeds]]\nid = \"{}\"\ntitle = \"Báo {number}\"\nprovince = \"{province}\"\nenabled = false\n\
             url = \"https://bao-{number}.example/rss\"",
            entries::source(number)
        );
    }
    tables
}
