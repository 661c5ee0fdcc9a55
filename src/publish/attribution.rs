//! How publishers are credited.

use super::address::address as escaped;
use crate::model::Source;

/// The source's own address; credentials stay with us.
pub(super) fn address(source: &Source) -> String {
    let mut address = source.url.clone();
    // Both fail only for addresses without a host, which no source has.
    let _ = address.set_username("");
    let _ = address.set_password(None);
    escaped(address.as_str()).into_owned()
}

/// The start page of the publisher's site.
#[must_use]
pub fn site(source: &Source) -> String {
    format!("{}/", source.url.origin().ascii_serialization())
}
