//! Groups of accounts: made, filled and emptied [CA-3].

use wardkey_domain::audit::Event;
use wardkey_domain::directory::{AccountAddress, OdsCode};
use wardkey_domain::id::GroupId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_store as store;
use wardkey_store::access::Group;

use crate::directory::require_fresh_factor;
use crate::{App, Error, Result};

/// Where accounts are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// In the group.
    Inside,
    /// Not in it.
    Outside,
}

/// What became of a list of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedGroup {
    /// How many were put in, or taken out.
    pub changed: usize,
    /// How many were already as wanted.
    pub unchanged: usize,
    /// Addresses of nobody.
    pub unknown: Vec<String>,
}

/// Makes a group. Its name never changes, since policies use it.
///
/// # Errors
/// When the actor may not; `Invalid` for a name that is none, or an organisation that is not there; `Conflict` when it is taken.
pub async fn make_group(app: &App, op: &Op, ods_code: &str, name: &str) -> Result<GroupId> {
    op.require_everywhere(Action::ManagePolicies)?;
    require_fresh_factor(app, op)?;
    let fits = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
    if name.is_empty() || name.len() > 50 || !name.chars().all(fits) {
        let why = "Use small letters, digits and hyphens, at most 50, such as `community-nurses`";
        return Err(Error::invalid("name", why));
    }
    let unknown = || Error::invalid("organisation", "There is no organisation with this ODS code");
    let code: OdsCode = ods_code.trim().parse().map_err(|_| unknown())?;
    let mut tx = app.store().begin().await?;
    let organisation = store::directory::find_organisation_by_code(&mut tx, &code).await?.ok_or_else(unknown)?;
    let id = GroupId::new(op.now, app.id_entropy());
    if !store::access::insert_group(&mut tx, id, organisation.id, name, op.now).await? {
        return Err(Error::Conflict(format!("There is a group `{name}` already.")));
    }
    // A policy that names it may wait for it.
    store::access::bump_epoch(&mut tx).await?;
    let event = Event::GroupMade { group: id, organisation: organisation.id };
    store::audit::append(&mut tx, op, Some(organisation.id), event).await?;
    tx.commit().await?;
    Ok(id)
}

/// Puts accounts into a group, or takes them out: each address is looked up by itself, and what nobody has is listed.
///
/// # Errors
/// When the actor may not, or there is no such group.
pub async fn change_members(
    app: &App,
    op: &Op,
    name: &str,
    addresses: &[String],
    wanted: Membership,
) -> Result<ChangedGroup> {
    op.require_everywhere(Action::ManagePolicies)?;
    require_fresh_factor(app, op)?;
    let mut tx = app.store().begin().await?;
    let group = store::access::find_group_by_name(&mut tx, name).await?.ok_or(Error::NotFound("group"))?;
    if store::application::is_provisioned_group(&mut tx, group.id).await? {
        return Err(Error::Conflict(format!(
            "An application keeps the group `{name}`; change it where that has it from."
        )));
    }
    let mut done = ChangedGroup::default();
    for text in addresses {
        let account = match AccountAddress::parse(text) {
            Ok(address) => store::directory::find_account_by_address(&mut tx, &address).await?,
            Err(_) => None,
        };
        let Some(account) = account else {
            done.unknown.push(text.clone());
            continue;
        };
        let changed = match wanted {
            Membership::Inside => {
                store::access::add_member(&mut tx, group.id, account.id, account.organisation, op.now).await?
            }
            Membership::Outside => store::access::remove_member(&mut tx, group.id, account.id).await?,
        };
        if !changed {
            done.unchanged += 1;
            continue;
        }
        done.changed += 1;
        let event = Event::GroupChanged { group: group.id, account: account.id, member: wanted == Membership::Inside };
        store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    }
    tx.commit().await?;
    Ok(done)
}

/// Every group, by name.
///
/// # Errors
/// When the actor may not see policies.
pub async fn list_groups(app: &App, op: &Op) -> Result<Vec<Group>> {
    super::publish::require_sight(op)?;
    let mut tx = app.store().read().await?;
    Ok(store::access::list_groups(&mut tx, "", 1_000).await?)
}

/// The addresses of the accounts in a group, the first thousand.
///
/// # Errors
/// When the actor may not manage policies, or there is no such group.
pub async fn group_members(app: &App, op: &Op, name: &str) -> Result<(Group, Vec<String>)> {
    op.require_everywhere(Action::ManagePolicies)?;
    let mut tx = app.store().read().await?;
    let group = store::access::find_group_by_name(&mut tx, name).await?.ok_or(Error::NotFound("group"))?;
    let mut addresses = Vec::new();
    for id in store::access::list_members(&mut tx, group.id, None, 1_000).await? {
        if let Some(account) = store::directory::find_account(&mut tx, id).await? {
            addresses.push(account.address.as_str().to_owned());
        }
    }
    addresses.sort_unstable();
    Ok((group, addresses))
}
