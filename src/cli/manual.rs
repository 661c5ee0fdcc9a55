//! The manual page and the shells' completions, made of the definitions that the command line itself is read by.

use std::io::{self, Write as _};

use clap::{Arg, CommandFactory as _};
use clap_complete::Shell;

use super::{Arguments, FAILURE, WELL, complain};

/// What a shell wants to know.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Options {
    /// Whose completions
    #[arg(value_enum)]
    shell: Shell,
}

/// Writes the manual page to stdout.
pub(super) fn manual() -> u8 {
    let mut page = Vec::new();
    written(render(&mut page).map(|()| page))
}

/// Writes a shell's completions to stdout.
pub(super) fn completions(options: &Options) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "tintinh", &mut script);
    written(Ok(script))
}

/// One page for all: each command has a section of its own, as it has few options.
fn render(page: &mut Vec<u8>) -> io::Result<()> {
    let mut command = Arguments::command();
    command.build();
    let manual = clap_mangen::Man::new(command.clone());
    manual.render_title(page)?;
    manual.render_name_section(page)?;
    manual.render_synopsis_section(page)?;
    manual.render_description_section(page)?;
    manual.render_options_section(page)?;
    page.extend(b".SH COMMANDS\n");
    for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
        let usage = command.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").replace('\\', "\\\\").replace('-', "\\-");
        page.extend(format!(".SS \"{usage}\"\n").bytes());
        let told_above = |arg: Arg| {
            let is_common = arg.is_global_set() || arg.get_id() == "help";
            arg.hide(is_common)
        };
        let manual = clap_mangen::Man::new(command.clone().mut_args(told_above));
        let mut section = Vec::new();
        manual.render_description_section(&mut section)?;
        manual.render_options_section(&mut section)?;
        // Headings of pages of their own, which these are not.
        let section = String::from_utf8_lossy(&section).into_owned();
        let lines = section.lines().filter(|line| !line.starts_with(".SH ") && !line.starts_with(".ie "));
        page.extend(
            lines.filter(|line| !line.starts_with(".el ")).flat_map(|line| line.bytes().chain([b'\n'])),
        );
    }
    page.extend(REST.bytes());
    Ok(())
}

/// What the definitions do not tell.
const REST: &str = r#".SH FILES
.TP
\fI./feeds.toml\fR, then \fI/etc/tintinh/feeds.toml\fR
The sources, and all settings.
.TP
\fI/var/lib/tintinh\fR
The store, where systemd runs the daemon ($STATE_DIRECTORY); else \fIdata\fR beside feeds.toml.
.SH "EXIT STATUS"
.TP
\fB0\fR
All is well.
.TP
\fB1\fR
Something failed.
.TP
\fB2\fR
The arguments or feeds.toml are not usable.
.TP
\fB3\fR
No daemon answers that should.
.SH "SEE ALSO"
\fI/usr/share/doc/tintinh/README.md\fR
"#;

fn written(text: io::Result<Vec<u8>>) -> u8 {
    match text.and_then(|text| io::stdout().write_all(&text)) {
        Ok(()) => WELL,
        // Who left the pager has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => WELL,
        Err(error) => {
            complain(&format!("cannot write to stdout: {error}"));
            FAILURE
        }
    }
}
