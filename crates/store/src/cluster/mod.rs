//! What the nodes (processes) on one database tell each other, and how one of them is chosen for a task.
//!
//! What lives here: events, the link that carries them, leases. What does not: what a cache does when it hears one.
//!
//! A transaction queues events; they are told when it has committed. In the same process everybody hears them before
//! `commit` returns. Other nodes on PostgreSQL hear them by a notification inside the same transaction. A node proves to
//! itself that it would hear them: twice a second it sends itself a heartbeat through the database, and when none has
//! come back for two seconds, [`Cluster::is_current`] says so and caches must ask the database. Events that may have been
//! lost while the link was down are made up for by [`ClusterEvent::Resynchronise`].

mod event;
mod lease;
mod link;
mod node;
#[cfg(test)]
mod tests;

pub(crate) use event::CHANNEL;
pub use event::ClusterEvent;
pub use lease::{lease, release_lease};
pub(crate) use link::{Links, start};
pub use node::Cluster;
