//! A feed of the sources that fell sick or are well again, for admins to subscribe to. It is made of what is kept with each
//! source's state, so that it tells the same after a restart.

use std::{cmp::Reverse, sync::Arc};

use axum::{
    extract::State as Extracted,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{past::turn_words, text};
use crate::{
    http::{Site, answer, language::Language, plain},
    model::{Failure, Source, Timestamp, Turn},
    publish::{Bulletin, Format, Notice, Published, bulletin},
};

/// The most that is told at once: the newest.
const NOTICES_MAX: usize = 100;
/// The longest title of a source, in characters.
const TITLE_MAX: usize = 200;

/// The feed, or 304.
pub(in crate::http) async fn health(Extracted(site): Extracted<Site>, asked: HeaderMap) -> Response {
    let language = Language::of(&asked);
    // Checked before: our own address, as the reader knows it.
    let host = asked.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let home = format!("http://{host}/");
    match tokio::task::spawn_blocking(move || published(&site, &home, language)).await {
        Ok(published) => closed(answer::plain_document(&published, &asked), language),
        Err(error) => {
            tracing::error!(%error, "the health feed could not be made");
            plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The health feed cannot be made just now: see the log.\n",
            )
        }
    }
}

/// What is for admins is neither for caches nor for pages of others.
fn closed(mut response: Response, language: Language) -> Response {
    let headers = response.headers_mut();
    headers.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    headers.remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding, Accept-Language"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    response
}

fn published(site: &Site, home: &str, language: Language) -> Published {
    let turns = turns(site);
    let bytes = document(site, &turns, home, language);
    let digest = Published::digest(&bytes);
    Published::new(bytes, digest, Format::Rss.media_type(), Timestamp::UNIX_EPOCH)
}

/// The newest turns of all sources, newest first.
pub(super) fn turns(site: &Site) -> Vec<(Turn, Arc<Source>)> {
    let config = site.config.borrow().clone();
    let mut turns: Vec<(Turn, Arc<Source>)> = Vec::new();
    for source in &config.sources {
        let own = site.board.look(&source.id, |state| state.history.turns.clone());
        turns.extend(own.into_iter().map(|turn| (turn, Arc::clone(source))));
    }
    turns.sort_by(|(one, first), (other, second)| {
        (Reverse(one.at), &first.id).cmp(&(Reverse(other.at), &second.id))
    });
    turns.truncate(NOTICES_MAX);
    turns
}

/// The feed as bytes.
pub(super) fn document(
    site: &Site,
    turns: &[(Turn, Arc<Source>)],
    home: &str,
    language: Language,
) -> Vec<u8> {
    let name = text::cut(&site.config.borrow().channel.title, TITLE_MAX);
    let about = Bulletin {
        title: format!("{}: {name}", language.pick("Tình trạng tintinh", "State of tintinh")),
        description: language
            .pick(
                "Khi có nguồn hỏng, và khi nguồn ấy tốt trở lại.",
                "When a source falls sick, and when it is well again.",
            )
            .to_owned(),
        home: home.to_owned(),
        address: format!("{home}health.xml"),
        language: language.tag(),
    };
    let notices: Vec<Notice> = turns
        .iter()
        .map(|(turn, source)| {
            let sign = if turn.is_sick { "✗" } else { "✓" };
            let title = text::shown(&source.title, TITLE_MAX);
            Notice {
                source: source.id.clone(),
                at: turn.at,
                title: format!("{sign} {title} {}", turn_words(turn, language)),
                text: text::shown(&turn.reason, Failure::REASON_MAX),
                link: format!("{home}sources/{}", source.id),
            }
        })
        .collect();
    bulletin(&about, &notices)
}
