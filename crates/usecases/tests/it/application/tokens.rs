//! Tokens, from their issue to their end.

use std::time::Duration;

use wardkey_domain::application::{AuthorizationRefusal, CodeRefusal, KeyState, RefreshRefusal, SigningAlgorithm};
use wardkey_domain::op::{Actor, Origin};
use wardkey_testkit::TestApp;
use wardkey_usecases::application::{
    Authorized, TokenRefusal, authorize, keep_request, prepare_signing_keys, purge_expired, resume,
    revoke_account_grants, rotate_due_signing_keys, signing_keys,
};
use wardkey_usecases::{directory, session};

use super::support::{NURSE, Scene, on_both_engines, refresh_of, request};

/// The kinds of the events that were written down, in order.
async fn events(test: &TestApp) -> Vec<String> {
    let mut tx = test.app.store().read().await.unwrap();
    let events = wardkey_store::audit::list_unsealed(&mut tx, 0, 1_000).await.unwrap();
    events.into_iter().map(|event| event.entry.kind).collect()
}

async fn count(test: &TestApp, kind: &str) -> usize {
    events(test).await.iter().filter(|own| *own == kind).count()
}

on_both_engines!(what_is_issued_and_refused_is_written_down, |test| {
    let scene = Scene::of(test).await;
    let app = &test.app;
    let code = scene.code(app).await;
    let first = scene.exchange(app, &code).await.unwrap();
    let second = scene.refresh(app, &refresh_of(&first)).await.unwrap();
    assert_eq!((count(test, "grant_made").await, count(test, "token_issued").await), (1, 2));
    let reused = scene.refresh(app, &refresh_of(&first)).await.unwrap_err();
    assert_eq!(reused, TokenRefusal::Refresh(RefreshRefusal::Reused));
    assert_eq!((count(test, "refresh_token_reused").await, count(test, "token_refused").await), (1, 1));
    assert!(!scene.is_good(app, &second).await);
    let code = scene.code(app).await;
    scene.exchange(app, &code).await.unwrap();
    for _ in 0..3 {
        let replayed = scene.exchange(app, &code).await.unwrap_err();
        assert_eq!(replayed, TokenRefusal::Code(CodeRefusal::Replayed));
    }
    assert_eq!((count(test, "code_reused").await, count(test, "token_refused").await), (1, 2), "repeats are counted");
});

on_both_engines!(a_disabled_account_loses_what_its_applications_hold, |test| {
    let scene = Scene::of(test).await;
    let app = &test.app;
    let issued = scene.tokens(app).await;
    let code = scene.code(app).await;
    assert!(scene.is_good(app, &issued).await);
    let account = test.account(NURSE).await.id;
    directory::disable(app, &test.operator(), account, "left the practice").await.unwrap();
    assert!(!scene.is_good(app, &issued).await);
    assert!(scene.refresh(app, &refresh_of(&issued)).await.is_err());
    assert!(scene.exchange(app, &code).await.is_err());
});

on_both_engines!(a_grant_is_gone_from_memory_when_its_revocation_is_committed, |test| {
    let scene = Scene::of(test).await;
    let app = &test.app;
    let issued = scene.tokens(app).await;
    assert!(scene.is_good(app, &issued).await);
    let mut tx = app.store().begin().await.unwrap();
    revoke_account_grants(&mut tx, &test.operator(), test.account(NURSE).await.id).await.unwrap();
    drop(tx);
    assert!(scene.is_good(app, &issued).await, "nothing was committed");
    let mut tx = app.store().begin().await.unwrap();
    revoke_account_grants(&mut tx, &test.operator(), test.account(NURSE).await.id).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!scene.is_good(app, &issued).await);
});

on_both_engines!(no_grant_is_made_for_a_session_that_has_ended, |test| {
    let scene = Scene::of(test).await;
    let app = &test.app;
    let (client, person) = (scene.client(app).await, scene.person(app).await);
    let op = person.op(app, &scene.browser);
    session::sign_out(app, &op).await.unwrap();
    // This person was recognised a moment before they signed out elsewhere.
    let answered = authorize(app, &op, &client, Some(&person), request(&client, &op)).await.unwrap();
    assert!(
        matches!(answered, Authorized::Refused { refusal: AuthorizationRefusal::LoginRequired, .. }),
        "{answered:?}"
    );
});

on_both_engines!(a_waiting_request_is_answered_by_one_of_two, |test| {
    let scene = Scene::of(test).await;
    let app = &test.app;
    let (client, person) = (scene.client(app).await, scene.person(app).await);
    let op = person.op(app, &scene.browser);
    let id = keep_request(app, &op, &client, &request(&client, &op)).await.unwrap();
    let answer = || resume(app, &op, Some(&person), id, wardkey_domain::application::SignedInFor::ThisRequest);
    let (one, two) = tokio::join!(answer(), answer());
    let answered = [one.unwrap(), two.unwrap()].into_iter().flatten().count();
    assert_eq!(answered, 1);
});

on_both_engines!(what_has_expired_is_forgotten, |test| {
    let scene = Scene::of(test).await;
    let app = &test.app;
    let issued = scene.tokens(app).await;
    let op = app.op(Actor::System("test"), Origin::default());
    assert!(!purge_expired(app, &op).await.unwrap());
    scene.refresh(app, &refresh_of(&issued)).await.expect("what is good is kept");
    test.clock.advance(Duration::from_secs(100 * 24 * 60 * 60));
    let op = app.op(Actor::System("test"), Origin::default());
    purge_expired(app, &op).await.unwrap();
    let refused = scene.refresh(app, &refresh_of(&issued)).await.unwrap_err();
    assert_eq!(refused, TokenRefusal::Refresh(RefreshRefusal::Unknown));
});

on_both_engines!(signing_keys_take_turns, |test| {
    let app = &test.app;
    prepare_signing_keys(app).await.unwrap();
    let states = || async {
        let keys = signing_keys(app).await.unwrap();
        let mut states: Vec<_> =
            keys.iter().filter(|key| key.algorithm == SigningAlgorithm::Es256).map(|key| (key.id, key.state)).collect();
        states.sort_unstable();
        states
    };
    let day = Duration::from_secs(24 * 60 * 60);
    let turn =
        || async { rotate_due_signing_keys(app, &app.op(Actor::System("test"), Origin::default())).await.unwrap() };
    let first = states().await[0].0;
    turn().await;
    assert_eq!(states().await, [(first, KeyState::Current)]);
    test.clock.advance(day * 89);
    turn().await;
    let second = states().await[1].0;
    assert_eq!(states().await, [(first, KeyState::Current), (second, KeyState::Next)]);
    test.clock.advance(day);
    turn().await;
    assert_eq!(states().await, [(first, KeyState::Retiring), (second, KeyState::Current)]);
    test.clock.advance(day * 30);
    turn().await;
    assert_eq!(states().await, [(second, KeyState::Current)]);
});
