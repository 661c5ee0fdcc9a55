//! What an admin says of one source.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{ArticleRules, PageRules, Province, Republishing, slug::is_slug};

/// One `[[feeds]]` table, with every default filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Names the source for ever: part of the key of each of its entries.
    pub id: SourceId,
    /// The publisher's name, as readers see it.
    pub title: String,
    /// The province whose news it carries; none for a national source.
    pub province: Option<Province>,
    /// Where its feed is.
    pub url: Url,
    /// A source that is not enabled rests: it is not polled, and what it published stays.
    pub enabled: bool,
    /// The zone of times that name none.
    pub timezone: chrono_tz::Tz,
    /// How often it may be asked.
    pub pace: Pace,
    /// How much of our time and memory it may take.
    pub limits: Limits,
    /// How its server is to be asked, where that differs from how servers usually are.
    pub access: Access,
    /// Hosts that are gone, and those that stand in their place, for the links of its entries.
    pub rewrite_host: Arc<BTreeMap<String, String>>,
    /// What of its entries is republished.
    pub republishing: Republishing,
    /// How it is read where it is a page; none where it is a feed.
    pub page: Option<Arc<PageRules>>,
    /// How the articles of its new entries are read; none where they are not.
    pub article: Option<Arc<ArticleRules>>,
}

/// The `id` of a source: 1 to 64 of `a-z 0-9 -`, so that it can stand in addresses and keys.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceId(Arc<str>);

impl SourceId {
    /// The longest id, in bytes.
    pub const MAX_LENGTH: usize = 64;

    /// Checks and takes an id; `None` where it holds anything but `a-z 0-9 -` or is too long or empty.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        is_slug(text, Self::MAX_LENGTH).then(|| Self(text.into()))
    }

    /// The id as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SourceId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::new(&text).ok_or_else(|| format!("`{text}` is no source id"))
    }
}

impl From<SourceId> for String {
    fn from(id: SourceId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for SourceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How often a source may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// A fixed interval, when the admin set one; else the pace adapts between the two bounds below.
    pub interval: Option<Duration>,
    /// The shortest adaptive interval.
    pub min_interval: Duration,
    /// The longest adaptive interval, and the cap of back-off.
    pub max_interval: Duration,
    /// The shortest time between two requests to this source's host (host and port).
    pub host_delay: Duration,
}

/// How much of our time and memory one poll may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest body, in bytes after decompression.
    pub max_body: u64,
    /// The longest wait for a connection (name look-up and TLS included).
    pub connect_timeout: Duration,
    /// The longest wait between two reads.
    pub idle_timeout: Duration,
    /// The longest a whole request may take, redirects included.
    pub total_timeout: Duration,
}

/// How a source's server is asked, where that differs from how servers usually are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Never HTTP/2.
    pub http1_only: bool,
    /// Any certificate is taken, whoever signed it, for whatever host: whoever is on the way can read and change all.
    pub lax_tls: bool,
    /// Certificates in PEM that are trusted beside the system's, such as an intermediate that the server does not send.
    pub extra_ca: Option<Arc<[u8]>>,
    /// What connects in our stead: `http`, `https`, `socks5` (names looked up here) or `socks5h` (looked up there).
    pub proxy: Option<Url>,
    /// Replaces all that we say of ourselves.
    pub user_agent: Option<String>,
    /// Sent with each request to the source's own host, and to no other.
    pub headers: Arc<[(String, Secret)]>,
    /// The value of `Authorization`; goes where `headers` go.
    pub authorization: Option<Secret>,
    /// A page that sets a cookie by script and loads itself again is passed, by one retry with that cookie.
    pub cookie_challenge: bool,
}

impl fmt::Debug for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            http1_only,
            lax_tls,
            extra_ca,
            proxy,
            user_agent,
            headers,
            authorization,
            cookie_challenge,
        } = self;
        // An address shows the user name and password that it holds.
        let proxy = proxy.as_ref().map(|url| (url.scheme(), url.host_str(), url.port()));
        formatter
            .debug_struct("Access")
            .field("http1_only", http1_only)
            .field("lax_tls", lax_tls)
            .field("extra_ca", &extra_ca.as_ref().map(|pem| pem.len()))
            .field("proxy", &proxy)
            .field("user_agent", user_agent)
            .field("headers", headers)
            .field("authorization", authorization)
            .field("cookie_challenge", cookie_challenge)
            .finish()
    }
}

/// Text that never shows in a log, a page or a feed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Keeps this from being shown.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(secret)")
    }
}
