//! What the configuration makes of a channel: its sources, and what it says of itself.

use std::sync::Arc;

use crate::{
    config::Config,
    model::{ChannelId, Province, Source, SourceId},
    publish::{Channel, Format},
    store::Sources,
};

/// Whether there is such a channel.
pub(super) fn exists(config: &Config, id: &ChannelId) -> bool {
    match id {
        ChannelId::All | ChannelId::Province(_) => true,
        ChannelId::Source(id) => config.sources.iter().any(|source| source.id == *id),
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
    }
}

/// What the channel says of itself, in a document of this format.
pub(super) fn channel(config: &Config, id: &ChannelId, format: Format) -> Channel {
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
    };
    let home = config.server.public_url.to_string();
    Channel { title, description, address: format!("{home}{id}.{}", format.extension()), home }
}
