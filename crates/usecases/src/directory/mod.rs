//! What can be done to the directory: import it, search it, and look after the accounts in it.
//!
//! Here: one file per operation. Not here: who may do it (`domain::permission`) and what a person does to their own
//! account (`credential`, `session`). Whatever an administrator does to somebody's way of getting in ends that account's
//! sessions and withdraws what its applications hold [SES-5, SES-7]. Read `target.rs` first.

mod add_account;
mod appointing;
mod bulk;
mod create_admin;
mod enable_mfa;
mod end_sessions;
mod grant_role;
mod import;
mod import_accounts;
mod import_organisations;
mod issue_pass;
mod list_organisations;
mod profile;
mod provisioning;
mod re_enrol;
mod register_key;
mod revoke_role;
mod see_account;
mod set_status;
mod set_temporary_password;
mod switch_factors;
mod target;
mod tokens;
mod who_helps;

pub use add_account::{NewAccount, add_account};
pub use appointing::{Appointing, appointing, role_to_take};
pub use bulk::{
    AskedBulk, BulkChangeFacts, ListedBulkChange, NewBulkChange, TypedAddress, Whom, addresses_of, approve_bulk_change,
    ask_for_bulk_change, bulk_deeds, bulk_rows, confirm_bulk_change, discard_bulk_change, forget_bulk_changes,
    list_bulk_changes, may_ask_for_bulk, reject_bulk_change, see_bulk_change, stop_bulk_change, undo_bulk_change,
    work_on_bulk_changes,
};
pub use create_admin::{CreatedAdministrator, NewAdministrator, create_admin};
pub use enable_mfa::{enable_mfa, return_to_baseline};
pub use end_sessions::end_sessions;
pub use grant_role::{NewRole, grant_role};
pub use import::{ImportMode, ImportProgress, ImportReport, IncomingAccount, IncomingRow};
pub use import_accounts::import_accounts;
pub use import_organisations::{UnknownParents, import_organisations};
pub use issue_pass::{IssuedPass, issue_pass, next_pass, withdraw_pass};
pub use list_organisations::{ListedOrganisations, list_organisations};
pub use profile::{Profile, profile};
pub use provisioning::{
    Exact, GroupListing, GroupWish, IfMatch, Manner, PeopleAsk, PersonListing, PersonWish, Provisioned,
    ProvisionedGroupView, ProvisionedPerson, ProvisioningSettings, WithMembers, change_provisioned_group,
    change_provisioned_person, create_provisioned_group, create_provisioned_person, delete_provisioned_group,
    delete_provisioned_person, list_provisioned_groups, list_provisioned_people, provisioning_codes,
    see_provisioned_group, see_provisioned_person,
};
pub use re_enrol::{ReEnrolled, re_enrol};
pub use register_key::{Custody, begin_registering_key, register_key, registering_key};
pub use revoke_role::revoke_role;
pub use see_account::{AccountFacts, GivenPass, HeldRole, PasswordFacts, account_at, account_to_change, see_account};
pub use set_status::{disable, enable};
pub use set_temporary_password::set_temporary_password;
pub use switch_factors::switch_factors;
pub use tokens::{assign_token, import_tokens, may_import_tokens, remove_token, take_token_back};
pub use who_helps::{Asker, Helpers, who_helps};

pub(crate) use enable_mfa::enable_mfa_in;
pub(crate) use end_sessions::end_sessions_in;
pub(crate) use set_status::{disable_in, enable_in};
pub(crate) use set_temporary_password::{put_temporary_password, temporary_password};
pub(crate) use target::{
    Loaded, changed_meanwhile, end_everything, issue_activation, load, load_to_change, require_fresh_factor,
};
