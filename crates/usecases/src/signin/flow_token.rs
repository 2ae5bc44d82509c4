//! The token by which a browser holds on to its sign-in in progress.

use wardkey_domain::op::Op;
use wardkey_domain::secret::TokenHash;
use wardkey_domain::signin::{Flow, Refusal};
use wardkey_store::Tx;
use wardkey_store::signin as rows;

use crate::Result;
use crate::signin::Destination;

/// A flow taken up from the store.
pub(super) struct Resumed {
    pub(super) flow: Flow,
    pub(super) version: i64,
    pub(super) destination: Destination,
}

/// Takes up the flow of a browser's token. The inner error is for a token that belongs to no flow, or to one that expired.
pub(super) async fn resume(tx: &mut Tx, op: &Op, token: &str) -> Result<std::result::Result<Resumed, Refusal>> {
    let Some(stored) = rows::flow(tx, &TokenHash::of(token)).await? else {
        return Ok(Err(Refusal::FlowExpired));
    };
    if stored.is_reported {
        return Ok(Err(Refusal::Reported));
    }
    let Ok(destination) = serde_json::from_value(stored.destination) else {
        return Ok(Err(Refusal::FlowExpired));
    };
    Ok(Flow::resume(op, &stored.saved).map(|flow| Resumed { flow, version: stored.version, destination }))
}
