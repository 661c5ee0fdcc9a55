//! One source as a row of the page. Whatever a publisher or an admin wrote stands in it as text, cut from its
//! surroundings also where it changes the direction of writing.

use std::fmt::Write as _;

use super::{
    chart,
    condition::Condition,
    moment, moved_to, public, quantity,
    question::Question,
    sort::{Column, Sort},
    survey::{self, Survey},
    text::{cut, shown},
};
use crate::{
    http::{html::escape, language::Language},
    model::{Articles, ChannelId, Failure, History, Source, SourceState, Timestamp},
};

/// Of a longer reason so many characters are seen at once, and the rest when asked for.
const GLANCE: usize = 140;
/// The most notes of a kind that are shown of a source.
pub(super) const NOTES_MAX: usize = 20;
/// The longest title shown, in characters.
const TITLE_MAX: usize = 200;

/// The headings, as many as a row has cells: those of [`Column::ALL`].
pub(super) fn headings(language: Language) -> [&'static str; Column::ALL.len()] {
    match language {
        Language::Vietnamese => [
            "Nguồn",
            "Tình trạng",
            "Thành công gần nhất",
            "Bài mới gần nhất",
            "Bài một ngày",
            "Thu thập kế tiếp",
            "Độ trễ",
            "304 đỡ tải",
            "Người đọc",
        ],
        Language::English => [
            "Source",
            "State",
            "Last success",
            "Last new entry",
            "Entries a day",
            "Next poll",
            "Latency",
            "Saved by 304",
            "Readers",
        ],
    }
}

/// The head of a table: each heading leads to the sources in its order, and again to the reverse.
pub(super) fn head(html: &mut String, question: &Question, language: Language) {
    html.push_str("<thead role=\"rowgroup\"><tr role=\"row\">");
    for (column, heading) in Column::ALL.into_iter().zip(headings(language)) {
        let current = question.sort.filter(|sort| sort.column == column);
        let next = current.map_or(Sort::by(column), Sort::reversed);
        let (order, sign) = match current {
            None => ("", ""),
            Some(Sort { descending: false, .. }) => {
                (" aria-sort=\"ascending\"", " <span aria-hidden=\"true\">▲</span>")
            }
            Some(Sort { descending: true, .. }) => {
                (" aria-sort=\"descending\"", " <span aria-hidden=\"true\">▼</span>")
            }
        };
        let address = escape(&Question { sort: Some(next), page: 0, ..question.clone() }.address());
        // Writing to a String does not fail.
        let _ = write!(
            html,
            "<th scope=\"col\" role=\"columnheader\"{order}><a href=\"{address}\">{heading}{sign}</a></th>"
        );
    }
    html.push_str("</tr></thead>");
}

/// The row of the source at this place.
pub(super) fn row(html: &mut String, survey: &Survey, place: usize, language: Language) {
    let (source, state) = (&*survey.config.sources[place], survey.state(place));
    let condition = Condition::of(source, state.state);
    let [_, how, success, entry, entries, next, latency, saved, readers] = headings(language);
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
    notes(html, language.pick("Đã sửa khi đọc", "Mended in reading"), &state.repairs, language);
    notes(
        html,
        language.pick("Nơi phát hành nên biết", "Its publisher should know"),
        &state.warnings,
        language,
    );
    let history = &state.history;
    let cells = [
        (success, "time", time(state.last_success)),
        (entry, "time", time(state.last_entry)),
        (entries, "number", entries_in_a_day(history, survey.now, language)),
        (next, "time", next_poll(survey, place, source, language)),
        (latency, "number", history.took.map_or_else(String::new, |took| quantity::duration(language, took))),
        (saved, "number", quantity::size(language, history.saved)),
        (readers, "number", language.number(survey.readership.of(source).into())),
    ];
    for (label, class, text) in cells {
        let _ = write!(html, "</td><td role=\"cell\" class=\"{class}\" data-label=\"{label}\">{text}");
    }
    html.push_str("</td></tr>");
}

/// How many entries it brings, as a number and as a picture.
pub(super) fn entries_in_a_day(history: &History, now: Timestamp, language: Language) -> String {
    let mut html = language.number(history.entries_in_a_day(now).into());
    html.push(' ');
    chart::days(&mut html, &survey::slots(&history.days, History::day(now), History::DAYS), language);
    html
}

/// When it is polled next.
pub(super) fn next_poll(survey: &Survey, place: usize, source: &Source, language: Language) -> String {
    match survey.briefs[place].next_poll {
        Some(at) if at <= survey.now => language.pick("đã đến lượt", "due now").to_owned(),
        at => element(language, at, survey.now, source),
    }
}

/// A time, or that there is none.
pub(super) fn element(language: Language, at: Option<Timestamp>, now: Timestamp, source: &Source) -> String {
    let never = || format!("<span class=\"never\">{}</span>", language.pick("chưa có", "none"));
    at.map_or_else(never, |at| moment::element(language, at, now, source.timezone))
}

/// Who it is and where, and what of it is set dangerously.
fn name(html: &mut String, survey: &Survey, source: &Source, language: Language) {
    let title = escape(&shown(&source.title, TITLE_MAX));
    let channel = ChannelId::Source(source.id.clone());
    let channel = escape(&format!("{}{channel}.xml", survey.config.server.public_url));
    let province = source.province.map(|province| format!("{} · ", escape(province.name())));
    let of = format!("<span class=\"unseen\">: <bdi>{title}</bdi></span>");
    let (theirs, ours) =
        (language.pick("nguồn gốc", "its feed"), language.pick("nguồn phát lại", "our feed"));
    let _ = write!(
        html,
        "<a href=\"sources/{0}\"><bdi>{title}</bdi></a><small>{1}<code>{0}</code> · \
         <a href=\"{2}\">{theirs}{of}</a> · <a href=\"{channel}\">{ours}{of}</a></small>",
        source.id,
        province.unwrap_or_default(),
        escape(&public(&source.url)),
    );
    danger(html, source, language);
}

/// What of it is set dangerously.
pub(super) fn danger(html: &mut String, source: &Source, language: Language) {
    if source.access.lax_tls {
        let danger = language.pick(
            "Chứng chỉ không được kiểm tra (<code>tls_verify = false</code>): ai ở giữa đường truyền cũng có thể sửa tin.",
            "The certificate is not verified (<code>tls_verify = false</code>): whoever is on the way can change the news.",
        );
        let _ = write!(html, "<p class=\"lax\"><span aria-hidden=\"true\">⚠ </span>{danger}</p>");
    }
}

/// How it fares, since when, why, and what is known of its address.
pub(super) fn fare(
    html: &mut String,
    survey: &Survey,
    source: &Source,
    state: &SourceState,
    language: Language,
) {
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
