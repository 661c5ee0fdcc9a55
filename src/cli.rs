//! The command line: what is asked for, and with which exit code it ends. Writes to stdout; logs go to stderr.

mod check;
mod compact;
mod daemon;
mod demo;
mod export;
mod import;
mod init;
mod log;
mod manual;
mod named;
mod opml;
mod poll;
mod preview;
mod progress;
mod reload;
mod run;
mod status;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::{
    app::inquiry::Question,
    config::{self, Config, ConfigError, Surroundings},
};

/// All is well.
const WELL: u8 = 0;
/// Something failed.
const FAILURE: u8 = 1;
/// The arguments or `feeds.toml` are not usable.
const BAD_INPUT: u8 = 2;
/// No daemon answers that should.
const NO_DAEMON: u8 = 3;

/// Polls the news feeds that feeds.toml lists, keeps their entries, and republishes them as one feed.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Arguments {
    /// The file that lists the feeds [default: ./feeds.toml, then /etc/tintinh/feeds.toml]
    #[arg(long, short, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    log: log::Options,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Poll and serve until told to end (this is what no command means)
    Run,
    /// Tell every problem of feeds.toml, and change nothing
    Check,
    /// Write a feeds.toml to begin with, with comments
    Init(init::Options),
    /// Bring lists of subscriptions in and out
    Opml(opml::Options),
    /// Print the JSON Schema of feeds.toml, for editors
    Schema,
    /// Have the running daemon read feeds.toml again, and tell what that changes or what is wrong with it
    Reload,
    /// Tell how the feeds fare, as the running daemon's status page does: exit code 1 where one is sick
    Status(status::Options),
    /// Have the running daemon poll a feed now, politeness permitting, and tell what came of it
    Poll(poll::Options),
    /// Show it all working, with sample publishers on this machine and no network
    Demo,
    /// Show what would be made of a feed, from an address, a file or stdin, and keep nothing
    Preview(preview::Options),
    /// Write all that the store holds to a file, as lines of JSON
    Export(export::Options),
    /// Make a store of an export
    Import(import::Options),
    /// Make the store's files as small as its data allow
    Compact,
    /// Tell what is known of an article, and in which channels it stands or why not
    Why(named::Options),
    /// Take an article down everywhere, with those of other sources that have its address; it never comes back
    Forget(named::Options),
    /// Write a shell's completions to stdout
    Completions(manual::Options),
    /// Write the manual page to stdout
    Man,
}

/// Runs the command that the process's arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let path = arguments.config.unwrap_or_else(default_config);
    let code = match arguments.command.unwrap_or(Command::Run) {
        Command::Run => run::run(&path, &arguments.log),
        Command::Check => check::check(&path),
        Command::Init(options) => init::init(&options),
        Command::Opml(options) => opml::opml(&path, &options),
        Command::Schema => end(Ok(format!("{:#}", config::schema()))),
        Command::Reload => reload::reload(&path),
        Command::Status(options) => status::status(&path, &options),
        Command::Poll(options) => poll::poll(&path, &options),
        Command::Demo => demo::demo(&arguments.log),
        Command::Preview(options) => preview::preview(&options),
        Command::Export(options) => export::export(&path, &options),
        Command::Import(options) => import::import(&path, &options),
        Command::Compact => compact::compact(&path),
        Command::Why(options) => named::named(&path, Question::Why, &options),
        Command::Forget(options) => named::named(&path, Question::Forget, &options),
        Command::Completions(options) => manual::completions(&options),
        Command::Man => manual::manual(),
    };
    ExitCode::from(code)
}

/// The file that systemd/tintinh.service names, and where that unit keeps its state.
const CONFIG_OF_UNIT: &str = "/etc/tintinh/feeds.toml";
const STATE_OF_UNIT: &str = "/var/lib/tintinh";

fn default_config() -> PathBuf {
    let here = PathBuf::from("feeds.toml");
    let system = PathBuf::from(CONFIG_OF_UNIT);
    if !here.exists() && system.exists() { system } else { here }
}

/// The file, in the surroundings that systemd made.
fn load(path: &Path) -> Result<Config, ConfigError> {
    config::load(path, surroundings(path))
}

/// What systemd gives to a service that the file does not say; or what the unit has it give, for whoever asks by hand.
fn surroundings(path: &Path) -> Surroundings {
    let of_unit = || {
        let state = Path::new(STATE_OF_UNIT);
        (path == Path::new(CONFIG_OF_UNIT) && state.exists()).then(|| state.to_owned())
    };
    // systemd separates several directories by colons; the first is ours.
    let state_directory = std::env::var_os("STATE_DIRECTORY").map(|list| {
        let list = list.to_string_lossy().into_owned();
        PathBuf::from(list.split(':').next().unwrap_or_default())
    });
    let state_directory = state_directory.or_else(of_unit);
    let credentials_directory = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let variable = |name: &str| std::env::var_os(name);
    Surroundings { state_directory, credentials_directory, variable, ..Surroundings::default() }
}

/// Does this with the file's settings, and writes what it says on stdout, or why it failed on stderr.
fn with_config(path: &std::path::Path, work: impl FnOnce(&Config) -> Result<String, Failed>) -> u8 {
    let config = match load(path) {
        Ok(config) => config,
        Err(error) => {
            complain(&error);
            return BAD_INPUT;
        }
    };
    end(work(&config))
}

/// Why a command did not do what it was asked, and the exit code that says so to scripts.
struct Failed {
    code: u8,
    words: String,
}

impl From<String> for Failed {
    fn from(words: String) -> Self {
        Self { code: FAILURE, words }
    }
}

/// Writes what came of a command, and gives its exit code.
fn end(outcome: Result<String, Failed>) -> u8 {
    match outcome {
        Ok(words) => {
            say(&words);
            WELL
        }
        Err(failed) => {
            complain(&failed.words);
            failed.code
        }
    }
}

/// A line on stdout.
fn say(words: &dyn std::fmt::Display) {
    // Who closed stdout does not want to know.
    let _ = writeln!(std::io::stdout(), "{words}");
}

/// One line on stderr, for what happens before or instead of logging.
fn complain(problem: &dyn std::fmt::Display) {
    // Who closed stderr does not want to know; `eprintln!` would panic.
    let _ = writeln!(std::io::stderr(), "tintinh: {problem}");
}
