//! The archive, walked as readers walk it.

use std::collections::BTreeSet;

use super::*;
use crate::{http::Page, model::Update, store::Keep};

const FILE: &str = "[channel]\nmax_entries = 20\nmin_entries = 5\n[[feeds]]\nid = \"a\"\ntitle = \"A\"\nprovince = \"hue\"\n\
    url = \"https://a.vn/rss\"\n[[feeds]]\nid = \"b\"\ntitle = \"B\"\nurl = \"https://b.vn/rss\"\n\
    [[channels]]\nslug = \"tam\"\ntitle = \"Tám\"\nany = [\"số 8\"]\n";

/// A daemon's store and renderer, and what was published.
struct World {
    store: Store,
    rendering: Arc<Rendering>,
    config: watch::Sender<Arc<Config>>,
    next: usize,
}

impl World {
    fn new() -> Self {
        let store = Store::new(MemoryEngine::new()).unwrap();
        let parsed = config::parse(FILE, &Surroundings::default()).unwrap();
        let (change, config) = watch::channel(Arc::new(parsed));
        let (board, audience) = (Arc::new(Board::new(HashMap::new())), Arc::new(Audience::new(clock::now())));
        let metrics = Arc::new(Metrics::new(store.metrics()));
        let rendering = Arc::new(Rendering::new(store.clone(), board, audience, metrics, config));
        Self { store, rendering, config: change, next: 0 }
    }

    /// So many new entries of a source, in documents of 90.
    async fn publish(&mut self, id: &str, count: usize) {
        for first in (0..count).step_by(90) {
            let numbers = self.next + first..self.next + count.min(first + 90);
            let changes =
                Changes { inserted: numbers.map(|number| new(number, 5)).collect(), ..Changes::default() };
            let (source, state) = (SourceId::new(id).unwrap(), SourceState::default());
            let commit = Commit { source, at: clock::now(), changes, state, durable: false };
            self.store.commit(commit).await.unwrap();
        }
        self.next += count;
        self.rendering.forget_documents();
    }

    /// Another title for a kept entry.
    async fn update(&self, id: &str, seq: Seq, title: &str) {
        let mut stored = self.store.entries(vec![seq]).await.unwrap().remove(0);
        let known = self.store.known(stored.source.clone(), vec![stored.key]).await.unwrap()[&stored.key];
        title.clone_into(&mut stored.entry.title);
        let changes = Changes { updated: vec![Update { known, entry: stored.entry }], ..Changes::default() };
        let (source, state) = (SourceId::new(id).unwrap(), SourceState::default());
        let commit = Commit { source, at: clock::now(), changes, state, durable: false };
        assert_eq!(self.store.commit(commit).await.unwrap().updated, [seq]);
        self.rendering.forget_documents();
    }

    async fn live(&self, id: &ChannelId) -> String {
        match id {
            ChannelId::All | ChannelId::Province(_) => {
                let documents = self.rendering.merged(id, &Kept::new(), &History::default()).await.unwrap();
                text(&documents[0].1)
            }
            _ => text(&self.rendering.single(rss(id.clone())).await.unwrap().unwrap()),
        }
    }

    /// The page at an address that a document of the channel links to.
    async fn page(&self, id: &ChannelId, address: &str) -> Page {
        let name = address.rsplit('/').next().unwrap().trim_end_matches(".xml");
        let (generation, number) = match name.split_once('-') {
            Some((generation, number)) => (Some(generation), number),
            None => (None, name),
        };
        self.rendering.page(rss(id.clone()), number.parse().unwrap(), generation).await.unwrap()
    }

    /// The titles of the live document and of every page of the archive, walked from it; each seen once but for what the
    /// live document repeats. Also the addresses of the pages.
    async fn walk(&self, id: &ChannelId) -> (BTreeSet<String>, Vec<String>) {
        let live = self.live(id).await;
        let (mut seen, mut addresses, mut archived) = (titles(&live), Vec::new(), BTreeSet::new());
        let mut next = link(&live, "prev-archive");
        while let Some(address) = next {
            let Page::Here { edition, is_closed } = self.page(id, &address).await else {
                panic!("{address} is not there");
            };
            let document = text(&edition);
            assert_eq!(document.contains("<fh:archive"), is_closed, "{address}");
            assert_eq!(link(&document, "self").as_ref(), Some(&address));
            assert_eq!(link(&document, "next-archive").as_ref(), addresses.last(), "{address}");
            assert!(link(&document, "current").unwrap().ends_with(&format!("/{id}.xml")), "{document}");
            for title in titles(&document) {
                assert!(archived.insert(title.clone()), "{title} stands in two pages");
            }
            next = link(&document, "prev-archive");
            addresses.push(address);
        }
        seen.extend(archived);
        (seen, addresses)
    }
}

fn link(document: &str, relation: &str) -> Option<String> {
    let tree = roxmltree::Document::parse(document).unwrap();
    let found = tree.descendants().find(|node| node.attribute("rel") == Some(relation));
    found.map(|node| node.attribute("href").unwrap().to_owned())
}

fn titles(document: &str) -> BTreeSet<String> {
    let tree = roxmltree::Document::parse(document).unwrap();
    let items = tree.descendants().filter(|node| node.has_tag_name("item"));
    let titles =
        items.map(|item| item.children().find(|node| node.has_tag_name("title")).unwrap().text().unwrap());
    titles.map(str::to_owned).collect()
}

fn wanted(numbers: impl Iterator<Item = usize>) -> BTreeSet<String> {
    numbers.map(|number| format!("Tin số {number}")).collect()
}

#[tokio::test]
async fn a_reader_that_was_away_misses_nothing_and_sees_nothing_twice() {
    let mut world = World::new();
    let (all, hue) = (ChannelId::All, ChannelId::Province(Province::find("hue").unwrap()));
    let own = ChannelId::read("channels/tam").unwrap();
    let of_a = ChannelId::Source(SourceId::new("a").unwrap());
    assert_eq!(world.walk(&all).await, (BTreeSet::new(), vec![]));
    world.publish("a", 1_300).await;
    // A month of the other one, in which the province has nothing: its pages are skipped there.
    world.publish("b", 1_200).await;
    world.publish("a", 100).await;
    let of_hue = || wanted((0..1_300).chain(2_500..2_600));
    let (seen, pages) = world.walk(&all).await;
    assert_eq!((seen, pages.len()), (wanted(0..2_600), 6));
    let (seen, pages) = world.walk(&hue).await;
    assert_eq!((seen, pages.len()), (of_hue(), 4));
    assert_eq!(world.walk(&of_a).await.0, of_hue());
    assert_eq!(world.walk(&own).await.0, wanted([8].into_iter()));
    // What came since stands in the newest pages; the others are as they were.
    let before = world.page(&all, "2").await;
    world.publish("b", 700).await;
    let (seen, pages) = world.walk(&all).await;
    assert_eq!((seen, pages.len()), (wanted(0..3_300), 7));
    let (Page::Here { edition: before, .. }, Page::Here { edition: after, .. }) =
        (before, world.page(&all, "2").await)
    else {
        panic!("a closed page is gone");
    };
    assert_eq!(before.published.digest, after.published.digest);
    assert!(matches!(world.page(&all, "7").await, Page::Nowhere));
    assert!(matches!(world.page(&own, "0-0").await, Page::Gone));
}

#[tokio::test]
async fn a_reader_that_knows_closed_pages_reads_on_from_there_and_gets_updates_too() {
    let mut world = World::new();
    let all = ChannelId::All;
    world.publish("a", 1_200).await;
    let (mut known, pages) = world.walk(&all).await;
    // What is open may get more: only the others need not be read again.
    let mut closed = BTreeSet::new();
    for address in &pages {
        if matches!(world.page(&all, address).await, Page::Here { is_closed: true, .. }) {
            closed.insert(address.clone());
        }
    }
    assert_eq!((pages.len(), closed.len()), (3, 2));
    // Away for a while: the open page fills, others come, the live document holds the last few, and an old entry is updated.
    world.publish("b", 1_100).await;
    world.update("a", Seq(700), "Tin cũ, nay đã sửa").await;
    let live = world.live(&all).await;
    known.extend(titles(&live));
    let (mut next, mut read) = (link(&live, "prev-archive"), 0);
    while let Some(address) = next.filter(|address| !closed.contains(address)) {
        let Page::Here { edition, .. } = world.page(&all, &address).await else { panic!("{address}") };
        let document = text(&edition);
        known.extend(titles(&document));
        (next, read) = (link(&document, "prev-archive"), read + 1);
    }
    assert_eq!((known, read), (wanted(0..2_300), 3));
    // The update stands where the entry stood, in a page that is asked for anew after a day.
    let Page::Here { edition, is_closed } = world.page(&all, "1").await else { panic!("page 1") };
    assert!(is_closed && titles(&text(&edition)).contains("Tin cũ, nay đã sửa"));
    let (seen, pages) = world.walk(&all).await;
    assert_eq!((seen.len(), pages.len()), (2_300, 5));
}

#[tokio::test]
async fn what_is_pruned_leaves_whole_pages_that_are_gone_and_a_removed_source_stays_in_the_archive() {
    let mut world = World::new();
    world.publish("a", 1_100).await;
    let keep = Keep { age: Duration::from_hours(1), entries: Some(400), window: Duration::ZERO };
    let later = clock::now() + Duration::from_secs(1);
    assert_eq!(world.store.prune(&keep, later).await.unwrap().entries, 700);
    world.rendering.forget_documents();
    assert!(matches!(world.page(&ChannelId::All, "0").await, Page::Gone));
    assert!(matches!(world.page(&ChannelId::All, "1").await, Page::Here { is_closed: true, .. }));
    let (seen, pages) = world.walk(&ChannelId::All).await;
    assert_eq!((seen.len(), pages.len()), (400, 2));
    // Its entries leave the live document, and are found under its name.
    let without = FILE.replace("id = \"a\"", "id = \"c\"");
    world.config.send_replace(Arc::new(config::parse(&without, &Surroundings::default()).unwrap()));
    world.rendering.forget_documents();
    assert_eq!(titles(&world.live(&ChannelId::All).await).len(), 0);
    assert_eq!(world.walk(&ChannelId::All).await.0, seen);
}
