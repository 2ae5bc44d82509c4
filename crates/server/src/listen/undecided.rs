//! A stream of which nobody knows yet whether HTTP/1 or HTTP/2 is spoken on it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// What an HTTP/2 client begins with [RFC 9113 §3.4].
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Ends with an error when it takes too long until the version is known.
///
/// SECURITY: the library that tells the versions apart waits without end for a byte that does. Each of them has a limit of its own
/// from there on.
pub struct Undecided<S> {
    inner: S,
    /// Nothing once the version is known.
    waits: Option<Waits>,
}

struct Waits {
    /// How much of the preface has arrived, and nothing else.
    seen: usize,
    until: Pin<Box<Sleep>>,
}

impl<S> Undecided<S> {
    /// A stream that must say within `patience` which version it speaks.
    pub fn new(inner: S, patience: Duration) -> Self {
        Self { inner, waits: Some(Waits { seen: 0, until: Box::pin(tokio::time::sleep(patience)) }) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Undecided<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.inner).poll_read(context, buffer);
        let Some(waits) = &mut this.waits else { return read };
        if read.is_pending() {
            return waits.until.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()));
        }
        let new = buffer.filled().get(before..).unwrap_or_default();
        let rest = PREFACE.get(waits.seen..).unwrap_or_default();
        waits.seen += new.len();
        if !rest.starts_with(new) || waits.seen >= PREFACE.len() {
            this.waits = None;
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Undecided<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(300);

    /// What the server reads of a client that sends this piece by piece, and then nothing for longer than is waited.
    async fn read(pieces: &'static [&'static [u8]]) -> io::Result<Vec<u8>> {
        let (mut client, server) = duplex(64);
        let mut server = Undecided::new(server, PATIENCE);
        tokio::spawn(async move {
            for piece in pieces {
                client.write_all(piece).await.unwrap();
                tokio::task::yield_now().await;
            }
            tokio::time::sleep(PATIENCE * 2).await;
        });
        let mut all = Vec::new();
        server.read_to_end(&mut all).await.map(|_| all)
    }

    #[tokio::test]
    async fn silence_and_half_a_preface_end_and_a_version_that_is_known_does_not() {
        let undecided: [&'static [&'static [u8]]; 3] = [&[], &[b"P"], &[b"PRI * HT", b"TP/2.0\r\n\r\nSM\r\n\r"]];
        for pieces in undecided {
            assert_eq!(read(pieces).await.unwrap_err().kind(), io::ErrorKind::TimedOut, "{pieces:?}");
        }
        let decided: [&'static [&'static [u8]]; 3] =
            [&[b"GET"], &[b"PR", b"OPFIND"], &[b"PRI * HTTP/2.0\r\n\r\n", b"SM\r\n\r\n", b"x"]];
        for pieces in decided {
            assert_eq!(read(pieces).await.unwrap(), pieces.concat());
        }
    }
}
