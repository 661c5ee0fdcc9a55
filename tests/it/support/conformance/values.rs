//! Rules of single values: each says what is wrong with one.

use chrono::DateTime;
use scraper::Html;
use url::Url;

/// What becomes of a value.
pub type Judged = Result<(), String>;

fn judge(holds: bool, fault: impl FnOnce() -> String) -> Judged {
    if holds { Ok(()) } else { Err(fault()) }
}

/// An absolute web address of characters that RFC 3986 knows: RSS 2.0 (and what reads it) has no room for others, and the
/// validator tells them in Atom too.
pub fn web(address: &str) -> Judged {
    reference(address)?;
    let url = Url::parse(address).map_err(|error| format!("`{address}` is no absolute address: {error}"))?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|it| !it.is_empty());
    judge(is_web, || format!("`{address}` is no web address"))?;
    judge(url.username().is_empty() && url.password().is_none(), || format!("`{address}` tells a secret"))
}

/// The same of one that may be missing.
pub fn web_of(address: Option<&str>) -> Judged {
    web(address.ok_or("there is no address")?)
}

/// RFC 3986 §2: unreserved, reserved and escaped characters; brackets only around an IPv6 host (§3.2.2), and `#` once.
fn reference(address: &str) -> Judged {
    let unescaped = || format!("`{address}` has a character that must be escaped");
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    judge(address.chars().all(is_of_addresses), unescaped)?;
    judge(!path.contains(['[', ']']) && path.matches('#').count() <= 1, unescaped)?;
    judge(!authority.contains('%'), unescaped)?;
    let mut escapes = address.split('%').skip(1);
    let is_escape = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    judge(escapes.all(is_escape), || format!("`{address}` has a % without two digits"))
}

fn is_of_addresses(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(character)
}

/// An id that is an IRI (RFC 4287 §4.2.6), of the kinds we give out: a UUID (RFC 9562 §4), or an address.
pub fn id(id: &str) -> Judged {
    let Some(uuid) = id.strip_prefix("urn:uuid:") else { return web(id) };
    let groups: Vec<usize> = uuid.split('-').map(str::len).collect();
    let is_hex = uuid.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
    judge(is_hex && groups == [8, 4, 4, 4, 12], || format!("`{id}` is no UUID"))
}

/// RFC 822 §5 with the four-digit year of RSS 2.0, and the day of the week right.
pub fn rfc_822(date: &str) -> Judged {
    let read = DateTime::parse_from_rfc2822(date).ok();
    let written = read.map(|read| read.format("%a, %d %b %Y %H:%M:%S %z").to_string());
    judge(written.as_deref() == Some(date), || format!("`{date}` is no date of RFC 822"))
}

/// RFC 3339 with the capital T that RFC 4287 §3.3 demands.
pub fn rfc_3339(date: &str) -> Judged {
    let is_date = DateTime::parse_from_rfc3339(date).is_ok() && date.as_bytes().get(10) == Some(&b'T');
    judge(is_date, || format!("`{date}` is no date of RFC 3339"))
}

/// RFC 6838 §4.2: a type that is registered, and a subtype; no parameters.
pub fn media_type(text: &str) -> Judged {
    const TYPES: [&str; 10] = [
        "application",
        "audio",
        "font",
        "haptics",
        "image",
        "message",
        "model",
        "multipart",
        "text",
        "video",
    ];
    let (kind, name) = text.split_once('/').unwrap_or_default();
    let is_name = name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "!#$&-^_.+".contains(letter));
    judge(TYPES.contains(&kind) && is_name, || format!("`{text}` is no media type"))
}

/// The shape of a tag of RFC 5646.
pub fn language(tag: &str) -> Judged {
    let mut parts = tag.split('-');
    let is_first = parts.next().is_some_and(|first| matches!(first.len(), 2..=3));
    let is_tag = is_first && tag.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    judge(is_tag && parts.all(|part| matches!(part.len(), 1..=8)), || format!("`{tag}` is no language"))
}

/// A whole number that is not negative.
pub fn number(text: &str) -> Judged {
    judge(!text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()), || format!("`{text}` is no number"))
}

/// Text that says something, and is no markup whether a reader decodes it or not.
pub fn plain(text: &str) -> Judged {
    judge(!text.trim().is_empty(), || "it is empty".to_owned())?;
    judge(!text.chars().any(|it| it.is_control() && it != '\n'), || {
        format!("`{text}` has control characters")
    })?;
    let opens = |rest: &str| {
        rest.starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'))
    };
    judge(!text.split('<').skip(1).any(opens), || format!("`{text}` is HTML"))?;
    let refers = |rest: &str| {
        let name = rest.split_once(';').map(|(name, _)| name);
        name.is_some_and(|name| {
            let name = name.strip_prefix('#').unwrap_or(name);
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    };
    judge(!text.split('&').skip(1).any(refers), || format!("`{text}` has a reference of HTML"))
}

/// HTML without script, frame, form or style, and with absolute addresses only: it is shown far from where it was written.
pub fn html(text: &str) -> Judged {
    const FORBIDDEN: [&str; 20] = [
        "script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "input",
        "button", "textarea", "select", "base", "link", "meta", "svg", "math", "template", "noscript",
    ];
    for node in Html::parse_fragment(text).tree.nodes() {
        let value = node.value();
        judge(!value.is_comment() && value.as_processing_instruction().is_none(), || {
            "a comment in HTML".to_owned()
        })?;
        let Some(element) = value.as_element() else { continue };
        judge(!FORBIDDEN.contains(&element.name()), || format!("<{}> in HTML", element.name()))?;
        for (name, value) in element.attrs() {
            let is_harmless = !name.starts_with("on") && !["style", "srcdoc", "formaction"].contains(&name);
            judge(is_harmless, || format!("the attribute {name} in HTML"))?;
            if ["href", "src", "poster", "cite", "action", "background", "longdesc"].contains(&name) {
                let scheme = Url::parse(value).map(|url| url.scheme().to_owned());
                let scheme = scheme.map_err(|_| format!("`{value}` in HTML is a relative address"))?;
                let may = ["http", "https"].contains(&&*scheme) || (name == "href" && scheme == "mailto");
                judge(may, || format!("`{value}` in HTML leads astray"))?;
            }
        }
    }
    Ok(())
}
