//! Whether bytes are Vietnamese in windows-1258, which writes most tones as marks of their own behind the vowel.

/// Grave, hook, tilde, acute and dot below. In windows-1252 these are Ì, Ò, Þ, ì and ò.
const MARKS: [u8; 5] = [0xcc, 0xd2, 0xde, 0xec, 0xf2];

/// Ă Â Ê Ô Ơ Ư in both cases. In windows-1252 nothing of these is ever followed by one of the five letters above.
const CROWNED: [u8; 12] = [0xc3, 0xc2, 0xca, 0xd4, 0xd5, 0xdd, 0xe3, 0xe2, 0xea, 0xf4, 0xf5, 0xfd];

/// With no crowned vowel before one, this many marks must stand behind vowels.
const MARKS_MIN: usize = 3;

/// Whether all marks stand behind vowels, as often and as variously as in no other language's windows-1252.
pub(super) fn is_plausible(bytes: &[u8]) -> bool {
    let (mut marks, mut stray, mut crowned) = (0_usize, 0_usize, 0_usize);
    let mut kinds = [false; MARKS.len()];
    for pair in bytes.windows(2) {
        let &[before, byte] = pair else { continue };
        let Some(kind) = MARKS.iter().position(|&mark| mark == byte) else { continue };
        if CROWNED.contains(&before) {
            crowned += 1;
        } else if !matches!(before.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y') {
            stray += 1;
            continue;
        }
        marks += 1;
        if let Some(seen) = kinds.get_mut(kind) {
            *seen = true;
        }
    }
    let various = kinds.iter().filter(|&&seen| seen).count() >= 2;
    // One in twenty may be a mistake.
    stray * 20 <= marks && (crowned > 0 || (marks >= MARKS_MIN && various))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_is_told_from_other_languages() {
        let table: [(&[u8], bool); 9] = [
            (b"Vi\xea\xf2t Nam", true),
            (b"Ti\xeanh B\xecnh, th\xf4n", false),
            (b"Ba\xd2o Qua\xd2ng Ninh: chi\xeanh tri\xf2", true),
            (b"L\xe0o Cai", false),
            (b"per\xf2, citt\xe0, luned\xec, pi\xf9", false),
            (b"ci\xf2 che per\xf2 non so, cos\xec", false),
            (b"caf\xe9", false),
            (b"", false),
            (b"\xf2", false),
        ];
        for (bytes, wanted) in table {
            assert_eq!(is_plausible(bytes), wanted, "{bytes:?}");
        }
    }
}
