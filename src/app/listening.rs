//! Where readers and admins are answered: at the addresses of feeds.toml, or on the socket that systemd holds.

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tracing::warn;

use super::AppError;
use crate::{config::Config, notify};

/// What is listened on, and where that is.
pub(super) struct Listening {
    pub readers: TcpListener,
    pub admin: TcpListener,
    pub addresses: (SocketAddr, SocketAddr),
}

impl Listening {
    /// Begins to listen. A socket that systemd hands over is the readers', whatever `server.listen` says.
    pub async fn begin(config: &Config) -> Result<Self, AppError> {
        let (wanted, admin) = (config.server.listen, config.admin.listen);
        let readers = match inherited()? {
            Some(readers) => readers,
            None => listen("readers", "server.listen", wanted).await?,
        };
        let admin_listener = listen("admins", "admin.listen", admin).await?;
        let addresses = (bound(&readers, wanted), bound(&admin_listener, admin));
        Ok(Self { readers, admin: admin_listener, addresses })
    }
}

fn inherited() -> Result<Option<TcpListener>, AppError> {
    let listener = notify::listener().and_then(|handed| handed.map(TcpListener::from_std).transpose());
    let listener = listener.map_err(AppError::Inherited)?;
    if let Some(address) = listener.as_ref().and_then(|listener| listener.local_addr().ok()) {
        warn!(%address, "answering readers on the socket that systemd holds; `server.listen` counts for nothing");
    }
    Ok(listener)
}

async fn listen(who: &'static str, key: &'static str, address: SocketAddr) -> Result<TcpListener, AppError> {
    TcpListener::bind(address).await.map_err(|source| AppError::Listen { who, key, address, source })
}

fn bound(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}
