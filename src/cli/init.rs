//! `tintinh init`: a feeds.toml to begin with, and its schema for editors beside it. Overwrites nothing.

use std::{
    fs::OpenOptions,
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use clap::Args;

use crate::config;

/// What the file says: the keys that one changes first, and one feed.
const STARTER: &str = include_str!("init/feeds.toml");

/// Where to.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// The file to write; it must not be there yet
    #[arg(default_value = "feeds.toml")]
    file: PathBuf,
}

/// 0, or 1 where the file is there already or cannot be written.
pub(super) fn init(options: &Options) -> u8 {
    let file = &options.file;
    super::end(match write(file, STARTER) {
        Ok(()) => {
            // For editors; one that is there already serves them too.
            let _ = write(&file.with_file_name("feeds.schema.json"), &format!("{:#}\n", config::schema()));
            Ok(format!("{}: written; edit it, then `tintinh check`, then `tintinh`", file.display()))
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let words = "is there already, and is not written over; name another file, or edit that one";
            Err(format!("{} {words}", file.display()).into())
        }
        Err(error) => {
            let words = format!("{} cannot be written: {error}; name a file that may be", file.display());
            Err(words.into())
        }
    })
}

/// Writes a file that must not be there yet.
fn write(file: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(file)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use config::{Surroundings, parse};

    #[test]
    fn the_starter_is_a_good_file_and_stays_one_with_all_that_it_comments_out() {
        let read = |text: &str| {
            parse(text, &Surroundings::default()).unwrap_or_else(|problems| panic!("{problems:#?}"))
        };
        assert_eq!(read(STARTER).sources.len(), 1);
        let hidden = |line: &str| {
            let rest = line.strip_prefix('#').unwrap_or(line);
            if rest.starts_with([' ', ':']) { line.to_owned() } else { rest.to_owned() }
        };
        let uncommented = STARTER.lines().map(hidden).collect::<Vec<_>>().join("\n");
        assert_eq!(read(&uncommented).sources.len(), 2);
    }
}
