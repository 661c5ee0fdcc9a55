//! Addresses that point where no feed has any business to point: at this machine and the networks around it, in every
//! spelling that a URL, a resolver or a C library takes for one. As the address of a source and as the target of a
//! redirect none may connect: listeners on loopback count who comes.

mod addresses;

use std::{
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tintinh::{
    fetch::{FetchError, Fetcher, Request},
    model::{Access, State, Validators},
};
use url::Url;

use self::addresses::{CREDENTIALS, FIRST_ONLY, HOSTILE, MALFORMED, OTHER_SCHEMES};
use super::{LIMITS, ask_as, fetch};
use crate::support::origin::{Origin, Reply};

/// Listeners at one port of every loopback address that this machine has, who count.
struct Doors {
    port: u16,
    came: Arc<AtomicUsize>,
}

impl Doors {
    fn open() -> Self {
        let four = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = four.local_addr().unwrap().port();
        let six = TcpListener::bind(("::1", port));
        if six.is_err() {
            println!("left out: nobody can listen on [::1]:{port}");
        }
        let came = Arc::new(AtomicUsize::new(0));
        for listener in [Some(four), six.ok()].into_iter().flatten() {
            let came = Arc::clone(&came);
            std::thread::spawn(move || {
                while listener.accept().is_ok() {
                    came.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        Self { port, came }
    }

    /// How many came, without the one that this sends itself to know that all before it were counted.
    async fn visitors(&self) -> usize {
        let before = self.came.load(Ordering::SeqCst);
        let _last = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        while self.came.load(Ordering::SeqCst) == before {
            tokio::task::yield_now().await;
        }
        self.came.load(Ordering::SeqCst) - 1
    }

    fn at(&self, address: &str) -> String {
        address.replace("PORT", &self.port.to_string())
    }
}

/// In a word, what kept an address from being asked.
fn verdict(error: &FetchError) -> &'static str {
    match error {
        FetchError::ForbiddenAddress { .. } => "address",
        FetchError::Credentials => "credentials",
        FetchError::Scheme { .. } => "scheme",
        FetchError::BadLocation { .. } => "malformed",
        _ => "something else",
    }
}

/// An address of its own, so that a source there can be allowed and the rest of loopback not.
const PUBLISHER: &str = "127.77.7.7";

/// One for all questions of a test: making one takes longer than asking.
fn fetcher() -> Fetcher {
    super::fetcher(&["127.77.7.7/32"])
}

async fn ask(fetcher: &Fetcher, url: &Url) -> FetchError {
    let (validators, access) = (&Validators::default(), &Access::default());
    let request = Request { url, validators, limits: &LIMITS, access, feed: None };
    let Err(error) = fetch(fetcher, &request).await else { panic!("{url} was answered") };
    error
}

/// What comes of a redirect to this.
async fn redirected(fetcher: &Fetcher, location: &str) -> FetchError {
    let origin = Origin::start_at(PUBLISHER.parse().unwrap());
    origin.on("/", [Reply::redirect(302, location)]);
    let error = ask(fetcher, &origin.url("/")).await;
    assert_eq!(origin.requests().len(), 1, "{location}");
    error
}

#[tokio::test]
async fn no_hostile_address_is_asked_as_a_sources_own() {
    let (doors, fetcher) = (Doors::open(), fetcher());
    for address in HOSTILE.iter().chain(FIRST_ONLY) {
        let url = Url::parse(&doors.at(address)).unwrap_or_else(|error| panic!("{address}: {error}"));
        let error = ask(&fetcher, &url).await;
        assert_eq!(verdict(&error), "address", "{address}: {error:?}");
        assert_eq!(error.failure().state, State::Forbidden, "{address}");
    }
    for address in CREDENTIALS {
        let error = ask(&fetcher, &Url::parse(&doors.at(address)).unwrap()).await;
        assert_eq!(verdict(&error), "credentials", "{address}: {error:?}");
    }
    for address in OTHER_SCHEMES {
        let Ok(url) = Url::parse(&doors.at(address)) else { continue };
        let error = ask(&fetcher, &url).await;
        assert_eq!(verdict(&error), "scheme", "{address}: {error:?}");
    }
    for address in MALFORMED {
        let parsed = Url::parse(&doors.at(address));
        assert!(parsed.is_err(), "{address}: {parsed:?}");
    }
    assert_eq!(doors.visitors().await, 0);
    assert!(HOSTILE.len() >= 60, "{}", HOSTILE.len());
}

#[tokio::test]
async fn no_hostile_address_is_asked_as_the_target_of_a_redirect() {
    let (doors, fetcher) = (Doors::open(), fetcher());
    for address in HOSTILE {
        let error = redirected(&fetcher, &doors.at(address)).await;
        assert_eq!(verdict(&error), "address", "{address}: {error:?}");
        assert_eq!(error.failure().state, State::Forbidden, "{address}");
    }
    for address in CREDENTIALS {
        let error = redirected(&fetcher, &doors.at(address)).await;
        assert_eq!(verdict(&error), "credentials", "{address}: {error:?}");
    }
    for address in OTHER_SCHEMES {
        let error = redirected(&fetcher, &doors.at(address)).await;
        assert!(["scheme", "malformed"].contains(&verdict(&error)), "{address}: {error:?}");
    }
    for address in MALFORMED {
        let error = redirected(&fetcher, &doors.at(address)).await;
        assert_eq!(verdict(&error), "malformed", "{address}: {error:?}");
    }
    assert_eq!(doors.visitors().await, 0);
}

#[tokio::test]
async fn what_is_allowed_by_name_is_asked_in_any_spelling_and_its_neighbours_are_not() {
    let origin = Origin::start_at(PUBLISHER.parse().unwrap());
    origin.on("/", [Reply::ok("<rss/>")]);
    let (port, fetcher) = (origin.address().port(), fetcher());
    for host in ["127.77.7.7", "0x7f.77.7.7", "127.5048071"] {
        let url = Url::parse(&format!("http://{host}:{port}/")).unwrap();
        ask_as(&url, &Access::default(), &["127.77.7.7/32"]).await.unwrap();
    }
    for host in ["127.77.7.8", "[::1]", "localhost"] {
        let error = ask(&fetcher, &Url::parse(&format!("http://{host}:{port}/")).unwrap()).await;
        assert_eq!(verdict(&error), "address", "{host}: {error:?}");
    }
}
