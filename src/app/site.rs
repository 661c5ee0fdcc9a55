//! What the listeners show, made of what the rest of the app knows.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use quick_cache::sync::Cache;
use tokio::sync::{mpsc, watch};

use super::{
    clock, errands,
    hastening::Hastening,
    inquiry::Question,
    polling::{Polling, held_until},
    reloading::Request,
    rendering::{Made, Rendering},
};
use crate::{
    board::Board,
    cadence,
    config::Config,
    http::{self, Audience, Kept, Site, Unavailable},
    merge,
    model::{ChannelId, Digest, Source, SourceId, StoredEntry, Timestamp},
    publish::{DocumentId, Edition},
    scheduler::Pulse,
    store::{Sources, Store, StoreError},
};

/// How long a channel's next poll is believed to be due when it was: a province may have a thousand sources to ask, and
/// what readers are told is not shorter than a minute.
const DUE_FOR: TimeDelta = TimeDelta::seconds(2);
/// The entries of a source that its page shows.
const RECENT_MAX: usize = 20;
/// Of so many channels that is remembered.
const DUE_MAX: usize = 4096;

/// Kept documents as they are; a source's own are rendered when they are asked for.
pub(super) fn site(
    polling: &Polling,
    kept: watch::Receiver<Arc<Kept>>,
    rendering: &Arc<Rendering>,
    audience: &Arc<Audience>,
    (reloading, wishes): (mpsc::Sender<Request>, mpsc::Sender<SourceId>),
) -> Site {
    let Polling { config, board, pulse, store, hosts, metrics, news, .. } = polling;
    let hastening = Hastening {
        config: config.clone(),
        board: Arc::clone(board),
        hosts: Arc::clone(hosts),
        pulse: Arc::clone(pulse),
        waiting: Arc::clone(&polling.waiting),
        wishes,
    };
    let (hosts, known) = (Arc::clone(hosts), Arc::clone(board));
    let rescue = store.rescue().map(ToString::to_string);
    let (to_export, to_compact) = (store.clone(), store.clone());
    let inquiries = errands::Inquiries {
        store: store.clone(),
        rendering: Arc::clone(rendering),
        config: config.clone(),
        news: news.clone(),
    };
    let to_forget = inquiries.clone();
    let (store, offline) = (store.clone(), Arc::clone(pulse));
    Site {
        kept,
        render: Arc::new(render_of(Arc::clone(rendering))),
        delta: Arc::new(delta_of(Arc::clone(rendering))),
        archive: Arc::new(archive_of(Arc::clone(rendering))),
        fresh_for: Arc::new(fresh_for_of(config.clone(), Arc::clone(board), Arc::clone(pulse))),
        config: config.clone(),
        board: Arc::clone(board),
        recent: Arc::new(recent_of(polling.store.clone())),
        audience: Arc::clone(audience),
        store_failure: Arc::new(move || store.failure()),
        store_rescue: rescue,
        held_until: Arc::new(move |source| held_until(&hosts, &known, source)),
        offline_since: Arc::new(move || offline.offline_since()),
        export: Arc::new(move || errands::export(&to_export)),
        compact: Arc::new(move || errands::compact(&to_compact)),
        why: Arc::new(move |name| Ok(inquiries.answer(Question::Why, name))),
        forget: Arc::new(move |name| Ok(to_forget.answer(Question::Forget, name))),
        reload: Arc::new(move |file| errands::reload(&reloading, file)),
        poll: Arc::new(move |id| errands::poll(&hastening, &id)),
        metrics: Arc::clone(metrics),
        outlines: Arc::default(),
        clock: clock::now,
    }
}

fn render_of(rendering: Arc<Rendering>) -> impl Fn(DocumentId) -> http::Made {
    move |document| {
        let rendering = Arc::clone(&rendering);
        Box::pin(async move { in_words(rendering.single(document).await) })
    }
}

fn delta_of(rendering: Arc<Rendering>) -> impl Fn(DocumentId, Edition, Digest) -> http::Made {
    move |document, current, base| {
        let rendering = Arc::clone(&rendering);
        Box::pin(async move { in_words(rendering.delta(document, current, base).await) })
    }
}

fn archive_of(rendering: Arc<Rendering>) -> impl Fn(DocumentId, u64, Option<String>) -> http::Turned {
    move |document, page, generation| {
        let rendering = Arc::clone(&rendering);
        Box::pin(async move {
            let turned = rendering.page(document, page, generation.as_deref()).await;
            turned.map_err(|error| Unavailable(error.to_string()))
        })
    }
}

/// For how long a channel stays as it is, as far as is known.
fn fresh_for_of(
    config: watch::Receiver<Arc<Config>>,
    board: Arc<Board>,
    pulse: Arc<Pulse>,
) -> impl Fn(&ChannelId) -> Duration {
    let due = Cache::new(DUE_MAX);
    move |id| {
        let now = clock::now();
        let known = due.get(id).filter(|(at, _)| *at <= now && now - *at < DUE_FOR);
        let (_, next) = known.unwrap_or_else(|| {
            let told = (now, next_due(id, &config.borrow(), &board, &pulse));
            due.insert(id.clone(), told);
            told
        });
        (next - now).to_std().unwrap_or_default()
    }
}

fn recent_of(store: Store) -> impl Fn(SourceId) -> http::Recent {
    move |id| {
        let store = store.clone();
        Box::pin(async move { recent(&store, id).await.map_err(|error| Unavailable(error.to_string())) })
    }
}

/// The newest entries that are kept of a source, newest first.
async fn recent(store: &Store, id: SourceId) -> Result<Vec<StoredEntry>, StoreError> {
    let rows = store.rows(Sources::Only(vec![id]), Timestamp::MAX_UTC, RECENT_MAX).await?;
    store.entries(merge::newest(rows, RECENT_MAX)).await
}

fn in_words(made: Option<Made>) -> Result<Option<Edition>, Unavailable> {
    made.transpose().map_err(|error| Unavailable(error.to_string()))
}

/// When the next poll is due that may change the channel.
fn next_due(id: &ChannelId, config: &Config, board: &Board, pulse: &Pulse) -> Timestamp {
    let due =
        |source: &Arc<Source>| board.look(&source.id, |state| cadence::due(state, source, clock::now()));
    match id {
        ChannelId::All => pulse.next_due(),
        ChannelId::Province(province) => {
            let members =
                config.sources.iter().filter(|source| source.province == Some(*province) && source.enabled);
            members.map(due).min().unwrap_or(Timestamp::MAX_UTC)
        }
        ChannelId::Source(id) => {
            let source = config.sources.iter().find(|source| source.id == *id);
            source.map_or(Timestamp::MAX_UTC, due)
        }
        ChannelId::Own(slug) => match config.own(slug) {
            None => Timestamp::MAX_UTC,
            Some(own) if own.is_of_all() => pulse.next_due(),
            Some(own) => {
                let members = config.sources.iter().filter(|source| own.admits(&source.id, source.province));
                members.filter(|source| source.enabled).map(due).min().unwrap_or(Timestamp::MAX_UTC)
            }
        },
    }
}
