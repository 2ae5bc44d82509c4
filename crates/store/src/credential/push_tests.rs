//! Apps that are asked, on both engines.

use std::time::Duration;

use uuid::Uuid;
use wardkey_domain::credential::{Credential, CredentialState, Label, NetworkPrefix};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::push::{
    AppKey, BINDING_BYTES, BindingCode, ContextText, MatchNumber, NewBinding, OpenRequest, Pace, PushStanding,
};
use wardkey_domain::id::{AccountId, CredentialId, FlowId, KeyId, OrganisationId, PushRequestId};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::*;
use crate::{Store, StoreError, Tx, both_engines};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const MINUTE: Duration = Duration::from_secs(60);

fn account() -> AccountId {
    AccountId::new(NOW, [1; 10])
}

fn organisation() -> OrganisationId {
    OrganisationId::new(NOW, [2; 10])
}

fn id(number: u8) -> CredentialId {
    CredentialId::new(NOW, [number; 10])
}

fn holder() -> Uuid {
    Uuid::from_u128(7)
}

fn key(byte: u8) -> AppKey {
    let mut point = [byte; 65];
    point[0] = 4;
    AppKey::parse(&point).unwrap()
}

fn secret(byte: u8) -> Secret<Vec<u8>> {
    Secret::new(vec![byte; 20])
}

fn binding(number: u8) -> NewBinding {
    let code = BindingCode::new([number; BINDING_BYTES]);
    NewBinding { credential: id(number), code, expires_at: NOW.plus(10 * MINUTE) }
}

fn network(last: u8) -> NetworkPrefix {
    NetworkPrefix::of([192, 0, last, 1].into())
}

async fn offer(tx: &mut Tx, binding: &NewBinding, moves: bool) {
    let offered = OfferedBinding { binding, account: account(), organisation: organisation(), holder: holder(), moves };
    offer_binding(tx, &offered, NOW).await.unwrap();
}

async fn bind(tx: &mut Tx, binding: &NewBinding, byte: u8, now: Timestamp) -> Option<BoundApp> {
    bind_app(tx, &binding.code.hash(), &key(byte), "Work phone", &secret(byte), now).await.unwrap()
}

fn subscription(name: &str) -> StoredSubscription {
    StoredSubscription { endpoint: format!("https://push.example/{name}"), p256dh: "BP".into(), auth: "aa".into() }
}

fn credential(number: u8) -> Credential {
    Credential {
        id: id(number),
        account: account(),
        organisation: organisation(),
        kind: FactorKind::Push,
        label: Label::parse("Phone").unwrap(),
        state: CredentialState::Active,
        is_default: true,
        created_at: NOW,
        last_used_at: None,
        version: 1,
    }
}

fn request(number: u8, credential: CredentialId) -> OpenRequest {
    OpenRequest {
        id: PushRequestId::new(NOW, [number; 10]),
        credential,
        nonce: [number; 32],
        context: ContextText::new(format!("{{\"at\":{number}}}")),
        number: MatchNumber::parse("42").unwrap(),
        expires_at: NOW.plus(5 * MINUTE),
    }
}

async fn ask(tx: &mut Tx, open: &OpenRequest, known: bool) {
    ask_as(tx, open, known, false).await;
}

async fn ask_as(tx: &mut Tx, open: &OpenRequest, known: bool, joining: bool) {
    let new = NewPushRequest {
        open,
        account: account(),
        organisation: organisation(),
        flow: Some(FlowId::new(NOW, [8; 10])),
        joining,
        known,
        network: Some(network(2)),
    };
    insert_push_request(tx, &new, NOW).await.unwrap();
}

both_engines!(a_binding_code_is_spent_once_in_time_and_a_new_one_voids_it, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let (first, second) = (binding(1), binding(2));
    offer(&mut tx, &first, false).await;
    let standing = binding_standing(&mut tx, id(1), holder()).await.unwrap().unwrap();
    assert_eq!((standing.device, standing.code), (None, Some(first.code.clone())));
    assert_eq!(binding_standing(&mut tx, id(1), Uuid::from_u128(8)).await.unwrap(), None, "somebody else's");
    offer(&mut tx, &second, false).await;
    assert_eq!(bind(&mut tx, &first, 1, NOW).await, None, "a newer one voids it");
    assert_eq!(bind(&mut tx, &second, 1, second.expires_at).await, None, "too late");
    let bound = bind(&mut tx, &second, 1, NOW).await.unwrap();
    assert_eq!((bound.credential, bound.account, bound.organisation), (id(2), account(), organisation()));
    assert_eq!(bind(&mut tx, &second, 2, NOW).await, None, "it is good once");
    let standing = binding_standing(&mut tx, id(2), holder()).await.unwrap().unwrap();
    assert_eq!(standing.device.as_deref(), Some("Work phone"));
    let apps = list_apps(&mut tx, id(2)).await.unwrap();
    assert_eq!(apps.iter().map(|app| (app.key, app.joining)).collect::<Vec<_>>(), [(key(1), true)]);
    save_subscription(&mut tx, &apps[0], &subscription("1"), NOW).await.unwrap();
    assert_eq!(find_subscription(&mut tx, id(2)).await.unwrap(), None, "not before it is enrolled");
    assert!(take_binding(&mut tx, id(2), Uuid::from_u128(8)).await.unwrap().is_none());
    let asked = request(3, id(2)).id;
    assert!(set_binding_request(&mut tx, id(2), holder(), asked).await.unwrap());
    assert!(!set_binding_request(&mut tx, id(2), Uuid::from_u128(8), asked).await.unwrap());
    let standing = binding_standing(&mut tx, id(2), holder()).await.unwrap().unwrap();
    assert_eq!((standing.request, standing.code), (Some(asked), None), "a used code is not shown again");
    let taken = take_binding(&mut tx, id(2), holder()).await.unwrap().unwrap();
    assert_eq!((taken.key, taken.device.as_str(), taken.moves), (key(1), "Work phone", false));
    assert_eq!((taken.secret, taken.subscription), (secret(1), Some(subscription("1"))));
    assert!(take_binding(&mut tx, id(2), holder()).await.unwrap().is_none());
    assert!(list_apps(&mut tx, id(2)).await.unwrap().is_empty());
});

both_engines!(bindings_that_nobody_used_are_forgotten, |store| async move {
    let mut tx = store.begin().await.unwrap();
    offer(&mut tx, &binding(1), false).await;
    let asked = request(4, id(1));
    ask_as(&mut tx, &asked, true, true).await;
    let sign_in = request(5, id(1));
    ask(&mut tx, &sign_in, true).await;
    offer(&mut tx, &binding(1), false).await;
    assert_eq!(push_standing(&mut tx, asked.id).await.unwrap(), PushStanding::TakenBack, "its app is out");
    assert_eq!(push_standing(&mut tx, sign_in.id).await.unwrap(), PushStanding::Open);
    assert_eq!(delete_bindings_over(&mut tx, NOW).await.unwrap(), 0);
    assert_eq!(delete_bindings_over(&mut tx, NOW.plus(11 * MINUTE)).await.unwrap(), 1);
    offer(&mut tx, &binding(1), false).await;
    assert_eq!(delete_bindings(&mut tx, account()).await.unwrap(), 1);
});

both_engines!(an_app_that_moved_has_another_key_and_another_secret, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_credential(&mut tx, &credential(1), Some(&secret(1)), None).await.unwrap();
    set_app_key(&mut tx, id(1), &key(1)).await.unwrap();
    offer(&mut tx, &binding(1), true).await;
    bind(&mut tx, &binding(1), 2, NOW).await.unwrap();
    let keys: Vec<_> = list_apps(&mut tx, id(1)).await.unwrap().iter().map(|app| (app.key, app.joining)).collect();
    assert_eq!(keys, [(key(1), false), (key(2), true)], "the old one works until the new one has answered");
    let taken = take_binding(&mut tx, id(1), holder()).await.unwrap().unwrap();
    assert!(taken.moves);
    assert!(move_app(&mut tx, &credential(1), &taken.key, &taken.secret, NOW).await.unwrap());
    assert!(!move_app(&mut tx, &credential(1), &key(3), &secret(3), NOW).await.unwrap(), "changed meanwhile");
    let apps = list_apps(&mut tx, id(1)).await.unwrap();
    assert_eq!(apps.iter().map(|app| (app.key, app.joining)).collect::<Vec<_>>(), [(key(2), false)]);
    assert_eq!(find_totp(&mut tx, id(1)).await.unwrap().unwrap().seed, secret(2));
    save_subscription(&mut tx, &apps[0], &subscription("1"), NOW).await.unwrap();
    save_subscription(&mut tx, &apps[0], &subscription("2"), NOW).await.unwrap();
    assert_eq!(find_subscription(&mut tx, id(1)).await.unwrap(), Some(subscription("2")));
    // An answer of the push service about the first one comes late.
    assert!(!delete_dead_subscription(&mut tx, id(1), &subscription("1")).await.unwrap());
    assert_eq!(find_subscription(&mut tx, id(1)).await.unwrap(), Some(subscription("2")));
    assert!(delete_dead_subscription(&mut tx, id(1), &subscription("2")).await.unwrap());
    save_subscription(&mut tx, &apps[0], &subscription("3"), NOW).await.unwrap();
    assert!(delete_subscription(&mut tx, id(1)).await.unwrap());
    assert!(!delete_subscription(&mut tx, id(1)).await.unwrap());
});

both_engines!(a_credential_that_is_removed_is_woken_and_asked_no_more, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_credential(&mut tx, &credential(1), Some(&secret(1)), None).await.unwrap();
    set_app_key(&mut tx, id(1), &key(1)).await.unwrap();
    let apps = list_apps(&mut tx, id(1)).await.unwrap();
    save_subscription(&mut tx, &apps[0], &subscription("1"), NOW).await.unwrap();
    ask(&mut tx, &request(1, id(1)), true).await;
    let removed = Credential { state: CredentialState::Removed { at: NOW }, is_default: false, ..credential(1) };
    let changed_meanwhile = Credential { version: 2, ..removed.clone() };
    assert!(!save_credential(&mut tx, &changed_meanwhile).await.unwrap());
    assert_eq!(push_standing(&mut tx, request(1, id(1)).id).await.unwrap(), PushStanding::Open);
    assert!(save_credential(&mut tx, &removed).await.unwrap());
    assert!(list_apps(&mut tx, id(1)).await.unwrap().is_empty());
    assert_eq!(find_subscription(&mut tx, id(1)).await.unwrap(), None);
    assert_eq!(push_standing(&mut tx, request(1, id(1)).id).await.unwrap(), PushStanding::TakenBack);
});

both_engines!(a_request_takes_one_answer_and_keeps_no_secret_after_it, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let open = request(1, id(1));
    ask(&mut tx, &open, true).await;
    let app =
        StoredApp { credential: id(1), account: account(), organisation: organisation(), key: key(1), joining: false };
    let listed = list_push_requests(&mut tx, &app, NOW).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].open.nonce, &listed[0].open.context, listed[0].known), (open.nonce, &open.context, true));
    assert!(listed[0].open.number.is(open.number));
    assert!(list_push_requests(&mut tx, &StoredApp { joining: true, ..app }, NOW).await.unwrap().is_empty());
    assert!(list_push_requests(&mut tx, &app, open.expires_at).await.unwrap().is_empty());
    assert_eq!(push_standing(&mut tx, open.id).await.unwrap(), PushStanding::Open);
    assert!(find_push_request(&mut tx, open.id).await.unwrap().is_some());
    assert!(settle_push_request(&mut tx, open.id, PushStanding::Approved, None, NOW).await.unwrap());
    assert!(!settle_push_request(&mut tx, open.id, PushStanding::Refused, None, NOW).await.unwrap());
    assert_eq!(push_standing(&mut tx, open.id).await.unwrap(), PushStanding::Approved);
    assert!(find_push_request(&mut tx, open.id).await.unwrap().is_none());
    let rows = tx.all("SELECT sealed_details FROM push_requests", crate::args![]).await.unwrap();
    assert!(rows.iter().all(|row| row.get::<Option<Vec<u8>>>("sealed_details").unwrap().is_none()));
    assert_eq!(push_standing(&mut tx, request(9, id(1)).id).await.unwrap(), PushStanding::TakenBack);
    ask(&mut tx, &request(2, id(1)), true).await;
    assert_eq!(take_back_push_requests(&mut tx, id(1), NOW).await.unwrap(), 1);
    assert_eq!(push_standing(&mut tx, request(2, id(1)).id).await.unwrap(), PushStanding::TakenBack);
    assert_eq!(delete_push_requests_over(&mut tx, NOW.plus(6 * MINUTE)).await.unwrap(), 2);
});

both_engines!(requests_of_browsers_that_are_not_known_are_found, |store| async move {
    let mut tx = store.begin().await.unwrap();
    ask(&mut tx, &request(1, id(1)), true).await;
    ask(&mut tx, &request(2, id(1)), false).await;
    let unknown = list_unknown_push_requests(&mut tx, account(), NOW).await.unwrap();
    assert_eq!(unknown.iter().map(|request| request.id).collect::<Vec<_>>(), [request(2, id(1)).id]);
    assert!(list_unknown_push_requests(&mut tx, account(), NOW.plus(5 * MINUTE)).await.unwrap().is_empty());
});

both_engines!(nodes, two_nodes_answer_one_request_once, |first, second| async move {
    for number in 0..10 {
        let mut tx = first.begin().await.unwrap();
        ask(&mut tx, &request(number, id(1)), true).await;
        tx.commit().await.unwrap();
        let mut answers = tokio::task::JoinSet::new();
        for (node, standing) in [
            (&first, PushStanding::Approved),
            (&second, PushStanding::Refused),
            (&first, PushStanding::WrongNumber),
            (&second, PushStanding::Approved),
        ] {
            let node: Store = node.clone();
            answers.spawn(async move {
                loop {
                    let settled = async {
                        let mut tx = node.begin().await?;
                        let id = request(number, id(1)).id;
                        let settled = settle_push_request(&mut tx, id, standing, None, NOW).await?;
                        tx.commit().await?;
                        Ok::<_, StoreError>(settled)
                    };
                    match settled.await {
                        Err(StoreError::Busy(_)) => {}
                        settled => return settled.unwrap(),
                    }
                }
            });
        }
        let counted = answers.join_all().await.into_iter().filter(|counted| *counted).count();
        assert_eq!(counted, 1);
    }
});

both_engines!(known_and_unknown_browsers_have_a_pace_each, |store| async move {
    let mut tx = store.begin().await.unwrap();
    assert_eq!(lock_pace(&mut tx, account(), organisation(), true).await.unwrap(), Pace::default());
    let pace = Pace { asked: 4, again_at: Some(NOW), hour: 3, in_hour: 2 };
    save_pace(&mut tx, account(), true, pace).await.unwrap();
    assert_eq!(lock_pace(&mut tx, account(), organisation(), true).await.unwrap(), pace);
    assert_eq!(lock_pace(&mut tx, account(), organisation(), false).await.unwrap(), Pace::default());
});

both_engines!(a_network_is_refused_for_a_while, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let mac = network_mac(&tx, network(2));
    refuse_network(&mut tx, account(), organisation(), &mac, NOW.plus(MINUTE)).await.unwrap();
    refuse_network(&mut tx, account(), organisation(), &mac, NOW.plus(2 * MINUTE)).await.unwrap();
    let other = AccountId::new(NOW, [9; 10]);
    for (whose, from, when, refused) in [
        (account(), network(2), NOW.plus(MINUTE), true),
        (account(), network(2), NOW.plus(2 * MINUTE), false),
        (account(), network(3), NOW, false),
        (other, network(2), NOW, false),
    ] {
        assert_eq!(is_network_refused(&mut tx, whose, from, when).await.unwrap(), refused);
    }
    assert_eq!(delete_refused_networks_over(&mut tx, NOW.plus(2 * MINUTE)).await.unwrap(), 1);
});

both_engines!(push_services_know_us_by_one_key, |store| async move {
    let mut tx = store.begin().await.unwrap();
    assert!(find_vapid_key(&mut tx).await.unwrap().is_none());
    insert_vapid_key(&mut tx, KeyId::new(NOW, [1; 10]), &secret(1), NOW).await.unwrap();
    insert_vapid_key(&mut tx, KeyId::new(NOW, [2; 10]), &secret(2), NOW).await.unwrap();
    assert_eq!(find_vapid_key(&mut tx).await.unwrap(), Some(secret(1)));
});
