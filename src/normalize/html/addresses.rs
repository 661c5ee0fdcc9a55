//! The addresses in cleaned HTML, replaced. Knows which attributes hold one; nothing of what an address is.

use std::fmt::Write as _;

use super::markup::{Piece, attributes, escaped, pieces};

/// Every attribute that a cleaner lets through and that holds an address.
const ADDRESSES: [&str; 3] = ["href", "src", "poster"];

/// The HTML with each address replaced for which there is another; none where there is none.
pub(in crate::normalize) fn readdressed(
    html: &str,
    other: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let mut changed = false;
    let mut readdressed = String::with_capacity(html.len());
    for piece in pieces(html) {
        let new = match piece {
            Piece::Tag(tag) => tag_readdressed(tag, &other),
            Piece::Text(_) => None,
        };
        changed |= new.is_some();
        let (Piece::Tag(old) | Piece::Text(old)) = piece;
        readdressed.push_str(new.as_deref().unwrap_or(old));
    }
    changed.then_some(readdressed)
}

fn tag_readdressed(tag: &str, other: impl Fn(&str) -> Option<String>) -> Option<String> {
    let (name, _) = tag.split_once(' ')?;
    let mut changed = false;
    let mut readdressed = name.to_owned();
    for (name, value) in attributes(tag) {
        let new = ADDRESSES.contains(&name).then(|| other(&value)).flatten();
        changed |= new.is_some();
        // Writing to a string does not fail.
        let _ = write!(readdressed, " {name}=\"{}\"", escaped(&new.unwrap_or(value)));
    }
    readdressed.push('>');
    changed.then_some(readdressed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_in_tags_are_replaced() {
        let other = |address: &str| (address == "a&b").then(|| "\"c\"<&d".to_owned());
        let html = r#"a&amp;b<p title="a&amp;b"><a href="a&amp;b" title="x &quot;y&quot;">a&amp;b</a><img src="a&amp;b" alt="a&amp;b"><br>"#;
        let wanted = r#"a&amp;b<p title="a&amp;b"><a href="&quot;c&quot;&lt;&amp;d" title="x &quot;y&quot;">a&amp;b</a><img src="&quot;c&quot;&lt;&amp;d" alt="a&amp;b"><br>"#;
        assert_eq!(readdressed(html, other).as_deref(), Some(wanted));
        for same in ["", "x", r#"<a href="b">a&amp;b</a>"#, "<br>", "<cut"] {
            assert_eq!(readdressed(same, other), None, "{same}");
        }
    }
}
