//! Reports: finding people by what is counted of them, and how many are covered.
//!
//! Here: bringing the counts up to date, one file per report. Not here: what is counted (`wardkey_domain::report`), and the tables
//! (`wardkey_store::report`). Read `count.rs` first.

mod count;
mod coverage;
mod find_people;
mod remind;

pub use count::count_changes;
pub(crate) use count::count_now;
pub use coverage::{CoverageFacts, OrganisationCoverage, may_see_coverage, see_coverage};
pub use find_people::{FoundPeople, FoundPerson, SearchFor, find_people, may_find_people};
pub use remind::{REMIND_AGAIN_AFTER, Reminded, may_remind, remind_people};
