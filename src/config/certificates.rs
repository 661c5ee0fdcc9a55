//! Whether bytes are certificates in PEM. Trusts none: whether they are any good shows when a server is asked.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::problem::Wrong;

const REMEDY: &str =
    "save what stands between the lines BEGIN CERTIFICATE and END CERTIFICATE, those included";

/// The tag of an ASN.1 sequence, which every certificate is (RFC 5280 §4.1).
const SEQUENCE: u8 = 0x30;

/// Finds at least one certificate, and none that is damaged (RFC 7468 §5). Messages read on from the file.
pub(super) fn judge(bytes: &[u8]) -> Result<(), Wrong> {
    if bytes.first() == Some(&SEQUENCE) {
        let remedy = "write it as PEM: openssl x509 -inform der -in IT -out IT.pem";
        return Err(Wrong::new("is in DER", remedy));
    }
    // What stands between the blocks is for people, in any encoding.
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().map(str::trim_end).enumerate();
    let mut found = false;
    while let Some((number, line)) = lines.next() {
        let Some(label) = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----")) else {
            continue;
        };
        if label.contains("PRIVATE KEY") {
            return Err(Wrong::new(
                "holds a private key",
                "give certificates only, and keep the key to yourself",
            ));
        }
        let end = format!("-----END {label}-----");
        let mut body = String::new();
        let closed = lines.by_ref().map(|(_, line)| line).any(|line| {
            let closes = line == end;
            body.push_str(if closes { "" } else { line.trim() });
            closes
        });
        if label != "CERTIFICATE" {
            continue;
        }
        let whole = BASE64_STANDARD.decode(body).is_ok_and(|bytes| is_sequence(&bytes));
        if !closed || !whole {
            return Err(Wrong::new(format!("holds a damaged certificate (its line {})", number + 1), REMEDY));
        }
        found = true;
    }
    if found { Ok(()) } else { Err(Wrong::new("holds no certificate in PEM", REMEDY)) }
}

/// Whether this is one sequence in DER that ends where it says (X.690 §8.1.3).
fn is_sequence(der: &[u8]) -> bool {
    let Some(([SEQUENCE, first], rest)) = der.split_first_chunk() else { return false };
    let of_length = usize::from(first & 0x7f);
    if *first < 0x80 {
        return rest.len() == of_length;
    }
    let Some((length, rest)) = rest.split_at_checked(of_length).filter(|_| of_length <= 4) else {
        return false;
    };
    length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)) == rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sequence of one NULL: as much of a certificate as is looked at.
    const GOOD: &str = "-----BEGIN CERTIFICATE-----\nMAIFAA==\n-----END CERTIFICATE-----\n";

    #[test]
    fn certificates_may_stand_among_other_things() {
        let long = BASE64_STANDARD.encode([&[SEQUENCE, 0x82, 1, 0][..], &[5; 256]].concat());
        let long = format!(
            "-----BEGIN CERTIFICATE-----\r\n{}\r\n{}\r\n-----END CERTIFICATE-----",
            &long[..64],
            &long[64..]
        );
        let crl = "-----BEGIN X509 CRL-----\n?\n-----END X509 CRL-----\n";
        for good in [GOOD.to_owned(), format!("# Ban C\u{1a1} y\u{1ebf}u\n{crl}{GOOD}{GOOD}"), long] {
            assert_eq!(judge(good.as_bytes()), Ok(()), "{good}");
        }
        assert_eq!(judge(&[b"\xff\xfe Latin\n", GOOD.as_bytes()].concat()), Ok(()));
    }

    #[test]
    fn what_is_no_certificate_is_told_by_what_it_is() {
        let damaged = |line: usize| format!("holds a damaged certificate (its line {line})");
        let cases: [(&str, String); 10] = [
            ("hello", "holds no certificate in PEM".into()),
            (
                "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----",
                "holds no certificate in PEM".into(),
            ),
            ("-----BEGIN X509 CRL-----\n", "holds no certificate in PEM".into()),
            ("0\u{82}", "is in DER".into()),
            ("-----BEGIN RSA PRIVATE KEY-----\n", "holds a private key".into()),
            (&format!("{GOOD}-----BEGIN PRIVATE KEY-----\n"), "holds a private key".into()),
            (&format!("\n{}", GOOD.replace("MAIFAA==", "MAIFAA")), damaged(2)),
            (&GOOD.replace("MAIFAA==", "MAMFAA=="), damaged(1)),
            (&GOOD.replace("MAIFAA==", ""), damaged(1)),
            (&format!("{GOOD}{}", &GOOD[..GOOD.len() - 4]), damaged(4)),
        ];
        for (text, message) in cases {
            assert_eq!(judge(text.as_bytes()).map_err(|wrong| wrong.message), Err(message), "{text}");
        }
    }

    #[test]
    fn a_sequence_ends_where_it_says() {
        for (der, whole) in [
            (&[0x30, 0][..], true),
            (&[0x30, 0x81, 1, 5], true),
            (&[0x30, 0x80], true),
            (&[0x30, 0x89, 1, 5], false),
            (&[0x30, 0x85, 0, 0, 0, 0, 0], false),
            (&[0x31, 0], false),
            (&[0x30], false),
            (&[], false),
        ] {
            assert_eq!(is_sequence(der), whole, "{der:?}");
        }
    }
}
