//! Two nodes on one database.

use wardkey_domain::application::{ApplicationStatus, CodeRefusal, KeyState, RefreshRefusal, SigningAlgorithm};
use wardkey_store::ClusterEvent;
use wardkey_testkit::TestApp;
use wardkey_usecases::application::{
    TokenRefusal, find, rotate_signing_keys, set_application_status, signing_keys, signing_keys_for, spend_assertion,
};
use wardkey_usecases::session;

use super::support::{Scene, on_both_engines, refresh_of};

/// Waits until `node` has heard an event that `is_it`, or that it may have missed one.
async fn hears(mut news: tokio::sync::broadcast::Receiver<ClusterEvent>, is_it: impl Fn(&ClusterEvent) -> bool) {
    loop {
        match news.recv().await {
            Ok(ClusterEvent::Resynchronise) | Err(_) => return,
            Ok(event) if is_it(&event) => return,
            Ok(_) => {}
        }
    }
}

fn news(node: &TestApp) -> tokio::sync::broadcast::Receiver<ClusterEvent> {
    node.app.store().cluster().subscribe()
}

on_both_engines!(a_code_is_never_spent_twice, |test| {
    let scene = Scene::of(test).await;
    let other = test.another_node().await;
    for _ in 0..5 {
        let code = scene.code(&test.app).await;
        let (here, there) = tokio::join!(scene.exchange(&test.app, &code), scene.exchange(&other.app, &code));
        let refused = [&here, &there].into_iter().filter_map(|outcome| outcome.as_ref().err()).collect::<Vec<_>>();
        assert_eq!(refused, [&TokenRefusal::Code(CodeRefusal::Replayed)], "one wins");
        let issued = here.or(there).unwrap();
        // The loser has seen a replay: what the winner got is taken back.
        assert_eq!(
            scene.refresh(&test.app, &refresh_of(&issued)).await.unwrap_err(),
            TokenRefusal::Refresh(RefreshRefusal::Revoked)
        );
    }
});

on_both_engines!(a_refresh_token_never_turns_twice, |test| {
    let scene = Scene::of(test).await;
    let other = test.another_node().await;
    for _ in 0..5 {
        let token = refresh_of(scene.tokens(&test.app).await.as_ref());
        let (here, there) = tokio::join!(scene.refresh(&test.app, &token), scene.refresh(&other.app, &token));
        let refused = [&here, &there].into_iter().filter_map(|outcome| outcome.as_ref().err()).collect::<Vec<_>>();
        assert_eq!(refused, [&TokenRefusal::Refresh(RefreshRefusal::Reused)], "one wins");
    }
});

on_both_engines!(a_statement_is_never_believed_twice, |test| {
    let scene = Scene::of(test).await;
    let other = test.another_node().await;
    let client = scene.client(&test.app).await;
    let op = scene.client_op(&test.app).await;
    let until = op.now.plus(std::time::Duration::from_secs(60));
    let (here, there) = tokio::join!(
        spend_assertion(&test.app, &op, &client, "1", until),
        spend_assertion(&other.app, &op, &client, "1", until)
    );
    assert!(here.unwrap() ^ there.unwrap());
});

on_both_engines!(another_node_hears_of_a_revocation, |test| {
    let scene = Scene::of(test).await;
    let other = test.another_node().await;
    let issued = scene.tokens(&test.app).await;
    assert!(scene.is_good(&other.app, &issued).await);
    let heard = hears(news(&other), |event| matches!(event, ClusterEvent::GrantRevoked(_)));
    session::sign_out(&test.app, &scene.op(&test.app).await).await.unwrap();
    heard.await;
    assert!(!scene.is_good(&other.app, &issued).await);
});

on_both_engines!(another_node_hears_that_an_application_was_closed, |test| {
    let scene = Scene::of(test).await;
    let other = test.another_node().await;
    let issued = scene.tokens(&test.app).await;
    assert!(scene.is_good(&other.app, &issued).await);
    let heard = hears(news(&other), |event| matches!(event, ClusterEvent::ApplicationChanged(_)));
    let operator = test.operator();
    set_application_status(&test.app, &operator, &scene.client_id, ApplicationStatus::Closed).await.unwrap();
    heard.await;
    assert!(find(&other.app, &scene.client_id).await.unwrap().is_none());
});

on_both_engines!(two_nodes_make_one_key_and_agree_on_it, |test| {
    let other = test.another_node().await;
    let algorithm = SigningAlgorithm::Es256;
    let (here, there) = tokio::join!(signing_keys_for(&test.app, algorithm), signing_keys_for(&other.app, algorithm));
    let id = here.unwrap().current(algorithm).map(|key| key.id);
    assert!(id.is_some() && there.unwrap().current(algorithm).map(|key| key.id) == id);
    let heard = hears(news(&other), |event| *event == ClusterEvent::KeysRotated);
    rotate_signing_keys(&test.app, &test.operator()).await.unwrap();
    heard.await;
    let keys = signing_keys(&other.app).await.unwrap();
    let mut states: Vec<_> = keys.iter().filter(|key| key.algorithm == algorithm).map(|key| key.state).collect();
    states.sort_unstable();
    assert_eq!(states, [KeyState::Current, KeyState::Retiring]);
});
