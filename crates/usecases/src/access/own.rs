//! What a person sees of their own exception.

use wardkey_domain::access::Hold;
use wardkey_domain::op::Op;
use wardkey_domain::time::Timestamp;
use wardkey_store as store;

use super::standing::factors_of;
use crate::{App, Error, Result};

/// Until when the actor's own prompts are suspended, if they are: by an exception, and by nothing that stands against it.
///
/// # Errors
/// When nobody is signed in, or the store fails.
pub async fn own_prompts_suspended_until(app: &App, op: &Op) -> Result<Option<Timestamp>> {
    let actor = op.account().ok_or(Error::NotFound("session"))?;
    let mut tx = app.store().read().await?;
    let Some(until) = store::access::excepted_until(&mut tx, actor.id, op.now).await? else { return Ok(None) };
    let privileged = actor.roles.iter().any(|grant| grant.role.is_privileged() && grant.is_current(op.now));
    let held = store::access::hold_of(&mut tx, actor.id).await? != Hold::None;
    let registered = !factors_of(&mut tx, op, actor.id).await?.is_empty();
    Ok(Some(until).filter(|_| registered && !privileged && !held))
}
