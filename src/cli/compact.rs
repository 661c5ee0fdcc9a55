//! `tintinh compact`: the store's files made anew, as small as its data allow.

use std::path::Path;

use crate::store::Engine as _;

const MIB: u64 = 1 << 20;

/// 0, or 1 with the reason on stderr.
pub(super) fn compact(path: &Path) -> u8 {
    super::with_config(path, |config| {
        let store = &config.store;
        let engine = super::export::open(store).map_err(|error| error.to_string())?;
        let done = engine.compact(&|| true).map_err(|error| error.in_words())?;
        let (before, after) = (done.before.div_ceil(MIB), done.after.div_ceil(MIB));
        let place = store.path.display();
        Ok(format!("{place}: {before} MiB became {after} MiB; {} rows were copied and compared", done.rows))
    })
}
