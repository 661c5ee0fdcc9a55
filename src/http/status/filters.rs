//! What the page offers to look at: the states that there are, a form, and the way from page to page.

use std::{collections::HashMap, fmt::Write as _};

use super::{
    condition::{Condition, Mood, RESTING},
    question::{Area, Group, Question},
    row,
    sort::{Column, Sort},
    survey::Survey,
    text,
};
use crate::{
    http::{html::escape, language::Language},
    model::{Province, State},
};

/// A group that some source is in.
struct Choice {
    group: Group,
    mood: Mood,
    words: &'static str,
    count: usize,
}

/// Links to each group that there is, with their numbers.
pub(super) fn groups(html: &mut String, survey: &Survey, question: &Question, language: Language) {
    // Writing to a String does not fail.
    let label = language.pick("Theo tình trạng", "By state");
    let _ = write!(html, "<nav aria-label=\"{label}\"><ul class=\"groups\">");
    for Choice { group, mood, words, count } in choices(survey, language) {
        let address = escape(&Question { group, page: 0, ..question.clone() }.address());
        let current = if group == question.group { " aria-current=\"true\"" } else { "" };
        let sign = if group == Group::All {
            String::new()
        } else {
            format!("<span aria-hidden=\"true\">{}</span> ", mood.sign())
        };
        let (mood, count) = (mood.name(), language.number(count as u64));
        let _ = write!(
            html,
            "<li><a class=\"{mood}\" href=\"{address}\"{current}>{sign}{words} <b>{count}</b></a></li>"
        );
    }
    html.push_str("</ul></nav>");
}

/// The form that looks for words and a province and sets the order, within the group that is shown.
pub(super) fn form(html: &mut String, survey: &Survey, question: &Question, language: Language) {
    let label = language.pick("Tìm nguồn", "Find a source");
    let hint = language.pick("tên, mã, tỉnh hoặc địa chỉ", "title, id, province or address");
    let _ = write!(
        html,
        "<form method=\"get\" action=\"./\" role=\"search\"><label for=\"q\">{label}</label>\
         <input type=\"search\" id=\"q\" name=\"q\" maxlength=\"100\" placeholder=\"{hint}\" value=\"{}\">",
        escape(&question.words)
    );
    let areas = areas(survey, language);
    choose(html, "province", language.pick("Tỉnh", "Province"), &areas, question.area.name());
    let sort = question.sort.map(|sort| sort.to_string()).unwrap_or_default();
    choose(html, "sort", language.pick("Thứ tự", "Order"), &orders(question.sort, language), &sort);
    if question.group != Group::All {
        let _ = write!(html, "<input type=\"hidden\" name=\"state\" value=\"{}\">", question.group);
    }
    if question.again {
        html.push_str("<input type=\"hidden\" name=\"again\" value=\"1\">");
    }
    let _ = write!(html, "<button>{}</button>", language.pick("Xem", "Show"));
    if (Question { again: false, ..question.clone() }) != Question::default() {
        let _ = write!(html, "<a href=\"./\">{}</a>", language.pick("Xem tất cả", "Show all"));
    }
    html.push_str("</form>");
}

/// A list to choose from; nothing is chosen by the empty value, which stands first.
fn choose(html: &mut String, name: &str, label: &str, choices: &[(String, String)], chosen: &str) {
    let _ = write!(html, "<label for=\"{name}\">{label}</label><select id=\"{name}\" name=\"{name}\">");
    for (value, words) in choices {
        let selected = if value == chosen { " selected" } else { "" };
        let _ = write!(html, "<option value=\"{value}\"{selected}>{words}</option>");
    }
    html.push_str("</select>");
}

/// The provinces that some source is from, with their numbers, as Vietnamese lists go.
fn areas(survey: &Survey, language: Language) -> Vec<(String, String)> {
    let mut counts: HashMap<Option<Province>, u64> = HashMap::new();
    for source in &survey.config.sources {
        *counts.entry(source.province).or_default() += 1;
    }
    let mut provinces: Vec<Province> = counts.keys().copied().flatten().collect();
    provinces.sort_by_cached_key(|province| text::folded(province.name()));
    let area = |area: Area, words: &str, count: u64| {
        (area.name().to_owned(), format!("{words} ({})", language.number(count)))
    };
    let all = area(Area::Anywhere, language.pick("mọi tỉnh", "all"), survey.briefs.len() as u64);
    let named = provinces.into_iter().map(|province| {
        area(
            Area::In(province),
            &escape(province.name()),
            counts.get(&Some(province)).copied().unwrap_or_default(),
        )
    });
    let nowhere =
        counts.get(&None).map(|count| area(Area::Nowhere, language.pick("không tỉnh nào", "none"), *count));
    std::iter::once(all).chain(named).chain(nowhere).collect()
}

/// The orders to choose from: each column's usual one, and the one that is in force.
fn orders(sort: Option<Sort>, language: Language) -> Vec<(String, String)> {
    let first = language.pick("nguồn có lỗi trước", "the sick first");
    let mut orders = vec![(String::new(), first.to_owned())];
    for (column, heading) in Column::ALL.into_iter().zip(row::headings(language)) {
        let usual = Sort::by(column);
        orders.push((usual.to_string(), heading.to_owned()));
        if let Some(sort) = sort.filter(|sort| *sort == usual.reversed()) {
            orders.push((
                sort.to_string(),
                format!("{heading} {}", language.pick("(ngược lại)", "(reversed)")),
            ));
        }
    }
    orders
}

/// To the page before and the one after, where there are such.
pub(super) fn pages(html: &mut String, question: &Question, pages: usize, language: Language) {
    if pages < 2 {
        return;
    }
    let link = |html: &mut String, page: usize, relation: &str, words: &str| {
        let address = escape(&Question { page, ..question.clone() }.address());
        let _ = write!(html, "<a rel=\"{relation}\" href=\"{address}\">{words}</a> ");
    };
    let _ = write!(html, "<nav class=\"pages\" aria-label=\"{}\">", language.pick("Các trang", "Pages"));
    if question.page > 0 {
        link(html, question.page - 1, "prev", language.pick("← Trang trước", "← Previous"));
    }
    let (page, all) = (language.number(question.page as u64 + 1), language.number(pages as u64));
    let _ = match language {
        Language::Vietnamese => write!(html, "<span>Trang {page} / {all}</span> "),
        Language::English => write!(html, "<span>Page {page} of {all}</span> "),
    };
    if question.page + 1 < pages {
        link(html, question.page + 1, "next", language.pick("Trang sau →", "Next →"));
    }
    html.push_str("</nav>");
}

/// To this page loaded again and again, and to what else there is for admins.
pub(super) fn links(html: &mut String, question: &Question, language: Language) {
    let again = Question { again: !question.again, ..question.clone() };
    let words = if question.again {
        language.pick("Thôi tự tải lại mỗi phút", "Stop loading again every minute")
    } else {
        language.pick("Tự tải lại mỗi phút", "Load again every minute")
    };
    let health = language
        .pick("báo khi có nguồn hỏng hoặc khỏi (RSS)", "tells when a source falls sick or recovers (RSS)");
    let _ = write!(
        html,
        "<p><a href=\"{}\">{words}</a> · <a href=\"health.xml\">health.xml</a>: {health} · \
         <a href=\"status.json\">status.json</a> · <a href=\"metrics\">metrics</a></p>",
        escape(&again.address())
    );
}

/// All first, then the states that some source is in, the worst first.
fn choices(survey: &Survey, language: Language) -> Vec<Choice> {
    let choice = |group: Group, mood, words| {
        let count = survey.count(|brief| group.holds(*brief));
        Choice { group, mood, words, count }
    };
    let mut states: Vec<State> = Vec::new();
    for brief in survey.briefs.iter().filter(|brief| brief.enabled) {
        if !states.contains(&brief.state) {
            states.push(brief.state);
        }
    }
    let of_states = states.into_iter().map(|state| {
        let condition = Condition::of_state(state);
        choice(Group::In(state), condition.mood, condition.words(language))
    });
    let mut rest: Vec<Choice> = of_states.collect();
    rest.push(choice(Group::Resting, RESTING.mood, RESTING.words(language)));
    rest.sort_by_key(|choice| (choice.mood, choice.words));
    let all = choice(Group::All, Mood::Resting, language.pick("tất cả", "all"));
    let sick = choice(Group::Sick, Mood::Sick, language.pick("đang có lỗi", "sick"));
    let lax = choice(
        Group::LaxTls,
        Mood::Sick,
        language.pick("không kiểm tra chứng chỉ", "certificate not verified"),
    );
    let some = [sick, lax].into_iter().chain(rest).filter(|choice| choice.count > 0);
    std::iter::once(all).chain(some).collect()
}
