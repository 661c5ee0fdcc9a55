//! The survey as a page: how things stand in a sentence, then the sources, the sick ones first. Never longer than some
//! hundreds of rows, however many sources there are. No script, no request elsewhere.

use std::fmt::Write as _;

use super::{
    chart,
    condition::Mood,
    filters, moment, quantity,
    question::{self, Group, Question},
    row,
    survey::{Standing, Survey},
    text,
};
use crate::{
    http::{html::escape, language::Language},
    model::{Failure, State},
};

const STYLE: &str = include_str!("page.css");

/// The most sick sources shown at the head; the others are found by their state, a page at a time.
const SICK_MAX: usize = 200;
/// A page that is to be loaded again is so after so many seconds.
const AGAIN_AFTER: u32 = 60;
/// How many of the other sources make a page.
const PAGE: usize = 100;

/// The whole page.
pub(super) fn page(survey: &Survey, question: &Question, language: Language) -> String {
    let title = language.pick("Tình trạng tintinh", "State of tintinh");
    let sign = standing_mood(survey).map_or_else(String::new, |mood| format!("{} ", mood.sign()));
    let mut head = "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"health.xml\">".to_owned();
    if question.again {
        // Writing to a String does not fail.
        let _ = write!(head, "<meta http-equiv=\"refresh\" content=\"{AGAIN_AFTER}\">");
    }
    let mut html = opened(&format!("{sign}{title}"), language, &head);
    let _ = write!(html, "<header><h1>{title}</h1>");
    summary(&mut html, survey, language);
    chart::hours(&mut html, &survey.hours, language);
    html.push_str("</header><main>");
    filters::groups(&mut html, survey, question, language);
    filters::form(&mut html, survey, question, language);
    sources(&mut html, survey, question, language);
    html.push_str("</main><footer>");
    filters::links(&mut html, question, language);
    html.push_str("</footer></body></html>\n");
    html
}

/// A page as far as its body; `title` is HTML. `head` is more of its head.
pub(super) fn opened(title: &str, language: Language, head: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">{head}\
         <title>{title}</title><style>{STYLE}</style></head><body>",
        language.tag(),
    )
}

fn standing_mood(survey: &Survey) -> Option<Mood> {
    match survey.standing() {
        Standing::StoreFailed | Standing::Offline | Standing::Sick => Some(Mood::Sick),
        Standing::NoSources => None,
        Standing::Well => Some(Mood::Well),
    }
}

/// How things stand, and what one wants to know first.
fn summary(html: &mut String, survey: &Survey, language: Language) {
    let mood = standing_mood(survey).unwrap_or(Mood::Resting);
    // Writing to a String does not fail.
    let _ = write!(
        html,
        "<p class=\"standing {}\"><span aria-hidden=\"true\">{}</span> {}</p>",
        mood.name(),
        mood.sign(),
        sentence(survey, language)
    );
    if let Some(rescue) = &survey.site.store_rescue {
        let told =
            language.pick("Kho dữ liệu đã được sửa khi khởi động", "The store was mended at the start");
        let what = escape(&text::shown(rescue, Failure::REASON_MAX));
        let _ = write!(
            html,
            "<p class=\"lax\"><span aria-hidden=\"true\">⚠ </span>{told}: <bdi>{what}</bdi></p>"
        );
    }
    let lax = survey.count(|brief| brief.lax_tls);
    if lax > 0 {
        let address = Question { group: Group::LaxTls, ..Question::default() }.address();
        let number = language.number(lax as u64);
        let told = match (language, lax) {
            (Language::Vietnamese, _) => format!("{number} nguồn không được kiểm tra chứng chỉ"),
            (Language::English, 1) => "1 source whose certificate is not verified".to_owned(),
            (Language::English, _) => format!("{number} sources whose certificates are not verified"),
        };
        let _ = write!(
            html,
            "<p class=\"lax\"><span aria-hidden=\"true\">⚠ </span><a href=\"{address}\">{told}</a> \
             (<code>tls_verify = false</code>)</p>"
        );
    }
    let (version, time) = (env!("CARGO_PKG_VERSION"), moment::absolute(language, survey.now, moment::USUAL));
    let readers = language.number(survey.readership.total().into());
    let all = language.number(survey.briefs.len() as u64);
    let facts = [
        (language.pick("Phiên bản", "Version"), version.to_owned()),
        (language.pick("Bây giờ", "Now"), time),
        (language.pick("Nguồn", "Sources"), all),
        (language.pick("Bài một ngày", "Entries a day"), language.number(survey.entries())),
        (language.pick("304 đỡ tải", "Saved by 304"), quantity::size(language, survey.saved())),
        (language.pick("Người đọc", "Readers"), readers),
    ];
    html.push_str("<dl class=\"facts\">");
    for (name, value) in facts {
        let _ = write!(html, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    }
    html.push_str("</dl>");
}

fn sentence(survey: &Survey, language: Language) -> String {
    let ill = survey.count(|brief| brief.mood.is_ill());
    let polled = survey.count(|brief| brief.enabled);
    let waiting = survey.count(|brief| brief.enabled && brief.state == State::New);
    let (vietnamese, english) = match survey.standing() {
        Standing::StoreFailed => {
            let reason = survey.store_failure.as_deref().unwrap_or_default();
            let reason = format!("<bdi>{}</bdi>", escape(&text::shown(reason, Failure::REASON_MAX)));
            (
                format!("Kho dữ liệu bị lỗi, không lưu thêm được gì: {reason}"),
                format!("The store has failed, nothing more can be kept: {reason}"),
            )
        }
        Standing::NoSources => (
            "Chưa có nguồn nào trong <code>feeds.toml</code>.".to_owned(),
            "There is no source in <code>feeds.toml</code> yet.".to_owned(),
        ),
        Standing::Offline => {
            let since =
                survey.offline_since.map(|at| moment::element(language, at, survey.now, moment::USUAL));
            let since = since.unwrap_or_default();
            (
                format!("Không kết nối được với ai từ {since}: có vẻ mạng của chính máy này bị đứt."),
                format!(
                    "Nobody can be reached since {since}: it seems to be this machine's own network that is down."
                ),
            )
        }
        Standing::Sick => {
            let (sick, all) = (language.number(ill as u64), language.number(polled as u64));
            let are = if ill == 1 { "is" } else { "are" };
            (format!("{sick} trong {all} nguồn đang có lỗi."), format!("{sick} of {all} sources {are} sick."))
        }
        Standing::Well if waiting > 0 => {
            let (number, were) = (language.number(waiting as u64), if waiting == 1 { "was" } else { "were" });
            (
                format!("Không nguồn nào có lỗi; {number} nguồn chưa thu thập lần nào."),
                format!("No source is sick; {number} {were} not polled yet."),
            )
        }
        Standing::Well => ("Mọi nguồn đều tốt.".to_owned(), "All is well.".to_owned()),
    };
    match language {
        Language::Vietnamese => vietnamese,
        Language::English => english,
    }
}

/// The sources that are asked for: where that is all, the sick ones by themselves, and pages of the others.
fn sources(html: &mut String, survey: &Survey, question: &Question, language: Language) {
    let found = found(survey, question);
    let first_well =
        found.iter().position(|place| !survey.briefs[*place].mood.is_ill()).unwrap_or(found.len());
    let apart = if question.group == Group::All && question.sort.is_none() { first_well } else { 0 };
    let (sick, rest) = found.split_at(apart);
    if question.page == 0 && !sick.is_empty() {
        let heading = language.pick("Nguồn đang có lỗi", "Sick sources");
        let shown = &sick[..sick.len().min(SICK_MAX)];
        table(html, survey, &counted(heading, shown, 0, sick.len(), language), shown, question, language);
        if shown.len() < sick.len() {
            let address = Question { group: Group::Sick, page: 0, ..question.clone() }.address();
            let more = language.pick("Xem mọi nguồn đang có lỗi", "Show all sick sources");
            let _ = write!(html, "<p><a href=\"{}\">{more}</a></p>", escape(&address));
        }
    }
    let pages = rest.len().div_ceil(PAGE);
    // A page past the end is the last one.
    let question = Question { page: question.page.min(pages.saturating_sub(1)), ..question.clone() };
    let start = question.page * PAGE;
    let shown = &rest[start..rest.len().min(start + PAGE)];
    if !shown.is_empty() {
        let heading = if apart > 0 {
            language.pick("Các nguồn khác", "Other sources")
        } else {
            language.pick("Các nguồn", "Sources")
        };
        table(
            html,
            survey,
            &counted(heading, shown, start, rest.len(), language),
            shown,
            &question,
            language,
        );
        filters::pages(html, &question, pages, language);
    } else if found.is_empty() {
        let nothing = language.pick("Không có nguồn nào như vậy.", "There is no such source.");
        let _ = write!(html, "<p>{nothing}</p>");
    }
}

/// The places of those that are asked for, in the order that is asked for; else the sick ones first, then by title.
fn found(survey: &Survey, question: &Question) -> Vec<usize> {
    let words = question.folded_words();
    let places = survey.briefs.iter().enumerate().filter(|(place, brief)| {
        let source = &survey.config.sources[*place];
        question.group.holds(**brief) && question.area.holds(source) && question::bears(source, &words)
    });
    let mut found: Vec<usize> = places.map(|(place, _)| place).collect();
    if let Some(sort) = question.sort {
        sort.order(&mut found, survey);
        return found;
    }
    found.sort_by_cached_key(|place| {
        let mood = survey.briefs[*place].mood;
        (if mood.is_ill() { mood } else { Mood::Well }, text::folded(&survey.config.sources[*place].title))
    });
    found
}

/// A heading that says which of how many stand below it.
fn counted(heading: &str, shown: &[usize], start: usize, all: usize, language: Language) -> String {
    let number = |number: usize| language.number(number as u64);
    if shown.len() == all {
        return format!("{heading} <small>{}</small>", number(all));
    }
    let (first, last, all) = (number(start + 1), number(start + shown.len()), number(all));
    format!("{heading} <small>{first}–{last} / {all}</small>")
}

fn table(
    html: &mut String,
    survey: &Survey,
    heading: &str,
    places: &[usize],
    question: &Question,
    language: Language,
) {
    let _ = write!(html, "<h2>{heading}</h2><table role=\"table\" class=\"sources\">");
    row::head(html, question, language);
    html.push_str("<tbody role=\"rowgroup\">");
    for place in places {
        row::row(html, survey, *place, language);
    }
    html.push_str("</tbody></table>");
}
