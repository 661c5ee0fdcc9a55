//! The sample publishers: servers on loopback, each at a port of its own, each with its manners. They know nothing of
//! the daemon that will ask them.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::{net::TcpListener, task::JoinSet};
use tracing::error;

use super::{
    articles::{self, Article},
    bulletins,
    documents::{self, Masthead},
};
use crate::{app::clock, model::Timestamp};

/// How long the slow one takes.
const SLOWNESS: Duration = Duration::from_secs(3);

/// A publisher as the demo lists it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// The source's `id`.
    pub id: &'static str,
    pub title: &'static str,
    /// The slug of its province.
    pub province: &'static str,
    /// Where its feed is on its server.
    pub path: &'static str,
    /// More keys of its `[[feeds]]` table.
    pub keys: &'static str,
    /// What is worth seeing in it, in one line.
    pub behaviour: &'static str,
    manner: Manner,
    articles: &'static [Article],
}

/// How it answers when it is asked for its feed.
#[derive(Debug, Clone, Copy)]
enum Manner {
    Newspaper,
    Portal,
    Atom,
    JsonFeed,
    Slow,
    Broken,
    Live,
}

/// Who is there.
pub(super) const SAMPLES: [Sample; 7] = [
    Sample {
        id: "bao-ninh-binh",
        title: "Báo Ninh Bình (mẫu)",
        province: "ninh-binh",
        path: "/rss/home.rss",
        keys: "",
        behaviour: "RSS of a newspaper: bare <image>, an ETag without quotes, then 304",
        manner: Manner::Newspaper,
        articles: articles::NINH_BINH,
    },
    Sample {
        id: "cong-ca-mau",
        title: "Cổng thông tin Cà Mau (mẫu)",
        province: "ca-mau",
        path: "/rss.aspx?id=1",
        keys: "",
        behaviour: "RSS of a portal: no guids, dates as `17/01/2012 | 05:57:00`",
        manner: Manner::Portal,
        articles: articles::CA_MAU,
    },
    Sample {
        id: "bao-hue",
        title: "Báo Huế (mẫu)",
        province: "hue",
        path: "/atom.xml",
        keys: "",
        behaviour: "Atom",
        manner: Manner::Atom,
        articles: articles::HUE,
    },
    Sample {
        id: "dai-lao-cai",
        title: "Đài Lào Cai (mẫu)",
        province: "lao-cai",
        path: "/feed.json",
        keys: "",
        behaviour: "JSON Feed",
        manner: Manner::JsonFeed,
        articles: articles::LAO_CAI,
    },
    Sample {
        id: "bao-dong-thap",
        title: "Báo Đồng Tháp (mẫu)",
        province: "dong-thap",
        path: "/rss/home.rss",
        keys: "",
        behaviour: "slow: RSS, three seconds after it was asked",
        manner: Manner::Slow,
        articles: articles::DONG_THAP,
    },
    Sample {
        id: "cong-gia-lai",
        title: "Cổng thông tin Gia Lai (mẫu)",
        province: "gia-lai",
        path: "/rss",
        keys: "interval = \"4s\"\nmax_interval = \"16s\"\n",
        behaviour: "broken: a web page, then error 500, then a line of text, and so on",
        manner: Manner::Broken,
        articles: articles::GIA_LAI,
    },
    Sample {
        id: "tin-nhanh-an-giang",
        title: "Tin nhanh An Giang (mẫu)",
        province: "an-giang",
        path: "/rss",
        keys: "interval = \"3s\"\n",
        behaviour: "live: RSS with a new entry every five seconds, asked every three",
        manner: Manner::Live,
        articles: &[],
    },
];

/// The running servers. They end when this is dropped.
pub(super) struct Publishers {
    /// Where each of [`SAMPLES`] is, in their order.
    pub addresses: Vec<SocketAddr>,
    _servers: JoinSet<()>,
}

impl Publishers {
    /// Starts all of them.
    pub(super) async fn start() -> io::Result<Self> {
        let start = clock::now();
        let (mut addresses, mut servers) = (Vec::new(), JoinSet::new());
        for sample in SAMPLES {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let address = listener.local_addr()?;
            addresses.push(address);
            let router =
                router(Desk { sample, home: format!("http://{address}"), start, asked: Arc::default() });
            servers.spawn(async move {
                if let Err(error) = axum::serve(listener, router).await {
                    error!(publisher = sample.id, %error, "a sample publisher failed");
                }
            });
        }
        Ok(Self { addresses, _servers: servers })
    }
}

/// What one publisher works with.
#[derive(Clone)]
struct Desk {
    sample: Sample,
    home: String,
    start: Timestamp,
    asked: Arc<AtomicUsize>,
}

impl Desk {
    fn masthead(&self) -> Masthead<'_> {
        Masthead { title: self.sample.title, home: &self.home, start: self.start }
    }

    fn find(&self, file: &str, extension: &str) -> Option<&'static Article> {
        let slug = file.strip_suffix(extension)?;
        self.sample.articles.iter().find(|article| article.slug == slug)
    }
}

fn router(desk: Desk) -> Router {
    let path = desk.sample.path.split('?').next().unwrap_or_default();
    Router::new()
        .route(path, get(feed))
        .route("/", get(home))
        .route("/tin/{file}", get(article))
        .route("/anh/{file}", get(picture))
        .with_state(desk)
}

async fn feed(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    let (masthead, articles) = (desk.masthead(), desk.sample.articles);
    let xml =
        |document: String| ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], document).into_response();
    match desk.sample.manner {
        Manner::Newspaper => newspaper(&headers, || xml(documents::rss_of_a_newspaper(&masthead, articles))),
        Manner::Portal => xml(documents::rss_of_a_portal(&masthead, articles)),
        Manner::Atom => xml(documents::atom(&masthead, articles)),
        Manner::JsonFeed => {
            let document = documents::json_feed(&masthead, articles);
            ([(header::CONTENT_TYPE, "application/feed+json")], document).into_response()
        }
        Manner::Slow => {
            tokio::time::sleep(SLOWNESS).await;
            xml(documents::rss_of_a_newspaper(&masthead, articles))
        }
        Manner::Broken => broken(&desk),
        Manner::Live => {
            let bulletins = bulletins::listed(desk.start, clock::now());
            xml(documents::rss_of_bulletins(&masthead, &bulletins))
        }
    }
}

/// The ETag has no quotes, and whoever sends it back as it came gets a 304.
fn newspaper(headers: &HeaderMap, document: impl FnOnce() -> Response) -> Response {
    const ETAG: &str = "5d41402abc4b2a76b9719d911017c592";
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == ETAG);
    let answer = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { document() };
    ([(header::ETAG, ETAG)], answer).into_response()
}

/// Never a whole feed.
fn broken(desk: &Desk) -> Response {
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    match desk.asked.fetch_add(1, Ordering::Relaxed) % 3 {
        0 => {
            let text = "<p>Cổng thông tin đang được nâng cấp, xin quý vị quay lại sau.</p>";
            (html, documents::page("Hệ thống đang bảo trì", text)).into_response()
        }
        1 => {
            let text = "<p>Không kết nối được cơ sở dữ liệu.</p>";
            let page = documents::page("Lỗi máy chủ", text);
            (StatusCode::INTERNAL_SERVER_ERROR, html, page).into_response()
        }
        _ => {
            let type_of_a_feed = [(header::CONTENT_TYPE, "text/xml; charset=utf-8")];
            (type_of_a_feed, "Lỗi kết nối máy chủ cơ sở dữ liệu").into_response()
        }
    }
}

async fn home(State(desk): State<Desk>) -> Response {
    let items = desk
        .sample
        .articles
        .iter()
        .map(|article| format!("<li><a href=\"/tin/{}.html\">{}</a></li>", article.slug, article.title));
    page_of(documents::page(desk.sample.title, &format!("<ul>{}</ul>", items.collect::<String>())))
}

async fn article(State(desk): State<Desk>, Path(file): Path<String>) -> Response {
    if let Some(article) = desk.find(&file, ".html") {
        return page_of(documents::article_page(&desk.masthead(), article));
    }
    let listed = bulletins::listed(desk.start, clock::now());
    let bulletin = listed.iter().find(|bulletin| file == format!("ban-tin-{}.html", bulletin.number));
    match bulletin {
        Some(bulletin) if matches!(desk.sample.manner, Manner::Live) => {
            page_of(documents::page(&bulletin.title, &format!("<p>{}</p>", bulletin.text)))
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn picture(State(desk): State<Desk>, Path(file): Path<String>) -> Response {
    match desk.find(&file, ".svg") {
        Some(article) => {
            ([(header::CONTENT_TYPE, "image/svg+xml")], documents::picture(article)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn page_of(html: String) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}
