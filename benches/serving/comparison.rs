//! The daemon and nginx, asked in turn for the same bytes.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use crate::{
    Failed,
    daemon::{Daemon, LARGE, SMALL},
    load::{self, Question},
    nginx::Nginx,
    process::Server,
};

/// How often each side is asked; the median counts.
const ROUNDS: usize = 7;
/// How long each time.
const LASTS: Duration = Duration::from_millis(1500);

const GZIP: &str = "Accept-Encoding: gzip\r\n";

/// A kind of answer, and the least that is wanted of nginx's requests per second.
struct Case {
    name: &'static str,
    path: &'static str,
    is_packed: bool,
    is_known: bool,
    wanted: f64,
}

const CASES: [Case; 6] = [
    Case { name: "200", path: SMALL, is_packed: false, is_known: false, wanted: 0.9 },
    Case { name: "200", path: LARGE, is_packed: false, is_known: false, wanted: 0.9 },
    Case { name: "200 gzip", path: SMALL, is_packed: true, is_known: false, wanted: 0.6 },
    Case { name: "200 gzip", path: LARGE, is_packed: true, is_known: false, wanted: 0.6 },
    Case { name: "304", path: SMALL, is_packed: false, is_known: true, wanted: 0.7 },
    Case { name: "304", path: LARGE, is_packed: false, is_known: true, wanted: 0.7 },
];

/// What one side did in one round.
#[derive(Clone, Copy)]
struct Figures {
    /// Requests per second.
    rate: f64,
    /// For each request, of the server,
    processor: Duration,
    /// and of the readers too.
    in_all: Duration,
    p50: Duration,
    p99: Duration,
}

/// A line for each kind of answer.
pub fn report() -> Result<(), Failed> {
    let (daemon, nginx) = (Daemon::start()?, Nginx::start()?);
    for path in [SMALL, LARGE] {
        let (_, plain) = load::fetch(daemon.server.address, path, "")?;
        let (_, gzip) = load::fetch(daemon.server.address, path, GZIP)?;
        nginx.keep(path, &plain, &gzip)?;
    }
    let mut out = io::stdout();
    writeln!(
        out,
        "{:9} {:>9}  {:>15} {:>6} {:>6} {:>7}  {:>15} {:>6}  {:>15} {:>15}",
        "answer",
        "bytes",
        "requests/s",
        "ratio",
        "alone",
        "wanted",
        "µs of processor",
        "ratio",
        "p50 ms",
        "p99 ms"
    )?;
    for case in &CASES {
        let (ours, theirs) = (question(case, &daemon.server)?, question(case, &nginx.server)?);
        if ours.length != theirs.length {
            return Err(format!("{}: the sides do not serve the same bytes", case.path).into());
        }
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push((measured(&daemon.server, &ours)?, measured(&nginx.server, &theirs)?));
        }
        writeln!(out, "{}", line(case, ours.length, &rounds))?;
        out.flush()?;
    }
    Ok(())
}

/// What to ask this side. Each is asked by its own validators.
fn question(case: &Case, server: &Server) -> Result<Question, Failed> {
    let coding = if case.is_packed { GZIP } else { "" };
    let (head, body) = load::fetch(server.address, case.path, coding)?;
    if !head.starts_with("HTTP/1.1 200 ")
        || load::value(&head, "content-encoding").is_some() != case.is_packed
    {
        return Err(format!("{} is answered by {head}", case.path).into());
    }
    let etag = load::value(&head, "etag").ok_or("an answer has no ETag")?;
    let condition = if case.is_known { format!("If-None-Match: {etag}\r\n") } else { String::new() };
    let (status, length) = if case.is_known { (304, 0) } else { (200, body.len()) };
    let header = coding.to_owned() + &condition;
    Ok(Question { address: server.address, path: case.path, header, status, length })
}

fn measured(server: &Server, question: &Question) -> Result<Figures, Failed> {
    let before = server.processor_time()?;
    let answered = load::ask(question, LASTS)?;
    let processor = server.processor_time()?.saturating_sub(before) / answered.requests;
    let rate = f64::from(answered.requests) / answered.took.as_secs_f64();
    let in_all = processor + answered.processor / answered.requests;
    Ok(Figures { rate, processor, in_all, p50: answered.p50, p99: answered.p99 })
}

fn line(case: &Case, length: usize, rounds: &[(Figures, Figures)]) -> String {
    let both = |figure: &dyn Fn(&Figures) -> f64, digits: usize| {
        let ours = median(rounds.iter().map(|(ours, _)| figure(ours)));
        let theirs = median(rounds.iter().map(|(_, theirs)| figure(theirs)));
        format!("{ours:.digits$} / {theirs:.digits$}")
    };
    // Of each round by itself: what else the machine does hits both sides of one alike.
    let ratio = |figure: &dyn Fn(&Figures) -> f64| {
        median(rounds.iter().map(|(ours, theirs)| figure(ours) / figure(theirs)))
    };
    let rate = |figures: &Figures| figures.rate;
    let processor = |figures: &Figures| figures.processor.as_secs_f64() * 1e6;
    // The other way round, to be held against the wanted ratio of rates.
    let in_all = |figures: &Figures| figures.in_all.as_secs_f64().recip();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    format!(
        "{:9} {length:>9}  {:>15} {:>6.2} {:>6.2} {:>7.1}  {:>15} {:>6.2}  {:>15} {:>15}",
        case.name,
        both(&rate, 0),
        ratio(&rate),
        ratio(&in_all),
        case.wanted,
        both(&processor, 1),
        ratio(&processor),
        both(&|figures| milliseconds(figures.p50), 2),
        both(&|figures| milliseconds(figures.p99), 2),
    )
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
