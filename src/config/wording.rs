//! How messages speak of what an admin wrote: quoted, clipped, without secrets, and with the nearest right word.
//! Knows no key and no table.

use unicode_normalization::UnicodeNormalization;

/// How much of a value a message repeats, in characters.
const MAX_ECHO: usize = 60;

/// Words longer than this are not compared: no right word is that long.
const MAX_COMPARED: usize = 64;

/// What was written, fit for a log: in double quotes, on one line, clipped, and with neither the credentials nor the
/// query of an address.
pub(super) fn echo(text: &str) -> String {
    format!("\"{}\"", shown(&without_secrets(text)))
}

/// A word on one line, clipped.
pub(super) fn shown(word: &str) -> String {
    let mut shown: String = word.chars().take(MAX_ECHO).flat_map(visible).collect();
    if word.chars().nth(MAX_ECHO).is_some() {
        shown.push('…');
    }
    shown
}

fn visible(character: char) -> impl Iterator<Item = char> {
    let escaped = character.is_control().then(|| character.escape_default());
    let plain = (!character.is_control()).then_some(character);
    escaped.into_iter().flatten().chain(plain)
}

// A password may hold any character, so everything up to the last `@` goes, not only what a parser would call userinfo.
pub(super) fn without_secrets(text: &str) -> String {
    let Some(scheme_end) = text.find("//").map(|at| at + 2) else {
        return text.rfind('@').map_or_else(|| text.to_owned(), |at| format!("***{}", &text[at..]));
    };
    let (scheme, rest) = text.split_at(scheme_end);
    let rest = rest.rfind('@').map_or_else(|| rest.to_owned(), |at| format!("***{}", &rest[at..]));
    let rest = rest.split_once('?').map_or_else(|| rest.clone(), |(before, _)| format!("{before}?…"));
    let scheme = if scheme.contains('@') { "***//" } else { scheme };
    format!("{scheme}{rest}")
}

/// The candidate nearest to what was written, when it is near enough to be meant.
pub(super) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if written.len() > MAX_COMPARED {
        return None;
    }
    let written = written.to_lowercase();
    let distance = |word: &str| strsim::damerau_levenshtein(&written, &word.to_lowercase());
    let near = |word: &str, distance: usize| distance <= (word.len().max(written.len()) / 3).max(1);
    candidates
        .into_iter()
        .map(|word| (distance(word), word))
        .filter(|(distance, word)| near(word, *distance))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The words as a slug: `Báo Ninh Bình` becomes `bao-ninh-binh`. Empty where nothing of them can stand in one.
#[must_use]
pub fn slug(words: &str) -> String {
    let plain = words.nfd().map(|letter| if matches!(letter, 'đ' | 'Đ') { 'd' } else { letter });
    let mut slug = String::new();
    for letter in plain.take(2 * MAX_COMPARED).filter(|letter| !('\u{300}'..='\u{36f}').contains(letter)) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').chars().take(MAX_COMPARED).collect()
}

/// Names as a list for people: `` `a`, `b` and `c` ``.
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first @ .., last] => format!("`{}` and `{last}`", first.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_is_one_clipped_line_without_secrets() {
        let cases = [
            ("ninh-bin", "\"ninh-bin\""),
            ("a\nb\u{0}", "\"a\\nb\\u{0}\""),
            ("https://user:p/w@d@host.vn/rss?token=1", "\"https://***@host.vn/rss?…\""),
            ("user:pw@host.vn", "\"***@host.vn\""),
            ("user:pw@host//x", "\"***//x\""),
            ("http://u:p//w@host.vn", "\"http://***@host.vn\""),
        ];
        for (written, shown) in cases {
            assert_eq!(echo(written), shown);
        }
        assert_eq!(echo(&"đ".repeat(80)), format!("\"{}…\"", "đ".repeat(60)));
    }

    #[test]
    fn the_nearest_word_is_offered_only_when_it_is_near() {
        let keys = ["interval", "url", "title"];
        assert_eq!(nearest("intervall", keys), Some("interval"));
        assert_eq!(nearest("URI", keys), Some("url"));
        assert_eq!(nearest("content", keys), None);
        assert_eq!(nearest(&"interval".repeat(100), keys), None);
    }

    #[test]
    fn vietnamese_words_become_slugs() {
        assert_eq!(slug("Báo Ninh Bình"), "bao-ninh-binh");
        assert_eq!(slug("  Đắk Lắk – Tin "), "dak-lak-tin");
        assert_eq!(slug("新聞"), "");
    }
}
