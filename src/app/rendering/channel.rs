//! What the configuration makes of a channel: its sources, its rules, and what it says of itself.

use std::{collections::HashSet, sync::Arc};

use crate::{
    config::{ChannelSettings, Config},
    filter::OwnFilter,
    merge::{OLDER_JUDGED_MAX, Rules},
    model::{ChannelId, Digest, Duplicates, Province, Source, SourceId},
    publish::{Channel, Pages},
    store::Sources,
};

/// Whether there is such a channel.
pub(super) fn exists(config: &Config, id: &ChannelId) -> bool {
    match id {
        ChannelId::All | ChannelId::Province(_) => true,
        ChannelId::Source(id) => config.sources.iter().any(|source| source.id == *id),
        ChannelId::Own(slug) => config.own(slug).is_some(),
    }
}

/// Those whose documents are kept ready. The others' are made on demand: there may be very many, and few ask for one.
pub(super) fn kept() -> impl Iterator<Item = ChannelId> {
    std::iter::once(ChannelId::All).chain(Province::all().map(ChannelId::Province))
}

/// Whose entries the channel shows.
pub(super) fn members(config: &Config, id: &ChannelId) -> Sources {
    let ids = |belongs: &dyn Fn(&Source) -> bool| -> Vec<SourceId> {
        config.sources.iter().filter(|source| belongs(source)).map(|source| source.id.clone()).collect()
    };
    match id {
        ChannelId::All => Sources::All(Arc::new(ids(&|_| true).into_iter().collect())),
        ChannelId::Province(province) => Sources::Only(ids(&|source| source.province == Some(*province))),
        ChannelId::Source(id) => Sources::Only(vec![id.clone()]),
        ChannelId::Own(slug) => match config.own(slug) {
            Some(own) if own.is_of_all() => members(config, &ChannelId::All),
            own => {
                Sources::Only(ids(&|source| own.is_some_and(|own| own.admits(&source.id, source.province))))
            }
        },
    }
}

/// How its live document is selected.
pub(super) fn rules(config: &Config, id: &ChannelId) -> Rules {
    let ChannelSettings { window, min_entries, max_entries, duplicates, .. } = config.channel;
    let merged = Rules { window, min_entries, max_entries, duplicates };
    let ChannelId::Own(slug) = id else { return merged };
    config.own(slug).map_or(merged, |own| Rules {
        window: own.window,
        min_entries: own.min_entries,
        max_entries: own.max_entries,
        duplicates: own.duplicates,
    })
}

/// What becomes of entries that are the same story. A source's own channel shows them as that source gave them.
pub(super) fn duplicates(config: &Config, id: &ChannelId) -> Duplicates {
    match id {
        ChannelId::Source(_) => Duplicates::Keep,
        _ => rules(config, id).duplicates,
    }
}

/// Of all that its live document is selected by: these rules, and the admin's filter.
pub(super) fn digest(config: &Config, id: &ChannelId, rules: &Rules) -> Digest {
    let own = if let ChannelId::Own(slug) = id { config.own(slug) } else { None };
    own.map_or(rules.digest(), |own| Digest::of(&[&rules.digest().0, &own.digest().0]))
}

/// How many rows its live document is selected from at least. Behind a filter nobody knows how many will pass.
pub(super) fn rows_wanted(config: &Config, id: &ChannelId, rules: &Rules) -> usize {
    let own = if let ChannelId::Own(slug) = id { config.own(slug) } else { None };
    let is_filtered = own.is_some_and(|own| OwnFilter::of(own).is_some());
    if is_filtered { OLDER_JUDGED_MAX } else { rules.min_entries }
}

/// Whose entries the channel's archive holds: of a merged channel of all everybody's, also of sources that are not
/// configured any more, for which there is none.
pub(super) fn archived(config: &Config, id: &ChannelId) -> Option<HashSet<SourceId>> {
    match members(config, id) {
        Sources::All(_) if *id == ChannelId::All => None,
        Sources::All(ids) => Some(HashSet::clone(&ids)),
        Sources::Only(ids) => Some(ids.into_iter().collect()),
    }
}

/// What tells the archive of a filtered channel from that of the same channel under another filter: its pages hold others.
pub(super) fn generation(config: &Config, id: &ChannelId) -> Option<String> {
    let ChannelId::Own(slug) = id else { return None };
    config.own(slug).map(|own| own.digest().to_string()[..8].to_owned())
}

/// The address of the channel's live document, without an extension.
pub(super) fn address(config: &Config, id: &ChannelId) -> String {
    format!("{}{id}", config.server.public_url)
}

/// The address of a page of its archive, without an extension.
pub(super) fn page_address(config: &Config, id: &ChannelId, page: u64) -> String {
    let home = &config.server.public_url;
    match (id, generation(config, id)) {
        (ChannelId::All, _) => format!("{home}archive/{page}"),
        (_, Some(generation)) => format!("{home}{id}/archive/{generation}-{page}"),
        (_, None) => format!("{home}{id}/archive/{page}"),
    }
}

/// What the channel says of itself.
pub(super) fn channel(config: &Config, id: &ChannelId) -> Channel {
    let all = &config.channel.title;
    let (title, description) = match id {
        ChannelId::All => (all.clone(), "Tin từ các báo và cổng thông tin của các tỉnh, gộp lại.".to_owned()),
        ChannelId::Province(province) => {
            let name = province.name();
            (format!("{all} – {name}"), format!("Tin từ các báo và cổng thông tin của {name}, gộp lại."))
        }
        ChannelId::Source(id) => {
            let source = config.sources.iter().find(|source| source.id == *id);
            let title = source.map_or(id.as_str(), |source| &source.title).to_owned();
            (title.clone(), format!("Tin của {title}, do {all} đăng lại."))
        }
        ChannelId::Own(slug) => {
            let own = config.own(slug);
            let title = own.map_or(slug.as_str(), |own| &own.title).to_owned();
            let description = own.and_then(|own| own.description.clone());
            let description =
                description.unwrap_or_else(|| format!("{title}: tin do {all} chọn và đăng lại."));
            (title, description)
        }
    };
    let home = config.server.public_url.to_string();
    let (name, address) = (id.to_string(), address(config, id));
    Channel { name, title, description, home, address, pages: Pages::default(), installation: None }
}
