//! All that is known of one source, as a page. Whatever others wrote stands in it as text.

use std::fmt::Write as _;

use super::{
    advice, chart,
    condition::Condition,
    moment, moved_to,
    page::opened,
    past, public, quantity, row,
    survey::{self, Survey},
    text::shown,
};
use crate::{
    http::{html::escape, language::Language},
    model::{Attempt, ChannelId, Failure, History, Source, SourceState, StoredEntry, Timestamp},
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
    let mut html = opened(&format!("{} {title}", condition.mood.sign()), language, "");
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
    past::attempts(&mut html, detail, language);
    past::turns(&mut html, detail, language);
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
