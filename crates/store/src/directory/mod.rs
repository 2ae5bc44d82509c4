//! The directory's tables: organisations, accounts, the words people are found by, and roles.
//!
//! What lives here: the queries and how rows become domain types. What does not: who may ask (`domain::permission`). The
//! `path` text makes "this organisation and everything below it" a range, so no query walks a tree.

mod account;
mod bulk;
mod bulk_change;
mod extent;
mod organisation;
mod role;

pub(crate) use account::{account_columns, from_row as account_from_row};
pub use account::{
    count_accounts, find_account, find_account_by_address, insert_account, record_sign_in, save_account,
};
pub use bulk::{accounts_at, insert_accounts};
pub use bulk_change::{
    Before, BulkRow, StoredBulkChange, bulk_rows_done_alone, delete_bulk_changes, find_bulk_change, insert_bulk_change,
    insert_bulk_rows, list_all_bulk_rows, list_bulk_changes_by, list_bulk_rows, list_bulk_rows_in_the_way,
    list_places_of_bulk_change, list_waiting_bulk_changes, next_bulk_change, save_bulk_change, save_bulk_row,
};
pub(crate) use extent::{SUBTREES, disjoint, path_ranges};
pub(crate) use organisation::{end_of, path_in, wrong};
pub use organisation::{
    find_organisation, find_organisation_by_code, help_contact, insert_organisation, list_factors_off,
    list_organisations, save_organisation, set_factors_off, set_help_contact,
};
pub use role::{
    delete_role, find_role, insert_role, list_account_roles, local_administrator_ids, local_administrators,
};

/// Accounts and organisations for tests of later slices.
#[cfg(test)]
pub(crate) mod testing {
    pub(crate) use super::account::tests::sample as sample_account;
    pub(crate) use super::organisation::tests::sample as sample_organisation;
}
