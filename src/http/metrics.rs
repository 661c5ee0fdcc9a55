//! What is counted, for monitors that ask for it; and the counting of what the listeners answer.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{Request, State as Extracted},
    http::header,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};

use super::Site;
use crate::metrics::{MEDIA_TYPE, Metrics};

/// Everything that is counted. How the sources fare is looked up when it is asked for, off the async threads: there may be
/// 40,000.
pub(super) async fn metrics(Extracted(site): Extracted<Site>) -> Response {
    let made = tokio::task::spawn_blocking(move || {
        let config = site.config.borrow().clone();
        let enabled = config.sources.iter().filter(|source| source.enabled);
        let fares: Vec<_> = enabled
            .clone()
            .map(|source| site.board.look(&source.id, |it| (it.state, it.last_success)))
            .collect();
        let states = fares.iter().map(|(state, _)| *state);
        let last_success = fares.iter().filter_map(|(_, at)| *at).max();
        site.metrics.set_last_success(last_success);
        site.metrics.fare(states, config.sources.len() - enabled.clone().count());
        site.metrics.set_articles_waiting(site.board.articles_waiting());
        site.metrics.store().set_failing((site.store_failure)().is_some());
        site.metrics.text()
    });
    match made.await {
        Ok(text) => {
            ([(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")], text).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the metrics could not be told");
            super::unavailable("The metrics cannot be told just now: see the log.")
        }
    }
}

/// The router, with each of its answers counted under this listener's name.
pub(super) fn counted(router: Router, metrics: Arc<Metrics>, listener: &'static str) -> Router {
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let metrics = Arc::clone(&metrics);
        async move {
            let began = Instant::now();
            let response = next.run(request).await;
            metrics.answered(listener, response.status().as_u16(), began.elapsed());
            response
        }
    }))
}
