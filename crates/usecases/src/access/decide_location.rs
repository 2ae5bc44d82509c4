//! Approving and rejecting what was asked for [CA-4].

use wardkey_domain::access::{Prerequisite, Standing, Submission};
use wardkey_domain::audit::Event;
use wardkey_domain::id::AccountId;
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;

use super::request_location::count;
use super::target::{Loaded, News, SeenLocation, confirmed, load_to_change, person, save, tell};
use crate::audit::reason;
use crate::{App, Error, Result};

/// Approves what waits: a request, which is active and attested from now on, or a change of one in force. The approver confirms
/// the prerequisites again; the owner and whoever asked are told.
///
/// # Errors
/// When the actor may not approve, asked for it or owns it, a prerequisite is not confirmed, or nothing waits as it was seen.
pub async fn approve_location(app: &App, op: &Op, seen: SeenLocation, given: &[Prerequisite]) -> Result<()> {
    let by = person(op)?;
    let mut tx = app.store().begin().await?;
    let Loaded { location, organisation } =
        load_to_change(app, &mut tx, op, Action::ApproveNamedLocation, seen).await?;
    let asked = asked(location.waits(), location.terms().map(|terms| terms.owner));
    let (change, what) = (is_change(&location.standing), what(&location.standing));
    let location = location.approve(by, confirmed(given)?, op.now)?;
    let terms = location.terms().ok_or_else(|| Error::fault("find what was approved"))?;
    let event = Event::NamedLocationApproved {
        organisation: location.organisation,
        location: location.id,
        what: what.into(),
        owner: terms.owner,
        ranges: count(terms),
    };
    save(&mut tx, op, &location, event).await?;
    let loaded = Loaded { location, organisation };
    let news = News { kind: MessageKind::NamedLocationApproved, loaded: &loaded, change, reason: None };
    tell(app, &mut tx, op, asked, &news).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(())
}

/// Rejects what waits. A location in force goes on as it is; the owner and whoever asked are told why.
///
/// # Errors
/// When the actor may not, there is no reason, or nothing waits as it was seen.
pub async fn reject_location(app: &App, op: &Op, seen: SeenLocation, why: &str) -> Result<()> {
    person(op)?;
    let mut tx = app.store().begin().await?;
    let Loaded { location, organisation } =
        load_to_change(app, &mut tx, op, Action::ApproveNamedLocation, seen).await?;
    let reason = reason(why)?;
    let asked = asked(location.waits(), location.terms().map(|terms| terms.owner));
    let (change, what) = (is_change(&location.standing), what(&location.standing));
    let location = location.reject(reason.clone(), op.now)?;
    let event = Event::NamedLocationRejected {
        organisation: location.organisation,
        location: location.id,
        what: what.into(),
        reason: reason.clone(),
    };
    save(&mut tx, op, &location, event).await?;
    let loaded = Loaded { location, organisation };
    let why = Some(reason.as_str());
    let news = News { kind: MessageKind::NamedLocationRejected, loaded: &loaded, change, reason: why };
    tell(app, &mut tx, op, asked, &news).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(())
}

/// Whom a decision concerns: who wrote the proposal, who handed it in, and the owners now and then.
fn asked(waits: Option<&Submission>, owner: Option<AccountId>) -> Vec<AccountId> {
    let asked = waits.map(|waits| [waits.proposal.by, waits.by, waits.proposal.terms.owner]);
    asked.into_iter().flatten().chain(owner).collect()
}

const fn is_change(standing: &Standing) -> bool {
    match standing {
        Standing::Active(_) | Standing::Suspended(..) => true,
        Standing::Draft(_) | Standing::Submitted(_) | Standing::Rejected { .. } | Standing::Retired { .. } => false,
    }
}

/// What a decision is about, in the word that the audit uses.
const fn what(standing: &Standing) -> &'static str {
    if is_change(standing) { "change" } else { "request" }
}
