//! Documents made of what the store holds: the merged ones when their entries changed, a source's own when asked for.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    hash::{Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use quick_cache::{Weighter, sync::Cache};
use thiserror::Error;
use tokio::sync::{Semaphore, mpsc, watch};
use tracing::{debug, error};

use super::clock;
use crate::{
    board::Board,
    config::Config,
    http::Kept,
    merge::{self, Rules},
    model::{ChannelId, ChannelState, Floors, Province, Seq, Source, SourceId, Timestamp},
    publish::{self, Channel, Item, Published, RSS_TYPE},
    store::{Sources, Store, StoreError},
};

/// Changes that come in so short a time are rendered together.
const GATHER: Duration = Duration::from_millis(300);
/// What the documents rendered on demand may take, in bytes.
const CACHE_BYTES: u64 = 64 << 20;
/// Roughly how many documents that is.
const CACHE_DOCUMENTS: usize = 1_000;
/// Documents rendered on demand at once; who comes later waits.
const RENDERS_MAX: usize = 2;

/// A document could not be made.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The store did not give the entries.
    #[error("{}", .0.in_words())]
    Store(#[from] StoreError),
    /// The rendering task died: our own fault.
    #[error("rendering failed: {0}")]
    Died(#[from] tokio::task::JoinError),
}

/// Renders documents, and keeps those that are kept.
pub(super) struct Rendering {
    store: Store,
    board: Arc<Board>,
    config: watch::Receiver<Arc<Config>>,
    cache: Cache<CacheKey, Arc<Published>, BySize>,
    turns: Semaphore,
}

/// A document stays good until its source or the configuration changes.
#[derive(Clone, PartialEq, Eq, Hash)]
struct CacheKey {
    id: SourceId,
    changed: Option<Timestamp>,
    config: ByPlace,
}

/// A configuration, told from others by where it lies: holding it keeps the place from being used again.
#[derive(Clone)]
struct ByPlace(Arc<Config>);

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

#[derive(Clone)]
struct BySize;

impl Weighter<CacheKey, Arc<Published>> for BySize {
    fn weight(&self, _: &CacheKey, document: &Arc<Published>) -> u64 {
        document.size() as u64
    }
}

impl Rendering {
    pub(super) fn new(store: Store, board: Arc<Board>, config: watch::Receiver<Arc<Config>>) -> Self {
        let cache = Cache::with_weighter(CACHE_DOCUMENTS, CACHE_BYTES, BySize);
        Self { store, board, config, cache, turns: Semaphore::new(RENDERS_MAX) }
    }

    /// Every kept channel, anew: at the start, and when the configuration changed.
    pub(super) async fn all(&self) -> Result<Kept, RenderError> {
        let mut kept = Kept::new();
        for id in std::iter::once(ChannelId::All).chain(Province::all().map(ChannelId::Province)) {
            let document = self.merged(&id).await?;
            kept.insert(id, document);
        }
        Ok(kept)
    }

    /// Renders what changes, until nobody can change anything any more.
    pub(super) async fn run(
        self: Arc<Self>,
        mut changed: mpsc::Receiver<SourceId>,
        kept: watch::Sender<Arc<Kept>>,
    ) {
        let mut config = self.config.clone();
        loop {
            let touched = tokio::select! {
                Some(first) = changed.recv() => self.gather(first, &mut changed).await,
                Ok(()) = config.changed() => {
                    self.cache.clear();
                    match self.all().await {
                        Ok(all) => drop(kept.send_replace(Arc::new(all))),
                        Err(error) => error!(%error, "the feeds could not be made anew"),
                    }
                    continue;
                }
                else => return,
            };
            // All at once, so that no reader finds an entry in one feed and not yet in the other.
            let mut all = Kept::clone(&kept.borrow());
            for id in touched {
                match self.merged(&id).await {
                    Ok(document) => drop(all.insert(id, document)),
                    // What was published stays, and the next change tries again.
                    Err(error) => error!(channel = %id, %error, "a feed could not be made"),
                }
            }
            kept.send_replace(Arc::new(all));
        }
    }

    /// The channels that the first changed source, and those that follow shortly, belong to.
    async fn gather(&self, first: SourceId, changed: &mut mpsc::Receiver<SourceId>) -> BTreeSet<ChannelId> {
        tokio::time::sleep(GATHER).await;
        let mut sources = HashSet::from([first]);
        while let Ok(next) = changed.try_recv() {
            sources.insert(next);
        }
        let config = self.config.borrow().clone();
        let provinces = config.sources.iter().filter(|source| sources.contains(&source.id));
        let provinces = provinces.filter_map(|source| source.province).map(ChannelId::Province);
        std::iter::once(ChannelId::All).chain(provinces).collect()
    }

    /// A merged channel, by the rules of the live window.
    async fn merged(&self, id: &ChannelId) -> Result<Arc<Published>, RenderError> {
        let config = self.config.borrow().clone();
        let now = clock::now();
        let settings = &config.channel;
        let rules = Rules {
            window: settings.window,
            min_entries: settings.min_entries,
            max_entries: settings.max_entries,
        };
        let members = members(&config, id);
        let rows = self.store.rows(members, rules.since(now), rules.min_entries).await?;
        let before = self.store.channel_state(id.clone()).await?;
        let floors = before
            .as_ref()
            .filter(|before| before.rules == rules.digest())
            .map(|before| before.floors.clone());
        let selection = merge::select(&rows, &rules, &floors.unwrap_or_default(), now);
        let bytes = self.document(&config, id, &selection.seqs).await?;
        self.keep(id, before, bytes, &rules, selection.floors, now).await
    }

    /// The document with its validators, which are remembered: a restart changes neither.
    async fn keep(
        &self,
        id: &ChannelId,
        before: Option<ChannelState>,
        bytes: Vec<u8>,
        rules: &Rules,
        floors: Floors,
        now: Timestamp,
    ) -> Result<Arc<Published>, RenderError> {
        let digest = Published::digest(&bytes);
        let same = before.as_ref().filter(|before| before.digest == digest);
        let last_modified = same.map_or(now, |before| before.last_modified);
        let state = ChannelState { digest, rules: rules.digest(), last_modified, floors };
        if before.as_ref() != Some(&state) {
            self.store.keep_channel(id.clone(), state).await?;
        }
        debug!(channel = %id, bytes = bytes.len(), new = same.is_none(), "rendered");
        let published = move || Published::new(bytes, digest, RSS_TYPE, last_modified);
        Ok(Arc::new(tokio::task::spawn_blocking(published).await?))
    }

    /// A source's own channel, its archive included; `None` if no such source is configured.
    pub(super) async fn source(&self, id: &SourceId) -> Result<Option<Arc<Published>>, RenderError> {
        let config = self.config.borrow().clone();
        if !config.sources.iter().any(|source| source.id == *id) {
            return Ok(None);
        }
        let changed = self.board.state(id).last_change;
        let key = CacheKey { id: id.clone(), changed, config: ByPlace(Arc::clone(&config)) };
        let make = async {
            // Never closed; were it, rendering without a turn would be the lesser evil.
            let _turn = self.turns.acquire().await.ok();
            let most = config.channel.max_entries;
            let rows = self.store.rows(Sources::Only(vec![id.clone()]), Timestamp::MAX_UTC, most).await?;
            let channel = ChannelId::Source(id.clone());
            let bytes = self.document(&config, &channel, &merge::newest(rows, most)).await?;
            let last_modified = changed.unwrap_or(Timestamp::UNIX_EPOCH);
            let published = move || {
                let digest = Published::digest(&bytes);
                Published::new(bytes, digest, RSS_TYPE, last_modified)
            };
            Ok(Arc::new(tokio::task::spawn_blocking(published).await?))
        };
        self.cache.get_or_insert_async(&key, make).await.map(Some)
    }

    async fn document(
        &self,
        config: &Arc<Config>,
        id: &ChannelId,
        seqs: &[Seq],
    ) -> Result<Vec<u8>, RenderError> {
        let entries = self.store.entries(seqs.to_vec()).await?;
        let (config, id) = (Arc::clone(config), id.clone());
        let render = move || {
            let sources = config.sources.iter().map(|source| (&source.id, source.as_ref()));
            let sources: HashMap<&SourceId, &Source> = sources.collect();
            // Rows are selected from configured sources only, so that each entry finds its own.
            let items = entries
                .iter()
                .filter_map(|stored| sources.get(&stored.source).map(|source| Item { stored, source }));
            publish::rss(&channel(&config, &id), &items.collect::<Vec<_>>())
        };
        Ok(tokio::task::spawn_blocking(render).await?)
    }
}

fn members(config: &Config, id: &ChannelId) -> Sources {
    let ids = |belongs: &dyn Fn(&Source) -> bool| -> Vec<SourceId> {
        config.sources.iter().filter(|source| belongs(source)).map(|source| source.id.clone()).collect()
    };
    match id {
        ChannelId::All => Sources::All(Arc::new(ids(&|_| true).into_iter().collect())),
        ChannelId::Province(province) => Sources::Only(ids(&|source| source.province == Some(*province))),
        ChannelId::Source(id) => Sources::Only(vec![id.clone()]),
    }
}

/// What the channel says of itself.
fn channel(config: &Config, id: &ChannelId) -> Channel {
    let all = &config.channel.title;
    let (title, description) = match id {
        ChannelId::All => (all.clone(), "Tin từ các báo và cổng thông tin của các tỉnh, gộp lại.".to_owned()),
        ChannelId::Province(province) => {
            let name = province.name();
            (format!("{all} – {name}"), format!("Tin từ các báo và cổng thông tin của {name}, gộp lại."))
        }
        ChannelId::Source(id) => {
            let source = config.sources.iter().find(|source| source.id == *id);
            let title = source.map_or(id.as_str(), |source| &source.title).to_owned();
            (title.clone(), format!("Tin của {title}, do {all} đăng lại."))
        }
    };
    let home = config.server.public_url.to_string();
    Channel { title, description, address: format!("{home}{id}.xml"), home }
}
