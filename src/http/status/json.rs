//! The survey as JSON, for programs.

use std::collections::BTreeMap;

use axum::Json;
use serde::Serialize;

use super::{
    advice,
    detail::Detail,
    moved_to, public,
    survey::{self, Standing, Survey},
    text,
};
use crate::{
    http::language::Language,
    model::{
        Attempt, ChannelId, Count, Failure, History, Province, SourceId, State, StoredEntry, Timestamp, Turn,
    },
};

/// What is told of one source, in full.
#[derive(Serialize)]
struct DetailStatus<'a> {
    #[serde(flatten)]
    status: SourceStatus,
    advice: Option<&'static str>,
    etag: Option<String>,
    last_modified: Option<String>,
    /// The last 48, oldest first.
    hours: Vec<Hour>,
    /// Newest first.
    attempts: Vec<Attempt>,
    /// Newest first.
    turns: Vec<TurnStatus>,
    /// Newest first; none where the store cannot be read.
    recent: Option<Vec<Recent<'a>>>,
}

#[derive(Serialize)]
struct TurnStatus {
    at: Timestamp,
    sick: bool,
    state: State,
    reason: String,
}

#[derive(Serialize)]
struct Recent<'a> {
    title: &'a str,
    link: Option<&'a str>,
    date: Timestamp,
    first_seen: Timestamp,
    dropped: Option<&'a str>,
}

/// All that is known of one source.
pub(super) fn detail(detail: &Detail<'_>) -> String {
    let Detail { survey, place, state, attempts, recent } = detail;
    let header = |value: &Option<Vec<u8>>| value.as_ref().map(|it| String::from_utf8_lossy(it).into_owned());
    let hours = survey::slots(&state.history.hours, History::hour(survey.now), History::HOURS);
    let words = |words: &str| text::shown(words, Failure::REASON_MAX);
    let turn = |turn: &Turn| {
        let Turn { at, is_sick, state, reason } = turn;
        TurnStatus { at: *at, sick: *is_sick, state: *state, reason: words(reason) }
    };
    let attempt = |attempt: &Attempt| Attempt { words: words(&attempt.words), ..attempt.clone() };
    let recent = recent.as_ref().ok().map(|entries| entries.iter().map(entry).collect());
    let status = DetailStatus {
        status: source(survey, *place),
        advice: advice::advice(detail.source(), state, Language::English),
        etag: header(&state.validators.etag),
        last_modified: header(&state.validators.last_modified),
        hours: hours.iter().map(hour).collect(),
        attempts: attempts.iter().map(attempt).collect(),
        turns: state.history.turns.iter().rev().map(turn).collect(),
        recent,
    };
    // Strings, numbers and lists of them have a JSON form.
    serde_json::to_string(&status).unwrap_or_default()
}

fn entry(stored: &StoredEntry) -> Recent<'_> {
    Recent {
        title: &stored.entry.title,
        link: stored.entry.link.as_deref(),
        date: stored.date,
        first_seen: stored.first_seen,
        dropped: stored.dropped.as_deref(),
    }
}

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
        entries_in_a_day: survey.entries(),
        bytes_saved: survey.saved(),
        hours: survey.hours.iter().map(hour).collect(),
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
    /// By their dates.
    entries_in_a_day: u64,
    /// By 304.
    bytes_saved: u64,
    /// The last 48, oldest first.
    hours: Vec<Hour>,
    readers: Readers,
    sources: Vec<SourceStatus>,
}

#[derive(Serialize)]
struct Hour {
    /// When it began.
    at: Timestamp,
    entries: u32,
    failures: u32,
}

fn hour(count: &Count) -> Hour {
    let Count { slot, entries, failures } = *count;
    let at = Timestamp::from_timestamp(i64::from(slot) * 3600, 0).unwrap_or_default();
    Hour { at, entries, failures }
}

/// Who reads two channels counts twice.
#[derive(Serialize)]
struct Readers {
    total: u32,
    /// By their addresses, without the extension.
    channels: BTreeMap<String, u32>,
}

#[derive(Serialize)]
pub(super) struct SourceStatus {
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
    /// By their dates.
    entries_in_a_day: u32,
    /// The last 14 in Vietnam, today last.
    entries_by_day: Vec<u32>,
    latency_ms: Option<u32>,
    /// What the last document took on the network.
    bytes: Option<u64>,
    /// By 304.
    bytes_saved: u64,
    /// Where more is told of it, beside this document.
    details: String,
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

/// The source at this place in the configuration.
pub(super) fn source(survey: &Survey, place: usize) -> SourceStatus {
    let (source, state) = (&survey.config.sources[place], survey.state(place));
    let days = survey::slots(&state.history.days, History::day(survey.now), History::DAYS);
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
        entries_in_a_day: state.history.entries_in_a_day(survey.now),
        entries_by_day: days.iter().map(|day| day.entries).collect(),
        latency_ms: state.history.took,
        bytes: state.history.length,
        bytes_saved: state.history.saved,
        details: format!("sources/{}.json", source.id),
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
