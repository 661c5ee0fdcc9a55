//! A proxy that tunnels, by HTTP's CONNECT or by SOCKS 5, whatever it is asked for to one place of the test's choice,
//! and remembers what that was. (A proxy that forwards needs no more than an `Origin`: it is asked for whole addresses.)

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
};

/// A proxy that runs until it is dropped.
pub struct Tunnel {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _stop: oneshot::Sender<Infallible>,
}

impl Tunnel {
    /// Starts to listen; all tunnels end at `server`.
    pub fn to(server: SocketAddr) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::default());
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&asked);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = accept(TcpListener::from_std(listener).unwrap(), server, shared) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, asked, _stop: stop }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was asked for so far: `CONNECT host:port`, or `SOCKS name host:port` or `SOCKS address host:port`;
    /// before it who asked, where somebody said so.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, asked: Arc<Mutex<Vec<String>>>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let asked = Arc::clone(&asked);
        // A client that hangs up is none of our business.
        connections.spawn(async move { tunnel(stream, server, &asked).await.unwrap_or_default() });
        while connections.try_join_next().is_some() {}
    }
}

async fn tunnel(
    mut stream: TcpStream,
    server: SocketAddr,
    asked: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let first = stream.read_u8().await?;
    let (wish, consent): (String, &[u8]) = if first == 5 {
        (socks(&mut stream).await?, b"\x05\0\0\x01\0\0\0\0\0\0")
    } else {
        (connect(&mut stream, first).await?, b"HTTP/1.1 200 OK\r\n\r\n")
    };
    asked.lock().unwrap().push(wish);
    stream.write_all(consent).await?;
    let mut server = TcpStream::connect(server).await?;
    copy_bidirectional(&mut stream, &mut server).await.map(drop)
}

/// Reads a CONNECT and its headers.
async fn connect(stream: &mut TcpStream, first: u8) -> std::io::Result<String> {
    let mut head = vec![first];
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let wish = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let who = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("proxy-authorization").then(|| value.to_owned())
    });
    Ok(who.map_or(wish.clone(), |who| format!("{who} {wish}")))
}

/// RFC 1928, with user name and password (RFC 1929) where the client offers nothing else.
async fn socks(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut methods = vec![0; stream.read_u8().await?.into()];
    stream.read_exact(&mut methods).await?;
    let mut who = String::new();
    if methods.contains(&0) {
        stream.write_all(&[5, 0]).await?;
    } else {
        stream.write_all(&[5, 2]).await?;
        stream.read_u8().await?;
        who = format!("{}:{} ", text(stream).await?, text(stream).await?);
        stream.write_all(&[1, 0]).await?;
    }
    stream.read_exact(&mut [0; 3]).await?;
    let (kind, host) = match stream.read_u8().await? {
        1 => ("address", std::net::Ipv4Addr::from(stream.read_u32().await?).to_string()),
        4 => ("address", std::net::Ipv6Addr::from(stream.read_u128().await?).to_string()),
        _ => ("name", text(stream).await?),
    };
    Ok(format!("{who}SOCKS {kind} {host}:{}", stream.read_u16().await?))
}

async fn text(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut text = vec![0; stream.read_u8().await?.into()];
    stream.read_exact(&mut text).await?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
