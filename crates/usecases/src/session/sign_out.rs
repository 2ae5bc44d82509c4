//! Signing out.

use wardkey_domain::op::Op;
use wardkey_domain::session::EndedWhy;
use wardkey_store as store;

use crate::session::end_in;
use crate::{App, Error, Result};

/// Ends the session that asks, and tells the applications that it reached [OpenID Connect Back-Channel Logout 1.0].
pub async fn sign_out(app: &App, op: &Op) -> Result<()> {
    let actor = op.account().ok_or(Error::NotFound("session"))?;
    let mut tx = app.store().begin().await?;
    if let Some(session) = store::session::session(&mut tx, actor.session).await? {
        end_in(&mut tx, op, &session, EndedWhy::SignedOut).await?;
    }
    tx.commit().await?;
    Ok(())
}
