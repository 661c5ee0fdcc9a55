//! What `/status.json` says as a table for a terminal: the sick sources first, each with its reason. Asks nobody.

use std::{fmt::Write as _, net::SocketAddr};

use serde::Deserialize;

use crate::model::Timestamp;

/// The longest reason and title shown, in characters.
const WORDS_MAX: usize = 200;

/// Of `/status.json` what the table shows.
#[derive(Debug, Deserialize)]
pub(super) struct Survey {
    time: Timestamp,
    standing: String,
    store_failure: Option<String>,
    store_rescue: Option<String>,
    offline_since: Option<Timestamp>,
    sick: usize,
    sources: Vec<Source>,
}

#[derive(Debug, Deserialize)]
struct Source {
    id: String,
    title: String,
    enabled: bool,
    lax_tls: bool,
    state: String,
    sick: bool,
    since: Option<Timestamp>,
    reason: String,
    last_success: Option<Timestamp>,
    last_entry: Option<Timestamp>,
    next_poll: Option<Timestamp>,
    readers: u32,
}

impl Survey {
    /// Whether nobody has to do anything.
    pub(super) fn is_well(&self) -> bool {
        matches!(self.standing.as_str(), "well" | "no-sources") && self.sick == 0
    }
}

const HEADINGS: [&str; 7] =
    ["SOURCE", "STATE", "SINCE", "LAST SUCCESS", "LAST ENTRY", "NEXT POLL", "READERS"];

/// All of it, without a last line end.
pub(super) fn table(survey: &Survey, address: SocketAddr) -> String {
    let mut text = summary(survey, address);
    let mut sources: Vec<&Source> = survey.sources.iter().collect();
    sources.sort_by_key(|source| !source.sick);
    let rows: Vec<[String; 7]> = sources.iter().map(|source| row(source, survey.time)).collect();
    let widths: [usize; 7] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([HEADINGS[column].len()]).max().unwrap_or(0)
    });
    if rows.is_empty() {
        return text;
    }
    line(&mut text, " ", &HEADINGS.map(str::to_owned), &widths, "TITLE");
    for (row, source) in rows.iter().zip(&sources) {
        line(&mut text, sign(source), row, &widths, &plain(&source.title));
        let lax = source.lax_tls.then_some("any certificate is taken (tls_verify = false)");
        let reason = Some(plain(&source.reason)).filter(|reason| !reason.is_empty());
        for words in reason.as_deref().into_iter().chain(lax) {
            // Writing to a String does not fail.
            let _ = write!(text, "\n    {words}");
        }
    }
    text
}

/// How things stand in a sentence or a few.
fn summary(survey: &Survey, address: SocketAddr) -> String {
    let (count, sick) = (survey.sources.len(), survey.sick);
    let mut text = match survey.standing.as_str() {
        "no-sources" => "no feeds: feeds.toml lists none".to_owned(),
        _ if sick > 0 => format!("{count} feeds, {sick} of them sick"),
        _ => format!("{count} feeds, none of them sick"),
    };
    // Writing to a String does not fail.
    let _ = write!(text, "; http://{address}/");
    if let Some(since) = survey.offline_since {
        let _ = write!(
            text,
            "\nnobody can be reached since {}: our own network seems to be down",
            ago(since, survey.time)
        );
    }
    if let Some(failure) = &survey.store_failure {
        let _ = write!(text, "\nthe store has failed: {}", plain(failure));
    }
    if let Some(rescue) = &survey.store_rescue {
        let _ = write!(text, "\n{}", plain(rescue));
    }
    text
}

fn sign(source: &Source) -> &'static str {
    match (source.sick, source.enabled, source.state.as_str()) {
        (true, ..) => "✗",
        (_, false, _) | (_, _, "new") => "–",
        _ => "✓",
    }
}

fn row(source: &Source, now: Timestamp) -> [String; 7] {
    let past = |at: Option<Timestamp>| at.map_or_else(|| "–".to_owned(), |at| ago(at, now));
    let next = match source.next_poll {
        _ if !source.enabled => "–".to_owned(),
        Some(at) if at > now => format!("in {}", span(at, now)),
        Some(_) | None => "due now".to_owned(),
    };
    let state = if source.enabled { source.state.clone() } else { "resting".to_owned() };
    [
        source.id.clone(),
        state,
        past(source.since),
        past(source.last_success),
        past(source.last_entry),
        next,
        source.readers.to_string(),
    ]
}

fn line(text: &mut String, sign: &str, cells: &[String; 7], widths: &[usize; 7], title: &str) {
    // Writing to a String does not fail.
    let _ = write!(text, "\n{sign} ");
    for (cell, width) in cells.iter().zip(widths) {
        let _ = write!(text, "{cell:<width$}  ");
    }
    text.push_str(title);
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    format!("{} ago", span(at, now))
}

/// The time between both, in its two largest units.
fn span(one: Timestamp, other: Timestamp) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    let seconds = (one - other).num_seconds().abs();
    let first = UNITS.iter().position(|(length, _)| seconds >= *length).unwrap_or(UNITS.len() - 1);
    let (length, unit) = UNITS[first];
    let rest = UNITS.get(first + 1).map(|(smaller, unit)| (seconds % length / smaller, unit));
    match rest.filter(|(count, _)| *count > 0 && first < 2) {
        Some((count, smaller)) => format!("{}{unit}{count}{smaller}", seconds / length),
        None => format!("{}{unit}", seconds / length),
    }
}

/// In one line that changes no terminal: publishers wrote it.
fn plain(words: &str) -> String {
    let harmless = |letter: char| {
        let turns =
            matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if letter.is_control() || turns { ' ' } else { letter }
    };
    let mut text: String = words.chars().take(WORDS_MAX).map(harmless).collect();
    if words.chars().nth(WORDS_MAX).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"version":"0.1.0","time":"2026-11-30T12:00:00Z","standing":"sick","store_failure":null,
        "store_rescue":null,"offline_since":null,"sick":1,"lax_tls":1,"readers":{"total":3,"channels":{}},"sources":[
        {"id":"bao-a","title":"Báo A","enabled":true,"lax_tls":false,"state":"ok","sick":false,
         "since":"2026-11-20T12:00:00Z","reason":"","last_success":"2026-11-30T11:45:30Z",
         "last_entry":"2026-11-30T09:30:00Z","next_poll":"2026-11-30T12:14:59Z","readers":3},
        {"id":"b","title":"B\u001b[31m","enabled":true,"lax_tls":true,"state":"unreachable","sick":true,
         "since":"2026-11-30T11:59:48Z","reason":"no\nanswer\u202e","last_success":null,"last_entry":null,
         "next_poll":"2026-11-30T11:59:00Z","readers":0},
        {"id":"c","title":"C","enabled":false,"lax_tls":false,"state":"ok","sick":false,"since":null,"reason":"",
         "last_success":null,"last_entry":null,"next_poll":null,"readers":0}]}"#;

    #[test]
    fn the_sick_stand_first_with_their_reasons_and_nothing_moves_the_terminal() {
        let survey: Survey = serde_json::from_str(WHOLE).unwrap();
        assert!(!survey.is_well());
        let wanted = "\
3 feeds, 1 of them sick; http://127.0.0.1:8081/
  SOURCE  STATE        SINCE    LAST SUCCESS  LAST ENTRY  NEXT POLL  READERS  TITLE
✗ b       unreachable  12s ago  –             –           due now    0        B [31m
    no answer 
    any certificate is taken (tls_verify = false)
✓ bao-a   ok           10d ago  14m ago       2h30m ago   in 14m     3        Báo A
– c       resting      –        –             –           –          0        C";
        assert_eq!(table(&survey, "127.0.0.1:8081".parse().unwrap()), wanted);
    }

    #[test]
    fn only_what_nobody_has_to_mend_is_well() {
        let with = |standing: &str, sick: usize| {
            let text = format!(
                "{{\"time\":\"2026-11-30T12:00:00Z\",\"standing\":\"{standing}\",\"sick\":{sick},\"sources\":[]}}"
            );
            serde_json::from_str::<Survey>(&text).unwrap().is_well()
        };
        assert!(with("well", 0) && with("no-sources", 0));
        assert!(!with("sick", 1) && !with("offline", 0) && !with("store-failed", 0) && !with("well", 1));
    }
}
