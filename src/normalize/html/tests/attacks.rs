//! Script that is to be kept out, and a strict reader for what is left of it: one that knows the allow-list and nothing
//! else.

mod ideas;

use self::ideas::ATTACKS;
use super::{super::markup::Piece, *};

const STARTS: [&str; 3] = ["http://", "https://", "mailto:"];

/// Reads cleaned HTML as strictly as possible; what is wrong with it in words.
fn fault(html: &str) -> Option<String> {
    for piece in markup::pieces(html) {
        let tag = match piece {
            Piece::Text(text) if text.contains(['<', '>']) => return Some(format!("bare sign in {text}")),
            Piece::Text(_) => continue,
            Piece::Tag(tag) => tag,
        };
        let Some(inner) = tag.strip_prefix('<').and_then(|tag| tag.strip_suffix('>')) else {
            return Some(format!("open tag {tag}"));
        };
        if let Some(name) = inner.strip_prefix('/') {
            if !TAGS.contains(&name) {
                return Some(format!("end tag {tag}"));
            }
            continue;
        }
        let (name, mut rest) = inner.split_once(' ').map_or((inner, ""), |(name, rest)| (name, rest));
        if !TAGS.contains(&name) {
            return Some(format!("tag {tag}"));
        }
        while !rest.is_empty() {
            let Some((attribute, tail)) = rest.split_once("=\"") else {
                return Some(format!("attribute {rest}"));
            };
            let Some((value, tail)) = tail.split_once('"') else { return Some(format!("value {tail}")) };
            let known = ATTRIBUTES.iter().find(|known| known.0 == name).map_or(&[] as &[_], |known| known.1);
            if !known.contains(&attribute) && !EVERYWHERE.contains(&attribute) {
                return Some(format!("attribute {attribute} of {tag}"));
            }
            let is_address = matches!(attribute, "href" | "src" | "poster" | "cite");
            let schemes = if attribute == "src" || attribute == "poster" { &STARTS[..2] } else { &STARTS };
            if is_address && !schemes.iter().any(|scheme| value.starts_with(scheme)) {
                return Some(format!("address {value}"));
            }
            if !tail.is_empty() && !tail.starts_with(' ') {
                return Some(format!("no space in {tag}"));
            }
            rest = tail.trim_start();
        }
    }
    None
}

#[test]
fn no_script_survives() {
    for attack in ATTACKS {
        // A second reading, as a reader's own sanitiser or page does, must find nothing that was not there.
        let once = clean(attack).unwrap_or_default();
        assert_eq!(fault(&once), None, "{attack} left {once}");
        let twice = clean(&once).unwrap_or_default();
        assert_eq!(twice, once, "{attack}");
    }
    assert!(ATTACKS.len() >= 180, "{}", ATTACKS.len());
}

#[test]
fn no_script_survives_between_others() {
    let all: Vec<String> = ATTACKS
        .iter()
        .flat_map(|one| {
            ["<p>", "<table><tr>", "<svg><p>", "<math><mtext>", "<select>", "\"'>"]
                .map(|before| format!("{before}{one}</p>y"))
        })
        .collect();
    for attack in all.iter().chain([&ATTACKS.concat(), &ATTACKS.join("</p>")]) {
        let once = clean(attack).unwrap_or_default();
        assert_eq!(fault(&once), None, "{attack} left {once}");
    }
}

#[test]
fn titles_are_text_whatever_was_in_them() {
    for attack in ATTACKS {
        let text = Text { body: (*attack).to_owned(), kind: TextKind::Html };
        let title = text::plain(&text);
        let shown = clean(&markup::escaped(&title)).unwrap_or_default();
        assert!(!shown.contains('<'), "{attack} left {title}");
    }
}

#[test]
fn the_strict_reader_sees_faults() {
    let table = [
        "<script>",
        "</script>",
        "<p onclick=\"x\">",
        "<a href=\"javascript:x\">",
        "<img src=\"mailto:x\">",
        "a > b",
        "<p title=x>",
        "<p title=\"x\"lang=\"y\">",
        "<p",
        "<a href=\"/x\">",
        "<img srcset=\"https://x.vn/\">",
    ];
    for html in table {
        assert!(fault(html).is_some(), "{html}");
    }
    assert_eq!(
        fault("<p title=\"x\" lang=\"vi\">a &lt; b<br><a href=\"https://a.vn/?a&amp;b\">c</a></p>"),
        None
    );
}
