//! What publishers are told of us: where to read who we are, and how many read us.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::sleep};

use crate::{config::Config, fetch::Introduction, http::Audience, model::Timestamp};

/// Where people who wonder about our requests can read who we are, when the admin gave no address.
const PROJECT: &str = env!("CARGO_PKG_HOMEPAGE");
/// Readers come and go by the minute; publishers need not hear of it more often.
const EVERY: Duration = Duration::from_mins(1);

/// What is told before anybody has been counted.
pub(super) fn introduction(config: &Config) -> Introduction {
    Introduction { address: address(config), readership: Arc::default() }
}

/// Where to read who we are.
pub(super) fn address(config: &Config) -> String {
    let own = config.server.public_url_given.then(|| config.server.public_url.to_string());
    own.unwrap_or_else(|| PROJECT.to_owned())
}

/// Keeps the introduction in step with who reads, until `stop` turns true or its sender is gone.
pub(super) async fn run(
    audience: Arc<Audience>,
    introduction: watch::Sender<Introduction>,
    clock: impl Fn() -> Timestamp,
    mut stop: watch::Receiver<bool>,
) {
    let telling = async {
        loop {
            sleep(EVERY).await;
            tell(&audience, &introduction, clock());
        }
    };
    tokio::select! {
        () = telling => {}
        // A sender that is gone means the same.
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

/// Puts who reads now into the introduction; who waits for a change of it wakes only if that is another number.
pub(super) fn tell(audience: &Audience, introduction: &watch::Sender<Introduction>, now: Timestamp) {
    let readership = audience.readership(now);
    introduction.send_if_modified(|introduction| {
        let differs = *introduction.readership != readership;
        if differs {
            introduction.readership = Arc::new(readership);
        }
        differs
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ChannelId, Headcount};

    #[tokio::test(start_paused = true)]
    async fn publishers_hear_of_other_numbers_once_a_minute_and_of_equal_ones_not_at_all() {
        let start: Timestamp = "2026-11-25T06:00:00Z".parse().unwrap();
        let begun = tokio::time::Instant::now();
        let clock = || start + begun.elapsed();
        let audience = Arc::new(Audience::new(start));
        let address = "https://tin.example/".to_owned();
        let (introduction, mut seen) = watch::channel(Introduction { address, ..Introduction::default() });
        let (stop, stopped) = watch::channel(false);
        let running = run(Arc::clone(&audience), introduction, clock, stopped);
        let changes = async {
            let count = |readers| Headcount { readers, at: start - Duration::from_secs(1) };
            for readers in [7, 9] {
                audience.recall(&ChannelId::All, count(readers));
                seen.changed().await.unwrap();
                let told = seen.borrow_and_update().clone();
                assert_eq!(
                    (told.readership.channel(&ChannelId::All), told.address.as_str()),
                    (readers, "https://tin.example/")
                );
            }
            assert_eq!(begun.elapsed(), 2 * EVERY);
            sleep(EVERY * 10).await;
            assert!(!seen.has_changed().unwrap());
            // They are believed for two days.
            seen.changed().await.unwrap();
            assert_eq!(seen.borrow_and_update().readership.total(), 0);
            assert_eq!(begun.elapsed(), Duration::from_hours(48));
            stop.send_replace(true);
        };
        tokio::join!(running, changes);
    }
}
