//! Conditional access: the policies in force, what they are made of, and what is known of a sign-in.
//!
//! Here: making ready and publishing policies, one file per operation on named locations [CA-4], and reading what is decided from.
//! Not here: the decision, and how a named location may move from here to there, which is `wardkey_domain::access`. Read
//! [`Compiled`] next; of named locations, `target.rs`.

mod admission;
mod attest_location;
mod change_location;
mod compiled;
mod connection;
mod decide_location;
mod explain;
mod group;
mod location_deed;
mod location_terms;
mod publish;
mod remind_owners;
mod request_location;
mod see_location;
mod standing;
mod suspend_location;
mod target;
mod what_if;

pub(crate) use admission::admission;
pub use attest_location::attest_location;
pub use change_location::propose_location_change;
pub(crate) use compiled::policies;
pub use compiled::{Compiled, PolicyCache};
pub(crate) use connection::connection;
pub use decide_location::{approve_location, reject_location};
pub use explain::{Explained, ExplainedPolicy, outcome};
pub use group::{ChangedGroup, Membership, change_members, group_members, list_groups, make_group};
pub use location_deed::LocationDeed;
pub use location_terms::TypedTerms;
pub use publish::{
    CONFIRM_WITHIN, Draft, PolicyHistory, Publication, check_policies, confirm_policies, policy_history, policy_text,
    publish_policies, roll_back_lapsed, roll_back_policies,
};
pub use remind_owners::remind_location_owners;
pub use request_location::{TypedLocation, next_location, request_location, revise_location, submit_location};
pub use see_location::{
    FoundLocations, ListedLocation, LocationFacts, LocationPerson, Overlap, find_locations, location_to_change,
    may_approve_locations, may_request_locations, requesting_locations, see_location, waiting_locations,
};
pub(crate) use standing::{account_facts, standing};
pub use suspend_location::{resume_location, retire_location, suspend_location};
pub use target::SeenLocation;
pub use what_if::{Supposed, WouldBe, what_if};
