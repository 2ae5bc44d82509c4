//! Who is in a group that an application keeps.

use std::collections::BTreeSet;

use wardkey_domain::audit::Event;
use wardkey_domain::id::{AccountId, GroupId, OrganisationId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_store::application::ProvisionedGroup;
use wardkey_store::{self as store, Tx};

use super::mine::{Attempt, Mine, Stop, account_id, see};
use crate::{Error, Result};

/// How many people a group may have.
pub(super) const MOST_MEMBERS: usize = 10_000;
/// How many are read at once.
const PART: u32 = 1_000;

/// Everybody in a group, in the order of their identifiers.
pub(super) async fn members_of(tx: &mut Tx, group: GroupId) -> Result<Vec<AccountId>> {
    let mut all: Vec<AccountId> = Vec::new();
    loop {
        let part = store::access::list_members(tx, group, all.last().copied(), PART).await?;
        let is_last = part.len() < PART as usize;
        all.extend(part);
        if is_last {
            return Ok(all);
        }
    }
}

/// Puts those into a group that are to be in it, and takes the others out. Says whether anybody moved.
pub(super) async fn save_members(
    tx: &mut Tx,
    op: &Op,
    mine: &Mine<'_>,
    group: GroupId,
    before: &[AccountId],
    wanted: &[String],
) -> Attempt<bool> {
    if wanted.len() > MOST_MEMBERS {
        return Err(Error::invalid("members", format!("a group has at most {MOST_MEMBERS} people")).into());
    }
    let before: BTreeSet<_> = before.iter().copied().collect();
    let mut after = BTreeSet::new();
    for text in wanted {
        let unknown = || Error::invalid("members", "one of them is nobody whom this client sees");
        let id = account_id(text).ok_or_else(unknown)?;
        if after.insert(id) && !before.contains(&id) {
            let seen = see(tx, op, mine, id).await.map_err(|_| unknown())?;
            // SECURITY: policies can be about a group, so whoever holds a role is put there by a person.
            op.require(Action::ImportAccounts, &seen.target())?;
            store::access::add_member(tx, group, id, seen.linked.account.organisation, op.now).await?;
            note(tx, op, group, id, seen.linked.account.organisation, true).await?;
        }
    }
    for id in before.difference(&after) {
        let organisation = match see(tx, op, mine, *id).await {
            Ok(seen) => {
                op.require(Action::ImportAccounts, &seen.target())?;
                seen.linked.account.organisation
            }
            // Somebody who has moved away or is gone leaves the group, too.
            Err(Error::NotFound(_)) => mine.organisation(),
            Err(other) => return Err(other.into()),
        };
        store::access::remove_member(tx, group, *id).await?;
        note(tx, op, group, *id, organisation, false).await?;
    }
    Ok(before != after)
}

async fn note(
    tx: &mut Tx,
    op: &Op,
    group: GroupId,
    account: AccountId,
    organisation: OrganisationId,
    member: bool,
) -> Result<()> {
    let event = Event::GroupChanged { group, account, member };
    Ok(store::audit::append(tx, op, Some(organisation), event).await?)
}

/// Takes somebody out of every group of the application.
pub(super) async fn leave_groups(
    tx: &mut Tx,
    op: &Op,
    mine: &Mine<'_>,
    account: AccountId,
    organisation: OrganisationId,
) -> Attempt<()> {
    for group in store::application::list_provisioned_groups_of(tx, mine.application, account).await? {
        let next = ProvisionedGroup { version: group.version + 1, ..group };
        if !store::application::save_provisioned_group(tx, &next).await? {
            return Err(Stop::Raced);
        }
        store::access::remove_member(tx, next.id, account).await?;
        note(tx, op, next.id, account, organisation, false).await?;
    }
    Ok(())
}
