//! What is counted of people, and finding people by it.
//!
//! What lives here: the tables that are derived from those of the other slices, how they are brought up to date, and the queries on
//! them. What does not: what is counted ([`wardkey_domain::report`]) and when (`usecases/report`). Triggers write down which accounts
//! have changed; see `migrations`.

mod change;
mod facts;
mod figures;
mod find;
mod recount;
mod reminder;
mod status;
#[cfg(test)]
mod tests;

pub use change::{Change, counted_baselines_differ, list_changes, list_due, note_counted_baselines, take_changes};
pub use figures::{
    OrganisationFigures, coverage_by_organisation, coverage_of, coverage_of_organisations, own_coverage,
};
pub use find::{Cursor, PeopleQuery, Person, find_people, uncounted};
pub use recount::recount;
pub use reminder::note_reminded;
pub use status::{StatusDetail, status_details};
