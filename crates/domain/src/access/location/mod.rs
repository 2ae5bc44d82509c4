//! Named locations: networks that somebody asked for, somebody else approved, and that are attested every year [CA-4].
//!
//! Here: what a named location may be called, which ranges one may have, what is confirmed of them, and how one comes to be
//! active and ceases to be. Not here: what being in one does to a sign-in, which is `evaluate`; a named location is no factor
//! [CA-17]. Read next: [`NamedLocation`].

mod attestation;
mod checks;
mod connection;
mod name;
mod named_location;
#[cfg(test)]
mod properties;
mod proposal;
mod ranges;
mod read;
mod refused;

pub use attestation::{Attestation, Reminder};
pub use checks::{Confirmed, Prerequisite, Unconfirmed};
pub use connection::{LocationConnection, UnknownConnection};
pub use name::{BadLocationName, LocationName};
pub use named_location::{
    Authority, CannotMove, InForce, NamedLocation, NewLocation, Phase, Standing, Suspension, UnknownAuthority,
};
pub use proposal::{MayNotApprove, Proposal, Submission, Terms};
pub use ranges::{BadStoredRanges, RangeChange, Ranges};
pub use read::{BadRange, BadRangeWhy, BadRanges, RangeRules};
pub use refused::NotYours;
