//! What the store needs from time to time: pruning. Decides only when.

use std::{sync::Arc, time::Duration};

use tokio::sync::{mpsc, watch};
use tracing::{info, warn};

use super::{clock, rendering::Rendering};
use crate::{
    config::Config,
    model::SourceId,
    store::{Keep, Store},
};

/// How often what is past keeping is looked for.
const EVERY: Duration = Duration::from_hours(1);

/// What upkeep needs.
pub(super) struct Upkeep {
    store: Store,
    rendering: Arc<Rendering>,
    config: watch::Receiver<Arc<Config>>,
    news: mpsc::Sender<SourceId>,
}

impl Upkeep {
    pub(super) fn new(
        store: &Store,
        rendering: &Arc<Rendering>,
        config: watch::Receiver<Arc<Config>>,
        news: mpsc::Sender<SourceId>,
    ) -> Self {
        Self { store: store.clone(), rendering: Arc::clone(rendering), config, news }
    }

    /// Never ends by itself. What it was doing when it is dropped is done, or done again the next time.
    pub(super) async fn run(mut self) {
        loop {
            self.prune().await;
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                // Another file may keep less; one that keeps more changes nothing.
                Ok(()) = self.config.changed() => {}
            }
        }
    }

    async fn prune(&mut self) {
        let config = self.config.borrow_and_update().clone();
        let (age, entries) = (config.store.keep, config.store.keep_entries);
        let keep = Keep { age, entries, window: config.channel.window };
        match self.store.prune(&keep, clock::now()).await {
            Ok(pruned) if pruned.entries + pruned.forgotten > 0 => {
                info!(entries = pruned.entries, forgotten = pruned.forgotten, "pruned");
                self.rendering.forget_documents();
                for source in pruned.sources {
                    // A renderer that is gone means that we are ending.
                    let _ = self.news.send(source).await;
                }
            }
            Ok(_) => {}
            Err(error) => warn!(error = error.in_words(), "the store could not be pruned"),
        }
    }
}
