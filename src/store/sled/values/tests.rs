use std::io::Write as _;

use super::*;
use crate::store::samples;

/// Letters that no compressor can make much smaller.
fn noise(bytes: usize) -> String {
    let digests = (0_u64..).map(|number| Digest::of(&[&number.to_be_bytes()]).to_string());
    let mut text: String = digests.take(bytes / 32 + 1).collect();
    text.truncate(bytes);
    text
}

fn read(bytes: &[u8]) -> StoredEntry {
    unpacked(bytes, &|| "entry".to_owned()).unwrap()
}

#[test]
fn an_entry_with_too_much_content_keeps_its_summary() {
    let mut stored = samples::stored(7);
    stored.entry.content = Some(noise(1_000_000));
    let bytes = entry(&stored).unwrap();
    assert!(bytes.len() <= VALUE_MAX);
    stored.entry.content = None;
    assert_eq!(read(&bytes), stored);
}

#[test]
fn an_entry_that_only_compresses_well_is_no_way_around_the_limit() {
    let bomb = "tin ".repeat(1_000_000);
    let mut stored = samples::stored(7);
    stored.entry.content = Some(bomb.clone());
    let bytes = entry(&stored).unwrap();
    stored.entry.content = None;
    assert_eq!(read(&bytes), stored);
    stored.entry.summary = Some(bomb.clone());
    stored.entry.title = bomb;
    let read = read(&entry(&stored).unwrap());
    assert_eq!((read.entry.summary, read.entry.title.len()), (None, TEXT_MAX));
}

#[test]
fn a_monstrous_entry_is_cut_to_fit() {
    let mut stored = samples::stored(7);
    stored.entry.title = "ộ".repeat(1_000) + &noise(1_000_000);
    stored.entry.summary = Some(noise(1_000_000));
    stored.entry.link = Some(noise(1_000_000));
    stored.entry.identity.value = noise(1_000_000);
    let bytes = entry(&stored).unwrap();
    assert!(bytes.len() <= VALUE_MAX);
    let read = read(&bytes);
    assert_eq!((read.key, read.place, read.seq), (stored.key, stored.place, stored.seq));
    assert!(read.entry.title.starts_with("ộộộ"));
    assert_eq!(read.entry.link, None);
}

#[test]
fn a_state_with_a_monstrous_etag_forgets_it() {
    let mut whole = samples::state("https://a.vn");
    whole.validators.etag = Some(noise(1_000_000).into_bytes());
    let bytes = state(&whole).unwrap();
    assert!(bytes.len() <= VALUE_MAX);
    let read: SourceState = unpacked(&bytes, &|| "state".to_owned()).unwrap();
    assert_eq!((read.next_poll, read.validators), (whole.next_poll, Validators::default()));
}

#[test]
fn a_damaged_value_is_told_by_name() {
    for bytes in [&b""[..], b"\x09{}", b"\x01not zstd"] {
        let error = unpacked::<StoredEntry>(bytes, &|| "entry 7".to_owned()).unwrap_err();
        assert!(error.to_string().starts_with("the store is damaged: entry 7: "), "{error}");
    }
}

#[test]
fn a_value_is_read_whether_it_tells_its_length_or_not_and_one_that_tells_another_is_damaged() {
    let words = "Lũ lên nhanh ".repeat(500);
    let bytes = packed(&words).unwrap();
    let (read, what) = (unpacked::<String>, || "entry 7".to_owned());
    assert_eq!(read(&bytes, &what).unwrap(), words);
    let json = serde_json::to_vec(&words).unwrap();
    let mut silent = zstd::Encoder::new(vec![JSON_ZSTD], 1).unwrap();
    silent.write_all(&json[..9]).and_then(|()| silent.flush()).unwrap();
    silent.write_all(&json[9..]).unwrap();
    let silent = silent.finish().unwrap();
    assert_eq!(get_frame_content_size(&silent[1..]).unwrap(), None);
    assert_eq!(read(&silent, &what).unwrap(), words);
    for broken in [bytes[..bytes.len() - 1].to_vec(), [&bytes[..], b"more"].concat()] {
        read(&broken, &what).unwrap_err();
    }
    // The length stands behind magic number and descriptor (RFC 8878 §3.1.1.1), here in two bytes less 256.
    let mut lying = bytes.clone();
    assert_eq!(u16::from_le_bytes([lying[6], lying[7]]) as usize, json.len() - 256);
    lying[6] ^= 1;
    read(&lying, &what).unwrap_err();
    // The thread goes on reading as before.
    assert_eq!(read(&bytes, &what).unwrap(), words);
}
