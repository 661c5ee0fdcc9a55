//! Names that may stand in addresses and keys as they are.

/// Whether it is 1 to `most` bytes of `a-z 0-9 -`.
pub(super) fn is_slug(text: &str, most: usize) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=most).contains(&text.len()) && text.bytes().all(allowed)
}
