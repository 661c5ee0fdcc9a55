//! What is told of the files that belong to an entry, in the words that the formats share.

use super::{address::address, plain::plain};
use crate::{model::Enclosure, normalize::media_type};

/// The file's media type: as told where that is one, else as its name promises.
pub(super) fn media_type(file: &Enclosure) -> Option<String> {
    let told = file.media_type.as_deref().and_then(media_type::essence);
    told.or_else(|| media_type::likely(&file.url).map(ToOwned::to_owned))
}

/// The same where one is required.
pub(super) fn required_media_type(file: &Enclosure) -> String {
    media_type(file).unwrap_or_else(|| media_type::UNKNOWN.to_owned())
}

/// The file as `<media:content>` (Media RSS 1.5.1): its attributes by name.
pub(super) fn media_content(file: &Enclosure) -> Vec<(&'static str, String)> {
    let told = [
        ("url", Some(address(&file.url).into_owned())),
        ("type", media_type(file)),
        ("fileSize", file.length.map(|bytes| bytes.to_string())),
        ("duration", file.duration.map(|seconds| seconds.to_string())),
    ];
    told.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// What the file is called; none where that says nothing.
pub(super) fn title(file: &Enclosure) -> Option<String> {
    file.title.as_deref().map(plain).filter(|title| !title.trim().is_empty())
}
