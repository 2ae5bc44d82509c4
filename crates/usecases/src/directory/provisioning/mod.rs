//! Joiners, movers and leavers, as a system that keeps them tells of them [RFC 7643, RFC 7644; ACC-10].
//!
//! An application with the scope for it sees the people of the organisation that answers for it, and of those below, under names of
//! its own. What it changes is changed as an administrator would: by the same rules, with the same events, and nobody who holds a
//! role. It switches on again what it has switched off itself, and nothing that a person or a case has shut. Nobody is erased:
//! deleting somebody switches the account off, and there is none for that application any more.
//!
//! Read `person.rs`, then `save.rs`. Not here: messages of the protocol, which are the edge's.

mod brake;
mod group;
mod list;
mod members;
mod mine;
mod person;
mod save;
mod settings;
mod view;

pub use group::{
    GroupListing, WithMembers, change_provisioned_group, create_provisioned_group, delete_provisioned_group,
    list_provisioned_groups, see_provisioned_group,
};
pub use list::{Exact, PeopleAsk, PersonListing, list_provisioned_people};
pub use mine::{IfMatch, Provisioned, provisioning_codes};
pub use person::{
    Manner, change_provisioned_person, create_provisioned_person, delete_provisioned_person, see_provisioned_person,
};
pub use settings::ProvisioningSettings;
pub use view::{GroupWish, PersonWish, ProvisionedGroupView, ProvisionedPerson};
