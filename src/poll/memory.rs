//! What the last document of each source held, for as long as the daemon runs: what stands as it stood is not read again.
//! Decides nothing about what is familiar.

use std::sync::Arc;

use quick_cache::{Weighter, sync::Cache};

use crate::{
    model::{Digest, SourceId},
    normalize::Familiar,
};

/// What all of it takes at most, in bytes: some 30 entries of 40,000 sources. Whose is not there is read whole.
const SIZE_MAX: u64 = 32 << 20;
/// How many documents are expected.
const DOCUMENTS: usize = 1_000;

/// See the module.
pub(super) struct Memory(Cache<SourceId, Arc<Remembered>, BySize>);

struct Remembered {
    /// Of the body that held it.
    body: Digest,
    items: Arc<Familiar>,
}

impl Default for Memory {
    fn default() -> Self {
        Self(Cache::with_weighter(DOCUMENTS, SIZE_MAX, BySize))
    }
}

impl Memory {
    /// What is familiar of a source, if the body that it last brought was `last`; nothing otherwise.
    pub(super) fn of(&self, id: &SourceId, last: Option<Digest>) -> Arc<Familiar> {
        let remembered = self.0.get(id).filter(|remembered| Some(remembered.body) == last);
        remembered.map(|remembered| Arc::clone(&remembered.items)).unwrap_or_default()
    }

    /// Remembers what this body of a source held, now that what it changed is kept.
    pub(super) fn keep(&self, id: &SourceId, body: Digest, items: Familiar) {
        self.0.insert(id.clone(), Arc::new(Remembered { body, items: Arc::new(items) }));
    }
}

/// What is remembered weighs its bytes.
#[derive(Clone)]
struct BySize;

impl Weighter<SourceId, Arc<Remembered>> for BySize {
    fn weight(&self, id: &SourceId, remembered: &Arc<Remembered>) -> u64 {
        let own = size_of::<Remembered>() + id.as_str().len();
        (own + remembered.items.size()).try_into().unwrap_or(u64::MAX)
    }
}
