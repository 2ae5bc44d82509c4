//! This process among the nodes on the same database.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::Instant;
use uuid::Uuid;

use super::event::{ClusterEvent, Message};

/// How long a node may go without hearing its own heartbeat.
const PATIENCE: Duration = Duration::from_secs(2);
/// A subscriber that is further behind than this is told that it has missed some.
const BACKLOG: usize = 1024;

/// This process among the nodes on the same database. Cheap to clone.
#[derive(Clone)]
pub struct Cluster(Arc<Inner>);

type Observer = Box<dyn Fn(&ClusterEvent) + Send + Sync>;

struct Inner {
    node: Uuid,
    started: Instant,
    /// Milliseconds from `started` at which the newest heartbeat that has come back was sent, plus one; 0 for none.
    heard: AtomicU64,
    /// Alone on its database: there is nobody to hear from.
    alone: bool,
    epoch: AtomicU64,
    sender: broadcast::Sender<ClusterEvent>,
    observers: RwLock<Vec<Observer>>,
}

impl Cluster {
    pub(crate) fn new(node: Uuid, alone: bool) -> Self {
        Self(Arc::new(Inner {
            node,
            started: Instant::now(),
            heard: AtomicU64::new(0),
            alone,
            epoch: AtomicU64::new(0),
            sender: broadcast::channel(BACKLOG).0,
            observers: RwLock::new(Vec::new()),
        }))
    }

    /// The name of this process, new at every start.
    pub fn node(&self) -> Uuid {
        self.0.node
    }

    /// Whether this node would have heard of everything that others committed more than two seconds ago.
    ///
    /// SECURITY: when this is false, an answer from memory may miss a revocation: ask the database.
    pub fn is_current(&self) -> bool {
        self.0.alone || is_fresh(self.0.heard.load(Ordering::Acquire), self.clock())
    }

    /// Whether no other node can be on the same database, as on the embedded engine. The command line still can.
    pub fn is_alone(&self) -> bool {
        self.0.alone
    }

    /// All events from now on, of this node and of others. A receiver that lags must forget everything, as for
    /// [`ClusterEvent::Resynchronise`].
    pub fn subscribe(&self) -> broadcast::Receiver<ClusterEvent> {
        self.0.sender.subscribe()
    }

    /// Calls `observer` at every event: for this node's own ones before `commit` returns, so that a revocation works at
    /// once where it was made. It must be quick and must not wait; keep only weak references in it.
    pub fn observe(&self, observer: impl Fn(&ClusterEvent) + Send + Sync + 'static) {
        self.0.observers.write().unwrap_or_else(PoisonError::into_inner).push(Box::new(observer));
    }

    /// Counts the events that take something back. For filling a cache without a race: read the epoch, ask the database,
    /// insert, and take the entry out again when the epoch has changed meanwhile.
    pub fn epoch(&self) -> u64 {
        self.0.epoch.load(Ordering::SeqCst)
    }

    /// Tells everybody in this process.
    pub(crate) fn tell(&self, events: &[ClusterEvent]) {
        for event in events {
            self.0.epoch.fetch_add(1, Ordering::SeqCst);
            for observer in self.0.observers.read().unwrap_or_else(PoisonError::into_inner).iter() {
                // The thread that commits for everybody calls this: a fault of one observer must not end it.
                if catch_unwind(AssertUnwindSafe(|| observer(event))).is_err() {
                    tracing::error!("an observer of cluster events panicked");
                }
            }
            // Nobody may be listening.
            let _ = self.0.sender.send(*event);
        }
    }

    /// The message to other nodes about `events`, if they need one.
    pub(crate) fn message(&self, events: &[ClusterEvent]) -> Option<String> {
        Message::about(self.0.node, events)
    }

    /// Milliseconds since this node started.
    pub(super) fn clock(&self) -> u64 {
        u64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Notes that the heartbeat sent at `sent` of this node's clock has come back.
    pub(super) fn hear(&self, sent: u64) {
        self.0.heard.fetch_max(sent.saturating_add(1), Ordering::AcqRel);
    }

    /// Notes that the link is down: what was heard proves nothing any more.
    pub(super) fn lose(&self) {
        self.0.heard.store(0, Ordering::Release);
    }
}

/// Whether a heartbeat sent at `heard` minus one (0: none) proves at `clock` that the link works.
const fn is_fresh(heard: u64, clock: u64) -> bool {
    heard > 0 && (clock.saturating_sub(heard - 1) as u128) < PATIENCE.as_millis()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use wardkey_domain::id::SessionId;

    use super::*;

    fn cluster() -> Cluster {
        Cluster::new(Uuid::nil(), false)
    }

    #[test]
    fn a_heartbeat_is_good_for_two_seconds() {
        assert!(!is_fresh(0, 0), "none was heard");
        assert!(is_fresh(1, 0) && is_fresh(1, 1_999));
        assert!(!is_fresh(1, 2_000));
        assert!(is_fresh(5_001, 6_999) && !is_fresh(5_001, 7_000));
    }

    #[test]
    fn a_node_that_lost_its_link_is_not_current_until_it_hears_itself() {
        let cluster = cluster();
        assert!(!cluster.is_current());
        cluster.hear(cluster.clock());
        assert!(cluster.is_current());
        cluster.lose();
        assert!(!cluster.is_current());
    }

    #[test]
    fn an_observer_that_panics_harms_nobody() {
        let cluster = cluster();
        let heard = Arc::new(AtomicUsize::new(0));
        let counted = heard.clone();
        cluster.observe(|_| panic!("a fault"));
        cluster.observe(move |_| _ = counted.fetch_add(1, Ordering::SeqCst));
        let mut receiver = cluster.subscribe();
        let ended = ClusterEvent::SessionEnded(SessionId::from_uuid(Uuid::nil()));
        cluster.tell(&[ended, ended]);
        assert_eq!(heard.load(Ordering::SeqCst), 2);
        assert_eq!(receiver.try_recv(), Ok(ended));
        assert_eq!(cluster.epoch(), 2);
    }
}
