//! One timer for all deadlines of a connection. hyper sets one for each request, and nearly all are met: the timer is moved
//! only when it has run out, not with each of them.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};

/// A connection's timer. Of several deadlines only the one that was set last is kept, as hyper has no more at a time.
#[derive(Clone)]
pub(super) struct OneTimer(Arc<Mutex<Pin<Box<tokio::time::Sleep>>>>);

impl OneTimer {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Box::pin(tokio::time::sleep(Duration::ZERO)))))
    }
}

impl Timer for OneTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Deadline { timer: self.clone(), at: deadline })
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into()
    }
}

struct Deadline {
    timer: OneTimer,
    at: Instant,
}

impl Sleep for Deadline {}

impl Future for Deadline {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let at = self.at.into();
        let mut timer = self.timer.0.lock().unwrap_or_else(PoisonError::into_inner);
        if timer.deadline() > at {
            timer.as_mut().reset(at);
        }
        loop {
            ready!(timer.as_mut().poll(context));
            if timer.deadline() >= at {
                return Poll::Ready(());
            }
            timer.as_mut().reset(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    fn is_over(deadline: &mut Pin<Box<dyn Sleep>>) -> bool {
        deadline.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_is_over_at_its_time_whatever_was_set_before() {
        let timer = OneTimer::new();
        for seconds in [10, 3, 20, 20] {
            // One that was met.
            let mut met = timer.sleep(Duration::from_secs(5));
            assert!(!is_over(&mut met));
            drop(met);
            let lasts = Duration::from_secs(seconds);
            let mut deadline = timer.sleep(lasts);
            assert!(!is_over(&mut deadline), "{seconds}");
            tokio::time::advance(lasts.checked_sub(Duration::from_millis(10)).unwrap()).await;
            assert!(!is_over(&mut deadline), "{seconds}");
            let waited = tokio::time::Instant::now();
            deadline.await;
            let waited = waited.elapsed();
            assert!((10..=12).contains(&waited.as_millis()), "{seconds}: {waited:?}");
        }
    }
}
