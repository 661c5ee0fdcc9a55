//! What a file of credentials says: `user:password`, or a whole value of `Authorization`. No message of this room
//! repeats a byte of it.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{
    headers::{MAX_HEADER_VALUE, is_token},
    problem::Wrong,
};
use crate::model::Secret;

const REMEDY: &str = "write one line: user:password, or a whole value such as `Bearer …`";

/// The value of `Authorization`. Messages read on from the file.
pub(super) fn read(bytes: &[u8]) -> Result<Secret, Wrong> {
    let wrong = |message: &str| Err(Wrong::new(message, REMEDY));
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(Wrong::new("is not UTF-8 text", "save it as UTF-8"));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.trim().is_empty() {
        return wrong("holds nothing");
    }
    if line.contains('\n') {
        return wrong("holds more than one line");
    }
    if line.contains(char::is_control) {
        return wrong("holds a control character");
    }
    // RFC 9110 §11.4: a scheme, then a space. Whichever comes first tells: passwords have spaces, and tokens colons.
    let value = match line.find([' ', ':']).map(|at| line.split_at(at)) {
        Some((_, rest)) if rest.starts_with(':') => format!("Basic {}", BASE64_STANDARD.encode(line)),
        Some((scheme, rest)) if is_token(scheme) && !rest.trim().is_empty() => line.trim_end().to_owned(),
        _ => return wrong("holds neither user:password nor a scheme and a value"),
    };
    if !value.is_ascii() {
        return wrong("holds a value with other than ASCII characters");
    }
    if value.len() > MAX_HEADER_VALUE {
        let message =
            format!("makes a value of {} bytes, but may make one of {MAX_HEADER_VALUE}", value.len());
        return Err(Wrong::new(message, "see whether it is the right one"));
    }
    Ok(Secret::new(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_becomes_basic_and_a_whole_value_stays() {
        let cases = [
            // RFC 7617 §2 and §2.1.
            ("Aladdin:open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("test:123\u{a3}\n", "Basic dGVzdDoxMjPCow=="),
            ("\u{feff}a:\r\n", "Basic YTo="),
            (":key", "Basic OmtleQ=="),
            ("Bearer a:b\n", "Bearer a:b"),
            ("Token abc \r\n", "Token abc"),
        ];
        for (written, value) in cases {
            assert_eq!(
                read(written.as_bytes()).map(|secret| secret.reveal().to_owned()),
                Ok(value.to_owned())
            );
        }
    }

    #[test]
    fn what_is_neither_is_told_without_a_byte_of_it() {
        let long = format!("Bearer {}", "x".repeat(4096));
        let cases: [(&[u8], &str); 11] = [
            (b"\n", "holds nothing"),
            (b" \r\n", "holds nothing"),
            (b"\xff\xfea\0", "is not UTF-8 text"),
            (b"hush:hush\n\n", "holds more than one line"),
            (b"hush:hush\nhush:hush\n", "holds more than one line"),
            (b"hush:\thush", "holds a control character"),
            (b"hush:\x7f", "holds a control character"),
            (b"hush", "holds neither user:password nor a scheme and a value"),
            (b"Bearer ", "holds neither user:password nor a scheme and a value"),
            ("Bearer hu\u{1b0}sh".as_bytes(), "holds a value with other than ASCII characters"),
            (long.as_bytes(), "makes a value of 4103 bytes, but may make one of 4096"),
        ];
        for (written, message) in cases {
            let wrong = read(written).unwrap_err();
            assert_eq!(wrong.message, message);
            assert!(!wrong.remedy.contains("hush"), "{wrong:?}");
        }
    }
}
