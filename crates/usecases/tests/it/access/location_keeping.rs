//! Keeping named locations: attesting, reminding, suspending, retiring.

use std::time::Duration;

use wardkey_domain::access::Phase;
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_usecases::App;
use wardkey_usecases::access::{
    LocationDeed, TypedTerms, approve_location, attest_location, location_to_change, propose_location_change,
    remind_location_owners, resume_location, retire_location, see_location, suspend_location,
};
use wardkey_usecases::directory::disable;

use super::location_support::{ADMIN, ALL, ELSEWHERE, MANAGER, OWNER, TENANT, World, outcome};

const DAY: Duration = Duration::from_secs(86_400);
const RANGES: &str = "203.0.113.0/28";

fn job(app: &App) -> Op {
    app.op(Actor::System("remind_location_owners"), Origin::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_lapses_by_the_clock_and_is_active_again_when_it_is_attested() {
    let world = World::new().await;
    let id = world.active("Main site", RANGES).await;
    let seen = world.seen(id).await;
    assert_eq!(outcome(attest_location(world.app(), &world.by(ADMIN).await, seen, ALL).await), "conflict", "too early");
    world.test.clock.advance(DAY * 365);
    assert_eq!(world.phase(id).await, Phase::Lapsed);
    assert_eq!(world.active_names().await, [""; 0], "no job has run");
    assert_eq!(outcome(attest_location(world.app(), &world.by(ADMIN).await, seen, &[]).await), "invalid");
    attest_location(world.app(), &world.by(ADMIN).await, seen, ALL).await.unwrap();
    assert_eq!(world.active_names().await, ["Main site"]);
    assert_eq!(world.events("named_location_attested").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_reminded_once_of_each_step_however_many_nodes_do_it() {
    let world = World::new().await;
    let other = world.test.another_node().await;
    world.active("Main site", RANGES).await;
    let round = async || {
        let (first, second) = (job(world.app()), job(&other.app));
        let (one, two) =
            tokio::join!(remind_location_owners(world.app(), &first), remind_location_owners(&other.app, &second));
        assert!(!one.unwrap() && !two.unwrap());
    };
    for (days, due, lapsed) in [(304, 0, 0), (1, 1, 0), (29, 1, 0), (1, 2, 0), (23, 3, 0), (7, 3, 1), (100, 3, 1)] {
        world.test.clock.advance(DAY * days);
        round().await;
        round().await;
        assert_eq!(world.told("named_location_due").await.len(), due, "after {days} more days");
        assert_eq!(world.told("named_location_lapsed").await.len(), lapsed, "after {days} more days");
    }
    assert_eq!(world.told("named_location_due").await, [OWNER, OWNER, OWNER]);
    assert_eq!(world.events("named_location_lapsed").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_long_stop_one_reminder_is_sent_and_not_four() {
    let world = World::new().await;
    world.active("Main site", RANGES).await;
    world.test.clock.advance(DAY * 400);
    assert!(!remind_location_owners(world.app(), &job(world.app())).await.unwrap());
    assert_eq!(world.told("named_location_due").await, [""; 0]);
    assert_eq!(world.told("named_location_lapsed").await, [OWNER]);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_owner_has_left_administrators_are_told_and_name_another() {
    let world = World::new().await;
    let id = world.active("Main site", RANGES).await;
    let owner = world.test.account(OWNER).await.id;
    disable(world.app(), &world.by(ADMIN).await, owner, "left").await.unwrap();
    world.test.clock.advance(DAY * 310);
    remind_location_owners(world.app(), &job(world.app())).await.unwrap();
    assert_eq!(world.told("named_location_due").await, [ADMIN]);
    let admin = world.by(ADMIN).await;
    assert_eq!(outcome(attest_location(world.app(), &admin, world.seen(id).await, ALL).await), "conflict");
    let gone = TypedTerms { owner: OWNER, ranges: RANGES };
    let refused = propose_location_change(world.app(), &admin, world.seen(id).await, &gone, ALL).await;
    assert_eq!(outcome(refused), "invalid");
    let next = TypedTerms { owner: MANAGER, ranges: RANGES };
    propose_location_change(world.app(), &admin, world.seen(id).await, &next, ALL).await.unwrap();
    approve_location(world.app(), &world.by(TENANT).await, world.seen(id).await, ALL).await.unwrap();
    attest_location(world.app(), &admin, world.seen(id).await, ALL).await.unwrap();
    assert_eq!(world.phase(id).await, Phase::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_location_is_not_active_and_who_suspended_it_says_who_resumes_it() {
    let world = World::new().await;
    let id = world.active("Main site", RANGES).await;
    let (admin, tenant) = (world.by(ADMIN).await, world.by(TENANT).await);
    let app = world.app();
    suspend_location(app, &admin, world.seen(id).await, "a visitor's device was seen").await.unwrap();
    assert_eq!(world.active_names().await, [""; 0]);
    assert_eq!(outcome(suspend_location(app, &admin, world.seen(id).await, "again").await), "conflict");
    assert_eq!(outcome(resume_location(app, &admin, world.seen(id).await, "mended").await), "forbidden");
    attest_location(app, &admin, world.seen(id).await, ALL).await.unwrap();
    assert_eq!(world.active_names().await, ["Main site"]);

    suspend_location(app, &tenant, world.seen(id).await, "an attack came from there").await.unwrap();
    assert_eq!(outcome(attest_location(app, &admin, world.seen(id).await, ALL).await), "conflict");
    assert_eq!(outcome(resume_location(app, &admin, world.seen(id).await, "mended").await), "forbidden");
    assert_eq!(world.active_names().await, [""; 0]);
    resume_location(app, &tenant, world.seen(id).await, "it is over").await.unwrap();
    assert_eq!(world.active_names().await, ["Main site"]);
    assert_eq!((world.events("named_location_suspended").await, world.events("named_location_resumed").await), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_suspended_location_is_retired_and_its_name_is_gone() {
    let world = World::new().await;
    let id = world.active("Main site", RANGES).await;
    let (admin, app) = (world.by(ADMIN).await, world.app());
    assert_eq!(outcome(retire_location(app, &admin, world.seen(id).await, "moved out").await), "conflict");
    suspend_location(app, &admin, world.seen(id).await, "moved out").await.unwrap();
    assert_eq!(outcome(retire_location(app, &admin, world.seen(id).await, " ").await), "invalid");
    for who in [ELSEWHERE, MANAGER] {
        let done = retire_location(app, &world.by(who).await, world.seen(id).await, "why").await;
        assert!(["not found", "forbidden"].contains(&outcome(done)), "{who}");
    }
    retire_location(app, &admin, world.seen(id).await, "moved out").await.unwrap();
    assert_eq!(world.phase(id).await, Phase::Retired);
    let facts = see_location(app, &admin, id).await.unwrap();
    assert_eq!(facts.permitted, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_offers_what_may_be_done_and_nothing_else() {
    use LocationDeed::{Approve, Attest, Propose, Reject, Resume, Retire, Revise, Submit, Suspend};
    let world = World::new().await;
    let app = world.app();
    let offered = async |who: &str, id| see_location(app, &world.by(who).await, id).await.unwrap().permitted;
    let id = world.draft("Main site", RANGES).await;
    assert_eq!(offered(ADMIN, id).await, [Submit, Revise, Retire]);
    assert_eq!(offered(MANAGER, id).await, []);
    let id = world.submitted("Branch", "203.0.113.64").await;
    assert_eq!(offered(ADMIN, id).await, [Revise]);
    assert_eq!(offered(TENANT, id).await, [Revise, Approve, Reject]);
    let id = world.active("Annexe", "203.0.113.65").await;
    assert_eq!(offered(ADMIN, id).await, [Propose, Suspend]);
    world.test.clock.advance(DAY * 305);
    assert_eq!(offered(ADMIN, id).await, [Attest, Propose, Suspend]);
    suspend_location(app, &world.by(TENANT).await, world.seen(id).await, "why").await.unwrap();
    assert_eq!(offered(ADMIN, id).await, [Propose, Retire]);
    assert_eq!(offered(TENANT, id).await, [Attest, Resume, Propose, Retire]);
    for (who, deed, expected) in [
        (ADMIN, Approve, "forbidden"),
        (ADMIN, Suspend, "conflict"),
        (ADMIN, Propose, "done"),
        (MANAGER, Propose, "forbidden"),
        (ELSEWHERE, Propose, "not found"),
    ] {
        let asked = location_to_change(app, &world.by(who).await, id, deed).await;
        assert_eq!(outcome(asked), expected, "{who} {deed:?}");
    }
}
