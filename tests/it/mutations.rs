//! Every trap, damaged at random but from a seed: whatever comes, reading ends, and without a panic.
//!
//! A few seconds in `cargo test`; `TINTINH_MUTATE_SECONDS=600 TINTINH_MUTATE_SEED=7 cargo test --test it mutations` goes
//! on for longer, elsewhere.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::mpsc,
    time::{Duration, Instant},
};

use tintinh::{
    normalize::{self, Familiar, timestamp},
    parse::{self, Document},
};
use url::Url;

/// What markup, charsets and readers stumble over.
const PIECES: [&[u8]; 20] = [
    b"<",
    b">",
    b"&",
    b"\"",
    b"'",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"</",
    b"/>",
    b"<item>",
    b"</item>",
    b"&#0;",
    b"&lt;",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"<b title=",
];

/// No document takes longer; one that does hangs.
const PATIENCE: Duration = Duration::from_mins(2);

/// Xorshift64: the same from the same seed, everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap()
    }
}

fn documents() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_file());
    paths.retain(|path| !["json", "args", "md"].contains(&path.extension().unwrap().to_str().unwrap()));
    paths.sort();
    assert!(paths.len() >= 500, "found only {} documents", paths.len());
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn damaged(whole: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(64)).min(bytes.len());
        match chance.below(6) {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..at, PIECES[chance.below(PIECES.len())].iter().copied())),
            2 => bytes.truncate(at),
            3 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            4 => {
                let from = chance.below(other.len() + 1);
                let to = (from + chance.below(200)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << chance.below(8)),
        }
    }
    bytes
}

fn read(bytes: &[u8], url: &Url) -> bool {
    let document = Document { bytes, content_type: None, url };
    let zone = chrono_tz::Asia::Ho_Chi_Minh;
    let feed = parse::parse(&document, move |text: &str| timestamp::read(text, zone));
    feed.is_ok_and(|feed| normalize::normalize(&feed, url, &Familiar::default()).len() <= feed.items.len())
}

#[test]
fn no_damaged_document_panics_or_hangs() {
    let number = |name: &str, default: u64| {
        env::var(name).map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name}: {value}")))
    };
    let within = Duration::from_secs(number("TINTINH_MUTATE_SECONDS", 5));
    let mut chance = Chance(number("TINTINH_MUTATE_SEED", 0x0007_1471_4e48).max(1));
    let documents = documents();
    let url = Url::parse("https://bao.example/rss").unwrap();
    let (told, heard) = mpsc::channel();
    let reader = std::thread::Builder::new().stack_size(parse::STACK_SIZE).spawn(move || {
        let began = Instant::now();
        let (mut tried, mut read_well) = (0_usize, 0_usize);
        while began.elapsed() < within {
            let (path, whole) = &documents[chance.below(documents.len())];
            let bytes = damaged(whole, &documents[chance.below(documents.len())].1, &mut chance);
            // Before it is read, so that a hang or a panic has its culprit.
            told.send((path.clone(), bytes.clone())).unwrap();
            read_well += usize::from(read(&bytes, &url));
            tried += 1;
        }
        (tried, read_well)
    });
    let mut last = None;
    loop {
        match heard.recv_timeout(PATIENCE) {
            Ok(next) => last = Some(next),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("hangs on {last:?}"),
        }
    }
    let (tried, read_well) = reader.unwrap().join().unwrap_or_else(|_| panic!("panics on {last:?}"));
    println!("{tried} damaged documents, {read_well} of them read as feeds all the same");
    assert!(tried >= 100 && read_well > 0, "{tried} tried, {read_well} read");
}
