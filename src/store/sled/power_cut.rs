//! What a power cut may take: whatever was written to the data file after its last fsync. At each fsync a copy is made of
//! it, which is all that the disk is sure to hold then; whatever is acknowledged must be in the last copy.

use std::{fs, path::Path, sync::Arc};

use tokio::task::JoinSet;

use super::{SledEngine, Tree};
use crate::store::{Engine as _, Store, samples::*};

const COMMITS: u32 = 8;

/// The data file as of the last fsync.
const DURABLE: &str = "durable";

/// An fsync that leaves a copy behind. It does not stand under its name before it is whole.
fn leave_a_copy(tree: &Tree) -> std::io::Result<()> {
    tree.data.sync_all()?;
    let part = tree.folder.join("durable.part");
    fs::copy(tree.folder.join("db"), &part)?;
    fs::rename(part, tree.folder.join(DURABLE))
}

/// The store as it would be found after a power cut now.
fn after_a_cut(path: &Path) -> (SledEngine, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(path.join(DURABLE), folder.path().join("db")).unwrap();
    for name in ["conf", "tintinh.store", "tintinh.next"] {
        fs::copy(path.join(name), folder.path().join(name)).unwrap();
    }
    (SledEngine::open(folder.path()).unwrap(), folder)
}

fn looked_on(path: &Path) -> SledEngine {
    let engine = SledEngine::open(path).unwrap();
    engine.sync().unwrap();
    engine.trees.write().unwrap().current.fsync = leave_a_copy;
    engine
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_before_the_data_file_was_fsynced_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(looked_on(folder.path())).unwrap();
    let path = Arc::new(folder.path().to_owned());
    let mut writers = JoinSet::new();
    for id in ["bao", "dai", "bao-moi"] {
        let (store, path) = (store.clone(), Arc::clone(&path));
        writers.spawn(async move {
            for number in 0..COMMITS {
                // Some say nothing new, but must be durable all the same; some are too large for one batch.
                let numbers: Vec<u32> =
                    if number % 3 == 0 { vec![] } else { (number * 9..number * 9 + 9).collect() };
                let mut commit = commit(id, number, &numbers);
                commit.durable = true;
                for new in &mut commit.changes.inserted {
                    new.entry.content = Some(format!("{:?}", new.keys).repeat(900));
                }
                let (state, inserted) = (commit.state.clone(), numbers.len());
                let committed = store.commit(commit).await.unwrap();
                let (cut, _folder) = after_a_cut(&path);
                assert_eq!(cut.rescue, None);
                assert_eq!(cut.entries(&committed.inserted).unwrap().len(), inserted, "{id} {number}");
                assert_eq!(
                    cut.source_states().unwrap()[&source(id)].validators,
                    state.validators,
                    "{id} {number}"
                );
                assert_eq!(cut.check().unwrap().told, Vec::<String>::new(), "{id} {number}");
            }
        });
    }
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
}

#[test]
fn what_was_not_fsynced_is_what_this_test_would_miss() {
    let folder = tempfile::tempdir().unwrap();
    let engine = looked_on(folder.path());
    engine.apply(&commit("bao", 1, &[1])).unwrap();
    engine.sync().unwrap();
    let committed = engine.apply(&commit("bao", 2, &[2])).unwrap();
    // As a flush without an fsync leaves it.
    engine.trees.read().unwrap().current.db.flush().unwrap();
    let (cut, _folder) = after_a_cut(folder.path());
    assert_eq!(cut.entries(&committed.inserted).unwrap(), []);
    engine.sync().unwrap();
    let (cut, _folder) = after_a_cut(folder.path());
    assert_eq!(cut.entries(&committed.inserted).unwrap().len(), 1);
}
