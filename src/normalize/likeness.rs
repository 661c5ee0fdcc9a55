//! What two versions of one entry have in common when neither guid nor link tells that they are one: the words of
//! title and text, without letter case, punctuation, markup, addresses and dates.

use crate::model::{Digest, Entry, Likeness};

/// An undated entry that is nothing but a title is recognised by it only if that has so many characters: "Lịch cúp
/// điện" is the title of a hundred entries.
const TITLE_MIN: usize = 20;

/// A text of so many characters is not written twice. A shorter one may be the same under each of a
/// daily column's entries ("Mời quý vị xem chi tiết").
const TEXT_SURE: usize = 80;

/// How much there is to recognise an entry by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// A short title alone.
    Nothing,
    /// A long title, or a short text.
    Something,
    /// A text that is surely nobody else's.
    Sure,
}

/// See [`Likeness::title`].
pub(super) fn title(entry: &Entry) -> Digest {
    Digest::of(&[folded(&entry.title).as_bytes()])
}

/// The likeness of an entry, and how much it says.
pub(super) fn of(entry: &Entry) -> (Likeness, Strength) {
    let title = folded(&entry.title);
    let texts = [&entry.summary, &entry.content].map(|text| text.as_deref().map(words).unwrap_or_default());
    let text = texts.join(" ");
    let text = text.trim();
    let gist = without_numbers(text);
    let likeness = Likeness {
        title: Digest::of(&[title.as_bytes()]),
        text: Digest::of(&[title.as_bytes(), text.as_bytes()]),
        gist: Digest::of(&[title.as_bytes(), gist.as_bytes()]),
    };
    let length = |text: &str| if text.contains(char::is_alphanumeric) { text.chars().count() } else { 0 };
    let strength = match (length(&title), length(text)) {
        (_, TEXT_SURE..) => Strength::Sure,
        (_, 1..) | (TITLE_MIN.., _) => Strength::Something,
        _ => Strength::Nothing,
    };
    (likeness, strength)
}

/// The words of a text that are no numbers.
fn without_numbers(text: &str) -> String {
    let is_number = |word: &str| word.chars().all(char::is_numeric);
    let mut rest = String::with_capacity(text.len());
    for word in text.split_whitespace().filter(|word| !is_number(word)) {
        if !rest.is_empty() {
            rest.push(' ');
        }
        rest.push_str(word);
    }
    rest
}

/// A text in one line of words; as it is where it has none.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold(text, &mut folded);
    if folded.is_empty() { text.trim().to_owned() } else { folded }
}

/// Adds a text's words to a line of words, the first as one of its own.
fn fold(text: &str, line: &mut String) {
    let mut is_apart = !line.is_empty();
    for letter in text.chars() {
        let common = common_lowercase(letter);
        if common.is_none() && !letter.is_alphanumeric() {
            is_apart = !line.is_empty();
            continue;
        }
        if is_apart {
            line.push(' ');
            is_apart = false;
        }
        match common {
            Some(lower) => line.push(lower),
            None => line.extend(letter.to_lowercase()),
        }
    }
}

/// Of the letters and digits that Vietnamese and English are written with. To look others up takes ten times as long.
fn common_lowercase(letter: char) -> Option<char> {
    let code = u32::from(letter);
    match usize::try_from(code).ok().and_then(|place| LOWER.get(place)) {
        Some(lower) => *lower,
        // Capital and small letters in turn.
        None if matches!(letter, '\u{1ea0}'..='\u{1ef9}') => char::from_u32(code | 1),
        None => None,
    }
}

/// The small letter of each of the first letters, where it is a common one: `ư` is the last.
const LOWER: [Option<char>; 'ư' as usize + 1] = {
    let mut lower = [None; 'ư' as usize + 1];
    let mut code = 0;
    while code <= 'ư' as u32 {
        if let Some(letter) = char::from_u32(code) {
            lower[code as usize] = latin_lowercase(letter);
        }
        code += 1;
    }
    lower
};

const fn latin_lowercase(letter: char) -> Option<char> {
    match letter {
        'a'..='z' | '0'..='9' | 'ß'..='ö' | 'ø'..='ÿ' | 'ă' | 'đ' | 'ĩ' | 'ũ' | 'ơ' | 'ư' => {
            Some(letter)
        }
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' => char::from_u32(letter as u32 + 0x20),
        'Ă' | 'Đ' | 'Ĩ' | 'Ũ' | 'Ơ' | 'Ư' => char::from_u32(letter as u32 + 1),
        _ => None,
    }
}

/// The words of sanitised HTML.
fn words(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    let mut rest = html;
    loop {
        let (text, tag) = rest.split_once('<').unwrap_or((rest, ""));
        text.split("&nbsp;").for_each(|text| fold(text, &mut words));
        if tag.is_empty() {
            break;
        }
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    if words.is_empty() { without_words(html) } else { words }
}

/// What stands between the tags of a text that has no words.
fn without_words(html: &str) -> String {
    let mut left = String::new();
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        left.push_str(text);
        left.push(' ');
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    left.push_str(rest);
    left.replace("&nbsp;", " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Identity, Rule};

    fn entry(title: &str, summary: &str) -> Entry {
        Entry {
            identity: Identity { rule: Rule::Guid, value: "g".to_owned() },
            link: None,
            canonical_link: None,
            title: title.to_owned(),
            summary: (!summary.is_empty()).then(|| summary.to_owned()),
            content: None,
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
    fn markup_addresses_case_and_punctuation_make_no_difference_and_words_do() {
        let kept = of(&entry("Lũ trên sông", "<p>Nước <a href=\"https://a.vn/1\">dâng</a>&nbsp;5 m.</p>")).0;
        let table = [
            ("LŨ TRÊN SÔNG", "<div>Nước dâng 5 m</div>", (true, true, true)),
            (
                "“Lũ” trên sông…",
                "<p>Nước <b>dâng</b> – 5 m</p><img src=\"https://b.vn/x.jpg\">",
                (true, true, true),
            ),
            ("Lũ trên sông", "<p>Nước dâng 6 m</p>", (true, false, true)),
            ("Lũ trên sông", "<p>Nước rút 5 m</p>", (true, false, false)),
            ("Lũ trên sông", "", (true, false, false)),
            ("Lũ trên sông Đà", "<p>Nước dâng 5 m</p>", (false, false, false)),
            ("Lũ 2 trên sông", "<p>Nước dâng 5 m</p>", (false, false, false)),
        ];
        for (title, summary, same) in table {
            let found = of(&entry(title, summary)).0;
            let equal = (found.title == kept.title, found.text == kept.text, found.gist == kept.gist);
            assert_eq!(equal, same, "{title} {summary}");
        }
    }

    #[test]
    fn a_common_letter_is_lowered_as_any_other() {
        let mut common = 0;
        for letter in '\0'..=char::MAX {
            let Some(lower) = common_lowercase(letter) else { continue };
            common += 1;
            assert!(letter.is_alphanumeric(), "{letter:?}");
            assert!(letter.to_lowercase().eq([lower]), "{letter:?}");
        }
        assert_eq!(common, 226);
        for capital in "AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬBCDĐEÈẺẼÉẸÊỀỂỄẾỆÌỈĨÍỊÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢÙỦŨÚỤƯỪỬỮỨỰYỲỶỸÝỴ".chars()
        {
            assert!(common_lowercase(capital).is_some(), "{capital}");
        }
    }

    #[test]
    fn folding_in_one_go_gives_what_folding_word_by_word_gives() {
        let simply = |text: &str| {
            let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
            words
                .map(|word| word.chars().flat_map(char::to_lowercase).collect())
                .collect::<Vec<String>>()
                .join(" ")
        };
        let texts = [
            "Lũ TRÊN sông Hoàng Long: +3,5 m — vượt “báo động 2”",
            " ĐỒNG-NAI\u{a0}(cũ)  ",
            "Ảnh: N.V.A/TTXVN",
            "e\u{301}t, ２０２６, №5, ½, ²",
            "СТРОЙ ΣΑΣ ǅ ſ ß ẞ ÿ Ÿ ª º µ İ ı",
        ];
        for text in texts {
            assert_eq!(folded(text), simply(text), "{text}");
        }
    }

    #[test]
    fn words_stand_apart_where_markup_or_anything_else_parts_them() {
        let table = [
            ("<p>Nước&nbsp;dâng</p><p>5&nbsp;m</p>", "nước dâng 5 m"),
            ("a<b>b</b>&nbsp;&nbsp;<i>c", "a b c"),
            ("R&amp;D", "r amp d"),
            ("İ ǅ ΑΣ ½", "i\u{307} ǆ ασ ½"),
            ("<p>…</p>&nbsp;!", "…  !"),
            ("<cut", ""),
            ("a<", "a"),
            ("", ""),
        ];
        for (html, wanted) in table {
            assert_eq!(words(html), wanted, "{html}");
        }
    }

    #[test]
    fn a_long_text_is_sure_a_short_title_nothing() {
        let long = "Nước sông Hoàng Long dâng cao từ sáng sớm nay, uy hiếp các xã ven đê của huyện Nho Quan và Gia Viễn.";
        let table = [
            ("Lịch cúp điện", "", Strength::Nothing),
            ("Lịch cúp điện", "<p> <img src=\"https://a.vn/x.jpg\"></p>", Strength::Nothing),
            ("???????????????????????", "", Strength::Nothing),
            ("Lịch cúp điện", "<p>Xã An Bình</p>", Strength::Something),
            ("Lịch cúp điện xã An Bình", "", Strength::Something),
            ("Lũ", long, Strength::Sure),
        ];
        for (title, summary, strength) in table {
            assert_eq!(of(&entry(title, summary)).1, strength, "{title} {summary}");
        }
    }

    #[test]
    fn titles_without_words_are_told_apart_all_the_same() {
        assert_ne!(title(&entry("🌊", "")), title(&entry("🔥", "")));
        assert_eq!(title(&entry("Lũ, lụt", "")), title(&entry("LŨ LỤT", "")));
    }
}
