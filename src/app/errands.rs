//! What an admin's command line has the running daemon do for its store: an export, a compaction, an answer about an entry,
//! a takedown. What it is told are the lines that the same commands read.

use std::{
    cell::Cell,
    io::{self, BufWriter, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::stream;
use serde_json::json;
use tokio::{
    runtime::Handle,
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot, watch,
    },
    task::spawn_blocking,
    time::timeout,
};
use tracing::{info, warn};

use super::{
    clock,
    hastening::{Hastened, Hastening},
    inquiry::{self, Question, Reply},
    reloading::{Request, Verdict},
    rendering::Rendering,
};
use crate::{
    config::Config,
    http::{Told, Unavailable},
    model::SourceId,
    store::{Store, StoreError},
};

/// Pieces that wait for a slow client, of so many bytes: what an export takes of memory.
const PIECES_MAX: usize = 4;
const PIECE_BYTES: usize = 64 << 10;
/// How often who waits for a compaction hears that it goes on.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Nobody waits longer for a verdict: who asked would take the daemon for stuck.
const VERDICT_MAX: Duration = Duration::from_secs(100);

type Teller = mpsc::Sender<Result<Bytes, Unavailable>>;

/// Tells all that the store holds. A client that hangs up ends it.
pub(super) fn export(store: &Store) -> Told {
    begin(store, |store, teller| {
        let mut lines = BufWriter::with_capacity(PIECE_BYTES, Pieces(teller.clone()));
        let exported =
            store.export_now(&mut lines).and_then(|summary| Ok(lines.flush().map(|()| summary)?));
        match exported {
            Ok(summary) => info!(entries = summary.entries, "exported, as an admin asked"),
            Err(error) => {
                warn!(%error, "an export that an admin asked for has failed");
                // The client must not take it for whole.
                let _ = teller.blocking_send(Err(Unavailable(error.to_string())));
            }
        }
    })
}

/// Makes the database anew: a line each second, and a last one of how it ended. A client that hangs up ends it.
pub(super) fn compact(store: &Store) -> Told {
    begin(store, |store, teller| {
        let (pieces, told) = (Cell::new(0_u64), Cell::new(Instant::now()));
        let go_on = || {
            pieces.set(pieces.get() + 1);
            if told.get().elapsed() >= TELL_EVERY {
                told.set(Instant::now());
                // Full where the client is slow, or gone, which is asked next.
                let _ = teller.try_send(Ok(line(&json!({ "pieces": pieces.get() }))));
            }
            !teller.is_closed()
        };
        let last = match store.compact_now(&go_on) {
            Ok(done) => {
                info!(before = done.before, after = done.after, "the store was made anew, as an admin asked");
                json!({ "done": { "rows": done.rows, "before": done.before, "after": done.after } })
            }
            Err(error) => {
                warn!(error = error.in_words(), "a compaction that an admin asked for has failed");
                json!({ "error": error.in_words() })
            }
        };
        let _ = teller.blocking_send(Ok(line(&last)));
    })
}

/// What questions about entries need.
#[derive(Clone)]
pub(super) struct Inquiries {
    pub(super) store: Store,
    pub(super) rendering: Arc<Rendering>,
    pub(super) config: watch::Receiver<Arc<Config>>,
    /// Of whom readers will see a difference.
    pub(super) news: mpsc::Sender<SourceId>,
}

impl Inquiries {
    /// Answers this question about the entries that are called so. What is taken down is so, though the client hangs up.
    pub(super) fn answer(&self, question: Question, name: String) -> Told {
        let (this, runtime) = (self.clone(), Handle::current());
        begin(&self.store, move |_, teller| {
            let told = match runtime.block_on(this.replied(question, &name)) {
                Ok(reply) => Ok(line(&json!(reply))),
                Err(error) => {
                    warn!(error = error.in_words(), ?question, "a question about an entry has failed");
                    Err(Unavailable(error.in_words()))
                }
            };
            let _ = teller.blocking_send(told);
        })
    }

    async fn replied(&self, question: Question, name: &str) -> Result<Reply, StoreError> {
        let config = self.config.borrow().clone();
        let reply = inquiry::answer(&self.store, &config, question, name, clock::now()).await?;
        if question == Question::Forget && reply.well {
            info!(taken_down = reply.words, "as an admin asked");
            self.rendering.forget_documents();
            for source in &reply.touched {
                // A renderer that is gone means that we are ending.
                let _ = self.news.send(source.clone()).await;
            }
        }
        Ok(reply)
    }
}

/// Has the file of this name read again, and tells what came of it.
pub(super) fn reload(requests: &mpsc::Sender<Request>, file: String) -> Result<Told, Unavailable> {
    let (answer, verdict) = oneshot::channel();
    match requests.try_send(Request { file: file.into(), answer }) {
        Ok(()) => Ok(once_told(verdict, "the daemon is ending; it reads the file when it is started again")),
        Err(TrySendError::Full(_)) => {
            let words = "the file is being read already, for many others who asked; ask again later";
            Err(Unavailable(words.to_owned()))
        }
        Err(TrySendError::Closed(_)) => {
            let words = "this daemon has no file that it could read again; restart it with --config";
            Ok(at_once(Err(Unavailable(words.to_owned()))))
        }
    }
}

/// Has the source of this id polled as soon as politeness permits, and tells what came of it.
pub(super) fn poll(hastening: &Hastening, id: &str) -> Result<Told, Unavailable> {
    match hastening.hasten(id) {
        Hastened::Waits(verdict) => {
            Ok(once_told(verdict, "still waiting for its turn; see `tintinh status` later"))
        }
        Hastened::Refused(words) => Ok(at_once(Ok(line(&json!(Verdict { well: false, words }))))),
        Hastened::Busy(words) => Err(Unavailable(words.to_owned())),
    }
}

/// Tells a verdict once it has come; or these words where none comes, or not soon.
fn once_told(verdict: oneshot::Receiver<Verdict>, otherwise: &'static str) -> Told {
    let told = async move {
        match timeout(VERDICT_MAX, verdict).await {
            Ok(Ok(verdict)) => Ok(line(&json!(verdict))),
            Ok(Err(_)) | Err(_) => Err(Unavailable(otherwise.to_owned())),
        }
    };
    Box::pin(stream::once(told))
}

/// Tells this, and ends.
fn at_once(words: Result<Bytes, Unavailable>) -> Told {
    Box::pin(stream::iter([words]))
}

/// Begins work on a thread of its own. Nobody waits for it but who is told.
fn begin(store: &Store, work: impl FnOnce(&Store, &Teller) + Send + 'static) -> Told {
    if let Some(reason) = store.failure() {
        return at_once(Err(Unavailable(StoreError::Failed { reason }.in_words())));
    }
    let (teller, mut told) = mpsc::channel(PIECES_MAX);
    let store = store.clone();
    spawn_blocking(move || work(&store, &teller));
    Box::pin(stream::poll_fn(move |context| told.poll_recv(context)))
}

fn line(value: &serde_json::Value) -> Bytes {
    format!("{value}\n").into()
}

/// Hands over what is written to it, and waits where the client is slow.
struct Pieces(Teller);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the client is gone"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
