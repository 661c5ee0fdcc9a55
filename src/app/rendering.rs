//! Documents made of what the store holds: the merged ones when their entries changed, a source's own when asked for.

mod cache;
mod channel;
mod memory;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::Duration,
};

use quick_cache::sync::Cache;
use thiserror::Error;
use tokio::sync::{Semaphore, mpsc, watch};
use tracing::{debug, error};

use super::clock;
use crate::{
    board::Board,
    config::Config,
    http::{Audience, Kept},
    merge::{self, Credits, Duplicates, MEMBERS_MAX, Rules},
    model::{
        ChannelId, ChannelState, Digest, Floors, Province, Row, Seq, Source, SourceId, StoredEntry, Timestamp,
    },
    publish::{self, Budget, DOCUMENT_TEXT_MAX, Item, Published, RSS_TYPE},
    store::{Sources, Store, StoreError},
};
use cache::{ByPlace, BySize, CacheKey};

/// Changes that come in so short a time are rendered together.
const GATHER: Duration = Duration::from_millis(300);
/// What the documents rendered on demand may take, in bytes.
const CACHE_BYTES: u64 = 64 << 20;
/// Roughly how many documents that is.
const CACHE_DOCUMENTS: usize = 1_000;
/// Documents rendered on demand at once; who comes later waits.
const RENDERS_MAX: usize = 2;
/// Entries read at once; of more than these the whole text is never in memory.
const ENTRIES_AT_ONCE: usize = 32;

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
    audience: Arc<Audience>,
    config: watch::Receiver<Arc<Config>>,
    cache: Cache<CacheKey, Arc<Published>, BySize>,
    turns: Semaphore,
    /// Of the kept channels, since their first rendering, and of others whose state the store would not take.
    states: Mutex<HashMap<ChannelId, ChannelState>>,
    /// Whether the store last refused a state; told once.
    refused: AtomicBool,
    /// Bytes of text in a document.
    text_max: usize,
}

impl Rendering {
    pub(super) fn new(
        store: Store,
        board: Arc<Board>,
        audience: Arc<Audience>,
        config: watch::Receiver<Arc<Config>>,
    ) -> Self {
        let cache = Cache::with_weighter(CACHE_DOCUMENTS, CACHE_BYTES, BySize);
        Self {
            store,
            board,
            audience,
            config,
            cache,
            turns: Semaphore::new(RENDERS_MAX),
            states: Mutex::default(),
            refused: AtomicBool::new(false),
            text_max: DOCUMENT_TEXT_MAX,
        }
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

    /// What was rendered on demand is rendered anew when it is asked for again: entries of it are gone.
    pub(super) fn forget_documents(&self) {
        self.cache.clear();
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
        let settings = &config.channel;
        let rules = Rules {
            window: settings.window,
            min_entries: settings.min_entries,
            max_entries: settings.max_entries,
            duplicates: Duplicates::Exact,
        };
        let is_first = !self.states().contains_key(id);
        let before = self.state(id).await?;
        let before_by_rules = before.as_ref().filter(|before| before.rules == rules.digest());
        // What only aged since the last rendering stays: a restart alone changes no byte. A clock that was set back
        // has made that instant meaningless.
        let now = clock::now();
        let rendered = before_by_rules.and_then(|before| before.rendered).filter(|at| is_first && *at < now);
        let now = rendered.unwrap_or(now);
        let floors = before_by_rules.map(|before| before.floors.clone()).unwrap_or_default();
        let rows = self.rows(&config, id, &rules, now).await?;
        let selection = merge::select(&rows, &rules, &floors, now);
        let bytes = self.document(&config, id, &selection.seqs, rules.duplicates).await?;
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
        let is_new = same.is_none();
        // Not `now`, which at a start lies in the past.
        let last_modified = same.map_or_else(clock::now, |before| before.last_modified);
        let rendered = Some(now);
        let readers = self.audience.count(id, clock::now());
        let state = ChannelState { digest, rules: rules.digest(), last_modified, rendered, floors, readers };
        if before.as_ref() != Some(&state) {
            self.remember(id, &state).await?;
        }
        self.states().insert(id.clone(), state);
        debug!(channel = %id, bytes = bytes.len(), new = is_new, "rendered");
        published(bytes, digest, last_modified).await
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
            let seqs = merge::newest(rows, most);
            let bytes = self.document(&config, &channel, &seqs, Duplicates::Keep).await?;
            let digest = Published::digest(&bytes);
            let last_modified = self.source_modified(&channel, digest, changed).await?;
            published(bytes, digest, last_modified).await
        };
        self.cache.get_or_insert_async(&key, make).await.map(Some)
    }

    async fn document(
        &self,
        config: &Arc<Config>,
        id: &ChannelId,
        seqs: &[Seq],
        duplicates: Duplicates,
    ) -> Result<Vec<u8>, RenderError> {
        let entries = self.entries(config, seqs, duplicates).await?;
        let (config, id) = (Arc::clone(config), id.clone());
        let render = move || {
            let sources = config.sources.iter().map(|source| (&source.id, source.as_ref()));
            let sources: HashMap<&SourceId, &Source> = sources.collect();
            let items = entries
                .iter()
                .filter_map(|(stored, credited)| sources.get(credited).map(|source| Item { stored, source }));
            publish::rss(&channel::channel(&config, &id), &items.collect::<Vec<_>>())
        };
        Ok(tokio::task::spawn_blocking(render).await?)
    }

    /// What the channel is selected from: entries, or stories.
    async fn rows(
        &self,
        config: &Config,
        id: &ChannelId,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<Vec<Row>, StoreError> {
        let (members, since) = (channel::members(config, id), rules.since(now));
        match rules.duplicates {
            Duplicates::Keep => self.store.rows(members, since, rules.min_entries).await,
            Duplicates::Exact => {
                let rows = self.store.stories(members, since, rules.min_entries).await?;
                Ok(merge::collapse(rows, *id == ChannelId::All))
            }
        }
    }

    /// These entries or stories, each with the source that is credited, and with no more text than a document may hold.
    async fn entries(
        &self,
        config: &Config,
        seqs: &[Seq],
        duplicates: Duplicates,
    ) -> Result<Vec<(StoredEntry, SourceId)>, StoreError> {
        let credits = Credits::of(config.sources.iter().map(AsRef::as_ref));
        let mut budget = Budget::new(seqs.len(), self.text_max);
        let mut entries = Vec::with_capacity(seqs.len());
        for some in self.members(seqs, duplicates).await?.chunks(ENTRIES_AT_ONCE) {
            let mut read = self.store.entries(some.concat()).await?.into_iter().peekable();
            for group in some {
                let members = group.iter().filter_map(|seq| read.next_if(|stored| stored.seq == *seq));
                let members: Vec<StoredEntry> = members.collect();
                let told = match duplicates {
                    Duplicates::Exact => credits.story(&members),
                    Duplicates::Keep => members.into_iter().next().and_then(|stored| credits.alone(stored)),
                };
                let Some((mut stored, source)) = told else { continue };
                budget.fit(&mut stored.entry);
                entries.push((stored, source.id.clone()));
            }
        }
        Ok(entries)
    }

    /// The numbers that make each of these stories, or entries.
    async fn members(&self, seqs: &[Seq], duplicates: Duplicates) -> Result<Vec<Vec<Seq>>, StoreError> {
        if duplicates == Duplicates::Keep {
            return Ok(seqs.iter().map(|seq| vec![*seq]).collect());
        }
        let groups = self.store.groups(seqs.to_vec()).await?;
        let few = |group: Vec<Row>| group.into_iter().map(|row| row.seq).take(MEMBERS_MAX).collect();
        Ok(groups.into_iter().map(few).collect())
    }
}

/// The document in all its codings.
async fn published(
    bytes: Vec<u8>,
    digest: Digest,
    last_modified: Timestamp,
) -> Result<Arc<Published>, RenderError> {
    let published = move || Published::new(bytes, digest, RSS_TYPE, last_modified);
    Ok(Arc::new(tokio::task::spawn_blocking(published).await?))
}
