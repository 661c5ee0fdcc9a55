//! A strict reader of `OpenMetrics` 1.0 text. Panics at anything that the format does not allow.

use std::collections::{BTreeMap, BTreeSet};

type Labels = BTreeMap<String, String>;

/// What one answer told.
#[derive(Debug, Default)]
pub struct Exposition {
    samples: BTreeMap<(String, Labels), f64>,
}

/// What a family's lines have said so far.
#[derive(Debug, Default)]
struct Family {
    name: String,
    kind: String,
    unit: String,
    help: bool,
}

impl Exposition {
    pub fn read(text: &str) -> Self {
        let body = text.strip_suffix("# EOF\n").expect("the end is not told");
        assert!(!body.contains("# EOF") && !body.contains('\r') && !body.contains("\n\n"), "{text}");
        let (mut told, mut families, mut family) = (Self::default(), BTreeSet::new(), Family::default());
        for line in body.lines() {
            if let Some(comment) = line.strip_prefix("# ") {
                let (word, rest) = comment.split_once(' ').unwrap();
                let (name, value) = rest.split_once(' ').unwrap();
                if name != family.name {
                    told.close(&family);
                    assert!(is_name(name), "{line}");
                    assert!(families.insert(name.to_owned()), "{name} comes twice");
                    family = Family { name: name.to_owned(), ..Family::default() };
                }
                match word {
                    "HELP" => family.help = !value.is_empty(),
                    "TYPE" => value.clone_into(&mut family.kind),
                    "UNIT" => {
                        assert!(name.ends_with(&format!("_{value}")), "{line}");
                        value.clone_into(&mut family.unit);
                    }
                    _ => panic!("{line}"),
                }
            } else {
                told.sample(&family, line);
            }
        }
        told.close(&family);
        told
    }

    /// The value of this series.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.samples.get(&(name.to_owned(), labels.collect())).copied()
    }

    pub fn series(&self) -> usize {
        self.samples.len()
    }

    fn sample(&mut self, family: &Family, line: &str) {
        let (name, rest) = line.split_at(line.find(['{', ' ']).unwrap());
        let suffixes: &[&str] = match family.kind.as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            "info" => &["_info"],
            "histogram" => &["_bucket", "_sum", "_count"],
            kind => panic!("{kind} is no type that we know: {line}"),
        };
        let suffix = name.strip_prefix(&family.name).unwrap_or_else(|| panic!("{line} in {family:?}"));
        assert!(suffixes.contains(&suffix), "{line} in {family:?}");
        let (labels, rest) = read_labels(rest);
        let value: f64 = rest.strip_prefix(' ').unwrap().parse().unwrap();
        assert!(value.is_finite() && value >= 0.0, "{line}");
        assert!(self.samples.insert((name.to_owned(), labels), value).is_none(), "{line} comes twice");
    }

    /// Checks what holds for a whole family.
    fn close(&self, family: &Family) {
        if family.name.is_empty() {
            return;
        }
        assert!(family.help && !family.kind.is_empty(), "{family:?}");
        assert!(!family.name.ends_with("_total") && family.name.starts_with("tintinh_"), "{family:?}");
        if family.kind == "histogram" {
            assert_eq!(family.unit, "seconds");
            self.close_histograms(&family.name);
        }
    }

    /// Checks the buckets of each set of labels: rising, the last without bound and of all.
    fn close_histograms(&self, family: &str) {
        let bucket = format!("{family}_bucket");
        let mut histograms: BTreeMap<Labels, Vec<(f64, f64)>> = BTreeMap::new();
        for ((_, labels), count) in self.samples.iter().filter(|((name, _), _)| *name == bucket) {
            let mut labels = labels.clone();
            let bound = labels.remove("le").unwrap().replace("+Inf", "inf").parse().unwrap();
            histograms.entry(labels).or_default().push((bound, *count));
        }
        for (labels, mut buckets) in histograms {
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
            assert!(buckets.is_sorted_by(|one, other| one.0 < other.0 && one.1 <= other.1), "{buckets:?}");
            let (bound, all) = *buckets.last().unwrap();
            let count = self.samples.get(&(format!("{family}_count"), labels));
            assert_eq!((bound, Some(&all)), (f64::INFINITY, count), "{family}");
        }
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The labels at the beginning, where there are any, and what follows them.
fn read_labels(text: &str) -> (Labels, &str) {
    let mut labels = Labels::new();
    let Some(mut rest) = text.strip_prefix('{') else { return (labels, text) };
    loop {
        if let Some(rest) = rest.strip_prefix('}') {
            return (labels, rest);
        }
        let (name, after) = rest.split_once("=\"").unwrap();
        assert!(is_name(name), "{text}");
        let mut value = String::new();
        let mut letters = after.char_indices();
        let end = loop {
            match letters.next().unwrap() {
                (place, '"') => break place,
                (_, '\\') => value.push(match letters.next().unwrap().1 {
                    'n' => '\n',
                    escaped @ ('\\' | '"') => escaped,
                    other => panic!("\\{other} in {text}"),
                }),
                (_, letter) => value.push(letter),
            }
        };
        assert!(labels.insert(name.to_owned(), value).is_none(), "{text}");
        rest = &after[end + 1..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
}
