//! Many documents: a request on each line in, an answer on each line out, in order. No request ends the batch.

use std::{
    io::{self, BufRead, Read as _, Write},
    path::PathBuf,
};

use chrono_tz::Tz;
use serde::Deserialize;

use super::{Refusal, Worker, document, json, source};

/// The longest request, in bytes: room for the longest path and address, each escaped.
const LINE_MAX: usize = 1 << 18;

/// A request. What else it holds is for whoever wrote it.
#[derive(Deserialize)]
struct Request {
    file: PathBuf,
    content_type: Option<String>,
    url: Option<String>,
    /// In place of the batch's own.
    timezone: Option<String>,
}

/// Answers until the requests end.
///
/// # Errors
/// Where requests cannot be read or answers cannot be written any more.
pub(super) fn run(
    mut requests: impl BufRead,
    mut answers: impl Write,
    zone: Tz,
    page: bool,
) -> io::Result<()> {
    let mut worker = Worker::default();
    while let Some(request) = next_line(&mut requests)? {
        let answer = request.and_then(|request| {
            // Whatever a document may do is done on that thread, where it can be survived.
            worker.run(move || json::line(answer(&request, zone, page).as_ref()))
        });
        let mut line = answer.unwrap_or_else(|refusal| json::line(Err(&refusal)));
        line.push('\n');
        answers.write_all(line.as_bytes())?;
        answers.flush()?;
    }
    Ok(())
}

fn answer(line: &[u8], zone: Tz, page: bool) -> Result<document::Preview, Refusal> {
    let request: Request = serde_json::from_slice(line).map_err(Refusal::Line)?;
    let zone = match request.timezone {
        Some(name) => name.parse().map_err(|_| Refusal::Zone(name))?,
        None => zone,
    };
    let mut input = source::open(&request.file)?;
    input.content_type = request.content_type;
    input.url = request.url.as_deref().and_then(source::web_address);
    document::preview(&input, zone, page)
}

/// The next line, read to its end also when it is too long; `None` after the last.
fn next_line(requests: &mut impl BufRead) -> io::Result<Option<Result<Vec<u8>, Refusal>>> {
    let mut line = Vec::new();
    requests.by_ref().take(LINE_MAX as u64).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.len() < LINE_MAX || line.ends_with(b"\n") {
        return Ok(Some(Ok(line)));
    }
    requests.skip_until(b'\n')?;
    Ok(Some(Err(Refusal::LongLine(LINE_MAX))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(requests: &[u8]) -> Vec<String> {
        let mut out = Vec::new();
        run(requests, &mut out, Tz::Asia__Ho_Chi_Minh, false).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.is_empty() || out.ends_with('\n'));
        out.lines().map(str::to_owned).collect()
    }

    #[test]
    fn every_line_has_one_answer_and_a_line_end_ends_no_line_of_its_own() {
        assert_eq!(answers(b"").len(), 0);
        assert_eq!(answers(b"{}\n").len(), 1);
        assert_eq!(answers(b"{}\n\n[]\r\n\xff\nnull").len(), 5);
    }

    #[test]
    fn an_overlong_line_is_one_line() {
        let long = vec![b'x'; LINE_MAX * 3];
        let found = answers(&[long.as_slice(), b"\n{}\n"].concat());
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(
            found[0],
            format!(
                "{{\"error\":\"the line is longer than {LINE_MAX} bytes; name a file, and do not write it out\"}}"
            )
        );
        let full = vec![b'x'; LINE_MAX - 1];
        assert_eq!(answers(&[full.as_slice(), b"\n{}\n"].concat()).len(), 2);
    }
}
