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
#[cfg(test)]
mod tests;

pub use change::{Change, counted_baselines_differ, forget_changes, list_changes, list_due, note_counted_baselines};
pub use figures::{
    OrganisationFigures, coverage_by_organisation, coverage_of, coverage_of_organisations, own_coverage,
};
pub use find::{Cursor, PeopleQuery, Person, find_people};
pub use recount::recount;
