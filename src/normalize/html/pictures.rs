//! Pictures in cleaned HTML: lazily loaded ones get the address that their script would have given them, and those
//! that nobody is to see go. Knows no other element.

use std::fmt::Write as _;

use url::Url;

use super::markup::{Piece, attributes, escaped, pieces};
use crate::normalize::link;

/// Where scripts find the real address, best first. A cleaner lets these through, and none of them leaves this module.
pub(super) const LAZY: [&str; 7] =
    ["data-src", "data-original", "data-lazy-src", "data-lazy", "data-url", "srcset", "data-srcset"];

/// What files are called that stand in until the picture is loaded.
const PLACEHOLDERS: [&str; 11] = [
    "blank",
    "spacer",
    "placeholder",
    "loading",
    "loader",
    "lazy",
    "pixel",
    "transparent",
    "1x1",
    "grey",
    "dot",
];

/// The HTML with its pictures put right. Addresses are resolved against `base`.
pub(super) fn settled(html: String, base: &Url) -> String {
    if !html.contains("<img") {
        return html;
    }
    let mut settled = String::with_capacity(html.len());
    for piece in pieces(&html) {
        match piece {
            Piece::Tag(tag) if tag.starts_with("<img") => picture(&mut settled, tag, base),
            Piece::Tag(piece) | Piece::Text(piece) => settled.push_str(piece),
        }
    }
    settled
}

fn picture(settled: &mut String, tag: &str, base: &Url) {
    let (lazy, shown): (Vec<_>, Vec<_>) = attributes(tag).partition(|(name, _)| LAZY.contains(name));
    let value = |name| shown.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let is_dot =
        |name| value(name).is_some_and(|size: &str| matches!(size.trim_end_matches("px"), "0" | "1"));
    // Counts visitors.
    if is_dot("width") && is_dot("height") {
        return;
    }
    let real = || {
        let mut found = LAZY.iter().filter_map(|name| lazy.iter().find(|(known, _)| known == name));
        found.find_map(|(name, value)| link::resolve(address(name, value), base))
    };
    let source = value("src").filter(|source| !is_placeholder(source)).map(str::to_owned);
    let source = source.or_else(|| real().map(String::from)).or_else(|| value("src").map(str::to_owned));
    // Its address was none that could be shown.
    let Some(source) = source else { return };
    settled.push_str("<img");
    let others = shown.iter().filter(|(name, _)| *name != "src").map(|(name, value)| (*name, value));
    for (name, value) in std::iter::once(("src", &source)).chain(others) {
        // Writing to a string does not fail.
        let _ = write!(settled, " {name}=\"{}\"", escaped(value));
    }
    settled.push('>');
}

/// The address in an attribute: of a set of sizes the first.
fn address<'a>(name: &str, value: &'a str) -> &'a str {
    if name.ends_with("srcset") {
        let first = value.split_whitespace().next().unwrap_or_default();
        return first.trim_end_matches(',');
    }
    value
}

fn is_placeholder(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let stem = file.split('.').next().unwrap_or_default();
    file.contains('.') && PLACEHOLDERS.iter().any(|word| stem.split(['-', '_']).any(|part| part == *word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lazy_pictures_get_their_address_and_dots_go() {
        let base = Url::parse("https://a.vn/tin/").unwrap();
        let table = [
            (r#"<img data-src="/1.jpg">"#, r#"<img src="https://a.vn/1.jpg">"#),
            (
                r#"<img alt="x &amp; y" data-original="1.jpg">"#,
                r#"<img src="https://a.vn/tin/1.jpg" alt="x &amp; y">"#,
            ),
            (r#"<img src="https://a.vn/0.jpg" data-src="/1.jpg">"#, r#"<img src="https://a.vn/0.jpg">"#),
            (
                r#"<img src="https://a.vn/img/lazy-loading.gif?v=1" data-src="/1.jpg">"#,
                r#"<img src="https://a.vn/1.jpg">"#,
            ),
            (r#"<img src="https://a.vn/blank.gif">"#, r#"<img src="https://a.vn/blank.gif">"#),
            (r#"<img data-src="javascript:alert(1)">"#, ""),
            (
                r#"<img data-src="data:image/png;base64,x" data-lazy-src="/1.jpg">"#,
                r#"<img src="https://a.vn/1.jpg">"#,
            ),
            (
                r#"<img srcset="/1.jpg?a=1&amp;b=2 1x, /2.jpg 2x">"#,
                r#"<img src="https://a.vn/1.jpg?a=1&amp;b=2">"#,
            ),
            (r#"<img data-srcset="/1.jpg, /2.jpg 2x">"#, r#"<img src="https://a.vn/1.jpg">"#),
            (
                r#"<img data-src="/1.jpg&quot; onerror=&quot;x">"#,
                r#"<img src="https://a.vn/1.jpg%22%20onerror=%22x">"#,
            ),
            (r#"<img alt="x">"#, ""),
            (r#"a<img src="https://a.vn/p" width="1" height="1">b"#, "ab"),
            (r#"<img src="https://a.vn/p" width="0" height="1px">"#, ""),
            (
                r#"<img src="https://a.vn/p" width="1" height="100">"#,
                r#"<img src="https://a.vn/p" width="1" height="100">"#,
            ),
            (r#"<p title="<img data-src='x'>">y</p>"#, r#"<p title="<img data-src='x'>">y</p>"#),
        ];
        for (html, wanted) in table {
            assert_eq!(settled(html.to_owned(), &base), wanted, "{html}");
        }
    }

    #[test]
    fn a_word_within_a_name_makes_no_placeholder() {
        assert!(
            is_placeholder("https://a.vn/x/loading.svg") && is_placeholder("https://a.vn/img_1x1.png?x=y")
        );
        for real in ["https://a.vn/blanket.jpg", "https://a.vn/loading", "https://a.vn/lazy/bao.jpg", ""] {
            assert!(!is_placeholder(real), "{real}");
        }
    }
}
