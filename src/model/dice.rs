//! Chance that is the same in every run, for tests.

/// xorshift.
pub struct Dice(u64);

impl Dice {
    /// Another seed gives other throws; any but 0 will do.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub fn below<Number: TryInto<u64> + TryFrom<u64>>(&mut self, end: Number) -> Number {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let below = end.try_into().ok().map(|end| self.0 % end);
        below.and_then(|below| Number::try_from(below).ok()).unwrap()
    }
}
