//! `tintinh why WHAT` and `tintinh forget WHAT`: what is known of an article, and taking it down, by us or by the daemon
//! that has the store.

use std::{net::SocketAddr, path::Path};

use clap::Args;

use super::{
    Failed,
    daemon::{self, DaemonError},
};
use crate::{
    app::{
        clock,
        inquiry::{self, Question, Reply},
    },
    config::Config,
    store::Store,
};

/// An answer tells of a hundred entries at most: it is no longer, in bytes.
const ANSWER_MAX: usize = 16 << 20;

/// About what.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// The article's address, our guid (urn:uuid:…), or its publisher's own guid
    #[arg(value_name = "URL|GUID", value_parser = name)]
    what: String,
}

/// Something must be named.
fn name(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("an address or a guid is wanted") } else { Ok(text.to_owned()) }
}

/// 0, or 1 with the reason on stderr (nothing is known under that name, too), or 3 when the store is in use and its daemon
/// does not answer.
pub(super) fn named(path: &Path, question: Question, options: &Options) -> u8 {
    super::with_config(path, |config| {
        let by_daemon =
            daemon::do_by_holder(&config.store, |address| by_daemon(address, question, &options.what))?;
        let reply = match by_daemon {
            Some(reply) => reply,
            None => by_hand(config, question, &options.what)?,
        };
        if reply.well { Ok(reply.words) } else { Err(Failed::from(reply.words)) }
    })
}

fn by_hand(config: &Config, question: Question, name: &str) -> Result<Reply, String> {
    let engine = super::export::open(&config.store).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(async {
        let answered = async {
            let store = Store::new(engine)?;
            let reply = inquiry::answer(&store, config, question, name, clock::now()).await;
            store.close().await?;
            reply
        };
        answered.await.map_err(|error| error.in_words())
    })
}

fn by_daemon(address: SocketAddr, question: Question, name: &str) -> Result<Reply, DaemonError> {
    let path = match question {
        Question::Why => "/why",
        Question::Forget => "/forget",
    };
    daemon::read(&daemon::posted(address, path, name, ANSWER_MAX)?)
}
