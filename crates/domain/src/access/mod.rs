//! Conditional access: what is asked of a sign-in, and why.
//!
//! Here: what is known of a sign-in ([`Signals`]), the policies, and one pure function that decides ([`evaluate`]), for live
//! traffic, what-if and replay alike. Not here: where policies are kept, and how what was decided is carried out (`signin`).
//! Read next: [`evaluate`].

mod admission;
mod baseline;
pub mod compromise;
#[cfg(test)]
mod corpus;
mod decision;
mod document;
mod evaluate;
pub mod exception;
mod grace;
pub mod history;
mod hold;
mod index;
mod input;
mod location;
mod network;
mod own_factors;
mod place;
mod policies;
mod policy;
#[cfg(test)]
pub(crate) mod properties;
mod registration_rules;
mod requirement;
mod signals;
mod stranded;
mod text;
mod usable;

pub use admission::{Admission, SKEW};
pub use baseline::{AssignedBy, Baseline, Baselines, LONGEST_MEMORY, MFA_ENABLED, UnknownBaseline};
pub use decision::{Access, Applies, BlockedBy, Considered, Decision, Grant, Reason, Registration};
pub use document::{BadDocument, BaselineText, DiffLine, LONGEST_DOCUMENT, PolicyDocument, Wanted};
pub use evaluate::{evaluate, memory};
pub use grace::{BASELINE_DAYS, Grace, GraceLeft, GraceUsed};
pub use hold::{Hold, StillCompromised, UnknownHold, WrongHold};
pub use input::SignInRequest;
pub use location::{
    Attestation, Authority, BadLocationName, BadRange, BadRangeWhy, BadRanges, BadStoredRanges, CannotMove, Confirmed,
    InForce, LocationConnection, LocationName, MayNotApprove, NamedLocation, NewLocation, NotYours, Phase,
    Prerequisite, Proposal, RangeChange, RangeRules, Ranges, Reminder, Standing, Submission, Suspension, Terms,
    Unconfirmed, UnknownAuthority, UnknownConnection,
};
pub use network::Networks;
pub use own_factors::{Enrolled, own_factors};
pub use place::{BadGeofeed, Places};
pub use policies::{ActiveLocation, Policies};
pub use policy::{
    BadCountry, ClientKind, Condition, Country, Device, Located, Outcome, Policy, PolicyState, Principal, Risk, Scope,
    Target,
};
pub use registration_rules::{FirstFactorWhere, RegistrationRules, SkipWhere};
pub use requirement::{Controls, FactorSet, Frequency, Requirement};
pub use signals::{Connection, Signals, Subject};
pub use stranded::{Administrator, Strands, stranded};
pub use text::{BadPolicy, Names, OutcomeText, PolicyText, RegistrationText, ScopeText, principal};
pub use usable::{Bars, RestrictedRules, Unusable, barred};
