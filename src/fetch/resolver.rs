//! Name look-up that hands out only addresses the guard lets through. Because the client connects to exactly what it is
//! handed, a name that answers differently the second time (DNS rebinding) gains nothing.

use std::{io, net::IpAddr, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use super::guard::{Guard, Zone};

/// The system's resolver behind the guard.
pub(super) struct Resolver {
    guard: Arc<Guard>,
}

/// Why a name gave no address to connect to; found again in the client's error chain.
#[derive(Debug, Error)]
pub(super) enum ResolveError {
    /// The system's resolver failed.
    #[error("name look-up failed")]
    Failed(#[source] io::Error),
    /// The name exists and has no address.
    #[error("the name has no address")]
    Nothing,
    /// The name has only addresses that the guard refuses; this is the first.
    #[error("{address} is {zone}")]
    Forbidden { address: IpAddr, zone: Zone },
}

impl Resolver {
    pub(super) fn new(guard: Arc<Guard>) -> Self {
        Self { guard }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.guard);
        Box::pin(async move {
            // Port 0 stands for the scheme's own; the client puts the right one in.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(ResolveError::Failed)?;
            let mut refused = None;
            let mut permitted = Vec::new();
            for socket in found {
                match guard.judge(socket.ip()) {
                    Ok(()) => permitted.push(socket),
                    Err(zone) => {
                        refused.get_or_insert(ResolveError::Forbidden { address: socket.ip(), zone });
                    }
                }
            }
            if permitted.is_empty() {
                return Err(refused.unwrap_or(ResolveError::Nothing).into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}
