//! What is remembered of channels: by the store, over restarts, and here where the store will not have it.

use std::{
    collections::HashMap,
    sync::{MutexGuard, PoisonError, atomic::Ordering},
};

use tracing::warn;

use super::{super::clock, Rendering};
use crate::{
    model::{ChannelId, ChannelState, Digest, Floors, Timestamp},
    store::StoreError,
};

impl Rendering {
    /// The states that are at hand.
    pub(super) fn states(&self) -> MutexGuard<'_, HashMap<ChannelId, ChannelState>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is remembered of the channel.
    pub(super) async fn state(&self, id: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        let here = self.states().get(id).cloned();
        if here.is_some() {
            return Ok(here);
        }
        let kept = self.store.channel_state(id.clone()).await?;
        if let Some(readers) = kept.as_ref().and_then(|kept| kept.readers) {
            self.audience.recall(id, readers);
        }
        Ok(kept)
    }

    /// Has the store remember the channel's state. One that it refuses, as it does on a full disk, is remembered here:
    /// readers are served all the same, and the next rendering tries again.
    pub(super) async fn remember(&self, id: &ChannelId, state: &ChannelState) -> Result<(), StoreError> {
        match self.store.keep_channel(id.clone(), state.clone()).await {
            Ok(()) => self.refused.store(false, Ordering::Relaxed),
            Err(error) if error.is_refusal() => {
                self.states().insert(id.clone(), state.clone());
                if !self.refused.swap(true, Ordering::Relaxed) {
                    let error = error.in_words();
                    warn!(channel = %id, error, "what was published is not remembered over a restart");
                }
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// When a source's document became these bytes. Not only its entries make them: also the configuration, and our
    /// version.
    pub(super) async fn source_modified(
        &self,
        id: &ChannelId,
        digest: Digest,
        changed: Option<Timestamp>,
    ) -> Result<Timestamp, StoreError> {
        let last_modified = match self.state(id).await? {
            Some(before) if before.digest == digest => return Ok(before.last_modified),
            Some(_) => clock::now(),
            None => changed.unwrap_or(Timestamp::UNIX_EPOCH),
        };
        // Selected by no rules.
        let rules = Digest::of(&[]);
        let readers = self.audience.count(id, clock::now());
        let floors = Floors::new();
        let state = ChannelState { digest, rules, last_modified, rendered: None, floors, readers };
        // Only a refused one is kept here: there may be very many sources.
        self.states().remove(id);
        self.remember(id, &state).await?;
        Ok(last_modified)
    }
}
