//! What is remembered, and how tampering with it shows.
//!
//! What lives here: [`Event`], the closed list of things worth remembering; [`AuditEvent`], one of them with its
//! circumstances; the bytes that MACs cover ([`Entry`]), the signed [`Block`]s that chain them, and their verification; how
//! far each stream of them has come ([`StreamStanding`]).
//! What does not: writing rows (`store::audit`) and the job that seals them (`usecases::job::seal_audit`).
//! Read next: `event`, then `block`.

mod anchor;
mod block;
mod chain;
mod entry;
mod event;
mod key;
mod record;
mod stream;
mod word;

#[cfg(test)]
mod tampering;

pub use anchor::{AnchorLine, AnchorVerifier, Anchored, Mark, Restorations};
pub use block::{Block, BlockContents, NotANumberSet, NumberSet};
pub use chain::{ChainVerifier, Digest, OpenBlock, Problem};
pub use entry::{Entry, NumberedEntry, Unreadable};
pub use event::{Described, Event, Subjects};
pub use key::{NotAKey, PublicKey, SigningKey};
pub use record::{AuditEvent, NotAnActor, RecordedActor};
pub use stream::{NotAStreamName, StreamFailing, StreamName, StreamPosition, StreamStanding};
pub use word::{BadReason, Reason, Word};
