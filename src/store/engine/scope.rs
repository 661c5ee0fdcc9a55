//! What of a store is asked for: whose rows, and which keys. Knows no database.

use crate::model::{EntryKey, SourceId};

/// Which rows to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every source's.
    All,
    /// One source's.
    Source(SourceId),
}

impl Scope {
    /// Whether this source's rows are in it.
    #[must_use]
    pub fn holds(&self, source: &SourceId) -> bool {
        match self {
            Self::All => true,
            Self::Source(only) => only == source,
        }
    }
}

/// Says of a source's key whether it is looked for.
pub type Wanted<'a> = &'a dyn Fn(&SourceId, EntryKey) -> bool;
