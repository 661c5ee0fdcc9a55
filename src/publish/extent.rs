//! How much of an entry is republished, where its publisher wants no more than a summary to be. Knows no format.
//!
//! It is decided here and not when an entry comes: the store keeps what came, so that the admin's word takes effect at once,
//! on all that is kept, and can be taken back.

use crate::{
    model::{Entry, Extent},
    normalize::text_of_clean,
};

/// The longest summary that is left whole, in characters: the longest leads of Vietnamese papers have some 300.
const LEAD_MAX: usize = 320;
/// A summary is cut behind a sentence where at least so many characters stay; else behind a word.
const LEAD_MIN: usize = 120;

/// Leaves of the entry what may be republished of its source.
///
/// A summary is plain text, of 320 characters at most: the beginning of the publisher's own, or of the article where
/// there is none. Pictures and files go with the rest: they are no summary. Title, link, date, authors and categories stay.
pub fn abridge(entry: &mut Entry, extent: Extent) {
    if extent == Extent::Full {
        return;
    }
    let texts = [entry.summary.take(), entry.content.take()];
    let mut leads = texts.iter().flatten().map(|html| lead(&text_of_clean(html)));
    let lead = leads.find(|lead| !lead.is_empty());
    entry.summary = lead.map(|lead| format!("<p>{}</p>", escaped(&lead)));
    entry.image = None;
    entry.enclosures.clear();
}

/// The beginning of a text in one line.
fn lead(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LEAD_MAX) else { return text.to_owned() };
    let head = &text[..end];
    let least = head.char_indices().nth(LEAD_MIN).map_or(end, |(at, _)| at);
    if let Some(sentences) = sentence_end(head, &text[end..], least) {
        return head[..sentences].to_owned();
    }
    // A character of room for the ellipsis.
    let room = head.char_indices().next_back().map_or(0, |(at, _)| at);
    let words = head[..room].rsplit_once(' ').map_or(&head[..room], |(words, _)| words);
    format!("{}…", words.trim_end_matches(|sign: char| !sign.is_alphanumeric()))
}

/// Where the last sentence of `head` ends, not before `least`; `rest` is what follows.
fn sentence_end(head: &str, rest: &str, least: usize) -> Option<usize> {
    let ends = head.rmatch_indices(['.', '!', '?', '…']).map(|(at, sign)| (at, at + sign.len()));
    let mut ends = ends.take_while(|(_, end)| *end >= least);
    let found = ends.find(|(at, end)| {
        let after = if *end < head.len() { &head[*end..] } else { rest };
        after.starts_with([' ', '"', '”', '»', ')']) && !is_shortening(&head[..*at])
    });
    found.map(|(_, end)| {
        let closing = head[end..].chars().next().filter(|sign| matches!(sign, '"' | '”' | '»' | ')'));
        end + closing.map_or(0, char::len_utf8)
    })
}

/// Whether a full stop behind this shortens a word: `TP.`, `Th.S.`, `Q. 1`.
fn is_shortening(before: &str) -> bool {
    let word = before.rsplit(|sign: char| !sign.is_alphanumeric()).next().unwrap_or_default();
    word.chars().count() <= 2 && word.starts_with(char::is_uppercase)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Enclosure, Identity, Rule};

    fn entry(summary: Option<&str>, content: Option<&str>) -> Entry {
        Entry {
            identity: Identity { rule: Rule::Guid, value: "1".to_owned() },
            link: Some("https://a.vn/1".to_owned()),
            canonical_link: None,
            title: "Tin".to_owned(),
            summary: summary.map(str::to_owned),
            content: content.map(str::to_owned),
            authors: vec![],
            categories: vec!["Thời sự".to_owned()],
            published: None,
            updated: None,
            image: Some("https://a.vn/1.jpg".to_owned()),
            enclosures: vec![Enclosure { url: "https://a.vn/1.mp3".to_owned(), ..Enclosure::default() }],
            rights: None,
        }
    }

    #[test]
    fn a_summary_is_the_publishers_own_or_the_beginning_of_the_article() {
        let table = [
            (None, None, None),
            (Some("<p>Lũ <b>lên</b>.</p>"), Some("<p>Cả bài.</p>"), Some("<p>Lũ lên.</p>")),
            (None, Some("<p>Cả bài.</p><p>Đoạn hai</p>"), Some("<p>Cả bài. Đoạn hai</p>")),
            (Some("<img src=\"https://a.vn/1.jpg\">"), Some("<p>Cả bài.</p>"), Some("<p>Cả bài.</p>")),
            (Some("<a href=\"https://a.vn/1\"><img src=\"x\"></a><br>Lũ"), None, Some("<p>Lũ</p>")),
            (Some("<p>R&amp;D &lt;3&gt;</p>"), None, Some("<p>R&amp;D &lt;3&gt;</p>")),
        ];
        for (summary, content, wanted) in table {
            let mut abridged = entry(summary, content);
            abridge(&mut abridged, Extent::Summary);
            assert_eq!(abridged.summary.as_deref(), wanted, "{summary:?} {content:?}");
            assert_eq!((abridged.content, abridged.image, abridged.enclosures.len()), (None, None, 0));
            assert_eq!(
                (abridged.title.as_str(), abridged.link.is_some(), abridged.categories.len()),
                ("Tin", true, 1)
            );
        }
        let full = entry(Some("<p>Lũ</p>"), Some("<p>Cả bài</p>"));
        let mut same = full.clone();
        abridge(&mut same, Extent::Full);
        assert_eq!(same, full);
    }

    #[test]
    fn a_long_text_is_cut_behind_a_sentence_or_a_word() {
        let words = |count: usize| "một ".repeat(count);
        let table = [
            // Whole where it fits.
            (format!("{}hết", words(79)), format!("{}hết", words(79))),
            // Behind the last sentence that fits.
            (format!("{}hai. {}", words(40), words(60)), format!("{}hai.", words(40))),
            (
                format!("{}hai. {}ba! {}", words(40), words(20), words(60)),
                format!("{}hai. {}ba!", words(40), words(20)),
            ),
            (format!("Ông nói: “{}hai.” {}", words(40), words(60)), format!("Ông nói: “{}hai.”", words(40))),
            // Neither too early, nor behind what is shortened, nor within a number.
            (format!("Một. {}", words(99)), format!("Một. {}một…", words(77))),
            (format!("{}TP. {}", words(60), words(60)), format!("{}TP. {}một…", words(60), words(17))),
            (format!("{}5.000 {}", words(60), words(60)), format!("{}5.000 {}một…", words(60), words(17))),
            // Signs at the cut go.
            (format!("{}hai, {}", words(78), words(60)), format!("{}hai…", words(78))),
            // One long word.
            ("ộ".repeat(400), format!("{}…", "ộ".repeat(319))),
        ];
        for (text, wanted) in table {
            let lead = lead(&text);
            assert_eq!(lead, wanted);
            assert!(lead.chars().count() <= LEAD_MAX, "{}", lead.chars().count());
        }
    }
}
