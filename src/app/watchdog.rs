//! Tells systemd's watchdog that we live, as long as we do: the scheduler turns, the store reads, and readers or at least
//! admins are answered.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};
use tracing::{error, warn};

use crate::{
    model::Seq,
    notify,
    scheduler::Pulse,
    store::{Scope, Store},
};

/// Without a turn of the scheduler for so long, it is taken for dead.
const PULSE_MAX: Duration = Duration::from_secs(30);
/// How long the store may take to tell of one row, and the listener to answer.
const PROBE_MAX: Duration = Duration::from_secs(10);
/// The bytes of an answer that say whether it is one.
const ANSWER: &[u8] = b"HTTP/1.1 200 ";

/// What must be alive.
pub(super) struct Watchdog {
    pub pulse: Arc<Pulse>,
    pub store: Store,
    /// Where readers are answered.
    pub readers: SocketAddr,
    /// Where admins are.
    pub admin: SocketAddr,
}

impl Watchdog {
    /// Tells it this often, for ever.
    pub async fn run(self, interval: Duration) {
        loop {
            sleep(interval).await;
            match self.check().await {
                Ok(()) => notify::watchdog(),
                Err(what) => error!("{what}: the watchdog is not told that all is well"),
            }
        }
    }

    async fn check(&self) -> Result<(), &'static str> {
        if self.pulse.last_beat().elapsed() >= PULSE_MAX {
            return Err("the scheduler does not turn");
        }
        // On a full disk a restart would find the same, and readers are served on from memory.
        if self.store.room().is_ok() && !within(self.reads()).await {
            return Err("the store does not read");
        }
        if within(answers(self.readers)).await {
            return Ok(());
        }
        // Readers that take their answers slowly may hold all places for a while: a restart would bring the same again.
        if within(answers(self.admin)).await {
            warn!("the readers' listener did not answer within {} s; it may be crowded", PROBE_MAX.as_secs());
            return Ok(());
        }
        Err("neither listener answers")
    }

    async fn reads(&self) -> bool {
        self.store.first_from(vec![Scope::All], Seq(0)).await.is_ok()
    }
}

async fn within(probe: impl Future<Output = bool>) -> bool {
    timeout(PROBE_MAX, probe).await.unwrap_or(false)
}

/// Whether somebody at this address says that all is well.
async fn answers(address: SocketAddr) -> bool {
    // Linux takes the unspecified address for this machine's own.
    let Ok(mut stream) = TcpStream::connect(address).await else { return false };
    let asked =
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    let mut start = [0; ANSWER.len()];
    asked.is_ok() && stream.read_exact(&mut start).await.is_ok() && start == ANSWER
}

#[cfg(test)]
mod tests {
    use tokio::{net::TcpListener, task::JoinSet};

    use super::*;
    use crate::store::MemoryEngine;

    /// Answers each connection with this.
    async fn listener(answer: &'static [u8]) -> (SocketAddr, JoinSet<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 64];
                let _ = stream.read(&mut asked).await;
                let _ = stream.write_all(answer).await;
            }
        });
        (address, tasks)
    }

    #[tokio::test]
    async fn whoever_is_dead_is_told_by_name() {
        let (well, _well) = listener(b"HTTP/1.1 200 OK\r\n\r\n").await;
        let (ill, _ill) = listener(b"HTTP/1.1 503 Service Unavailable\r\n\r\n").await;
        let (mute, _mute) = listener(b"").await;
        let store = Store::new(MemoryEngine::new()).unwrap();
        let pulse = Arc::new(Pulse::default());
        let watch = |readers, admin| {
            let (pulse, store) = (Arc::clone(&pulse), store.clone());
            Watchdog { pulse, store, readers, admin }
        };
        for (readers, admin) in [(well, mute), (mute, well), (ill, well)] {
            assert_eq!(watch(readers, admin).check().await, Ok(()));
        }
        assert_eq!(watch(ill, mute).check().await, Err("neither listener answers"));
        // Time that is set forward would run ahead of blocking threads and sockets: this is the last that is asked.
        tokio::time::pause();
        tokio::time::advance(PULSE_MAX).await;
        assert_eq!(watch(well, well).check().await, Err("the scheduler does not turn"));
        drop(store);
    }
}
