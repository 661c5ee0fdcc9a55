//! What a store tells of itself in figures: what it takes, and what it holds. Knows not how they are counted.

/// What a store takes on the disk, and what of it is data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of the files.
    pub files: u64,
    /// Bytes of keys and values.
    pub live: u64,
    /// Rows.
    pub rows: u64,
    /// Those of them that are entries.
    pub entries: u64,
}

/// What a compaction came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compaction {
    /// Rows that were copied, and compared.
    pub rows: u64,
    /// Bytes of the files before.
    pub before: u64,
    /// And after.
    pub after: u64,
}

/// What a walk over everything found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    /// Entries.
    pub entries: u64,
    /// Tombstones.
    pub tombstones: u64,
    /// Keys that lead to entries or tombstones.
    pub keys: u64,
    /// Sources with a state.
    pub sources: u64,
    /// Channels with a state.
    pub channels: u64,
    /// Disagreements in all.
    pub faults: u64,
    /// The first [`Census::TOLD_MAX`] disagreements, in words.
    pub told: Vec<String>,
}

impl Census {
    /// How many disagreements are told in words.
    pub const TOLD_MAX: usize = 100;

    /// Counts a disagreement.
    pub fn fault(&mut self, words: impl FnOnce() -> String) {
        self.faults += 1;
        if self.told.len() < Self::TOLD_MAX {
            self.told.push(words());
        }
    }
}
