//! Giving somebody a role.

use wardkey_domain::audit::Event;
use wardkey_domain::directory::{OdsCode, Role, RoleGrant, StatusName};
use wardkey_domain::id::{AccountId, RoleGrantId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::session::EndedWhy;
use wardkey_domain::time::Timestamp;
use wardkey_store as store;

use super::target::{Loaded, end_everything, load_to_change};
use crate::access::refuse_compromised;
use crate::credential::{PassEnd, end_pass, end_recovery_codes};
use crate::{App, Error, Result};

/// A role to be given.
#[derive(Clone, Debug)]
pub struct NewRole {
    /// Who gets it.
    pub account: AccountId,
    /// The role.
    pub role: Role,
    /// The organisation it is held for, with everything below it.
    pub organisation: OdsCode,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
}

/// Gives an account a role. Its sessions end, so that the next one begins under the rules for the role.
///
/// # Errors
/// When the actor may not appoint to that role there, or the account cannot sign in.
pub async fn grant_role(app: &App, op: &Op, new: &NewRole) -> Result<RoleGrant> {
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::GrantRole, new.account).await?;
    // SECURITY: an organisation elsewhere is not told from one that is not there.
    let unknown = || Error::invalid("organisation", "No organisation for which you give roles has this ODS code");
    let found = store::directory::find_organisation_by_code(&mut tx, &new.organisation).await?;
    let extent = op.extent(Action::GrantRole);
    let organisation = found.filter(|found| extent.covers(&found.path)).ok_or_else(unknown)?;
    op.require_appointment(Action::GrantRole, new.role, &organisation.path, &loaded.target())?;
    refuse_compromised(&mut tx, &loaded.account).await?;
    may_be_appointed(&loaded)?;
    if !organisation.takes_accounts() {
        return Err(Error::invalid("organisation", "This organisation has closed"));
    }
    if loaded.roles.iter().any(|held| held.role == new.role && held.organisation == organisation.id) {
        // Whoever wants another end takes it away first, which needs a reason.
        let why =
            "They hold this role for this organisation already. Take it away first if it is to end on another day.";
        return Err(Error::Conflict(why.to_owned()));
    }
    if new.role == Role::Staff {
        return Err(Error::invalid("role", "Every account is staff already"));
    }
    if new.expires_at.is_some_and(|end| end <= op.now) {
        return Err(Error::invalid("date", "The day on which it ends must lie in the future"));
    }
    let mut grant = RoleGrant {
        id: RoleGrantId::new(op.now, app.id_entropy()),
        account: new.account,
        organisation: organisation.id,
        path: organisation.path,
        role: new.role,
        expires_at: new.expires_at,
    };
    grant.id = store::directory::insert_role(&mut tx, &grant, op.now).await?;
    let (id, at) = (loaded.account.id, loaded.account.organisation);
    end_recovery_codes(&mut tx, op, (id, at), "role_granted").await?;
    end_pass(&mut tx, op, (id, at), PassEnd { why: "role_granted", reason: None, flow: None }).await?;
    end_everything(&mut tx, op, &loaded.account, EndedWhy::EndedByAdministrator, None).await?;
    let event = Event::RoleGranted {
        account: grant.account,
        organisation: grant.organisation,
        grant: grant.id,
        role: grant.role.as_str().into(),
        expires_at: grant.expires_at,
    };
    store::audit::append(&mut tx, op, Some(grant.organisation), event).await?;
    tx.commit().await?;
    Ok(grant)
}

/// Whether somebody may be given a role as the account stands.
pub(super) fn may_be_appointed(loaded: &Loaded) -> Result<()> {
    let account = &loaded.account;
    if !account.kind.may_sign_in() {
        return Err(Error::Conflict(format!("nobody signs in with a {}", account.kind.words())));
    }
    // One that is marked as compromised is disabled, too.
    if !matches!(account.status.name(), StatusName::Active | StatusName::Leaver) {
        return Err(Error::Conflict("The account is not in use.".to_owned()));
    }
    Ok(())
}
