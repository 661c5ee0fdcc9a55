//! What is past of one source: what its last polls came to, and its turns from well to sick and back.

use std::fmt::Write as _;

use super::{condition::Condition, detail::Detail, moment, quantity, text::shown};
use crate::{
    http::{html::escape, language::Language},
    model::{Attempt, Failure, State, Turn},
};

/// What came of its last polls.
pub(super) fn attempts(html: &mut String, detail: &Detail<'_>, language: Language) {
    let heading = language.pick("Các lần thu thập gần nhất", "Last polls");
    let since = language.pick(
        "từ khi tintinh khởi động; lần liền nhau giống nhau gộp lại",
        "since tintinh started; like ones in a row together",
    );
    let _ = write!(html, "<h2>{heading} <small>{since}</small></h2>");
    if detail.attempts.is_empty() {
        let _ = write!(html, "<p>{}</p>", language.pick("Chưa có lần nào.", "None yet."));
        return;
    }
    let headings = match language {
        Language::Vietnamese => ["Lúc", "Kết quả", "Mới", "Sửa", "Độ trễ", "Độ dài"],
        Language::English => ["When", "What came of it", "New", "Changed", "Latency", "Length"],
    };
    open_table(html, &headings);
    let source = detail.source();
    for attempt in &detail.attempts {
        let Attempt { first, last, times, outcome, ref words, took, length, inserted, updated } = *attempt;
        let mut when = moment::element(language, last, detail.survey.now, source.timezone);
        if times > 1 {
            let number = language.number(times.into());
            let first = moment::absolute(language, first, source.timezone);
            let told = match language {
                Language::Vietnamese => format!("{number} lần, từ {first}"),
                Language::English => format!("{number} times, since {first}"),
            };
            let _ = write!(when, "<small>{told}</small>");
        }
        let (mood, said) = said(outcome, language);
        let mut came = format!("<p class=\"mood\">{}</p>", escape(said));
        if !words.is_empty() {
            let _ = write!(
                came,
                "<p class=\"why\"><bdi>{}</bdi></p>",
                escape(&shown(words, Failure::REASON_MAX))
            );
        }
        let cells = [
            ("time", when),
            ("came", came),
            ("number", language.number(inserted as u64)),
            ("number", language.number(updated as u64)),
            ("number", quantity::duration(language, took)),
            ("number", length.map_or_else(String::new, |length| quantity::size(language, length))),
        ];
        let _ = write!(html, "<tr role=\"row\" class=\"{mood}\">");
        for ((class, cell), label) in cells.into_iter().zip(headings) {
            let _ = write!(html, "<td role=\"cell\" class=\"{class}\" data-label=\"{label}\">{cell}</td>");
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table>");
}

/// The colour and the words of what came of a poll.
fn said(outcome: &'static str, language: Language) -> (&'static str, &'static str) {
    let (vietnamese, english) = match outcome {
        "read" => ("đã đọc", "read"),
        "unchanged" => ("nội dung như cũ", "the same document"),
        "not-modified" => ("304, không có gì mới", "304, nothing new"),
        "put-off" => return ("resting", language.pick("hoãn lại", "put off")),
        failed => {
            let state = State::ALL.into_iter().find(|state| state.name() == failed);
            return state
                .map(Condition::of_state)
                .map_or(("sick", failed), |condition| (condition.mood.name(), condition.words(language)));
        }
    };
    ("well", language.pick(vietnamese, english))
}

fn open_table(html: &mut String, headings: &[&str]) {
    html.push_str("<table role=\"table\"><thead role=\"rowgroup\"><tr role=\"row\">");
    for heading in headings {
        let _ = write!(html, "<th scope=\"col\" role=\"columnheader\">{heading}</th>");
    }
    html.push_str("</tr></thead><tbody role=\"rowgroup\">");
}

/// When it fell sick, and when it was well again.
pub(super) fn turns(html: &mut String, detail: &Detail<'_>, language: Language) {
    let turns = &detail.state.history.turns;
    if turns.is_empty() {
        return;
    }
    let heading = language.pick("Hỏng và khỏi", "Falls and recoveries");
    let _ = write!(html, "<h2>{heading}</h2><ul class=\"turns\">");
    for turn in turns.iter().rev() {
        let at = moment::element(language, turn.at, detail.survey.now, detail.source().timezone);
        let (mood, sign) = if turn.is_sick { ("sick", "✗") } else { ("well", "✓") };
        let words = turn_words(turn, language);
        let _ = write!(
            html,
            "<li class=\"{mood}\"><span class=\"mood\"><span aria-hidden=\"true\">{sign}</span> {}</span> {at}",
            escape(&words)
        );
        if !turn.reason.is_empty() {
            let _ = write!(
                html,
                "<p class=\"why\"><bdi>{}</bdi></p>",
                escape(&shown(&turn.reason, Failure::REASON_MAX))
            );
        }
        html.push_str("</li>");
    }
    html.push_str("</ul>");
}

/// What a turn is, in words.
pub(super) fn turn_words(turn: &Turn, language: Language) -> String {
    let state = Condition::of_state(turn.state).words(language);
    match (language, turn.is_sick) {
        (Language::Vietnamese, true) => format!("hỏng: {state}"),
        (Language::Vietnamese, false) => "đã tốt trở lại".to_owned(),
        (Language::English, true) => format!("fell sick: {state}"),
        (Language::English, false) => "is well again".to_owned(),
    }
}
