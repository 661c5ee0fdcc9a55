//! Where a document comes from: a file, stdin or the web. Reads no more than is parsed, and knows no feed.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use ipnet::IpNet;
use tokio::{runtime::Builder, sync::watch};
use url::Url;

use super::Refusal;
use crate::{
    app::clock,
    config::STANDARD_LIMITS,
    fetch::{FetchError, Fetched, Fetcher, Introduction, Network, Request},
    hosts::Itinerary,
    model::{Access, Validators},
    parse::BODY_MAX,
};

/// Where publishers can read who asks.
const PROJECT: &str = env!("CARGO_PKG_HOMEPAGE");

/// What an argument names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Stdin,
    File(PathBuf),
    Web(Url),
}

impl Origin {
    pub(super) fn of(argument: &str) -> Self {
        match (argument, web_address(argument)) {
            ("-", _) => Self::Stdin,
            (_, Some(url)) => Self::Web(url),
            (path, None) => Self::File(path.into()),
        }
    }
}

/// Bytes as they came, and what is known of their way.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) bytes: Vec<u8>,
    pub(super) content_type: Option<String>,
    /// Where it was found in the end; http or https.
    pub(super) url: Option<Url>,
}

/// An absolute http or https address.
pub(super) fn web_address(text: &str) -> Option<Url> {
    Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

pub(super) fn open(path: &Path) -> Result<Input, Refusal> {
    read(File::open(path).map_err(Refusal::Read)?)
}

pub(super) fn read(from: impl Read) -> Result<Input, Refusal> {
    let mut bytes = Vec::new();
    // One byte more than is parsed, to tell that there is more.
    from.take(BODY_MAX as u64 + 1).read_to_end(&mut bytes).map_err(Refusal::Read)?;
    if bytes.len() > BODY_MAX {
        return Err(Refusal::TooLarge);
    }
    Ok(Input { bytes, ..Input::default() })
}

/// Asks once, as a poll of a source without settings would.
pub(super) fn fetch(url: &Url, allow: Vec<IpNet>) -> Result<Input, Refusal> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(Refusal::NoMeans)?;
    let validators = Validators::default();
    let access = Access::default();
    let request =
        Request { url, validators: &validators, limits: &STANDARD_LIMITS, access: &access, feed: None };
    let introduction = Introduction { address: PROJECT.to_owned(), ..Introduction::default() };
    // Nothing is heard of a sender that is gone, and what was sent stays.
    let (_, introduction) = watch::channel(introduction);
    let answer = runtime.block_on(async {
        let fetcher = Fetcher::new(&Network { allow, introduction })?;
        let mut way = Itinerary::alone(url);
        fetcher.fetch(&request, &mut way, clock::now()).await
    });
    // A name look-up that nobody waits for any more may take half a minute to give up.
    runtime.shutdown_background();
    match answer? {
        Fetched::Body(body) => {
            Ok(Input { bytes: body.bytes.into(), content_type: body.content_type, url: Some(body.url) })
        }
        Fetched::NotModified { hints, .. } => Err(FetchError::UnaskedNotModified { hints }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_an_address_only_if_it_begins_like_one() {
        let file = |path: &str| Origin::File(path.into());
        assert_eq!(Origin::of("-"), Origin::Stdin);
        assert_eq!(Origin::of("HTTPS://a.vn"), Origin::Web(Url::parse("https://a.vn/").unwrap()));
        for path in ["rss.xml", "./-", "c:rss.xml", "file:///rss.xml", "https", "a.vn/rss"] {
            assert_eq!(Origin::of(path), file(path));
        }
    }

    #[test]
    fn no_more_is_read_than_is_parsed() {
        assert!(matches!(read(std::io::repeat(b' ')), Err(Refusal::TooLarge)));
        assert_eq!(read(std::io::repeat(b' ').take(BODY_MAX as u64)).unwrap().bytes.len(), BODY_MAX);
    }
}
