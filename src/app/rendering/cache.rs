//! What documents rendered on demand are remembered by, and what they weigh.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use quick_cache::Weighter;

use crate::{
    config::Config,
    model::{SourceId, Timestamp},
    publish::Published,
};

/// A document stays good until its source or the configuration changes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct CacheKey {
    pub(super) id: SourceId,
    pub(super) changed: Option<Timestamp>,
    pub(super) config: ByPlace,
}

/// A configuration, told from others by where it lies: holding it keeps the place from being used again.
#[derive(Clone)]
pub(super) struct ByPlace(pub(super) Arc<Config>);

impl PartialEq for ByPlace {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ByPlace {}

impl Hash for ByPlace {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

/// A document weighs its bytes.
#[derive(Clone)]
pub(super) struct BySize;

impl Weighter<CacheKey, Arc<Published>> for BySize {
    fn weight(&self, _: &CacheKey, document: &Arc<Published>) -> u64 {
        document.size() as u64
    }
}
