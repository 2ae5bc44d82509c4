//! Whether a session that goes on is enough for where it leads now.

use wardkey_domain::access::{Admission, SignInRequest, evaluate};
use wardkey_domain::op::Op;
use wardkey_domain::session::Session;
use wardkey_store::{self as store, Tx};

use super::{account_facts, connection, policies};
use crate::{App, Result};

/// Whether a session is enough for what a request leads to, by the connection of this request [CA-12].
pub(crate) async fn admission(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    session: &Session,
    request: &SignInRequest,
) -> Result<Admission> {
    let Some(account) = store::directory::find_account(tx, session.account()).await? else {
        return Ok(Admission::Blocked);
    };
    let facts = account_facts(tx, op, &account).await?;
    let connection = connection(app, tx, op, account.id).await?;
    let policies = policies(app, tx, op.now).await?;
    Ok(evaluate(&policies, &facts.signals(request, connection)).admits(session, op.now))
}
