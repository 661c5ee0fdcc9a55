//! `tintinh compact`: the store's files made anew, as small as its data allow, by us or by the daemon that has the store.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    path::Path,
};

use serde_json::Value;

use super::{
    daemon::{self, DaemonError},
    progress::Progress,
};
use crate::{
    config::StoreSettings,
    store::{Compaction, Engine as _},
};

const MIB: u64 = 1 << 20;

/// A line of the daemon's answer is no longer, in bytes.
const LINE_MAX: usize = 4096;

/// 0, or 1 with the reason on stderr, or 3 when the store is in use and its daemon does not answer.
pub(super) fn compact(path: &Path) -> u8 {
    super::with_config(path, |config| {
        let store = &config.store;
        let done = match daemon::do_by_holder(store, by_daemon)? {
            Some(done) => done,
            None => by_hand(store)?,
        };
        let (before, after) = (done.before.div_ceil(MIB), done.after.div_ceil(MIB));
        let place = store.path.display();
        Ok(format!("{place}: {before} MiB became {after} MiB; {} rows were copied and compared", done.rows))
    })
}

fn by_hand(store: &StoreSettings) -> Result<Compaction, String> {
    let engine = super::export::open(store).map_err(|error| error.to_string())?;
    let (progress, pieces) = (RefCell::new(Progress::new("worked on", "pieces")), Cell::new(0));
    let done = engine.compact(&|| {
        pieces.set(pieces.get() + 1);
        progress.borrow_mut().tell(pieces.get());
        true
    });
    progress.borrow_mut().end();
    done.map_err(|error| error.in_words())
}

fn by_daemon(address: SocketAddr) -> Result<Compaction, DaemonError> {
    let (mut progress, mut begun, mut last) = (Progress::new("worked on", "pieces"), Vec::new(), None);
    let asked = daemon::post(address, "/compact", "", &mut |piece| {
        for byte in piece {
            if *byte != b'\n' && begun.len() < LINE_MAX {
                begun.push(*byte);
                continue;
            }
            let line: Value = serde_json::from_slice(&begun).map_err(|error| error.to_string())?;
            begun.clear();
            match line["pieces"].as_u64() {
                Some(pieces) => progress.tell(pieces),
                None => last = Some(line),
            }
        }
        Ok(())
    });
    progress.end();
    asked?;
    let last = last.unwrap_or_default();
    let number = |name| last["done"][name].as_u64();
    if let (Some(rows), Some(before), Some(after)) = (number("rows"), number("before"), number("after")) {
        return Ok(Compaction { rows, before, after });
    }
    let words = last["error"].as_str().unwrap_or("the daemon broke off; its log may say why");
    Err(DaemonError::Unusable(words.to_owned()))
}
