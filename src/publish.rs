//! Entries become the bytes that readers get. Pure: a channel's description and its entries in, a document out; it
//! knows neither where entries come from nor how bytes are sent.

mod address;
mod atom;
mod attribution;
mod budget;
mod bulletin;
mod channel;
mod dates;
mod extent;
mod files;
mod format;
mod history;
mod json;
mod opml;
mod plain;
mod published;
mod rss;
#[cfg(test)]
mod samples;
mod stylesheet;

use crate::model::{Digest, EntryKey, SourceId};

pub use attribution::site;
pub use budget::{Budget, DOCUMENT_TEXT_MAX};
pub use bulletin::{Bulletin, Notice, bulletin};
pub use channel::{Channel, Item, Pages};
pub use extent::abridge;
pub use format::{DocumentId, Format, render};
pub use history::{BASES_MAX, Edition, History, Shown};
pub use opml::{OPML_TYPE, Outline, opml};
pub use published::{Coded, Coding, Published};
pub use stylesheet::{STYLESHEET, STYLESHEET_NAME, STYLESHEET_TYPE};

/// The id under which readers know an entry, for ever: a UUID (RFC 9562 §5.8, version 8) made of its source and key.
/// Neither our address nor the publisher's present one enters it.
#[must_use]
pub fn public_guid(source: &SourceId, key: EntryKey) -> String {
    urn(Digest::of(&[b"tintinh", source.as_str().as_bytes(), &key.0]))
}

/// The UUID (RFC 9562 §5.8, version 8) of a digest, as a `urn:`.
fn urn(Digest(mut uuid): Digest) -> String {
    uuid[6] = (uuid[6] & 0x0f) | 0x80;
    uuid[8] = (uuid[8] & 0x3f) | 0x80;
    let hex = Digest(uuid).to_string();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Whether XML 1.0 §2.2 allows the character. The XML writers of our libraries write the others raw, and the document
/// is then not well-formed.
fn is_legal(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn legal(text: &str) -> String {
    text.chars().filter(|&character| is_legal(character)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rule;

    #[test]
    fn a_public_guid_is_a_uuid_that_never_changes() {
        let source = SourceId::new("bao-ninh-binh").unwrap();
        let guid = public_guid(&source, EntryKey::new(Rule::Guid, "news_6774"));
        // A literal, for it must be the same in every version to come.
        assert_eq!(guid, "urn:uuid:121a8729-eccb-8b43-a761-c822b9a709c0");
        let other = SourceId::new("dong-nai").unwrap();
        assert_ne!(guid, public_guid(&other, EntryKey::new(Rule::Guid, "news_6774")));
    }
}
