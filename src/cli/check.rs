//! `tintinh check`: every problem of the file at once, and what is no mistake but should be known.

use std::{io::Write as _, path::Path};

use crate::config::Config;

/// 0 and a line of praise, or 2 and the problems on stderr.
pub(super) fn check(path: &Path) -> u8 {
    match super::load(path) {
        Ok(config) => {
            let resting = config.sources.iter().filter(|source| !source.enabled).count();
            let feeds = config.sources.len();
            let resting = if resting > 0 { format!(", {resting} of them resting") } else { String::new() };
            // Who closed stdout does not want to know.
            let own = match config.channels.len() {
                0 => String::new(),
                1 => ", 1 channel of your own".to_owned(),
                many => format!(", {many} channels of your own"),
            };
            let _ = writeln!(std::io::stdout(), "{}: well, {feeds} feeds{resting}{own}", path.display());
            tell_lax(&config);
            tell_without_feeds(&config);
            super::WELL
        }
        Err(error) => {
            super::complain(&error);
            super::BAD_INPUT
        }
    }
}

/// A line for each source whose server may be anybody.
fn tell_lax(config: &Config) {
    for source in config.sources.iter().filter(|source| source.access.lax_tls) {
        let _ = writeln!(
            std::io::stdout(),
            "{}: any certificate is taken (tls_verify = false): whoever is on the way may read and change all",
            source.id
        );
    }
}

/// A line for each table of a host that does nothing: its name may be misspelt.
fn tell_without_feeds(config: &Config) {
    for host in &config.hosts_without_feeds {
        let _ = writeln!(
            std::io::stdout(),
            "[hosts.\"{host}\"]: no feed is at this host, so its keys change nothing"
        );
    }
}
