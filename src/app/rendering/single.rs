//! Documents made on demand: channels that are not kept ready, and deltas of all.

use std::sync::{Arc, MutexGuard, PoisonError, atomic::Ordering};

use super::{
    Histories, RenderError, Rendering,
    cache::{ByPlace, CacheKey, Part},
    channel, clock,
    making::Contents,
    on_demand::Made,
};
use crate::{
    config::Config,
    http::Kept,
    merge,
    model::{ChannelId, Digest, Duplicates, Timestamp, Version},
    publish::{DocumentId, Edition, History, Pages, Shown},
};

impl Rendering {
    /// What was made on demand is made anew when it is asked for again: entries of it are gone.
    pub(in super::super) fn forget_documents(&self) {
        // What is being made of them now is not asked for any more.
        self.epoch.fetch_add(1, Ordering::Relaxed);
        self.on_demand.clear();
    }

    /// A document that is not kept ready; `None` if there is no such channel.
    pub(in super::super) async fn single(self: &Arc<Self>, document: DocumentId) -> Option<Made> {
        let config = self.config.borrow().clone();
        let changed = match &document.channel {
            ChannelId::Source(id) => self.board.last_change(id),
            ChannelId::Own(slug) => Some(self.turns.own(slug, clock::now())),
            ChannelId::All | ChannelId::Province(_) => return None,
        };
        let key = self.key(&document, Part::Newest { changed }, &config);
        if let Some(edition) = self.on_demand.kept(&key) {
            return Some(Ok(edition));
        }
        if !channel::exists(&config, &document.channel) {
            return None;
        }
        let (rendering, place) = (Arc::clone(self), key.clone());
        let make = async move {
            match &document.channel {
                ChannelId::Own(_) => rendering.selected(&place).await,
                _ => rendering.newest(config, document, changed).await,
            }
        };
        Some(self.on_demand.get(key, make).await)
    }

    /// What is new in the current edition of a document since the one with this digest; `None` if that is not known any more.
    pub(in super::super) async fn delta(
        self: &Arc<Self>,
        document: DocumentId,
        current: Edition,
        base: Digest,
    ) -> Option<Made> {
        let seqs = current.history.since(base)?;
        let config = self.config.borrow().clone();
        let part = Part::Delta { base, current: current.published.digest };
        let key = self.key(&document, part, &config);
        let rendering = Arc::clone(self);
        let make = async move {
            let duplicates = channel::duplicates(&config, &document.channel);
            let entries = rendering.entries(&config.sources, &seqs, &document.channel, duplicates).await?;
            let contents = Contents {
                pages: Pages {
                    prev_archive: rendering.newest_page(&config, &document.channel).await?,
                    ..Pages::default()
                },
                installation: rendering.installation().await?,
                config,
                channel: document.channel,
                entries,
                former: Vec::new(),
                page: None,
            };
            let Edition { published, history } = current;
            let make = move || contents.delta(document.format, &published);
            let published = Arc::new(tokio::task::spawn_blocking(make).await?);
            Ok(Edition { published, history })
        };
        Some(self.on_demand.get(key, make).await)
    }

    pub(super) fn key(&self, document: &DocumentId, part: Part, config: &Arc<Config>) -> CacheKey {
        let epoch = self.epoch.load(Ordering::Relaxed);
        CacheKey { document: document.clone(), part, epoch, config: ByPlace(Arc::clone(config)) }
    }

    /// The channel's newest entries, its archive included.
    async fn newest(
        &self,
        config: Arc<Config>,
        document: DocumentId,
        changed: Option<Timestamp>,
    ) -> Result<Edition, RenderError> {
        let DocumentId { channel, format } = document;
        let most = config.channel.max_entries;
        let members = channel::members(&config, &channel);
        let rows = self.store.rows(members, Timestamp::MAX_UTC, most).await?;
        let entries =
            self.entries(&config.sources, &merge::newest(rows, most), &channel, Duplicates::Keep).await?;
        let state = self.state(&channel).await?;
        let prev_archive = self.newest_page(&config, &channel).await?;
        let contents = Contents {
            installation: self.installation().await?,
            config: Arc::clone(&config),
            channel: channel.clone(),
            entries,
            former: Vec::new(),
            pages: Pages { prev_archive, ..Pages::default() },
            page: None,
        };
        // Not only its entries make a document: also the configuration, and our version.
        let since = move |known: Option<Version>| match known {
            Some(_) => clock::now(),
            None => changed.unwrap_or(Timestamp::UNIX_EPOCH),
        };
        let make = move || (contents.document(format, None, since, state.as_ref()), contents.shown());
        let (published, shown) = tokio::task::spawn_blocking(make).await?;
        let version = Version { digest: published.digest, last_modified: published.last_modified };
        self.note_version(&channel, format.extension(), version).await?;
        let history = self.continued(channel, &config, &shown, version.digest);
        Ok(Edition { published, history })
    }

    /// A channel of the admin's own, by the rules of its live window. It is made in every format at once, and kept so.
    async fn selected(&self, place: &CacheKey) -> Result<Edition, RenderError> {
        let CacheKey { document, config, .. } = place;
        let key = (document.channel.clone(), config.clone());
        let history: Arc<History> = self.histories().get(&key).unwrap_or_default();
        let before: Arc<Kept> = self.made.get(&document.channel).unwrap_or_default();
        let made: Kept = self.merged(&document.channel, &before, &history).await?.into_iter().collect();
        // Every format is made.
        let edition = made.get(document).cloned().ok_or(RenderError::Lost)?;
        for (document, edition) in &made {
            self.on_demand.keep(CacheKey { document: document.clone(), ..place.clone() }, edition.clone());
        }
        self.made.insert(document.channel.clone(), Arc::new(made));
        self.histories().insert(key, Arc::clone(&edition.history));
        Ok(edition)
    }

    fn histories(&self) -> MutexGuard<'_, Histories> {
        self.histories.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The channel's history, with this document as the last.
    fn continued(
        &self,
        channel: ChannelId,
        config: &Arc<Config>,
        shown: &[Shown],
        document: Digest,
    ) -> Arc<History> {
        let histories = self.histories();
        let key = (channel, ByPlace(Arc::clone(config)));
        let before: Arc<History> = histories.get(&key).unwrap_or_default();
        let history = Arc::new(before.then(shown, &[document]));
        histories.insert(key, Arc::clone(&history));
        history
    }
}
