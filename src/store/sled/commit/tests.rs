use std::collections::BTreeMap;

use super::{pages::BATCH_MAX, *};
use crate::{
    model::{Changes, Entry, Update},
    store::{Engine as _, SledEngine, samples},
};

/// What sled writes for each batch, in bytes: its rows that are other ones after it.
fn written(engine: &SledEngine, batches: Vec<Batch>) -> Vec<usize> {
    let rows = &engine.trees().current.db;
    let all = || rows.database().iter().map(Result::unwrap).collect::<BTreeMap<_, _>>();
    let mut before = all();
    let write = |batch| {
        rows.apply_batch(batch).unwrap();
        let after = all();
        let other = after.iter().filter(|(key, value)| before.get(*key) != Some(value));
        let bytes = other.map(|(key, value)| key.len() + value.len()).sum();
        before = after;
        bytes
    };
    batches.into_iter().map(write).collect()
}

#[test]
fn what_lies_scattered_is_written_in_batches_of_a_safe_size() {
    let folder = tempfile::tempdir().unwrap();
    let engine = SledEngine::open(folder.path()).unwrap();
    // Between any two entries of one source lie forty of others.
    for second in 0..300 {
        engine.apply(&samples::commit("bao", second, &[second])).unwrap();
        let others: Vec<u32> = (0..40).map(|number| 10_000 + second * 40 + number).collect();
        engine.apply(&samples::commit("dai", second, &others)).unwrap();
    }
    let seqs: Vec<Seq> = (0..300).map(|number| Seq(1 + number * 41)).collect();
    let known = |seq: &Seq| engine.remembered(Seq(seq.0 - 1), 1).unwrap().remove(0).known;
    let edited = |(number, seq): (u32, &Seq)| {
        let entry = Entry { title: format!("Tin {number}, sửa"), ..samples::entry(number) };
        let known = KnownEntry { likeness: samples::likeness(20_000 + number), ..known(seq) };
        Update { known, entry }
    };
    let updated: Vec<Update> = (0..).zip(&seqs).map(edited).collect();
    let aliases = (30_000..).zip(&seqs).map(|(number, seq)| (samples::key(number), *seq));
    let changes = Changes { updated, aliases: aliases.collect(), ..Changes::default() };
    let commit = Commit { changes, ..samples::commit("bao", 900, &[]) };
    let plan = engine.read(|tree| Plan::of(&commit, 20_000, tree)).unwrap();
    assert_eq!((plan.updated.len(), plan.counted.len()), (300, 300));
    let sizes = written(&engine, batches(&commit, &plan).unwrap());
    assert!(sizes.len() > 1 && sizes.iter().all(|size| *size <= BATCH_MAX), "{sizes:?}");
    assert!(sizes.iter().sum::<usize>() > BATCH_MAX, "{sizes:?}");
    assert_eq!(engine.check().unwrap().told, Vec::<String>::new());
    // As many as are pruned at once.
    let buried: Vec<_> =
        seqs[..64].iter().map(|seq| (known(seq), engine.entries(&[*seq]).unwrap().remove(0))).collect();
    let sizes = written(&engine, vec![burial(&buried)]);
    assert!(sizes[0] <= BATCH_MAX, "{sizes:?}");
}
