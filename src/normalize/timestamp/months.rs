//! The words for months, as feeds write them. Knows no numbers.
//!
//! Words come in lower case and without accents. Any beginning of at least three letters counts as an abbreviation
//! (`Sept`, `febr`, `янв`), so full names are enough here; of two names that begin alike the earlier month is meant.

/// English first, then what else is written: German, Dutch, Scandinavian, French, Spanish, Portuguese, Italian,
/// Indonesian, Polish, Hungarian, Russian, Greek; abbreviations only where they are no beginnings.
const NAMES: [&str; 12] = [
    "january januar januari janvier enero janeiro gennaio stycznia января январь ιανουαριου",
    "february februar februari fevrier febrero fevereiro febbraio lutego февраля февраль φεβρουαριου",
    "march marz maerz mrz maart mrt mars marts marzo marco maret marca marcius марта μαρτιου",
    "april avril abril aprile kwietnia aprilis апреля апрель απριλιου",
    "may mai mayo maio maggio mei maj maja majus мая маи μαιου",
    "june juni juin junio junho giugno czerwca junius июня июнь ιουνιου",
    "july juli juillet julio julho luglio lipca julius июля июль ιουλιου",
    "august augustus aout agosto agustus sierpnia augusztus августа αυγουστου",
    "september septembre septiembre setiembre setembro settembre wrzesnia szeptember сентября σεπτεμβριου",
    "october oktober octobre octubre outubro ottobre pazdziernika октября οκτωβριου",
    "november novembre noviembre novembro listopada ноября νοεμβριου",
    "december dezember desember decembre diciembre dezembro dicembre grudnia декабря δεκεμβριου",
];

/// The Vietnamese numbers of the months; `giêng` and `chạp` are those of the lunar year.
const NUMBERS: [(&str, u64); 13] = [
    ("mot", 1),
    ("gieng", 1),
    ("hai", 2),
    ("ba", 3),
    ("tu", 4),
    ("bon", 4),
    ("nam", 5),
    ("sau", 6),
    ("bay", 7),
    ("tam", 8),
    ("chin", 9),
    ("muoi", 10),
    ("chap", 12),
];

/// The month that this word, or the beginning of one, names.
pub(super) fn named(word: &str) -> Option<u64> {
    if word.chars().take(3).count() < 3 {
        return None;
    }
    let is_meant = |names: &&str| names.split(' ').any(|name| name.starts_with(word));
    let index = NAMES.iter().position(is_meant)?;
    u64::try_from(index + 1).ok()
}

/// The month of this number behind `tháng`, and how many words it takes.
pub(super) fn numbered(first: &str, second: &str) -> Option<(u64, usize)> {
    match (first, second) {
        ("muoi", "mot") => Some((11, 2)),
        ("muoi", "hai") => Some((12, 2)),
        _ => NUMBERS.iter().find(|number| number.0 == first).map(|number| (number.1, 1)),
    }
}
