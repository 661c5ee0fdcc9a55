//! What documents rendered on demand are remembered by, and what they weigh.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use quick_cache::Weighter;

use crate::{
    config::Config,
    http::Kept,
    model::{ChannelId, Digest, Timestamp},
    publish::{DocumentId, Edition, History},
};

/// A document stays good until its source or the configuration changes, or entries of it are gone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct CacheKey {
    pub(super) document: DocumentId,
    pub(super) part: Part,
    /// Goes up when entries are gone.
    pub(super) epoch: u64,
    pub(super) config: ByPlace,
}

/// Which of a channel's entries a document holds.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// The newest, as of the last change.
    Newest { changed: Option<Timestamp> },
    /// Those of a page of the archive, as of the last change of anything.
    Page { page: u64, turned: Timestamp },
    /// What is new in one document since another.
    Delta { base: Digest, current: Digest },
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

/// What is remembered weighs its bytes.
#[derive(Clone)]
pub(super) struct BySize;

impl Weighter<CacheKey, Edition> for BySize {
    fn weight(&self, _: &CacheKey, edition: &Edition) -> u64 {
        (edition.published.size() + edition.history.size()) as u64
    }
}

impl Weighter<(ChannelId, ByPlace), Arc<History>> for BySize {
    fn weight(&self, _: &(ChannelId, ByPlace), history: &Arc<History>) -> u64 {
        history.size().max(1) as u64
    }
}

impl Weighter<ChannelId, Arc<Kept>> for BySize {
    fn weight(&self, _: &ChannelId, documents: &Arc<Kept>) -> u64 {
        let sizes = documents.values().map(|edition| edition.published.size());
        (sizes.sum::<usize>() + documents.values().next().map_or(0, |edition| edition.history.size())).max(1)
            as u64
    }
}
