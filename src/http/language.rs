//! Which of our two languages a person reads (RFC 9110 §12.5.4).

use axum::http::{HeaderMap, header};

/// A language that our pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Vietnamese,
    English,
}

impl Language {
    /// For the `lang` attribute.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }

    /// The text in this language.
    pub(super) fn pick<'a>(self, vietnamese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Vietnamese => vietnamese,
            Self::English => english,
        }
    }

    /// A number with its thousands marked off: `40.000`, `40,000`.
    pub(super) fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let mut marked = String::with_capacity(digits.len() * 4 / 3);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                marked.push_str(self.pick(".", ","));
            }
            marked.push(digit);
        }
        marked
    }

    /// The better of the two by Accept-Language; Vietnamese where it says nothing of either.
    pub(super) fn of(asked: &HeaderMap) -> Self {
        let lists = asked.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        let (mut vietnamese, mut english, mut any) = (None, None, 0.0_f32);
        for item in lists.flat_map(|list| list.split(',')) {
            let (range, weight) = weighted(item);
            match range.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "vi" => vietnamese = Some(weight.max(vietnamese.unwrap_or(0.0))),
                "en" => english = Some(weight.max(english.unwrap_or(0.0))),
                "*" => any = weight,
                _ => {}
            }
        }
        if english.unwrap_or(any) > vietnamese.unwrap_or(any) { Self::English } else { Self::Vietnamese }
    }
}

/// An item of a weighted list (RFC 9110 §12.4.2): what, and its weight. A weight that cannot be read is 0.
pub(super) fn weighted(item: &str) -> (&str, f32) {
    let mut parts = item.split(';').map(str::trim);
    let what = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
    (what, if (0.0..=1.0).contains(&weight) { weight } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_marked_off_as_in_the_language() {
        let table = [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_000, "1.000", "1,000"),
            (40_123_456, "40.123.456", "40,123,456"),
        ];
        for (number, vietnamese, english) in table {
            assert_eq!(Language::Vietnamese.number(number), vietnamese);
            assert_eq!(Language::English.number(number), english);
        }
    }

    #[test]
    fn the_better_of_our_languages_is_taken() {
        let table = [
            ("", Language::Vietnamese),
            ("vi-VN,vi;q=0.9,en;q=0.8", Language::Vietnamese),
            ("en-US,en;q=0.9,vi;q=0.8", Language::English),
            ("en", Language::English),
            ("fr, en;q=0.5", Language::English),
            ("fr", Language::Vietnamese),
            ("fr, *;q=0.1", Language::Vietnamese),
            ("en;q=0", Language::Vietnamese),
            ("en;q=banana", Language::Vietnamese),
            ("en;q=9", Language::Vietnamese),
        ];
        for (accepts, wanted) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accepts.parse().unwrap());
            assert_eq!(Language::of(&headers), wanted, "{accepts}");
        }
    }
}
