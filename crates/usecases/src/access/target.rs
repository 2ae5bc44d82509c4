//! What the operations on named locations share: loading one, permission, saving it, and whom to tell.

use std::collections::BTreeSet;

use wardkey_domain::access::{Authority, CannotMove, Confirmed, NamedLocation, Prerequisite};
use wardkey_domain::audit::Event;
use wardkey_domain::directory::Organisation;
use wardkey_domain::id::{AccountId, NamedLocationId};
use wardkey_domain::message::MessageKind;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Denied, Target};
use wardkey_store::{self as store, Tx};

use crate::directory::require_fresh_factor;
use crate::message::{AboutLocation, Notice, notify};
use crate::{App, Error, Result};

/// A named location as a page showed it: what is done counts only if it is still so.
///
/// SECURITY: otherwise ranges could be exchanged between an approver's look and their approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenLocation {
    /// Names it.
    pub id: NamedLocationId,
    /// The version that was shown.
    pub version: i64,
}

/// A named location that something is to be done with.
pub(super) struct Loaded {
    pub(super) location: NamedLocation,
    pub(super) organisation: Organisation,
}

pub(super) const NO_LOCATION: Error = Error::NotFound("named location");

/// Loads a named location and permits `action` on it; one that the actor may not see is not found.
pub(super) async fn load(tx: &mut Tx, op: &Op, action: Action, id: NamedLocationId) -> Result<Loaded> {
    let location = store::access::find_location(tx, id).await?.ok_or(NO_LOCATION)?;
    let organisation = store::directory::find_organisation(tx, location.organisation).await?.ok_or(NO_LOCATION)?;
    permit(op, action, &organisation)?;
    Ok(Loaded { location, organisation })
}

/// As [`load`], for a change of one that was seen: the actor's second factor must be fresh [SES-8].
pub(super) async fn load_to_change(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    action: Action,
    seen: SeenLocation,
) -> Result<Loaded> {
    let loaded = load(tx, op, action, seen.id).await?;
    require_fresh_factor(app, op)?;
    if loaded.location.version != seen.version {
        return Err(changed_meanwhile());
    }
    Ok(loaded)
}

/// As [`load_to_change`], for what both do who may ask for named locations and who approve them; says in which capacity.
pub(super) async fn load_to_keep(app: &App, tx: &mut Tx, op: &Op, seen: SeenLocation) -> Result<(Loaded, Authority)> {
    match load_to_change(app, tx, op, Action::ApproveNamedLocation, seen).await {
        Ok(loaded) => Ok((loaded, Authority::Approver)),
        Err(Error::Forbidden(_)) => {
            let loaded = load_to_change(app, tx, op, Action::RequestNamedLocation, seen).await?;
            Ok((loaded, Authority::Requester))
        }
        Err(error) => Err(error),
    }
}

/// Permits `action` for an organisation's named locations.
pub(super) fn permit(op: &Op, action: Action, organisation: &Organisation) -> Result<()> {
    op.require(action, &Target::organisation(&organisation.path)).map_err(|denied| match denied {
        Denied::Unseen => NO_LOCATION,
        Denied::Forbidden(_) => Error::from(denied),
    })
}

/// Who acts: a person, so that it can be said that two were needed.
pub(super) fn person(op: &Op) -> Result<AccountId> {
    let no_person = || Error::Forbidden("only somebody who has signed in does this".to_owned());
    op.account().map(|actor| actor.id).ok_or_else(no_person)
}

/// Takes the prerequisites that somebody confirmed.
///
/// # Errors
/// Unless all of them are.
pub(super) fn confirmed(given: &[Prerequisite]) -> Result<Confirmed> {
    let unconfirmed = "Confirm each of these points. Do not go on while one of them is not so";
    Prerequisite::confirm(given).map_err(|_| Error::invalid("checks", unconfirmed))
}

/// Saves where a location stands now, and appends what happened.
///
/// # Errors
/// `Conflict` when somebody else was faster.
pub(super) async fn save(tx: &mut Tx, op: &Op, location: &NamedLocation, event: Event) -> Result<()> {
    if !store::access::save_location(tx, location).await? {
        return Err(changed_meanwhile());
    }
    store::audit::append(tx, op, Some(location.organisation), event).await?;
    Ok(())
}

/// News of a named location.
pub(super) struct News<'a> {
    pub(super) kind: MessageKind,
    pub(super) loaded: &'a Loaded,
    /// Whether it is about a change of one in force.
    pub(super) change: bool,
    /// Why it was rejected.
    pub(super) reason: Option<&'a str>,
}

/// Writes news to each of some people, once.
pub(super) async fn tell(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    people: impl IntoIterator<Item = AccountId>,
    news: &News<'_>,
) -> Result<()> {
    for to in people.into_iter().collect::<BTreeSet<_>>() {
        let location = AboutLocation {
            name: news.loaded.location.name.to_string(),
            organisation: news.loaded.organisation.name.clone(),
            change: news.change,
            reason: news.reason.map(str::to_owned),
            until: None,
        };
        notify(app, tx, op, Notice { location: Some(location), ..Notice::new(news.kind, to) }).await?;
    }
    Ok(())
}

impl From<CannotMove> for Error {
    fn from(why: CannotMove) -> Self {
        Self::Conflict(why.to_string())
    }
}

/// Somebody changed the location after the page was drawn that this comes from.
pub(super) fn changed_meanwhile() -> Error {
    Error::Conflict("This named location was changed after the page was opened. Go back and look again.".to_owned())
}
