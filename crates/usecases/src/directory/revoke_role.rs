//! Taking a role away.

use wardkey_domain::audit::Event;
use wardkey_domain::id::RoleGrantId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::session::EndedWhy;
use wardkey_store as store;

use super::target::{end_everything, load_to_change};
use crate::audit::reason;
use crate::{App, Error, Result};

/// Takes a role away; the holder's sessions end, so that nothing goes on under it.
///
/// # Errors
/// When the actor may not appoint to that role there, or there is no reason.
pub async fn revoke_role(app: &App, op: &Op, id: RoleGrantId, why: &str) -> Result<()> {
    let reason = reason(why)?;
    let mut tx = app.store().begin().await?;
    let grant = store::directory::find_role(&mut tx, id).await?.ok_or(Error::NotFound("role"))?;
    let loaded = load_to_change(app, &mut tx, op, Action::RevokeRole, grant.account).await?;
    op.require_appointment(Action::RevokeRole, grant.role, &grant.path, &loaded.target())?;
    if !store::directory::delete_role(&mut tx, id).await? {
        return Err(Error::NotFound("role"));
    }
    end_everything(&mut tx, op, &loaded.account, EndedWhy::EndedByAdministrator, Some(reason.clone())).await?;
    let event = Event::RoleRevoked {
        account: grant.account,
        organisation: grant.organisation,
        grant: id,
        role: grant.role.as_str().into(),
        reason: Some(reason),
    };
    store::audit::append(&mut tx, op, Some(grant.organisation), event).await?;
    tx.commit().await?;
    Ok(())
}
