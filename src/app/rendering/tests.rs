mod archive;
mod stories;

use std::ops::ControlFlow;

use super::*;
use crate::{
    config::{self, Surroundings},
    model::{
        Alike, Changes, ChannelSlug, Commit, Committed, Digest, Entry, EntryKey, Identity, Known, Likeness,
        NewEntry, Province, Row, Rule, Seq, SourceState, StoredEntry,
    },
    publish::{Coding, Format},
    store::{Census, Engine, MemoryEngine, Scope},
};

/// Keeps entries, and takes no channel's state: so is a disk that is nearly full.
struct Full(MemoryEngine);

impl Engine for Full {
    fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError> {
        self.0.known(source, keys)
    }
    fn alike(&self, source: &SourceId, titles: &[Digest]) -> Result<Alike, StoreError> {
        self.0.alike(source, titles)
    }
    fn apply(&self, commit: &Commit) -> Result<Committed, StoreError> {
        self.0.apply(commit)
    }
    fn keep_states(&self, states: &[(SourceId, SourceState)]) -> Result<(), StoreError> {
        self.0.keep_states(states)
    }
    fn keep_channel(&self, _: &ChannelId, _: &ChannelState) -> Result<(), StoreError> {
        Err(StoreError::NoSpace { path: "/data".into(), free: 63, needed: 64 })
    }
    fn sync(&self) -> Result<(), StoreError> {
        self.0.sync()
    }
    fn source_states(&self) -> Result<HashMap<SourceId, SourceState>, StoreError> {
        self.0.source_states()
    }
    fn channel_state(&self, id: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        self.0.channel_state(id)
    }
    fn scan(&self, scope: &Scope, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.0.scan(scope, visit)
    }
    fn numbered(&self, range: std::ops::Range<Seq>) -> Result<Vec<Row>, StoreError> {
        self.0.numbered(range)
    }
    fn last_below(&self, scope: &Scope, seq: Seq) -> Result<Option<Seq>, StoreError> {
        self.0.last_below(scope, seq)
    }
    fn first_from(&self, scope: &Scope, seq: Seq) -> Result<Option<Seq>, StoreError> {
        self.0.first_from(scope, seq)
    }
    fn entries(&self, seqs: &[Seq]) -> Result<Vec<StoredEntry>, StoreError> {
        self.0.entries(seqs)
    }
    fn check(&self) -> Result<Census, StoreError> {
        self.0.check()
    }
    fn groups(&self, seqs: &[Seq]) -> Result<Vec<Vec<Row>>, StoreError> {
        self.0.groups(seqs)
    }
    fn health(&self) -> Result<(), StoreError> {
        self.0.health()
    }
}

fn new(number: usize, content: usize) -> NewEntry {
    let identity = Identity { rule: Rule::Guid, value: number.to_string() };
    let (at, key) = (clock::now(), identity.key());
    let entry = Entry {
        identity,
        link: Some(format!("https://a.vn/{number}")),
        canonical_link: None,
        title: format!("Tin số {number}"),
        summary: Some("Lũ lên.".to_owned()),
        content: Some("x".repeat(content)),
        authors: vec![],
        categories: vec![],
        published: None,
        updated: None,
        image: None,
        enclosures: vec![],
        rights: None,
    };
    let likeness = Likeness { title: Digest(key.0), text: Digest(key.0), gist: Digest(key.0) };
    NewEntry {
        entry,
        keys: vec![key],
        likeness,
        digest: Digest(key.0),
        head: Digest(key.0),
        date: at,
        place: at,
        dropped: None,
        article: None,
    }
}

/// Over this engine, with these entries of one source.
async fn rendering(engine: impl Engine, inserted: Vec<NewEntry>) -> Rendering {
    configured(engine, inserted, "").await
}

/// The same, with more in the configuration.
async fn configured(engine: impl Engine, inserted: Vec<NewEntry>, more: &str) -> Rendering {
    let source = SourceId::new("a").unwrap();
    let store = Store::new(engine).unwrap();
    let changes = Changes { inserted, ..Changes::default() };
    let state = SourceState::default();
    let commit = Commit { source: source.clone(), at: clock::now(), changes, state, durable: false };
    store.commit(commit).await.unwrap();
    let file = "[[feeds]]\nid = \"a\"\ntitle = \"A\"\nprovince = \"hue\"\nurl = \"https://a.vn/rss\"\n";
    let config = config::parse(&format!("{file}{more}"), &Surroundings::default()).unwrap();
    let (_, config) = watch::channel(Arc::new(config));
    let (board, audience) = (Arc::new(Board::new(HashMap::new())), Arc::new(Audience::new(clock::now())));
    let metrics = Arc::new(Metrics::new(store.metrics()));
    Rendering::new(store, board, audience, metrics, config)
}

fn text(edition: &Edition) -> String {
    String::from_utf8(edition.published.coded(Coding::Identity).bytes.to_vec()).unwrap()
}

fn rss(channel: ChannelId) -> DocumentId {
    DocumentId { channel, format: Format::Rss }
}

/// The source's own channel.
async fn own(rendering: &Arc<Rendering>) -> Edition {
    let id = rss(ChannelId::Source(SourceId::new("a").unwrap()));
    rendering.single(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_store_that_takes_no_state_keeps_nothing_from_readers() {
    let rendering = rendering(Full(MemoryEngine::new()), vec![new(1, 10)]).await;
    let all = rendering.all(&Kept::new()).await.unwrap();
    assert_eq!(all.len(), 35 * Format::ALL.len());
    let one = &all[&rss(ChannelId::All)];
    assert!(text(one).contains("Tin số 1"));
    // Not remembered over a restart, but as long as we live.
    let again = rendering.all(&Kept::new()).await.unwrap();
    assert_eq!(again[&rss(ChannelId::All)].published, one.published);
    assert!(text(&own(&Arc::new(rendering)).await).contains("Tin số 1"));
}

#[tokio::test]
async fn a_document_holds_all_entries_and_only_so_much_of_their_text() {
    const MOST: usize = 100_000;
    let mut entries: Vec<NewEntry> = (0..100).map(|number| new(number, 50_000)).collect();
    entries.push(new(100, 500));
    let mut rendering = rendering(MemoryEngine::new(), entries).await;
    rendering.text_max = MOST;
    let kept = rendering.all(&Kept::new()).await.unwrap();
    for document in [kept[&rss(ChannelId::All)].clone(), own(&Arc::new(rendering)).await] {
        let text = text(&document);
        assert_eq!((text.matches("<item>").count(), text.matches("Lũ lên.").count()), (101, 101));
        // Markup and addresses come on top.
        assert!(text.len() < MOST + 101 * 500, "{}", text.len());
        assert!(
            text.contains(&format!("[{}]", "x".repeat(500))),
            "a short entry lost its content to long ones"
        );
    }
}

/// A channel of the admin's own, as RSS; none where there is none.
async fn admins(rendering: &Arc<Rendering>, slug: &str) -> Option<Edition> {
    let id = rss(ChannelId::Own(ChannelSlug::new(slug).unwrap()));
    Some(rendering.single(id).await?.unwrap())
}

#[tokio::test]
async fn a_channel_of_the_admins_own_holds_what_its_filter_lets_through() {
    let channels = "[[channels]]\nslug = \"mot\"\ntitle = \"Số một\"\nany = [\"số 1\", \"SO 2\"]\n\
        [[channels]]\nslug = \"moi\"\ntitle = \"Mọi tin\"\nsources = [\"a\"]\nmax_entries = 3\nmin_entries = 1\n\
        [[channels]]\nslug = \"khong\"\ntitle = \"Không\"\nlanguages = [\"en\"]\n";
    // At one instant: of equals the first of the document stands first.
    let at = clock::now();
    let entries = (1..=40).map(|number| NewEntry { date: at, place: at, ..new(number, 10) }).collect();
    let rendering = Arc::new(configured(MemoryEngine::new(), entries, channels).await);
    let counts = |text: &str| (text.matches("<item>").count(), text.matches("<title>Tin số 1<").count());
    for (slug, title, wanted) in
        [("mot", "Số một", (1, 1)), ("moi", "Mọi tin", (3, 1)), ("khong", "Không", (0, 0))]
    {
        let text = text(&admins(&rendering, slug).await.unwrap());
        assert_eq!(counts(&text), wanted, "{slug}: {text}");
        assert!(text.contains(&format!("<channel><title>{title}</title>")), "{text}");
        assert!(text.contains(&format!("/channels/{slug}.xml\"")), "{text}");
    }
    // What was judged is remembered, by channel, and the floors are kept under its name.
    let judged: Vec<usize> = ["mot", "khong"]
        .map(|slug| rendering.judged.lock().unwrap()[&ChannelSlug::new(slug).unwrap()].1.len())
        .into();
    assert_eq!(judged, [40, 40]);
    let state = rendering
        .store
        .channel_state(ChannelId::Own(ChannelSlug::new("moi").unwrap()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(state.floors.len(), 1);
    assert!(admins(&rendering, "gone").await.is_none());
}

#[tokio::test]
async fn no_more_than_a_summary_is_republished_and_nothing_that_was_dropped() {
    let mut dropped = new(3, 10);
    dropped.dropped = Some("keyword `tin`".to_owned());
    let entries = vec![new(1, 10), new(2, 10), dropped];
    let rendering = Arc::new(configured(MemoryEngine::new(), entries, "content = \"summary\"\n").await);
    let all = rendering.all(&Kept::new()).await.unwrap();
    for document in [all[&rss(ChannelId::All)].clone(), own(&rendering).await] {
        let text = text(&document);
        assert_eq!((text.matches("<item>").count(), text.matches("Lũ lên.").count()), (2, 2), "{text}");
        assert!(!text.contains("content:encoded>") && !text.contains("xxx"), "{text}");
    }
}

#[tokio::test]
async fn what_stays_as_it_was_shares_its_bytes_and_keeps_its_history() {
    let rendering = rendering(MemoryEngine::new(), vec![new(1, 10)]).await;
    let first = rendering.all(&Kept::new()).await.unwrap();
    let second = rendering.all(&first).await.unwrap();
    for (document, edition) in &first {
        assert!(Arc::ptr_eq(&edition.published, &second[document].published), "{document}");
    }
    let id = rss(ChannelId::All);
    let digest = first[&id].published.digest;
    assert_eq!(second[&id].history.since(digest), Some(vec![]));
    // A channel without entries has nothing that could have stayed.
    let empty = rss(ChannelId::Province(Province::find("ninh-binh").unwrap()));
    assert_eq!(second[&empty].history.since(first[&empty].published.digest), None);
}

#[tokio::test]
async fn a_channel_of_the_admins_own_is_made_anew_where_its_sources_changed_and_packed_where_it_did() {
    let channels = "[[feeds]]\nid = \"b\"\ntitle = \"B\"\nurl = \"https://b.vn/rss\"\n\
        [[channels]]\nslug = \"cua-a\"\ntitle = \"Của A\"\nsources = [\"a\"]\n\
        [[channels]]\nslug = \"tin\"\ntitle = \"Tin\"\nany = [\"tin\"]\n";
    let rendering = Arc::new(configured(MemoryEngine::new(), vec![new(1, 10)], channels).await);
    let own = async || [admins(&rendering, "cua-a").await.unwrap(), admins(&rendering, "tin").await.unwrap()];
    let changed = async |source: &str, number: usize, title: &str| {
        let mut entry = new(number, 10);
        title.clone_into(&mut entry.entry.title);
        let changes = Changes { inserted: vec![entry], ..Changes::default() };
        let (source, state) = (SourceId::new(source).unwrap(), SourceState::default());
        let commit = Commit { source: source.clone(), at: clock::now(), changes, state, durable: false };
        rendering.store.commit(commit).await.unwrap();
        let config = rendering.config.borrow().clone();
        rendering.turns.note(&config, &HashSet::from([source]), clock::now());
    };
    let rendered =
        || {
            rendering.metrics.text().lines().find_map(|line| {
                line.strip_prefix("tintinh_render_duration_seconds_count ").map(str::to_owned)
            })
        };
    let same = |one: &Edition, other: &Edition| Arc::ptr_eq(&one.published, &other.published);
    let first = own().await;
    assert_eq!(rendered().as_deref(), Some("2"));
    // The other formats were made with it.
    let atom = DocumentId { channel: ChannelId::Own(ChannelSlug::new("tin").unwrap()), format: Format::Atom };
    rendering.single(atom).await.unwrap().unwrap();
    assert_eq!(rendered().as_deref(), Some("2"));
    changed("b", 2, "Chuyện khác").await;
    let second = own().await;
    // Of the one that admits the source it was looked, and nothing found: the very bytes are kept.
    assert_eq!(rendered().as_deref(), Some("3"));
    assert!(same(&first[0], &second[0]) && same(&first[1], &second[1]));
    changed("b", 3, "Tin số 3").await;
    let third = own().await;
    assert_eq!(rendered().as_deref(), Some("4"));
    assert!(same(&first[0], &third[0]) && !same(&first[1], &third[1]));
    assert!(text(&third[1]).contains("Tin số 3"));
    changed("a", 4, "Tin số 4").await;
    let fourth = own().await;
    assert_eq!(rendered().as_deref(), Some("6"));
    assert!(fourth.iter().all(|edition| text(edition).contains("Tin số 4")));
    // A configuration that says the same is no reason to pack anything again.
    rendering.forget_documents();
    let fifth = own().await;
    assert_eq!(rendered().as_deref(), Some("8"));
    assert!(same(&fourth[0], &fifth[0]) && same(&fourth[1], &fifth[1]));
}
