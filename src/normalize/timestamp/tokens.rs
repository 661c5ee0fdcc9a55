//! Cuts a date's text into numbers, words and marks. Knows nothing of clocks and zones.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::months;

/// More digits than any date writes in a row (`20220607082731436` has 17).
const DIGITS_MAX: usize = 17;

/// `Thứ`, which a number follows, keeps its accents: without them it is Thursday.
const WEEKDAY: &str = "thứ";

/// A run of digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    pub value: u64,
    /// How many digits were written, leading zeros included.
    pub digits: usize,
}

#[derive(Debug, Clone)]
enum Kind {
    Number(Number),
    /// Lower case, without accents.
    Word(String),
    Mark(char),
    /// Taken out.
    Gone,
}

#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    /// Whether no space stands before it.
    glued: bool,
}

/// A text in pieces.
#[derive(Debug, Clone)]
pub(super) struct Line(Vec<Token>);

impl Line {
    /// `None` where a run of digits is longer than any date's.
    pub fn cut(text: &str) -> Option<Self> {
        // NFKC makes full-width digits and marks plain, and U+00A0 and U+202F spaces.
        let plain: Vec<char> =
            text.nfkc().flat_map(char::to_lowercase).filter(|&c| !is_invisible(c)).collect();
        let mut line = Self(Vec::new());
        let mut glued = false;
        let mut rest = plain.as_slice();
        while let Some(&first) = rest.first() {
            let is_alike: fn(&char) -> bool = if first.is_ascii_digit() {
                char::is_ascii_digit
            } else if first.is_alphabetic() {
                |c| c.is_alphabetic() || is_combining_mark(*c)
            } else {
                |_| false
            };
            let length = rest.iter().take_while(|c| is_alike(c)).count().max(1);
            let (run, tail) = rest.split_at(length);
            rest = tail;
            if first.is_ascii_digit() {
                line.push_digits(run, glued)?;
            } else if first.is_alphabetic() {
                line.push(Kind::Word(word(run)), glued);
            } else if !first.is_whitespace() {
                line.push(Kind::Mark(mark(first)), glued);
            }
            glued = !first.is_whitespace();
        }
        Some(line)
    }

    /// ISO 8601 basic dates, which have no separators, get some.
    fn push_digits(&mut self, run: &[char], glued: bool) -> Option<()> {
        if run.len() > DIGITS_MAX {
            return None;
        }
        let number = |digits: &[char]| {
            let value = digits.iter().fold(0, |sum, &c| sum * 10 + u64::from(c.to_digit(10).unwrap_or(0)));
            Kind::Number(Number { value, digits: digits.len() })
        };
        // Behind a point no date begins: .NET writes seven decimals.
        let last = self.0.last().map(|token| &token.kind);
        let is_fraction = glued && matches!(last, Some(Kind::Mark('.' | ',')));
        if is_fraction {
            self.push(number(run), glued);
        } else if run.len() == 7 {
            // ISO 8601's year and day of the year
            self.push(number(&run[..4]), glued);
            self.push(number(&run[4..]), true);
        } else if matches!(run.len(), 8 | 12 | 14 | 17) {
            for (digits, glued) in [(&run[..4], glued), (&run[4..6], true), (&run[6..8], true)] {
                self.push(number(digits), glued);
            }
            if run.len() > 8 {
                self.push(Kind::Word("t".to_owned()), true);
                self.push(number(&run[8..run.len().min(14)]), true);
            }
            if run.len() > 14 {
                self.push(Kind::Mark('.'), true);
                self.push(number(&run[14..]), true);
            }
        } else {
            self.push(number(run), glued);
        }
        Some(())
    }

    fn push(&mut self, kind: Kind, glued: bool) {
        self.0.push(Token { kind, glued });
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn number(&self, at: usize) -> Option<Number> {
        match self.0.get(at)?.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A number of one or two digits.
    pub fn short(&self, at: usize) -> Option<u64> {
        self.number(at).filter(|number| number.digits <= 2).map(|number| number.value)
    }

    /// The word here; empty where there is none.
    pub fn word(&self, at: usize) -> &str {
        match self.0.get(at).map(|token| &token.kind) {
            Some(Kind::Word(word)) => word,
            _ => "",
        }
    }

    /// Whether one of these marks stands here.
    pub fn is_mark(&self, at: usize, marks: &[char]) -> bool {
        matches!(self.0.get(at), Some(Token { kind: Kind::Mark(mark), .. }) if marks.contains(mark))
    }

    /// Whether one of these marks stands anywhere.
    pub fn has_mark(&self, marks: &[char]) -> bool {
        (0..self.len()).any(|at| self.is_mark(at, marks))
    }

    pub fn is_glued(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(|token| token.glued)
    }

    pub fn take(&mut self, range: std::ops::Range<usize>) {
        for token in self.0.get_mut(range).unwrap_or_default() {
            token.kind = Kind::Gone;
        }
    }

    /// The numbers that have not been taken.
    pub fn numbers(&self) -> Vec<Number> {
        (0..self.len()).filter_map(|at| self.number(at)).collect()
    }

    /// The line without the number of `Thứ 5` and `T5`; `None` where there is none.
    pub fn without_weekday_number(&self) -> Option<Self> {
        let at = (0..self.len()).find(|&at| match self.word(at) {
            WEEKDAY | "thu" => true,
            "t" => at == 0,
            _ => false,
        })?;
        // `T.5` is written too.
        let number = if self.is_mark(at + 1, &['.']) { at + 2 } else { at + 1 };
        self.short(number).filter(|value| (2..=8).contains(value))?;
        let mut rest = self.clone();
        rest.take(at..number + 1);
        Some(rest)
    }

    /// Takes `January`, `Sept`, `tháng 1`, `thg 1`, `Th1`, `tháng Giêng`.
    pub fn take_month(&mut self) -> Option<u64> {
        let told = |at| self.month(at).map(|(month, length)| (at, month, length));
        // `mar. 13 janv.`: Tuesday in three languages; it comes before the month, and is March only where none follows.
        let certain = (0..self.len()).filter(|&at| self.word(at) != "mar").find_map(told);
        let (at, month, length) = certain.or_else(|| (0..self.len()).find_map(told))?;
        self.take(at..at + length);
        Some(month)
    }

    /// The month told here by a word, and how many tokens tell it.
    pub fn month(&self, at: usize) -> Option<(u64, usize)> {
        let word = self.word(at);
        let is_named = matches!(word, "thang" | "thg");
        // The `th` of `17th` stands behind its number and before a space.
        if is_named || (word == "th" && self.is_glued(at + 1)) {
            let number = if self.is_mark(at + 1, &['.']) { at + 2 } else { at + 1 };
            if let Some(month) = self.short(number) {
                return Some((month, number + 1 - at));
            }
        }
        if is_named {
            let (month, length) = months::numbered(self.word(at + 1), self.word(at + 2))?;
            return Some((month, length + 1));
        }
        months::named(word).map(|month| (month, 1))
    }
}

fn word(run: &[char]) -> String {
    let text: String = run.iter().collect();
    // Composed again for Hangul, whose syllables fall apart too.
    if text == WEEKDAY { text } else { text.nfd().filter(|&c| !is_combining_mark(c)).nfc().collect() }
}

fn mark(character: char) -> char {
    match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{2018}' | '\u{2019}' | '\u{2032}' => '\'',
        other => other,
    }
}

/// Windows puts U+200E into the dates it formats; editors leave U+200B and U+FEFF behind.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}
