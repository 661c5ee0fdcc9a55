//! What polling costs: the scheduler for each poll as the number of sources grows, and a cycle in which nothing is new
//! beside bare reqwest making the same requests.
//!
//! `cargo bench --bench polling` prints both. Times are of the processor, not of the clock on the wall, and both sides
//! of a ratio are measured in one run. The publishers of the second part are a process of their own, on 127.0.0.1.

mod cycle;
mod origin;
mod pace;
mod usage;

use std::{
    io::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use tintinh::model::{Access, Limits, Pace, Source, SourceId};

fn main() -> io::Result<()> {
    if std::env::args().any(|argument| argument == origin::ARGUMENT) {
        return origin::serve();
    }
    let report = pace::report()? + &cycle::report()?;
    io::stdout().write_all(report.as_bytes())
}

/// A source that is asked at this pace.
fn source(number: usize, url: &str, every: Duration) -> Source {
    let id = SourceId::new(&format!("source-{number}"));
    Source {
        id: id.unwrap_or_else(|| unreachable!("an id of letters and digits")),
        title: format!("Xã {number}"),
        province: None,
        url: url.parse().unwrap_or_else(|error| unreachable!("{url}: {error}")),
        enabled: true,
        timezone: chrono_tz::Asia::Ho_Chi_Minh,
        pace: Pace {
            interval: Some(every),
            min_interval: every,
            max_interval: every,
            host_delay: Duration::ZERO,
        },
        limits: Limits {
            max_body: 1 << 20,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(20),
        },
        access: Access::default(),
        rewrite_host: Arc::default(),
        republishing: tintinh::model::Republishing::default(),
        page: None,
    }
}
