//! What is remembered of channels: by the store, over restarts, and here where the store will not have it.

use std::{
    collections::HashMap,
    sync::{MutexGuard, PoisonError, atomic::Ordering},
};

use tracing::warn;

use super::{super::clock, Rendering};
use crate::{
    model::{ChannelId, ChannelState, Version},
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

    /// Notes which documents a channel that is not kept ready was published as, for them to have the same validators later.
    pub(super) async fn note_version(
        &self,
        id: &ChannelId,
        extension: &str,
        version: Version,
    ) -> Result<(), StoreError> {
        // Two formats of one channel may be made at once: neither undoes the other's note.
        let _alone = self.noting.lock().await;
        let mut state = self.state(id).await?.unwrap_or_default();
        if state.version(extension) == Some(version) {
            return Ok(());
        }
        state.set_version(extension, version);
        state.readers = self.audience.count(id, clock::now());
        // Only a refused one is kept here: there may be very many sources.
        self.states().remove(id);
        self.remember(id, &state).await
    }
}
