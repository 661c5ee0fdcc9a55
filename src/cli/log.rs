//! Where log lines go: stderr, as text or JSON, as much as is asked for.

use std::io::IsTerminal as _;

use clap::{Args, ValueEnum};
use tracing::error;
use tracing_subscriber::{EnvFilter, fmt};

/// What to log, and how.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// How much to log: error, warn, info, debug, trace, or filters like `info,tintinh::fetch=debug`
    #[arg(long = "log", global = true, env = "TINTINH_LOG", default_value = "info", value_name = "FILTER")]
    filter: String,
    /// How log lines look
    #[arg(
        long = "log-format",
        global = true,
        env = "TINTINH_LOG_FORMAT",
        default_value = "text",
        value_name = "FORM"
    )]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Options {
    /// Starts logging. The error says what is wrong with the filter.
    pub(super) fn start(&self) -> Result<(), String> {
        let filter = EnvFilter::try_new(&self.filter).map_err(|error| {
            format!("--log: `{}` is no log filter ({error}); try --log debug", self.filter)
        })?;
        // A line that cannot be written is lost; telling so on stderr, which is what fails, would panic.
        let lines = fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_target(false)
            .log_internal_errors(false);
        // journald stamps each line itself.
        let journal = std::env::var_os("JOURNAL_STREAM").is_some();
        let started = match (self.format, journal) {
            (Format::Json, false) => lines.json().flatten_event(true).try_init(),
            (Format::Json, true) => lines.json().flatten_event(true).without_time().try_init(),
            (Format::Text, false) => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
            (Format::Text, true) => lines.with_ansi(false).without_time().try_init(),
        };
        end_when_the_store_dies();
        started.map_err(|error| error.to_string())
    }
}

/// A panic on one of sled's own threads is invisible to its callers, who may then wait for ever: it ends the process.
fn end_when_the_store_dies() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or_default();
        error!(thread = name, "panicked: {panic}");
        // While a store is opened that may be damaged, whoever opens it deals with that.
        let is_sleds = name == "log flusher" || name.starts_with("sled-io-");
        if is_sleds && !crate::store::panics_are_expected() {
            std::process::exit(i32::from(super::FAILURE));
        }
        if tracing::enabled!(tracing::Level::DEBUG) {
            before(panic);
        }
    }));
}
