//! What is done about a store that has failed: nothing but waiting for the moment at which a restart may mend it.

use std::time::Duration;

use tracing::error;

use crate::store::Store;

/// How often a full disk is looked at after it made the store fail.
const ROOM_EVERY: Duration = Duration::from_secs(1);

/// Waits until the store has failed and a restart may mend that. On a full disk it could not be opened: until there is
/// room, readers are served on from memory.
pub(super) async fn failed(store: &Store) -> String {
    let reason = store.failed().await;
    if let Err(no_room) = store.room() {
        error!("the store failed ({reason}). {no_room}: serving on from memory until there is room");
    }
    while store.room().is_err() {
        tokio::time::sleep(ROOM_EVERY).await;
    }
    reason
}
