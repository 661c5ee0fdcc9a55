//! Text cut into syllables, each in one canonical form. Knows no phrase.

use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

/// Whether diacritics count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// `bão` is not `báo`.
    Kept,
    /// `bão` is `báo` is `bao`, and `đ` is `d`.
    Folded,
}

/// The text as its syllables with a space between each two: two texts in which the same words are written have the same.
#[must_use]
pub fn canonical(text: &str, marks: Marks) -> String {
    let mut syllables = Syllables::of(text, marks);
    let mut canonical = String::with_capacity(text.len());
    while let Some(syllable) = syllables.next() {
        if !canonical.is_empty() {
            canonical.push(' ');
        }
        canonical.push_str(syllable);
    }
    canonical
}

/// Reads a text's syllables one by one. All that is neither letter, digit nor mark parts them.
pub(super) struct Syllables<'a> {
    rest: std::str::Chars<'a>,
    marks: Marks,
    syllable: String,
    /// The tones of the syllable, which are put at its end: they tell syllables apart wherever they stand.
    tones: String,
}

impl<'a> Syllables<'a> {
    pub fn of(text: &'a str, marks: Marks) -> Self {
        Self { rest: text.chars(), marks, syllable: String::new(), tones: String::new() }
    }

    /// The next syllable, in lower case, decomposed, its tones at its end.
    pub fn next(&mut self) -> Option<&str> {
        self.syllable.clear();
        self.tones.clear();
        loop {
            let Some(character) = self.rest.next() else {
                return self.ended();
            };
            match character {
                'a'..='z' | '0'..='9' => self.syllable.push(character),
                'A'..='Z' => self.syllable.push(character.to_ascii_lowercase()),
                '\0'..='\u{7f}' => {
                    if !self.syllable.is_empty() {
                        return self.ended();
                    }
                }
                // What may stand within a word and is not seen: soft hyphen, zero-width characters, byte order mark.
                '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {}
                other if other.is_alphanumeric() || canonical_combining_class(other) != 0 => self.take(other),
                _ if self.syllable.is_empty() => {}
                _ => return self.ended(),
            }
        }
    }

    fn take(&mut self, character: char) {
        let folds = self.marks == Marks::Folded;
        for lower in character.to_lowercase() {
            decompose_canonical(lower, |part| match part {
                // Grave, acute, tilde, hook above, dot below: the tones of Vietnamese.
                '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' if !folds => self.tones.push(part),
                '\u{300}'..='\u{36f}' if folds => {}
                // Eth and the African D look like Đ in capitals, and are typed for it.
                'đ' | 'ð' | 'ɖ' => self.syllable.push(if folds { 'd' } else { 'đ' }),
                other => self.syllable.push(other),
            });
        }
    }

    fn ended(&mut self) -> Option<&str> {
        self.syllable.push_str(&self.tones);
        (!self.syllable.is_empty()).then_some(&*self.syllable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_the_same_words_have_one_canonical_form() {
        let table = [
            ("THỜI  SỰ", "thời sự", Marks::Kept, true),
            ("Thời-sự!", "thời\u{a0}sự", Marks::Kept, true),
            ("Thời sự", "thoi su", Marks::Kept, false),
            ("Thời sự", "thoi su", Marks::Folded, true),
            ("Hoà Bình", "Hòa Bình", Marks::Kept, true),
            ("Đời sống", "doi song", Marks::Folded, true),
            ("thờisự", "thời sự", Marks::Folded, false),
            ("\u{301}\u{301}", "", Marks::Folded, true),
        ];
        for (one, other, marks, same) in table {
            assert_eq!(canonical(one, marks) == canonical(other, marks), same, "{one} and {other}");
        }
        assert_eq!(canonical(" – Ðường  sắt\n", Marks::Folded), "duong sat");
        assert_eq!(canonical("hoà", Marks::Kept), "hoa\u{300}");
        assert_eq!(canonical("… ?!", Marks::Kept), "");
    }
}
