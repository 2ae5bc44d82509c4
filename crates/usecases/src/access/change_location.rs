//! Proposing other ranges, or another owner, of a named location in force [CA-4].

use wardkey_domain::access::Prerequisite;
use wardkey_domain::audit::Event;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;

use super::TypedTerms;
use super::request_location::count;
use super::target::{Loaded, SeenLocation, confirmed, load_to_change, person, save};
use crate::{App, Error, Result};

/// Proposes a change, in place of any that waits; until it is approved the location goes on as it is.
///
/// # Errors
/// When the actor may not, it is not in force as it was seen, or nothing would change; `Invalid` with what is wrong with what was
/// typed, or not confirmed.
pub async fn propose_location_change(
    app: &App,
    op: &Op,
    seen: SeenLocation,
    typed: &TypedTerms<'_>,
    given: &[Prerequisite],
) -> Result<()> {
    let by = person(op)?;
    let mut tx = app.store().begin().await?;
    let Loaded { location, .. } = load_to_change(app, &mut tx, op, Action::RequestNamedLocation, seen).await?;
    let confirmed = confirmed(given);
    let unconfirmed = if let Err(Error::Invalid(wrong)) = &confirmed { wrong.clone() } else { Vec::new() };
    let rules = (&app.settings().location_ranges, location.connection);
    let terms = typed.read(&mut tx, op, rules, unconfirmed).await?;
    let (owner, ranges) = (terms.owner, count(&terms));
    let location = location.propose(terms, by, confirmed?, op.now)?;
    let (organisation, id) = (location.organisation, location.id);
    let event = Event::NamedLocationChangeProposed { organisation, location: id, owner, ranges };
    save(&mut tx, op, &location, event).await?;
    tx.commit().await?;
    Ok(())
}
