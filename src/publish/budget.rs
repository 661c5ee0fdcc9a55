//! How much text a document may hold. What is too much loses its longest parts; no entry is left out. Knows nothing of
//! formats.

use crate::model::Entry;

/// The most text that the entries of one document hold, in bytes; titles that are short come on top.
pub const DOCUMENT_TEXT_MAX: usize = 16 << 20;

/// A title that is this long, in bytes, is kept whole whatever the room.
const TITLE_SHORT: usize = 512;

/// The room that is left in a document.
///
/// Each entry may take an equal share, and what those before it left over: long ones take nothing from short ones.
#[derive(Debug)]
pub struct Budget {
    share: usize,
    /// The shares of the entries so far, less what they took.
    spare: usize,
}

impl Budget {
    /// For a document of so many entries, which hold this much text in bytes.
    #[must_use]
    pub fn new(entries: usize, most: usize) -> Self {
        Self { share: most / entries.max(1), spare: 0 }
    }

    /// The next entry: loses its content, then its summary, its lists, and the end of its title, until it fits.
    pub fn fit(&mut self, entry: &mut Entry) {
        let room = self.share + self.spare;
        let shed: [fn(&mut Entry); 4] = [
            |entry| entry.content = None,
            |entry| entry.summary = None,
            |entry| {
                entry.authors.clear();
                entry.categories.clear();
                entry.enclosures.clear();
            },
            |entry| entry.title.truncate(entry.title.floor_char_boundary(TITLE_SHORT)),
        ];
        for lessen in shed {
            if size(entry) <= room {
                break;
            }
            lessen(entry);
        }
        self.spare = room.saturating_sub(size(entry));
    }
}

/// Bytes of text that a document holds of it.
fn size(entry: &Entry) -> usize {
    let optional = [&entry.link, &entry.summary, &entry.content, &entry.image, &entry.rights];
    let texts = optional.into_iter().flatten().chain(&entry.categories);
    let authors = entry.authors.iter().map(|author| &author.name);
    let files = entry.enclosures.iter().map(|file| &file.url);
    entry.title.len() + texts.chain(authors).chain(files).map(String::len).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Identity, Rule};

    fn entry(title: usize, summary: usize, content: usize) -> Entry {
        let text = |length: usize| (length > 0).then(|| "x".repeat(length));
        Entry {
            identity: Identity { rule: Rule::Guid, value: String::new() },
            link: None,
            canonical_link: None,
            title: "ộ".repeat(title / 3),
            summary: text(summary),
            content: text(content),
            authors: vec![],
            categories: vec![],
            published: None,
            updated: None,
            image: None,
            enclosures: vec![],
            rights: None,
        }
    }

    #[test]
    fn long_entries_lose_their_longest_parts_and_take_nothing_from_short_ones() {
        // Of each entry: title, summary and content before, and what is left of them.
        let table: &[&[([usize; 3], [usize; 3])]] = &[
            &[([30, 50, 800], [30, 50, 0]), ([30, 50, 800], [30, 50, 800]), ([30, 50, 800], [30, 50, 0])],
            &[([30, 2000, 9000], [30, 0, 0]), ([30, 50, 300], [30, 50, 300]), ([30, 50, 300], [30, 50, 300])],
            &[([30, 50, 9000], [30, 50, 0]); 3],
            &[([9000, 9000, 9000], [510, 0, 0]); 3],
        ];
        for entries in table {
            let mut budget = Budget::new(entries.len(), 1_500);
            let mut all = 0;
            for ([title, summary, content], wanted) in *entries {
                let mut entry = entry(*title, *summary, *content);
                budget.fit(&mut entry);
                let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
                assert_eq!([entry.title.len(), length(&entry.summary), length(&entry.content)], *wanted);
                all += size(&entry);
            }
            assert!(all <= 1_500 + 3 * TITLE_SHORT);
        }
    }
}
