//! The engine's move, with the policies in force.

use wardkey_domain::op::Op;
use wardkey_domain::signin::{Event, Flow, Step};
use wardkey_store::Tx;

use crate::{App, Result, access};

/// Moves a flow on by an event.
pub(super) async fn step(app: &App, op: &Op, tx: &mut Tx, flow: Flow, event: Event) -> Result<Step> {
    let policies = access::policies(app, tx, op.now).await?;
    Ok(flow.step(op, &app.settings().signin, &policies, event))
}
