//! Has the service manager wait for a start that takes long: a store that is huge, or was damaged, is opened in its own time.

use std::{future::Future, pin::pin, time::Duration};

use tokio::time::timeout;

/// How often it is told that the start goes on: well within systemd's usual 90 s, and our unit's 150 s.
const EVERY: Duration = Duration::from_secs(30);
/// How long it shall wait from then on.
pub(super) const LONGER: Duration = Duration::from_secs(90);

/// Awaits `start`, and calls `extend` for as long as it goes on. What bounds the start is the start's own affair.
pub(super) async fn patiently<T>(start: impl Future<Output = T>, extend: impl Fn(Duration)) -> T {
    let mut start = pin!(start);
    loop {
        match timeout(EVERY, &mut start).await {
            Ok(done) => return done,
            Err(_) => extend(LONGER),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::time::{Instant, sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_start_that_goes_on_is_waited_for_without_a_gap_and_a_short_one_is_told_of_by_nobody() {
        let begun = Instant::now();
        let waits = RefCell::new(Vec::new());
        let extend = |longer| waits.borrow_mut().push((begun.elapsed().as_secs(), begun.elapsed() + longer));
        assert_eq!(patiently(async { 7 }, extend).await, 7);
        patiently(sleep(Duration::from_secs(29)), extend).await;
        assert_eq!(waits.borrow().len(), 0);
        patiently(sleep(Duration::from_mins(15)), extend).await;
        let waits = waits.borrow();
        assert_eq!(waits.len(), 29);
        // Each comes before the last one's time is over, with a minute to spare.
        for pair in waits.windows(2) {
            assert!(Duration::from_secs(pair[1].0) + Duration::from_mins(1) <= pair[0].1, "{pair:?}");
        }
    }
}
