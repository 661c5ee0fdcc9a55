//! Chance that is the same in every run.

/// xorshift.
pub struct Dice(u64);

impl Dice {
    /// Another seed gives other throws; any but 0 will do.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
