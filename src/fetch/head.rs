//! The head of a request: who asks, for what, on which conditions, and with what only the source's own host may see.
//! Pure. Nothing that an admin or a server wrote can keep a head from being made: what cannot stand in it is encoded or
//! left out.

use std::fmt::Write;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, HOST, HeaderMap, HeaderName,
    HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, InvalidHeaderValue, TRANSFER_ENCODING, USER_AGENT,
};
use url::Url;

use super::{Introduction, Request, challenge::Cookie};
use crate::model::Validators;

/// Feeds first, then what feeds are mislabelled as, then anything: some servers answer 406 to less.
const ACCEPTED: &str = "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, \
    application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";

/// What `decode` undoes.
const CODINGS: &str = "gzip, br, zstd, deflate";

/// Headers that are ours or the connection's to say, whatever the admin wrote.
const RESERVED: [HeaderName; 7] =
    [HOST, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION, IF_NONE_MATCH, IF_MODIFIED_SINCE, ACCEPT_ENCODING];

/// What is said with a request to this hop.
pub(super) fn write(
    request: &Request<'_>,
    hop: &Url,
    introduction: &Introduction,
    cookie: Option<&Cookie>,
) -> HeaderMap {
    let mut head = conditions(request.validators);
    head.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
    head.insert(ACCEPT_ENCODING, HeaderValue::from_static(CODINGS));
    if let Ok(name) = HeaderValue::from_str(&user_agent(request, introduction)) {
        head.insert(USER_AGENT, name);
    }
    // An address that was adopted after a redirect is the publisher's word; whom the admin trusts is the source's own.
    let own = request.feed.map_or(request.url, |source| &source.url);
    if is_trusted(own, hop) {
        confide(&mut head, request);
    }
    if let Some(value) = cookie.and_then(|cookie| cookie.value_for(hop)) {
        let known = head.get(COOKIE).map(|known| [known.as_bytes(), b"; "].concat()).unwrap_or_default();
        if let Ok(value) = HeaderValue::from_bytes(&[&known, value.as_bytes()].concat()) {
            head.insert(COOKIE, secret(value));
        }
    }
    head
}

/// Whether what was meant for `own` may be said to `hop`: the same scheme, host and port, or https on the same host.
pub(super) fn is_trusted(own: &Url, hop: &Url) -> bool {
    let same = |own: &Url, hop: &Url| own.host().is_some() && own.host() == hop.host();
    own.origin() == hop.origin() || (hop.scheme() == "https" && same(own, hop))
}

/// The validators as request headers, byte for byte. A pair of which one cannot be a header value is sent not at all.
pub(super) fn conditions(validators: &Validators) -> HeaderMap {
    let pair: [(HeaderName, &Option<Vec<u8>>); 2] =
        [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)];
    let said = pair.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    said.map(|(name, value)| Ok((name, HeaderValue::from_bytes(value)?)))
        .collect::<Result<HeaderMap, InvalidHeaderValue>>()
        .unwrap_or_default()
}

/// Adds what only trusted hosts may see.
fn confide(head: &mut HeaderMap, request: &Request<'_>) {
    for (name, value) in request.access.headers.iter() {
        let Ok(name) = name.parse::<HeaderName>() else { continue };
        let Ok(value) = HeaderValue::from_str(value.reveal()) else { continue };
        if !RESERVED.contains(&name) {
            head.insert(name, secret(value));
        }
    }
    let authorization = request.access.authorization.as_ref();
    if let Some(Ok(value)) = authorization.map(|value| HeaderValue::from_str(value.reveal())) {
        head.insert(AUTHORIZATION, secret(value));
    }
}

/// The same value, not shown in any `Debug`, and kept out of HTTP/2's compression tables.
fn secret(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}

/// Who we are, for publishers: version, where to read more, and for whom we ask. Visible ASCII.
fn user_agent(request: &Request<'_>, introduction: &Introduction) -> String {
    let own = request.access.user_agent.as_deref().map(|own| printable(own, ""));
    if let Some(own) = own.filter(|own| !own.trim().is_empty()) {
        return own;
    }
    let version = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));
    // Within a comment brackets and backslashes have a meaning (RFC 9110 §5.6.5), and spaces would part the address.
    let address = printable(&introduction.address, " ()\\");
    let asked_for = request.feed.map(|source| {
        let readers = introduction.readership.of(source);
        format!("; {readers} subscribers; feed-id={}", source.id)
    });
    format!("tintinh/{version} (+{address}{})", asked_for.unwrap_or_default())
}

/// The same text with control characters left out, and percent signs for whatever is not ASCII or among `reserved`.
fn printable(text: &str, reserved: &str) -> String {
    let encoded = |character: char| {
        if character.is_ascii() && !reserved.contains(character) {
            return character.to_string();
        }
        character.encode_utf8(&mut [0; 4]).bytes().fold(String::new(), |mut encoded, byte| {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
            encoded
        })
    };
    text.chars().filter(|character| !character.is_control()).map(encoded).collect()
}

#[cfg(test)]
mod tests;
