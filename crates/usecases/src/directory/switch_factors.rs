//! Switching restricted factors off for the people of an organisation [AUT-8].

use wardkey_domain::audit::Event;
use wardkey_domain::directory::{OdsCode, Organisation};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::op::{Actor, Op};
use wardkey_store as store;

use crate::{App, Error, Result};

/// Switches `off` off for the people of an organisation and of those below it, and every other factor on again. Returns the
/// organisation.
///
/// What is off cannot be used from the next step of any sign-in on; sessions go on.
///
/// # Errors
/// `Forbidden` for anybody but an operator; `NotFound` when there is no such organisation; `Invalid` for a factor that is
/// not restricted: an organisation without any factor would lock its people out.
pub async fn switch_factors(app: &App, op: &Op, code: &OdsCode, off: &[FactorKind]) -> Result<Organisation> {
    if !matches!(op.actor, Actor::Operator(_)) {
        return Err(Error::Forbidden("Only an operator can switch factors off.".to_owned()));
    }
    if let Some(kind) = off.iter().find(|kind| !definition(**kind).restricted) {
        return Err(Error::invalid("factor", format!("{} cannot be switched off", definition(*kind).name)));
    }
    let mut tx = app.store().begin().await?;
    let found = store::directory::find_organisation_by_code(&mut tx, code).await?;
    let organisation = found.ok_or(Error::NotFound("organisation"))?;
    store::directory::set_factors_off(&mut tx, organisation.id, off).await?;
    let off = off.iter().map(|kind| kind.as_str().into()).collect();
    let event = Event::FactorsSwitched { organisation: organisation.id, off };
    store::audit::append(&mut tx, op, Some(organisation.id), event).await?;
    tx.commit().await?;
    Ok(organisation)
}
