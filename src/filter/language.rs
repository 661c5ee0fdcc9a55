//! Which language a text is in, of those that provincial papers and portals publish in. Neither feeds nor entries tell it
//! well: NukeViet says `vi` of its English feeds. So the letters tell, and between languages of Latin letters their commonest
//! words.

use crate::model::Language;

/// So much of an entry is enough to tell, in characters.
const READ_MAX: usize = 4000;
/// The share of syllables with a Vietnamese mark, in percent, from which a text is Vietnamese. Of Vietnamese prose more than
/// half bear one; of English prose on Vietnam its names.
const MARKED_SHARE: usize = 40;

/// Words that are frequent in English, and are no Vietnamese syllables without marks (as `to`, `in` and `an` are).
const ENGLISH: [&str; 20] = [
    "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "is", "its", "of", "on", "that",
    "the", "was", "were", "will", "with",
];
const FRENCH: [&str; 16] = [
    "au", "aux", "avec", "dans", "des", "elle", "est", "et", "le", "les", "pour", "que", "qui", "sont",
    "sur", "une",
];

/// The language of these texts, read as one. Latin letters that tell nothing are Vietnamese: so are the sources.
pub(super) fn language<'a>(texts: impl IntoIterator<Item = &'a str>) -> Language {
    let mut scripts = [0_usize; SCRIPTS.len()];
    let mut latin = Latin::default();
    let mut left = READ_MAX;
    for text in texts {
        for word in text.split(|letter: char| !letter.is_alphanumeric() && !is_mark(letter)) {
            if left == 0 {
                break;
            }
            let mut is_latin = false;
            for letter in word.chars().take(left) {
                left -= 1;
                match SCRIPTS.iter().position(|(range, _)| range.contains(&letter)) {
                    Some(script) => scripts[script] += 1,
                    None => is_latin |= letter.is_alphabetic(),
                }
            }
            if is_latin {
                latin.read(word);
            }
        }
    }
    // Kana tell Japanese from Chinese, however few they are.
    let foreign = SCRIPTS.iter().zip(scripts).filter(|(_, count)| *count > 0);
    let most = foreign.max_by_key(|((_, language), count)| (*language == Language::Japanese, *count));
    let letters: usize = scripts.iter().sum();
    match most {
        // Names and abbreviations in Latin letters stand in any text.
        Some(((_, language), _)) if letters > 2 * latin.words => *language,
        _ => latin.language(),
    }
}

const SCRIPTS: [(std::ops::RangeInclusive<char>, Language); 8] = [
    ('\u{3040}'..='\u{30ff}', Language::Japanese),
    ('\u{4e00}'..='\u{9fff}', Language::Chinese),
    ('\u{3400}'..='\u{4dbf}', Language::Chinese),
    ('\u{ac00}'..='\u{d7af}', Language::Korean),
    ('\u{1780}'..='\u{17ff}', Language::Khmer),
    ('\u{e80}'..='\u{eff}', Language::Lao),
    ('\u{e00}'..='\u{e7f}', Language::Thai),
    ('\u{400}'..='\u{4ff}', Language::Russian),
];

/// What was read of words in Latin letters.
#[derive(Default)]
struct Latin {
    words: usize,
    marked: usize,
    english: usize,
    french: usize,
}

impl Latin {
    fn read(&mut self, word: &str) {
        self.words += 1;
        self.marked += usize::from(word.chars().any(is_vietnamese));
        let lower = word.to_lowercase();
        self.english += usize::from(ENGLISH.contains(&lower.as_str()));
        self.french += usize::from(FRENCH.contains(&lower.as_str()));
    }

    fn language(&self) -> Language {
        let is_vietnamese = self.marked * 100 >= self.words * MARKED_SHARE;
        if is_vietnamese || self.english + self.french == 0 {
            Language::Vietnamese
        } else if self.french > self.english {
            Language::French
        } else {
            Language::English
        }
    }
}

/// Letters that bear a mark in Vietnamese, composed or not.
fn is_vietnamese(letter: char) -> bool {
    matches!(letter,
        'À'..='Ã' | 'È'..='Ê' | 'Ì' | 'Í' | 'Ò'..='Õ' | 'Ù' | 'Ú' | 'Ý' | 'à'..='ã' | 'è'..='ê' | 'ì' | 'í' | 'ò'..='õ'
        | 'ù' | 'ú' | 'ý' | 'Ă' | 'ă' | 'Đ' | 'đ' | 'Ĩ' | 'ĩ' | 'Ũ' | 'ũ' | 'Ơ' | 'ơ' | 'Ư' | 'ư' | '\u{1ea0}'..='\u{1ef9}')
        || is_mark(letter)
}

fn is_mark(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_told_by_its_letters_and_commonest_words() {
        let table = [
            ("Bão số 5 đổ bộ vào Nghệ An", Language::Vietnamese),
            ("Ba\u{303}o so\u{302}\u{301} 5 đo\u{302}\u{309} bo\u{302}\u{323}", Language::Vietnamese),
            ("Tin trong nước", Language::Vietnamese),
            ("UBND TP.HCM: FDI 2026", Language::Vietnamese),
            ("Festival Huế 2026", Language::Vietnamese),
            ("Hội nghị ASEAN – The Future of Work tại Hà Nội", Language::Vietnamese),
            ("", Language::Vietnamese),
            ("2026", Language::Vietnamese),
            ("Đồng Nai Province speeds up the Long Thành airport", Language::English),
            ("The Prime Minister works with Nghệ An", Language::English),
            ("Le Premier ministre est à Hanoï pour une visite", Language::French),
            ("Quảng Ninh et les îles de la baie d'Along", Language::French),
            ("广宁省委书记会见中国代表团", Language::Chinese),
            ("胡志明市 (TP. HCM) 举行会议", Language::Chinese),
            ("ハノイ市で会議", Language::Japanese),
            ("하노이에서 회의", Language::Korean),
            ("ខេត្តត្រាវិញ", Language::Khmer),
            ("ແຂວງຫົວພັນ", Language::Lao),
            ("จังหวัดนครพนม", Language::Thai),
            ("Премьер-министр во Вьетнаме", Language::Russian),
            ("Báo Nhân Dân (人民报) tiếng Trung Quốc ra số đặc biệt", Language::Vietnamese),
        ];
        for (text, wanted) in table {
            assert_eq!(language([text]), wanted, "{text}");
        }
    }

    #[test]
    fn no_more_is_read_than_tells() {
        let long = format!("{}{}", "một ".repeat(2000), "the of and ".repeat(9_000));
        assert_eq!(language([&*long]), Language::Vietnamese);
        assert_eq!(language(["Tin", "The Prime Minister works with the province"]), Language::English);
    }
}
