//! Sessions: what a completed sign-in leaves behind, and how long it lasts.
//!
//! Here: the session, its limits, the strength that its proofs reach. Not here: how one comes to be (`signin`, the only
//! maker of new ones) and where it is kept. Read next: [`Session`], then [`Strength`].

mod device;
mod limits;
#[expect(clippy::module_inception, reason = "the slice is named after its main type, as the other slices are")]
mod session;
mod strength;

pub use device::{KnownDevice, Remembered};
pub use limits::SessionLimits;
pub use session::{EndedWhy, ProofRecord, SavedSession, Session, Standing};
pub use strength::Strength;
