//! The contract of sources' and channels' states.

use std::collections::BTreeMap;

use super::Bench;
use crate::{
    model::{ChannelId, ChannelState, Digest, Headcount, Province, Seq, SourceState, Validators},
    store::{Engine, samples::*},
};

pub(super) fn channel_state(sources: u32) -> ChannelState {
    let floor =
        |number: u32| (source(&format!("nguon-{number}")), (i64::from(number) * 7_919, Seq(number.into())));
    ChannelState {
        digest: Digest::of(&[&sources.to_be_bytes()]),
        rules: Digest::of(&[b"rules"]),
        last_modified: at(sources),
        rendered: Some(at(sources + 1)),
        floors: (0..sources).map(floor).collect::<BTreeMap<_, _>>(),
        others: [].into(),
        installation: Some(Digest([5; 16])),
        readers: (sources > 0).then(|| Headcount { readers: sources, at: at(sources + 2) }),
    }
}

pub(super) fn states_and_channels_come_back_as_they_were<B: Bench>() {
    let bench = B::new();
    let mut odd = commit("bao", 10, &[]);
    odd.state.validators =
        Validators { etag: Some(b"\"\xff\xfe\x00\"".to_vec()), last_modified: Some(b"h\xf4m nay".to_vec()) };
    odd.state.reason = "máy chủ nói: «hết chỗ»".to_owned();
    odd.state.body = Some(Digest([9; 16]));
    bench.engine().apply(&commit("bao", 5, &[])).unwrap();
    bench.engine().apply(&odd).unwrap();
    let province = ChannelId::Province(Province::find("ninh-binh").unwrap());
    let own = ChannelId::Source(source("bao"));
    // 40,000 floors take more than one value; fewer of them later must leave nothing of the former.
    bench.engine().keep_channel(&ChannelId::All, &channel_state(40_000)).unwrap();
    bench.engine().keep_channel(&province, &channel_state(40_000)).unwrap();
    bench.engine().keep_channel(&province, &channel_state(3)).unwrap();
    bench.engine().keep_channel(&own, &channel_state(0)).unwrap();
    let bench = bench.reopen();
    let engine = bench.engine();
    assert_eq!(engine.source_states().unwrap(), [(source("bao"), odd.state)].into());
    for (id, sources) in [(&ChannelId::All, 40_000), (&province, 3), (&own, 0)] {
        assert_eq!(engine.channel_state(id).unwrap(), Some(channel_state(sources)), "{id}");
    }
    let census = engine.check().unwrap();
    assert_eq!((census.sources, census.channels, census.faults), (1, 3, 0));
}

pub(super) fn states_that_are_kept_together_are_all_there<B: Bench>() {
    let bench = B::new();
    bench.engine().apply(&commit("bao", 5, &[1])).unwrap();
    let long = "máy chủ nói: hết chỗ".repeat(25);
    let state =
        |number: u32| SourceState { failures: number, reason: long.clone(), ..SourceState::default() };
    // More than a batch may hold.
    let states: Vec<_> = (0..5_000).map(|number| (source(&format!("s-{number}")), state(number))).collect();
    bench.engine().keep_states(&states).unwrap();
    bench.engine().keep_states(&[(source("bao"), state(7)), (source("s-3"), state(9))]).unwrap();
    let bench = bench.reopen();
    let kept = bench.engine().source_states().unwrap();
    assert_eq!((kept.len(), &kept[&source("s-4999")]), (5_001, &state(4_999)));
    assert_eq!((kept[&source("bao")].failures, kept[&source("s-3")].failures), (7, 9));
    assert_eq!(bench.engine().check().unwrap().faults, 0);
}
