use super::*;

const HOUR: i64 = 3600;

fn now() -> Timestamp {
    "2026-11-23T06:00:00Z".parse().unwrap()
}

fn ago(hours: i64) -> Timestamp {
    now() - chrono::Duration::seconds(hours * HOUR)
}

fn row(seq: u64, source: &str, hours: i64) -> Row {
    Row {
        seq: Seq(seq),
        source: SourceId::new(source).unwrap(),
        place: ago(hours),
        date: ago(hours),
        lead: None,
    }
}

fn rules(min_entries: usize, max_entries: usize) -> Rules {
    let duplicates = Duplicates::Exact;
    Rules { window: Duration::from_hours(48), min_entries, max_entries, duplicates }
}

fn shown(selection: &Selection) -> Vec<u64> {
    selection.seqs.iter().map(|seq| seq.0).collect()
}

fn select_new(rows: &[Row], rules: &Rules) -> Selection {
    select(rows, rules, &Floors::new(), now())
}

#[test]
fn the_window_is_shown_filled_to_the_least_and_cut_to_the_most() {
    let rows = [row(5, "a", 1), row(4, "a", 2), row(3, "a", 47), row(2, "a", 49), row(1, "a", 500)];
    assert_eq!(shown(&select_new(&rows, &rules(0, 10))), [5, 4, 3]);
    assert_eq!(shown(&select_new(&rows, &rules(4, 10))), [5, 4, 3, 2]);
    assert_eq!(shown(&select_new(&rows, &rules(9, 10))), [5, 4, 3, 2, 1]);
    assert_eq!(shown(&select_new(&rows, &rules(0, 2))), [5, 4]);
    assert_eq!(shown(&select_new(&[], &rules(50, 1000))), [] as [u64; 0]);
}

#[test]
fn the_order_is_by_date_and_ties_keep_the_documents_order() {
    let mut rows = [row(5, "a", 1), row(4, "a", 1), row(3, "a", 1)];
    rows[0].date = ago(30);
    assert_eq!(shown(&select_new(&rows, &rules(0, 10))), [4, 3, 5]);
}

#[test]
fn a_flood_leaves_the_others_their_share() {
    let mut rows: Vec<Row> = (100..200).rev().map(|seq| row(seq, "loud", 1)).collect();
    rows.extend([row(3, "quiet", 2), row(2, "small", 3), row(1, "small", 4)]);
    let selection = select_new(&rows, &rules(0, 10));
    assert_eq!(shown(&selection), [199, 198, 197, 196, 195, 194, 193, 3, 2, 1]);
}

#[test]
fn shares_fill_the_room_exactly() {
    let table = [
        (vec![5, 5], 10, (5, 0)),
        (vec![100, 1], 10, (9, 0)),
        (vec![100, 100, 1], 10, (4, 1)),
        (vec![7, 7, 7], 2, (0, 2)),
        (vec![3], 0, (0, 0)),
        (vec![], 5, (0, 0)),
    ];
    for (counts, room, wanted) in table {
        assert_eq!(share(counts.clone(), room), wanted, "{counts:?} in {room}");
    }
}

#[test]
fn what_was_cut_or_aged_out_does_not_come_back() {
    let rules = rules(2, 3);
    let old: Vec<Row> = (1..=5).rev().map(|seq| row(seq, "a", 10 - i64::try_from(seq).unwrap())).collect();
    let first = select(&old, &rules, &Floors::new(), now());
    assert_eq!(shown(&first), [5, 4, 3]);
    // Two entries are taken down: the ones below the cut stay out.
    let fewer = [old[0].clone(), old[3].clone(), old[4].clone()];
    assert_eq!(shown(&select(&fewer, &rules, &first.floors, now())), [5]);
    // All age out of the window: two remain as the fill, and the third does not return when one of them goes.
    let later = now() + chrono::Duration::hours(100);
    let aged = select(&old, &rules, &first.floors, later);
    assert_eq!(shown(&aged), [5, 4]);
    let gone = [old[0].clone(), old[2].clone()];
    assert_eq!(shown(&select(&gone, &rules, &aged.floors, later)), [5]);
}

#[test]
fn a_source_cut_out_altogether_returns_only_with_new_entries() {
    let none = Rules { max_entries: 1, ..rules(0, 1) };
    let rows = [row(9, "a", 1), row(8, "b", 2)];
    let first = select_new(&rows, &none);
    assert_eq!(shown(&first), [9]);
    assert_eq!(shown(&select(&rows[1..], &none, &first.floors, now())), [] as [u64; 0]);
    assert_eq!(shown(&select(&[row(10, "b", 0)], &none, &first.floors, now())), [10]);
}

#[test]
fn a_floor_in_the_future_keeps_nothing_out() {
    let a = SourceId::new("a").unwrap();
    let floor = |hours| Floors::from([(a.clone(), (ago(hours).timestamp_millis(), Seq(3)))]);
    let rows = [row(5, "a", 1), row(4, "a", 2), row(3, "a", 3), row(2, "a", 4)];
    for (hours, wanted) in
        [(3, vec![5, 4, 3]), (0, vec![]), (-1, vec![5, 4, 3, 2]), (-9999, vec![5, 4, 3, 2])]
    {
        let selection = select(&rows, &rules(0, 10), &floor(hours), now());
        assert_eq!(shown(&selection), wanted, "{hours} hours ago");
    }
    let healed = select(&rows, &rules(0, 2), &floor(-1), now()).floors;
    assert_eq!(healed[&a], (ago(2).timestamp_millis(), Seq(4)));
}

#[test]
fn entries_placed_in_the_future_keep_no_later_ones_out() {
    let rules = rules(0, 10);
    let early = [row(4, "a", -5), row(3, "a", -9999)];
    let first = select_new(&early, &rules);
    assert_eq!((shown(&first), first.floors.len()), (vec![3, 4], 0));
    // What comes now is numbered later and placed earlier; a poll may have begun before the last rendering.
    let mut rows = vec![row(3, "a", -9999), row(4, "a", -5), row(5, "a", 0), row(2, "a", 60)];
    rows[2].place -= chrono::Duration::seconds(1);
    let second = select(&rows, &rules, &first.floors, now());
    assert_eq!(shown(&second), [3, 4, 5]);
    // A source with both: its floor is the oldest it shows, wherever the others claim to be.
    let floor = second.floors[&SourceId::new("a").unwrap()];
    assert_eq!(floor, (rows[2].place.timestamp_millis(), Seq(5)));
}

#[test]
fn among_entries_placed_in_the_future_the_later_numbers_count_as_newer() {
    let rows = [row(1, "a", -9999), row(3, "a", -5), row(2, "a", 1)];
    let cut = select_new(&rows, &rules(0, 1));
    assert_eq!(shown(&cut), [3]);
    // By date they stand as they claim to.
    assert_eq!(shown(&select_new(&rows, &rules(0, 2))), [1, 3]);
}

#[test]
fn other_rules_have_another_digest() {
    assert_ne!(rules(1, 2).digest(), rules(2, 2).digest());
    assert_eq!(rules(1, 2).digest(), rules(1, 2).digest());
    assert_ne!(Rules { duplicates: Duplicates::Keep, ..rules(1, 2) }.digest(), rules(1, 2).digest());
}
