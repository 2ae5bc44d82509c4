//! Each query once, on both engines.

use serde_json::json;
use wardkey_domain::factor::webauthn::{CHALLENGE_BYTES, KeyChallenge};
use wardkey_domain::id::{FlowId, RequestId};
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::signin::{Flow, SignInRequest, SignInRules};
use wardkey_domain::time::Timestamp;

use super::*;
use crate::both_engines;

fn op(second: i64) -> Op {
    let now = Timestamp::from_seconds(1_700_000_000 + second);
    Op { now, actor: Actor::Anonymous, origin: Origin::default(), request: RequestId::new(now, [0; 10]) }
}

fn begun(number: u8) -> Flow {
    let id = FlowId::new(op(0).now, [number; 10]);
    let challenge = KeyChallenge::new([1; CHALLENGE_BYTES]);
    Flow::begin(&op(0), &SignInRules::default(), id, SignInRequest::portal(), challenge)
}

fn token(number: u8) -> TokenHash {
    TokenHash::from_bytes([number; 32])
}

both_engines!(a_flow_comes_back_as_it_was_saved, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_flow(&mut tx, &begun(1), &token(1), json!({"to": "portal"})).await.unwrap();
    let stored = flow(&mut tx, &token(1)).await.unwrap().unwrap();
    let resumed = Flow::resume(&op(1), &stored.saved).unwrap();
    assert_eq!((resumed.id(), stored.version), (begun(1).id(), 1));
    assert_eq!(stored.destination, json!({"to": "portal"}));
    assert!(flow(&mut tx, &token(2)).await.unwrap().is_none());
    tx.commit().await.unwrap();
});

both_engines!(of_two_inputs_at_once_one_moves_the_flow_on, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_flow(&mut tx, &begun(1), &token(1), json!({})).await.unwrap();
    assert!(save_flow(&mut tx, &begun(1), 1).await.unwrap());
    assert!(!save_flow(&mut tx, &begun(1), 1).await.unwrap());
    assert!(!delete_flow(&mut tx, begun(1).id(), 1).await.unwrap());
    assert!(delete_flow(&mut tx, begun(1).id(), 2).await.unwrap());
    assert!(flow(&mut tx, &token(1)).await.unwrap().is_none());
    tx.commit().await.unwrap();
});

both_engines!(a_flow_moved_to_another_row_does_not_open, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_flow(&mut tx, &begun(1), &token(1), json!({})).await.unwrap();
    insert_flow(&mut tx, &begun(2), &token(2), json!({})).await.unwrap();
    tx.exec(
        "UPDATE flows SET sealed = (SELECT sealed FROM flows WHERE id = $1) WHERE id = $2",
        crate::args![begun(1).id(), begun(2).id()],
    )
    .await
    .unwrap();
    assert!(flow(&mut tx, &token(2)).await.is_err());
});

both_engines!(expired_flows_are_deleted, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_flow(&mut tx, &begun(1), &token(1), json!({})).await.unwrap();
    assert_eq!(delete_flows_over(&mut tx, begun(1).expires_at()).await.unwrap(), 0);
    assert_eq!(delete_flows_over(&mut tx, op(86_400).now).await.unwrap(), 1);
    tx.commit().await.unwrap();
});
