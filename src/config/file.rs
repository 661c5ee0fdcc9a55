//! A file's bytes as text, or what keeps them from being text. Reads no TOML.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::Path,
};

use super::problem::Problem;

/// The largest file that is read: room for 100,000 sources of 600 bytes each.
pub const MAX_FILE_BYTES: usize = 64 << 20;

/// Reads at most one byte more than a file may have, so that an endless one ends here.
///
/// # Errors
/// What the system says; of a pipe or a device `InvalidInput`, since the file is read again and again, and to open a pipe is
/// to wait for somebody who writes to it. Neither do paths in it mean anything from `/dev/fd` on.
pub(super) fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let data = fs::metadata(path)?;
    if !data.is_file() && !data.is_dir() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is a pipe or a device, and no plain file"));
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The bytes as text without a byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, Problem> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(whole_file(bytes, 0, "the file is written in UTF-16", "save it as UTF-8"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let message = format!("the file is not UTF-8 text (its byte {} cannot be read)", at + 1);
        whole_file(bytes, at, &message, "save it as UTF-8")
    })?;
    readable(text)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Refuses text that is too long or is none.
pub(super) fn readable(text: &str) -> Result<(), Problem> {
    if text.len() > MAX_FILE_BYTES {
        let message = format!("the file is larger than {} MiB", MAX_FILE_BYTES >> 20);
        return Err(whole_file(text.as_bytes(), 0, &message, "see whether it is the right one"));
    }
    match text.find('\0') {
        Some(at) => {
            let message = format!("the file holds a NUL (its byte {})", at + 1);
            let remedy = "it is damaged or is no text: restore it, and save it as UTF-8";
            Err(whole_file(text.as_bytes(), at, &message, remedy))
        }
        None => Ok(()),
    }
}

fn whole_file(bytes: &[u8], at: usize, message: &str, remedy: &str) -> Problem {
    let before = bytes.get(..at).unwrap_or_default();
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = before.split(|byte| *byte == b'\n').count();
    let column = 1 + String::from_utf8_lossy(&before[line_start..]).chars().count();
    Problem {
        file: None,
        line,
        column,
        key: String::new(),
        message: message.to_owned(),
        remedy: remedy.to_owned(),
        excerpt: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_told_with_its_line() {
        fn told(bytes: &[u8]) -> Result<&str, (usize, String)> {
            decode(bytes).map_err(|problem| (problem.column, problem.to_string()))
        }
        assert_eq!(told(b"\xef\xbb\xbfa = 1"), Ok("a = 1"));
        let cases: [(&[u8], usize, &str); 4] = [
            (b"\xff\xfea\x00", 1, "line 1: the file is written in UTF-16: save it as UTF-8"),
            (
                b"a = 1\n# B\xe1\xba\xaf\xe1n",
                5,
                "line 2: the file is not UTF-8 text (its byte 13 cannot be read): save it as UTF-8",
            ),
            (
                b"\n\n\x00",
                1,
                "line 3: the file holds a NUL (its byte 3): it is damaged or is no text: restore it, and save it as \
                 UTF-8",
            ),
            (
                &vec![b'#'; MAX_FILE_BYTES + 1],
                1,
                "line 1: the file is larger than 64 MiB: see whether it is the right one",
            ),
        ];
        for (bytes, column, line) in cases {
            assert_eq!(told(bytes), Err((column, line.to_owned())));
        }
    }
}
