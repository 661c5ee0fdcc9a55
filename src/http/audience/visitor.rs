//! What a request says of who reads: one person's program, a service that reads for many, or nobody.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, header};

use super::address;

/// The most readers that one service is believed to have. The largest state tens of thousands for the best-known
/// feeds of the world.
pub(super) const READERS_CLAIMED_MAX: u32 = 100_000;

/// Of a longer User-Agent only so many bytes count; the longest honest ones have half.
const USER_AGENT_MAX: usize = 512;

/// The headers that tell a visitor from others.
pub(super) const TOLD_BY: [HeaderName; 3] = [header::USER_AGENT, address::X_FORWARDED_FOR, header::FORWARDED];

/// How the User-Agents of those begin that ask without reading: tools that fetch once or look whether we are up, and
/// validators. Readers name the library that they fetch with too, but behind their own name.
const TOOLS: [&str; 11] = [
    "curl/",
    "wget/",
    "httpie/",
    "kube-probe/",
    "prometheus/",
    "blackbox exporter",
    "googlehc/",
    "elb-healthchecker/",
    "check_http/",
    "feedvalidator/",
    "w3c_validator/",
];

/// What the User-Agents of search engines and of services that look whether we are up hold somewhere.
const LOOKERS: [&str; 8] =
    ["googlebot", "bingbot", "baiduspider", "yandexbot", "coccocbot", "uptimerobot", "pingdom", "statuscake"];

/// Our own kind says how many read it, but each house runs its own.
const OWN_KIND: &str = "tintinh/";

/// Who reads, as far as a request tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Visitor {
    /// Where from; none where that is not known.
    pub address: Option<IpAddr>,
    /// Its User-Agent without digits: neither an update nor one reader more makes another program of it. What it says
    /// of the feed's number with it keeps its digits.
    pub program: String,
    /// For how many it reads.
    pub readers: u32,
    /// Whether it is the same one at every address.
    pub one_wherever: bool,
}

impl Visitor {
    /// None where nobody reads, or nobody can be told from others: a program without a name, or without an address.
    pub(super) fn of(peer: Option<IpAddr>, asked: &HeaderMap) -> Option<Self> {
        let name = asked.get(header::USER_AGENT)?;
        // What is not UTF-8 tells programs apart as well as the rest.
        let name = String::from_utf8_lossy(name.as_bytes()).to_ascii_lowercase();
        let name = name[..name.floor_char_boundary(USER_AGENT_MAX)].trim();
        let is_tool = TOOLS.iter().any(|tool| name.starts_with(tool));
        if name.is_empty() || is_tool || LOOKERS.iter().any(|looker| name.contains(looker)) {
            return None;
        }
        let (claimed, feed) = (claimed(name), feed_number(name));
        let is_service = (claimed.is_some() || feed.is_some()) && !name.starts_with(OWN_KIND);
        let address = peer.map(|peer| address::household(address::client(peer, asked)));
        if address.is_none() && !is_service {
            return None;
        }
        let mut program: String = name.chars().filter(|character| !character.is_ascii_digit()).collect();
        program.extend(feed);
        Some(Self { address, program, readers: claimed.unwrap_or(1), one_wherever: is_service })
    }
}

/// `N subscribers` or `N readers`, as aggregators state it: Feedly, Feedbin, Inoreader, `NewsBlur`, The Old Reader,
/// `BazQux`, Netvibes and `LiveJournal` each in the middle of other words.
fn claimed(name: &str) -> Option<u32> {
    let counts = ["subscriber", "reader"].iter().flat_map(|noun| name.match_indices(noun));
    let mut numbers = counts.filter_map(|(at, _)| {
        let before = name[..at].strip_suffix(' ')?;
        let head = before.trim_end_matches(|character: char| character.is_ascii_digit());
        let digits = &before[head.len()..];
        // A digit that belongs to a word or a version counts nobody.
        let is_number =
            !head.ends_with(|last: char| last.is_alphanumeric() || last == '.') && !digits.is_empty();
        is_number.then(|| digits.parse().unwrap_or(READERS_CLAIMED_MAX))
    });
    numbers.next().map(|number: u32| number.min(READERS_CLAIMED_MAX))
}

/// What stands behind `feed-id=`, `feed-id:` or `feedid:`: a service knows one feed of ours under several numbers, each
/// with subscribers of its own, where it was found at several addresses.
fn feed_number(name: &str) -> Option<&str> {
    let (_, rest) = ["feed-id", "feedid"].iter().find_map(|word| name.split_once(word))?;
    let rest = rest.strip_prefix(['=', ':'])?.trim_start();
    let end =
        rest.find(|character: char| !character.is_alphanumeric() && character != '-').unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(user_agent: &str) -> Option<Visitor> {
        let mut headers = HeaderMap::new();
        headers
            .insert(header::USER_AGENT, axum::http::HeaderValue::from_bytes(user_agent.as_bytes()).unwrap());
        Visitor::of(Some("203.0.113.9".parse().unwrap()), &headers)
    }

    /// Of each program for how many it reads, and whether it is one wherever it asks from.
    #[test]
    fn a_service_reads_for_as_many_as_it_says_and_a_program_for_one() {
        let table = [
            (
                "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)",
                16,
                true,
            ),
            ("Feedbin feed-id:1373711 - 142 subscribers", 142, true),
            ("Mozilla/5.0 (compatible; inoreader.com; 12 subscribers)", 12, true),
            ("Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 2 subscribers; )", 2, true),
            (
                "NewsBlur Feed Fetcher - 3 subscribers - https://www.newsblur.com/site/68/tin (Mozilla/5.0)",
                3,
                true,
            ),
            ("Mozilla/5.0 (compatible; theoldreader.com; 5 subscribers; feed-id=5f0c)", 5, true),
            ("BazQux/2.4 (+https://bazqux.com/fetcher; 1 subscribers)", 1, true),
            (
                "LiveJournal.com (webmaster@livejournal.com; for http://www.livejournal.com/x/; 25 readers)",
                25,
                true,
            ),
            ("Netvibes (http://www.netvibes.com; 4 subscribers; feedID: 1234)", 4, true),
            ("Some service; feed-id=77", 1, true),
            ("tintinh/0.1.0 (+https://tin.example/; 7 subscribers; feed-id=tin)", 7, false),
            ("tintinh/0.1.0 (+https://tin.example/; 0 subscribers; feed-id=tin)", 0, false),
            ("tintinh/0.1.0 (+https://tin.example/)", 1, false),
            ("Mozilla/5.0 (compatible; Miniflux/2.2; +https://miniflux.app)", 1, false),
            ("FreshRSS/1.24 (Linux; https://freshrss.org)", 1, false),
            ("FeedReader 3 readers", 3, true),
            ("newsboat/2.36 (Linux x86_64) libcurl/8.5.0 curl/8.5.0", 1, false),
            ("Reader3 readers", 1, false),
            ("Reader/2.0 subscribers", 1, false),
            ("no subscribers", 1, false),
            ("tin ệ12 subscribers", 1, false),
            ("feed-id=", 1, false),
            ("X 99999999999999999999 subscribers", 100_000, true),
            ("X 100001 subscribers", 100_000, true),
        ];
        for (user_agent, readers, one_wherever) in table {
            let visitor = visitor(user_agent).unwrap();
            assert_eq!((visitor.readers, visitor.one_wherever), (readers, one_wherever), "{user_agent}");
        }
    }

    #[test]
    fn who_looks_without_reading_and_who_has_no_name_is_no_reader() {
        for user_agent in [
            "",
            "  ",
            "curl/8.5.0",
            "Wget/1.21",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
            "FeedValidator/1.3",
            "kube-probe/1.29",
        ] {
            assert_eq!(visitor(user_agent), None, "{user_agent}");
        }
        assert_eq!(Visitor::of(Some("203.0.113.9".parse().unwrap()), &HeaderMap::new()), None);
    }

    #[test]
    fn a_version_or_a_count_makes_no_other_program_and_a_feeds_number_does() {
        let program = |user_agent| visitor(user_agent).unwrap().program;
        assert_eq!(program("Firefox/126"), program("Firefox/127"));
        assert_eq!(program("Feedly/1.0 (x; 16 subscribers)"), program("Feedly/1.1 (x; 9 subscribers)"));
        assert_ne!(
            program("Feedbin feed-id:1 - 9 subscribers"),
            program("Feedbin feed-id:2 - 9 subscribers")
        );
        assert_ne!(program("Firefox/126"), program("Chrome/126"));
    }

    #[test]
    fn without_an_address_only_a_service_is_known_again() {
        let of = |user_agent: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, axum::http::HeaderValue::from_static(user_agent));
            Visitor::of(None, &headers).map(|visitor| visitor.readers)
        };
        assert_eq!((of("Firefox"), of("Feedly; 16 subscribers")), (None, Some(16)));
    }

    #[test]
    fn a_long_name_is_cut_between_letters() {
        let visitor = visitor(&"ệ".repeat(1_000)).unwrap();
        assert_eq!(visitor.program.len(), 510);
    }
}
