//! A client's connection as bytes: writes fail when the other side takes nothing for too long, and what it is doing can be
//! seen from outside.

use std::{
    io::{self, ErrorKind, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, Interest, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep},
};

use rustix::net::{SendFlags, send};

use super::{
    line::Line,
    shelf::{Hand, Leaf, Next},
};

/// A stream whose writes fail when the other side takes nothing for too long, and which sends the file of an answer in
/// place of its bytes, where there is one in hand.
pub(super) struct Impatient {
    stream: TcpStream,
    patience: Duration,
    /// When a write that waits gives up.
    waiting: Option<Pin<Box<Sleep>>>,
    line: Arc<Line>,
    hand: Hand,
}

impl Impatient {
    pub(super) fn new(stream: TcpStream, patience: Duration, line: Arc<Line>, hand: Hand) -> Self {
        Self { stream, patience, waiting: None, line, hand }
    }

    fn stream(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(&mut self.stream)
    }

    /// Writes what these slices begin with: of the body that has a file, its file.
    fn poll_write_leaf(
        &mut self,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
        leaf: &Leaf,
    ) -> Poll<io::Result<usize>> {
        let sent = match leaf.next(slices) {
            Next::Part(part) => ready!(self.poll_ready(context, |stream| leaf.send(stream, &part))),
            // What goes before the body waits for it, so that both fill the same segments.
            Next::Before => {
                ready!(self.poll_ready(context, |stream| Ok(send(stream, &slices[0], SendFlags::MORE)?)))
            }
            Next::Other => Ok(0),
        };
        match sent {
            Ok(sent @ 1..) => Poll::Ready(Ok(sent)),
            // What the system will not do with files it may do with bytes; else it tells here what is wrong.
            Ok(0) | Err(_) => self.stream().poll_write_vectored(context, slices),
        }
    }

    /// Does it when the stream takes something.
    fn poll_ready(
        &self,
        context: &mut Context<'_>,
        mut act: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_write_ready(context))?;
            match self.stream.try_io(Interest::WRITABLE, || act(&self.stream)) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }

    /// `outcome`, unless the wait for it has been too long.
    fn within<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.waiting = None;
            return outcome;
        }
        let patience = self.patience;
        let waiting =
            self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + patience)));
        ready!(waiting.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, "the client takes nothing")))
    }
}

impl AsyncRead for Impatient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(context, buffer)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.line.writes();
        let outcome = self.stream().poll_write(context, bytes);
        self.within(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.line.writes();
        let outcome = match self.hand.leaf() {
            Some(leaf) => self.poll_write_leaf(context, slices, &leaf),
            None => self.stream().poll_write_vectored(context, slices),
        };
        self.within(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = self.stream().poll_flush(context);
        // Asked for only when all that was to be written has been.
        if outcome.is_ready() {
            self.line.flushed();
            self.hand.take(None);
        }
        self.within(context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::listener::{Limits, places::Places, shelf::tests::unlike};
    use bytes::Bytes;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    /// What comes out of a connection into which these slices are written, with this file in hand.
    async fn heard(slices: &[&[u8]], leaf: Option<Arc<Leaf>>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, peer) = listener.accept().await.unwrap();
        let place = Places::new(Limits::READERS).admit(peer.ip()).await.unwrap();
        let hand = Hand::default();
        hand.take(leaf);
        let stall = Limits::READERS.stall;
        let mut stream = Impatient::new(stream, stall, Arc::clone(&place.line), hand.clone());
        let mut slices: Vec<IoSlice<'_>> = slices.iter().map(|slice| IoSlice::new(slice)).collect();
        let mut left = &mut slices[..];
        while !left.is_empty() {
            let sent = stream.write_vectored(left).await.unwrap();
            IoSlice::advance_slices(&mut left, sent);
        }
        stream.flush().await.unwrap();
        assert!(hand.leaf().is_none(), "the file is kept in hand beyond its answer");
        drop(stream);
        let mut heard = String::new();
        client.read_to_string(&mut heard).await.unwrap();
        heard
    }

    #[tokio::test]
    async fn the_file_in_hand_goes_out_in_place_of_its_bytes_and_nothing_else_does() {
        let bytes = Bytes::from_static(b"body");
        let leaf = || Some(unlike(bytes.clone(), b"FILE"));
        assert_eq!(heard(&[b"head ", &bytes], leaf()).await, "head FILE");
        assert_eq!(heard(&[b"head ", &bytes, b" more"], leaf()).await, "head FILE more");
        assert_eq!(heard(&[&bytes[1..]], leaf()).await, "ILE");
        assert_eq!(heard(&[b"head ", b"another"], leaf()).await, "head another");
        assert_eq!(heard(&[b"head ", &bytes], None).await, "head body");
    }

    #[tokio::test]
    async fn a_file_that_gives_nothing_is_replaced_by_the_bytes() {
        let bytes = Bytes::from_static(b"body");
        assert_eq!(heard(&[b"head ", &bytes], Some(unlike(bytes.clone(), b""))).await, "head body");
        assert_eq!(heard(&[b"head ", &bytes], Some(unlike(bytes.clone(), b"F"))).await, "head Fody");
    }
}
