//! One person: seen, made, changed and deleted.

use std::convert::Infallible;

use wardkey_domain::directory::{AccountAddress, AccountStatus};
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_store::application::{LinkedAccount, PersonLink};
use wardkey_store::{self as store, Tx};

use super::brake::let_go;
use super::members::leave_groups;
use super::mine::{
    Attempt, CONTENDED, IfMatch, Mine, NOBODY, Provisioned, Seen, Stop, TRIES, account_id, see, settled,
};
use super::save::{Saving, next_link, note_link, read_row, require_free_name, why};
use super::view::{PersonWish, ProvisionedPerson};
use crate::directory::add_account::{NewAccount, add};
use crate::directory::set_status::disable_it;
use crate::{App, Error, Result};

/// Whether a client says everything about somebody, or only what is to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Everything: that somebody is active may only be how its own records stand.
    Whole,
    /// What is to be changed: that somebody is to be active is meant so.
    Part,
}

/// Somebody whom the application sees.
///
/// # Errors
/// Not found.
pub async fn see_provisioned_person(app: &App, op: &Op, id: &str) -> Result<ProvisionedPerson> {
    let (mine, id) = (Mine::of(op)?, account_id(id).ok_or(NOBODY)?);
    let mut tx = app.store().read().await?;
    Ok(ProvisionedPerson::of(see(&mut tx, op, &mine, id).await?.linked))
}

/// Makes somebody new: a joiner. Who was deleted comes back when the client calls them the same as before.
///
/// # Errors
/// When the application may not, something is wrong with what it wants, or there is somebody of that name or with that address.
pub async fn create_provisioned_person(app: &App, op: &Op, wish: &PersonWish) -> Result<ProvisionedPerson> {
    for _ in 0..TRIES {
        match settled(app, op, None, try_to_create(app, op, wish).await).await? {
            Some(Provisioned::Done(person)) => return Ok(person),
            Some(Provisioned::Refused(never)) => match never {},
            Some(Provisioned::Stale) | None => {}
        }
    }
    Err(CONTENDED)
}

async fn try_to_create(app: &App, op: &Op, wish: &PersonWish) -> Attempt<Provisioned<ProvisionedPerson, Infallible>> {
    let mine = Mine::of(op)?;
    let mut tx = app.store().begin().await?;
    let id = create(app, &mut tx, op, &mine, wish).await?;
    let person = see(&mut tx, op, &mine, id).await?.linked;
    tx.commit().await?;
    Ok(Provisioned::Done(ProvisionedPerson::of(person)))
}

async fn create(app: &App, tx: &mut Tx, op: &Op, mine: &Mine<'_>, wish: &PersonWish) -> Attempt<AccountId> {
    let own = store::directory::find_organisation(tx, mine.organisation()).await?;
    let own = own.ok_or_else(|| Error::fault("find the organisation of an application"))?;
    let row = read_row(wish, own.ods_code.as_str(), None)?;
    require_free_name(tx, op, mine, &wish.user_name, None).await?;
    if let Some(before) = store::directory::find_account_by_address(tx, &row.address).await? {
        return come_back(app, tx, op, mine, before.id, wish).await;
    }
    let organisation = Saving::destination(tx, op, &row.ods_code).await?;
    if !organisation.takes_accounts() {
        return Err(Error::invalid("organization", "this organisation is closed and takes nobody").into());
    }
    let account = add(app, tx, op, NewAccount { row, password: None }).await?;
    let (id, organisation) = (account.id, account.organisation);
    let mut link = PersonLink {
        application: mine.application,
        account: id,
        organisation: mine.organisation(),
        user_name: wish.user_name.clone(),
        external_id: wish.external_id.clone(),
        switched_off_at: None,
        ended_at: None,
        version: 0,
    };
    if wish.active == Some(false) {
        disable_it(tx, op, account, why()?).await?;
        link.switched_off_at = Some(op.now);
    }
    if !store::application::save_link(tx, &link).await? {
        return Err(Stop::Raced);
    }
    note_link(tx, op, &link, organisation, "named").await?;
    Ok(id)
}

/// Somebody who was deleted comes back, when it is the same person for the client.
///
/// SECURITY: an address is given to somebody else one day. The account still has the password and the factors of whoever had it,
/// so only the client's own word that it is the same person makes it theirs again.
async fn come_back(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    mine: &Mine<'_>,
    id: AccountId,
    wish: &PersonWish,
) -> Attempt<AccountId> {
    let taken = || Error::Conflict("an account has this address already".to_owned());
    let linked = store::application::find_linked(tx, mine.application, id).await?.ok_or_else(taken)?;
    let Some(ended) = linked.link.clone().filter(|link| link.ended_at.is_some()) else { return Err(taken().into()) };
    let is_same = ended.external_id.is_some() && ended.external_id == wish.external_id;
    if !is_same {
        let why = "an account with this address was deleted; send the externalId that it had if this is the same person, or ask an \
                   administrator";
        return Err(Error::Conflict(why.to_owned()).into());
    }
    if !store::application::hold_account(tx, &linked.account).await? {
        return Err(Stop::Raced);
    }
    let link = PersonLink { ended_at: None, user_name: wish.user_name.clone(), ..next_link(&ended) };
    if !store::application::save_link(tx, &link).await? {
        return Err(Stop::Raced);
    }
    note_link(tx, op, &link, linked.account.organisation, "resumed").await?;
    // Now they are seen again, if they are in reach and not deleted otherwise.
    let seen = match see(tx, op, mine, id).await {
        Ok(seen) => seen,
        Err(Error::NotFound(_)) => return Err(taken().into()),
        Err(other) => return Err(other.into()),
    };
    let wish = PersonWish { active: Some(wish.active.unwrap_or(true)), ..wish.clone() };
    Saving { app, op, mine, manner: Manner::Part }.save(tx, seen, &wish).await?;
    Ok(id)
}

/// Changes somebody into what `wish` makes of them. What is left out of a wish is nothing, but for whether they may sign in, their
/// address and their organisation, which stay.
///
/// # Errors
/// When the application may not, or something is wrong with what it wants.
pub async fn change_provisioned_person<E>(
    app: &App,
    op: &Op,
    id: &str,
    if_match: IfMatch<'_>,
    manner: Manner,
    wish: impl Fn(&ProvisionedPerson) -> std::result::Result<PersonWish, E> + Send + Sync,
) -> Result<Provisioned<ProvisionedPerson, E>> {
    let mine = Mine::of(op)?;
    let id = account_id(id).ok_or(NOBODY)?;
    let saving = Saving { app, op, mine: &mine, manner };
    for _ in 0..TRIES {
        let attempt = try_to_change(&saving, id, if_match, &wish).await;
        if let Some(done) = settled(app, op, if_match, attempt).await? {
            return Ok(done);
        }
    }
    Err(CONTENDED)
}

async fn try_to_change<E>(
    saving: &Saving<'_>,
    id: AccountId,
    if_match: IfMatch<'_>,
    wish: &(impl Fn(&ProvisionedPerson) -> std::result::Result<PersonWish, E> + Send + Sync),
) -> Attempt<Provisioned<ProvisionedPerson, E>> {
    let Saving { app, op, mine, .. } = saving;
    let mut tx = app.store().begin().await?;
    let seen = see(&mut tx, op, mine, id).await?;
    let person = ProvisionedPerson::of(seen.linked.clone());
    if if_match.is_some_and(|names| !names(&person.version)) {
        return Ok(Provisioned::Stale);
    }
    let wish = match wish(&person) {
        Ok(wish) => wish,
        Err(refused) => return Ok(Provisioned::Refused(refused)),
    };
    // From here on nobody else changes the account.
    if !store::application::hold_account(&mut tx, &seen.linked.account).await? {
        return Err(Stop::Raced);
    }
    saving.save(&mut tx, seen, &wish).await?;
    let person = see(&mut tx, op, mine, id).await?.linked;
    tx.commit().await?;
    Ok(Provisioned::Done(ProvisionedPerson::of(person)))
}

/// Deletes somebody: a leaver. The account is switched off and stays; there is nobody for the application any more.
///
/// # Errors
/// Not found, or when the application may not.
pub async fn delete_provisioned_person(
    app: &App,
    op: &Op,
    id: &str,
    if_match: IfMatch<'_>,
) -> Result<Provisioned<(), Infallible>> {
    let mine = Mine::of(op)?;
    let id = account_id(id).ok_or(NOBODY)?;
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
    id: AccountId,
    if_match: IfMatch<'_>,
) -> Attempt<Provisioned<(), Infallible>> {
    let mut tx = app.store().begin().await?;
    let seen = see(&mut tx, op, mine, id).await?;
    let version = ProvisionedPerson::of(seen.linked.clone()).version;
    if if_match.is_some_and(|names| !names(&version)) {
        return Ok(Provisioned::Stale);
    }
    op.require(Action::DisableAccount, &seen.target())?;
    let Seen { linked: LinkedAccount { account, link, .. }, .. } = seen;
    if !store::application::hold_account(&mut tx, &account).await? {
        return Err(Stop::Raced);
    }
    let organisation = account.organisation;
    let mut ended = match &link {
        Some(link) => next_link(link),
        None => PersonLink {
            application: mine.application,
            account: id,
            organisation: mine.organisation(),
            user_name: account.address.as_str().to_owned(),
            external_id: None,
            switched_off_at: None,
            ended_at: None,
            version: 0,
        },
    };
    if is_open(account.status) {
        let_go(app, &mut tx, op, mine, &account).await?;
        disable_it(&mut tx, op, account, why()?).await?;
        ended.switched_off_at = Some(op.now);
    }
    ended.ended_at = Some(op.now);
    if !store::application::save_link(&mut tx, &ended).await? {
        return Err(Stop::Raced);
    }
    leave_groups(&mut tx, op, mine, id, organisation).await?;
    note_link(&mut tx, op, &ended, organisation, "ended").await?;
    tx.commit().await?;
    Ok(Provisioned::Done(()))
}

/// Whether an account is there to be switched off: it can be used, or could be by whoever switches it on after a long absence. What
/// a person has locked stays locked.
pub(super) const fn is_open(status: AccountStatus) -> bool {
    matches!(status, AccountStatus::Active | AccountStatus::Leaver { .. } | AccountStatus::Inactive { .. })
}

/// The account whose address is also its name, for who has not been called otherwise.
pub(super) async fn find_by_address(tx: &mut Tx, address: &str) -> Result<Option<AccountId>> {
    let Ok(address) = AccountAddress::parse(address) else { return Ok(None) };
    Ok(store::directory::find_account_by_address(tx, &address).await?.map(|account| account.id))
}
