//! All that is known of one source, as a page. Whatever others wrote stands in it as text.

use std::fmt::Write as _;

use super::{
    advice, chart,
    condition::Condition,
    moment, moved_to,
    page::opened,
    public, quantity, row,
    survey::{self, Survey},
    text::shown,
};
use crate::{
    http::{html::escape, language::Language},
    model::{Attempt, ChannelId, Failure, History, Source, SourceState, StoredEntry, Timestamp, Turn},
};

/// The longest title of an entry shown, in characters.
const TITLE_MAX: usize = 200;
/// The longest validator shown, in characters.
const VALIDATOR_MAX: usize = 200;

/// What a page about a source is made of.
pub(super) struct Detail<'a> {
    pub survey: &'a Survey,
    /// The source's in the configuration.
    pub place: usize,
    pub state: SourceState,
    /// Newest first.
    pub attempts: Vec<Attempt>,
    /// Newest first; or why they cannot be told.
    pub recent: Result<Vec<StoredEntry>, String>,
}

impl Detail<'_> {
    pub(super) fn source(&self) -> &Source {
        &self.survey.config.sources[self.place]
    }
}

/// The whole page.
pub(super) fn page(detail: &Detail<'_>, language: Language) -> String {
    let (survey, source, state) = (detail.survey, detail.source(), &detail.state);
    let condition = Condition::of(source, state.state);
    let title = escape(&shown(&source.title, TITLE_MAX));
    let mut html = opened(&format!("{} {title}", condition.mood.sign()), language, None);
    let back = language.pick("← Mọi nguồn", "← All sources");
    let words = language.pick("Các trang", "Pages");
    // Writing to a String does not fail.
    let _ = write!(
        html,
        "<header><nav aria-label=\"{words}\"><a href=\"../\">{back}</a></nav><h1><bdi>{title}</bdi></h1></header>\
         <main class=\"detail\"><div class=\"{} standing\">",
        condition.mood.name()
    );
    row::fare(&mut html, survey, source, state, language);
    html.push_str("</div>");
    row::danger(&mut html, source, language);
    if let Some(advice) = advice::advice(source, state, language) {
        let heading = language.pick("Nên làm gì", "What to do about it");
        let _ = write!(html, "<h2>{heading}</h2><p class=\"advice\">{}</p>", escape(advice));
    }
    facts(&mut html, detail, language);
    let hours = survey::slots(&state.history.hours, History::hour(survey.now), History::HOURS);
    chart::hours(&mut html, &hours, language);
    attempts(&mut html, detail, language);
    turns(&mut html, detail, language);
    notes(&mut html, language.pick("Đã sửa khi đọc", "Mended in reading"), &state.repairs);
    notes(&mut html, language.pick("Nơi phát hành nên biết", "Its publisher should know"), &state.warnings);
    recent(&mut html, detail, language);
    html.push_str("</main></body></html>\n");
    html
}

/// What there is to say in a word or two.
fn facts(html: &mut String, detail: &Detail<'_>, language: Language) {
    let (survey, source, state) = (detail.survey, detail.source(), &detail.state);
    let history = &state.history;
    let code = |text: &str| format!("<bdi><code>{}</code></bdi>", escape(&shown(text, VALIDATOR_MAX)));
    let link = |address: &str| format!("<a href=\"{0}\"><bdi>{0}</bdi></a>", escape(address));
    let time = |at| row::element(language, at, survey.now, source);
    let none = || language.pick("chưa có", "none").to_owned();
    let header = |value: &Option<Vec<u8>>| {
        value.as_ref().map_or_else(none, |value| code(&String::from_utf8_lossy(value)))
    };
    let channel = ChannelId::Source(source.id.clone());
    let channel = format!("{}{channel}.xml", survey.config.server.public_url);
    let json = format!("{}.json", source.id);
    let rhythm = state.rhythm.map(|rhythm| {
        let hours = rhythm.usual.div_ceil(3600);
        match language {
            Language::Vietnamese => format!("một bài mỗi {} giờ", language.number(hours)),
            Language::English if hours == 1 => "one entry an hour".to_owned(),
            Language::English => format!("one entry in {} hours", language.number(hours)),
        }
    });
    let moved = moved_to(state).map(|address| link(&address));
    let facts = [
        (language.pick("Mã", "Id"), Some(code(source.id.as_str()))),
        (language.pick("Tỉnh", "Province"), source.province.map(|province| escape(province.name()))),
        (language.pick("Nguồn gốc", "Its feed"), Some(link(&public(&source.url)))),
        (language.pick("Chuyển hướng đến", "Redirects to"), moved),
        (language.pick("Nguồn phát lại", "Our feed"), Some(link(&channel))),
        (language.pick("Lần thu thập gần nhất", "Last poll"), Some(time(state.last_poll))),
        (language.pick("Thành công gần nhất", "Last success"), Some(time(state.last_success))),
        (language.pick("Bài mới gần nhất", "Last new entry"), Some(time(state.last_entry))),
        (
            language.pick("Thu thập kế tiếp", "Next poll"),
            Some(row::next_poll(survey, detail.place, source, language)),
        ),
        (
            language.pick("Bài một ngày", "Entries a day"),
            Some(row::entries_in_a_day(history, survey.now, language)),
        ),
        (language.pick("Nhịp thường lệ", "Usual pace"), rhythm),
        (language.pick("Độ trễ", "Latency"), history.took.map(|took| quantity::duration(language, took))),
        (language.pick("Độ dài", "Length"), history.length.map(|length| quantity::size(language, length))),
        (language.pick("304 đỡ tải", "Saved by 304"), Some(quantity::size(language, history.saved))),
        (language.pick("Người đọc", "Readers"), Some(language.number(survey.readership.of(source).into()))),
        (language.pick("Múi giờ", "Time zone"), Some(escape(source.timezone.name()))),
        ("ETag", Some(header(&state.validators.etag))),
        ("Last-Modified", Some(header(&state.validators.last_modified))),
        (language.pick("Cho chương trình", "For programs"), Some(link(&json))),
    ];
    html.push_str("<dl class=\"facts\">");
    for (name, value) in facts {
        if let Some(value) = value {
            let _ = write!(html, "<div><dt>{name}</dt><dd>{value}</dd></div>");
        }
    }
    html.push_str("</dl>");
}

/// What came of its last polls.
fn attempts(html: &mut String, detail: &Detail<'_>, language: Language) {
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
            let state = crate::model::State::ALL.into_iter().find(|state| state.name() == failed);
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
fn turns(html: &mut String, detail: &Detail<'_>, language: Language) {
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

fn notes(html: &mut String, heading: &str, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    let _ = write!(html, "<h2>{heading}</h2><ul>");
    for note in notes.iter().take(row::NOTES_MAX) {
        let _ = write!(html, "<li><bdi>{}</bdi></li>", escape(&shown(note, Failure::REASON_MAX)));
    }
    if notes.len() > row::NOTES_MAX {
        html.push_str("<li>…</li>");
    }
    html.push_str("</ul>");
}

/// The newest entries that are kept of it.
fn recent(html: &mut String, detail: &Detail<'_>, language: Language) {
    let _ = write!(html, "<h2>{}</h2>", language.pick("Bài mới nhất", "Recent entries"));
    let entries = match &detail.recent {
        Ok(entries) => entries,
        Err(error) => {
            let told = language.pick("Không đọc được từ kho dữ liệu", "They cannot be read from the store");
            let _ = write!(html, "<p>{told}: <bdi>{}</bdi></p>", escape(&shown(error, Failure::REASON_MAX)));
            return;
        }
    };
    if entries.is_empty() {
        let _ = write!(html, "<p>{}</p>", language.pick("Chưa có bài nào.", "None yet."));
        return;
    }
    html.push_str("<ul class=\"recent\">");
    for stored in entries {
        let title = shown(&stored.entry.title, TITLE_MAX);
        let title =
            if title.is_empty() { language.pick("(không tiêu đề)", "(no title)") } else { &title };
        let title = format!("<bdi>{}</bdi>", escape(title));
        let link = stored.entry.link.as_ref().filter(|link| is_web(link));
        let title =
            link.map_or_else(|| title.clone(), |link| format!("<a href=\"{}\">{title}</a>", escape(link)));
        let date = entry_date(stored, detail, language);
        let _ = write!(html, "<li>{title} {date}");
        if let Some(why) = &stored.dropped {
            let told = language.pick("bị lọc bỏ", "dropped by a filter");
            let _ = write!(
                html,
                "<p class=\"why\">{told}: <bdi>{}</bdi></p>",
                escape(&shown(why, Failure::REASON_MAX))
            );
        }
        html.push_str("</li>");
    }
    html.push_str("</ul>");
}

fn entry_date(stored: &StoredEntry, detail: &Detail<'_>, language: Language) -> String {
    let at: Timestamp = stored.date;
    moment::element(language, at, detail.survey.now, detail.source().timezone)
}

/// Whether a browser may be led there.
fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}
