//! Who was noted a moment ago, so that who asks again and again costs next to nothing. Forgets whenever it likes: who is
//! forgotten is noted anew, and that changes nothing.

use std::sync::atomic::{AtomicU64, Ordering};

/// Hashes that are remembered: 8 KB.
const PLACES: usize = 1024;

/// Each hash has one place, and loses it to the next that has the same.
#[derive(Debug)]
pub(super) struct Recent([AtomicU64; PLACES]);

impl Default for Recent {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; PLACES])
    }
}

impl Recent {
    /// Remembers the hash, and says whether it was remembered already.
    pub(super) fn knows(&self, hash: u64) -> bool {
        // Below PLACES, so it is a usize everywhere.
        let place = usize::try_from(hash % PLACES as u64).unwrap_or(0);
        self.0[place].swap(hash, Ordering::Relaxed) == hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_known_until_another_takes_its_place() {
        let recent = Recent::default();
        let asked = [7, 7, 8, 7, 7 + PLACES as u64, 7, 7];
        let known = asked.map(|hash| recent.knows(hash));
        assert_eq!(known, [false, true, false, true, false, false, true]);
    }
}
