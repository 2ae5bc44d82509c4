//! The outbox when workers die, networks fail and clocks move on.

use std::time::Duration;

use wardkey_domain::factor::FactorKind;
use wardkey_domain::message::{Channel, DeliveryState};
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_store as store;
use wardkey_testkit::TestApp;
use wardkey_usecases::message::sweep;
use wardkey_usecases::signin::{Input, ScreenKind, view};

use super::support::World;

fn system(test: &TestApp) -> Op {
    test.app.op(Actor::System("test"), Origin::default())
}

/// A nurse who waits for a text that nobody sends.
async fn waiting() -> (World, wardkey_domain::secret::Secret<String>) {
    let world = World::new().await;
    world.enrol(FactorKind::Sms).await;
    let world = world.without_courier().await;
    let mut browser = world.browser().await;
    browser.password().await;
    let token = wardkey_domain::secret::Secret::new(browser.token().to_owned());
    (world, token)
}

async fn state(world: &World, token: &str) -> DeliveryState {
    let screen = view(&world.test.app, &world.op(), token).await.unwrap();
    let ScreenKind::TextCode { sent, .. } = screen.kind else { panic!("{:?}", screen.kind) };
    sent.state
}

async fn claim(test: &TestApp) -> usize {
    let now = test.clock.now();
    let mut tx = test.app.store().begin().await.unwrap();
    let until = now.plus(Duration::from_secs(90));
    let claimed = store::message::claim_messages(&mut tx, Channel::Text, now, until, 10).await.unwrap();
    tx.commit().await.unwrap();
    claimed.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_whose_worker_dies_is_unknown_and_never_sent_again() {
    let (world, token) = waiting().await;
    assert_eq!(state(&world, token.expose()).await, DeliveryState::Waiting);
    assert_eq!(claim(&world.test).await, 1);
    world.test.clock.advance(Duration::from_secs(89));
    sweep(&world.test.app, &system(&world.test)).await.unwrap();
    assert_eq!(state(&world, token.expose()).await, DeliveryState::Sending);
    world.test.clock.advance(Duration::from_secs(1));
    sweep(&world.test.app, &system(&world.test)).await.unwrap();
    assert_eq!(state(&world, token.expose()).await, DeliveryState::Unknown);
    let before = world.test.messages.texts().len();
    let courier = world.test.courier();
    assert_eq!(claim(&world.test).await, 0);
    courier.stop().await;
    assert_eq!(world.test.messages.texts().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_code_is_never_sent() {
    let (world, token) = waiting().await;
    world.test.clock.advance(Duration::from_secs(601));
    sweep(&world.test.app, &system(&world.test)).await.unwrap();
    assert_eq!(claim(&world.test).await, 0);
    let screen = view(&world.test.app, &world.op(), token.expose()).await.unwrap();
    assert!(matches!(screen.kind, ScreenKind::TextCode { .. }), "{:?}", screen.kind);
    assert_eq!(state(&world, token.expose()).await, DeliveryState::Expired);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_code_takes_the_place_of_one_that_has_not_left() {
    let (world, token) = waiting().await;
    world.test.clock.advance(Duration::from_secs(20));
    let op = world.op();
    wardkey_usecases::signin::advance(&world.test.app, &op, token.expose(), Input::Send).await.unwrap();
    let mut tx = world.test.app.store().read().await.unwrap();
    let counts = store::message::count_messages(&mut tx).await.unwrap();
    let of = |state| counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count);
    assert_eq!(of(DeliveryState::Withdrawn), 1);
    drop(tx);
    assert_eq!(claim(&world.test).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_while_nobody_sent_is_sent_by_the_next_worker() {
    let (world, token) = waiting().await;
    let courier = world.test.courier();
    world.code_of_text(2).await;
    courier.stop().await;
    assert!(matches!(state(&world, token.expose()).await, DeliveryState::HandedOver | DeliveryState::Delivered));
}
