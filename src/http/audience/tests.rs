use axum::http::{HeaderValue, header};
use chrono::TimeDelta;

use super::{
    seen::{READERS_AT_ONE_ADDRESS_MAX, READERS_MAX},
    *,
};
use crate::model::{Province, SourceId};

const READER: &str = "Mozilla/5.0 (compatible; Miniflux/2.2; +https://miniflux.app)";
const FEEDLY: &str = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers)";

fn at(hours: i64) -> Timestamp {
    "2026-11-25T06:00:00Z".parse::<Timestamp>().unwrap() + TimeDelta::hours(hours)
}

fn hue() -> ChannelId {
    ChannelId::Province(Province::find("hue").unwrap())
}

fn headcount(readers: u32, hours: i64) -> Headcount {
    Headcount { readers, at: at(hours) }
}

fn readers(audience: &Audience, channel: &ChannelId, hours: i64) -> u32 {
    audience.count(channel, at(hours)).map_or(0, |count| count.readers)
}

/// Somebody asks.
fn note(audience: &Audience, channel: &ChannelId, peer: &str, user_agent: &str, now: Timestamp) {
    let mut headers = HeaderMap::new();
    headers.insert(header::USER_AGENT, HeaderValue::from_str(user_agent).unwrap());
    audience.note(channel, Some(peer.parse().unwrap()), &headers, now);
}

#[test]
fn a_reader_is_a_program_at_an_address_and_a_service_is_one_wherever_it_asks_from() {
    let table: [(&[(&str, &str)], u32); 9] = [
        (&[], 0),
        (&[("203.0.113.9", READER), ("203.0.113.9", READER)], 1),
        (&[("203.0.113.9", READER), ("203.0.113.10", READER)], 2),
        (&[("203.0.113.9", READER), ("203.0.113.9", "Thunderbird/128")], 2),
        (&[("2001:db8::1", READER), ("2001:db8::2", READER), ("2001:db8:0:1::1", READER)], 2),
        (&[("203.0.113.9", FEEDLY), ("203.0.113.10", FEEDLY), ("203.0.113.9", READER)], 17),
        // What it says last counts.
        (
            &[
                ("203.0.113.9", FEEDLY),
                ("203.0.113.10", "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 3 subscribers)"),
            ],
            3,
        ),
        (
            &[
                ("203.0.113.9", "tintinh/0.1.0 (+https://tintinh.example/; 7 subscribers; feed-id=tin)"),
                ("203.0.113.10", "tintinh/0.1.0 (+https://tintinh.example/; 5 subscribers; feed-id=tin)"),
            ],
            12,
        ),
        (&[("203.0.113.9", "curl/8.5.0"), ("203.0.113.9", "")], 0),
    ];
    for (requests, readers) in table {
        let audience = Audience::new(at(0));
        for (peer, user_agent) in requests {
            note(&audience, &ChannelId::All, peer, user_agent, at(0));
        }
        let counted = (readers > 0).then(|| headcount(readers, 0));
        assert_eq!(audience.count(&ChannelId::All, at(0)), counted, "{requests:?}");
    }
}

#[test]
fn each_channel_has_readers_of_its_own() {
    let audience = Audience::new(at(0));
    let own = ChannelId::Source(SourceId::new("a").unwrap());
    for (channel, peer) in [(ChannelId::All, "203.0.113.9"), (hue(), "203.0.113.9"), (hue(), "203.0.113.10")]
    {
        note(&audience, &channel, peer, READER, at(0));
    }
    note(&audience, &own, "203.0.113.9", "curl/8.5.0", at(0));
    let counts = [(ChannelId::All, 1), (hue(), 2)].into();
    assert_eq!(audience.readership(at(0)), Readership::new(counts));
}

#[test]
fn who_reads_once_a_day_stays_and_who_has_gone_is_forgotten_after_two() {
    let audience = Audience::new(at(0));
    note(&audience, &hue(), "203.0.113.9", READER, at(0));
    note(&audience, &hue(), "203.0.113.10", READER, at(0));
    for day in 1..4 {
        note(&audience, &hue(), "203.0.113.9", READER, at(day * 25));
        let readers = if day == 1 { 2 } else { 1 };
        assert_eq!(
            audience.readership(at(day * 25)),
            Readership::new([(hue(), readers)].into()),
            "day {day}"
        );
    }
    assert_eq!(audience.readership(at(200)), Readership::default());
}

#[test]
fn a_clock_that_was_set_back_keeps_nobody_for_ever() {
    let audience = Audience::new(at(0));
    note(&audience, &hue(), "203.0.113.9", READER, at(100_000));
    assert_eq!(audience.readership(at(0)), Readership::new([(hue(), 1)].into()));
    assert_eq!(audience.readership(at(48)), Readership::default());
}

#[test]
fn readers_of_before_a_restart_are_believed_until_more_come_or_two_days_pass() {
    let audience = Audience::new(at(0));
    audience.recall(&hue(), headcount(2, -1));
    note(&audience, &hue(), "203.0.113.9", READER, at(1));
    // Remembered with the time they were counted at: restarts do not keep them for ever.
    assert_eq!(audience.count(&hue(), at(1)), Some(headcount(2, -1)));
    assert_eq!(audience.readership(at(46)), Readership::new([(hue(), 2)].into()));
    assert_eq!(audience.count(&hue(), at(47)), Some(headcount(1, 47)));
    for peer in ["203.0.113.10", "203.0.113.11"] {
        note(&audience, &hue(), peer, READER, at(1));
    }
    assert_eq!(audience.count(&hue(), at(1)), Some(headcount(3, 1)));
    // What was counted since the start is known better than what is kept of it.
    audience.recall(&hue(), headcount(9, 0));
    assert_eq!(audience.count(&hue(), at(1)), Some(headcount(3, 1)));
}

#[test]
fn neither_one_address_nor_all_together_take_more_room_than_there_is() {
    let audience = Audience::new(at(0));
    // Letters, because digits do not make another program.
    let program = |number: usize| -> String {
        number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
    };
    for number in 0..1_000 {
        note(&audience, &hue(), "203.0.113.9", &program(number), at(0));
    }
    assert_eq!(readers(&audience, &hue(), 0), READERS_AT_ONE_ADDRESS_MAX);
    for number in 0..READERS_MAX {
        let peer = std::net::Ipv4Addr::from_bits(0x0800_0000 + u32::try_from(number).unwrap());
        note(&audience, &ChannelId::All, &peer.to_string(), READER, at(1));
    }
    let (one, all) = (readers(&audience, &hue(), 1), readers(&audience, &ChannelId::All, 1));
    assert_eq!(usize::try_from(one + all).unwrap(), READERS_MAX);
    // Who is known is still seen, and room is given back.
    note(&audience, &hue(), "203.0.113.9", &program(0), at(47));
    assert_eq!(audience.readership(at(48)), Readership::new([(hue(), 1), (ChannelId::All, all)].into()));
    assert_eq!(audience.readership(at(49)), Readership::new([(hue(), 1)].into()));
    note(&audience, &ChannelId::All, "203.0.113.9", READER, at(49));
    assert_eq!(audience.count(&ChannelId::All, at(49)), Some(headcount(1, 49)));
}

#[test]
fn services_may_claim_more_than_a_number_holds() {
    let audience = Audience::new(at(0));
    for number in 0..50_000_u32 {
        let peer = std::net::Ipv4Addr::from_bits(0x0800_0000 + number).to_string();
        let user_agent = format!("Service 100000 subscribers; feed-id={number}");
        note(&audience, &hue(), &peer, &user_agent, at(0));
    }
    assert_eq!(readers(&audience, &hue(), 0), u32::MAX);
}
