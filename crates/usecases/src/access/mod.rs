//! Conditional access: the policies in force, and what is known of a sign-in.
//!
//! What lives here: making ready and publishing policies, and reading what they decide from. What does not: the decision, which
//! is `wardkey_domain::access`. Read [`Compiled`] next.

mod admission;
mod compiled;
mod connection;
mod explain;
mod group;
mod publish;
mod standing;
mod what_if;

pub(crate) use admission::admission;
pub(crate) use compiled::policies;
pub use compiled::{Compiled, PolicyCache};
pub(crate) use connection::connection;
pub use explain::{Explained, ExplainedPolicy, outcome};
pub use group::{ChangedGroup, Membership, change_members, group_members, list_groups, make_group};
pub use publish::{
    CONFIRM_WITHIN, Draft, PolicyHistory, Publication, check_policies, confirm_policies, policy_history, policy_text,
    publish_policies, roll_back_lapsed, roll_back_policies,
};
pub(crate) use standing::{account_facts, standing};
pub use what_if::{Supposed, WouldBe, what_if};
