//! The archive (RFC 5005 §4): fixed ranges of the numbers in which entries were first committed, so that a page never
//! gets or loses an entry but by retention, and only the newest page is still filling.

use std::{
    collections::{BTreeSet, HashSet},
    ops::Range,
    sync::Arc,
};

use super::{RenderError, Rendering, cache::Part, channel, making::Contents, material::ENTRIES_AT_ONCE};
use crate::{
    config::Config,
    filter::OwnFilter,
    http::Page,
    merge,
    model::{ChannelId, Duplicates, Republishing, Row, Seq, Source, SourceId, Timestamp},
    publish::{DocumentId, Edition, History, Pages},
    store::{Scope, Sources},
};

/// Numbers in a page. Never changes: addresses that readers keep depend on it.
const PAGE: u64 = 500;
/// Pages that are looked at for one that holds an entry of the channel. After so many without, the last is linked to: it is
/// empty, and leads on.
const LOOKED_AT_MAX: usize = 16;

/// The numbers of a page; none where there are no such numbers.
fn range(page: u64) -> Option<Range<Seq>> {
    let begin = page.checked_mul(PAGE)?;
    let end = begin.checked_add(PAGE)?;
    Seq(end).is_possible().then_some(Seq(begin)..Seq(end))
}

fn page_of(seq: Seq) -> u64 {
    seq.0 / PAGE
}

/// Which way a page is looked for: below this number, or from this one on.
#[derive(Clone, Copy)]
enum Way {
    Older(Seq),
    Newer(Seq),
}

impl Rendering {
    /// A page of a channel's archive.
    pub(in super::super) async fn page(
        self: &Arc<Self>,
        document: DocumentId,
        page: u64,
        generation: Option<&str>,
    ) -> Result<Page, Arc<RenderError>> {
        let config = self.config.borrow().clone();
        let Some(range) = range(page).filter(|_| channel::exists(&config, &document.channel)) else {
            return Ok(Page::Nowhere);
        };
        if channel::generation(&config, &document.channel).as_deref() != generation {
            return Ok(Page::Gone);
        }
        let is_closed = self.first_from(vec![Scope::All], range.end).await?.is_some();
        let turned = self.turns.any();
        let key = self.key(&document, Part::Page { page, turned }, &config);
        if let Some(edition) = self.on_demand.kept(&key) {
            return Ok(Page::Here { edition, is_closed });
        }
        let scopes = scopes(&config, &document.channel);
        if self.first_from(scopes, range.start).await?.is_none_or(|seq| seq >= range.end) {
            // What the store has given numbers beyond was there once.
            return Ok(if is_closed { Page::Gone } else { Page::Nowhere });
        }
        let rendering = Arc::clone(self);
        let make = async move { rendering.make_page(config, document, page, is_closed).await };
        let edition = self.on_demand.get(key, make).await?;
        Ok(Page::Here { edition, is_closed })
    }

    async fn make_page(
        &self,
        config: Arc<Config>,
        document: DocumentId,
        page: u64,
        is_closed: bool,
    ) -> Result<Edition, RenderError> {
        let DocumentId { channel, format } = document;
        let rows = self.page_entries(&config, &channel, page).await?;
        let former = former(&config, &rows);
        let seqs: Vec<Seq> = rows.iter().map(|row| row.seq).collect();
        let sources = config.sources.iter().chain(&former);
        let duplicates = channel::duplicates(&config, &channel);
        let entries = self.entries(sources, &seqs, &channel, duplicates).await?;
        let pages = Pages {
            current: Some(channel::address(&config, &channel)),
            prev_archive: self.neighbour(&config, &channel, Way::Older(Seq(page * PAGE))).await?,
            next_archive: self.neighbour(&config, &channel, Way::Newer(Seq((page + 1) * PAGE))).await?,
            is_closed,
        };
        let installation = self.installation().await?;
        let contents = Contents { config, installation, channel, entries, former, pages, page: Some(page) };
        // None is told: an entry that is taken down and a newer page change it too, and neither has an instant of its own.
        let make = move || contents.document(format, None, |_| Timestamp::UNIX_EPOCH, None);
        let published = tokio::task::spawn_blocking(make).await?;
        Ok(Edition { published, history: Arc::new(History::default()) })
    }

    /// Where the archive begins for a reader of the channel's live document: the newest page that holds an entry of it.
    pub(super) async fn newest_page(
        &self,
        config: &Config,
        channel: &ChannelId,
    ) -> Result<Option<String>, RenderError> {
        self.neighbour(config, channel, Way::Older(Seq(u64::MAX))).await
    }

    /// The address of the next page on this way that holds an entry of the channel.
    async fn neighbour(
        &self,
        config: &Config,
        channel: &ChannelId,
        mut way: Way,
    ) -> Result<Option<String>, RenderError> {
        let scopes = scopes(config, channel);
        for looked_at in 1..=LOOKED_AT_MAX {
            let found = match way {
                Way::Older(below) => self.store.last_below(scopes.clone(), below).await?,
                Way::Newer(from) => self.store.first_from(scopes.clone(), from).await?,
            };
            let Some(seq) = found else { return Ok(None) };
            let page = page_of(seq);
            if looked_at == LOOKED_AT_MAX || self.holds(config, channel, seq).await? {
                return Ok(Some(channel::page_address(config, channel, page)));
            }
            way = match way {
                Way::Older(_) => Way::Older(Seq(page * PAGE)),
                Way::Newer(_) => Way::Newer(Seq((page + 1) * PAGE)),
            };
        }
        Ok(None)
    }

    /// Whether the page of this number, which has a row in the channel, holds an entry of it. The row tells most often, and
    /// the rest of the page need not be read: it is looked at with every rendering.
    async fn holds(&self, config: &Config, channel: &ChannelId, seq: Seq) -> Result<bool, RenderError> {
        let rows = self.store.numbered(seq..Seq(seq.0 + 1)).await?;
        let is_first = rows.iter().any(|row| row.lead.is_none());
        if is_first && own_filter(config, channel).is_none() {
            return Ok(true);
        }
        Ok(!self.page_entries(config, channel, page_of(seq)).await?.is_empty())
    }

    async fn first_from(&self, scopes: Vec<Scope>, seq: Seq) -> Result<Option<Seq>, Arc<RenderError>> {
        let found = self.store.first_from(scopes, seq).await;
        found.map_err(|error| Arc::new(RenderError::Store(error)))
    }

    /// The rows of the entries that the page holds, the newest first: of each story that which came first into the channel.
    async fn page_entries(
        &self,
        config: &Config,
        channel: &ChannelId,
        page: u64,
    ) -> Result<Vec<Row>, RenderError> {
        let Some(range) = range(page) else { return Ok(Vec::new()) };
        let members = channel::archived(config, channel);
        let belongs = |id: &SourceId| members.as_ref().is_none_or(|members| members.contains(id));
        let mut rows = self.store.numbered(range).await?;
        rows.retain(|row| belongs(&row.source));
        let groups = match channel::duplicates(config, channel) {
            Duplicates::Keep => rows.iter().map(|row| vec![row.clone()]).collect(),
            Duplicates::Exact => self.store.groups(rows.iter().map(|row| row.seq).collect()).await?,
        };
        let admitted = self.passed(config, channel, &groups).await?;
        let passes = |row: &Row| admitted.as_ref().is_none_or(|admitted| admitted.contains(&row.seq));
        let seqs = merge::archived(&rows, &groups, |row| belongs(&row.source) && passes(row));
        let seqs: HashSet<Seq> = seqs.into_iter().collect();
        rows.retain(|row| seqs.contains(&row.seq));
        rows.reverse();
        Ok(rows)
    }

    /// Which of these the filter of the admin's own channel lets through; none where there is no filter.
    async fn passed(
        &self,
        config: &Config,
        channel: &ChannelId,
        groups: &[Vec<Row>],
    ) -> Result<Option<HashSet<Seq>>, RenderError> {
        let Some(filter) = own_filter(config, channel).map(Arc::new) else { return Ok(None) };
        let seqs: Vec<Seq> = groups.iter().flatten().map(|row| row.seq).collect();
        let mut passed = HashSet::new();
        for some in seqs.chunks(ENTRIES_AT_ONCE) {
            let entries = self.store.entries(some.to_vec()).await?;
            let filter = Arc::clone(&filter);
            let pass = move || -> Vec<Seq> {
                let passed = entries.into_iter().filter(|stored| filter.refusal(&stored.entry).is_none());
                passed.map(|stored| stored.seq).collect()
            };
            passed.extend(tokio::task::spawn_blocking(pass).await?);
        }
        Ok(Some(passed))
    }
}

/// The filter of the admin's own channel, if it is one and has one.
fn own_filter(config: &Config, channel: &ChannelId) -> Option<OwnFilter> {
    let ChannelId::Own(slug) = channel else { return None };
    config.own(slug).and_then(OwnFilter::of)
}

/// Stand-ins for sources of these rows that are not configured any more: all that is known of them is their name.
fn former(config: &Config, rows: &[Row]) -> Vec<Arc<Source>> {
    let known: HashSet<&SourceId> = config.sources.iter().map(|source| &source.id).collect();
    let unknown: BTreeSet<&SourceId> =
        rows.iter().map(|row| &row.source).filter(|id| !known.contains(id)).collect();
    // Without any source there is no archive to speak of.
    let Some(any) = config.sources.first() else { return Vec::new() };
    let stand_in = |id: &SourceId| Source {
        id: id.clone(),
        title: id.to_string(),
        province: None,
        url: config.server.public_url.clone(),
        republishing: Republishing::default(),
        page: None,
        article: None,
        ..Source::clone(any)
    };
    unknown.into_iter().map(stand_in).map(Arc::new).collect()
}

/// Where the channel's numbers are looked up.
fn scopes(config: &Config, channel: &ChannelId) -> Vec<Scope> {
    match channel::members(config, channel) {
        Sources::All(_) => vec![Scope::All],
        Sources::Only(ids) => ids.into_iter().map(Scope::Source).collect(),
    }
}
