//! Ending sessions from the list of one's own.

use wardkey_domain::audit::Event;
use wardkey_domain::id::SessionId;
use wardkey_domain::op::Op;
use wardkey_domain::session::EndedWhy;
use wardkey_store as store;

use crate::{App, Error, Result};

/// Ends one of the actor's own sessions, whichever it is [SES-7].
pub async fn end(app: &App, op: &Op, id: SessionId) -> Result<()> {
    let actor = op.account().ok_or(Error::NotFound("session"))?;
    let mut tx = app.store().begin().await?;
    let session = store::session::session(&mut tx, id)
        .await?
        .filter(|session| session.account() == actor.id)
        .ok_or(Error::NotFound("session"))?;
    store::session::end_session(&mut tx, id, EndedWhy::EndedByPerson, op.now).await?;
    crate::application::revoke_session_grants(&mut tx, op, id).await?;
    let event = Event::SessionEnded { session: id, account: actor.id, why: EndedWhy::EndedByPerson.as_str().into() };
    store::audit::append(&mut tx, op, Some(session.facts().organisation), event).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends all of the actor's own sessions but the one that asks. Returns how many there were.
pub async fn end_all_others(app: &App, op: &Op) -> Result<usize> {
    let actor = op.account().ok_or(Error::NotFound("session"))?;
    let mut tx = app.store().begin().await?;
    let why = EndedWhy::EndedByPerson;
    let ended = store::session::end_account_sessions(&mut tx, actor.id, Some(actor.session), why, op.now).await?;
    for session in &ended {
        crate::application::revoke_session_grants(&mut tx, op, *session).await?;
        let event = Event::SessionEnded { session: *session, account: actor.id, why: why.as_str().into() };
        store::audit::append(&mut tx, op, Some(actor.organisation), event).await?;
    }
    tx.commit().await?;
    Ok(ended.len())
}
