//! The names of charsets: where documents and servers tell them, and how they misspell them. Sees no letters.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, IBM866, KOI8_R, KOI8_U, REPLACEMENT, SHIFT_JIS, UTF_8, UTF_16BE,
    UTF_16LE,
};

/// Where a declaration that counts must stand, in bytes.
const DECLARATION_WITHIN: usize = 1024;

/// Longer names are cut, in characters.
const LENGTH_MAX: usize = 40;

/// Names that the Encoding Standard does not list, by their letters and digits alone.
const MISSPELLED: [(&str, &Encoding); 21] = [
    ("utf", UTF_8),
    ("uft8", UTF_8),
    ("utf8mb4", UTF_8),
    ("utf8mb3", UTF_8),
    ("utf8n", UTF_8),
    ("utf8bom", UTF_8),
    ("utf8sig", UTF_8),
    ("unicodeutf8", UTF_8),
    ("ucs2", UTF_16LE),
    ("utf16", UTF_16LE),
    ("utf16le", UTF_16LE),
    ("utf16be", UTF_16BE),
    ("eucjp", EUC_JP),
    ("euckr", EUC_KR),
    ("eucgb2312cn", GBK),
    ("euccn", GBK),
    ("shiftjis", SHIFT_JIS),
    ("big5hk", BIG5),
    ("koi8", KOI8_R),
    ("koi8r", KOI8_R),
    ("koi8u", KOI8_U),
];

/// Code pages by their number.
const PAGES: [(&str, &Encoding); 7] = [
    ("866", IBM866),
    ("932", SHIFT_JIS),
    ("936", GBK),
    ("949", EUC_KR),
    ("950", BIG5),
    ("65001", UTF_8),
    ("1200", UTF_16LE),
];

/// How far into a page a charset is looked for, in bytes (HTML §13.2.3.2).
const PAGE_WITHIN: usize = 1024;

/// What code pages are called before their number.
const PAGE_NAMES: [&str; 11] =
    ["", "cp", "xcp", "ms", "xms", "windows", "window", "win", "xwin", "ansi", "codepage"];

/// Who told a charset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Http,
    Declaration,
}

/// A charset as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    pub said: Said,
    /// As written, without quotes and spaces.
    pub text: String,
    /// `None` where there is no such charset, or none that is read.
    pub encoding: Option<&'static Encoding>,
}

impl Label {
    fn new(said: Said, value: &str) -> Option<Self> {
        let is_edge = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '“' | '”');
        let text: String = value.trim_matches(is_edge).chars().take(LENGTH_MAX).collect();
        let encoding = encoding(&text);
        (!text.is_empty()).then_some(Self { said, text, encoding })
    }

    /// Whether it names UTF-32, which the Encoding Standard has not.
    pub fn is_utf32(&self) -> bool {
        let bare = bare(&self.text);
        ["utf32", "ucs4", "iso10646ucs4", "csucs4"].iter().any(|name| bare.starts_with(name))
    }
}

/// The charset of a Content-Type.
pub(super) fn of_http(content_type: Option<&str>) -> Option<Label> {
    let content_type = content_type?;
    // ASCII lower-casing keeps every position.
    let at = content_type.to_ascii_lowercase().find("charset")? + "charset".len();
    let value = content_type.get(at..)?.trim_start().strip_prefix('=')?.trim_start();
    Label::new(Said::Http, value.split([';', ',']).next()?)
}

/// The encoding in an XML declaration.
pub(super) fn of_declaration(bytes: &[u8]) -> Option<Label> {
    let start = String::from_utf8_lossy(bytes.get(..DECLARATION_WITHIN).unwrap_or(bytes));
    let (_, declaration) = start.split_once("<?xml")?;
    let declaration = declaration.split(['>', '<']).next()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value.split(quote).nth(1)?,
        _ => value.split(|c: char| c.is_whitespace() || c == '?').next()?,
    };
    Label::new(Said::Declaration, value)
}

/// The charset in a page's `<meta charset>` or `<meta http-equiv=Content-Type>` (HTML §13.2.3.2).
pub(super) fn of_page(bytes: &[u8]) -> Option<Label> {
    let start = String::from_utf8_lossy(bytes.get(..PAGE_WITHIN).unwrap_or(bytes)).to_ascii_lowercase();
    if !["<html", "<!doctype html", "<head"].iter().any(|sign| start.contains(sign)) {
        return None;
    }
    let value = start.split("<meta").skip(1).find_map(|meta| {
        let (_, value) = meta.split('>').next()?.split_once("charset")?;
        Some(value.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']).to_owned())
    })?;
    Label::new(Said::Declaration, value.split(['"', '\'', ';', ' ', '/']).next()?)
}

/// The charset of this name, in the Encoding Standard's spelling or a common other.
fn encoding(name: &str) -> Option<&'static Encoding> {
    let dashed = name.replace(['_', ' '], "-");
    let bare = bare(name);
    let page = || {
        let digits = bare.trim_start_matches(|c: char| !c.is_ascii_digit());
        let is_page = bare.strip_suffix(digits).is_some_and(|prefix| PAGE_NAMES.contains(&prefix));
        let windows = || Encoding::for_label(format!("windows-{digits}").as_bytes());
        let numbered = || PAGES.iter().find(|page| page.0 == digits).map(|page| page.1);
        is_page.then(|| windows().or_else(numbered)).flatten()
    };
    let misspelled = || MISSPELLED.iter().find(|known| known.0 == bare).map(|known| known.1);
    Encoding::for_label(name.as_bytes())
        .or_else(|| Encoding::for_label(dashed.as_bytes()))
        .or_else(|| Encoding::for_label(bare.as_bytes()))
        .or_else(misspelled)
        .or_else(page)
        .filter(|&encoding| encoding != REPLACEMENT)
}

/// The letters and digits of a name, in lower case.
fn bare(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_charset_in_its_head() {
        let table = [
            ("<html><head><meta charset=\"windows-1258\">", Some("windows-1258")),
            ("<!DOCTYPE html><META CHARSET=utf-8/>", Some("utf-8")),
            (
                "<head><meta http-equiv='Content-Type' content='text/html; charset=windows-1258'>",
                Some("windows-1258"),
            ),
            ("<head><meta name=a content=b><title>charset=x</title>", None),
            ("<rss><description><meta charset=tcvn></description>", None),
        ];
        for (page, wanted) in table {
            assert_eq!(of_page(page.as_bytes()).map(|label| label.text).as_deref(), wanted, "{page}");
        }
    }

    #[test]
    fn charsets_are_known_under_their_misspelled_names() {
        let table = [
            ("utf-8", "UTF-8"),
            ("utf8", "UTF-8"),
            ("UTF_8", "UTF-8"),
            (" \"Utf-8\" ", "UTF-8"),
            ("'utf-8", "UTF-8"),
            ("utf 8", "UTF-8"),
            ("uft-8", "UTF-8"),
            ("utf8mb4", "UTF-8"),
            ("cp65001", "UTF-8"),
            ("unicode", "UTF-16LE"),
            ("UTF16", "UTF-16LE"),
            ("utf-16be", "UTF-16BE"),
            ("us-ascii", "windows-1252"),
            ("ISO-8859-1", "windows-1252"),
            ("ISO_8859_1", "windows-1252"),
            ("latin-1", "windows-1252"),
            ("ansi", "none"),
            ("cp1258", "windows-1258"),
            ("CP-1258", "windows-1258"),
            ("win1258", "windows-1258"),
            ("windows1258", "windows-1258"),
            ("1258", "windows-1258"),
            ("x-cp1251", "windows-1251"),
            ("ISO-8859-8-I", "ISO-8859-8-I"),
            ("x-sjis", "Shift_JIS"),
            ("shiftjis", "Shift_JIS"),
            ("ms932", "Shift_JIS"),
            ("cp936", "GBK"),
            ("gb18030", "gb18030"),
            ("euc_kr", "EUC-KR"),
            ("eucJP", "EUC-JP"),
            ("koi8r", "KOI8-R"),
            ("big-5", "Big5"),
            ("utf-7", "none"),
            ("utf-32", "none"),
            ("hz-gb-2312", "none"),
            ("viscii", "none"),
            ("xyzzy", "none"),
        ];
        for (name, wanted) in table {
            let label = Label::new(Said::Http, name).unwrap();
            assert_eq!(label.encoding.map_or("none", Encoding::name), wanted, "{name}");
        }
        assert_eq!(Label::new(Said::Http, " '' "), None);
    }

    #[test]
    fn names_are_found_where_they_are_told() {
        let http = |value| of_http(Some(value)).map(|label| label.text);
        assert_eq!(http("text/xml; Charset = \"ISO-8859-1\"; a=b").as_deref(), Some("ISO-8859-1"));
        assert_eq!(http("text/xml,charset=utf8").as_deref(), Some("utf8"));
        assert_eq!(http("text/xml charset=utf-8, text/html").as_deref(), Some("utf-8"));
        assert_eq!(http("text/xml; charset="), None);
        assert_eq!(http("text/xml"), None);
        let declared = |text: &str| of_declaration(text.as_bytes()).map(|label| label.text);
        assert_eq!(declared("\n<?xml version='1.0' encoding = 'koi8-r' ?>").as_deref(), Some("koi8-r"));
        assert_eq!(declared("<?xml encoding=utf-8?>").as_deref(), Some("utf-8"));
        assert_eq!(declared("<?xml version='1.0'?><a encoding='koi8-r'/>"), None);
        assert_eq!(declared("<?xml encoding=\"utf-8?>"), Some("utf-8?".to_owned()));
        assert_eq!(declared("<rss/>"), None);
    }
}
