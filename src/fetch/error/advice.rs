//! What may help against a failure, in the words of `feeds.toml`. A new error is one arm here.

use super::{
    FetchError,
    causes::{is_local, root_cause},
};

const PASSES: &str = "this usually passes by itself";
const TELL: &str = "tell its publisher, whose server has to mend that";
const LOOK: &str = "see in a browser where it leads, and change `url`";

impl FetchError {
    /// What an admin can do about it; none where the error says it itself.
    pub(super) fn advice(&self) -> Option<&'static str> {
        let advice = match self {
            Self::Lookup { source, .. } | Self::Connect { source, .. } if is_local(source) => {
                "see whether this machine's own network and name servers work"
            }
            Self::Lookup { .. } => "see whether the name is spelt right",
            Self::Connect { .. } => {
                "if a browser gets no further, its server is down, and this passes by itself"
            }
            Self::Tls { source, .. } if root_cause(source).to_string().contains("UnknownIssuer") => {
                "if the server leaves out an intermediate certificate, `ca_file` can supply it"
            }
            Self::Tls { .. } => "see what a browser says of its certificate, and tell its publisher",
            Self::ConnectTimeout { .. } => "if it is slow and not down, raise `connect_timeout`",
            Self::IdleTimeout { .. } => "if it is slow and not down, raise `idle_timeout`",
            Self::TotalTimeout { .. } => "if it is slow or large, raise `total_timeout`",
            Self::TooLarge { .. } => "if it really is so large, raise `max_body`",
            Self::ForbiddenAddress { .. } => {
                "`allow` in [network] of feeds.toml, or --allow of a preview, names one"
            }
            Self::Credentials => "write them into a file, and its name into `credentials_file`",
            Self::AsksProxy { .. } => "change `url` or `proxy`",
            Self::Scheme { .. } | Self::TooManyRedirects { .. } | Self::BadLocation { .. } => LOOK,
            Self::Exchange(_) => "if it opens in a browser, try `http = \"1.1\"`",
            Self::Truncated(_) | Self::UnaskedNotModified { .. } => PASSES,
            Self::HeadTooLarge | Self::Decoding { .. } | Self::Encoding { .. } => TELL,
            Self::CookieChallenge { .. } => "`cookie_challenge = true` sends that cookie back, once",
            Self::CookieUseless { .. } => "only a browser gets further: look for another address of the feed",
            Self::Status { code, .. } => of_status(*code),
            Self::Unwelcome { .. } => "it has its turn later, by itself",
            Self::Client(_) => "is the system's list of CA certificates (package ca-certificates) installed?",
            // It has its own, and these say it themselves.
            Self::Afterwards(_) | Self::CaFile(_) | Self::Proxy => return None,
        };
        Some(advice)
    }
}

fn of_status(code: u16) -> &'static str {
    match code {
        401 => "`credentials_file` can hold a user name and password",
        403 => "if it refuses readers that are no browser, set another `user_agent`",
        404 | 410 => "look for its new address on its site, and change `url`",
        407 => "`proxy` can hold a user name and password",
        429 => "if this goes on, raise `min_interval` or `host_delay`",
        500.. => PASSES,
        _ => "if a browser gets the feed, it may want another `user_agent` or `headers`",
    }
}
