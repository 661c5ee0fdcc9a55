//! The line that a problem is in, with a caret below the place. What may be a secret does not show: a log is read by
//! more people than `feeds.toml` is.

use std::fmt;

use super::super::wording::without_secrets;

/// So many characters of a line are shown.
const WIDTH: usize = 96;
/// Where a line is longer, so many of them stand before the caret.
const BEFORE: usize = 40;
/// A table that began more lines above is taken for one that may hold secrets.
const LINES_ABOVE: usize = 64;
/// Longer lines, in bytes, are written by programs, and not shown.
const LINE_MAX: usize = 4096;

/// What is shown where a value may be a secret.
const HIDDEN: char = '…';

/// Words in whose company a value may be a secret, in small letters.
const SECRETIVE: [&str; 16] = [
    "headers",
    "user_agent",
    "proxy",
    "credential",
    "auth",
    "cookie",
    "token",
    "secret",
    "pass",
    "pasw",
    "pwd",
    "bearer",
    "basic",
    "apikey",
    "-key",
    "_key",
];

/// A line without secrets, and the place in it that is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    line: String,
    /// How many characters stand before the place.
    before: usize,
}

impl Excerpt {
    /// The line of this byte of the text.
    pub(super) fn of(text: &str, at: usize) -> Option<Self> {
        let (before, after) = text.split_at_checked(at)?;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let end = after.find('\n').map_or(text.len(), |newline| at + newline);
        let line = text.get(start..end)?.trim_end();
        if line.trim().is_empty() || line.len() > LINE_MAX {
            return None;
        }
        let place = (at - start).min(line.len());
        let (shown, before) =
            if is_among_secrets(text, start, line) { name_alone(line, place) } else { masked(line, place) };
        Some(Self::clipped(&shown, before))
    }

    /// As much of the line as is around the place.
    fn clipped(line: &str, before: usize) -> Self {
        let length = line.chars().count();
        let skipped = if length > WIDTH { before.saturating_sub(BEFORE).min(length - WIDTH) } else { 0 };
        let mut shown = String::new();
        let mut place = before - skipped;
        if skipped > 0 {
            shown.push(HIDDEN);
            place += 1;
        }
        let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
        shown.extend(line.chars().skip(skipped).take(WIDTH).map(plain));
        if length > skipped + WIDTH {
            shown.push(HIDDEN);
        }
        Self { line: shown, before: place }
    }

    /// The line with its number, and below it the caret.
    #[must_use]
    pub fn numbered(&self, number: usize) -> String {
        let number = number.to_string();
        let gap = " ".repeat(number.len());
        format!("  {number} | {}\n  {gap} | {}^", self.line, " ".repeat(self.before))
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.line)
    }
}

/// Whether the line, or one above it in the same table, speaks of secrets.
fn is_among_secrets(text: &str, start: usize, line: &str) -> bool {
    let speaks = |line: &str| {
        let line = line.to_lowercase();
        SECRETIVE.iter().any(|word| line.contains(word)) || line.contains("\"\"\"") || line.contains("'''")
    };
    if speaks(line) {
        return true;
    }
    let mut above = text[..start].lines().rev();
    for _ in 0..LINES_ABOVE {
        let Some(line) = above.next() else { return false };
        if speaks(line) && !is_whole(line) {
            return true;
        }
        if line.starts_with('[') {
            return false;
        }
    }
    true
}

/// Whether what the line says ends with it.
fn is_whole(line: &str) -> bool {
    let count = |sign| line.matches(sign).count();
    line.contains('=') && count('{') == count('}') && !line.contains("\"\"\"") && !line.contains("'''")
}

/// Only the bare key that the line begins with, and how many characters of it stand before the place.
fn name_alone(line: &str, place: usize) -> (String, usize) {
    let is_bare =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | ' ' | '[');
    let name = line.split_once('=').map(|(name, _)| name).filter(|name| name.chars().all(is_bare));
    let shown = name.map_or_else(|| HIDDEN.to_string(), |name| format!("{name}= {HIDDEN}"));
    let before = line[..place].chars().count().min(shown.chars().count() - 1);
    (shown, before)
}

/// The line without what its addresses hold of secrets, and how many characters stand before the place.
fn masked(line: &str, place: usize) -> (String, usize) {
    let (mut shown, mut before) = (String::new(), None);
    let mut rest = line;
    while !rest.is_empty() {
        let at = line.len() - rest.len();
        // What stands between quotes, or outside of them, to the next quote.
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
        let body = &rest[quote.map_or(0, char::len_utf8)..];
        let end = match quote {
            Some(quote) => body.find(quote).unwrap_or(body.len()),
            None => body.find(['"', '\'']).unwrap_or(body.len()),
        };
        let piece_start = shown.chars().count();
        shown.extend(quote);
        shown.push_str(&without_secrets(&body[..end]));
        if quote.is_some() && end < body.len() {
            shown.extend(quote);
        }
        let taken = (line.len() - body.len()) + end + usize::from(quote.is_some() && end < body.len());
        if before.is_none() && place < taken {
            let within = line[at..place].chars().count();
            before = Some(piece_start + within.min(shown.chars().count() - piece_start));
        }
        rest = &line[taken..];
    }
    let whole = shown.chars().count();
    (shown, before.unwrap_or(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, place: &str) -> String {
        let at = text.find(place).unwrap();
        Excerpt::of(text, at).map_or_else(|| "none".to_owned(), |excerpt| excerpt.numbered(7))
    }

    #[test]
    fn the_caret_stands_below_the_place_also_behind_letters_of_several_bytes() {
        let cases = [
            ("a = 1\nlistn = 2\nb = 3", "listn", "  7 | listn = 2\n    | ^"),
            ("title = \"Báo\" x\n", "x", "  7 | title = \"Báo\" x\n    |               ^"),
            ("\ttitle = 3", "3", "  7 |  title = 3\n    |          ^"),
            ("a = \"b\r\n", "\"b", "  7 | a = \"b\n    |     ^"),
        ];
        for (text, place, wanted) in cases {
            assert_eq!(shown(text, place), wanted, "{text}");
        }
        assert_eq!(Excerpt::of("a = 1\n\n", 6), None);
        assert_eq!(Excerpt::of("a = 1", 99), None);
        assert_eq!(Excerpt::of("đ", 1), None);
        assert_eq!(Excerpt::of("a = ", 4).unwrap().numbered(10), "  10 | a =\n     |    ^");
    }

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        let line = format!("any = [{}] bad", "\"bão\", ".repeat(60));
        let excerpt = shown(&line, "bad");
        let (above, below) = excerpt.split_once('\n').unwrap();
        assert!(above.starts_with("  7 | …") && above.ends_with("] bad"), "{excerpt}");
        assert_eq!(below.chars().count() - 1, above.chars().position(|letter| letter == ']').unwrap() + 2);
        assert_eq!(shown(&format!("a = \"{}\"", "x".repeat(5000)), "a"), "none");
    }

    #[test]
    fn what_may_be_a_secret_does_not_show() {
        let cases = [
            ("url = \"https://u:hush@a.vn/rss?key=hush\" bad", "  7 | url = \"https://***@a.vn/rss?…\" bad"),
            ("url = \"u:hush@a.vn", "  7 | url = \"***@a.vn"),
            ("url = https://u:hush@a.vn/?hush", "  7 | url = https://***@a.vn/?…"),
            ("proxy = \"http://hush@b\" bad", "  7 | proxy = …"),
            ("headers = { A = \"hush\" } bad", "  7 | headers = …"),
            ("[feeds.headers]\nX-Key = \"hush\" bad", "  7 | X-Key = …"),
            ("headers = {\n  \"hush\" = 1, bad", "  7 | …"),
            ("[[feeds]]\nheaders = {\nA = 1 }\ninterval = bad", "  7 | interval = …"),
            ("credentials_file = hush bad", "  7 | credentials_file = …"),
            ("Authorization: Bearer hush bad", "  7 | …"),
            ("a = \"\"\"\nhush bad", "  7 | …"),
        ];
        for (text, wanted) in cases {
            let place = text.rfind("bad").unwrap_or(text.len() - 1);
            let excerpt = Excerpt::of(text, place).unwrap().numbered(7);
            assert_eq!(excerpt.lines().next(), Some(wanted), "{text}");
            assert!(!excerpt.contains("hush"), "{excerpt}");
        }
        let fair = "[[feeds]]\nheaders.a = \"x\"\nintervall = \"1h\"";
        assert_eq!(shown(fair, "intervall"), "  7 | intervall = \"1h\"\n    | ^");
        let distant = format!("[[feeds]]\n{}b = 1", "a = 1\n".repeat(70));
        assert_eq!(shown(&distant, "b = 1"), "  7 | b = …\n    | ^");
    }
}
