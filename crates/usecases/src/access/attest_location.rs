//! Vouching for a named location for another year [CA-4].

use wardkey_domain::access::Prerequisite;
use wardkey_domain::audit::Event;
use wardkey_domain::op::Op;
use wardkey_store as store;

use super::target::{Loaded, SeenLocation, confirmed, load_to_keep, person, save};
use crate::{App, Error, Result};

/// Attests a named location. Whoever does confirms the prerequisites again; one that is suspended is put into use by it.
///
/// # Errors
/// When the actor may neither ask for named locations there nor approve them, a prerequisite is not confirmed, its owner cannot
/// sign in any more, it was attested a short while ago, or an approver has suspended it and the actor is none.
pub async fn attest_location(app: &App, op: &Op, seen: SeenLocation, given: &[Prerequisite]) -> Result<()> {
    let by = person(op)?;
    let mut tx = app.store().begin().await?;
    let (Loaded { location, .. }, authority) = load_to_keep(app, &mut tx, op, seen).await?;
    let location = location.attest(by, authority, confirmed(given)?, op.now)?;
    let in_force = location.approved().ok_or_else(|| Error::fault("find what was attested"))?;
    let owner = store::directory::find_account(&mut tx, in_force.terms.owner).await?;
    if owner.is_none_or(|owner| owner.may_sign_in().is_err()) {
        let why = "The owner of this named location cannot sign in any more. Propose another owner, and attest it when \
                   that is approved.";
        return Err(Error::Conflict(why.to_owned()));
    }
    let event = Event::NamedLocationAttested {
        organisation: location.organisation,
        location: location.id,
        until: in_force.attestation.until,
    };
    save(&mut tx, op, &location, event).await?;
    tx.commit().await?;
    Ok(())
}
