//! The daemon is killed with SIGKILL around its polls, again and again, while its publisher goes on writing. Readers
//! must notice nothing but a pause.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use crate::support::{
    daemon::feed,
    dice::Dice,
    feed::{Item, items, rss},
    origin::{Origin, Reply},
    process::{Process, Signal, ask, written},
};

const KILLS: u32 = 8;

/// Each document brings so many items, and lists so many of the last.
const NEW: u32 = 3;
const LISTED: u32 = 12;

/// All is over by then, or stuck.
const PATIENCE: Duration = Duration::from_mins(1);

/// The publisher's document when it was asked so often: the newest items, of which one had its headline edited.
fn document(asked: u32) -> String {
    let last = asked * NEW;
    let numbers = (last.saturating_sub(LISTED)..last).rev();
    let items: Vec<(String, String, String)> = numbers
        .map(|number| {
            let date = chrono::DateTime::from_timestamp(1_326_754_620 + i64::from(number) * 60, 0).unwrap();
            let mut title = format!("Tin số {number}");
            if number % NEW == 0 && number + NEW < last {
                write!(title, " (sửa {asked})").unwrap();
            }
            (number.to_string(), title, date.to_rfc2822())
        })
        .collect();
    rss(&items.iter().map(|(guid, title, date)| (&**guid, &**title, &**date)).collect::<Vec<_>>())
}

/// What readers were shown so far: of each guid its date and its link.
#[derive(Default)]
struct Shown(BTreeMap<String, (String, String)>);

impl Shown {
    /// Takes a look as a reader does, and compares it with all looks before.
    fn look(&mut self, document: &[u8], when: &str) {
        let shown = items(document);
        let guids: BTreeSet<&str> = shown.iter().map(|item| item.guid.as_str()).collect();
        assert_eq!(guids.len(), shown.len(), "{when}: a guid is there twice");
        let links: BTreeSet<&str> = shown.iter().map(|item| item.link.as_str()).collect();
        assert_eq!(links.len(), shown.len(), "{when}: an entry has two guids");
        for guid in self.0.keys() {
            assert!(guids.contains(guid.as_str()), "{when}: {guid} was shown and is gone");
        }
        for Item { guid, date, link, .. } in shown {
            let fixed = (date, link);
            let before = self.0.entry(guid).or_insert_with(|| fixed.clone());
            assert_eq!(*before, fixed, "{when}: an entry changed its date or place");
        }
    }
}

#[tokio::test]
async fn a_daemon_that_is_killed_shows_nothing_twice_and_takes_nothing_back() {
    let origin = Origin::start();
    let asked = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&asked);
    origin.answer("/a", move |_| Reply::ok(document(counter.fetch_add(1, Ordering::SeqCst) + 1)));
    let (_folder, file) =
        written(&feed("a", &origin.url("/a"), "interval = \"1s\"\nmax_interval = \"1s\"\n"));
    let mut dice = Dice::new(0x7469_6e74_696e_6821);
    let mut shown = Shown::default();
    for kill in 1..=KILLS {
        let daemon = Process::run(&file);
        let (readers, _) = daemon.addresses().await;
        let address = format!("http://{readers}/feed.xml");
        let when = format!("after {} kills", kill - 1);
        shown.look(&ask(&address).await.unwrap().1, &when);
        // Some die while they start to poll, some while they commit, some while they render, some later.
        let polls = origin.requests().len();
        origin.until_asked(polls + 1).await;
        let end = Instant::now() + Duration::from_millis(dice.below(700));
        while Instant::now() < end {
            if let Some((_, document)) = ask(&address).await {
                shown.look(&document, &when);
            }
        }
        daemon.signal(Signal::KILL);
        assert_eq!(daemon.ended().await.code, None);
    }
    let daemon = Process::run(&file);
    let (readers, _) = daemon.addresses().await;
    let address = format!("http://{readers}/feed.xml");
    let begun = Instant::now();
    let polls = asked.load(Ordering::SeqCst);
    // All that was listed while somebody lived to read it comes in the end, and what came before stays.
    loop {
        let (_, document) = ask(&address).await.unwrap();
        shown.look(&document, "at the end");
        let newest = format!("https://bao.example/{}.html", (polls + 1) * NEW - 1);
        if shown.0.values().any(|(_, link)| *link == newest) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{newest} does not come");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let titles: BTreeSet<String> =
        items(&ask(&address).await.unwrap().1).into_iter().map(|item| item.title).collect();
    assert!(titles.iter().any(|title| title.contains("(sửa")), "no headline was ever edited");
    for number in 0..(polls + 1) * NEW {
        let link = format!("https://bao.example/{number}.html");
        assert!(shown.0.values().any(|(_, known)| *known == link), "{link} was lost");
    }
}
