//! What the reading of a document depends on beside the document itself. Reads none.

use crate::{
    model::{Access, Digest, Source},
    normalize,
};

/// See [`crate::model::SourceState::reading`]. Of credentials it tells only whether there are any: it is kept, and they
/// are not to be guessed from it.
pub(super) fn reading_digest(source: &Source) -> Digest {
    let version = normalize::VERSION.to_le_bytes();
    let mut parts: Vec<&[u8]> =
        vec![&version, source.url.as_str().as_bytes(), source.timezone.name().as_bytes()];
    for (old, new) in source.rewrite_host.iter() {
        parts.extend([&b"rewrite_host"[..], old.as_bytes(), new.as_bytes()]);
    }
    if let Some(page) = &source.page {
        parts.push(b"page");
        for (key, text) in page.selectors().into_iter().chain([("date_format", page.date_format.as_deref())])
        {
            parts.extend(text.map(|text| [key.as_bytes(), text.as_bytes()]).into_iter().flatten());
        }
    }
    // A server may have another document for who asks otherwise, and say that it is not modified.
    let Access { user_agent, headers, authorization, .. } = &source.access;
    if let Some(user_agent) = user_agent {
        parts.extend([b"user_agent", user_agent.as_bytes()]);
    }
    for (name, _) in headers.iter() {
        parts.extend([&b"header"[..], name.as_bytes()]);
    }
    if authorization.is_some() {
        parts.push(b"authorization");
    }
    Digest::of(&parts)
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, sync::Arc, time::Duration};

    use super::*;
    use crate::model::{Criteria, Extent, Limits, Pace, PageRules, Republishing, Secret, SourceId};

    fn source() -> Source {
        let (second, minute) = (Duration::from_secs(1), Duration::from_mins(1));
        Source {
            id: SourceId::new("a").unwrap(),
            title: "A".to_owned(),
            province: None,
            url: "https://a.vn/rss".parse().unwrap(),
            enabled: true,
            timezone: chrono_tz::Tz::Asia__Ho_Chi_Minh,
            pace: Pace { interval: None, min_interval: minute, max_interval: minute, host_delay: second },
            limits: Limits {
                max_body: 1,
                connect_timeout: second,
                idle_timeout: second,
                total_timeout: second,
            },
            access: Access::default(),
            rewrite_host: Arc::default(),
            republishing: Republishing::default(),
            page: None,
            article: None,
        }
    }

    /// What is decided when an entry first comes, or when it is published.
    fn summaries() -> Republishing {
        let words = Criteria { keywords: vec!["bão".to_owned()], ..Criteria::default() };
        Republishing { content: Extent::Summary, drop: Arc::new(words), ..Republishing::default() }
    }

    fn rewriting<const N: usize>(pairs: [(&str, &str); N]) -> Source {
        let pairs = pairs.map(|(old, new)| (old.to_owned(), new.to_owned()));
        Source { rewrite_host: Arc::new(pairs.into()), ..source() }
    }

    fn asking(access: Access) -> Source {
        Source { access, ..source() }
    }

    fn listing(rules: PageRules) -> Source {
        Source { page: Some(Arc::new(rules)), ..source() }
    }

    fn with_header(name: &str, value: &str) -> Source {
        let headers = Arc::from([(name.to_owned(), Secret::new(value))]);
        asking(Access { headers, ..Access::default() })
    }

    #[test]
    fn what_would_be_read_otherwise_differs() {
        let authorization = Some(Secret::new("a"));
        let sources = [
            source(),
            Source { url: "https://a.vn/other".parse().unwrap(), ..source() },
            Source { timezone: chrono_tz::Tz::UTC, ..source() },
            rewriting([("a.vn", "b.vn")]),
            rewriting([("a.vn", "c.vn")]),
            rewriting([("a.vn", "b.vn"), ("c.vn", "d.vn")]),
            asking(Access { user_agent: Some("A".to_owned()), ..Access::default() }),
            asking(Access { user_agent: Some("B".to_owned()), ..Access::default() }),
            with_header("X-A", "1"),
            with_header("X-B", "1"),
            asking(Access { authorization, ..Access::default() }),
            listing(PageRules::default()),
            listing(PageRules { item: Some("li".to_owned()), ..PageRules::default() }),
            listing(PageRules { item: Some("tr".to_owned()), ..PageRules::default() }),
            listing(PageRules { title: Some("li".to_owned()), ..PageRules::default() }),
            listing(PageRules { date_format: Some("%d".to_owned()), ..PageRules::default() }),
        ];
        let digests: HashSet<[u8; 16]> = sources.iter().map(|source| reading_digest(source).0).collect();
        assert_eq!(digests.len(), sources.len());
    }

    #[test]
    fn what_is_read_the_same_or_is_secret_makes_no_difference() {
        let same = [
            Source { title: "B".to_owned(), enabled: false, ..source() },
            asking(Access { http1_only: true, lax_tls: true, cookie_challenge: true, ..Access::default() }),
            Source { republishing: summaries(), ..source() },
            asking(Access { proxy: "http://u:p@b.vn".parse().ok(), ..Access::default() }),
        ];
        assert!(same.iter().all(|other| reading_digest(other) == reading_digest(&source())));
        assert_eq!(reading_digest(&with_header("X-A", "1")), reading_digest(&with_header("X-A", "2")));
        let authorized = |value| {
            let authorization = Some(Secret::new(value));
            reading_digest(&asking(Access { authorization, ..Access::default() }))
        };
        assert_eq!(authorized("a"), authorized("b"));
    }
}
