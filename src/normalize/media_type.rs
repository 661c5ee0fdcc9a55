//! Media types of files: whether what a publisher says is one, and what a file's name promises. Opens no file.

/// What is known of a file of which nothing is known (RFC 2046 §4.5.1).
pub const UNKNOWN: &str = "application/octet-stream";

/// The media type without its parameters, in lower case; none where it is no type of RFC 6838 §4.2 (`mp3`, `audio/`,
/// `file/unknown`).
#[must_use]
pub fn essence(told: &str) -> Option<String> {
    let essence = told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (kind, name) = essence.split_once('/')?;
    let is_known = matches!(
        kind,
        "application" | "audio" | "font" | "image" | "message" | "model" | "multipart" | "text" | "video"
    );
    let is_name = name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "!#$&-^_.+".contains(letter));
    (is_known && is_name).then_some(essence)
}

/// By the file's ending, as people name their files; none where that tells nothing.
#[must_use]
pub fn likely(address: &str) -> Option<&'static str> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default();
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    Some(match ending.as_str() {
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "aac" => "audio/aac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mov" => "video/quicktime",
        "m3u8" => "application/vnd.apple.mpegurl",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "txt" => "text/plain",
        "htm" | "html" => "text/html",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_a_media_type_is_taken_for_one() {
        let table = [
            ("audio/mpeg", Some("audio/mpeg")),
            (" Video/MP4; codecs=\"avc1\"", Some("video/mp4")),
            ("application/vnd.ms-excel", Some("application/vnd.ms-excel")),
            ("mp3", None),
            ("audio/", None),
            ("/mpeg", None),
            ("file/unknown", None),
            ("audio/mpeg, audio/mp3", None),
            ("image/ảnh", None),
            ("a/b/c", None),
            ("", None),
        ];
        for (told, wanted) in table {
            assert_eq!(essence(told).as_deref(), wanted, "{told}");
        }
    }

    #[test]
    fn a_file_s_ending_promises_a_type() {
        let table = [
            ("https://a.vn/nghe.MP3?x=1.pdf", Some("audio/mpeg")),
            ("https://a.vn/", None),
            ("https://a.vn/mp3", None),
            ("https://a.vn/tin.xyz", None),
        ];
        for (address, wanted) in table {
            assert_eq!(likely(address), wanted, "{address}");
        }
    }
}
