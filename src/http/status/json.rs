//! The survey as JSON, for programs.

use std::collections::BTreeMap;

use axum::Json;
use serde::Serialize;

use super::{Standing, Survey, moved_to, public, text};
use crate::model::{ChannelId, Failure, Province, SourceId, State, Timestamp};

/// All of it, made to be written.
pub(super) fn json(survey: &Survey) -> Json<Status> {
    let sources = (0..survey.briefs.len()).map(|place| source(survey, place)).collect();
    let channels = survey.readership.channels().map(|(id, readers)| (id.to_string(), readers));
    Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        time: survey.now,
        standing: survey.standing(),
        store_failure: survey.store_failure.clone(),
        store_rescue: survey.site.store_rescue.clone(),
        offline_since: survey.offline_since,
        sick: survey.count(|brief| brief.mood.is_ill()),
        lax_tls: survey.count(|brief| brief.lax_tls),
        readers: Readers { total: survey.readership.total(), channels: channels.collect() },
        sources,
    })
}

#[derive(Serialize)]
pub(super) struct Status {
    version: &'static str,
    time: Timestamp,
    standing: Standing,
    store_failure: Option<String>,
    store_rescue: Option<String>,
    offline_since: Option<Timestamp>,
    sick: usize,
    lax_tls: usize,
    readers: Readers,
    sources: Vec<SourceStatus>,
}

/// Who reads two channels counts twice.
#[derive(Serialize)]
struct Readers {
    total: u32,
    /// By their addresses, without the extension.
    channels: BTreeMap<String, u32>,
}

#[derive(Serialize)]
struct SourceStatus {
    id: SourceId,
    title: String,
    province: Option<&'static str>,
    url: String,
    channel: String,
    timezone: &'static str,
    enabled: bool,
    lax_tls: bool,
    state: State,
    sick: bool,
    since: Option<Timestamp>,
    reason: String,
    failures: u32,
    failing_since: Option<Timestamp>,
    held_until: Option<Timestamp>,
    /// Where its address permanently redirects to.
    moved_to: Option<String>,
    /// What is asked in place of `url`, after it led there for long enough.
    adopted: Option<String>,
    last_poll: Option<Timestamp>,
    last_success: Option<Timestamp>,
    last_entry: Option<Timestamp>,
    next_poll: Option<Timestamp>,
    /// What its publisher is told.
    readers: u32,
    repairs: Vec<String>,
    warnings: Vec<String>,
    /// Absent where no articles are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    articles: Option<ArticlesStatus>,
}

#[derive(Serialize)]
struct ArticlesStatus {
    waiting: usize,
    read: u64,
    given_up: u64,
    /// Why the last one that could not be read could not; empty since one was.
    reason: String,
}

fn source(survey: &Survey, place: usize) -> SourceStatus {
    let (source, state) = (&survey.config.sources[place], survey.state(place));
    let polled = |at| state.last_poll.is_some().then_some(at);
    SourceStatus {
        id: source.id.clone(),
        title: source.title.clone(),
        province: source.province.map(Province::slug),
        url: public(&source.url),
        channel: format!("{}{}.xml", survey.config.server.public_url, ChannelId::Source(source.id.clone())),
        timezone: source.timezone.name(),
        enabled: source.enabled,
        lax_tls: source.access.lax_tls,
        state: state.state,
        sick: survey.briefs[place].mood.is_ill(),
        since: polled(state.since),
        failures: state.failures,
        failing_since: state.failing_since,
        held_until: (survey.site.held_until)(source),
        adopted: state.adopted.as_ref().and_then(|_| moved_to(&state)),
        moved_to: moved_to(&state),
        last_poll: state.last_poll,
        last_success: state.last_success,
        last_entry: state.last_entry,
        next_poll: polled(state.next_poll),
        readers: survey.readership.of(source),
        reason: text::shown(&state.reason, Failure::REASON_MAX),
        articles: source.article.as_ref().map(|_| ArticlesStatus {
            waiting: state.articles.waiting.len(),
            read: state.articles.read,
            given_up: state.articles.given_up,
            reason: text::shown(&state.articles.reason, Failure::REASON_MAX),
        }),
        repairs: state.repairs,
        warnings: state.warnings,
    }
}
