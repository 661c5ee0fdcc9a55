use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::oneshot;

use super::*;
use crate::{
    app::rendering::cache::{ByPlace, Part},
    config::{self, Surroundings},
    model::{ChannelId, Timestamp},
    publish::{DocumentId, Format, History, Published},
};

fn edition(text: &str) -> Edition {
    let bytes = text.as_bytes().to_vec();
    let digest = Published::digest(&bytes);
    let published = Published::new(bytes, digest, Format::Rss.media_type(), Timestamp::UNIX_EPOCH);
    Edition { published: Arc::new(published), history: Arc::<History>::default() }
}

fn keys() -> impl Iterator<Item = CacheKey> {
    let config = Arc::new(config::parse("", &Surroundings::default()).unwrap());
    (0..).map(move |epoch| CacheKey {
        document: DocumentId { channel: ChannelId::All, format: Format::Rss },
        part: Part::Newest { changed: None },
        epoch,
        config: ByPlace(Arc::clone(&config)),
    })
}

/// A making that is counted, and goes on until it is let.
struct Watched {
    begun: Arc<AtomicUsize>,
    go_on: oneshot::Sender<()>,
}

fn watched() -> (Watched, impl Future<Output = Result<Edition, RenderError>> + Send + 'static) {
    let (go_on, waits) = oneshot::channel();
    let begun = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&begun);
    let make = async move {
        counter.fetch_add(1, Ordering::Relaxed);
        waits.await.map_err(|_| RenderError::Lost)?;
        Ok(edition("<rss/>"))
    };
    (Watched { begun, go_on }, make)
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_document_that_a_hundred_ask_for_is_made_once() {
    let (all, key) = (OnDemand::new(), keys().next().unwrap());
    let makings = Arc::new(AtomicUsize::new(0));
    let mut asking = JoinSet::new();
    for _ in 0..100 {
        let (all, key, makings) = (Arc::clone(&all), key.clone(), Arc::clone(&makings));
        asking.spawn(async move {
            let make = async move {
                makings.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Ok(edition("<rss/>"))
            };
            all.get(key, make).await.unwrap().published.digest
        });
    }
    let digests = asking.join_all().await;
    assert_eq!((digests.len(), makings.load(Ordering::Relaxed)), (100, 1));
    assert!(digests.iter().all(|digest| *digest == Published::digest(b"<rss/>")));
}

#[tokio::test]
async fn what_was_begun_is_finished_and_kept_though_its_client_has_gone() {
    let (all, key) = (OnDemand::new(), keys().next().unwrap());
    let (watched, make) = watched();
    let mut client = Box::pin(all.get(key.clone(), make));
    tokio::select! {
        biased;
        _ = &mut client => panic!("it cannot be made yet"),
        () = until(|| watched.begun.load(Ordering::Relaxed) == 1) => {}
    }
    drop(client);
    watched.go_on.send(()).unwrap();
    until(|| all.kept(&key).is_some()).await;
    assert!(all.get(key, async { panic!("it is kept") }).await.is_ok());
    until(|| all.makings().is_empty()).await;
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_never_begun() {
    let all = OnDemand::new();
    let mut keys = keys();
    let mut busy = Vec::new();
    for key in keys.by_ref().take(RENDERS_MAX) {
        let (watched, make) = watched();
        let told = all.join(key, make);
        until(|| watched.begun.load(Ordering::Relaxed) == 1).await;
        busy.push((watched, told));
    }
    let key = keys.next().unwrap();
    let (idle, make) = watched();
    let mut client = Box::pin(all.get(key.clone(), make));
    tokio::select! {
        biased;
        _ = &mut client => panic!("nobody has a turn left"),
        () = until(|| all.makings().len() == RENDERS_MAX + 1) => {}
    }
    drop(client);
    until(|| all.makings().len() == RENDERS_MAX).await;
    for (watched, mut told) in busy {
        watched.go_on.send(()).unwrap();
        told.wait_for(Option::is_some).await.unwrap();
    }
    assert_eq!(idle.begun.load(Ordering::Relaxed), 0);
    // And whoever asks later begins anew.
    assert!(all.get(key, async { Ok(edition("<rss/>")) }).await.is_ok());
}

#[tokio::test]
async fn a_making_that_fails_or_panics_is_told_to_all_and_tried_again() {
    let (all, key) = (OnDemand::new(), keys().next().unwrap());
    let failed = all.get(key.clone(), async { Err(RenderError::Lost) }).await;
    assert!(failed.is_err());
    let panicked = all.get(key.clone(), async { panic!("as a test of what is left then") }).await;
    assert!(matches!(*panicked.unwrap_err(), RenderError::Lost));
    assert!(all.get(key, async { Ok(edition("<rss/>")) }).await.is_ok());
}
