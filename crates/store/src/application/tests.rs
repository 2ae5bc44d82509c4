//! Each query once, on both engines; and what may happen only once, tried by many at the same time.

use std::time::Duration;

use wardkey_domain::access::{ClientKind, SignInRequest};
use wardkey_domain::application::device::{Approval, DeviceRequest, DeviceState, POLL_SECONDS, UserCode};
use wardkey_domain::application::{
    AcrRequest, Application, ApplicationStatus, AuthorizationRequest, ClaimName, ClaimsRequest, ClientId, ClientSecret,
    ClientSettings, CodeChallenge, Grant, GrantDetails, KeyState, LogoutRequest, Prompts, ProtocolKind, RedirectUri,
    ResponseMode, SigningAlgorithm, StoredCode, StoredRefresh,
};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{
    AccountId, ApplicationId, AuthorizationRequestId, DeviceId, GrantId, KeyId, OrganisationId, SessionId,
};
use wardkey_domain::secret::{Secret, TokenHash};
use wardkey_domain::session::{EndedWhy, SavedSession, Session, Strength};
use wardkey_domain::time::Timestamp;

use super::*;
use crate::cluster::ClusterEvent;
use crate::{Store, both_engines};

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_700_000_000 + second)
}

fn hash(byte: u8) -> TokenHash {
    TokenHash::from_bytes([byte; 32])
}

fn application_id(byte: u8) -> ApplicationId {
    ApplicationId::new(at(0), [byte; 10])
}

fn grant_id(byte: u8) -> GrantId {
    GrantId::new(at(0), [byte; 10])
}

fn account_id(byte: u8) -> AccountId {
    AccountId::new(at(0), [byte; 10])
}

fn session_id(byte: u8) -> SessionId {
    SessionId::new(at(0), [byte; 10])
}

fn organisation() -> OrganisationId {
    OrganisationId::new(at(0), [1; 10])
}

fn application(byte: u8) -> Application {
    let settings = ClientSettings::web(vec![RedirectUri::parse("https://app.example/cb").unwrap()]);
    Application {
        id: application_id(byte),
        organisation: organisation(),
        protocol: ProtocolKind::Oidc,
        name: format!("Application {byte}"),
        client_id: ClientId::parse(&format!("app-{byte}")).unwrap(),
        status: ApplicationStatus::Open,
        settings: serde_json::to_value(settings).unwrap(),
        created_at: at(0),
        version: 1,
    }
}

fn details() -> GrantDetails {
    GrantDetails {
        nonce: Some("n-0S6_WzA2Mj".into()),
        authenticated_at: at(1),
        strength: Strength::MultiFactor,
        factors: vec![FactorKind::Password, FactorKind::Totp],
        id_token_claims: vec![],
        userinfo_claims: vec![ClaimName::Email],
    }
}

fn grant(byte: u8, session: u8) -> SavedGrant {
    let challenge = CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
    SavedGrant {
        grant: Grant {
            id: grant_id(byte),
            organisation: organisation(),
            application: application_id(1),
            account: account_id(1),
            session: session_id(session),
            scope: "openid offline_access".parse().unwrap(),
            details: details(),
            created_at: at(1),
            revoked_at: None,
        },
        code: Some(StoredCode {
            hash: hash(byte),
            redirect_uri: "https://app.example/cb".into(),
            challenge: Some(challenge),
            expires_at: at(61),
            spent_at: None,
        }),
        refresh: None,
    }
}

fn refresh(turn: u8) -> StoredRefresh {
    StoredRefresh { family: hash(100), turn: hash(turn), expires_at: at(1_000) }
}

fn rotation(turn: u8, next: u8) -> Rotation {
    Rotation {
        grant: grant_id(1),
        application: application_id(1),
        family: hash(100),
        turn: hash(turn),
        next: hash(next),
        idle: Duration::from_secs(500),
        absolute: Duration::from_secs(2_000),
    }
}

fn request() -> AuthorizationRequest {
    AuthorizationRequest {
        application: application_id(1),
        redirect_uri: "https://app.example/cb".into(),
        response_mode: ResponseMode::FormPost,
        state: Some("state".into()),
        scope: "openid".parse().unwrap(),
        nonce: None,
        challenge: None,
        prompt: Prompts { login: true, ..Prompts::default() },
        max_age: None,
        acr: AcrRequest::default(),
        claims: ClaimsRequest::default(),
        login_hint: Some("nurse@practice.example".into()),
        hinted: None,
        asked_at: at(1),
    }
}

fn session(byte: u8) -> Session {
    Session::restore(SavedSession {
        id: session_id(byte),
        account: account_id(1),
        organisation: organisation(),
        device: DeviceId::new(at(0), [1; 10]),
        proofs: Vec::new(),
        started_at: at(0),
        seen_at: at(0),
        expires_at: at(80_000),
        idle: None,
        browser: None,
        address: None,
    })
}

/// Runs `attempt` sixteen times at once and counts how often it says yes.
async fn winners<F>(store: &Store, attempt: fn(Store, u8) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let tasks: Vec<_> = (0..16).map(|number| tokio::spawn(attempt(store.clone(), number))).collect();
    let mut winners = 0;
    for task in tasks {
        winners += usize::from(task.await.unwrap());
    }
    winners
}

both_engines!(an_application_is_found_by_both_its_names, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_application(&mut tx, &application(1), false).await.unwrap();
    insert_application(&mut tx, &application(2), true).await.unwrap();
    assert_eq!(find_application(&mut tx, application_id(1)).await.unwrap(), Some(application(1)));
    assert_eq!(find_application_by_client_id(&mut tx, "app-2").await.unwrap(), Some(application(2)));
    assert_eq!(find_application_by_client_id(&mut tx, "APP-2").await.unwrap(), None);
    let listed = list_applications(&mut tx, Some(&application(1).client_id), 10).await.unwrap();
    assert_eq!(listed, [application(2)]);
    let taken = Application { id: application_id(3), ..application(1) };
    assert!(insert_application(&mut tx, &taken, false).await.unwrap_err().is_unique().is_some());
});

both_engines!(a_change_loses_if_another_was_faster, |store| async move {
    let mut events = store.cluster().subscribe();
    let mut tx = store.begin().await.unwrap();
    insert_application(&mut tx, &application(1), false).await.unwrap();
    let closed = Application { status: ApplicationStatus::Closed, ..application(1) };
    assert!(save_application(&mut tx, &closed, false).await.unwrap());
    assert!(!save_application(&mut tx, &closed, false).await.unwrap());
    let found = find_application(&mut tx, application_id(1)).await.unwrap().unwrap();
    assert_eq!((found.status, found.version), (ApplicationStatus::Closed, 2));
    tx.commit().await.unwrap();
    let told = std::iter::from_fn(|| events.try_recv().ok()).collect::<Vec<_>>();
    assert!(told.contains(&ClusterEvent::ApplicationChanged(application_id(1))));
});

both_engines!(old_secrets_end_and_are_forgotten, |store| async move {
    let secret = |byte, expires_at| ClientSecret {
        id: KeyId::new(at(i64::from(byte)), [byte; 10]),
        hash: hash(byte),
        created_at: at(i64::from(byte)),
        expires_at,
    };
    let mut tx = store.begin().await.unwrap();
    insert_application(&mut tx, &application(1), false).await.unwrap();
    insert_secret(&mut tx, application_id(1), organisation(), &secret(1, None)).await.unwrap();
    insert_secret(&mut tx, application_id(1), organisation(), &secret(2, Some(at(50)))).await.unwrap();
    assert_eq!(end_secrets(&mut tx, application_id(1), at(100)).await.unwrap(), 1);
    insert_secret(&mut tx, application_id(1), organisation(), &secret(3, None)).await.unwrap();
    let listed = list_secrets(&mut tx, application_id(1)).await.unwrap();
    assert_eq!(listed, [secret(1, Some(at(100))), secret(2, Some(at(50))), secret(3, None)]);
    assert_eq!(delete_secrets_over(&mut tx, at(101)).await.unwrap(), 2);
});

both_engines!(a_grant_reads_back_with_its_code, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_grant(&mut tx, &grant(1, 1), at(9_000)).await.unwrap();
    assert_eq!(find_grant(&mut tx, grant_id(1)).await.unwrap(), Some(grant(1, 1)));
    assert!(spend_code(&mut tx, grant_id(1), Some(refresh(7)), at(2)).await.unwrap());
    assert!(!spend_code(&mut tx, grant_id(1), None, at(3)).await.unwrap());
    let found = find_grant(&mut tx, grant_id(1)).await.unwrap().unwrap();
    assert_eq!(found.refresh, Some(refresh(7)));
    assert_eq!(found.code.unwrap().spent_at, Some(at(2)));
});

both_engines!(many_spend_a_code_and_one_wins, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_grant(&mut tx, &grant(1, 1), at(9_000)).await.unwrap();
    tx.commit().await.unwrap();
    let spend = |store: Store, _| async move {
        let mut tx = store.begin().await.unwrap();
        let won = spend_code(&mut tx, grant_id(1), None, at(2)).await.unwrap();
        tx.commit().await.unwrap();
        won
    };
    assert_eq!(winners(&store, spend).await, 1);
});

both_engines!(many_present_a_refresh_token_and_one_gets_the_next, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let saved = SavedGrant { refresh: Some(refresh(1)), ..grant(1, 1) };
    insert_grant(&mut tx, &saved, at(9_000)).await.unwrap();
    tx.commit().await.unwrap();
    let rotate = |store: Store, number| async move {
        let mut tx = store.begin().await.unwrap();
        let won = rotate_refresh(&mut tx, &rotation(1, 50 + number), at(2)).await.unwrap().is_some();
        tx.commit().await.unwrap();
        won
    };
    assert_eq!(winners(&store, rotate).await, 1);
});

both_engines!(a_refresh_token_turns_only_when_everything_is_right, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let saved = SavedGrant { refresh: Some(refresh(1)), ..grant(1, 1) };
    insert_grant(&mut tx, &saved, at(9_000)).await.unwrap();
    for wrong in [
        rotation(9, 2),
        Rotation { family: hash(99), ..rotation(1, 2) },
        Rotation { application: application_id(2), ..rotation(1, 2) },
        Rotation { grant: grant_id(2), ..rotation(1, 2) },
    ] {
        assert_eq!(rotate_refresh(&mut tx, &wrong, at(2)).await.unwrap(), None, "{wrong:?}");
    }
    assert_eq!(rotate_refresh(&mut tx, &rotation(1, 2), at(1_000)).await.unwrap(), None, "expired");
    assert_eq!(rotate_refresh(&mut tx, &rotation(1, 2), at(900)).await.unwrap(), Some(saved.grant));
    let turned = find_grant(&mut tx, grant_id(1)).await.unwrap().unwrap().refresh.unwrap();
    assert_eq!((turned.turn, turned.expires_at), (hash(2), at(1_400)));
    assert!(rotate_refresh(&mut tx, &rotation(2, 3), at(1_399)).await.unwrap().is_some());
    let turned = find_grant(&mut tx, grant_id(1)).await.unwrap().unwrap().refresh.unwrap();
    assert_eq!(turned.expires_at, at(1_899));
    assert!(rotate_refresh(&mut tx, &rotation(3, 4), at(1_800)).await.unwrap().is_some());
    let turned = find_grant(&mut tx, grant_id(1)).await.unwrap().unwrap().refresh.unwrap();
    assert_eq!(turned.expires_at, at(2_001), "all of them end together");
    assert!(revoke_grant(&mut tx, grant_id(1), "test", at(1_801)).await.unwrap());
    assert_eq!(rotate_refresh(&mut tx, &rotation(4, 5), at(1_802)).await.unwrap(), None, "revoked");
});

both_engines!(a_session_that_ends_takes_its_grants_with_it, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_application(&mut tx, &application(1), true).await.unwrap();
    for (number, session) in [(1, 1), (2, 1), (3, 2)] {
        insert_grant(&mut tx, &grant(number, session), at(9_000)).await.unwrap();
    }
    let mut revoked = revoke_session_grants(&mut tx, session_id(1), "session_ended", at(5)).await.unwrap();
    revoked.sort_by_key(|grant| grant.id);
    assert_eq!(revoked.iter().map(|grant| grant.id).collect::<Vec<_>>(), [grant_id(1), grant_id(2)]);
    assert!(!revoke_grant(&mut tx, grant_id(1), "again", at(6)).await.unwrap());
    let left = find_grant(&mut tx, grant_id(3)).await.unwrap().unwrap();
    assert_eq!(left.grant.revoked_at, None);
    assert!(has_logout_notices(&mut tx, at(5)).await.unwrap() && !has_logout_notices(&mut tx, at(4)).await.unwrap());
    let notices = claim_logout_notices(&mut tx, at(5), at(35), 10).await.unwrap();
    let said: Vec<_> = notices.iter().map(|notice| (notice.application, notice.session, notice.tries)).collect();
    assert_eq!(said, [(application_id(1), session_id(1), 1)], "once for a session");
    assert_eq!(claim_logout_notices(&mut tx, at(34), at(64), 10).await.unwrap(), [], "claimed");
    postpone_logout_notice(&mut tx, &notices[0], at(200)).await.unwrap();
    assert_eq!(claim_logout_notices(&mut tx, at(199), at(300), 10).await.unwrap(), []);
    assert_eq!(claim_logout_notices(&mut tx, at(200), at(300), 10).await.unwrap()[0].tries, 2);
    delete_logout_notice(&mut tx, &notices[0]).await.unwrap();
    assert_eq!(claim_logout_notices(&mut tx, at(9_999), at(9_999), 10).await.unwrap(), []);
});

both_engines!(an_application_that_does_not_want_to_hear_is_not_told, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_application(&mut tx, &application(1), false).await.unwrap();
    insert_grant(&mut tx, &grant(1, 1), at(9_000)).await.unwrap();
    let revoked = revoke_account_grants(&mut tx, account_id(1), "account_changed", at(5)).await.unwrap();
    assert_eq!(revoked.len(), 1);
    assert_eq!(claim_logout_notices(&mut tx, at(5), at(35), 10).await.unwrap(), []);
});

both_engines!(many_claim_news_and_one_gets_it, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_application(&mut tx, &application(1), true).await.unwrap();
    insert_grant(&mut tx, &grant(1, 1), at(9_000)).await.unwrap();
    revoke_session_grants(&mut tx, session_id(1), "session_ended", at(5)).await.unwrap();
    tx.commit().await.unwrap();
    let claim = |store: Store, _| async move {
        let mut tx = store.begin().await.unwrap();
        let claimed = claim_logout_notices(&mut tx, at(6), at(36), 10).await.unwrap();
        tx.commit().await.unwrap();
        !claimed.is_empty()
    };
    assert_eq!(winners(&store, claim).await, 1);
});

both_engines!(an_ended_session_cannot_be_held, |store| async move {
    let mut tx = store.begin().await.unwrap();
    crate::session::insert_session(&mut tx, &session(1), &hash(1)).await.unwrap();
    assert!(hold_session(&mut tx, session_id(1)).await.unwrap());
    crate::session::end_session(&mut tx, session_id(1), EndedWhy::SignedOut, at(5)).await.unwrap();
    assert!(!hold_session(&mut tx, session_id(1)).await.unwrap());
    assert!(!hold_session(&mut tx, session_id(2)).await.unwrap());
});

both_engines!(an_access_token_is_found_with_its_grant, |store| async move {
    let token = |byte, grant| AccessToken {
        hash: hash(byte),
        organisation: organisation(),
        application: application_id(1),
        grant,
        scope: "openid".parse().unwrap(),
        issued_at: at(1),
        expires_at: at(600),
    };
    let mut tx = store.begin().await.unwrap();
    insert_grant(&mut tx, &grant(1, 1), at(9_000)).await.unwrap();
    for token in [token(1, Some(grant_id(1))), token(2, None), token(3, Some(grant_id(9)))] {
        insert_access_token(&mut tx, &token).await.unwrap();
    }
    let found = find_access_token(&mut tx, &hash(1), at(599)).await.unwrap().unwrap();
    assert_eq!(found, FoundAccessToken { token: token(1, Some(grant_id(1))), grant: Some(grant(1, 1).grant) });
    assert_eq!(find_access_token(&mut tx, &hash(1), at(600)).await.unwrap(), None, "expired");
    let own = find_access_token(&mut tx, &hash(2), at(599)).await.unwrap().unwrap();
    assert_eq!(own, FoundAccessToken { token: token(2, None), grant: None });
    assert_eq!(find_access_token(&mut tx, &hash(3), at(599)).await.unwrap(), None, "its grant is gone");
    assert!(!delete_access_token(&mut tx, &hash(2), application_id(2)).await.unwrap(), "another's");
    assert!(delete_access_token(&mut tx, &hash(2), application_id(1)).await.unwrap());
    assert_eq!(find_access_token(&mut tx, &hash(2), at(599)).await.unwrap(), None);
});

both_engines!(a_waiting_request_is_answered_once, |store| async move {
    let id = AuthorizationRequestId::new(at(1), [1; 10]);
    let mut tx = store.begin().await.unwrap();
    insert_authorization_request(&mut tx, id, organisation(), &request(), at(100)).await.unwrap();
    assert_eq!(authorization_request(&mut tx, id, at(99)).await.unwrap(), Some(request()));
    assert_eq!(authorization_request(&mut tx, id, at(100)).await.unwrap(), None);
    let asked = sign_in_request(&mut tx, id, at(99)).await.unwrap().unwrap();
    let expected = SignInRequest {
        client: ClientKind::Browser,
        application: Some(application_id(1)),
        login_hint: Some("nurse@practice.example".into()),
        fresh_since: Some(at(1)),
        strength: Strength::OneFactor,
        moving: None,
    };
    assert_eq!(asked, expected);
    assert!(!take_authorization_request(&mut tx, id, at(100)).await.unwrap());
    assert!(take_authorization_request(&mut tx, id, at(99)).await.unwrap());
    assert!(!take_authorization_request(&mut tx, id, at(99)).await.unwrap());
});

both_engines!(many_take_a_pushed_request_and_one_gets_it, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_pushed_request(&mut tx, &hash(1), organisation(), &request(), at(100)).await.unwrap();
    assert_eq!(take_pushed_request(&mut tx, &hash(1), application_id(2), at(50)).await.unwrap(), None, "another's");
    assert_eq!(take_pushed_request(&mut tx, &hash(1), application_id(1), at(100)).await.unwrap(), None, "expired");
    tx.commit().await.unwrap();
    let take = |store: Store, _| async move {
        let mut tx = store.begin().await.unwrap();
        let taken = take_pushed_request(&mut tx, &hash(1), application_id(1), at(50)).await.unwrap();
        tx.commit().await.unwrap();
        taken == Some(request())
    };
    assert_eq!(winners(&store, take).await, 1);
});

both_engines!(a_request_to_sign_out_is_taken_once, |store| async move {
    let id = AuthorizationRequestId::new(at(1), [1; 10]);
    let request =
        LogoutRequest { application: None, return_to: None, state: Some("s".into()), hint: None, asked_at: at(1) };
    let mut tx = store.begin().await.unwrap();
    insert_logout_request(&mut tx, id, None, &request, at(100)).await.unwrap();
    assert_eq!(logout_request(&mut tx, id, at(99)).await.unwrap(), Some(request.clone()));
    assert_eq!(take_logout_request(&mut tx, id, at(99)).await.unwrap(), Some(request));
    assert_eq!(take_logout_request(&mut tx, id, at(99)).await.unwrap(), None);
});

fn device_request_sample() -> DeviceRequest {
    DeviceRequest {
        hash: hash(1),
        organisation: organisation(),
        application: application_id(1),
        scope: "openid".parse().unwrap(),
        created_at: at(1),
        expires_at: at(600),
        address: Some("192.0.2.7".into()),
        polled_at: None,
        interval: POLL_SECONDS,
        state: DeviceState::Waiting,
    }
}

fn approval() -> Approval {
    Approval { account: account_id(1), organisation: organisation(), session: session_id(1), details: details() }
}

both_engines!(a_device_is_answered_once_and_spent_once, |store| async move {
    let user_code = UserCode::parse("WDJB-MJHT").unwrap().hash();
    let mut tx = store.begin().await.unwrap();
    assert!(insert_device_request(&mut tx, &device_request_sample(), &user_code).await.unwrap());
    let other = DeviceRequest { hash: hash(2), ..device_request_sample() };
    assert!(!insert_device_request(&mut tx, &other, &user_code).await.unwrap(), "its user code is taken");
    assert_eq!(device_request(&mut tx, &hash(1)).await.unwrap(), Some(device_request_sample()));
    note_poll(&mut tx, &hash(1), 10, at(6)).await.unwrap();
    assert!(!spend_device(&mut tx, &hash(1), at(7)).await.unwrap(), "nobody has said yes");
    assert!(!answer_device(&mut tx, &hash(1), Some(&approval()), at(600)).await.unwrap(), "too late");
    assert!(answer_device(&mut tx, &hash(1), Some(&approval()), at(7)).await.unwrap());
    assert!(!answer_device(&mut tx, &hash(1), None, at(8)).await.unwrap());
    let expected = DeviceRequest {
        polled_at: Some(at(6)),
        interval: 10,
        state: DeviceState::Approved(approval()),
        ..device_request_sample()
    };
    assert_eq!(device_request_by_user_code(&mut tx, &user_code).await.unwrap(), Some(expected));
    tx.commit().await.unwrap();
    let spend = |store: Store, _| async move {
        let mut tx = store.begin().await.unwrap();
        let won = spend_device(&mut tx, &hash(1), at(9)).await.unwrap();
        tx.commit().await.unwrap();
        won
    };
    assert_eq!(winners(&store, spend).await, 1);
});

both_engines!(tries_are_counted_by_span, |store| async move {
    let mut tx = store.begin().await.unwrap();
    assert_eq!(count_device_try(&mut tx, [1; 32], 5).await.unwrap(), 1);
    assert_eq!(count_device_try(&mut tx, [1; 32], 5).await.unwrap(), 2);
    assert_eq!(count_device_try(&mut tx, [1; 32], 6).await.unwrap(), 1);
    assert_eq!(count_device_try(&mut tx, [2; 32], 5).await.unwrap(), 1);
});

both_engines!(many_use_a_statement_and_one_is_believed, |store| async move {
    let spend = |store: Store, _| async move {
        let mut tx = store.begin().await.unwrap();
        let won = spend_assertion(&mut tx, application_id(1), organisation(), &hash(1), at(100)).await.unwrap();
        tx.commit().await.unwrap();
        won
    };
    assert_eq!(winners(&store, spend).await, 1);
});

fn keyed(key: u8, request: u8) -> KeyedRequest {
    KeyedRequest {
        application: application_id(1),
        organisation: organisation(),
        key: hash(key),
        request: hash(request),
    }
}

both_engines!(a_key_is_spent_once_for_its_application_and_its_time, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let (asked, outcome) = (keyed(1, 2), serde_json::json!({"done": "disabled"}));
    assert!(spend_idempotency_key(&mut tx, &asked, at(0), at(100)).await.unwrap());
    assert_eq!(kept_outcome(&mut tx, &asked).await.unwrap(), None, "nothing has come of it yet");
    keep_outcome(&mut tx, &asked, &outcome).await.unwrap();
    assert!(!spend_idempotency_key(&mut tx, &keyed(1, 3), at(99), at(199)).await.unwrap());
    let kept = KeptOutcome { request: hash(2), outcome };
    assert_eq!(kept_outcome(&mut tx, &keyed(1, 3)).await.unwrap(), Some(kept));
    let elsewhere = KeyedRequest { application: application_id(2), ..asked };
    assert_eq!(kept_outcome(&mut tx, &elsewhere).await.unwrap(), None, "it is another application's");
    assert!(spend_idempotency_key(&mut tx, &elsewhere, at(0), at(100)).await.unwrap());
    assert!(spend_idempotency_key(&mut tx, &keyed(1, 3), at(100), at(200)).await.unwrap(), "its time is over");
    assert_eq!(kept_outcome(&mut tx, &asked).await.unwrap(), None, "what came of the old one is gone");
    assert!(!spend_idempotency_key(&mut tx, &asked, at(199), at(299)).await.unwrap());
    assert_eq!(delete_expired(&mut tx, at(201), 0, 9).await.unwrap(), 2);
});

both_engines!(many_spend_a_key_and_one_is_first, |store| async move {
    let spend = |store: Store, n: u8| async move {
        let mut tx = store.begin().await.unwrap();
        let asked = keyed(1, n);
        let won = spend_idempotency_key(&mut tx, &asked, at(0), at(100)).await.unwrap();
        if won {
            keep_outcome(&mut tx, &asked, &serde_json::json!(n)).await.unwrap();
        }
        let kept = kept_outcome(&mut tx, &asked).await.unwrap().expect("whoever waited hears what came of it");
        assert_eq!(won, kept.request == hash(n));
        tx.commit().await.unwrap();
        won
    };
    assert_eq!(winners(&store, spend).await, 1);
});

both_engines!(a_signing_key_reads_back_until_it_is_retired, |store| async move {
    let key = |byte, state| StoredKey {
        id: KeyId::new(at(i64::from(byte)), [byte; 10]),
        algorithm: SigningAlgorithm::Es256,
        state,
        since: at(i64::from(byte)),
        pkcs8: Secret::new(vec![byte; 100]),
    };
    let mut tx = store.begin().await.unwrap();
    let (one, two) = (key(1, KeyState::Current), key(2, KeyState::Next));
    insert_signing_key(&mut tx, &one).await.unwrap();
    insert_signing_key(&mut tx, &two).await.unwrap();
    let states = |keys: Vec<StoredKey>| keys.iter().map(|key| (key.id, key.state)).collect::<Vec<_>>();
    let listed = list_signing_keys(&mut tx).await.unwrap();
    assert_eq!(listed[0].pkcs8, one.pkcs8);
    assert_eq!(states(listed), [(one.id, KeyState::Current), (two.id, KeyState::Next)]);
    assert!(move_signing_key(&mut tx, one.id, KeyState::Current, KeyState::Retiring, at(9)).await.unwrap());
    assert!(!move_signing_key(&mut tx, one.id, KeyState::Current, KeyState::Retiring, at(9)).await.unwrap());
    assert!(move_signing_key(&mut tx, two.id, KeyState::Next, KeyState::Current, at(9)).await.unwrap());
    assert!(move_signing_key(&mut tx, one.id, KeyState::Retiring, KeyState::Retired, at(10)).await.unwrap());
    assert_eq!(states(list_signing_keys(&mut tx).await.unwrap()), [(two.id, KeyState::Current)]);
    let rival = key(3, KeyState::Current);
    assert!(insert_signing_key(&mut tx, &rival).await.unwrap_err().is_unique().is_some(), "one signs at a time");
});

both_engines!(what_has_expired_is_deleted_in_batches, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_grant(&mut tx, &grant(1, 1), at(50)).await.unwrap();
    insert_grant(&mut tx, &grant(2, 1), at(150)).await.unwrap();
    for byte in 1..=3 {
        insert_pushed_request(&mut tx, &hash(byte), organisation(), &request(), at(50)).await.unwrap();
    }
    count_device_try(&mut tx, [1; 32], 5).await.unwrap();
    assert_eq!(delete_expired(&mut tx, at(100), 6, 2).await.unwrap(), 2);
    assert_eq!(delete_expired(&mut tx, at(100), 6, 2).await.unwrap(), 1);
    assert_eq!(delete_expired(&mut tx, at(100), 6, 2).await.unwrap(), 0);
    assert_eq!(find_grant(&mut tx, grant_id(1)).await.unwrap(), None);
    assert!(find_grant(&mut tx, grant_id(2)).await.unwrap().is_some());
    assert_eq!(count_device_try(&mut tx, [1; 32], 5).await.unwrap(), 1);
});
