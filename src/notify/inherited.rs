//! The socket that systemd opened for us and holds while nobody runs (`sd_listen_fds(3)`): a restart refuses nobody.

use std::{io, net::TcpListener};

use listenfd::ListenFd;

/// The readers' socket, where systemd hands one over.
///
/// # Errors
/// When what is handed over is no listening TCP socket, or more than one.
pub fn listener() -> io::Result<Option<TcpListener>> {
    let mut handed = ListenFd::from_env();
    let count = handed.len();
    if count > 1 {
        let words = format!("{count} sockets are handed over, and only one is wanted, that of the readers");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
    }
    let Some(listener) = handed.take_tcp_listener(0)? else { return Ok(None) };
    listener.set_nonblocking(true)?;
    Ok(Some(listener))
}
