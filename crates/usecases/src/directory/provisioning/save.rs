//! Saving what an application wants of somebody: a mover, a leaver, somebody who comes back, another name.

use wardkey_domain::audit::{Event, Reason, Word};
use wardkey_domain::directory::{
    Account, AccountFields, AccountRow, AccountStatus, Field, OdsCode, Organisation, RowError,
};
use wardkey_domain::id::{AccountId, OrganisationId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_domain::session::EndedWhy;
use wardkey_store::application::{LinkedAccount, PersonLink};
use wardkey_store::{self as store, Tx};

use super::brake::let_go;
use super::mine::{Attempt, Mine, Seen, Stop, see};
use super::person::{Manner, find_by_address, is_open};
use super::view::PersonWish;
use crate::access::refuse_compromised;
use crate::directory::end_everything;
use crate::directory::set_status::{disable_it, enable_it};
use crate::{App, Error, FieldError, Result};

/// What stands as the reason of every change of status: whoever runs the client has the rest.
pub(super) fn why() -> Result<Reason> {
    crate::audit::reason("An application that provisions people asked for it")
}

/// Checks what is wanted as a row of an import is checked.
pub(super) fn read_row(wish: &PersonWish, ods_code: &str, before: Option<&Account>) -> Result<AccountRow> {
    let kept = before.map(|account| account.address.as_str());
    let looks_right = |name: &&str| name.parse::<wardkey_domain::directory::AccountAddress>().is_ok();
    let address = wish.address.as_deref().or_else(|| Some(wish.user_name.as_str()).filter(looks_right)).or(kept);
    let address = address.ok_or_else(|| Error::invalid("emails", "somebody needs an address"))?;
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let (given_name, family_name) = (part(&wish.given_name), part(&wish.family_name));
    let name = match &wish.display_name {
        Some(name) => name,
        None if given_name.trim().is_empty() && family_name.trim().is_empty() => &wish.user_name,
        None => "",
    };
    let fields = AccountFields {
        ods_code: wish.ods_code.as_deref().unwrap_or(ods_code),
        address,
        name,
        given_name: &given_name,
        family_name: &family_name,
        ..AccountFields::default()
    };
    AccountRow::check(&fields).map_err(|errors| Error::Invalid(errors.into_iter().map(told).collect()))
}

/// An error of a row in the words of the protocol.
fn told(error: RowError) -> FieldError {
    let field = match error.field {
        Field::Address => "emails",
        Field::OdsCode => "organization",
        Field::Name => "displayName",
        Field::GivenName => "name.givenName",
        Field::FamilyName => "name.familyName",
        other => other.as_str(),
    };
    FieldError { field, message: error.message }
}

/// Refuses a name by which the application knows somebody else.
pub(super) async fn require_free_name(
    tx: &mut Tx,
    op: &Op,
    mine: &Mine<'_>,
    name: &str,
    own: Option<AccountId>,
) -> Result<()> {
    let taken = || Error::Conflict("somebody else has this userName".to_owned());
    let key = name.to_lowercase();
    if let Some(other) = store::application::find_by_user_name(tx, mine.application, &key).await?
        && Some(other) != own
    {
        return Err(taken());
    }
    // Who was never called otherwise is called by the address.
    if let Some(other) = find_by_address(tx, &key).await?
        && Some(other) != own
        && let Ok(Seen { linked: LinkedAccount { link: None, .. }, .. }) = see(tx, op, mine, other).await
    {
        return Err(taken());
    }
    Ok(())
}

/// What an application calls somebody, as the next version of it.
pub(super) fn next_link(link: &PersonLink) -> PersonLink {
    PersonLink { version: link.version + 1, ..link.clone() }
}

/// Notes that an application calls somebody something, or nothing any more.
pub(super) async fn note_link(
    tx: &mut Tx,
    op: &Op,
    link: &PersonLink,
    organisation: OrganisationId,
    change: &'static str,
) -> Result<()> {
    let PersonLink { account, application, .. } = *link;
    let event = Event::AccountProvisioned { account, application, change: change.into() };
    Ok(store::audit::append(tx, op, Some(organisation), event).await?)
}

/// Saves what is wanted, in a transaction of the caller's, who holds the account.
pub(super) struct Saving<'a> {
    pub(super) app: &'a App,
    pub(super) op: &'a Op,
    pub(super) mine: &'a Mine<'a>,
    pub(super) manner: Manner,
}

impl Saving<'_> {
    /// The organisation with this code, if people may be put there.
    ///
    /// What is elsewhere is answered like what is nowhere.
    pub(super) async fn destination(tx: &mut Tx, op: &Op, code: &OdsCode) -> Result<Organisation> {
        let unknown =
            || Error::invalid("organization", format!("this client reaches no organisation with the code {code}"));
        let found = store::directory::find_organisation_by_code(tx, code).await?.ok_or_else(unknown)?;
        op.require(Action::ImportAccounts, &Target::organisation(&found.path)).map_err(|_| unknown())?;
        Ok(found)
    }

    pub(super) async fn save(&self, tx: &mut Tx, seen: Seen, wish: &PersonWish) -> Attempt<()> {
        let row = read_row(wish, seen.linked.ods_code.as_str(), Some(&seen.linked.account))?;
        let link = self.link(tx, &seen, wish).await?;
        let account = self.save_details(tx, &seen, row).await?;
        let organisation = account.organisation;
        let switched = self.save_status(tx, &seen, account, wish.active).await?;
        let before = seen.linked.link;
        let switched_off_at = match (switched, &before) {
            (Switched::Off, _) => Some(self.op.now),
            (Switched::On, _) | (Switched::Neither, None) => None,
            (Switched::Neither, Some(before)) => before.switched_off_at,
        };
        let link = PersonLink { switched_off_at, ..link };
        let is_new = before.is_none() && (link.external_id.is_some() || link.switched_off_at.is_some());
        let is_called = before.is_none() && link.user_name != seen.linked.account.address.as_str();
        let has_changed = before.as_ref().is_some_and(|before| next_link(before) != link);
        if !is_new && !is_called && !has_changed {
            return Ok(());
        }
        if !store::application::save_link(tx, &link).await? {
            return Err(Stop::Raced);
        }
        let is_renamed =
            before.is_none_or(|before| before.user_name != link.user_name || before.external_id != link.external_id);
        if is_renamed {
            note_link(tx, self.op, &link, organisation, "named").await?;
        }
        Ok(())
    }

    /// What the application wants to call them.
    async fn link(&self, tx: &mut Tx, seen: &Seen, wish: &PersonWish) -> Result<PersonLink> {
        let account = &seen.linked.account;
        let link = match &seen.linked.link {
            Some(link) => next_link(link),
            None => PersonLink {
                application: self.mine.application,
                account: account.id,
                organisation: self.mine.organisation(),
                user_name: account.address.as_str().to_owned(),
                external_id: None,
                switched_off_at: None,
                ended_at: None,
                version: 0,
            },
        };
        if link.user_name.to_lowercase() != wish.user_name.to_lowercase() {
            require_free_name(tx, self.op, self.mine, &wish.user_name, Some(account.id)).await?;
        }
        Ok(PersonLink { user_name: wish.user_name.clone(), external_id: wish.external_id.clone(), ..link })
    }

    /// Saves names, address and organisation, if any of them is another.
    async fn save_details(&self, tx: &mut Tx, seen: &Seen, row: AccountRow) -> Attempt<Account> {
        let op = self.op;
        let before = &seen.linked.account;
        let mut account = before.clone();
        let mut changed: Vec<Field> = Vec::new();
        if row.ods_code != seen.linked.ods_code {
            let to = Self::destination(tx, op, &row.ods_code).await?;
            if !to.takes_accounts() {
                return Err(Error::invalid("organization", "this organisation is closed and takes nobody").into());
            }
            (account.organisation, account.path) = (to.id, to.path);
            changed.push(Field::OdsCode);
        }
        let display_name = row.display_name.unwrap_or_else(|| before.display_name.clone());
        for (field, is_other) in [
            (Field::Address, row.address != before.address),
            (Field::Name, display_name != before.display_name),
            (Field::GivenName, row.given_name != before.given_name),
            (Field::FamilyName, row.family_name != before.family_name),
        ] {
            if is_other {
                changed.push(field);
            }
        }
        if changed.is_empty() {
            return Ok(account);
        }
        op.require(Action::ImportAccounts, &seen.target())?;
        let has_moved = changed.contains(&Field::OdsCode);
        let is_addressed = changed.contains(&Field::Address);
        if is_addressed {
            // SECURITY: what an account is written to at is part of the way in, which a case has shut.
            refuse_in_case(tx, before).await?;
            if store::directory::find_account_by_address(tx, &row.address).await?.is_some() {
                return Err(Error::Conflict("an account has this address already".to_owned()).into());
            }
        }
        (account.address, account.display_name) = (row.address, display_name);
        (account.given_name, account.family_name) = (row.given_name, row.family_name);
        if !store::directory::save_account(tx, &account).await? {
            return Err(Stop::Raced);
        }
        account.version += 1;
        if has_moved || is_addressed {
            // Sessions carry the organisation, and somebody else's address ends what was begun under the old one.
            end_everything(tx, op, &account, EndedWhy::EndedByAdministrator, None).await?;
        }
        let changed = changed.iter().map(|field| Word::from(field.as_str())).collect();
        let event = Event::AccountChanged { account: account.id, changed };
        store::audit::append(tx, op, Some(account.organisation), event).await?;
        Ok(account)
    }

    /// Switches the account on or off, if it is to be otherwise than it is.
    async fn save_status(&self, tx: &mut Tx, seen: &Seen, account: Account, active: Option<bool>) -> Attempt<Switched> {
        let (op, status) = (self.op, account.status);
        let target = Target::account(&account, &seen.roles);
        match active {
            Some(false) if is_open(status) => {
                op.require(Action::DisableAccount, &target)?;
                let_go(self.app, tx, op, self.mine, &account).await?;
                disable_it(tx, op, account, why()?).await?;
                Ok(Switched::Off)
            }
            Some(true) if status.may_sign_in().is_err() => {
                let own = seen.linked.link.as_ref().and_then(|link| link.switched_off_at);
                let is_own = matches!(status, AccountStatus::Disabled { since } if own == Some(since));
                let is_unused = matches!(status, AccountStatus::Inactive { .. });
                match self.manner {
                    // SECURITY: what a person or a case has shut, they open.
                    Manner::Part if !is_own && !is_unused => {
                        let why = "a person has switched this account off, so a person has to switch it on";
                        Err(Error::Forbidden(why.to_owned()).into())
                    }
                    // The client's records say so each night, of everybody: that wakes nobody who has not been here for long.
                    Manner::Whole if !is_own => Ok(Switched::Neither),
                    Manner::Part | Manner::Whole => {
                        op.require(Action::EnableAccount, &target)?;
                        refuse_in_case(tx, &account).await?;
                        enable_it(tx, op, account, why()?).await?;
                        Ok(Switched::On)
                    }
                }
            }
            Some(_) | None => Ok(Switched::Neither),
        }
    }
}

/// Refuses what a case has shut: no words of the client open it [CMP-3].
async fn refuse_in_case(tx: &mut Tx, account: &Account) -> Result<()> {
    match refuse_compromised(tx, account).await {
        Err(Error::Conflict(why)) => Err(Error::Forbidden(why)),
        other => other,
    }
}

/// What became of an account.
#[derive(Clone, Copy)]
enum Switched {
    On,
    Off,
    Neither,
}
