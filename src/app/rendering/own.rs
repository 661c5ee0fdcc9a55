//! The admin's own channels: which rows their filters let through. Reads no more entries than were not judged before.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, MutexGuard, PoisonError},
};

use super::{RenderError, Rendering, material::ENTRIES_AT_ONCE};
use crate::{
    config::Config,
    filter::OwnFilter,
    merge::{Rules, Sifting, Stamp, Verdicts},
    model::{ChannelId, ChannelSlug, Digest, OwnChannel, Row, Seq, SourceId, Timestamp},
};

/// The most verdicts that are remembered of all channels together, some 40 bytes each.
const VERDICTS_MAX: usize = 1_000_000;

/// What was judged by each channel's filter, and by which.
pub(super) type Judged = HashMap<ChannelSlug, (Digest, Verdicts)>;

impl Rendering {
    /// The rows that may stand in the channel: all of them, but for a filter of the admin's.
    pub(super) async fn admitted(
        &self,
        config: &Config,
        id: &ChannelId,
        rows: Vec<Row>,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<Vec<Row>, RenderError> {
        let ChannelId::Own(slug) = id else { return Ok(rows) };
        let Some(own) = config.own(slug) else { return Ok(Vec::new()) };
        let Some(filter) = OwnFilter::of(own).map(Arc::new) else { return Ok(rows) };
        let mut sifting = Sifting::new(&rows, rules, self.recalled(own), self.stamps(&rows), now);
        loop {
            let wanted = sifting.wanted(ENTRIES_AT_ONCE);
            if wanted.is_empty() {
                break;
            }
            let entries = self.store.entries(wanted.clone()).await?;
            let filter = Arc::clone(&filter);
            let pass = move || -> HashSet<Seq> {
                let passed = entries.into_iter().filter(|stored| filter.refusal(&stored.entry).is_none());
                passed.map(|stored| stored.seq).collect()
            };
            sifting.judge(&wanted, &tokio::task::spawn_blocking(pass).await?);
        }
        let (passed, verdicts) = sifting.end();
        self.remember_judged(config, own, verdicts);
        Ok(passed)
    }

    fn judged(&self) -> MutexGuard<'_, Judged> {
        self.judged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is remembered of this very filter.
    fn recalled(&self, own: &Arc<OwnChannel>) -> Verdicts {
        let recalled = self.judged().remove(&own.slug);
        recalled
            .filter(|(digest, _)| *digest == own.digest())
            .map(|(_, verdicts)| verdicts)
            .unwrap_or_default()
    }

    fn remember_judged(&self, config: &Config, own: &Arc<OwnChannel>, verdicts: Verdicts) {
        let mut judged = self.judged();
        judged.retain(|slug, _| config.own(slug).is_some());
        let others: usize = judged.values().map(|(_, verdicts)| verdicts.len()).sum();
        if others + verdicts.len() > VERDICTS_MAX {
            judged.clear();
        }
        judged.insert(own.slug.clone(), (own.digest(), verdicts));
    }

    /// When what readers see of each row's source last changed.
    fn stamps(&self, rows: &[Row]) -> impl Fn(&Row) -> Stamp + use<> {
        let mut stamps: HashMap<SourceId, Stamp> = HashMap::new();
        for row in rows {
            if !stamps.contains_key(&row.source) {
                stamps.insert(row.source.clone(), self.board.last_change(&row.source));
            }
        }
        move |row| stamps.get(&row.source).copied().flatten()
    }
}
