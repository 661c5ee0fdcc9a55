//! What the listeners show, made of what the rest of the app knows.

use std::sync::Arc;

use tokio::sync::watch;

use super::{
    clock, errands,
    polling::{Polling, held_until},
    rendering::Rendering,
};
use crate::{
    board::Board,
    cadence,
    config::Config,
    http::{self, Audience, Kept, Site, Unavailable},
    model::{ChannelId, Source, SourceId, Timestamp},
    scheduler::Pulse,
};

/// Kept documents as they are; a source's own are rendered when they are asked for.
pub(super) fn site(
    polling: &Polling,
    kept: watch::Receiver<Arc<Kept>>,
    rendering: &Arc<Rendering>,
    audience: &Arc<Audience>,
) -> Site {
    let Polling { config, board, pulse, store, hosts, metrics, .. } = polling;
    let (hosts, known) = (Arc::clone(hosts), Arc::clone(board));
    let rescue = store.rescue().map(ToString::to_string);
    let (to_export, to_compact) = (store.clone(), store.clone());
    let (store, offline) = (store.clone(), Arc::clone(pulse));
    let rendering = Arc::clone(rendering);
    let render = move |id: SourceId| -> http::Rendered {
        let rendering = Arc::clone(&rendering);
        Box::pin(async move { rendering.source(&id).await.map_err(|error| Unavailable(error.to_string())) })
    };
    let (sources, states, pulse) = (config.clone(), Arc::clone(board), Arc::clone(pulse));
    let fresh_for = move |id: &ChannelId| {
        let next = next_due(id, &sources.borrow(), &states, &pulse);
        (next - clock::now()).to_std().unwrap_or_default()
    };
    Site {
        kept,
        render: Arc::new(render),
        fresh_for: Arc::new(fresh_for),
        config: config.clone(),
        board: Arc::clone(board),
        audience: Arc::clone(audience),
        store_failure: Arc::new(move || store.failure()),
        store_rescue: rescue,
        held_until: Arc::new(move |source| held_until(&hosts, &known, source)),
        offline_since: Arc::new(move || offline.offline_since()),
        export: Arc::new(move || errands::export(&to_export)),
        compact: Arc::new(move || errands::compact(&to_compact)),
        metrics: Arc::clone(metrics),
        clock: clock::now,
    }
}

/// When the next poll is due that may change the channel.
fn next_due(id: &ChannelId, config: &Config, board: &Board, pulse: &Pulse) -> Timestamp {
    let due = |source: &Arc<Source>| cadence::due(&board.state(&source.id), source, clock::now());
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
