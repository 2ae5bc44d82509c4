//! Leave to register later: given where the operator allows it, once a year, and never to somebody privileged.

use wardkey_domain::time::Timestamp;
use wardkey_usecases::Error;
use wardkey_usecases::access::{
    account_exceptions, may_postpone, own_prompts_suspended_until, postpone_registration, withdraw_postponement,
};

use super::exception_support::{ADMIN, DAY, DESK, MANAGER, NURSE, PRIMARY, World};
use crate::directory::outcome;

async fn allowed() -> World {
    World::with(|settings| settings.access.postpone.allowed = true).await
}

const NEWCOMER: &str = "new@a.example";

async fn postpone(world: &World, who: &str, whose: &str, until: Timestamp) -> Result<Timestamp, Error> {
    let (op, id) = (world.op(who).await, world.id(whose).await);
    postpone_registration(&world.test.app, &op, id, "new phones come next week", until).await
}

async fn postponed_until(world: &World) -> Option<Timestamp> {
    let id = world.id(NEWCOMER).await;
    let mut tx = world.test.app.store().read().await.unwrap();
    wardkey_store::access::postponed_until(&mut tx, id, world.test.app.now()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_gives_somebody_without_a_factor_more_time() {
    let world = allowed().await;
    world.test.add_person("A1", NEWCOMER).await;
    let end = world.test.app.now().plus(7 * DAY);
    for (who, whose, expected) in [
        (DESK, NEWCOMER, "forbidden"),
        (MANAGER, NEWCOMER, "forbidden"),
        (NURSE, NEWCOMER, "not found"),
        (PRIMARY, ADMIN, "conflict"),
        (ADMIN, ADMIN, "forbidden"),
        (ADMIN, NEWCOMER, "done"),
        (PRIMARY, NEWCOMER, "conflict"),
    ] {
        assert_eq!(outcome(postpone(&world, who, whose, end).await), expected, "{who} for {whose}");
    }
    assert_eq!(postponed_until(&world).await, Some(end));
    let newcomer = world.op(NEWCOMER).await;
    assert_eq!(own_prompts_suspended_until(&world.test.app, &newcomer).await.unwrap(), None, "it is no exception");
    let event = world.events("registration_postponed").await;
    assert!(event[0].1.contains("new phones come next week"), "the risk is on record: {event:?}");
    assert!(world.mails(1).await[0].mail.text.contains(&wardkey_usecases::moment(end)));
    world.later(7 * DAY).await;
    assert_eq!(postponed_until(&world).await, None);
    let later = world.test.app.now().plus(DAY);
    assert_eq!(outcome(postpone(&world, ADMIN, NEWCOMER, later).await), "conflict", "no chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_time_ends_within_thirty_days_or_when_it_is_withdrawn() {
    let world = allowed().await;
    world.test.add_person("A1", NEWCOMER).await;
    let now = world.test.app.now();
    for wrong in [now, now.plus(30 * DAY).plus(DAY)] {
        assert_eq!(outcome(postpone(&world, ADMIN, NEWCOMER, wrong).await), "invalid");
    }
    postpone(&world, ADMIN, NEWCOMER, now.plus(30 * DAY)).await.unwrap();
    let (app, admin, id) = (&world.test.app, world.op(ADMIN).await, world.id(NEWCOMER).await);
    assert!(account_exceptions(app, &admin, id).await.unwrap().may_end_postponement);
    assert_eq!(outcome(withdraw_postponement(app, &admin, id, "").await), "invalid");
    assert_eq!(outcome(withdraw_postponement(app, &world.op(DESK).await, id, "no").await), "forbidden");
    withdraw_postponement(app, &admin, id, "the phone is there").await.unwrap();
    assert_eq!(outcome(withdraw_postponement(app, &admin, id, "again").await), "conflict");
    assert_eq!(postponed_until(&world).await, None);
    assert_eq!(world.events("postponement_withdrawn").await.len(), 1);
    assert_eq!(outcome(postpone(&world, ADMIN, NEWCOMER, now.plus(DAY)).await), "conflict", "no chain");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_given_more_time_where_the_operator_does_not_allow_it() {
    let world = World::new().await;
    world.test.add_person("A1", NEWCOMER).await;
    let end = world.test.app.now().plus(DAY);
    assert_eq!(outcome(postpone(&world, ADMIN, NEWCOMER, end).await), "not found");
    let (admin, id) = (world.op(ADMIN).await, world.id(NEWCOMER).await);
    assert_eq!(outcome(may_postpone(&world.test.app, &admin, id).await), "not found");
    assert!(!account_exceptions(&world.test.app, &admin, id).await.unwrap().may_postpone);
}
