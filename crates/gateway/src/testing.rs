//! Other people's software as a peer of tests: a program of `e2e/peers`, driven over its input and heard over its output.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that has no peer has failed"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

/// An event that takes longer has not happened.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running peer. It ends with the test.
pub struct Peer {
    child: Child,
    orders: ChildStdin,
    events: mpsc::UnboundedReceiver<Value>,
    /// Where it listens.
    pub port: u16,
}

impl Peer {
    /// Starts `program` and waits until it listens.
    ///
    /// # Panics
    /// When it does not.
    pub async fn start(program: &str, arguments: &[&Path]) -> Self {
        let e2e = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e");
        assert!(
            e2e.join("node_modules/smpp").exists(),
            "the peers of this test are not installed: run `make setup` (scripts/install-test-tools)"
        );
        let mut child = Command::new("node")
            .arg(e2e.join("peers").join(program))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is needed for the peers of this test");
        let orders = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (said, events) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in output.lines() {
                let Ok(line) = line else { break };
                if said.send(serde_json::from_str(&line).unwrap()).is_err() {
                    break;
                }
            }
        });
        let mut peer = Self { child, orders, events, port: 0 };
        let listening = peer.next(|event| event.get("port").is_some()).await;
        peer.port = u16::try_from(listening["port"].as_u64().unwrap()).unwrap();
        peer
    }

    /// Gives an order.
    ///
    /// # Panics
    /// When the peer has ended.
    pub fn order(&mut self, order: &Value) {
        writeln!(self.orders, "{order}").unwrap();
        self.orders.flush().unwrap();
    }

    /// Changes how the peer behaves, and waits until it has understood.
    pub async fn behave(&mut self, change: Value) {
        self.order(&json!({ "act": "manners", "change": change }));
        self.event("changed").await;
    }

    /// The next event of that name; others are passed over.
    ///
    /// # Panics
    /// When it does not come in time.
    pub async fn event(&mut self, name: &str) -> Value {
        self.next(|event| event["event"] == name).await
    }

    /// The next event that has one of those names; others are passed over.
    ///
    /// # Panics
    /// When none comes in time.
    pub async fn event_of(&mut self, names: &[&str]) -> Value {
        self.next(|event| event["event"].as_str().is_some_and(|name| names.contains(&name))).await
    }

    async fn next(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            loop {
                let event = self.events.recv().await.expect("the peer has ended: are its npm packages installed?");
                if wanted(&event) {
                    return event;
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the peer did not say it in time")
    }

    /// Ends the peer as a crash would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.kill();
    }
}
