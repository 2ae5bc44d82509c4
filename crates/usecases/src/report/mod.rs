//! Reports: finding people by what is counted of them, and how many are covered.
//!
//! Here: bringing the counts up to date, one file per report. Not here: what is counted (`wardkey_domain::report`), and the tables
//! (`wardkey_store::report`). Read `count.rs` first.

mod count;
mod coverage;
mod find_people;
mod remind;
mod status;

pub use count::count_changes;
pub(crate) use count::count_now;
pub use coverage::{CoverageFacts, OrganisationCoverage, may_see_coverage, see_coverage};
pub(crate) use find_people::everybody_found;
pub use find_people::{FoundPeople, FoundPerson, SearchFor, Slice, find_people, list_people, may_find_people};
pub use remind::{REMIND_AGAIN_AFTER, Reminded, may_remind, remind_people};
pub use status::{
    StatusReport, StatusSlice, may_see_reports, read_snapshot, status_report, take_report, take_slice, take_snapshot,
};
