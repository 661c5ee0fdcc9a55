//! Addresses as every reader takes them: of the characters of RFC 3986 only. Browsers and publishers are content with
//! more (`|`, `[`, a bare `%`), and some readers then refuse the entry.

use std::{borrow::Cow, fmt::Write as _};

use url::Url;

/// The address with all that needs it escaped; where it leads to stays the same.
pub(super) fn address(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    // Which puts a host in Vietnamese letters right, and spaces.
    let text = Url::parse(text).map_or_else(|_| Cow::Borrowed(text), |url| Cow::Owned(url.into()));
    let (authority, path) = text.split_at(path_of(&text));
    let mut escaped = authority.to_owned();
    let (mut rest, mut is_fragment) = (path, false);
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        rest = after;
        match character {
            '%' if is_escape(after) => escaped.push('%'),
            '%' => match legacy_escape(after) {
                Some(letter) => {
                    escape(letter, &mut escaped);
                    rest = &after[5..];
                }
                None => escaped.push_str("%25"),
            },
            '#' if !is_fragment => {
                is_fragment = true;
                escaped.push('#');
            }
            known if known != '#' && is_allowed(known) => escaped.push(known),
            other => escape(other, &mut escaped),
        }
    }
    Cow::Owned(escaped)
}

/// RFC 3986 §2, without the brackets that only an IPv6 host may have (§3.2.2).
fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=".contains(character)
}

fn is_clean(text: &str) -> bool {
    let path = &text[path_of(text)..];
    let is_escaped = path.split('%').skip(1).all(is_escape);
    let characters = path.chars().all(|it| it == '%' || is_allowed(it));
    text.is_ascii() && is_escaped && characters && path.matches('#').count() <= 1
}

/// Where the host ends.
fn path_of(text: &str) -> usize {
    let begin = text.find("://").map_or(0, |scheme| scheme + 3);
    text[begin..].find(['/', '?', '#']).map_or(text.len(), |end| begin + end)
}

fn is_escape(rest: &str) -> bool {
    rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit())
}

/// The letter of `%uXXXX`, as old ASP writes and reads it.
fn legacy_escape(rest: &str) -> Option<char> {
    let digits = rest.strip_prefix(['u', 'U'])?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| is_hex).and_then(char::from_u32)
}

fn escape(character: char, to: &mut String) {
    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
        // Writing to a String does not fail.
        let _ = write!(to, "%{byte:02X}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_escaped_where_it_must_be_and_leads_to_the_same() {
        let table = [
            ("https://a.vn/tin/1.html?a=1&b=2#c", "https://a.vn/tin/1.html?a=1&b=2#c"),
            ("https://a.vn/l%C5%A9?q=%c5%a9", "https://a.vn/l%C5%A9?q=%c5%a9"),
            ("https://a.vn/tin|1?a=[x]^{y}", "https://a.vn/tin%7C1?a=%5Bx%5D%5E%7By%7D"),
            ("https://a.vn/100%", "https://a.vn/100%25"),
            ("https://a.vn/100%?x=%2", "https://a.vn/100%25?x=%252"),
            ("https://a.vn/?q=l%u0169&r=%uD800", "https://a.vn/?q=l%C5%A9&r=%25uD800"),
            ("https://a.vn/lũ lụt", "https://a.vn/l%C5%A9%20l%E1%BB%A5t"),
            ("https://bão.vn/", "https://xn--bo-sia.vn/"),
            ("https://[2001:db8::1]:8080/a[1]", "https://[2001:db8::1]:8080/a%5B1%5D"),
            ("https://a.vn/#a#b", "https://a.vn/#a%23b"),
            ("https://a.vn?x|y", "https://a.vn/?x%7Cy"),
            ("", ""),
        ];
        for (text, wanted) in table {
            assert_eq!(address(text), wanted, "{text}");
            assert_eq!(address(wanted), wanted, "what is escaped stays");
        }
    }
}
