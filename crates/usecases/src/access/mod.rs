//! Conditional access: the policies in force, what they are made of, and what is known of a sign-in.
//!
//! Here: making ready and publishing policies; one file per operation on named locations [CA-4], on exceptions and postponements
//! [EXC-20, ENR-6] and on compromised accounts [CMP-1]; and reading what is decided from. Not here: the decision, and the rules of
//! each of these, which is `wardkey_domain::access`. Read [`Compiled`] next; of named locations, `target.rs`; of exceptions,
//! `short.rs`; of compromised accounts, `mark_compromised.rs`.

mod admission;
mod attest_location;
mod candidate;
mod case;
mod case_refused;
mod change_location;
mod compiled;
mod connection;
mod decide;
mod decide_location;
mod end;
mod exception_refused;
mod explain;
mod group;
mod impact;
mod lift_pin;
mod list;
mod location_deed;
mod location_terms;
mod mark_compromised;
mod memory;
mod own;
mod postpone;
mod publish;
mod record;
mod remind;
mod remind_owners;
mod replay;
mod request;
mod request_location;
mod restore;
mod see;
mod see_location;
mod settings;
mod short;
mod side_door;
mod sign_ins;
mod standing;
mod suspend_location;
mod target;
mod what_if;
mod withdraw;
mod work_on_case;

pub(crate) use admission::{admission, admit, may_go_on};
pub use attest_location::attest_location;
pub(crate) use case::held_facts;
pub use case::{CaseFacts, HeldFacts, LiftFacts, ListedCases, QuarantinedFactor, list_cases, may_see_cases, see_case};
pub use change_location::propose_location_change;
pub use compiled::{Compiled, PolicyCache};
pub(crate) use compiled::{compiled, policies};
pub(crate) use connection::connection;
pub use decide::{Decided, approve_long_exceptions, reject_long_exceptions};
pub use decide_location::{approve_location, reject_location};
pub use end::end_exceptions;
pub use exception_refused::RefusedLine;
pub use explain::{Explained, ExplainedPolicy, experience, outcome, reported};
pub use group::{ChangedGroup, Membership, change_members, group_members, list_groups, make_group};
pub use impact::{Impact, Period, impact};
pub use lift_pin::{ask_to_lift_pin, lift_pin};
pub use list::{
    ExceptionLists, ListedPostponement, ListedRequest, ListedStanding, Pages, list_exceptions, may_see_exceptions,
};
pub use location_deed::LocationDeed;
pub use location_terms::TypedTerms;
pub use mark_compromised::{Marked, Marking, account_to_mark, mark_compromised, next_marking};
pub(crate) use mark_compromised::{after_marking, mark_in};
pub(crate) use memory::{memory_here, memory_of, memory_of_baseline};
pub use own::own_prompts_suspended_until;
pub use postpone::{may_postpone, postpone_registration, withdraw_postponement};
pub use publish::{
    CONFIRM_WITHIN, Draft, PolicyHistory, Publication, check_policies, confirm_policies, may_see_policies,
    policy_history, policy_text, publish_policies, roll_back_lapsed, roll_back_policies,
};
pub use record::{KEPT_FOR, purge_decisions};
pub(crate) use record::{record_refused, record_sign_in};
pub use remind::remind_of_ends;
pub use remind_owners::remind_location_owners;
pub use replay::{
    AffectedPerson, Asked, FoundByReplay, REPLAYED, Replayer, SeenReplay, ask_replay, list_replays, replay_now,
    see_replay,
};
pub(crate) use request::capitalised;
pub use request::{AskedFor, NewRequest, may_request_exceptions, request_long_exceptions};
pub use request_location::{TypedLocation, next_location, request_location, revise_location, submit_location};
pub use restore::{GivenBack, Restored, restore};
pub use see::{
    AccountExceptions, RequestLine, SeenException, SeenPostponement, SeenRequest, account_exceptions,
    see_exception_request,
};
pub use see_location::{
    FoundLocations, ListedLocation, LocationFacts, LocationPerson, Overlap, find_locations, location_to_change,
    may_approve_locations, may_request_locations, requesting_locations, see_location, waiting_locations,
};
pub use settings::AccessSettings;
pub use short::{GivenException, give_short_exception};
pub(crate) use side_door::refuse_compromised;
pub use sign_ins::{DecidedSignIn, decided_sign_ins};
pub(crate) use standing::{account_facts, standing};
pub use suspend_location::{resume_location, retire_location, suspend_location};
pub use target::SeenLocation;
pub use wardkey_store::access::{ListedCase, ReplayState, ResultCounts, StoredCaseDeed, StoredReplay, WhichCases};
pub use what_if::{Supposed, WouldBe, what_if};
pub use withdraw::{withdraw_exception, withdraw_exception_request};
pub use work_on_case::{decide_factor, tick_point};
