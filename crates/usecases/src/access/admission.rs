//! Whether a session that goes on is enough for where it leads now.

use wardkey_domain::access::{Admission, SignInRequest, evaluate};
use wardkey_domain::op::Op;
use wardkey_domain::session::Session;
use wardkey_store::Tx;

use super::policies;
use super::record::{known_of_session, record_sign_in};
use crate::{App, Result};

/// Whether a session is enough for what a request leads to, by the connection of this request [CA-12].
pub(crate) async fn admission(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    session: &Session,
    request: &SignInRequest,
) -> Result<Admission> {
    let Some(known) = known_of_session(app, tx, op, session, request).await? else { return Ok(Admission::Blocked) };
    let policies = policies(app, tx, op.now).await?;
    Ok(evaluate(&policies, &known.signals()).admits(session, op.now))
}

/// Whether a session may go on in our own pages, by the connection of this request.
pub(crate) async fn may_go_on(app: &App, tx: &mut Tx, op: &Op, session: &Session) -> Result<bool> {
    let portal = SignInRequest::portal();
    let Some(known) = known_of_session(app, tx, op, session, &portal).await? else { return Ok(false) };
    let policies = policies(app, tx, op.now).await?;
    Ok(evaluate(&policies, &known.signals()).lets_go_on(session, op.now) == Admission::Admitted)
}

/// As [`admission`], and keeps what was decided unless it leads to a sign-in, which keeps it itself. In a transaction that writes.
pub(crate) async fn admit(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    session: &Session,
    request: &SignInRequest,
) -> Result<Admission> {
    let Some(known) = known_of_session(app, tx, op, session, request).await? else { return Ok(Admission::Blocked) };
    let policies = policies(app, tx, op.now).await?;
    let admission = evaluate(&policies, &known.signals()).admits(session, op.now);
    if admission != Admission::SignIn {
        record_sign_in(app, tx, op, known).await?;
    }
    Ok(admission)
}
