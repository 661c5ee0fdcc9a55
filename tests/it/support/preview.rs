//! `tintinh preview` as a process.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio},
};

use serde_json::Value;

/// The command, with no hint about the terminal that the tests run on.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tintinh"));
    command.arg("preview").args(arguments).env_remove("RUST_BACKTRACE");
    command
}

/// Runs it to its end, with this on stdin.
pub fn preview(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // It may end without having read all of it.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    })
}

/// The one line that stdout must be, as JSON.
pub fn only_line(output: &Output) -> Value {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    let line = text.strip_suffix('\n').unwrap_or_else(|| panic!("no line end: {output:?}"));
    assert!(!line.contains('\n'), "more than one line: {text}");
    serde_json::from_str(line).unwrap()
}

/// A batch that is talked with.
pub struct Batch {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Batch {
    pub fn start(arguments: &[&str]) -> Self {
        let arguments = [&["--format", "json", "--batch"], arguments].concat();
        let mut child = command(&arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, requests, answers }
    }

    /// Sends one line and waits for its answer; the next request is not sent before.
    pub fn ask(&mut self, line: &[u8]) -> Value {
        self.requests.as_mut().unwrap().write_all(&[line, b"\n"].concat()).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert!(answer.ends_with('\n'), "it ended instead of answering {}", String::from_utf8_lossy(line));
        serde_json::from_str(&answer).unwrap()
    }

    /// Says that there is no more, and gives what else was said and the exit code.
    pub fn end(mut self) -> (String, Option<i32>) {
        self.requests = None;
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.answers, &mut rest).unwrap();
        (rest, self.child.wait().unwrap().code())
    }
}
