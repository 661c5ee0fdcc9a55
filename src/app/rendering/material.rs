//! What a channel is made of: the rows that it is selected from, and the entries that were selected.

use std::sync::Arc;

use super::{RenderError, Rendering, channel};
use crate::{
    config::Config,
    merge::{self, Credits, MEMBERS_MAX, Rules},
    model::{ChannelId, Duplicates, Row, Seq, Source, SourceId, StoredEntry, Timestamp},
    publish::{self, Budget},
    store::StoreError,
};

/// Entries read at once; of more than these the whole text is never in memory.
pub(super) const ENTRIES_AT_ONCE: usize = 32;
/// A province's documents, which are kept ready for each of them, hold so many times less text than another's: 4 MiB.
const PROVINCE_PART: usize = 4;

impl Rendering {
    /// What the channel is selected from: entries, or stories.
    pub(super) async fn rows(
        &self,
        config: &Config,
        id: &ChannelId,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<Vec<Row>, RenderError> {
        let (members, since) = (channel::members(config, id), rules.since(now));
        let at_least = channel::rows_wanted(config, id, rules);
        match rules.duplicates {
            Duplicates::Keep => {
                let rows = self.store.rows(members, since, at_least).await?;
                self.admitted(config, id, rows, rules, now).await
            }
            Duplicates::Exact => {
                let rows = self.store.stories(members, since, at_least).await?;
                let rows = self.admitted(config, id, rows, rules, now).await?;
                Ok(merge::collapse(rows, *id == ChannelId::All))
            }
        }
    }

    /// These entries or stories, each with the source that is credited, with no more of each than may be republished, and
    /// no more text than a document of the channel may hold.
    pub(super) async fn entries<'a>(
        &self,
        sources: impl IntoIterator<Item = &'a Arc<Source>>,
        seqs: &[Seq],
        id: &ChannelId,
        duplicates: Duplicates,
    ) -> Result<Vec<(StoredEntry, SourceId)>, StoreError> {
        let credits = Credits::of(sources.into_iter().map(AsRef::as_ref));
        let part = if matches!(id, ChannelId::Province(_)) { PROVINCE_PART } else { 1 };
        let mut budget = Budget::new(seqs.len(), self.text_max / part);
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
                let rights = stored.entry.rights.take();
                stored.entry.rights = rights.or_else(|| self.board.rights(&source.id));
                publish::abridge(&mut stored.entry, source.republishing.content);
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
