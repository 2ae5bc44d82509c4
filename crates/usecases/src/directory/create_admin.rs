//! Making the first administrator, or another one, from the command line.

use wardkey_domain::audit::Event;
use wardkey_domain::credential::ActivationPurpose;
use wardkey_domain::directory::{
    Account, AccountAddress, AccountRow, OdsCode, Organisation, OrganisationKind, OrganisationPath, OrganisationStatus,
    Role, RoleGrant,
};
use wardkey_domain::id::{OrganisationId, RoleGrantId};
use wardkey_domain::op::{Actor, Op};
use wardkey_domain::secret::Secret;
use wardkey_domain::session::EndedWhy;
use wardkey_store::{self as store, Tx};

use super::add_account::{NewAccount, add};
use super::target::{end_everything, issue_activation};
use crate::access::refuse_compromised;
use crate::credential::{PassEnd, end_pass, end_recovery_codes};
use crate::{App, Error, Result};

/// An administrator to be made.
#[derive(Clone, Debug)]
pub struct NewAdministrator {
    /// The address; an account that has it becomes the administrator.
    pub address: AccountAddress,
    /// The name, for a new account.
    pub display_name: String,
    /// The organisation that the role is held for, and that a new account belongs to.
    pub ods_code: OdsCode,
    /// The name of that organisation, if it is to be added; a fresh installation has none.
    pub organisation_name: Option<String>,
    /// The role.
    pub role: Role,
}

/// An administrator that was made.
#[derive(Debug)]
pub struct CreatedAdministrator {
    /// The account.
    pub account: Account,
    /// The single-use code with which they set a password and enrol; shown once.
    pub activation: Secret<String>,
}

/// Makes an administrator, and the account and the organisation if they are new, and issues an activation code.
///
/// # Errors
/// When anybody but an operator asks, the organisation is neither known nor named, or the account is marked as compromised.
pub async fn create_admin(app: &App, op: &Op, new: NewAdministrator) -> Result<CreatedAdministrator> {
    if !matches!(op.actor, Actor::Operator(_)) {
        return Err(Error::NotFound("page"));
    }
    let mut tx = app.store().begin().await?;
    let organisation = organisation(app, &mut tx, op, &new).await?;
    let account = match store::directory::find_account_by_address(&mut tx, &new.address).await? {
        Some(account) => account,
        None => {
            let row = AccountRow {
                ods_code: new.ods_code,
                address: new.address,
                display_name: Some(new.display_name),
                given_name: None,
                family_name: None,
                kind: None,
            };
            add(app, &mut tx, op, NewAccount { row, password: None }).await?
        }
    };
    refuse_compromised(&mut tx, &account).await?;
    if !account.kind.may_sign_in() {
        return Err(Error::Conflict(format!("nobody signs in with a {}", account.kind.words())));
    }
    let mut grant = RoleGrant {
        id: RoleGrantId::new(op.now, app.id_entropy()),
        account: account.id,
        organisation: organisation.id,
        path: organisation.path,
        role: new.role,
        expires_at: None,
    };
    grant.id = store::directory::insert_role(&mut tx, &grant, op.now).await?;
    let (id, at) = (account.id, account.organisation);
    end_recovery_codes(&mut tx, op, (id, at), "role_granted").await?;
    end_pass(&mut tx, op, (id, at), PassEnd { why: "role_granted", reason: None, flow: None }).await?;
    end_everything(&mut tx, op, &account, EndedWhy::EndedByAdministrator, None).await?;
    let event = Event::RoleGranted {
        account: account.id,
        organisation: organisation.id,
        grant: grant.id,
        role: grant.role.as_str().into(),
        expires_at: None,
    };
    store::audit::append(&mut tx, op, Some(organisation.id), event).await?;
    let activation = issue_activation(app, &mut tx, op, &account, ActivationPurpose::FirstPassword, None).await?;
    tx.commit().await?;
    Ok(CreatedAdministrator { account, activation })
}

async fn organisation(app: &App, tx: &mut Tx, op: &Op, new: &NewAdministrator) -> Result<Organisation> {
    if let Some(found) = store::directory::find_organisation_by_code(tx, &new.ods_code).await? {
        return Ok(found);
    }
    let Some(name) = &new.organisation_name else {
        return Err(Error::invalid("organisation", "no organisation has this code; import it, or name it to add it"));
    };
    let id = OrganisationId::new(op.now, app.id_entropy());
    let organisation = Organisation {
        id,
        ods_code: new.ods_code.clone(),
        name: name.clone(),
        kind: OrganisationKind::Alb,
        parent: None,
        path: OrganisationPath::root(id),
        status: OrganisationStatus::Open,
        help_contact: None,
        created_at: op.now,
    };
    store::directory::insert_organisation(tx, &organisation).await?;
    let event = Event::OrganisationSaved { organisation: id, change: "added".into() };
    store::audit::append(tx, op, Some(id), event).await?;
    Ok(organisation)
}
