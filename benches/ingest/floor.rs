//! The floor: the same crates with none of our logic. Conditional GET, feed-rs, ammonia, JSON in zstd, and sled, one
//! batch a document, with a flush and an fsync that waiting documents share. Validators and known guids are held in
//! memory; an edit of a known entry goes unnoticed, and nothing that publishers get wrong is put right.

use std::{collections::HashSet, fs::File, path::Path, sync::Arc, thread};

use serde::{Deserialize, Serialize};
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    task::{JoinSet, spawn_blocking},
};

use crate::{
    Cost, LATER,
    cycle::Failed,
    documents::{ENTRIES, NEWS_OF, SOURCES},
    publishers,
    usage::Usage,
};

/// As many as ours reads at once.
const READERS: usize = 2;
/// As many as share an fsync with us.
const GROUP: usize = 64;

#[derive(Serialize, Deserialize)]
struct Entry {
    source: usize,
    guid: String,
    link: Option<String>,
    title: String,
    summary: Option<String>,
    content: Option<String>,
    published: Option<i64>,
    updated: Option<i64>,
}

/// What is held in memory of a source.
struct Feed {
    number: usize,
    url: String,
    etag: Option<reqwest::header::HeaderValue>,
    last_modified: Option<reqwest::header::HeaderValue>,
    guids: HashSet<String>,
}

type Values = Vec<Vec<u8>>;
type Write = (Values, oneshot::Sender<sled::Result<()>>);

/// What all lanes share.
#[derive(Clone)]
struct Means {
    client: reqwest::Client,
    readers: Arc<Semaphore>,
    writer: mpsc::Sender<Write>,
}

pub async fn run(folder: &Path, ports: &[u16]) -> Result<Cost, Failed> {
    let path = folder.join("data");
    let config = sled::Config::default().path(&path).cache_capacity(64 << 20);
    let db = config.segment_size(16 << 20).flush_every_ms(Some(500)).open()?;
    let (writer, requests) = mpsc::channel(GROUP);
    let (file, tree) = (File::open(path.join("db"))?, db.clone());
    let writing = thread::spawn(move || write(&tree, &file, requests));
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(1).build()?;
    let means = Means { client, readers: Arc::new(Semaphore::new(READERS)), writer };
    let mut lanes: Vec<Vec<Feed>> = ports.iter().map(|_| Vec::new()).collect();
    for number in 0..SOURCES {
        let url = publishers::address(ports, number);
        let feed = Feed { number, url, etag: None, last_modified: None, guids: HashSet::new() };
        lanes[number % ports.len()].push(feed);
    }
    let usage = Usage::begin();
    lanes = cycle(lanes, &means).await?;
    let first = usage.so_far();
    crate::expect(SOURCES * ENTRIES, count(&db)?)?;
    let usage = Usage::begin();
    for _ in 0..LATER {
        lanes = cycle(lanes, &means).await?;
    }
    let later = usage.so_far();
    crate::expect(SOURCES * ENTRIES + LATER * (SOURCES / NEWS_OF), count(&db)?)?;
    let usage = Usage::begin();
    drop(means);
    writing.join().map_err(|_| "the writer panicked")??;
    drop(db);
    Ok(Cost { first, later: later + usage.so_far() })
}

/// Asks every source once, one at a time for each host.
async fn cycle(lanes: Vec<Vec<Feed>>, means: &Means) -> Result<Vec<Vec<Feed>>, Failed> {
    let mut running = JoinSet::new();
    for mut lane in lanes {
        let means = means.clone();
        running.spawn(async move {
            for feed in &mut lane {
                poll(feed, &means).await?;
            }
            Ok::<_, Failed>(lane)
        });
    }
    running.join_all().await.into_iter().collect()
}

async fn poll(feed: &mut Feed, means: &Means) -> Result<(), Failed> {
    let mut request = means.client.get(&feed.url);
    if let Some(etag) = &feed.etag {
        request = request.header("If-None-Match", etag);
    }
    if let Some(last_modified) = &feed.last_modified {
        request = request.header("If-Modified-Since", last_modified);
    }
    let mut response = request.send().await?;
    if response.status() == reqwest::StatusCode::NOT_MODIFIED {
        return Ok(());
    }
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        body.extend_from_slice(&piece);
    }
    let turn = means.readers.acquire().await?;
    let (number, known) = (feed.number, std::mem::take(&mut feed.guids));
    let (values, known) = spawn_blocking(move || read(&body, number, known)).await??;
    drop(turn);
    let (done, written) = oneshot::channel();
    means.writer.send((values, done)).await?;
    written.await??;
    feed.guids = known;
    feed.etag = response.headers().get("ETag").cloned();
    feed.last_modified = response.headers().get("Last-Modified").cloned();
    Ok(())
}

/// The values of what is new, and what is known now.
fn read(body: &[u8], source: usize, mut known: HashSet<String>) -> Result<(Values, HashSet<String>), Failed> {
    let feed = feed_rs::parser::parse(body)?;
    let mut values = Vec::new();
    for entry in feed.entries {
        if !known.insert(entry.id.clone()) {
            continue;
        }
        let clean = |text: String| ammonia::clean(&text);
        let entry = Entry {
            source,
            link: entry.links.into_iter().next().map(|link| link.href),
            title: entry.title.map(|title| clean(title.content)).unwrap_or_default(),
            summary: entry.summary.map(|summary| clean(summary.content)),
            content: entry.content.and_then(|content| content.body).map(clean),
            published: entry.published.map(|date| date.timestamp_millis()),
            updated: entry.updated.map(|date| date.timestamp_millis()),
            guid: entry.id,
        };
        values.push(zstd::bulk::compress(&serde_json::to_vec(&entry)?, 1)?);
    }
    Ok((values, known))
}

/// Writes what waits, and answers when it is on the disk.
fn write(db: &sled::Db, file: &File, mut requests: mpsc::Receiver<Write>) -> sled::Result<()> {
    let mut next: u64 = 0;
    while let Some(first) = requests.blocking_recv() {
        let mut waiting = Vec::new();
        let mut request = Some(first);
        while let Some((values, done)) = request.take() {
            let mut batch = sled::Batch::default();
            for value in values {
                batch.insert(&next.to_be_bytes(), value);
                next += 1;
            }
            db.apply_batch(batch)?;
            waiting.push(done);
            request = if waiting.len() < GROUP { requests.try_recv().ok() } else { None };
        }
        db.flush()?;
        file.sync_all()?;
        for done in waiting {
            // Nobody may wait any more.
            let _ = done.send(Ok(()));
        }
    }
    Ok(())
}

/// The entries that are kept, each of them readable.
fn count(db: &sled::Db) -> Result<usize, Failed> {
    let mut count = 0;
    for value in db.iter().values() {
        let entry: Entry = serde_json::from_slice(&zstd::decode_all(&value?[..])?)?;
        count += usize::from(!entry.title.is_empty() && entry.summary.is_some());
    }
    Ok(count)
}
