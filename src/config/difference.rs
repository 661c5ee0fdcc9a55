//! What a changed file changes, in words: which feeds come and go, what of which is set otherwise, and what of it needs a
//! restart. Pure; names keys and never their values, as some are secret.

use std::{collections::HashMap, fmt, sync::Arc};

use super::Config;
use crate::model::{OwnChannel, Source};

/// So many feeds are named; the others are counted.
const NAMED_MAX: usize = 5;

/// What one configuration has otherwise than another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// The ids of feeds that are new.
    pub added: Vec<String>,
    /// The ids of feeds that are gone.
    pub removed: Vec<String>,
    /// The keys that feeds have otherwise, and the ids of those feeds.
    pub changed: Vec<(Vec<&'static str>, Vec<String>)>,
    /// The tables of the head, and the channels, that are otherwise.
    pub settings: Vec<String>,
}

impl Difference {
    /// What `new` has otherwise than `old`.
    #[must_use]
    pub fn between(old: &Config, new: &Config) -> Self {
        let (before, after) = (by_id(&old.sources), by_id(&new.sources));
        let only = |these: &[Arc<Source>], others: &HashMap<&str, &Source>| {
            let ids = these.iter().map(|source| source.id.to_string());
            ids.filter(|id| !others.contains_key(id.as_str())).collect()
        };
        let mut changed: Vec<(Vec<&'static str>, Vec<String>)> = Vec::new();
        for source in &new.sources {
            let Some(was) = before.get(source.id.as_str()).filter(|was| **was != &**source) else { continue };
            let keys = changed_keys(was, source);
            match changed.iter_mut().find(|(known, _)| *known == keys) {
                Some((_, ids)) => ids.push(source.id.to_string()),
                None => changed.push((keys, vec![source.id.to_string()])),
            }
        }
        Self {
            added: only(&new.sources, &before),
            removed: only(&old.sources, &after),
            changed,
            settings: changed_settings(old, new),
        }
    }

    /// Whether both are the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How many feeds are set otherwise.
    #[must_use]
    pub fn changed_feeds(&self) -> usize {
        self.changed.iter().map(|(_, ids)| ids.len()).sum()
    }
}

impl fmt::Display for Difference {
    /// On one line: `added bao-a; removed bao-b (…); changed url of bao-c; changed channel.window`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut clauses = Vec::new();
        if !self.added.is_empty() {
            clauses.push(format!("added {}", listed(&self.added)));
        }
        if !self.removed.is_empty() {
            let kept = "their entries stay in the archive, and leave the live feeds";
            clauses.push(format!("removed {} ({kept})", listed(&self.removed)));
        }
        for (keys, ids) in &self.changed {
            clauses.push(format!("changed {} of {}", keys.join(", "), listed(ids)));
        }
        if !self.settings.is_empty() {
            clauses.push(format!("changed {}", self.settings.join(", ")));
        }
        if clauses.is_empty() {
            return formatter.write_str("nothing has changed");
        }
        formatter.write_str(&clauses.join("; "))
    }
}

fn listed(ids: &[String]) -> String {
    let named = ids[..ids.len().min(NAMED_MAX)].join(", ");
    match ids.len().saturating_sub(NAMED_MAX) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

fn by_id(sources: &[Arc<Source>]) -> HashMap<&str, &Source> {
    sources.iter().map(|source| (source.id.as_str(), &**source)).collect()
}

/// The keys by which these two differ, as the file calls them.
fn changed_keys(old: &Source, new: &Source) -> Vec<&'static str> {
    let (pace, was_pace) = (&new.pace, &old.pace);
    let (limits, was_limits) = (&new.limits, &old.limits);
    let (access, was_access) = (&new.access, &old.access);
    let (ours, was_ours) = (&new.republishing, &old.republishing);
    let all = [
        ("title", old.title == new.title),
        ("province", old.province == new.province),
        ("url", old.url == new.url),
        ("enabled", old.enabled == new.enabled),
        ("timezone", old.timezone == new.timezone),
        ("interval", was_pace.interval == pace.interval),
        ("min_interval", was_pace.min_interval == pace.min_interval),
        ("max_interval", was_pace.max_interval == pace.max_interval),
        ("host_delay", was_pace.host_delay == pace.host_delay),
        ("max_body", was_limits.max_body == limits.max_body),
        ("connect_timeout", was_limits.connect_timeout == limits.connect_timeout),
        ("idle_timeout", was_limits.idle_timeout == limits.idle_timeout),
        ("total_timeout", was_limits.total_timeout == limits.total_timeout),
        ("http", was_access.http1_only == access.http1_only),
        ("user_agent", was_access.user_agent == access.user_agent),
        ("headers", was_access.headers == access.headers),
        ("proxy", was_access.proxy == access.proxy),
        ("ca_file", was_access.extra_ca == access.extra_ca),
        ("tls_verify", was_access.lax_tls == access.lax_tls),
        ("credentials", was_access.authorization == access.authorization),
        ("cookie_challenge", was_access.cookie_challenge == access.cookie_challenge),
        ("rewrite_host", old.rewrite_host == new.rewrite_host),
        ("content", was_ours.content == ours.content),
        ("drop", was_ours.drop == ours.drop),
        ("keep", was_ours.keep == ours.keep),
        ("page", old.page == new.page),
        ("full_text", old.article == new.article),
    ];
    let differ: Vec<&'static str> = all.iter().filter(|(_, same)| !same).map(|(key, _)| *key).collect();
    if differ.is_empty() { vec!["settings"] } else { differ }
}

fn changed_settings(old: &Config, new: &Config) -> Vec<String> {
    let (channel, was_channel) = (&new.channel, &old.channel);
    let (store, was_store) = (&new.store, &old.store);
    let keys = [
        ("server.listen", old.server.listen == new.server.listen),
        ("server.public_url", old.server.public_url == new.server.public_url),
        ("admin.listen", old.admin.listen == new.admin.listen),
        ("store.path", was_store.path == store.path),
        ("store.keep", was_store.keep == store.keep),
        ("store.keep_entries", was_store.keep_entries == store.keep_entries),
        ("store.cache", was_store.cache == store.cache),
        ("store.compact_above", was_store.compact_above == store.compact_above),
        ("store.export", was_store.export == store.export),
        ("network.allow", old.network.allow == new.network.allow),
        ("channel.title", was_channel.title == channel.title),
        ("channel.window", was_channel.window == channel.window),
        ("channel.min_entries", was_channel.min_entries == channel.min_entries),
        ("channel.max_entries", was_channel.max_entries == channel.max_entries),
        ("channel.duplicates", was_channel.duplicates == channel.duplicates),
    ];
    let keys = keys.iter().filter(|(_, same)| !same).map(|(key, _)| (*key).to_owned());
    keys.chain(changed_channels(&old.channels, &new.channels)).collect()
}

fn changed_channels(old: &[Arc<OwnChannel>], new: &[Arc<OwnChannel>]) -> Vec<String> {
    let was = |slug| old.iter().find(|channel| channel.slug == slug);
    let told = |what: &str, channel: &OwnChannel| format!("channels.{} ({what})", channel.slug);
    let mut changed = Vec::new();
    for channel in new {
        match was(channel.slug.clone()) {
            None => changed.push(told("added", channel)),
            Some(was) if was != channel => changed.push(format!("channels.{}", channel.slug)),
            Some(_) => {}
        }
    }
    let gone = old.iter().filter(|old| !new.iter().any(|channel| channel.slug == old.slug));
    changed.extend(gone.map(|channel| told("removed", channel)));
    changed
}

/// The keys that `new` says otherwise than the daemon that started with `started` can have it.
#[must_use]
pub fn needs_restart(started: &Config, new: &Config) -> Vec<&'static str> {
    let fixed = [
        ("server.listen", started.server.listen == new.server.listen),
        ("admin.listen", started.admin.listen == new.admin.listen),
        ("store.path", started.store.path == new.store.path),
        ("store.cache", started.store.cache == new.store.cache),
        ("network.allow", started.network.allow == new.network.allow),
    ];
    fixed.into_iter().filter(|(_, same)| !same).map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Surroundings, parse};

    fn config(text: &str) -> Config {
        parse(text, &Surroundings::default()).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    fn feeds(ids: impl IntoIterator<Item = usize>) -> String {
        let feed = |id| format!("[[feeds]]\nid = \"f{id}\"\ntitle = \"F\"\nurl = \"https://{id}.vn/\"\n");
        ids.into_iter().map(feed).collect()
    }

    #[test]
    fn what_has_changed_is_told_in_words() {
        let cases = [
            (feeds(0..2), feeds(0..2), "nothing has changed"),
            (feeds(0..2), feeds([1, 0]), "nothing has changed"),
            (feeds(0..1), feeds(0..3), "added f1, f2"),
            (
                feeds(0..7),
                String::new(),
                "removed f0, f1, f2, f3, f4 and 2 more (their entries stay in the archive, and leave the live feeds)",
            ),
            (feeds(0..1), feeds(0..1) + "enabled = false\ninterval = \"1h\"\n", "changed enabled, interval of f0"),
            (
                feeds(0..8),
                format!("[defaults]\nmin_interval = \"1h\"\n{}province = \"hue\"\n", feeds(0..8)),
                "changed min_interval of f0, f1, f2, f3, f4 and 2 more; changed province, min_interval of f7",
            ),
            (
                "[[channels]]\nslug = \"a\"\ntitle = \"A\"\n[[channels]]\nslug = \"b\"\ntitle = \"B\"\n".to_owned(),
                "[channel]\nwindow = \"1h\"\n[[channels]]\nslug = \"b\"\ntitle = \"Bê\"\n[[channels]]\nslug = \"c\"\n\
                 title = \"C\"\n"
                    .to_owned(),
                "changed channel.window, channels.b, channels.c (added), channels.a (removed)",
            ),
            (
                feeds(0..1) + "headers = { Authorization = \"hush\", X = \"hush\" }\n",
                feeds(0..1) + "proxy = \"http://u:hush@a.vn\"\n",
                "changed headers, proxy, credentials of f0",
            ),
        ];
        for (old, new, words) in cases {
            let difference = Difference::between(&config(&old), &config(&new));
            assert_eq!(difference.to_string(), words);
            assert_eq!(difference.is_empty(), words == "nothing has changed");
        }
    }

    // Each key that a feed may have, changed, is told by its name, and not as some setting or other.
    #[test]
    fn each_key_of_a_feed_is_told_by_its_name() {
        let lines = [
            "title = \"G\"",
            "province = \"hue\"",
            "url = \"https://b.vn/\"",
            "enabled = false",
            "timezone = \"Asia/Bangkok\"",
            "interval = \"2h\"",
            "min_interval = \"2h\"",
            "max_interval = \"2h\"",
            "host_delay = \"9s\"",
            "max_body = \"1MiB\"",
            "connect_timeout = \"3s\"",
            "idle_timeout = \"3s\"",
            "total_timeout = \"9m\"",
            "http = \"1.1\"",
            "user_agent = \"A\"",
            "headers = { X = \"1\" }",
            "proxy = \"http://a.vn\"",
            "tls_verify = false",
            "cookie_challenge = true",
            "rewrite_host = { \"a.vn\" = \"b.vn\" }",
            "content = \"summary\"",
            "drop = { keywords = [\"a\"] }",
            "keep = { keywords = [\"a\"] }",
            "page = {}",
            "full_text = true",
        ];
        let base = [("title", "title = \"F\""), ("url", "url = \"https://a.vn/\"")];
        let old = config("[[feeds]]\nid = \"f\"\ntitle = \"F\"\nurl = \"https://a.vn/\"\n");
        for line in lines {
            let (key, _) = line.split_once(' ').unwrap();
            let rest: Vec<&str> =
                base.iter().filter(|(name, _)| *name != key).map(|(_, line)| *line).collect();
            let new = config(&format!("[[feeds]]\nid = \"f\"\n{}\n{line}\n", rest.join("\n")));
            let told = Difference::between(&old, &new).changed;
            assert_eq!(told, [(vec![key], vec!["f".to_owned()])]);
        }
    }
}
