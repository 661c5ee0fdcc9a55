use std::sync::Arc;

use super::*;
use crate::{
    model::Timestamp,
    publish::{Format, History},
};

fn published(text: &str) -> Published {
    let at: Timestamp = "2026-11-23T06:00:00.500Z".parse().unwrap();
    let bytes = text.repeat(1_000).into_bytes();
    let digest = Published::digest(&bytes);
    Published::new(bytes, digest, Format::Rss.media_type(), at)
}

/// The document `<rss/>`, which came after `<old/>`.
fn edition() -> Edition {
    let (old, new) = (published("<old/>"), published("<rss/>"));
    let history = History::default().then(&[], &[old.digest]).then(&[], &[new.digest]);
    Edition { published: Arc::new(new), history: Arc::new(history) }
}

fn headers(asked: &[(HeaderName, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in asked {
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

fn answer_to(asked: &[(HeaderName, &str)]) -> Response {
    let (edition, headers) = (edition(), headers(asked));
    let is_known = share(&edition, &Method::GET, &headers) == Share::Known;
    document(&edition.published, is_known, &headers, Duration::from_secs(5))
}

fn header(response: &Response, name: HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn etag(published: &Published, coding: Coding) -> String {
    String::from_utf8(published.coded(coding).etag.to_vec()).unwrap()
}

#[test]
fn a_reader_that_has_the_document_gets_304() {
    let plain = etag(&edition().published, Coding::Identity);
    let modified = "Mon, 23 Nov 2026 06:00:00 GMT";
    let (none, since) = (header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE);
    let mut table: Vec<(Vec<(HeaderName, String)>, u16)> = vec![
        (vec![], 200),
        (vec![(none.clone(), format!("\"x\", W/{plain}"))], 304),
        (vec![(none.clone(), format!("\"x,\",{plain}"))], 304),
        (vec![(none.clone(), "*".to_owned())], 304),
        (vec![(none.clone(), "\"x\"".to_owned())], 200),
        (vec![(none.clone(), plain.replace('"', ""))], 200),
        (vec![(none.clone(), "ộ".to_owned())], 200),
        (vec![(none.clone(), "\"x\"".to_owned()), (since.clone(), modified.to_owned())], 200),
        (vec![(none.clone(), "\"x\"".to_owned()), (none.clone(), plain)], 304),
        (vec![(since.clone(), modified.to_owned())], 304),
        (vec![(since.clone(), "Mon, 23 Nov 2026 06:00:01 GMT".to_owned())], 304),
        (vec![(since.clone(), "Mon, 23 Nov 2026 05:59:59 GMT".to_owned())], 200),
        (vec![(since, "yesterday".to_owned())], 200),
    ];
    for coding in Coding::ALL {
        table.push((vec![(none.clone(), etag(&edition().published, coding))], 304));
    }
    for (asked, wanted) in table {
        let asked: Vec<_> = asked.iter().map(|(name, value)| (name.clone(), value.as_str())).collect();
        let response = answer_to(&asked);
        assert_eq!(response.status().as_u16(), wanted, "{asked:?}");
        for needed in [header::ETAG, header::CACHE_CONTROL, header::VARY, header::LAST_MODIFIED] {
            assert!(response.headers().contains_key(&needed), "{asked:?} lacks {needed}");
        }
    }
}

/// Packed the document is smaller than as it is; in which coding most, is for the codings to say.
#[test]
fn the_reader_gets_the_coding_it_likes_best_and_of_equals_the_smallest() {
    let size = |coding| edition().published.coded(coding).bytes.len();
    let smallest = Coding::ALL.into_iter().min_by_key(|coding| size(*coding)).unwrap();
    assert_ne!(smallest, Coding::Identity);
    let smallest = smallest.token();
    let table = [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip, br, zstd", smallest),
        ("*", smallest),
        ("gzip, deflate;q=1.0, *;q=0.5", "gzip"),
        ("gzip;q=0.5, br;q=0.9, zstd;q=0.1", "br"),
        ("gzip;q=0.5, identity", ""),
        ("gzip;q=0.5, identity;q=0.4", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("identity;q=0", ""),
        ("*;q=0", ""),
        ("*;q=0, br;q=0.1", "br"),
        ("x-gzip", "gzip"),
        ("gzip;q=0", ""),
        ("gzip;q=2", ""),
        ("gzip;q=banana", ""),
        ("deflate", ""),
        ("compress, ộ", ""),
        (";;;,,,q=1", ""),
        ("", ""),
    ];
    for (accepts, wanted) in table {
        let response = answer_to(&[(header::ACCEPT_ENCODING, accepts)]);
        assert_eq!(header(&response, header::CONTENT_ENCODING), wanted, "{accepts}");
        let suffix = if wanted.is_empty() { "\"".to_owned() } else { format!("-{wanted}\"") };
        assert!(header(&response, header::ETAG).ends_with(&suffix), "{accepts}");
    }
    assert_eq!(header(&answer_to(&[]), header::CONTENT_ENCODING), "");
}

#[test]
fn freshness_is_the_time_to_the_next_poll_within_bounds() {
    let max_age = |seconds, asked: &[(HeaderName, &str)]| {
        let fresh = Duration::from_secs(seconds);
        let response = document(&edition().published, false, &headers(asked), fresh);
        header(&response, header::CACHE_CONTROL).to_owned()
    };
    assert_eq!(max_age(5, &[]), "public, max-age=60");
    assert_eq!(max_age(300, &[]), "public, max-age=300");
    assert_eq!(max_age(86_400, &[]), "public, max-age=900");
    // No shared cache may come between us and a reader of deltas.
    assert_eq!(max_age(5, &[(A_IM, "feed")]), "private, max-age=60");
}

#[test]
fn a_delta_goes_to_who_asks_for_one_and_has_a_document_that_is_remembered() {
    let old = etag(&published("<old/>"), Coding::Identity);
    let new = etag(&edition().published, Coding::Brotli);
    let gzip = etag(&published("<old/>"), Coding::Gzip);
    let foreign = etag(&published("<foreign/>"), Coding::Identity);
    let (get, head) = (Method::GET, Method::HEAD);
    let table = [
        (&get, "feed", old.clone(), Some(old.clone())),
        (&get, "gzip, FEED", old.clone(), Some(old.clone())),
        (&get, "feed;q=0.1", gzip.clone(), Some(gzip.clone())),
        (&get, "feed", format!("W/{old}"), Some(format!("W/{old}"))),
        (&get, "feed", format!("{foreign}, {gzip}"), Some(gzip)),
        (&get, "feed;q=0", old.clone(), None),
        (&get, "vcdiff", old.clone(), None),
        (&get, "feed", foreign, None),
        (&head, "feed", old.clone(), None),
    ];
    for (method, manipulation, tags, wanted) in table {
        let headers = headers(&[(A_IM, manipulation), (header::IF_NONE_MATCH, &tags)]);
        let given = match share(&edition(), method, &headers) {
            Share::Since(base) => Some(base.etag.to_str().unwrap().to_owned()),
            Share::Whole => None,
            Share::Known | Share::Other => panic!("{tags} is not the document"),
        };
        assert_eq!(given, wanted, "{method} {manipulation} {tags}");
    }
    let both = headers(&[(A_IM, "feed"), (header::IF_NONE_MATCH, &format!("{old}, {new}"))]);
    assert_eq!(share(&edition(), &get, &both), Share::Known);
    assert_eq!(share(&edition(), &get, &headers(&[(A_IM, "feed")])), Share::Whole);
}

#[test]
fn a_delta_bears_the_validators_of_what_it_leads_to() {
    let whole = edition().published;
    let part =
        Published::new(b"<part/>".to_vec(), whole.digest, Format::Rss.media_type(), whole.last_modified);
    let base = Base { digest: whole.digest, etag: HeaderValue::from_static("W/\"x\"") };
    let response = delta(&part, base, &headers(&[(header::ACCEPT_ENCODING, "gzip")]));
    assert_eq!(response.status().as_u16(), 226);
    for (name, wanted) in [
        (header::ETAG, etag(&whole, Coding::Gzip).as_str()),
        (header::LAST_MODIFIED, "Mon, 23 Nov 2026 06:00:00 GMT"),
        (header::CACHE_CONTROL, "no-store, im"),
        (header::VARY, "Accept-Encoding, A-IM"),
        (header::CONTENT_TYPE, Format::Rss.media_type()),
        (IM, "feed"),
        (DELTA_BASE, "W/\"x\""),
    ] {
        assert_eq!(header(&response, name.clone()), wanted, "{name}");
    }
}

#[test]
fn who_would_have_another_document_is_refused_before_all_else() {
    let [plain, gzip] = [Coding::Identity, Coding::Gzip].map(|coding| etag(&edition().published, coding));
    let modified = "Mon, 23 Nov 2026 06:00:00 GMT";
    let (is, unmodified) = (header::IF_MATCH, header::IF_UNMODIFIED_SINCE);
    let table: [(&[(HeaderName, &str)], bool); 13] = [
        (&[(is.clone(), &plain)], false),
        (&[(is.clone(), "*")], false),
        (&[(is.clone(), &format!("\"x\", {plain}"))], false),
        (&[(is.clone(), &gzip), (header::ACCEPT_ENCODING, "gzip")], false),
        // A strong tag is of the bytes that would be sent.
        (&[(is.clone(), &gzip)], true),
        (&[(is.clone(), &format!("W/{plain}"))], true),
        (&[(is.clone(), "\"x\"")], true),
        (&[(is.clone(), "\"x\""), (header::IF_NONE_MATCH, &plain)], true),
        (&[(is, &plain), (unmodified.clone(), "Mon, 23 Nov 2026 05:59:59 GMT")], false),
        (&[(unmodified.clone(), modified)], false),
        (&[(unmodified.clone(), "Mon, 23 Nov 2026 05:59:59 GMT")], true),
        (&[(unmodified, "yesterday")], false),
        (&[], false),
    ];
    for (asked, wanted) in table {
        let headers = headers(asked);
        assert_eq!(share(&edition(), &Method::GET, &headers) == Share::Other, wanted, "{asked:?}");
        let page = page(&edition().published, &headers, None).status();
        let plain = plain_document(&edition().published, &headers).status();
        assert_eq!((page == 412, plain == 412), (wanted, wanted), "{asked:?}");
    }
}
