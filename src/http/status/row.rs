//! One source as a row of the page. Whatever a publisher or an admin wrote stands in it as text, cut from its
//! surroundings also where it changes the direction of writing.

use std::fmt::Write as _;

use super::{
    Survey,
    condition::Condition,
    moment, moved_to, public,
    text::{cut, shown},
};
use crate::{
    http::{html::escape, language::Language},
    model::{Articles, ChannelId, Failure, Source, SourceState, Timestamp},
};

/// Of a longer reason so many characters are seen at once, and the rest when asked for.
const GLANCE: usize = 140;
/// The most notes of a kind that are shown of a source.
const NOTES_MAX: usize = 20;
/// The longest title shown, in characters.
const TITLE_MAX: usize = 200;

/// The headings, as many as a row has cells.
pub(super) fn headings(language: Language) -> [&'static str; 6] {
    match language {
        Language::Vietnamese => [
            "Nguồn",
            "Tình trạng",
            "Thành công gần nhất",
            "Bài mới gần nhất",
            "Thu thập kế tiếp",
            "Người đọc",
        ],
        Language::English => ["Source", "State", "Last success", "Last new entry", "Next poll", "Readers"],
    }
}

/// The row of the source at this place.
pub(super) fn row(html: &mut String, survey: &Survey, place: usize, language: Language) {
    let (source, state) = (&*survey.config.sources[place], survey.state(place));
    let condition = Condition::of(source, state.state);
    let [_, how, success, entry, next, readers] = headings(language);
    let time = |at| element(language, at, survey.now, source);
    // Writing to a String does not fail.
    let _ = write!(
        html,
        "<tr role=\"row\" class=\"{}\"><th scope=\"row\" role=\"rowheader\">",
        condition.mood.name()
    );
    name(html, survey, source, language);
    let _ = write!(html, "</th><td role=\"cell\" data-label=\"{how}\">");
    fare(html, survey, source, &state, language);
    let next_poll = if !source.enabled || state.last_poll.is_none() {
        time(None)
    } else if state.next_poll <= survey.now {
        language.pick("đã đến lượt", "due now").to_owned()
    } else {
        time(Some(state.next_poll))
    };
    for (label, text) in
        [(success, time(state.last_success)), (entry, time(state.last_entry)), (next, next_poll)]
    {
        let _ = write!(html, "</td><td role=\"cell\" data-label=\"{label}\">{text}");
    }
    let count = language.number(survey.readership.of(source).into());
    let _ =
        write!(html, "</td><td role=\"cell\" class=\"number\" data-label=\"{readers}\">{count}</td></tr>");
}

fn element(language: Language, at: Option<Timestamp>, now: Timestamp, source: &Source) -> String {
    let never = || format!("<span class=\"never\">{}</span>", language.pick("chưa có", "none"));
    at.map_or_else(never, |at| moment::element(language, at, now, source.timezone))
}

/// Who it is and where, and what of it is set dangerously.
fn name(html: &mut String, survey: &Survey, source: &Source, language: Language) {
    let title = escape(&shown(&source.title, TITLE_MAX));
    let channel = ChannelId::Source(source.id.clone());
    let channel = escape(&format!("{}{channel}.xml", survey.config.server.public_url));
    let province = source.province.map(|province| format!("{} · ", escape(province.name())));
    let own = language.pick("nguồn phát lại", "our feed");
    let _ = write!(
        html,
        "<a href=\"{}\"><bdi>{title}</bdi></a><small>{}<code>{}</code> · \
         <a href=\"{channel}\">{own}<span class=\"unseen\">: <bdi>{title}</bdi></span></a></small>",
        escape(&public(&source.url)),
        province.unwrap_or_default(),
        source.id,
    );
    if source.access.lax_tls {
        let danger = language.pick(
            "Chứng chỉ không được kiểm tra (<code>tls_verify = false</code>): ai ở giữa đường truyền cũng có thể sửa tin.",
            "The certificate is not verified (<code>tls_verify = false</code>): whoever is on the way can change the news.",
        );
        let _ = write!(html, "<p class=\"lax\"><span aria-hidden=\"true\">⚠ </span>{danger}</p>");
    }
}

/// How it fares, since when, why, and what else is known.
fn fare(html: &mut String, survey: &Survey, source: &Source, state: &SourceState, language: Language) {
    let condition = Condition::of(source, state.state);
    let (sign, words) = (condition.mood.sign(), condition.words(language));
    // Writing to a String does not fail.
    let _ = write!(html, "<p class=\"mood\"><span aria-hidden=\"true\">{sign}</span> {words}</p>");
    if source.enabled && state.last_poll.is_some() {
        let since = moment::element(language, state.since, survey.now, source.timezone);
        let word = language.pick("từ", "since");
        let _ = write!(html, "<p class=\"since\">{word} {since}{}</p>", failures(state.failures, language));
    }
    let reason = shown(&state.reason, Failure::REASON_MAX);
    if reason.chars().nth(GLANCE).is_some() {
        let (glance, whole) = (escape(&cut(&reason, GLANCE)), escape(&reason));
        let _ = write!(
            html,
            "<details class=\"why\"><summary><bdi>{glance}</bdi></summary><p><bdi>{whole}</bdi></p></details>"
        );
    } else if !reason.is_empty() {
        let _ = write!(html, "<p class=\"why\"><bdi>{}</bdi></p>", escape(&reason));
    }
    if let Some(until) = (survey.site.held_until)(source) {
        let told =
            language.pick("Máy chủ của nguồn yêu cầu chờ đến", "Its host asked to be left alone until");
        let until = moment::element(language, until, survey.now, source.timezone);
        let _ = write!(html, "<p class=\"why\">{told} {until}</p>");
    }
    if let Some(address) = moved_to(state) {
        let told = match (state.adopted.is_some(), language) {
            (false, Language::Vietnamese) => "Địa chỉ đã chuyển hẳn sang",
            (false, Language::English) => "Its address has moved permanently to",
            (true, Language::Vietnamese) => "Đang lấy ở địa chỉ mới; hãy sửa <code>url</code> thành",
            (true, Language::English) => "Asked at its new address; change <code>url</code> to",
        };
        let _ = write!(html, "<p class=\"why\">{told} <bdi><code>{}</code></bdi></p>", escape(&address));
    }
    if source.article.is_some() {
        articles(html, &state.articles, language);
    }
    notes(html, language.pick("Đã sửa khi đọc", "Mended in reading"), &state.repairs, language);
    notes(
        html,
        language.pick("Nơi phát hành nên biết", "Its publisher should know"),
        &state.warnings,
        language,
    );
}

/// How its articles fare, where they are read.
fn articles(html: &mut String, articles: &Articles, language: Language) {
    let number = |count: u64| language.number(count);
    let waiting = number(u64::try_from(articles.waiting.len()).unwrap_or(u64::MAX));
    let (read, given_up) = (number(articles.read), number(articles.given_up));
    let told = match language {
        Language::Vietnamese => format!("Toàn văn: đã đọc {read} · còn chờ {waiting} · bỏ {given_up}"),
        Language::English => {
            format!("Whole articles: {read} read · {waiting} to be read · {given_up} given up")
        }
    };
    // Writing to a String does not fail.
    let _ = write!(html, "<p class=\"since\">{told}</p>");
    let reason = shown(&articles.reason, Failure::REASON_MAX);
    if !reason.is_empty() {
        let _ = write!(html, "<p class=\"why\"><bdi>{}</bdi></p>", escape(&reason));
    }
}

fn failures(count: u32, language: Language) -> String {
    let number = language.number(count.into());
    match (language, count) {
        (_, 0) => String::new(),
        (Language::Vietnamese, _) => format!(" · {number} lần liền không thu thập được"),
        (Language::English, 1) => " · 1 failed poll".to_owned(),
        (Language::English, _) => format!(" · {number} failed polls in a row"),
    }
}

fn notes(html: &mut String, heading: &str, notes: &[String], language: Language) {
    if notes.is_empty() {
        return;
    }
    let _ = write!(
        html,
        "<details><summary>{heading} ({})</summary><ul>",
        language.number(u64::try_from(notes.len()).unwrap_or(u64::MAX))
    );
    for note in notes.iter().take(NOTES_MAX) {
        let _ = write!(html, "<li><bdi>{}</bdi></li>", escape(&shown(note, Failure::REASON_MAX)));
    }
    if notes.len() > NOTES_MAX {
        html.push_str("<li>…</li>");
    }
    html.push_str("</ul></details>");
}
