//! Conditional access: groups, named locations, policies, exceptions and what was decided; and accounts that somebody else had.
//!
//! What lives here: rows. What does not: what is asked of whom, which is `wardkey_domain::access`. Read [`epoch`] next.

mod administrator;
mod compromise;
mod compromise_case;
#[cfg(test)]
mod compromise_tests;
mod decision;
mod epoch;
mod exception;
mod exception_list;
#[cfg(test)]
mod exception_tests;
mod group;
#[cfg(test)]
mod history_tests;
mod impact;
mod location;
mod location_list;
mod location_reminder;
#[cfg(test)]
mod location_tests;
mod names;
mod policy_set;
mod postponement;
mod registration;
mod replay;
#[cfg(test)]
mod tests;

pub use administrator::list_administrators;
pub use compromise::{
    StoredHold, StoredQuarantine, decide_quarantine, delete_lift, find_hold, find_lift, hold_of, insert_lift,
    is_quarantined, list_quarantine, list_quarantined, mark_account, quarantine_since, save_hold, take_lift,
};
pub use compromise_case::{
    ListedCase, NewCaseDeed, StoredCaseDeed, WhichCases, find_case, find_open_case, has_case_deed, insert_case,
    insert_case_deed, list_case_deeds, list_cases, next_case_number, save_case,
};
pub use decision::{
    HistoryKey, KeptDecision, PastSignIn, PolicyResult, count_past_sign_ins, find_decision, insert_decision,
    list_decisions_of, list_past_sign_ins, list_policy_results, purge_decisions,
};
pub use epoch::{bump_epoch, epoch};
pub use exception::{
    delete_exceptions_over, excepted_until, find_exception, forget_re_enrolment, insert_exception,
    list_account_exceptions, list_due, list_ending_soon, owes_re_enrolment, phones_void_from, save_exception,
    save_reminded,
};
pub use exception_list::{
    ListQuery, Listed, StandingKey, WaitingRequest, list_postponements, list_request, list_standing, list_waiting,
};
pub use group::{
    Group, add_member, find_group, find_group_by_name, groups_of, insert_group, list_groups, list_members,
    remove_member,
};
pub use impact::{
    GroupCounts, ImpactQuery, ResultCounts, count_people_of_results, count_sign_ins, list_hourly_results,
    list_results_of_applications, list_results_of_organisations,
};
pub use location::{Inserted, find_location, insert_location, save_location};
pub use location_list::{
    ActiveNamedLocation, ListedLocation, list_active_locations, list_active_locations_after, list_locations,
    list_waiting_locations,
};
pub use location_reminder::{DueReminder, claim_reminder, list_due_reminders};
pub use names::names;
pub use policy_set::{
    PolicySet, confirm_policy_set, find_policy_set, find_policy_set_in_force, insert_policy_set,
    list_lapsed_policy_sets, list_policy_ids, list_policy_sets, policy_ids, roll_back_policy_set,
};
pub use postponement::{find_last_postponement, insert_postponement, postponed_until, save_postponement};
pub use registration::{grace_used, note_prompt, note_skip};
pub use replay::{
    ReplayState, StoredReplay, find_replay, find_replay_report, finish_replay, insert_replay, list_replays,
    next_replay, note_replayed, purge_replays,
};
