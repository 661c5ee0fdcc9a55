//! Makes a line of plain text of an error page, so that an admin reads what the upstream said. Pure, and crude on
//! purpose: the result is shown in logs and status pages as text, never as HTML.

use crate::model::Failure;

/// Elements whose contents nobody reads.
const SILENT: [&str; 3] = ["script", "style", "title"];

/// The first words of a body: tags, comments, scripts and control characters gone, the commonest entities read, white
/// space run together, at most [`Failure::REASON_MAX`] characters. Empty where nothing is left.
pub(super) fn read(bytes: &[u8]) -> String {
    let page = String::from_utf8_lossy(bytes);
    let readable = |character: char| !character.is_control() && character != char::REPLACEMENT_CHARACTER;
    let text: String =
        strip(&page).chars().map(|character| if readable(character) { character } else { ' ' }).collect();
    let text = ENTITIES.iter().fold(text, |text, (entity, character)| text.replace(entity, character));
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&line, Failure::REASON_MAX)
}

/// At most so many characters, an ellipsis marking that there were more.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// `&amp;` last, so that nothing is read twice.
const ENTITIES: [(&str, &str); 6] =
    [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];

fn strip(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let tag = &rest[at + 1..];
        // A tag begins with a letter, `/`, `!` or `?`; any other `<` is a character like the rest.
        if !tag.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            text.push('<');
            rest = tag;
            continue;
        }
        text.push(' ');
        rest = after_tag(tag);
    }
    text.push_str(rest);
    text
}

/// What follows a tag, given from behind its `<`: behind the whole element where that is a silent one.
fn after_tag(tag: &str) -> &str {
    if let Some(comment) = tag.strip_prefix("!--") {
        return comment.split_once("-->").map_or("", |(_, rest)| rest);
    }
    let behind = tag.split_once('>').map_or("", |(_, rest)| rest);
    let name_ends = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
    let Some(name) = SILENT.iter().find(|name| name.eq_ignore_ascii_case(&tag[..name_ends])) else {
        return behind;
    };
    let closing = format!("</{name}");
    // ASCII lower-casing keeps byte offsets.
    let end = behind.to_ascii_lowercase().find(&closing);
    end.and_then(|at| behind[at..].split_once('>')).map_or("", |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_page_becomes_a_line_of_words() {
        let table = [
            ("", ""),
            ("  \r\n ", ""),
            ("Too many\n  requests.", "Too many requests."),
            ("<h1>Bảo trì</h1><p>Quay lại <b>sau</b>.</p>", "Bảo trì Quay lại sau ."),
            ("<html><head><title>503</title><style>a>b{}</style></head><body>Down</body>", "Down"),
            ("<SCRIPT>if (a<b) alert('x')</Script>Sorry", "Sorry"),
            ("<!-- <p>hidden</p> -->seen", "seen"),
            ("<scripting>read</scripting>", "read"),
            ("a < b &amp; c &lt;d&gt;&nbsp;&quot;e&quot; &#39;f&#39;", "a < b & c <d> \"e\" 'f'"),
            ("&amp;lt;", "&lt;"),
            ("<script>never closed", ""),
            ("cut in a <a href=", "cut in a"),
            ("bell\u{7} nul\0 end", "bell nul end"),
            ("{\"error\": \"quota\"}", "{\"error\": \"quota\"}"),
        ];
        for (page, words) in table {
            assert_eq!(read(page.as_bytes()), words, "{page}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_left_out() {
        assert_eq!(read(b"l\xf4i \xff"), "l i");
    }

    #[test]
    fn a_long_page_is_cut_with_a_mark() {
        let words = read("ệ".repeat(501).as_bytes());
        assert_eq!(words.chars().count(), 500);
        assert!(words.ends_with('…'));
        assert_eq!(read("ệ".repeat(500).as_bytes()), "ệ".repeat(500));
    }
}
