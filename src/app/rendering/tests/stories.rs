//! Stories of several sources, from commits to documents.

use super::*;
use crate::publish::public_guid;

const FILE: &str = r#"
[[feeds]]
id = "home"
title = "Trang nhất"
url = "https://a.vn/rss"

[[feeds]]
id = "hue"
title = "Báo Huế"
province = "hue"
url = "https://a.vn/hue/rss"
"#;

fn commit(id: &str, mut new: NewEntry, category: &str) -> Commit {
    new.entry.canonical_link = Some("//a.vn/lu-len".to_owned());
    new.entry.categories = vec![category.to_owned()];
    let changes = Changes { inserted: vec![new], ..Changes::default() };
    let (source, state) = (SourceId::new(id).unwrap(), SourceState::default());
    Commit { source, at: clock::now(), changes, state, durable: false }
}

async fn merged(rendering: &Rendering, id: &ChannelId) -> Edition {
    let documents = rendering.merged(id, &Kept::new(), &History::default()).await.unwrap();
    documents.into_iter().find(|(document, _)| *document == rss(id.clone())).unwrap().1
}

#[tokio::test]
async fn a_story_is_one_entry_in_every_channel_of_its_sources_and_its_own_in_theirs() {
    let store = Store::new(MemoryEngine::new()).unwrap();
    store.commit(commit("home", new(1, 10), "Thời sự")).await.unwrap();
    let config = config::parse(FILE, &Surroundings::default()).unwrap();
    let without_home =
        config::parse(&FILE[FILE.find("\n[[feeds]]\nid = \"hue\"").unwrap()..], &Surroundings::default());
    let (change, config) = watch::channel(Arc::new(config));
    let (board, audience) = (Arc::new(Board::new(HashMap::new())), Arc::new(Audience::new(clock::now())));
    let metrics = Arc::new(Metrics::new(store.metrics()));
    let rendering = Arc::new(Rendering::new(store.clone(), board, audience, metrics, config));
    let (all, hue) = (ChannelId::All, ChannelId::Province(Province::find("hue").unwrap()));
    let [home_id, hue_id] = ["home", "hue"].map(|id| SourceId::new(id).unwrap());
    let key = |number: &str| EntryKey::new(Rule::Guid, number);
    let [shared, own] = [public_guid(&home_id, key("1")), public_guid(&hue_id, key("2"))];
    let before = text(&merged(&rendering, &all).await);
    assert!(before.contains(&shared) && before.contains("Trang nhất</source>"), "{before}");
    let touched = store.commit(commit("hue", new(2, 10), "Huế")).await.unwrap().touched;
    assert_eq!(touched, [home_id]);
    // Also when who came first is gone from the file: the id is the same, and so are the contents.
    for config in [None, Some(without_home.unwrap())] {
        if let Some(config) = config {
            change.send_replace(Arc::new(config));
            rendering.forget_documents();
        }
        for id in [&all, &hue] {
            let document = text(&merged(&rendering, id).await);
            assert_eq!(document.matches("<item>").count(), 1, "{document}");
            for part in [&shared, "Tin số 2", "Báo Huế</source>", ">Thời sự</category>", ">Huế</category>"]
            {
                assert!(document.contains(part), "{part} is not in {id}: {document}");
            }
        }
        let document =
            text(&rendering.single(rss(ChannelId::Source(hue_id.clone()))).await.unwrap().unwrap());
        assert!(
            document.contains(&own) && !document.contains(&shared) && !document.contains("Thời sự"),
            "{document}"
        );
    }
}
