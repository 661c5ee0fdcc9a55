//! Whence a request comes: the other end of its connection.

use std::net::IpAddr;

/// The other end of a connection, as the listener puts it beside a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub IpAddr);
