//! A preview for people: what the feed is, its entries, and what is wrong with them. Colours and cut lines only on a
//! terminal, so that a pipe loses nothing.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal as _},
};

use chrono_tz::Tz;

use super::{
    document::{Fate, Item, Preview},
    page::Page as Found,
    printable,
};
use crate::model::{Identity, Rule, Timestamp};

/// Narrower terminals are written to as if they were this wide.
const NARROWEST: usize = 40;

/// So many entries of a page are shown, to tell whether they are the right ones.
const SHOWN_OF_PAGE: usize = 8;

/// Where a line of an entry begins: after its number and its date.
const INDENT: usize = 24;

/// What the place can show that it is written to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    colour: bool,
    /// In characters; none where lines may be of any length.
    width: Option<usize>,
}

impl Look {
    pub(super) fn of_stdout() -> Self {
        let stdout = io::stdout();
        if !stdout.is_terminal() {
            return Self::default();
        }
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let plain = set("NO_COLOR") || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let columns = rustix::termios::tcgetwinsize(&stdout).ok().map(|size| usize::from(size.ws_col));
        let width = columns.filter(|columns| *columns > 0).map(|columns| columns.max(NARROWEST));
        Self { colour: !plain, width }
    }
}

/// All of it, ending in a line end.
pub(super) fn render(preview: &Preview, zone: Tz, look: Look) -> String {
    let mut page = Page { text: String::new(), look };
    masthead(&mut page, preview);
    if let Some(found) = &preview.page {
        named_feeds(&mut page, found);
    }
    if !preview.items.is_empty() {
        page.blank();
        page.line(0, Tone::Faint, &format!("{:>4}  {:<16}  Entry", "", "Date"));
    }
    let shown = if preview.page.is_some() { SHOWN_OF_PAGE } else { usize::MAX };
    for (position, item) in preview.items.iter().enumerate().take(shown) {
        entry(&mut page, position + 1, item, zone);
    }
    if let Some(found) = &preview.page {
        proposed(&mut page, preview, found);
    }
    let lists = [("Repairs", &preview.notes.repairs), ("Warnings", &preview.notes.warnings)];
    for (heading, notes) in lists.into_iter().filter(|(_, notes)| !notes.is_empty()) {
        page.blank();
        page.line(0, Tone::Strong, heading);
        for note in notes {
            page.line(0, Tone::Alarm, &format!("- {note}"));
        }
    }
    page.text
}

fn named_feeds(page: &mut Page, found: &Found) {
    if found.alternates.is_empty() {
        return;
    }
    page.blank();
    page.line(0, Tone::Strong, "This page names a feed, which serves better than the page does:");
    for (address, title) in &found.alternates {
        let title = title.as_ref().map(|title| format!("  {title}")).unwrap_or_default();
        page.line(2, Tone::Plain, &format!("{address}{title}"));
    }
}

/// What to write into feeds.toml.
fn proposed(page: &mut Page, preview: &Preview, found: &Found) {
    page.blank();
    let Some(table) = found.table(preview.address.as_ref(), preview.masthead.title.as_deref()) else {
        page.line(0, Tone::Alarm, "No list of news was found on the page itself.");
        return;
    };
    let heading = match found.vocabulary {
        Some(vocabulary) => format!("It tells its news by itself, as {vocabulary}. For feeds.toml:"),
        None => {
            "Proposed from what is seen on it; look whether these are the news. For feeds.toml:".to_owned()
        }
    };
    page.line(0, Tone::Strong, &heading);
    page.blank();
    // To be copied: never cut.
    page.text.push_str(&table);
}

fn masthead(page: &mut Page, preview: &Preview) {
    let masthead = &preview.masthead;
    page.line(0, Tone::Strong, masthead.title.as_deref().unwrap_or("(without a title)"));
    if let Some(description) =
        masthead.description.as_deref().filter(|it| Some(*it) != masthead.title.as_deref())
    {
        page.line(0, Tone::Plain, description);
    }
    let kept = preview.items.iter().filter(|item| matches!(item.fate, Fate::Kept(_))).count();
    let count = match (kept, preview.items.len()) {
        (1, 1) => "1 entry".to_owned(),
        (kept, all) if kept == all => format!("{all} entries"),
        (kept, all) => format!("{kept} of {all} items kept"),
    };
    let format = preview.format.map(|format| format.to_string());
    let facts: Vec<String> = [format, masthead.language.clone(), Some(count)].into_iter().flatten().collect();
    page.line(0, Tone::Plain, &facts.join(", "));
    let places = [("page", &masthead.home), ("feed", &masthead.own), ("found at", &preview.address)];
    for (name, url) in places {
        if let Some(url) = url {
            page.line(0, Tone::Faint, &format!("{name}: {url}"));
        }
    }
}

fn entry(page: &mut Page, number: usize, item: &Item, zone: Tz) {
    let draft = &item.draft;
    let date = draft.published.or(draft.updated).map_or("undated".to_owned(), |date| local(date, zone));
    let title = draft.title.as_deref().unwrap_or("(without a title)");
    page.entry(number, &date, title);
    if let Some(link) = &draft.link {
        page.line(INDENT, Tone::Faint, link.as_str());
    }
    let said = said(item, zone);
    if !said.is_empty() {
        page.line(INDENT, Tone::Plain, &said);
    }
    match &item.fate {
        Fate::Kept(identity) => page.line(INDENT, Tone::Faint, &format!("known by {}", known_by(identity))),
        Fate::Repeat(identity, original) => {
            let by = known_by(identity);
            page.line(
                INDENT,
                Tone::Alarm,
                &format!("repeats entry {}, known by {by}: left out", original + 1),
            );
        }
        Fate::Empty => page.line(INDENT, Tone::Alarm, "nothing to show: left out"),
    }
}

/// Who wrote it, and what there is of it.
fn said(item: &Item, zone: Tz) -> String {
    let draft = &item.draft;
    let mut parts = Vec::new();
    if !draft.authors.is_empty() {
        let names: Vec<&str> = draft.authors.iter().map(|author| author.name.as_str()).collect();
        parts.push(format!("by {}", names.join(", ")));
    }
    if !draft.categories.is_empty() {
        parts.push(format!("in {}", draft.categories.join(", ")));
    }
    if let Some(updated) =
        draft.updated.filter(|updated| draft.published.is_some_and(|date| date != *updated))
    {
        parts.push(format!("updated {}", local(updated, zone)));
    }
    let has = [
        (draft.summary.is_some(), "lead"),
        (draft.content.is_some(), "full text"),
        (draft.image.is_some(), "picture"),
    ];
    parts.extend(has.into_iter().filter(|(there, _)| *there).map(|(_, name)| name.to_owned()));
    match draft.enclosures.len() {
        0 => {}
        1 => parts.push("1 file".to_owned()),
        files => parts.push(format!("{files} files")),
    }
    parts.join(" · ")
}

fn known_by(identity: &Identity) -> String {
    match identity.rule {
        Rule::Guid => format!("its guid {}", identity.value),
        Rule::Link => "its link".to_owned(),
        Rule::Fingerprint => "what it says".to_owned(),
    }
}

fn local(time: Timestamp, zone: Tz) -> String {
    time.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

#[derive(Clone, Copy)]
enum Tone {
    Plain,
    Strong,
    Faint,
    Alarm,
}

struct Page {
    text: String,
    look: Look,
}

impl Page {
    fn blank(&mut self) {
        self.text.push('\n');
    }

    fn line(&mut self, indent: usize, tone: Tone, text: &str) {
        let shown = self.toned(tone, &self.cut(indent, text));
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{:indent$}{shown}", "");
    }

    fn entry(&mut self, number: usize, date: &str, title: &str) {
        let title = self.toned(Tone::Strong, &self.cut(INDENT, title));
        let _ = writeln!(self.text, "{number:>4}  {date:<16}  {title}");
    }

    /// On one line, and no wider than there is room for.
    fn cut(&self, indent: usize, text: &str) -> String {
        let text = printable(text);
        let room = self.look.width.map(|width| width.saturating_sub(indent));
        match room.filter(|room| text.chars().count() > *room) {
            Some(room) => text.chars().take(room.saturating_sub(1)).chain(['…']).collect(),
            None => text,
        }
    }

    fn toned(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            _ if !self.look.colour => return text.to_owned(),
            Tone::Plain => return text.to_owned(),
            Tone::Strong => 1,
            Tone::Faint => 2,
            Tone::Alarm => 33,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{document, source::Input},
        *,
    };

    const FEED: &str = "<rss version='2.0'><channel><title>Báo Thử</title><language>vi</language>\
        <item><guid>\u{9b}g</guid><title>Lũ lên nhanh trên sông Hoàng Long</title><link>https://a.vn/1</link>\
        <author>an@a.vn (An)</author><category>Xã hội</category><description>Dẫn</description>\
        <pubDate>Mon, 12 Jan 2026 23:30:00 GMT</pubDate></item>\
        <item><guid>\u{9b}g</guid><title>Lũ</title><link>https://a.vn/1</link></item></channel></rss>";

    fn shown(look: Look) -> String {
        let input = Input { bytes: FEED.into(), ..Input::default() };
        let zone = Tz::Asia__Ho_Chi_Minh;
        render(&document::preview(&input, zone, false).unwrap(), zone, look)
    }

    #[test]
    fn a_pipe_gets_all_of_it_without_colour() {
        let wanted = "\
Báo Thử
RSS 2.0, vi, 1 of 2 items kept

      Date              Entry
   1  2026-01-13 06:30  Lũ lên nhanh trên sông Hoàng Long
                        https://a.vn/1
                        by An · in Xã hội · lead
                        known by its guid  g
   2  undated           Lũ
                        https://a.vn/1
                        repeats entry 1, known by its guid  g: left out

Warnings
- 1 entry has no date that can be read
- 1 entry repeats an earlier one
";
        assert_eq!(shown(Look::default()), wanted);
    }

    #[test]
    fn a_terminal_gets_colours_and_no_line_wider_than_it_is() {
        let page = shown(Look { colour: true, width: Some(NARROWEST) });
        assert!(page.contains("\x1b[1mLũ lên nhanh tr…\x1b[0m\n"), "{page}");
        let plain = shown(Look { colour: false, width: Some(NARROWEST) });
        assert!(plain.lines().all(|line| line.chars().count() <= NARROWEST), "{plain}");
    }
}
