mod stories;

use std::ops::ControlFlow;

use super::*;
use crate::{
    config::{self, Surroundings},
    model::{
        Alike, Changes, Commit, Committed, Digest, Entry, EntryKey, Identity, Known, Likeness, NewEntry, Row,
        Rule, SourceState,
    },
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
    }
}

/// Over this engine, with these entries of one source.
async fn rendering(engine: impl Engine, inserted: Vec<NewEntry>) -> Rendering {
    let source = SourceId::new("a").unwrap();
    let store = Store::new(engine).unwrap();
    let changes = Changes { inserted, ..Changes::default() };
    let state = SourceState::default();
    let commit = Commit { source: source.clone(), at: clock::now(), changes, state, durable: false };
    store.commit(commit).await.unwrap();
    let file = "[[feeds]]\nid = \"a\"\ntitle = \"A\"\nprovince = \"hue\"\nurl = \"https://a.vn/rss\"\n";
    let config = config::parse(file, &Surroundings::default()).unwrap();
    let (_, config) = watch::channel(Arc::new(config));
    Rendering::new(store, Arc::new(Board::new(HashMap::new())), Arc::new(Audience::new(clock::now())), config)
}

fn text(document: &Published) -> String {
    String::from_utf8(document.identity.bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_store_that_takes_no_state_keeps_nothing_from_readers() {
    let rendering = rendering(Full(MemoryEngine::new()), vec![new(1, 10)]).await;
    let all = rendering.all().await.unwrap();
    assert_eq!(all.len(), 35);
    let one = &all[&ChannelId::All];
    assert!(text(one).contains("Tin số 1"));
    // Not remembered over a restart, but as long as we live.
    let again = rendering.all().await.unwrap();
    assert_eq!(again[&ChannelId::All], *one);
    let own = rendering.source(&SourceId::new("a").unwrap()).await.unwrap().unwrap();
    assert!(text(&own).contains("Tin số 1"));
}

#[tokio::test]
async fn a_document_holds_all_entries_and_only_so_much_of_their_text() {
    const MOST: usize = 100_000;
    let mut entries: Vec<NewEntry> = (0..100).map(|number| new(number, 50_000)).collect();
    entries.push(new(100, 500));
    let mut rendering = rendering(MemoryEngine::new(), entries).await;
    rendering.text_max = MOST;
    for document in [
        rendering.merged(&ChannelId::All).await.unwrap(),
        rendering.source(&SourceId::new("a").unwrap()).await.unwrap().unwrap(),
    ] {
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
