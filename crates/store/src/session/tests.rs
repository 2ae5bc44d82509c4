//! Each query once, on both engines.

use std::time::Duration;

use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{AccountId, DeviceId, OrganisationId, SessionId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::session::{EndedWhy, ProofRecord, SavedSession, Session};
use wardkey_domain::time::Timestamp;

use super::*;
use crate::both_engines;

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_700_000_000 + second)
}

fn account(number: u8) -> AccountId {
    AccountId::new(at(0), [number; 10])
}

fn token(number: u8) -> TokenHash {
    TokenHash::from_bytes([number; 32])
}

fn sample(number: u8, owner: u8) -> Session {
    Session::restore(SavedSession {
        id: SessionId::new(at(i64::from(number)), [number; 10]),
        account: account(owner),
        organisation: OrganisationId::new(at(0), [9; 10]),
        device: DeviceId::new(at(0), [8; 10]),
        proofs: vec![ProofRecord { factor: FactorKind::Totp, credential: None, at: at(1), is_enrolment: false }],
        started_at: at(i64::from(number)),
        seen_at: at(i64::from(number)),
        expires_at: at(i64::from(number)).plus(Duration::from_secs(86_400)),
        idle: None,
        browser: Some("Firefox on Linux".to_owned()),
        address: Some("2001:db8::1".parse().unwrap()),
    })
}

both_engines!(a_session_is_found_by_its_token_until_it_ends, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let session_1 = sample(1, 1);
    insert_session(&mut tx, &session_1, &token(1)).await.unwrap();
    assert_eq!(session_by_token(&mut tx, &token(1)).await.unwrap(), Some(session_1.clone()));
    assert_eq!(session_by_token(&mut tx, &token(2)).await.unwrap(), None);
    assert_eq!(session(&mut tx, session_1.id()).await.unwrap(), Some(session_1.clone()));
    assert!(end_session(&mut tx, session_1.id(), EndedWhy::SignedOut, at(5)).await.unwrap());
    assert!(!end_session(&mut tx, session_1.id(), EndedWhy::SignedOut, at(6)).await.unwrap());
    assert_eq!(session_by_token(&mut tx, &token(1)).await.unwrap(), None);
    tx.commit().await.unwrap();
});

both_engines!(an_accounts_sessions_end_together_but_for_one, |store| async move {
    let mut tx = store.begin().await.unwrap();
    for (number, owner) in [(1, 1), (2, 1), (3, 1), (4, 2)] {
        insert_session(&mut tx, &sample(number, owner), &token(number)).await.unwrap();
    }
    let listed = list_sessions(&mut tx, account(1), at(10)).await.unwrap();
    assert_eq!(listed.iter().map(Session::id).collect::<Vec<_>>(), [3, 2, 1].map(|n| sample(n, 1).id()));
    assert!(list_sessions(&mut tx, account(1), at(200_000)).await.unwrap().is_empty());

    let except = Some(sample(2, 1).id());
    let mut ended = end_account_sessions(&mut tx, account(1), except, EndedWhy::EndedByPerson, at(10)).await.unwrap();
    ended.sort();
    assert_eq!(ended, [sample(1, 1).id(), sample(3, 1).id()]);
    let ended = end_account_sessions(&mut tx, account(1), None, EndedWhy::PasswordChanged, at(11)).await.unwrap();
    assert_eq!(ended, [sample(2, 1).id()]);
    assert!(session_by_token(&mut tx, &token(4)).await.unwrap().is_some());
    tx.commit().await.unwrap();
});

both_engines!(a_refreshed_session_leaves_its_old_token_behind, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_session(&mut tx, &sample(1, 1), &token(1)).await.unwrap();
    let proofs = vec![ProofRecord { factor: FactorKind::Totp, credential: None, at: at(500), is_enrolment: false }];
    let refreshed = Session::restore(SavedSession { proofs, seen_at: at(500), ..sample(1, 1).facts().clone() });
    assert!(refresh_session(&mut tx, &refreshed, &token(2)).await.unwrap());
    assert_eq!(session_by_token(&mut tx, &token(1)).await.unwrap(), None);
    assert_eq!(session_by_token(&mut tx, &token(2)).await.unwrap(), Some(refreshed.clone()));
    end_session(&mut tx, refreshed.id(), EndedWhy::SignedOut, at(501)).await.unwrap();
    assert!(!refresh_session(&mut tx, &refreshed, &token(3)).await.unwrap());
    tx.commit().await.unwrap();
});

both_engines!(the_sessions_of_a_browser_are_found, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let elsewhere = SavedSession { device: DeviceId::new(at(1), [1; 10]), ..sample(3, 1).facts().clone() };
    for (number, session) in [(1, sample(1, 1)), (2, sample(2, 2)), (3, Session::restore(elsewhere))] {
        insert_session(&mut tx, &session, &token(number)).await.unwrap();
    }
    end_session(&mut tx, sample(1, 1).id(), EndedWhy::SignedOut, at(5)).await.unwrap();
    let found = list_device_sessions(&mut tx, sample(1, 1).facts().device, at(5)).await.unwrap();
    assert_eq!(found, [sample(2, 2)]);
    assert!(list_device_sessions(&mut tx, sample(1, 1).facts().device, at(200_000)).await.unwrap().is_empty());
    tx.commit().await.unwrap();
});

both_engines!(a_use_is_noted_and_never_goes_back, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_session(&mut tx, &sample(1, 1), &token(1)).await.unwrap();
    touch_session(&mut tx, sample(1, 1).id(), at(90)).await.unwrap();
    touch_session(&mut tx, sample(1, 1).id(), at(60)).await.unwrap();
    let found = session_by_token(&mut tx, &token(1)).await.unwrap().unwrap();
    assert_eq!(found.facts().seen_at, at(90));
    tx.commit().await.unwrap();
});

both_engines!(sessions_past_their_limit_are_deleted, |store| async move {
    let mut tx = store.begin().await.unwrap();
    for number in [1, 2] {
        insert_session(&mut tx, &sample(number, 1), &token(number)).await.unwrap();
    }
    assert_eq!(delete_sessions_over(&mut tx, sample(2, 1).facts().expires_at).await.unwrap(), 1);
    assert!(session_by_token(&mut tx, &token(2)).await.unwrap().is_some());
    tx.commit().await.unwrap();
});
