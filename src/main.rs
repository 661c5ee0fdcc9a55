//! The `tintinh` program: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    tintinh::cli::main()
}
