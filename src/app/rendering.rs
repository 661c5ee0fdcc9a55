//! Documents made of what the store holds: the merged ones when their entries changed, the others when asked for.

mod archive;
mod cache;
mod channel;
mod making;
mod material;
mod memory;
mod on_demand;
mod own;
mod single;
#[cfg(test)]
mod tests;
mod turns;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicU64},
    },
    time::{Duration, Instant},
};

use quick_cache::sync::Cache;
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tracing::{debug, error};

use super::clock;
use crate::{
    board::Board,
    config::Config,
    http::{Audience, Kept},
    merge,
    metrics::Metrics,
    model::{ChannelId, ChannelState, Digest, Floors, SourceId, Timestamp, Version},
    publish::{DOCUMENT_TEXT_MAX, DocumentId, Edition, History, Pages, Published},
    store::{Store, StoreError},
};
use cache::{ByPlace, BySize};
use making::Contents;
pub(super) use on_demand::Made;
use on_demand::OnDemand;
use turns::Turns;

/// Changes that come in so short a time are rendered together.
const GATHER: Duration = Duration::from_millis(300);
/// What is remembered of the histories of channels that are not kept ready, in bytes,
const HISTORIES_BYTES: u64 = 16 << 20;
/// and roughly how many they are.
const HISTORIES: usize = 1_000;

/// The admin's own channels as they were last made, in bytes,
const OWN_BYTES: u64 = 32 << 20;
/// and roughly how many they are.
const OWN: usize = 100;

/// A document could not be made.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The store did not give the entries.
    #[error("{}", .0.in_words())]
    Store(#[from] StoreError),
    /// The rendering task died: our own fault.
    #[error("rendering failed: {0}; this is a fault of tintinh: please report it with its log")]
    Died(#[from] tokio::task::JoinError),
    /// The task that others waited for died: our own fault.
    #[error("rendering failed in a task that several waited for; its log says why")]
    Lost,
}

/// Histories of channels under a configuration.
type Histories = Cache<(ChannelId, ByPlace), Arc<History>, BySize>;

/// Renders documents, and keeps those that are kept.
pub(super) struct Rendering {
    store: Store,
    board: Arc<Board>,
    audience: Arc<Audience>,
    metrics: Arc<Metrics>,
    config: watch::Receiver<Arc<Config>>,
    on_demand: Arc<OnDemand>,
    /// Goes up when entries are gone.
    epoch: AtomicU64,
    turns: Turns,
    /// Of the admin's own channels, as they were last made: what stays as it was is not packed again.
    made: Cache<ChannelId, Arc<Kept>, BySize>,
    /// Of channels that are not kept ready.
    histories: Mutex<Histories>,
    /// Of the kept channels, since their first rendering, and of others whose state the store would not take.
    states: Mutex<HashMap<ChannelId, ChannelState>>,
    /// By the filters of the admin's own channels.
    judged: Mutex<own::Judged>,
    /// Held while the state of a channel that is not kept ready is read and written.
    noting: tokio::sync::Mutex<()>,
    /// See [`ChannelState::installation`].
    installation: OnceLock<Digest>,
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
        metrics: Arc<Metrics>,
        config: watch::Receiver<Arc<Config>>,
    ) -> Self {
        Self {
            store,
            board,
            audience,
            metrics,
            config,
            on_demand: OnDemand::new(),
            epoch: AtomicU64::new(0),
            turns: Turns::new(clock::now()),
            made: Cache::with_weighter(OWN, OWN_BYTES, BySize),
            histories: Mutex::new(Cache::with_weighter(HISTORIES, HISTORIES_BYTES, BySize)),
            states: Mutex::default(),
            judged: Mutex::default(),
            noting: tokio::sync::Mutex::default(),
            installation: OnceLock::new(),
            refused: AtomicBool::new(false),
            text_max: DOCUMENT_TEXT_MAX,
        }
    }

    /// Every kept channel, anew: at the start, and when the configuration changed. What stayed as it was `before` shares its
    /// bytes; histories begin, as another configuration may say the same entries otherwise.
    pub(super) async fn all(&self, before: &Kept) -> Result<Kept, RenderError> {
        let mut kept = Kept::new();
        for id in channel::kept() {
            kept.extend(self.merged(&id, before, &History::default()).await?);
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
            let before = Arc::clone(&kept.borrow());
            let touched = tokio::select! {
                Some(first) = changed.recv() => self.gather(first, &mut changed).await,
                Ok(()) = config.changed() => {
                    self.forget_documents();
                    match self.all(&before).await {
                        Ok(all) => drop(kept.send_replace(Arc::new(all))),
                        Err(error) => error!(%error, "the feeds could not be made anew"),
                    }
                    continue;
                }
                else => return,
            };
            // All at once, so that no reader finds an entry in one feed and not yet in the other.
            let mut all = Kept::clone(&before);
            for id in touched {
                match self.merged(&id, &before, &history(&before, &id)).await {
                    Ok(documents) => all.extend(documents),
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
        self.turns.note(&config, &sources, clock::now());
        let provinces = config.sources.iter().filter(|source| sources.contains(&source.id));
        let provinces = provinces.filter_map(|source| source.province).map(ChannelId::Province);
        std::iter::once(ChannelId::All).chain(provinces).collect()
    }

    /// A merged channel, by the rules of the live window: one selection, and a document of it in each format.
    async fn merged(
        &self,
        id: &ChannelId,
        before: &Kept,
        history: &History,
    ) -> Result<Vec<(DocumentId, Edition)>, RenderError> {
        let began = Instant::now();
        let config = self.config.borrow().clone();
        let rules = channel::rules(&config, id);
        let digest = channel::digest(&config, id, &rules);
        let is_first = !self.states().contains_key(id);
        let known = self.state(id).await?;
        let by_rules = known.as_ref().filter(|known| known.rules == digest);
        // What only aged since the last rendering stays: a restart alone changes no byte. A clock that was set back
        // has made that instant meaningless.
        let now = clock::now();
        let rendered = by_rules.and_then(|known| known.rendered).filter(|at| is_first && *at < now);
        let now = rendered.unwrap_or(now);
        let floors = by_rules.map(|known| known.floors.clone()).unwrap_or_default();
        let rows = self.rows(&config, id, &rules, now).await?;
        let selection = merge::select(&rows, &rules, &floors, now);
        let entries = self.entries(&config.sources, &selection.seqs, id, rules.duplicates).await?;
        let prev_archive = self.newest_page(&config, id).await?;
        let pages = Pages { prev_archive, ..Pages::default() };
        let installation = self.installation().await?;
        let (channel, former) = (id.clone(), Vec::new());
        let contents = Contents { config, installation, channel, entries, former, pages, page: None };
        let published: HashMap<DocumentId, Arc<Published>> = making::documents(id)
            .filter_map(|document| Some((document.clone(), Arc::clone(&before.get(&document)?.published))))
            .collect();
        let (state, history) = (known.clone(), history.clone());
        // Not the instant of the selection, which at a start lies in the past.
        let make = move || in_every_format(&contents, &published, state.as_ref(), &history, clock::now());
        let documents = tokio::task::spawn_blocking(make).await?;
        self.keep(id, known.as_ref(), &documents, digest, selection.floors, now).await?;
        self.metrics.rendered(began.elapsed());
        if *id == ChannelId::All {
            self.metrics.set_live(selection.seqs.len());
        }
        Ok(documents)
    }

    /// Remembers what is published of a kept channel: a restart changes no validator.
    async fn keep(
        &self,
        id: &ChannelId,
        before: Option<&ChannelState>,
        documents: &[(DocumentId, Edition)],
        rules: Digest,
        floors: Floors,
        now: Timestamp,
    ) -> Result<(), RenderError> {
        let (rendered, readers) = (Some(now), self.audience.count(id, clock::now()));
        let mut state = before.cloned().unwrap_or_default();
        let installation = self.installation.get().copied().filter(|_| *id == ChannelId::All);
        state = ChannelState { rules, rendered, floors, installation, readers, ..state };
        for (document, edition) in documents {
            let Published { digest, last_modified, .. } = *edition.published;
            state.set_version(document.format.extension(), Version { digest, last_modified });
        }
        if before != Some(&state) {
            self.remember(id, &state).await?;
        }
        self.states().insert(id.clone(), state);
        debug!(channel = %id, "rendered");
        Ok(())
    }
}

/// The channel's history, from any of its documents: they share it.
fn history(kept: &Kept, id: &ChannelId) -> Arc<History> {
    let known = making::documents(id).find_map(|document| kept.get(&document));
    known.map(|edition| Arc::clone(&edition.history)).unwrap_or_default()
}

/// A channel's documents, one after the other: of the uncompressed ones only what is kept is in memory at once.
fn in_every_format(
    contents: &Contents,
    before: &HashMap<DocumentId, Arc<Published>>,
    state: Option<&ChannelState>,
    history: &History,
    now: Timestamp,
) -> Vec<(DocumentId, Edition)> {
    let made = making::documents(&contents.channel).map(|document| {
        let published = contents.document(document.format, before.get(&document), |_| now, state);
        (document, published)
    });
    let made: Vec<(DocumentId, Arc<Published>)> = made.collect();
    let history = Arc::new(history.then(&contents.shown(), &making::digests(&made)));
    let editions = made
        .into_iter()
        .map(|(document, published)| (document, Edition { published, history: Arc::clone(&history) }));
    editions.collect()
}
