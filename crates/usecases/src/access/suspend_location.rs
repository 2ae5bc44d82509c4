//! Putting a named location out of use, for now or for good, and into use again [CA-13].

use wardkey_domain::audit::Event;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;

use super::target::{Loaded, SeenLocation, load_to_change, load_to_keep, person, save};
use crate::audit::reason;
use crate::{App, Result};

/// Suspends a named location in force.
///
/// # Errors
/// When the actor may neither ask for named locations there nor approve them, there is no reason, or it is not in force.
pub async fn suspend_location(app: &App, op: &Op, seen: SeenLocation, why: &str) -> Result<()> {
    person(op)?;
    let mut tx = app.store().begin().await?;
    let (Loaded { location, .. }, authority) = load_to_keep(app, &mut tx, op, seen).await?;
    let reason = reason(why)?;
    let location = location.suspend(authority, reason.clone(), op.now)?;
    let event = Event::NamedLocationSuspended {
        organisation: location.organisation,
        location: location.id,
        by: authority.as_str().into(),
        reason,
    };
    save(&mut tx, op, &location, event).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts a suspended named location into use again as it was. Who may not approve attests it instead.
///
/// # Errors
/// When the actor may not approve named locations, there is no reason, or it is not suspended.
pub async fn resume_location(app: &App, op: &Op, seen: SeenLocation, why: &str) -> Result<()> {
    person(op)?;
    let mut tx = app.store().begin().await?;
    let Loaded { location, .. } = load_to_change(app, &mut tx, op, Action::ApproveNamedLocation, seen).await?;
    let reason = reason(why)?;
    let location = location.resume()?;
    let (organisation, id) = (location.organisation, location.id);
    save(&mut tx, op, &location, Event::NamedLocationResumed { organisation, location: id, reason }).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts a named location out of use for good. Its name is not given again.
///
/// # Errors
/// When the actor may neither ask for named locations there nor approve them, there is no reason, or it is in force or waits for
/// an approver.
pub async fn retire_location(app: &App, op: &Op, seen: SeenLocation, why: &str) -> Result<()> {
    person(op)?;
    let mut tx = app.store().begin().await?;
    let (Loaded { location, .. }, _) = load_to_keep(app, &mut tx, op, seen).await?;
    let reason = reason(why)?;
    let location = location.retire(op.now)?;
    let (organisation, id) = (location.organisation, location.id);
    save(&mut tx, op, &location, Event::NamedLocationRetired { organisation, location: id, reason }).await?;
    tx.commit().await?;
    Ok(())
}
