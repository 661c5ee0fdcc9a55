//! Headers that an admin adds to requests. Knows which are not his to set; sends none.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    problem::{Problems, Wrong},
    reader::Reader,
};
use crate::model::Secret;

/// The most headers that a source may have, those that it inherits among them.
const MAX_HEADERS: usize = 32;

/// The longest name of a header, in bytes.
const MAX_HEADER_NAME: usize = 64;

/// The longest value of a header, in bytes.
pub(super) const MAX_HEADER_VALUE: usize = 4096;

/// What each request says for itself, and what belongs to one connection alone (RFC 9110 §7.6.1).
const OURS: [&str; 18] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "proxy-connection",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What tells who asks, and so must not go to every publisher.
const PERSONAL: [&str; 2] = ["authorization", "cookie"];

/// The headers in force for a table.
pub(super) struct Headers {
    pub kept: Arc<[(String, Secret)]>,
    /// The value of `Authorization`, and where it stands.
    pub authorization: Option<(usize, Secret)>,
}

/// The inherited headers with those of this table put over them, whatever the case of their names.
pub(super) fn overlaid(
    inherited: &Arc<[(String, Secret)]>,
    table: &Reader<'_>,
    problems: &mut Problems<'_>,
) -> Headers {
    let is_personal = table.may_hold("credentials_file");
    let may_take_out = is_personal || !inherited.is_empty();
    let parse = |name: &str, text: &str| read_header(name, text, is_personal, may_take_out);
    let Some(given) = table.pairs("headers", MAX_HEADERS, problems, parse) else {
        return Headers { kept: Arc::clone(inherited), authorization: None };
    };
    let named = |(name, value): &(String, Secret)| (name.to_ascii_lowercase(), (name.clone(), value.clone()));
    let mut merged: BTreeMap<String, (String, Secret)> = inherited.iter().map(named).collect();
    let (mut authorization, mut seen) = (None, HashMap::new());
    for pair in given {
        let known_as = pair.name.to_ascii_lowercase();
        let first = *seen.entry(known_as.clone()).or_insert(pair.at);
        if first != pair.at {
            let message = format!("is the header that line {} has already", problems.line(first));
            let wrong = Wrong::new(message, "take one of the two out");
            table.tell_pair("headers", pair.at, pair.name, wrong, problems);
        }
        match pair.value {
            Some(value) if known_as == "authorization" => authorization = Some((pair.at, value)),
            Some(value) => drop(merged.insert(known_as, (pair.name.to_owned(), value))),
            None => drop(merged.remove(&known_as)),
        }
    }
    if merged.len() > MAX_HEADERS {
        let message =
            format!("makes {} headers with those that it inherits, but may make {MAX_HEADERS}", merged.len());
        table.tell("headers", Wrong::new(message, "take some out"), problems);
    }
    Headers { kept: merged.into_values().collect(), authorization }
}

/// A header's value; none where it takes an inherited header out. No message repeats the value.
fn read_header(
    name: &str,
    value: &str,
    is_personal: bool,
    may_take_out: bool,
) -> Result<Option<Secret>, Wrong> {
    if let Some(wrong) = wrong_name(name, is_personal) {
        return Err(wrong);
    }
    if value.is_empty() && may_take_out {
        return Ok(None);
    }
    if let Some(message) = wrong_value(value) {
        return Err(Wrong::new(
            message,
            "write it in one line of ASCII characters, without spaces around it",
        ));
    }
    if value.len() > MAX_HEADER_VALUE {
        let message = format!("is {} bytes long, but may be {MAX_HEADER_VALUE}", value.len());
        return Err(Wrong::new(message, "shorten it"));
    }
    Ok(Some(Secret::new(value)))
}

fn wrong_name(name: &str, is_personal: bool) -> Option<Wrong> {
    let known_as = name.to_ascii_lowercase();
    if !is_token(name) {
        return Some(Wrong::new(
            "is no name of a header",
            "write letters, digits and -, without a colon, as \"X-Name\"",
        ));
    }
    if name.len() > MAX_HEADER_NAME {
        let message = format!("is {} bytes long, but may be {MAX_HEADER_NAME}", name.len());
        return Some(Wrong::new(message, "see whether it is the name of a header"));
    }
    let known_as = known_as.as_str();
    let remedy = match known_as {
        "user-agent" => "write it as `user_agent`",
        "proxy-authorization" => "write user name and password into the address of `proxy`",
        _ if OURS.contains(&known_as) => "take it out",
        _ if PERSONAL.contains(&known_as) && !is_personal => {
            return Some(Wrong::new(
                "would be sent for other sources too",
                "write it in the [[feeds]] table of the one source that it is for",
            ));
        }
        _ => return None,
    };
    Some(Wrong::new("is a header that each request writes itself", remedy))
}

/// What keeps a text from being the value of a header (RFC 9110 §5.5), as a message.
pub(super) fn wrong_value(value: &str) -> Option<&'static str> {
    match value {
        _ if value.trim().is_empty() => Some("is empty"),
        _ if value.contains(char::is_control) => Some("holds a control character"),
        _ if !value.is_ascii() => Some("holds other than ASCII characters"),
        _ if value.trim() != value => Some("begins or ends with a space"),
        _ => None,
    }
}

/// RFC 9110 §5.6.2.
pub(super) fn is_token(text: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_of_token)
}
