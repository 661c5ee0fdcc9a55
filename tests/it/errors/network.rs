//! Why a publisher's document could not be had.

use std::time::Duration;

use reqwest::Client;
use tintinh::{
    fetch::FetchError,
    hosts::Unwelcome,
    model::{Access, Hints, Validators},
};

use super::{Told, kinds};
use crate::{
    fetch::{LIMITS, ask, ask_as, error_of},
    support::{
        origin::{Origin, Reply},
        tls::TlsFront,
    },
};

kinds!(FetchError:
    Scheme, Credentials, ForbiddenAddress, AsksProxy, Lookup, Connect, Tls, ConnectTimeout, IdleTimeout, TotalTimeout,
    HeadTooLarge, Exchange, Truncated, Decoding, Encoding, TooLarge, CookieChallenge, CookieUseless, Status,
    UnaskedNotModified, Unwelcome, TooManyRedirects, BadLocation, Afterwards, CaFile, Proxy, Client,
);

const HOST: &str = "bao.example";

/// What comes of asking there.
async fn asked(url: &str) -> FetchError {
    ask(&url.parse().unwrap(), &Validators::default(), &LIMITS).await.unwrap_err()
}

fn without_connection() -> Vec<FetchError> {
    let (host, limit) = (HOST.to_owned(), Duration::from_secs(15));
    vec![
        FetchError::AsksProxy { host: host.clone() },
        FetchError::ConnectTimeout { host: host.clone(), limit },
        FetchError::IdleTimeout { limit, answered: true },
        FetchError::TotalTimeout { limit, answered: true },
        FetchError::HeadTooLarge,
        FetchError::Truncated(None),
        FetchError::Decoding { coding: "gzip" },
        FetchError::Encoding { coding: "compress".to_owned() },
        FetchError::TooLarge { limit: 10 << 20 },
        FetchError::CookieChallenge { name: "D1N".to_owned() },
        FetchError::CookieUseless { name: "D1N".to_owned() },
        FetchError::UnaskedNotModified { hints: Hints::default() },
        FetchError::Unwelcome { host: host.clone(), why: Unwelcome::Held(Duration::from_mins(1)) },
        FetchError::Unwelcome { host: host.clone(), why: Unwelcome::Busy },
        FetchError::TooManyRedirects { limit: 10 },
        FetchError::BadLocation { code: 301 },
        FetchError::Afterwards(Box::new(FetchError::ConnectTimeout { host, limit })),
        FetchError::CaFile(None),
        FetchError::Proxy,
        FetchError::Client(Client::new().get("http://").build().unwrap_err()),
    ]
}

#[tokio::test]
async fn errors_of_the_network_say_what_to_do() {
    let mut errors = vec![
        asked("ftp://bao.example/rss").await,
        asked("http://admin:hunter2@bao.example/rss").await,
        asked("http://10.0.0.1/rss").await,
        asked("http://feed.invalid/rss").await,
    ];
    // A port that was free a moment ago, and that nothing here listens on.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    errors.push(asked(&format!("http://{free}/rss")).await);
    // No system connects to a group: it says that there is no way there, as it does without a network.
    let group = "http://224.0.0.1/".parse().unwrap();
    errors.push(ask_as(&group, &Access::default(), &["224.0.0.0/4"]).await.unwrap_err());
    let origin = Origin::start();
    errors.push(asked(&format!("https://{}/rss", origin.address())).await);
    let front = TlsFront::before(origin.address(), &["http/1.1"]);
    errors.push(asked(&format!("https://{}/rss", front.address())).await);
    errors.push(error_of(Reply::raw("SSH-2.0-OpenSSH_9.9\r\n")).await);
    errors.extend(without_connection());
    for code in [202, 400, 401, 403, 404, 407, 410, 429, 500, 503] {
        errors.push(error_of(Reply::status(code).body("Hệ thống bảo trì")).await);
    }
    let mut told = Told::default();
    told.all(errors, |error| {
        let failure = error.failure();
        // What resolvers say of a name that is none differs.
        let reason = match error {
            FetchError::Lookup { .. } => failure.reason.split(": ").next().unwrap().to_owned() + ": …",
            _ => failure.reason.clone(),
        };
        let advice = failure.reason.rsplit("; ").next().unwrap();
        let shown = if reason.ends_with('…') { format!("{reason}; {advice}") } else { reason };
        format!("{}: {shown}", failure.state.name())
    });
    told.compare("network.txt");
}
