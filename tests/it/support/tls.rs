//! A TLS front on `127.0.0.1` before any server that speaks plain TCP. It sends its own certificate and, as many real
//! servers do, leaves out the intermediate that signed it.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// The certificate that signed the front's, in PEM.
pub const INTERMEDIATE: &[u8] = include_bytes!("tls/intermediate.pem");

/// A front that runs until it is dropped.
pub struct TlsFront {
    address: SocketAddr,
    spoken: Arc<Mutex<Vec<String>>>,
    _stop: oneshot::Sender<Infallible>,
}

impl TlsFront {
    /// Starts to listen, and hands on to `server` what comes, for clients that speak one of these protocols (ALPN).
    pub fn before(server: SocketAddr, protocols: &[&str]) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).unwrap();
        let settings = ServerConfig::builder().with_no_client_auth();
        let mut settings = settings.with_single_cert(vec![certificate], key).unwrap();
        settings.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(settings));
        let spoken = Arc::new(Mutex::default());
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&spoken);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = accept(TcpListener::from_std(listener).unwrap(), acceptor, server, shared) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, spoken, _stop: stop }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The protocol that each handshake so far came to; empty where none was agreed on.
    pub fn spoken(&self) -> Vec<String> {
        self.spoken.lock().unwrap().clone()
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    server: SocketAddr,
    spoken: Arc<Mutex<Vec<String>>>,
) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (acceptor, spoken) = (acceptor.clone(), Arc::clone(&spoken));
        connections.spawn(async move {
            // A client that does not trust us hangs up.
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let protocol = stream.get_ref().1.alpn_protocol().unwrap_or_default();
            spoken.lock().unwrap().push(String::from_utf8_lossy(protocol).into_owned());
            let mut server = TcpStream::connect(server).await.unwrap();
            let _ = copy_bidirectional(&mut stream, &mut server).await;
        });
        while connections.try_join_next().is_some() {}
    }
}
