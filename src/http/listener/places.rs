//! Who may have a connection. All together and, where that says who asks, each address has so many; where there is no place,
//! whoever has been silent longest gives way, so that the silent never keep those out who have something to ask.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};

use super::{super::audience, Limits, line::Line};

/// How often it is looked again whether anybody gives way, while nobody leaves.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// All places, and who has them.
pub(super) struct Places {
    limits: Limits,
    begun: Instant,
    taken: Mutex<Taken>,
    left: Notify,
}

#[derive(Default)]
struct Taken {
    next: u64,
    lines: HashMap<u64, Arc<Line>>,
    /// How many each household has; a household that is not bounded is not counted.
    households: HashMap<IpAddr, usize>,
}

/// A place that is had. Given back when it is dropped.
pub(super) struct Place {
    pub(super) line: Arc<Line>,
    number: u64,
    places: Arc<Places>,
}

impl Places {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, begun: Instant::now(), taken: Mutex::default(), left: Notify::new() })
    }

    /// A place for a client from this address, as soon as there is one; none where the address itself has too many, and none
    /// of those is silent.
    pub(super) async fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let household = household_of(peer);
        loop {
            // Listened for before it is looked, so that nobody leaves unnoticed in between.
            let left = self.left.notified();
            match self.look(household) {
                Look::Free(place) => return Some(place),
                Look::TooMany => return None,
                Look::Full => _ = timeout(LOOK_AGAIN, left).await,
            }
        }
    }

    fn look(self: &Arc<Self>, household: Option<IpAddr>) -> Look {
        let mut taken = self.taken();
        let there = household.and_then(|it| taken.households.get(&it)).copied().unwrap_or_default();
        if there >= self.limits.per_address {
            let own = taken.lines.values().filter(|line| line.household == household);
            return match self.longest_silent(own) {
                Some(line) => {
                    line.tell_to_leave();
                    Look::Full
                }
                None => Look::TooMany,
            };
        }
        if taken.lines.len() >= self.limits.connections {
            if let Some(line) = self.most_dispensable(&taken) {
                line.tell_to_leave();
            }
            return Look::Full;
        }
        let number = taken.next;
        taken.next += 1;
        let line = Line::new(household, self.begun);
        taken.lines.insert(number, Arc::clone(&line));
        if let Some(household) = household {
            *taken.households.entry(household).or_default() += 1;
        }
        Look::Free(Place { line, number, places: Arc::clone(self) })
    }

    fn longest_silent<'a>(&self, lines: impl Iterator<Item = &'a Arc<Line>>) -> Option<&'a Arc<Line>> {
        let now = self.begun.elapsed();
        let silent = lines.filter_map(|line| Some((line, line.gives_way(&self.limits, now)?)));
        let silent = silent.filter(|(_, (is_silent, _))| *is_silent);
        silent.max_by_key(|(_, (_, lasts))| *lasts).map(|(line, _)| line)
    }

    /// The silent go before those who are slow; then those whose household has most; then those who have been so longest.
    fn most_dispensable<'a>(&self, taken: &'a Taken) -> Option<&'a Arc<Line>> {
        let now = self.begun.elapsed();
        let have = |line: &Line| line.household.and_then(|it| taken.households.get(&it)).copied();
        let lines = taken.lines.values();
        let candidates = lines.filter_map(|line| {
            let (is_silent, lasts) = line.gives_way(&self.limits, now)?;
            Some((line, (is_silent, have(line).unwrap_or_default(), lasts)))
        });
        candidates.max_by_key(|(_, rank)| *rank).map(|(line, _)| line)
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whom a connection is counted for; nobody where it may be a proxy's, which asks for many.
fn household_of(peer: IpAddr) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    (!audience::is_near(peer)).then(|| audience::household(peer))
}

enum Look {
    Free(Place),
    /// Of this household, and nobody of it gives way.
    TooMany,
    /// Somebody was asked to leave, if anybody could be.
    Full,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.lines.remove(&self.number);
        if let Some(household) = self.line.household
            && let Some(there) = taken.households.get_mut(&household)
        {
            *there -= 1;
            if *there == 0 {
                taken.households.remove(&household);
            }
        }
        drop(taken);
        self.places.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        pin::Pin,
        task::{Context, Waker},
    };

    const LIMITS: Limits = Limits {
        connections: 4,
        per_address: 2,
        grace: Duration::from_millis(500),
        request: Duration::from_secs(10),
        stall: Duration::from_secs(30),
        answer: Duration::from_mins(1),
        lifetime: Duration::from_mins(10),
    };

    async fn admitted(places: &Arc<Places>, peer: &str) -> Place {
        places.admit(peer.parse().unwrap()).await.unwrap()
    }

    fn is_told(place: &Place) -> bool {
        is_ready(&mut Box::pin(place.line.told_to_leave()))
    }

    fn is_ready(future: &mut Pin<Box<impl Future>>) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        future.as_mut().poll(&mut context).is_ready()
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_with_too_many_loses_its_silent_ones_and_then_gets_no_more() {
        let places = Places::new(LIMITS);
        let first = admitted(&places, "203.0.113.9").await;
        let second = admitted(&places, "203.0.113.9").await;
        // Both are new: neither has had the time to ask.
        assert!(places.admit("203.0.113.9".parse().unwrap()).await.is_none());
        let other = admitted(&places, "203.0.113.10").await;
        tokio::time::advance(LIMITS.grace).await;
        second.line.asked();
        let mut third = Box::pin(admitted(&places, "203.0.113.9"));
        assert!(!is_ready(&mut third));
        assert_eq!((is_told(&first), is_told(&second), is_told(&other)), (true, false, false));
        drop(first);
        let third = third.await;
        third.line.asked();
        tokio::time::advance(LIMITS.grace).await;
        assert!(places.admit("203.0.113.9".parse().unwrap()).await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_v6_household_counts_as_one_and_a_proxy_is_not_bounded() {
        let places = Places::new(LIMITS);
        let one = admitted(&places, "2001:db8:1:2::1").await;
        let two = admitted(&places, "2001:db8:1:2:ffff::2").await;
        assert!(places.admit("2001:db8:1:2:3::3".parse().unwrap()).await.is_none());
        drop((one, two));
        let mut proxied = Vec::new();
        for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.0.0.1"] {
            proxied.push(admitted(&places, peer).await);
        }
        assert_eq!(proxied.len(), LIMITS.connections);
    }

    #[tokio::test(start_paused = true)]
    async fn where_all_is_full_the_silent_go_first_then_the_household_with_most_then_the_slowest() {
        let places = Places::new(LIMITS);
        let alone = admitted(&places, "203.0.113.1").await;
        tokio::time::advance(Duration::from_secs(1)).await;
        let busy = admitted(&places, "203.0.113.2").await;
        busy.line.asked();
        let pair = (admitted(&places, "203.0.113.3").await, admitted(&places, "203.0.113.3").await);
        tokio::time::advance(LIMITS.grace).await;
        let mut next = Box::pin(admitted(&places, "203.0.113.4"));
        assert!(!is_ready(&mut next));
        assert_eq!((is_told(&alone), is_told(&busy)), (false, false));
        assert!(is_told(&pair.0) || is_told(&pair.1));
        pair.0.line.asked();
        pair.1.line.asked();
        alone.line.asked();
        drop(next);
        // Nobody is silent now, and nobody has been slow for long enough.
        let mut next = Box::pin(admitted(&places, "203.0.113.4"));
        assert!(!is_ready(&mut next));
        assert!(![&alone, &busy, &pair.0, &pair.1].into_iter().any(is_told));
        busy.line.writes();
        busy.line.flushed();
        tokio::time::advance(LIMITS.answer).await;
        assert!(!is_ready(&mut next));
        assert!(is_told(&busy));
        drop(busy);
        next.await.line.asked();
    }
}
