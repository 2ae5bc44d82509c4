//! Groups that an application keeps: each is a group like others, under a name that begins with `scim-`.
//!
//! SECURITY: it sees and changes its own alone; a group that people made, and that policies are about, is none for it.

use std::convert::Infallible;

use wardkey_domain::audit::Event;
use wardkey_domain::id::GroupId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_store::application::ProvisionedGroup;
use wardkey_store::{self as store, Tx};

use super::members::{members_of, save_members};
use super::mine::{Attempt, CONTENDED, IfMatch, Mine, Provisioned, Stop, TRIES, settled};
use super::view::{GroupWish, ProvisionedGroupView};
use crate::access::compiled;
use crate::{App, Error, Result};

/// How many groups an application may keep.
const MOST_GROUPS: u32 = 1_000;
/// How many people the groups of a list may have together.
const MOST_LISTED: usize = 50_000;
/// How long a name is that policies use.
const LONGEST_NAME: usize = 50;

const NO_GROUP: Error = Error::NotFound("group");

fn group_id(text: &str) -> Result<GroupId> {
    text.parse().map_err(|_| NO_GROUP)
}

async fn find(tx: &mut Tx, op: &Op, mine: &Mine<'_>, id: GroupId) -> Result<ProvisionedGroup> {
    op.require(Action::FindPeople, &Target::organisation(mine.path))?;
    store::application::find_provisioned_group(tx, mine.application, id).await?.ok_or(NO_GROUP)
}

/// A group of the application.
///
/// # Errors
/// Not found.
pub async fn see_provisioned_group(app: &App, op: &Op, id: &str) -> Result<ProvisionedGroupView> {
    let mine = Mine::of(op)?;
    let mut tx = app.store().read().await?;
    let group = find(&mut tx, op, &mine, group_id(id)?).await?;
    let members = members_of(&mut tx, group.id).await?;
    Ok(ProvisionedGroupView::of(group, members))
}

/// The groups of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupListing {
    /// All of them.
    All(Vec<ProvisionedGroupView>),
    /// More than `most` people are in them.
    TooMany {
        /// How many may be.
        most: u64,
    },
}

/// Whether a list of groups says who is in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithMembers {
    /// It does.
    Yes,
    /// It does not.
    No,
}

/// The groups of the application, the oldest first.
///
/// # Errors
/// When the application may not look people up.
pub async fn list_provisioned_groups(app: &App, op: &Op, with: WithMembers) -> Result<GroupListing> {
    let mine = Mine::of(op)?;
    op.require(Action::FindPeople, &Target::organisation(mine.path))?;
    let mut tx = app.store().read().await?;
    let (mut listed, mut people) = (Vec::new(), 0);
    for group in store::application::list_provisioned_groups(&mut tx, mine.application, MOST_GROUPS).await? {
        let members = match with {
            WithMembers::Yes => members_of(&mut tx, group.id).await?,
            WithMembers::No => Vec::new(),
        };
        people += members.len();
        if people > MOST_LISTED {
            return Ok(GroupListing::TooMany { most: MOST_LISTED as u64 });
        }
        listed.push(ProvisionedGroupView::of(group, members));
    }
    Ok(GroupListing::All(listed))
}

/// Makes a group of the application.
///
/// # Errors
/// When the application may not, keeps too many, or something is wrong with what it wants.
pub async fn create_provisioned_group(app: &App, op: &Op, wish: &GroupWish) -> Result<ProvisionedGroupView> {
    for _ in 0..TRIES {
        match settled(app, op, None, try_to_create(app, op, wish).await).await? {
            Some(Provisioned::Done(group)) => return Ok(group),
            Some(Provisioned::Refused(never)) => match never {},
            Some(Provisioned::Stale) | None => {}
        }
    }
    Err(CONTENDED)
}

async fn try_to_create(app: &App, op: &Op, wish: &GroupWish) -> Attempt<Provisioned<ProvisionedGroupView, Infallible>> {
    let mine = Mine::of(op)?;
    op.require(Action::ImportAccounts, &Target::organisation(mine.path))?;
    check(wish)?;
    let mut tx = app.store().begin().await?;
    let kept = store::application::list_provisioned_groups(&mut tx, mine.application, MOST_GROUPS).await?;
    if kept.len() >= MOST_GROUPS as usize {
        return Err(Error::Forbidden(format!("a client keeps at most {MOST_GROUPS} groups")).into());
    }
    let organisation = store::directory::find_organisation(&mut tx, mine.organisation()).await?;
    let organisation = organisation.ok_or_else(|| Error::fault("find the organisation of an application"))?;
    let group = ProvisionedGroup {
        id: GroupId::new(op.now, app.id_entropy()),
        application: mine.application,
        organisation: organisation.id,
        display_name: wish.display_name.clone(),
        external_id: wish.external_id.clone(),
        created_at: op.now,
        version: 0,
    };
    let stem = name_for_policies(organisation.ods_code.as_str(), &wish.display_name);
    let mut is_named = false;
    for number in 1..=MOST_GROUPS {
        let name = if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
        if store::access::insert_group(&mut tx, group.id, organisation.id, &name, op.now).await? {
            is_named = true;
            break;
        }
    }
    if !is_named {
        return Err(Error::Conflict("there are too many groups of this name".to_owned()).into());
    }
    store::application::insert_provisioned_group(&mut tx, &group).await?;
    let event = Event::GroupMade { group: group.id, organisation: organisation.id };
    store::audit::append(&mut tx, op, Some(organisation.id), event).await?;
    save_members(&mut tx, op, &mine, group.id, &[], &wish.members).await?;
    // A policy that names it may wait for it.
    store::access::bump_epoch(&mut tx).await?;
    let members = members_of(&mut tx, group.id).await?;
    tx.commit().await?;
    Ok(Provisioned::Done(ProvisionedGroupView::of(group, members)))
}

fn check(wish: &GroupWish) -> Result<()> {
    if wish.display_name.chars().count() > 200 {
        return Err(Error::invalid("displayName", "it has more than 200 characters"));
    }
    Ok(())
}

/// What policies call a group: small letters, digits and hyphens, with room for a number.
fn name_for_policies(ods_code: &str, display_name: &str) -> String {
    let mut name = format!("scim-{}-", ods_code.to_ascii_lowercase());
    for char in display_name.chars().map(|char| char.to_ascii_lowercase()) {
        if char.is_ascii_lowercase() || char.is_ascii_digit() {
            name.push(char);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(LONGEST_NAME - 5);
    name.trim_end_matches('-').to_owned()
}

/// Changes a group into what `wish` makes of it.
///
/// # Errors
/// Not found, when the application may not, or when something is wrong with what it wants.
pub async fn change_provisioned_group<E>(
    app: &App,
    op: &Op,
    id: &str,
    if_match: IfMatch<'_>,
    wish: impl Fn(&ProvisionedGroupView) -> std::result::Result<GroupWish, E> + Send + Sync,
) -> Result<Provisioned<ProvisionedGroupView, E>> {
    let (mine, id) = (Mine::of(op)?, group_id(id)?);
    for _ in 0..TRIES {
        let attempt = try_to_change(app, op, &mine, id, if_match, &wish).await;
        if let Some(done) = settled(app, op, if_match, attempt).await? {
            return Ok(done);
        }
    }
    Err(CONTENDED)
}

async fn try_to_change<E>(
    app: &App,
    op: &Op,
    mine: &Mine<'_>,
    id: GroupId,
    if_match: IfMatch<'_>,
    wish: &(impl Fn(&ProvisionedGroupView) -> std::result::Result<GroupWish, E> + Send + Sync),
) -> Attempt<Provisioned<ProvisionedGroupView, E>> {
    let mut tx = app.store().begin().await?;
    let group = find(&mut tx, op, mine, id).await?;
    op.require(Action::ImportAccounts, &Target::organisation(mine.path))?;
    if !store::application::hold_provisioned_group(&mut tx, &group).await? {
        return Err(Stop::Raced);
    }
    let members = members_of(&mut tx, id).await?;
    let seen = ProvisionedGroupView::of(group.clone(), members);
    if if_match.is_some_and(|names| !names(&seen.version)) {
        return Ok(Provisioned::Stale);
    }
    let wish = match wish(&seen) {
        Ok(wish) => wish,
        Err(refused) => return Ok(Provisioned::Refused(refused)),
    };
    check(&wish)?;
    let has_moved = save_members(&mut tx, op, mine, id, &seen.members, &wish.members).await?;
    if !has_moved && wish.display_name == seen.display_name && wish.external_id == seen.external_id {
        return Ok(Provisioned::Done(seen));
    }
    let next = ProvisionedGroup {
        display_name: wish.display_name,
        external_id: wish.external_id,
        version: group.version + 1,
        ..group
    };
    if !store::application::save_provisioned_group(&mut tx, &next).await? {
        return Err(Stop::Raced);
    }
    let members = members_of(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Provisioned::Done(ProvisionedGroupView::of(next, members)))
}

/// Removes a group of the application.
///
/// # Errors
/// Not found, when the application may not, or when a policy names the group.
pub async fn delete_provisioned_group(
    app: &App,
    op: &Op,
    id: &str,
    if_match: IfMatch<'_>,
) -> Result<Provisioned<(), Infallible>> {
    let (mine, id) = (Mine::of(op)?, group_id(id)?);
    for _ in 0..TRIES {
        let attempt = try_to_delete(app, op, &mine, id, if_match).await;
        if let Some(done) = settled(app, op, if_match, attempt).await? {
            return Ok(done);
        }
    }
    Err(CONTENDED)
}

async fn try_to_delete(
    app: &App,
    op: &Op,
    mine: &Mine<'_>,
    id: GroupId,
    if_match: IfMatch<'_>,
) -> Attempt<Provisioned<(), Infallible>> {
    let mut tx = app.store().begin().await?;
    let group = find(&mut tx, op, mine, id).await?;
    op.require(Action::ImportAccounts, &Target::organisation(mine.path))?;
    if if_match.is_some_and(|names| !names(&group.version.to_string())) {
        return Ok(Provisioned::Stale);
    }
    let name = store::access::find_group(&mut tx, id).await?.map(|found| found.name).ok_or(NO_GROUP)?;
    // A policy whose group is gone blocks everybody whom it could be about.
    if compiled(app, &mut tx, op.now).await?.document.wanted().groups.contains(&name) {
        return Err(Error::Conflict(format!("a policy is about this group, which it calls {name}")).into());
    }
    let before = members_of(&mut tx, id).await?;
    save_members(&mut tx, op, mine, id, &before, &[]).await?;
    if !store::application::delete_provisioned_group(&mut tx, &group).await? {
        return Err(Stop::Raced);
    }
    store::access::bump_epoch(&mut tx).await?;
    let event = Event::GroupRemoved { group: id, organisation: group.organisation };
    store::audit::append(&mut tx, op, Some(group.organisation), event).await?;
    tx.commit().await?;
    Ok(Provisioned::Done(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_has_a_name_that_policies_can_use() {
        for (display_name, expected) in [
            ("Ward 7 (nights)", "scim-raa-ward-7-nights"),
            ("Übungsleiter", "scim-raa-bungsleiter"),
            ("***", "scim-raa"),
            ("x y", "scim-raa-x-y"),
        ] {
            assert_eq!(name_for_policies("RAA", display_name), expected);
        }
        assert_eq!(name_for_policies("RAA", &"a".repeat(300)).len(), LONGEST_NAME - 5);
    }
}
