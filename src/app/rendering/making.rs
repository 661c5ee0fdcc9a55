//! A channel's entries made into documents. Blocks for as long as rendering and compressing take, and does nothing else.

use std::{collections::HashMap, sync::Arc};

use super::channel;
use crate::{
    config::Config,
    model::{ChannelId, ChannelState, Digest, Source, SourceId, StoredEntry, Timestamp, Version},
    publish::{self, DocumentId, Format, Item, Pages, Published, Shown},
};

/// The entries of a channel, in the order of its documents.
pub(super) struct Contents {
    pub(super) config: Arc<Config>,
    /// See [`publish::Channel::installation`].
    pub(super) installation: Digest,
    pub(super) channel: ChannelId,
    /// Each with the source that is credited.
    pub(super) entries: Vec<(StoredEntry, SourceId)>,
    /// Sources that are not configured any more.
    pub(super) former: Vec<Arc<Source>>,
    /// Where the rest of the channel is.
    pub(super) pages: Pages,
    /// Which page of the archive this is; none of the live document.
    pub(super) page: Option<u64>,
}

impl Contents {
    /// Each entry with the source that is credited for it, which is a configured or a former one.
    fn items(&self) -> Vec<Item<'_>> {
        let sources =
            self.config.sources.iter().chain(&self.former).map(|source| (&source.id, source.as_ref()));
        let sources: HashMap<&SourceId, &Source> = sources.collect();
        let items = self
            .entries
            .iter()
            .filter_map(|(stored, credited)| sources.get(credited).map(|source| Item { stored, source }));
        items.collect()
    }

    /// What readers see of them.
    pub(super) fn shown(&self) -> Vec<Shown> {
        self.items().iter().map(Shown::of).collect()
    }

    fn render(&self, format: Format) -> Vec<u8> {
        let mut description = channel::channel(&self.config, &self.channel);
        description.installation = Some(self.installation);
        description.pages = self.pages.clone();
        if let Some(page) = self.page {
            description.address = channel::page_address(&self.config, &self.channel, page);
        }
        publish::render(format, &description, &self.items())
    }

    /// The document in this format. One that is as it was `before` is not compressed again, and shares its bytes; what
    /// `state` remembers of it stays true.
    pub(super) fn document(
        &self,
        format: Format,
        before: Option<&Arc<Published>>,
        since: impl FnOnce(Option<Version>) -> Timestamp,
        state: Option<&ChannelState>,
    ) -> Arc<Published> {
        let bytes = self.render(format);
        let digest = Published::digest(&bytes);
        let known = state.and_then(|state| state.version(format.extension()));
        let same = known.filter(|known| known.digest == digest);
        let last_modified = same.map_or_else(|| since(known), |same| same.last_modified);
        let unchanged = before
            .filter(|before| before.digest == digest && before.last_modified == last_modified)
            .map(Arc::clone);
        unchanged
            .unwrap_or_else(|| Arc::new(Published::new(bytes, digest, format.media_type(), last_modified)))
    }

    /// A document of these entries alone, which leads its reader to `target`.
    pub(super) fn delta(&self, format: Format, target: &Published) -> Published {
        Published::new(self.render(format), target.digest, target.media_type, target.last_modified)
    }
}

/// Names the channel's documents.
pub(super) fn documents(channel: &ChannelId) -> impl Iterator<Item = DocumentId> {
    Format::ALL.into_iter().map(|format| DocumentId { channel: channel.clone(), format })
}

/// The digests of these documents.
pub(super) fn digests(documents: &[(DocumentId, Arc<Published>)]) -> Vec<Digest> {
    documents.iter().map(|(_, published)| published.digest).collect()
}
