use std::{fs, future::Future};

use tempfile::TempDir;

use super::*;

struct Desk {
    folder: TempDir,
    begun: Instant,
    watching: Watching,
    _alarm: mpsc::Sender<()>,
}

impl Desk {
    /// A file that was seen, in a folder that tells nothing of changes.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("feeds.toml");
        fs::write(&file, "a").unwrap();
        let (alarm, alarms) = mpsc::channel(1);
        let mut watching = Watching::silent(&file, alarms);
        assert_eq!(watching.next().await, Occasion::Settled, "it may have changed before");
        Self { folder, begun: Instant::now(), watching, _alarm: alarm }
    }

    fn write(&self, text: &str) {
        fs::write(self.folder.path().join("feeds.toml"), text).unwrap();
    }

    /// The next occasion, and after how many milliseconds it comes.
    async fn next(&mut self) -> (Occasion, u128) {
        let occasion = self.watching.next().await;
        (occasion, self.begun.elapsed().as_millis())
    }

    async fn is_silent(&mut self) -> bool {
        is_pending(self.watching.next()).await
    }
}

async fn is_pending<T>(waiting: impl Future<Output = T>) -> bool {
    timeout(Duration::from_mins(10), waiting).await.is_err()
}

#[tokio::test(start_paused = true)]
async fn a_change_is_found_without_an_alarm_and_told_once_it_is_quiet() {
    let mut desk = Desk::new().await;
    assert!(desk.is_silent().await);
    desk.begun = Instant::now();
    desk.write("ab");
    let (occasion, after) = desk.next().await;
    assert_eq!(occasion, Occasion::Settled);
    assert!((500..=10_600).contains(&after), "{after}");
    assert!(desk.is_silent().await);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_another_takes_the_place_of_has_changed_and_one_that_is_gone_too() {
    let mut desk = Desk::new().await;
    let (file, other) = (desk.folder.path().join("feeds.toml"), desk.folder.path().join("new"));
    fs::write(&other, "a").unwrap();
    fs::rename(&other, &file).unwrap();
    assert_eq!(desk.next().await.0, Occasion::Settled);
    fs::remove_file(&file).unwrap();
    assert_eq!(desk.next().await.0, Occasion::Settled);
    assert!(desk.is_silent().await);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_named_alone_changes_and_appears_too() {
    let mut desk = Desk::new().await;
    let key = desk.folder.path().join("key");
    let config = Config {
        named: vec![key.clone()],
        ..crate::config::parse("", &crate::config::Surroundings::default()).unwrap()
    };
    desk.watching.follow(&config);
    assert_eq!(desk.next().await.0, Occasion::Settled, "it is watched anew");
    assert!(desk.is_silent().await);
    for text in ["a", "ab"] {
        fs::write(&key, text).unwrap();
        assert_eq!(desk.next().await.0, Occasion::Settled, "{text}");
        assert!(desk.is_silent().await, "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_with_mistakes_is_given_time_and_told_once_it_rests() {
    let mut desk = Desk::new().await;
    desk.watching.doubt(Occasion::Settled);
    assert_eq!(desk.next().await, (Occasion::Rested, 3000));
    assert!(desk.is_silent().await);
    // One that is written on in the meantime is read again instead.
    desk.watching.doubt(Occasion::Settled);
    desk.write("abc");
    assert_eq!(desk.next().await.0, Occasion::Settled);
    assert!(desk.is_silent().await);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_never_rests_is_read_all_the_same() {
    let mut desk = Desk::new().await;
    let file = desk.folder.path().join("feeds.toml");
    let writing = async {
        for length in 2.. {
            fs::write(&file, "a".repeat(length)).unwrap();
            sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        occasion = desk.watching.next() => assert_eq!(occasion, Occasion::Settled),
        () = writing => unreachable!(),
    }
    assert!(desk.begun.elapsed() < Duration::from_secs(21), "{:?}", desk.begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_was_noticed_is_not_lost_when_nobody_waits_on() {
    let mut desk = Desk::new().await;
    desk.write("abc");
    for _ in 0..3 {
        assert!(timeout(Duration::from_millis(400), desk.watching.next()).await.is_err());
    }
    assert_eq!(desk.next().await.0, Occasion::Settled);
}
