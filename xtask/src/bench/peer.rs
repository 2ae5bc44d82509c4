//! The peer that token endpoints are compared with: npm `oidc-provider` with its in-memory adapter.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::connection::{Connection, request};
use super::world::free_port;

/// The running peer, ended when dropped.
pub struct Peer {
    child: Child,
    pub port: u16,
    /// As many refresh tokens as there are workers.
    pub refresh_tokens: Vec<String>,
}

impl Peer {
    /// Starts it; `tokens` refresh tokens are made beforehand.
    pub async fn start(root: &Path, tokens: usize) -> io::Result<Self> {
        let port = free_port()?;
        let child = Command::new("node")
            .arg(root.join("e2e/bench/peer.mjs"))
            .env("PORT", port.to_string())
            .env("TOKENS", tokens.to_string())
            .env("NODE_ENV", "production")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut peer = Self { child, port, refresh_tokens: Vec::new() };
        let (probe, started) = (request("GET", "/bench/refresh-tokens", port, &[], ""), Instant::now());
        loop {
            if let Ok(answer) = Connection::new(port).send(&probe).await
                && answer.status == 200
            {
                peer.refresh_tokens = serde_json::from_slice(&answer.body)?;
                return Ok(peer);
            }
            if started.elapsed() > Duration::from_secs(20) || peer.child.try_wait()?.is_some() {
                return Err(io::Error::other("the peer did not start; run `make setup`"));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
