//! Where log lines go: stderr, as text or JSON, as much as is asked for; one line an event. To the journal each line
//! begins with its priority (sd-daemon(3)), which needs neither its socket nor another crate, and is lost by no pipe.

use std::{
    ffi::OsString,
    io::{self, IsTerminal as _, Write, stderr},
};

use clap::{Args, ValueEnum};
use tracing::{Level, Metadata, error};
use tracing_subscriber::{EnvFilter, fmt, fmt::MakeWriter};

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
        // journald stamps each line itself.
        let journal = is_journal(std::env::var_os("JOURNAL_STREAM"));
        // A line that cannot be written is lost; telling so on stderr, which is what fails, would panic.
        let lines = fmt()
            .with_env_filter(filter)
            .with_writer(Lines { journal })
            .with_target(false)
            .log_internal_errors(false);
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

/// Whether stderr leads to the journal. The variable names its device and inode, and is inherited by those whose stderr
/// leads elsewhere (systemd.exec(5)).
fn is_journal(variable: Option<OsString>) -> bool {
    let Some(named) = variable else { return false };
    rustix::fs::fstat(stderr()).is_ok_and(|file| named == *format!("{}:{}", file.st_dev, file.st_ino))
}

/// Makes lines of events, for the journal or others.
#[derive(Debug, Clone, Copy)]
struct Lines {
    journal: bool,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line;

    fn make_writer(&'a self) -> Self::Writer {
        Line { priority: None }
    }

    fn make_writer_for(&'a self, event: &Metadata<'_>) -> Self::Writer {
        Line { priority: self.journal.then(|| priority(*event.level())) }
    }
}

/// As syslog(3) counts them.
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        Level::DEBUG | Level::TRACE => 7,
    }
}

/// One event on its way to stderr, which is handed over whole.
struct Line {
    priority: Option<u8>,
}

impl Line {
    /// On one line, whatever line ends it holds.
    fn of(&self, event: &[u8]) -> Vec<u8> {
        let body = event.strip_suffix(b"\n").unwrap_or(event);
        let mut line = self.priority.map(|priority| format!("<{priority}>").into_bytes()).unwrap_or_default();
        line.extend(body.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
        line.push(b'\n');
        line
    }
}

impl Write for Line {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        stderr().write_all(&self.of(event))?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        stderr().flush()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_and_the_journal_hears_how_grave_it_is() {
        let cases = [
            (None, "INFO polled\n", "INFO polled\n"),
            (None, "ERROR panicked at a.rs:\r\nboom\n", "ERROR panicked at a.rs:  boom\n"),
            (Some(Level::ERROR), "ERROR a\nb", "<3>ERROR a b\n"),
            (Some(Level::WARN), "{}\n", "<4>{}\n"),
            (Some(Level::INFO), "", "<6>\n"),
            (Some(Level::TRACE), "x\n", "<7>x\n"),
        ];
        for (level, event, wanted) in cases {
            let line = Line { priority: level.map(priority) };
            assert_eq!(String::from_utf8(line.of(event.as_bytes())).unwrap(), wanted);
        }
    }
}
