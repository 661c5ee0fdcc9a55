use encoding_rs::{KOI8_R, WINDOWS_1251};

use super::*;

fn utf_16(text: &str, convert: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(convert).collect()
}

fn utf_32(text: &str, convert: fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().flat_map(|character| convert(character.into())).collect()
}

fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    let (bytes, _, failed) = encoding.encode(text);
    assert!(!failed);
    bytes.into_owned()
}

type Row = (&'static str, Vec<u8>, Option<&'static str>, &'static str, Option<&'static str>);

fn check(table: &[Row]) {
    for (case, bytes, content_type, text, note) in table {
        let decoded = decode(bytes, *content_type).unwrap();
        assert_eq!((decoded.text.as_ref(), decoded.note.as_deref()), (*text, *note), "{case}");
    }
}

#[test]
fn marks_and_zeros_tell_the_unicode_charsets() {
    let tinh = "<a>Tỉnh</a>";
    let le = utf_16(tinh, u16::to_le_bytes);
    let be = utf_16(tinh, u16::to_be_bytes);
    let with = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    check(&[
        (
            "UTF-8 mark",
            "\u{feff}<a>Tỉnh</a>".into(),
            Some("a/b; charset=windows-1252"),
            tinh,
            Some("sent as windows-1252, read as UTF-8"),
        ),
        ("UTF-16LE mark", with(&[0xff, 0xfe], &le), None, tinh, None),
        ("UTF-16BE mark", with(&[0xfe, 0xff], &be), Some("a/b; charset=utf-16"), tinh, None),
        ("UTF-16LE", le.clone(), None, tinh, None),
        ("UTF-16BE", be.clone(), None, tinh, None),
        ("UTF-16LE behind a line end", utf_16("\n<a/>", u16::to_le_bytes), None, "\n<a/>", None),
        (
            "UTF-16LE cut in a letter",
            le[..le.len() - 1].to_vec(),
            None,
            "<a>Tỉnh</a\u{fffd}",
            Some("read as UTF-16LE, with letters that could not be read"),
        ),
        (
            "UTF-16LE sent as UTF-8",
            le.clone(),
            Some("text/xml; charset=utf-8"),
            tinh,
            Some("sent as utf-8, read as UTF-16LE"),
        ),
        ("JSON in UTF-16", utf_16("{\"a\":1}", u16::to_be_bytes), None, "{\"a\":1}", None),
        (
            "UTF-32LE mark",
            with(&[0xff, 0xfe, 0, 0], &utf_32(tinh, u32::to_le_bytes)),
            None,
            tinh,
            Some("no charset declared, read as UTF-32"),
        ),
        ("UTF-32BE", utf_32(tinh, u32::to_be_bytes), Some("a/b; charset=UTF-32"), tinh, None),
        (
            "UTF-32 beyond Unicode",
            [0, 0, 0, b'<', 0xff, 0, 0, 0].into(),
            None,
            "<\u{fffd}",
            Some("no charset declared, read as UTF-32, with letters that could not be read"),
        ),
        ("UTF-16 mark before UTF-8", with(&[0xff, 0xfe], b"<a>T\xe1\xbb\x89nh</a>"), None, tinh, None),
        ("a mark alone", vec![0xff, 0xfe], None, "", None),
        ("nothing", vec![], None, "", None),
    ]);
}

#[test]
fn valid_utf_8_is_utf_8_whatever_it_is_declared_as() {
    let declared = |encoding: &str| format!("<?xml encoding='{encoding}'?>Tỉnh").into_bytes();
    check(&[
        ("no label", "<a>Tỉnh</a>".into(), None, "<a>Tỉnh</a>", None),
        (
            "utf-16",
            declared("utf-16"),
            None,
            "<?xml encoding='utf-16'?>Tỉnh",
            Some("declared utf-16, read as UTF-8"),
        ),
        (
            "us-ascii",
            declared("us-ascii"),
            None,
            "<?xml encoding='us-ascii'?>Tỉnh",
            Some("declared us-ascii, read as UTF-8"),
        ),
        (
            "windows-1258",
            declared("cp1258"),
            None,
            "<?xml encoding='cp1258'?>Tỉnh",
            Some("declared cp1258, read as UTF-8"),
        ),
        (
            "gb2312",
            declared("gb2312"),
            None,
            "<?xml encoding='gb2312'?>Tỉnh",
            Some("declared gb2312, read as UTF-8"),
        ),
        (
            "unknown",
            declared("xyzzy"),
            None,
            "<?xml encoding='xyzzy'?>Tỉnh",
            Some("declared xyzzy, read as UTF-8"),
        ),
        ("misspelled", declared("UTF_8"), None, "<?xml encoding='UTF_8'?>Tỉnh", None),
        ("plain ASCII", b"<a>".to_vec(), Some("text/xml; charset=iso-8859-1"), "<a>", None),
        (
            "cut in a letter",
            b"<a>T\xe1\xbb\x89nh \xe1\xbb".to_vec(),
            Some("a/b; charset=utf-8"),
            "<a>Tỉnh ",
            None,
        ),
        (
            "a bad letter",
            b"<a>T\xe1\xbb\x89nh \xe1\xbb</a>".to_vec(),
            None,
            "<a>Tỉnh \u{fffd}</a>",
            Some("read as UTF-8, with letters that could not be read"),
        ),
        (
            "a bad letter, declared utf-16",
            b"<?xml encoding='utf-16'?>T\xe1\xbb\x89nh\xff.".to_vec(),
            None,
            "<?xml encoding='utf-16'?>Tỉnh\u{fffd}.",
            Some("declared utf-16, read as UTF-8, with letters that could not be read"),
        ),
        (
            "bad letters among many, declared Latin-1",
            [b"<?xml encoding='latin1'?>\xff".as_slice(), "Tỉnh ủy Ninh Bình họp".as_bytes()].concat(),
            None,
            "<?xml encoding='latin1'?>\u{fffd}Tỉnh ủy Ninh Bình họp",
            Some("declared latin1, read as UTF-8, with letters that could not be read"),
        ),
    ]);
}

#[test]
fn other_charsets_go_by_their_label_and_without_one_by_their_letters() {
    check(&[
        (
            "sent as Latin-1",
            b"<a>caf\xe9</a>".to_vec(),
            Some("text/xml; Charset=\"ISO-8859-1\""),
            "<a>café</a>",
            None,
        ),
        (
            "declared KOI8-R",
            b"<?xml version='1.0' encoding='koi8-r'?>\xd4".to_vec(),
            None,
            "<?xml version='1.0' encoding='koi8-r'?>т",
            None,
        ),
        (
            "HTTP before the declaration",
            b"<?xml encoding='koi8-r'?>\xe9.".to_vec(),
            Some("a/b; charset=latin1"),
            "<?xml encoding='koi8-r'?>é.",
            None,
        ),
        (
            "the declaration where HTTP's cannot be",
            [b"<?xml encoding='koi8-r'?>".as_slice(), &encoded(KOI8_R, "Привет")].concat(),
            Some("a/b; charset=utf-8"),
            "<?xml encoding='koi8-r'?>Привет",
            Some("sent as utf-8, read as KOI8-R"),
        ),
        (
            "the declaration where HTTP's is not clean",
            [b"<?xml encoding='windows-1251'?>".as_slice(), &encoded(WINDOWS_1251, "Ћирилица")].concat(),
            Some("a/b; charset=shift_jis"),
            "<?xml encoding='windows-1251'?>Ћирилица",
            Some("sent as shift_jis, read as windows-1251"),
        ),
        ("Japanese", encoded(SHIFT_JIS, "<a>新聞</a>"), Some("a/b; charset=x-sjis"), "<a>新聞</a>", None),
        (
            "Japanese by escapes",
            encoded(ISO_2022_JP, "<a>新聞</a>"),
            Some("a/b; charset=iso-2022-jp"),
            "<a>新聞</a>",
            None,
        ),
        (
            "Chinese that happens to be UTF-8",
            b"<a>\xc1\xaa\xcd\xa8</a>".to_vec(),
            Some("a/b; charset=gb2312"),
            "<a>联通</a>",
            None,
        ),
        (
            "Chinese whose letters are all UTF-8",
            b"<a>\xc4\xa3\xc4\xa3</a>".to_vec(),
            Some("a/b; charset=gb2312"),
            "<a>模模</a>",
            None,
        ),
        ("Korean", encoded(EUC_KR, "<a>뉴스</a>"), Some("a/b; charset=euc_kr"), "<a>뉴스</a>", None),
        (
            "Latin-1 without a label",
            b"<a>caf\xe9</a>".to_vec(),
            None,
            "<a>café</a>",
            Some("no charset declared, read as windows-1252"),
        ),
    ]);
}

#[test]
fn what_is_declared_as_utf_8_and_is_not_is_vietnamese_or_latin() {
    check(&[
        (
            "Latin-1 declared as UTF-8",
            b"<?xml encoding='utf-8'?>caf\xe9 na\xefve".to_vec(),
            None,
            "<?xml encoding='utf-8'?>café naïve",
            Some("declared utf-8, read as windows-1252"),
        ),
        (
            "windows-1258 declared as UTF-8",
            b"<?xml encoding='utf-8'?>Vi\xea\xf2t Nam".to_vec(),
            None,
            "<?xml encoding='utf-8'?>Viê\u{323}t Nam",
            Some("declared utf-8, read as windows-1258"),
        ),
        (
            "windows-1258 sent as Latin-1",
            b"Vi\xea\xf2t Nam".to_vec(),
            Some("text/xml; charset=iso-8859-1"),
            "Viê\u{323}t Nam",
            Some("sent as iso-8859-1, read as windows-1258"),
        ),
        (
            "windows-1258",
            b"Ti\xd2nh \xf0\xf4\xecc".to_vec(),
            Some("text/xml; charset=windows-1258"),
            "Ti\u{309}nh đô\u{301}c",
            None,
        ),
        (
            "Latin-1 behind a UTF-8 mark",
            b"\xef\xbb\xbf<a>caf\xe9</a>".to_vec(),
            Some("a/b; charset=latin1"),
            "<a>café</a>",
            None,
        ),
    ]);
}

#[test]
fn ebcdic_is_refused_in_words() {
    let error = decode(b"\x4c\x6f\xa7\x94\x93\x40", None).unwrap_err();
    assert_eq!(error.to_string(), "it is written in EBCDIC, which is not read; it should be UTF-8");
}

#[test]
fn no_bytes_panic() {
    let edges = [0, b'<', b'{', b'?', b'x', 0x1b, 0x80, 0xbb, 0xbf, 0xc3, 0xe1, 0xef, 0xf2, 0xfe, 0xff];
    let labels =
        [None, Some("a/b; charset=utf-16"), Some("charset=iso-2022-jp"), Some("charset"), Some("é=")];
    let mut read = 0;
    for first in edges {
        for second in edges {
            for third in edges {
                for label in labels {
                    read += usize::from(decode(&[first, second, third, first], label).is_ok());
                }
            }
        }
    }
    assert_eq!(read, edges.len().pow(3) * labels.len());
}

#[test]
fn the_declaration_and_what_stands_before_it_go() {
    assert_eq!(without_prologue("\u{feff}\r\n \u{feff}<?xml version='1.0'?>\n<rss/>\n\0"), "<rss/>");
    assert_eq!(without_prologue("<?xml-stylesheet href='a'?><rss/>"), "<?xml-stylesheet href='a'?><rss/>");
    assert_eq!(without_prologue("<?xml version='1.0'"), "");
    assert_eq!(without_prologue(" {} "), "{}");
}
