//! Stores that earlier versions wrote, and what this one reads of them.

use std::{env, fs, path::Path};

use tempfile::TempDir;
use tintinh::{
    model::{
        Changes, ChannelId, ChannelState, Commit, Digest, Entry, EntryKey, Floors, Identity, Likeness,
        NewEntry, Rule, Seq, SourceId, SourceState, Timestamp, Validators,
    },
    store::{Engine, SledEngine},
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(1_735_689_600 + second, 0).unwrap()
}

fn key(number: u32) -> EntryKey {
    EntryKey::new(Rule::Guid, &format!("guid-{number}"))
}

fn link(number: u32) -> EntryKey {
    EntryKey::new(Rule::Link, &format!("//bao.example/{number}"))
}

fn entry(number: u32) -> Entry {
    Entry {
        identity: Identity { rule: Rule::Guid, value: format!("guid-{number}") },
        link: Some(format!("https://bao.example/{number}")),
        canonical_link: Some(format!("//bao.example/{number}")),
        title: format!("Tin số {number}: lũ lên ở Ninh Bình"),
        summary: Some("<p>Nước sông Hoàng Long dâng cao.</p>".to_owned()),
        content: None,
        authors: vec![],
        categories: vec!["Thời sự".to_owned()],
        published: Some(at(number.into())),
        updated: None,
        image: None,
        enclosures: vec![],
        rights: None,
    }
}

fn new(number: u32) -> NewEntry {
    let digest = |part: &[u8]| Digest::of(&[part, &number.to_be_bytes()]);
    let likeness = Likeness { title: digest(b"title"), text: digest(b"text"), gist: digest(b"gist") };
    NewEntry {
        entry: entry(number),
        keys: vec![key(number), link(number)],
        digest: digest(b"all"),
        head: digest(b"head"),
        likeness,
        date: at(number.into()),
        place: at(1000 + i64::from(number)),
        dropped: None,
        article: None,
    }
}

fn commit(source: &str, second: i64, numbers: impl Iterator<Item = u32>) -> Commit {
    let etag = Some(format!("\"{source}-{second}\"").into_bytes());
    let state =
        SourceState { validators: Validators { etag, last_modified: None }, ..SourceState::default() };
    let changes = Changes { inserted: numbers.map(new).collect(), ..Changes::default() };
    Commit { source: SourceId::new(source).unwrap(), at: at(second), changes, state, durable: true }
}

/// What every fixture holds: 40 entries of two sources, one of them with an alias, and a channel's state.
fn write(folder: &Path) {
    let engine = SledEngine::open(folder).unwrap();
    engine.apply(&commit("bao", 5000, 0..30)).unwrap();
    engine.apply(&commit("dai", 6000, 30..40)).unwrap();
    let mut aliased = commit("bao", 7000, 0..0);
    aliased.changes.aliases = vec![(key(100), Seq(30))];
    engine.apply(&aliased).unwrap();
    let state = ChannelState {
        others: [].into(),
        installation: None,
        readers: None,
        digest: Digest([1; 16]),
        rules: Digest([2; 16]),
        last_modified: at(8000),
        rendered: Some(at(8001)),
        floors: Floors::from([(SourceId::new("bao").unwrap(), (7, Seq(3)))]),
    };
    engine.keep_channel(&ChannelId::All, &state).unwrap();
    engine.sync().unwrap();
}

/// Set by whoever writes a fixture anew: the folder to write it to.
const WRITE: &str = "TINTINH_WRITE_STORE";

/// Writes a fixture of this version's layout where the environment says so:
/// `TINTINH_WRITE_STORE=tests/stores/layout-N cargo test --test it store_layout`.
fn write_fixture(folder: &Path) {
    let store = tempfile::tempdir().unwrap();
    write(store.path());
    fs::create_dir_all(folder).unwrap();
    for file in fs::read_dir(store.path()).unwrap() {
        let file = file.unwrap();
        if file.path().is_file() {
            let bytes = zstd::bulk::compress(&fs::read(file.path()).unwrap(), 19).unwrap();
            fs::write(folder.join(format!("{}.zst", file.file_name().to_str().unwrap())), bytes).unwrap();
        }
    }
}

/// The fixture, unpacked.
fn fixture(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores").join(name);
    let mut files = 0;
    for file in fs::read_dir(packed).unwrap() {
        let path = file.unwrap().path();
        let bytes = zstd::decode_all(fs::File::open(&path).unwrap()).unwrap();
        fs::write(folder.path().join(path.file_stem().unwrap()), bytes).unwrap();
        files += 1;
    }
    // Since there are watermarks, one of them too.
    assert_eq!(files, if name < "layout-3" { 3 } else { 4 });
    folder
}

#[test]
fn stores_of_earlier_layouts_are_read_and_go_on() {
    if let Some(folder) = env::var_os(WRITE) {
        return write_fixture(Path::new(&folder));
    }
    let stores = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores");
    let mut names: Vec<String> =
        fs::read_dir(stores).unwrap().map(|name| name.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["layout-1", "layout-2", "layout-3", "layout-4"]);
    let expected = tempfile::tempdir().unwrap();
    write(expected.path());
    let expected = SledEngine::open(expected.path()).unwrap();
    let sorted = |engine: &SledEngine| {
        let mut all = engine.remembered(Seq(0), 100).unwrap();
        for remembered in &mut all {
            remembered.keys.sort();
        }
        all
    };
    for name in names {
        let folder = fixture(&name);
        drop(SledEngine::open(folder.path()).unwrap());
        // Brought to this layout once, it is of it.
        let engine = SledEngine::open(folder.path()).unwrap();
        assert_eq!(engine.check().unwrap(), expected.check().unwrap(), "{name}");
        assert_eq!(engine.check().unwrap().faults, 0);
        assert_eq!(sorted(&engine), sorted(&expected), "{name}");
        assert_eq!(engine.source_states().unwrap(), expected.source_states().unwrap());
        assert_eq!(engine.channel_states().unwrap(), expected.channel_states().unwrap());
        assert_eq!(engine.next().unwrap(), Seq(41));
        let bao = SourceId::new("bao").unwrap();
        assert_eq!(engine.known(&bao, &[key(100)]).unwrap()[&key(100)].seq, Seq(30), "{name}");
        engine.apply(&commit("dai", 9000, 40..42)).unwrap();
        engine.bury(&[Seq(30)]).unwrap();
        engine.forget(&[Seq(30)]).unwrap();
        assert_eq!(engine.known(&bao, &[key(0), link(0), key(100)]).unwrap().len(), 0, "{name}");
        assert_eq!(engine.check().unwrap().told, Vec::<String>::new(), "{name}");
        // What it held makes groups with what comes.
        engine.apply(&commit("bao", 9500, 35..36)).unwrap();
        let groups = engine.groups(&[Seq(35)]).unwrap();
        assert_eq!(groups[0].iter().map(|row| row.seq).collect::<Vec<_>>(), [Seq(35), Seq(43)], "{name}");
    }
}
