//! The tables that stand once: `[server]`, `[admin]`, `[store]`, `[network]` and `[channel]`. Knows no source.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    ops::RangeInclusive,
    path::Path,
    time::Duration,
};

use unicode_normalization::UnicodeNormalization;

use super::{
    Admin, ChannelSettings, ExportSettings, NetworkSettings, Server, StoreSettings, Surroundings,
    address::{collide, reached_at, read_listen, read_network, read_public_url},
    files::file_path,
    problem::{Problems, Wrong},
    reader::Reader,
    settings::{reconciled, refuse_crossed},
    shape,
    wording::echo,
};
use crate::model::Duplicates;

const LISTEN: SocketAddr = local(8080);
const ADMIN_LISTEN: SocketAddr = local(8081);
const STORE_FOLDER: &str = "data";
const CHANNEL_TITLE: &str = "Tin các tỉnh";
const WINDOW: Duration = Duration::from_hours(48);
const MIN_ENTRIES: usize = 50;
const MAX_ENTRIES: usize = 1000;

const DAY: Duration = Duration::from_hours(24);
const KEEP: Duration = Duration::from_hours(24 * 180);
const CACHE: u64 = 64 << 20;
const EXPORT_KEEP: usize = 7;

/// Up to a hundred years, as windows are.
const KEEPS: RangeInclusive<Duration> = DAY..=Duration::from_hours(24 * 36_525);
const MOST_KEPT: usize = 10_000_000;
/// sled itself takes some MiB, and two to four times what it is told.
const CACHES: RangeInclusive<u64> = (4 << 20)..=(16 << 30);
/// A fresh database takes 16 MiB; nobody has a disk of a PiB.
const COMPACT_ABOVE: RangeInclusive<u64> = (1 << 20)..=(1 << 50);
const EXPORTS_EVERY: RangeInclusive<Duration> = Duration::from_mins(1)..=Duration::from_hours(24 * 366);
const MOST_EXPORTS: usize = 1000;

/// A hundred years: no limit that anybody meets, and one that arithmetic on instants survives.
const WINDOWS: RangeInclusive<Duration> = Duration::from_mins(1)..=Duration::from_hours(24 * 36_525);

/// More entries than this make a document that no feed reader takes.
const MOST_ENTRIES: usize = 10_000;
const MAX_NETWORKS: usize = 1000;

/// The longest title, in characters.
const MAX_TITLE: usize = 200;

const fn local(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// Both listeners, which must not take each other's place.
pub(super) fn read_listeners(root: &Reader<'_>, problems: &mut Problems<'_>) -> Option<(Server, Admin)> {
    let server = root.section(&shape::SERVER, problems);
    server.refuse_unknown(problems);
    let admin = root.section(&shape::ADMIN, problems);
    admin.refuse_unknown(problems);

    let readers = read_place(&server, LISTEN, problems);
    let admins = read_place(&admin, ADMIN_LISTEN, problems);
    if let (Some(readers), Some(admins)) = (readers, admins)
        && collide(readers, admins)
    {
        let (blamed, other_key, other) = match admin.get("listen") {
            Some(_) => (&admin, "server.listen", readers),
            None => (&server, "admin.listen", admins),
        };
        let wrong = Wrong::new(
            format!("takes the place of `{other_key}` ({other})"),
            "give one of them another port",
        );
        blamed.tell("listen", wrong, problems);
    }
    let (readers, admins) = (readers.unwrap_or(LISTEN), admins.unwrap_or(ADMIN_LISTEN));
    let given = server.text("public_url", problems, read_public_url);
    let public_url_given = given.is_some();
    let Some(public_url) = given.or_else(|| reached_at(readers)) else {
        let wrong = Wrong::new("cannot be made from where we listen", "write the address that readers use");
        server.tell("public_url", wrong, problems);
        return None;
    };
    Some((Server { listen: readers, public_url, public_url_given }, Admin { listen: admins }))
}

/// Where the admin is answered, as well as it can be told.
pub(super) fn read_admin_listen(root: &Reader<'_>, problems: &mut Problems<'_>) -> SocketAddr {
    read_place(&root.section(&shape::ADMIN, problems), ADMIN_LISTEN, problems).unwrap_or(ADMIN_LISTEN)
}

/// Where this listener listens; none where the file says it wrongly.
fn read_place(table: &Reader<'_>, default: SocketAddr, problems: &mut Problems<'_>) -> Option<SocketAddr> {
    if table.get("listen").is_none() { Some(default) } else { table.text("listen", problems, read_listen) }
}

/// Where the store is (beside the file, unless the file or the service manager says where), and what it keeps.
pub(super) fn read_store(
    root: &Reader<'_>,
    surroundings: &Surroundings,
    problems: &mut Problems<'_>,
) -> StoreSettings {
    let table = root.section(&shape::STORE, problems);
    table.refuse_unknown(problems);
    let Surroundings { folder, state_directory, .. } = surroundings;
    let read_path = |text: &str, folder: &Path| {
        let remedy = "write a folder, as \"data\" or \"/var/lib/tintinh\"";
        file_path(text, folder).map_err(|message| Wrong::new(message, remedy))
    };
    let given = table.text("path", problems, |text| read_path(text, folder));
    let fallback = || state_directory.clone().unwrap_or_else(|| folder.join(STORE_FOLDER));
    // Where the service manager gives a folder for state, nothing beside feeds.toml may be written.
    let beside = state_directory.as_deref().unwrap_or(folder);
    let export = table.text("export", problems, |text| read_path(text, beside));
    let every = table.duration("export_every", EXPORTS_EVERY, problems);
    let keep = table.count("export_keep", 1..=MOST_EXPORTS, problems);
    if table.get("export").is_none() {
        for key in ["export_every", "export_keep"].into_iter().filter(|key| table.get(key).is_some()) {
            let wrong =
                Wrong::new("says how to export, and nothing is exported", "say where to, by `export`");
            table.tell(key, wrong, problems);
        }
    }
    StoreSettings {
        path: given.unwrap_or_else(fallback),
        keep: table.duration("keep", KEEPS, problems).unwrap_or(KEEP),
        keep_entries: table.count("keep_entries", 1..=MOST_KEPT, problems),
        cache: table.size("cache", CACHES, problems).unwrap_or(CACHE),
        compact_above: table.size("compact_above", COMPACT_ABOVE, problems).unwrap_or(256 << 20),
        export: export.map(|folder| ExportSettings {
            folder,
            every: every.unwrap_or(DAY),
            keep: keep.unwrap_or(EXPORT_KEEP),
        }),
    }
}

/// Which networks the address guard leaves open.
pub(super) fn read_networks(root: &Reader<'_>, problems: &mut Problems<'_>) -> NetworkSettings {
    let table = root.section(&shape::NETWORK, problems);
    table.refuse_unknown(problems);
    NetworkSettings { allow: table.list("allow", MAX_NETWORKS, problems, read_network).unwrap_or_default() }
}

/// How the merged feed is made.
pub(super) fn read_channel(root: &Reader<'_>, problems: &mut Problems<'_>) -> ChannelSettings {
    let table = root.section(&shape::CHANNEL, problems);
    table.refuse_unknown(problems);
    let standard = ChannelSettings {
        title: CHANNEL_TITLE.to_owned(),
        window: WINDOW,
        min_entries: MIN_ENTRIES,
        max_entries: MAX_ENTRIES,
        duplicates: Duplicates::default(),
    };
    let title = table.text("title", problems, read_title).unwrap_or_else(|| standard.title.clone());
    ChannelSettings { title, ..overlaid_channel(&standard, &table, problems) }
}

/// These settings, but for the title, with what this table says put over them.
pub(super) fn overlaid_channel(
    inherited: &ChannelSettings,
    table: &Reader<'_>,
    problems: &mut Problems<'_>,
) -> ChannelSettings {
    let window = table.duration("window", WINDOWS, problems).unwrap_or(inherited.window);
    let min = table.count("min_entries", 0..=MOST_ENTRIES, problems);
    let max = table.count("max_entries", 1..=MOST_ENTRIES, problems);
    refuse_crossed(table, ("min_entries", min), ("max_entries", max), |count| count, problems);
    let (min_entries, max_entries) = reconciled((min, max), (inherited.min_entries, inherited.max_entries));
    let duplicates = table.text("duplicates", problems, read_duplicates).unwrap_or(inherited.duplicates);
    ChannelSettings { title: inherited.title.clone(), window, min_entries, max_entries, duplicates }
}

fn read_duplicates(text: &str) -> Result<Duplicates, Wrong> {
    match text {
        "exact" => Ok(Duplicates::Exact),
        "keep" => Ok(Duplicates::Keep),
        _ => Err(Wrong::new(
            format!("is {}, which is neither \"exact\" nor \"keep\"", echo(text)),
            "write \"exact\" to show the same article of several feeds once, or \"keep\" to show each",
        )),
    }
}

/// A title as readers will see it: composed, trimmed, and writable in XML.
pub(super) fn read_title(text: &str) -> Result<String, Wrong> {
    let title: String = text.trim().nfc().collect();
    let forbidden = |letter: char| letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}');
    let length = title.chars().count();
    if title.is_empty() {
        Err(Wrong::new("is empty", "write the name that readers shall see"))
    } else if title.contains(forbidden) {
        let message = format!("is {}, with a character that no feed may hold", echo(text));
        Err(Wrong::new(message, "write it in one line of plain text"))
    } else if length > MAX_TITLE {
        Err(Wrong::new(format!("is {length} characters long, but may be {MAX_TITLE}"), "shorten it"))
    } else {
        Ok(title)
    }
}
