//! What the page offers to look at: the states that there are, a form, and the way from page to page.

use std::fmt::Write as _;

use super::{
    Survey,
    condition::{Condition, Mood, RESTING},
    question::{Group, Question},
};
use crate::{
    http::{html::escape, language::Language},
    model::State,
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
        let address = escape(&Question { group, ..Question::default() }.address());
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

/// The form that looks for words, within the group that is shown.
pub(super) fn form(html: &mut String, question: &Question, language: Language) {
    let label = language.pick("Tìm nguồn", "Find a source");
    let hint = language.pick("tên, mã, tỉnh hoặc địa chỉ", "title, id, province or address");
    let _ = write!(
        html,
        "<form method=\"get\" action=\"./\" role=\"search\"><label for=\"q\">{label}</label> \
         <input type=\"search\" id=\"q\" name=\"q\" maxlength=\"100\" placeholder=\"{hint}\" value=\"{}\">",
        escape(&question.words)
    );
    if question.group != Group::All {
        let _ = write!(html, "<input type=\"hidden\" name=\"state\" value=\"{}\">", question.group);
    }
    let _ = write!(html, "<button>{}</button>", language.pick("Tìm", "Find"));
    if *question != Question::default() {
        let _ = write!(html, "<a href=\"./\">{}</a>", language.pick("Xem tất cả", "Show all"));
    }
    html.push_str("</form>");
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
