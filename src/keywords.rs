//! Vietnamese text as whole syllables, and phrases found in it. Pure, and knows nothing of ours: neither where texts come
//! from nor what a find is for.
//!
//! Letter case, composition (NFC or not), and where a tone stands (`hoà` or `hòa`) make no difference. Diacritics do, unless
//! they are folded: `bão` is not `báo`.

mod syllables;

use std::collections::HashMap;

pub use self::syllables::{Marks, canonical};

use self::syllables::Syllables;

/// The most syllables of a phrase that count: more than any phrase has.
const SYLLABLES_MAX: usize = 64;

/// Phrases to be looked for, all in one pass.
///
/// The time is that of the text, times the syllables of the longest phrase at worst; how many phrases there are makes no
/// difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keywords {
    marks: Marks,
    /// A number for each syllable that stands in a phrase.
    numbers: HashMap<Box<str>, u32>,
    /// Each way on from a node of the tree of phrases, by its next syllable. Node 0 is the root.
    ways: HashMap<(u32, u32), u32>,
    /// The phrases that end at each node.
    ends: Vec<Vec<usize>>,
}

impl Keywords {
    /// Phrases, which are known by their place in this order. One that holds no letter and no digit is never found.
    #[must_use]
    pub fn new<'a>(phrases: impl IntoIterator<Item = &'a str>, marks: Marks) -> Self {
        let mut keywords =
            Self { marks, numbers: HashMap::new(), ways: HashMap::new(), ends: vec![Vec::new()] };
        for (index, phrase) in phrases.into_iter().enumerate() {
            keywords.plant(phrase, index);
        }
        keywords
    }

    fn plant(&mut self, phrase: &str, index: usize) {
        let mut node = 0;
        let mut syllables = Syllables::of(phrase, self.marks);
        let mut count = 0;
        while let Some(syllable) = syllables.next().filter(|_| count < SYLLABLES_MAX) {
            let fresh = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
            let number = *self.numbers.entry(syllable.into()).or_insert(fresh);
            let end = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
            node = *self.ways.entry((node, number)).or_insert(end);
            if node == end {
                self.ends.push(Vec::new());
            }
            count += 1;
        }
        if count > 0 {
            self.ends[node as usize].push(index);
        }
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ways.is_empty()
    }

    /// Tells `found` of each phrase in the text, as often as it stands there. A phrase may go over any separators, line
    /// breaks too.
    pub fn find(&self, text: &str, mut found: impl FnMut(usize)) {
        if self.is_empty() {
            return;
        }
        // The nodes of all phrases that are under way.
        let (mut under_way, mut next) = (Vec::new(), Vec::new());
        let mut syllables = Syllables::of(text, self.marks);
        while let Some(syllable) = syllables.next() {
            if let Some(number) = self.numbers.get(syllable) {
                for node in under_way.iter().copied().chain([0]) {
                    if let Some(&node) = self.ways.get(&(node, *number)) {
                        self.ends[node as usize].iter().copied().for_each(&mut found);
                        next.push(node);
                    }
                }
            }
            under_way.clear();
            std::mem::swap(&mut under_way, &mut next);
        }
    }

    /// The phrase that stands first in the order of the phrases, of those in these texts. None goes from one text over
    /// into the next.
    #[must_use]
    pub fn first_in<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Option<usize> {
        let mut first = None;
        for text in texts {
            self.find(text, |index| first = Some(first.map_or(index, |first: usize| first.min(index))));
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[&str], marks: Marks, text: &str) -> Vec<usize> {
        let mut found = Vec::new();
        Keywords::new(phrases.iter().copied(), marks).find(text, |index| found.push(index));
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn keywords_are_found_as_whole_syllables() {
        // The keyword, the text, and whether it is found with diacritics and without.
        let table = [
            ("bão", "Bão số 5 đổ bộ", true, true),
            ("bão", "BÃO", true, true),
            ("BÃO", "cơn bão", true, true),
            ("bão", "Báo Ninh Bình", false, true),
            ("bao", "Báo Ninh Bình", false, true),
            ("bão", "ba\u{303}o", true, true),
            ("ba\u{303}o", "bão", true, true),
            ("an", "ban, bản, anh, toàn", false, false),
            ("an", "an-ninh", true, true),
            ("an", "trị an.", true, true),
            ("đất", "dat", false, true),
            ("dat", "Đất đai", false, true),
            ("Đất", "Ðất (viết bằng chữ eth)", true, true),
            ("đ", "d", false, true),
            ("ủy ban", "Uỷ ban nhân dân", true, true),
            ("hoà bình", "Tỉnh HÒA BÌNH", true, true),
            ("thuỷ lợi", "thủy lợi", true, true),
            ("quý", "quí", false, false),
            ("xăng dầu", "giá xăng,\n dầu tăng", true, true),
            ("xăng dầu", "xăng\u{a0}dầu", true, true),
            ("xăng dầu", "xăng - dầu", true, true),
            ("xăng-dầu", "xăng dầu", true, true),
            ("xăng dầu", "xăng và dầu", false, false),
            ("xăng dầu", "dầu xăng", false, false),
            ("xăng xăng dầu", "xăng xăng xăng dầu", true, true),
            ("covid-19", "COVID 19", true, true),
            ("m'nông", "người M’Nông", true, true),
            ("5", "số 5.000", true, true),
            ("50", "số 5.000", false, false),
            ("việt", "Vi\u{ad}ệt", true, true),
            ("việt", "Vi\u{200b}ệt", true, true),
            ("ộ", "o\u{302}\u{323}", true, true),
            ("ộ", "ô\u{323}", true, true),
            ("ơ", "o", false, true),
            ("ơ", "ô", false, true),
            ("straße", "STRASSE", false, false),
            ("新聞", "新聞", true, true),
            ("new", "新new聞", false, false),
            ("!?", "!? !?", false, false),
            ("", "bão", false, false),
        ];
        for (keyword, text, exact, folded) in table {
            let finds = |marks| !found(&[keyword], marks, text).is_empty();
            assert_eq!((finds(Marks::Kept), finds(Marks::Folded)), (exact, folded), "{keyword} in {text}");
        }
    }

    #[test]
    fn all_phrases_are_found_at_once_also_within_and_across_each_other() {
        let phrases = ["xăng", "xăng dầu", "giá xăng dầu", "dầu tăng", "vàng", "xăng"];
        assert_eq!(found(&phrases, Marks::Kept, "Giá xăng, dầu tăng"), [0, 1, 2, 3, 5]);
        assert_eq!(found(&phrases, Marks::Kept, "xăng"), [0, 5]);
        assert_eq!(found(&phrases, Marks::Kept, ""), [0; 0]);
        assert_eq!(found(&[], Marks::Kept, "xăng"), [0; 0]);
    }

    #[test]
    fn no_phrase_goes_from_one_text_over_into_the_next() {
        let keywords = Keywords::new(["xăng dầu", "dầu"], Marks::Kept);
        assert_eq!(keywords.first_in(["giá xăng", "dầu tăng"]), Some(1));
        assert_eq!(keywords.first_in(["dầu", "giá xăng dầu"]), Some(0));
        assert_eq!(keywords.first_in(["giá vàng"]), None);
    }

    #[test]
    fn a_phrase_of_too_many_syllables_counts_as_its_beginning() {
        let long = "a ".repeat(SYLLABLES_MAX + 9);
        assert_eq!(found(&[&long], Marks::Kept, &"a ".repeat(SYLLABLES_MAX)), [0]);
        assert_eq!(found(&[&long], Marks::Kept, &"a ".repeat(SYLLABLES_MAX - 1)), [0; 0]);
    }
}
