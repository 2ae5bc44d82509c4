//! Ending sessions from the list of one's own.

use wardkey_domain::audit::Event;
use wardkey_domain::id::SessionId;
use wardkey_domain::op::Op;
use wardkey_domain::session::{EndedWhy, Session};
use wardkey_store::{self as store, Tx};

use crate::{App, Error, Result};

/// Ends a session, with what applications were granted in it, within a transaction that does more.
pub(crate) async fn end_in(tx: &mut Tx, op: &Op, session: &Session, why: EndedWhy) -> Result<()> {
    if store::session::end_session(tx, session.id(), why, op.now).await? {
        crate::application::revoke_session_grants(tx, op, session.id()).await?;
        let event = Event::SessionEnded { session: session.id(), account: session.account(), why: why.as_str().into() };
        store::audit::append(tx, op, Some(session.facts().organisation), event).await?;
    }
    Ok(())
}

/// Ends one of the actor's own sessions, whichever it is [SES-7].
pub async fn end(app: &App, op: &Op, id: SessionId) -> Result<()> {
    let actor = op.account().ok_or(Error::NotFound("session"))?;
    let mut tx = app.store().begin().await?;
    let session = store::session::session(&mut tx, id)
        .await?
        .filter(|session| session.account() == actor.id)
        .ok_or(Error::NotFound("session"))?;
    end_in(&mut tx, op, &session, EndedWhy::EndedByPerson).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends all of the actor's own sessions but the one that asks, and what was remembered of other browsers [SES-5]. Returns how many
/// there were.
pub async fn end_all_others(app: &App, op: &Op) -> Result<usize> {
    let actor = op.account().ok_or(Error::NotFound("session"))?;
    let mut tx = app.store().begin().await?;
    let why = EndedWhy::EndedByPerson;
    let here = store::session::session(&mut tx, actor.session).await?.map(|session| session.facts().device);
    store::credential::end_memories(&mut tx, actor.id, here).await?;
    let ended = store::session::end_account_sessions(&mut tx, actor.id, Some(actor.session), why, op.now).await?;
    for session in &ended {
        crate::application::revoke_session_grants(&mut tx, op, *session).await?;
        let event = Event::SessionEnded { session: *session, account: actor.id, why: why.as_str().into() };
        store::audit::append(&mut tx, op, Some(actor.organisation), event).await?;
    }
    tx.commit().await?;
    Ok(ended.len())
}

/// Ends all of the actor's own sessions, this one, too; no browser is remembered any more [SES-5, SES-7].
pub async fn sign_out_everywhere(app: &App, op: &Op) -> Result<()> {
    end_all_others(app, op).await?;
    let actor = op.account().ok_or(Error::NotFound("session"))?;
    let mut tx = app.store().begin().await?;
    store::credential::end_memories(&mut tx, actor.id, None).await?;
    tx.commit().await?;
    super::sign_out(app, op).await
}
