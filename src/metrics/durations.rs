//! How long things take, in seconds.

use std::time::Duration;

use prometheus_client::{
    metrics::{family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::Label;

/// Of what goes over the network: publishers take tenths of a second, and some of them half a minute.
const NETWORK: [f64; 7] = [0.1, 0.25, 1.0, 2.5, 10.0, 30.0, 60.0];
/// Of what a processor does: milliseconds, and seconds for the largest documents.
const WORK: [f64; 7] = [0.001, 0.005, 0.025, 0.1, 0.5, 5.0, 30.0];
/// Of answers from memory.
const ANSWER: [f64; 6] = [0.0005, 0.001, 0.005, 0.025, 0.1, 1.0];

/// Histograms of what a poll, a rendering and an answer take.
#[derive(Debug)]
pub(super) struct Durations {
    pub fetch: Histogram,
    pub parse: Histogram,
    pub render: Histogram,
    pub requests: Family<Label, Histogram, fn() -> Histogram>,
}

impl Durations {
    pub fn new(registry: &mut Registry) -> Self {
        let answers: fn() -> Histogram = || Histogram::new(ANSWER);
        let durations = Self {
            fetch: Histogram::new(NETWORK),
            parse: Histogram::new(WORK),
            render: Histogram::new(WORK),
            requests: Family::new_with_constructor(answers),
        };
        let Self { fetch, parse, render, requests } = &durations;
        for (name, help, histogram) in [
            (
                "fetch_duration",
                "From asking a publisher to the end of its answer, waits for its host included",
                fetch,
            ),
            (
                "parse_duration",
                "From a document's bytes to cleaned entries, waits for a turn included",
                parse,
            ),
            ("render_duration", "From a change to a channel's documents in every format and coding", render),
        ] {
            registry.register_with_unit(name, help, Unit::Seconds, histogram.clone());
        }
        let help = "From a request's head to the head of its answer, by listener";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, requests.clone());
        durations
    }

    pub fn answered(&self, listener: &'static str, took: Duration) {
        self.requests.get_or_create(&[("listener", listener)]).observe(took.as_secs_f64());
    }
}
