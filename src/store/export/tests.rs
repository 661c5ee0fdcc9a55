use super::*;
use crate::{
    model::{Presence, Seq},
    store::{MemoryEngine, StoreError, samples::*},
};

fn filled() -> MemoryEngine {
    let engine = MemoryEngine::new();
    for round in 0..150 {
        engine.apply(&commit("bao", round, &[round * 2, round * 2 + 1])).unwrap();
    }
    engine.apply(&commit("dai", 200, &[1])).unwrap();
    engine.bury(&[Seq(3), Seq(4), Seq(300)]).unwrap();
    let mut listing = commit("bao", 300, &[]);
    listing.changes.listed = Some(vec![(Seq(4), Presence::Listed)]);
    listing.changes.aliases = vec![(key(9000), Seq(4)), (key(9001), Seq(7))];
    engine.apply(&listing).unwrap();
    engine
}

fn written(engine: &MemoryEngine) -> String {
    let mut bytes = Vec::new();
    write(engine, &mut bytes, &mut |_| true).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn told(text: &str) -> String {
    inspect(&mut text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn what_was_written_is_read_back_to_an_equal_store() {
    let old = filled();
    let text = written(&old);
    let summary = Summary { entries: 298, tombstones: 3, sources: 2, channels: 0 };
    assert_eq!(inspect(&mut text.as_bytes()).unwrap(), summary);
    let new = MemoryEngine::new();
    assert_eq!(read(&mut text.as_bytes(), &new, &mut |_| true).unwrap(), summary);
    assert_eq!(written(&new), text);
    assert_eq!(new.check().unwrap(), old.check().unwrap());
    assert_eq!(text.lines().count(), 1 + 2 + 301 + 1);
    assert!(text.starts_with("{\"tintinh\":{\"version\":2,\"next\":302}}\n"), "{}", &text[..60]);
}

#[test]
fn what_is_not_whole_is_told_with_the_line() {
    let text = written(&filled());
    let lines: Vec<&str> = text.lines().collect();
    let join = |lines: &[&str]| lines.join("\n") + "\n";
    assert_eq!(
        told(""),
        "the export is cut off: its last line is missing; copy it anew, or take another one"
    );
    assert!(told("<rss/>\n").starts_with("this is no export of tintinh"));
    let newer = text.replacen("\"version\":2", "\"version\":3", 1);
    assert!(
        told(&newer).starts_with("the export has version 3, and this tintinh reads none above version 2")
    );
    let changed = "the export was changed since it was written: its lines do not add up to what its last line says; copy it anew, or take another one";
    assert_eq!(told(&text.replacen("lũ lên", "lũ xuống", 1)), changed);
    assert_eq!(told(&join(&[&lines[..9], &lines[10..]].concat())), changed);
    assert_eq!(
        told(&join(&lines[..200])),
        "the export is cut off: its last line is missing; copy it anew, or take another one"
    );
    assert_eq!(
        told(&text[..text.len() - 400]),
        "1 damaged line: line 304: it does not end; take another export"
    );
    let mut odd = lines.clone();
    (odd[8], odd[9]) = ("{\"entry\":7}", "");
    let words = told(&join(&odd));
    assert!(words.starts_with("2 damaged lines: line 9: invalid type: integer `7`"), "{words}");
    assert!(words.contains("; line 10: EOF while parsing"), "{words}");
    assert_eq!(
        told(&(text.clone() + "\n")),
        "1 damaged line: line 306: a line after the end; take another export"
    );
    let huge = text.replacen("\"seq\":7,", "\"seq\":18446744073709551615,", 1);
    assert!(
        told(&huge).ends_with(": an entry with an impossible number; take another export"),
        "{}",
        told(&huge)
    );
    let contradicts = text.replacen("\"presence\":\"kept\"", "\"presence\":\"listed\"", 1);
    assert!(
        told(&contradicts).ends_with(": a tombstone with contents; take another export"),
        "{}",
        told(&contradicts)
    );
}

#[test]
fn of_a_damaged_export_all_that_can_be_read_is_taken_by_who_wants_it() {
    let text = written(&filled());
    let mut lines: Vec<&str> = text.lines().collect();
    lines[20] = "{\"entry\":";
    lines.truncate(200);
    let text = lines.join("\n");
    let new = MemoryEngine::new();
    let strict = read(&mut text.as_bytes(), &new, &mut |_| true).unwrap_err();
    assert!(matches!(strict, ImportError::Line { number: 21, .. }), "{strict}");
    let new = MemoryEngine::new();
    let mut records = 0;
    let mut take = |record: Record| {
        records += 1;
        new.restore(&[record])
    };
    each(&mut text.as_bytes(), &mut take).unwrap();
    // One line is damaged, and the last does not end.
    assert_eq!(records, 198);
    let census = new.check().unwrap();
    assert_eq!((census.entries + census.tombstones, census.sources, census.told), (195, 2, vec![]));
}

#[test]
fn what_was_given_up_says_so() {
    let engine = filled();
    let mut asked = 0;
    let mut twice = |_| {
        asked += 1;
        asked < 2
    };
    let error = write(&engine, &mut Vec::new(), &mut twice).unwrap_err();
    assert!(matches!(error, ExportError::Abandoned));
    let text = written(&engine);
    let error = read(&mut text.as_bytes(), &MemoryEngine::new(), &mut |_| false).unwrap_err();
    assert!(matches!(error, ImportError::Abandoned));
    assert!(StoreError::Unable.is_refusal());
}

#[test]
fn an_export_of_the_first_version_is_read_and_its_groups_are_found_out() {
    let old = MemoryEngine::new();
    for (second, id) in (1..).zip(["bao", "dai", "so"]) {
        old.apply(&commit(id, second, &[1, 2])).unwrap();
    }
    let text = written(&old);
    let lines = text.lines().map(|line| {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(entry) = line.get_mut("entry") {
            assert!(entry["grouping"]["led"]["lead"]["seq"].is_u64(), "{entry}");
            entry.as_object_mut().unwrap().remove("grouping");
            entry["stored"].as_object_mut().unwrap().remove("lead");
        }
        if let Some(head) = line.get_mut("tintinh") {
            head["version"] = 1.into();
        }
        line.to_string() + "\n"
    });
    let first: String = lines.collect();
    let new = MemoryEngine::new();
    read(&mut first.as_bytes(), &new, &mut |_| true).unwrap();
    assert_eq!(written(&new), text);
    assert_eq!(new.check().unwrap(), old.check().unwrap());
}
