//! What a merged channel costs that changed, step by step as the daemon takes them: which entries it shows, reading them,
//! writing its three documents, and packing each in three codings. By the entries shown, and by those that the store keeps.

use std::{
    collections::HashSet,
    io::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use tintinh::{
    app::clock,
    config::{self, Config, Surroundings},
    merge::{self, Credits, MEMBERS_MAX, Rules},
    model::{Duplicates, Floors, SourceId, StoredEntry},
    publish::{self, Budget, Channel, DOCUMENT_TEXT_MAX, Format, Item, Published},
    store::{Sources, Store},
};

use crate::{Failed, daemon, entries, usage::Usage};

/// Entries that the store keeps, and that the channel shows.
const KEPT: [usize; 2] = [10_000, 100_000];
const SHOWN: [usize; 3] = [100, 1_000, 5_000];
const SOURCES: usize = 20;
/// Renderings that are timed; the median counts.
const ROUNDS: usize = 5;
/// Entries read at once, as the daemon does.
const AT_ONCE: usize = 32;

/// What each step took of the processors.
type Steps = [Duration; 4];

/// A line for each number of entries shown and kept.
pub fn report() -> Result<(), Failed> {
    let mut out = io::stdout();
    let steps = ["choosing", "reading", "writing", "packing", "all"].map(|step| format!("{step:>10}"));
    writeln!(out, "{:>8} {:>8} {:>9} {} ms of processor", "kept", "shown", "KB of RSS", steps.concat())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    for kept in KEPT {
        let folder = tempfile::tempdir()?;
        entries::fill(folder.path(), SOURCES, kept)?;
        let config = config::parse(&daemon::sources(SOURCES), &Surroundings::default())
            .map_err(|problems| format!("{problems:?}"))?;
        runtime.block_on(async {
            let store = Store::open(folder.path()).await?;
            for shown in SHOWN {
                let (steps, size) = median(&store, &config, shown).await?;
                let all: Duration = steps.iter().sum();
                let figures =
                    steps.iter().chain([&all]).map(|step| format!("{:>10.1}", step.as_secs_f64() * 1e3));
                writeln!(out, "{kept:>8} {shown:>8} {:>9} {}", size / 1000, figures.collect::<String>())?;
            }
            Ok::<(), Failed>(store.close().await?)
        })?;
    }
    Ok(())
}

/// Of each step, and the size of the document in RSS.
async fn median(store: &Store, config: &Config, shown: usize) -> Result<(Steps, usize), Failed> {
    let mut rounds = Vec::new();
    let mut size = 0;
    for _ in 0..ROUNDS {
        let steps;
        (steps, size) = round(store, config, shown).await?;
        rounds.push(steps);
    }
    let step = |step: usize| {
        let mut times: Vec<Duration> = rounds.iter().map(|round| round[step]).collect();
        times.sort();
        times[ROUNDS / 2]
    };
    Ok(([0, 1, 2, 3].map(step), size))
}

async fn round(store: &Store, config: &Config, shown: usize) -> Result<(Steps, usize), Failed> {
    let window = Duration::from_mins(1) * u32::try_from(shown)?;
    let rules = Rules { window, min_entries: shown, max_entries: shown, duplicates: Duplicates::Exact };
    let ids: HashSet<SourceId> = config.sources.iter().map(|source| source.id.clone()).collect();
    let (now, usage) = (clock::now(), Usage::begin());
    let rows = store.stories(Sources::All(Arc::new(ids)), rules.since(now), shown).await?;
    let seqs = merge::select(&merge::collapse(rows, true), &rules, &Floors::new(), now).seqs;
    let (choosing, usage) = (usage.so_far(), Usage::begin());
    let credits = Credits::of(config.sources.iter().map(AsRef::as_ref));
    let mut budget = Budget::new(seqs.len(), DOCUMENT_TEXT_MAX);
    let mut entries = Vec::new();
    for some in store.groups(seqs).await?.chunks(AT_ONCE) {
        let groups: Vec<Vec<_>> =
            some.iter().map(|rows| rows.iter().map(|row| row.seq).take(MEMBERS_MAX).collect()).collect();
        let mut read = store.entries(groups.concat()).await?.into_iter().peekable();
        for group in groups {
            let members: Vec<StoredEntry> =
                group.iter().filter_map(|seq| read.next_if(|stored| stored.seq == *seq)).collect();
            let (mut stored, source) = credits.story(&members).ok_or("an entry is nobody's")?;
            publish::abridge(&mut stored.entry, source.republishing.content);
            budget.fit(&mut stored.entry);
            entries.push((stored, source));
        }
    }
    if entries.len() != shown {
        return Err(format!("{} entries are shown in place of {shown}", entries.len()).into());
    }
    let (reading, usage) = (usage.so_far(), Usage::begin());
    let items: Vec<Item<'_>> = entries.iter().map(|(stored, source)| Item { stored, source }).collect();
    let channel =
        Channel { name: "feed".to_owned(), title: "Tin các tỉnh".to_owned(), ..Channel::default() };
    let documents = Format::ALL.map(|format| publish::render(format, &channel, &items));
    let size = documents[0].len();
    let (writing, usage) = (usage.so_far(), Usage::begin());
    for (document, format) in documents.into_iter().zip(Format::ALL) {
        let digest = Published::digest(&document);
        std::hint::black_box(Published::new(document, digest, format.media_type(), now));
    }
    Ok(([choosing, reading, writing, usage.so_far()], size))
}
