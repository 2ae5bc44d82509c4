//! Conditional access: groups, policies, how far people are with registering, and what was decided.
//!
//! What lives here: rows. What does not: what is asked of whom, which is `wardkey_domain::access`. Read [`epoch`] next.

mod administrator;
mod decision;
mod epoch;
mod group;
mod location;
mod location_list;
mod location_reminder;
#[cfg(test)]
mod location_tests;
mod names;
mod policy_set;
mod registration;
#[cfg(test)]
mod tests;

pub use administrator::list_administrators;
pub use decision::{KeptDecision, insert_decision, list_decisions, list_decisions_of, purge_decisions};
pub use epoch::{bump_epoch, epoch};
pub use group::{
    Group, add_member, find_group, find_group_by_name, groups_of, insert_group, list_groups, list_members,
    remove_member,
};
pub use location::{Inserted, find_location, insert_location, save_location};
pub use location_list::{
    ActiveNamedLocation, ListedLocation, list_active_locations, list_active_locations_after, list_locations,
    list_waiting_locations,
};
pub use location_reminder::{DueReminder, claim_reminder, list_due_reminders};
pub use names::names;
pub use policy_set::{
    PolicyDraft, PolicySet, confirm_policy_set, delete_policy_draft, find_policy_draft, find_policy_set,
    find_policy_set_in_force, insert_policy_set, list_lapsed_policy_sets, list_policy_ids, list_policy_sets,
    policy_ids, roll_back_policy_set, save_policy_draft,
};
pub use registration::{grace_used, note_prompt, note_skip};
