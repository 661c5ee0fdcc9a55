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
    let is_number = |word: &str| word.chars().all(char::is_numeric);
    let gist: Vec<&str> = text.split_whitespace().filter(|word| !is_number(word)).collect();
    let likeness = Likeness {
        title: Digest::of(&[title.as_bytes()]),
        text: Digest::of(&[title.as_bytes(), text.trim().as_bytes()]),
        gist: Digest::of(&[title.as_bytes(), gist.join(" ").as_bytes()]),
    };
    let length = |text: &str| if text.contains(char::is_alphanumeric) { text.chars().count() } else { 0 };
    let strength = match (length(&title), length(text.trim())) {
        (_, TEXT_SURE..) => Strength::Sure,
        (_, 1..) | (TITLE_MIN.., _) => Strength::Something,
        _ => Strength::Nothing,
    };
    (likeness, strength)
}

/// A text in one line of words; as it is where it has none.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    if folded.is_empty() { text.trim().to_owned() } else { folded }
}

/// The words of sanitised HTML.
fn words(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        words.push_str(text);
        words.push(' ');
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    words.push_str(rest);
    folded(&words.replace("&nbsp;", " "))
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
