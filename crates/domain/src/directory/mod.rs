//! The directory: organisations, the accounts that belong to them, and the roles that accounts hold.
//!
//! What lives here: what an organisation and an account are, which statuses an account passes through and when, and what a
//! row of an import must look like. What does not: who may change any of it (`permission`), and how an account proves who
//! it is (`factor`, `credential`). Read `account.rs` first, then `lifecycle.rs`.

mod account;
mod address;
mod bulk;
mod help_contact;
mod import;
mod kind;
mod lifecycle;
mod ods_code;
mod organisation;
mod path;
mod plan;
mod role;
mod search;
mod status;

pub use account::{Account, BadName, clean_name};
pub use address::{AccountAddress, BadAddress};
pub use bulk::{
    BulkActor, BulkChange, BulkCounts, BulkDeed, BulkRules, BulkStanding, CannotTakeStep, RowStanding, UnknownWord,
};
pub use help_contact::{HelpContact, HelpFields, HelpRow};
pub use import::{AccountFields, AccountRow, Field, OrganisationFields, OrganisationRow, RowError};
pub use kind::{AccountKind, MfaRule, UnknownAccountKind};
pub use lifecycle::{CannotChange, Change, LifecycleRules};
pub use ods_code::{BadOdsCode, OdsCode};
pub use organisation::{
    ManagementRoute, Organisation, OrganisationKind, OrganisationStatus, UnknownOrganisationKind,
    UnknownOrganisationStatus,
};
pub use path::{BadPath, OrganisationPath};
pub use plan::{AccountPlan, OrganisationPlan};
pub use role::{Reach, Role, RoleGrant, UnknownRole};
pub use search::{search_words, sort_name, words};
pub use status::{AccountStatus, BadStatus, MayNotSignIn, StatusName};
