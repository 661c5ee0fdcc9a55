//! What is said of entries, for people at a terminal. Pure.

use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta};

use crate::{
    config::Config,
    filter::{Verdict, channels_of},
    model::{ChannelId, EntryKey, Grouping, Presence, Remembered, Rule, SourceId, StoredEntry, Timestamp},
    publish::public_guid,
};

/// All that is known of one, the others of its group being among `all`.
pub(super) fn told(found: &Remembered, all: &[&Remembered], config: &Config, now: Timestamp) -> String {
    let mut lines = vec![headline(found)];
    let mut say = |what: &str, words: String| lines.push(format!("  {what}: {words}"));
    say("source", source(&found.source, config));
    if let Some(stored) = &found.stored {
        let identity = &stored.entry.identity;
        say("link", stored.entry.link.as_deref().map_or_else(|| "none".to_owned(), clean));
        say("first seen", moment(stored.first_seen));
        say("date", moment(stored.date));
        say("identified by", format!("its {} {}", rule(identity.rule), clean(&identity.value)));
    } else {
        say("date", moment(found.known.date));
    }
    if let Some(key) = own_key(found) {
        say("guid", public_guid(&found.source, key));
    }
    say("state", state(found));
    say("story", story(found, all));
    if let Some(stored) = &found.stored {
        for (channel, verdict) in channels_of(stored, &config.sources, &config.channels) {
            say(&channel.to_string(), standing(&channel, &verdict, stored, config, now));
        }
    }
    lines.join("\n")
}

/// What was taken down, of which these were found.
pub(super) fn taken_down(count: usize, found: &[&Remembered], config: &Config) -> String {
    if count == 0 {
        return "nothing was left to take down: it was taken down before".to_owned();
    }
    let entries = if count == 1 { "entry" } else { "entries" };
    let line = |found: &&Remembered| format!("\n  {}, of {}", headline(found), source(&found.source, config));
    format!("taken down for ever: {count} {entries}{}", found.iter().map(line).collect::<String>())
}

/// Why what is called so cannot be taken down.
pub(super) fn several(found: &[Remembered], stories: usize) -> String {
    let line = |found: &Remembered| {
        let guid = own_key(found).map(|key| format!(", {}", public_guid(&found.source, key)));
        format!("\n  {}, of {}{}", headline(found), found.source.as_str(), guid.unwrap_or_default())
    };
    format!(
        "nothing was taken down: {stories} stories are called so; name one by its address or by our guid:{}",
        found.iter().map(line).collect::<String>()
    )
}

/// That not all are told, where that is so.
pub(super) fn rest(all: usize, told: usize) -> String {
    match all.saturating_sub(told) {
        0 => String::new(),
        more => format!("\n… and {more} more"),
    }
}

/// Without what would drive a terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}

fn headline(found: &Remembered) -> String {
    found.stored.as_ref().map_or_else(|| "(contents gone)".to_owned(), |stored| clean(&stored.entry.title))
}

fn source(id: &SourceId, config: &Config) -> String {
    match config.sources.iter().find(|source| source.id == *id) {
        Some(source) if source.enabled => format!("{} ({})", clean(&source.title), id.as_str()),
        Some(source) => format!("{} ({}), which rests", clean(&source.title), id.as_str()),
        None => format!("{}, which is not in feeds.toml any more", id.as_str()),
    }
}

fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Guid => "publisher's guid",
        Rule::Link => "link",
        Rule::Fingerprint => "text, of this fingerprint:",
    }
}

/// What its public guid is made of, where that can be told of what is gone.
fn own_key(found: &Remembered) -> Option<EntryKey> {
    match (&found.stored, &found.grouping, &*found.keys) {
        (Some(stored), ..) => Some(stored.key),
        (None, Grouping::Led { lead, .. }, _) if lead.seq == found.known.seq => Some(lead.key),
        (None, _, [only]) => Some(*only),
        _ => None,
    }
}

fn state(found: &Remembered) -> String {
    let dropped = found.stored.as_ref().and_then(|stored| stored.dropped.as_deref());
    match (found.known.presence, dropped) {
        (Presence::Kept, Some(filter)) => format!("kept, but dropped when it came: {}", clean(filter)),
        (Presence::Kept, None) => "kept".to_owned(),
        (Presence::Listed, _) => "pruned; its source's document may list it still".to_owned(),
        (Presence::Left(at), _) => {
            format!("pruned; its source's document listed it no more at {}", moment(at))
        }
        (Presence::TakenDown, _) => "taken down; it never comes back".to_owned(),
    }
}

fn story(found: &Remembered, all: &[&Remembered]) -> String {
    let Grouping::Led { link, lead } = &found.grouping else { return "its own".to_owned() };
    let is_other = |other: &&&Remembered| {
        let has_link = matches!(&other.grouping, Grouping::Led { link: of, .. } if of == link);
        has_link && other.known.seq != found.known.seq
    };
    let others: Vec<&str> = all.iter().filter(is_other).map(|other| other.source.as_str()).collect();
    let same = if others.is_empty() { "nowhere else any more".to_owned() } else { others.join(", ") };
    if lead.seq != found.known.seq {
        let guid = public_guid(&lead.source, lead.key);
        return format!("led by {}'s, {guid}; it came from {same} too", lead.source.as_str());
    }
    if others.is_empty() { "its own".to_owned() } else { format!("it leads; it came from {same} too") }
}

fn standing(
    channel: &ChannelId,
    verdict: &Verdict,
    stored: &StoredEntry,
    config: &Config,
    now: Timestamp,
) -> String {
    let own_window = match (verdict, channel) {
        (Verdict::Barred(reason), _) => return format!("no: {}", clean(reason)),
        // Its older ones too.
        (Verdict::Stands, ChannelId::Source(_)) => return "yes, while it is among the newest".to_owned(),
        (Verdict::Stands, ChannelId::Own(slug)) => config.own(slug).map(|own| own.window),
        (Verdict::Stands, ChannelId::All | ChannelId::Province(_)) => None,
    };
    let window = in_delta(own_window.unwrap_or(config.channel.window));
    let age = now - stored.place;
    let room = if age > window {
        "yes, but older than the window: only where the channel has few entries"
    } else {
        "yes, within the window, as far as there is room"
    };
    format!("{room} ({} old, the window is {})", span(age), span(window))
}

fn in_delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

fn span(time: TimeDelta) -> String {
    match (time.num_days(), time.num_hours()) {
        (days, _) if days > 2 => format!("{days} d"),
        (_, hours) if hours > 0 => format!("{hours} h"),
        _ => format!("{} min", time.num_minutes().max(0)),
    }
}

fn moment(time: Timestamp) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_as_people_say_them() {
        for (minutes, wanted) in
            [(-5, "0 min"), (0, "0 min"), (59, "59 min"), (60, "1 h"), (71 * 60, "71 h"), (72 * 60, "3 d")]
        {
            assert_eq!(span(TimeDelta::minutes(minutes)), wanted);
        }
        assert_eq!(span(in_delta(Duration::from_hours(48))), "48 h");
    }

    #[test]
    fn only_what_is_left_out_is_said_to_be() {
        assert_eq!((rest(3, 3), rest(5, 3)), (String::new(), "\n… and 2 more".to_owned()));
        assert_eq!(clean("Tin\u{1b}[2J\n"), "Tin[2J");
    }
}
