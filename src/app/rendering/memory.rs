//! What is remembered of channels: by the store, over restarts, and here where the store will not have it.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::{BuildHasher as _, Hasher as _},
    sync::{MutexGuard, PoisonError, atomic::Ordering},
};

use tracing::warn;

use super::{super::clock, Rendering};
use crate::{
    model::{ChannelId, ChannelState, Digest, Version},
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

    /// What tells our feeds from those of every other installation (RFC 4287 §4.2.6). It is made once, kept with the merged
    /// channel's state, and so goes where the store goes; no entry's id depends on it.
    pub(super) async fn installation(&self) -> Result<Digest, StoreError> {
        if let Some(known) = self.installation.get() {
            return Ok(*known);
        }
        let kept = self.state(&ChannelId::All).await?.and_then(|kept| kept.installation);
        Ok(*self.installation.get_or_init(|| kept.unwrap_or_else(chosen_by_chance)))
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

/// By the system's randomness, with which the standard library keys its hash maps.
fn chosen_by_chance() -> Digest {
    let chance = || RandomState::new().build_hasher().finish().to_be_bytes();
    Digest::of(&[
        b"tintinh installation",
        &chance(),
        &chance(),
        &clock::now().timestamp_micros().to_be_bytes(),
    ])
}
