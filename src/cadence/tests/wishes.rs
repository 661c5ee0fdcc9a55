//! What admins may wish for now.

use super::*;

#[test]
fn what_the_publisher_asked_for_holds_against_the_admins_wish() {
    let source = source(None);
    let until = |state: &SourceState| asked_until(state, &source, now()).map(|at| (at - now()).num_minutes());
    let asked = |minutes: i64| SourceState {
        not_before: Some(now() + TimeDelta::minutes(minutes)),
        last_poll: Some(now()),
        address: Some(address(&source)),
        ..SourceState::default()
    };
    assert_eq!(until(&SourceState::default()), None);
    assert_eq!(until(&asked(30)), Some(30));
    assert_eq!(until(&asked(-1)), None);
    assert_eq!(until(&asked(60 * 24 * 30)), Some(60 * 24));
    // At six in the morning, when six and seven are skipped.
    let skip = Skip { hours: 0b1100_0000, ..Skip::default() };
    assert_eq!(until(&SourceState { skip, ..SourceState::default() }), Some(120));
    // Another address is another publisher's.
    let moved = SourceState { address: Some(Digest::of(&[b"elsewhere"])), ..asked(30) };
    assert_eq!(until(&moved), None);
}
