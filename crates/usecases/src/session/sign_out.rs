//! Signing out.

use wardkey_domain::audit::Event;
use wardkey_domain::op::Op;
use wardkey_domain::session::EndedWhy;
use wardkey_store as store;

use crate::{App, Error, Result};

/// Ends the session that asks, and tells the applications that it reached [OpenID Connect Back-Channel Logout 1.0].
pub async fn sign_out(app: &App, op: &Op) -> Result<()> {
    let actor = op.account().ok_or(Error::NotFound("session"))?;
    let mut tx = app.store().begin().await?;
    if store::session::end_session(&mut tx, actor.session, EndedWhy::SignedOut, op.now).await? {
        crate::application::revoke_session_grants(&mut tx, op, actor.session).await?;
        let event = Event::SessionEnded { session: actor.session, account: actor.id, why: EndedWhy::SignedOut.as_str().into() };
        store::audit::append(&mut tx, op, Some(actor.organisation), event).await?;
    }
    tx.commit().await?;
    Ok(())
}
