//! Asking for named locations, and deciding about what was asked.

use wardkey_domain::access::Phase;
use wardkey_usecases::Error;
use wardkey_usecases::access::{
    SeenLocation, TypedLocation, TypedTerms, approve_location, find_locations, next_location, propose_location_change,
    reject_location, request_location, revise_location, see_location, submit_location, waiting_locations,
};

use super::location_support::{ADMIN, ALL, ELSEWHERE, MANAGER, OTHER_TENANT, OWNER, TENANT, World, outcome};
use crate::directory::administration::{Ago, acting};

const RANGES: &str = "203.0.113.0/28\n2001:db8:7::/48";

#[tokio::test(flavor = "multi_thread")]
async fn what_one_person_asks_for_and_another_approves_is_active() {
    let world = World::new().await;
    let id = world.submitted("Main site", RANGES).await;
    assert_eq!(world.active_names().await, [""; 0]);
    approve_location(world.app(), &world.by(TENANT).await, world.seen(id).await, ALL).await.unwrap();
    assert_eq!(world.active_names().await, ["Main site"]);
    assert_eq!(world.told("named_location_approved").await, [ADMIN, OWNER]);
    for kind in ["named_location_drafted", "named_location_submitted", "named_location_approved"] {
        assert_eq!(world.events(kind).await, 1, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_what_they_asked_for_or_answer_for() {
    let world = World::new().await;
    let tenant = world.by(TENANT).await;
    let id = next_location(world.app(), &tenant);
    let terms = TypedTerms { owner: OTHER_TENANT, ranges: RANGES };
    let typed = TypedLocation { organisation: "A1", name: "Main site", connection: "internet", terms };
    request_location(world.app(), &tenant, id, &typed).await.unwrap();
    submit_location(world.app(), &tenant, world.seen(id).await, ALL).await.unwrap();
    for who in [TENANT, OTHER_TENANT] {
        let op = world.by(who).await;
        let refused = approve_location(world.app(), &op, world.seen(id).await, ALL).await;
        assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("Somebody else")), "{who}: {refused:?}");
        assert!(
            see_location(world.app(), &op, id).await.unwrap().may_not_approve.is_some(),
            "{who} is told on the page"
        );
    }
    // Handing in what somebody else wrote is asking for it, too.
    let id = world.draft("Branch", "203.0.113.64/28").await;
    submit_location(world.app(), &tenant, world.seen(id).await, ALL).await.unwrap();
    assert_eq!(outcome(approve_location(world.app(), &tenant, world.seen(id).await, ALL).await), "conflict");
    let other = world.by(OTHER_TENANT).await;
    assert_eq!(outcome(approve_location(world.app(), &other, world.seen(id).await, ALL).await), "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_asks_for_approves_and_sees_a_location() {
    let world = World::new().await;
    let id = world.submitted("Main site", RANGES).await;
    let seen = world.seen(id).await;
    for (who, ask, see, approve) in [
        (ELSEWHERE, "invalid", "not found", "not found"),
        (OWNER, "invalid", "not found", "not found"),
        (MANAGER, "invalid", "done", "forbidden"),
        (ADMIN, "done", "done", "forbidden"),
        (TENANT, "done", "done", "done"),
    ] {
        let op = world.by(who).await;
        let name = format!("Of {}", who.replace(['@', '.'], " "));
        let terms = TypedTerms { owner: who, ranges: "203.0.113.64/28" };
        let typed = TypedLocation { organisation: "A1", name: &name, connection: "internet", terms };
        let new = next_location(world.app(), &op);
        assert_eq!(outcome(request_location(world.app(), &op, new, &typed).await), ask, "{who} asks");
        assert_eq!(outcome(see_location(world.app(), &op, id).await), see, "{who} sees");
        assert_eq!(outcome(approve_location(world.app(), &op, seen, ALL).await), approve, "{who} approves");
    }
    for (who, found, waiting) in
        [(ELSEWHERE, "done", "not found"), (OWNER, "not found", "not found"), (TENANT, "done", "done")]
    {
        let op = world.by(who).await;
        assert_eq!(outcome(find_locations(world.app(), &op, None).await), found, "{who}");
        assert_eq!(outcome(waiting_locations(world.app(), &op).await), waiting, "{who}");
    }
    let elsewhere = find_locations(world.app(), &world.by(ELSEWHERE).await, None).await.unwrap();
    assert_eq!(elsewhere.locations.len(), 0, "another practice's are not listed");
    let operator = world.test.operator();
    assert_eq!(outcome(approve_location(world.app(), &operator, seen, ALL).await), "forbidden", "it takes a person");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_wants_a_fresh_second_factor() {
    let world = World::new().await;
    let id = world.submitted("Main site", RANGES).await;
    let seen = world.seen(id).await;
    let (admin, tenant) =
        (acting(&world.test, ADMIN, Ago::AnHour).await, acting(&world.test, TENANT, Ago::AnHour).await);
    let terms = TypedTerms { owner: OWNER, ranges: RANGES };
    let typed = TypedLocation { organisation: "A1", name: "Branch", connection: "internet", terms };
    let app = world.app();
    assert_eq!(outcome(request_location(app, &admin, next_location(app, &admin), &typed).await), "fresh factor");
    assert_eq!(outcome(revise_location(app, &admin, seen, &terms).await), "fresh factor");
    assert_eq!(outcome(submit_location(app, &admin, seen, ALL).await), "fresh factor");
    assert_eq!(outcome(propose_location_change(app, &admin, seen, &terms, ALL).await), "fresh factor");
    assert_eq!(outcome(approve_location(app, &tenant, seen, ALL).await), "fresh factor");
    assert_eq!(outcome(reject_location(app, &tenant, seen, "why").await), "fresh factor");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_prerequisite_is_confirmed_by_whoever_asks_and_again_by_whoever_approves() {
    let world = World::new().await;
    let id = world.draft("Main site", RANGES).await;
    let (admin, tenant) = (world.by(ADMIN).await, world.by(TENANT).await);
    for missing in ALL {
        let given: Vec<_> = ALL.iter().copied().filter(|one| one != missing).collect();
        let refused = submit_location(world.app(), &admin, world.seen(id).await, &given).await;
        let Err(Error::Invalid(wrong)) = refused else { panic!("{refused:?}") };
        assert_eq!(wrong.iter().map(|wrong| wrong.field).collect::<Vec<_>>(), ["checks"]);
    }
    submit_location(world.app(), &admin, world.seen(id).await, ALL).await.unwrap();
    assert_eq!(outcome(approve_location(world.app(), &tenant, world.seen(id).await, &[]).await), "invalid");
    assert_eq!(world.phase(id).await, Phase::Submitted);
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_cannot_be_exchanged_between_the_look_and_the_approval() {
    let world = World::new().await;
    let id = world.submitted("Main site", RANGES).await;
    let (admin, tenant) = (world.by(ADMIN).await, world.by(TENANT).await);
    let seen = world.seen(id).await;
    let terms = TypedTerms { owner: OWNER, ranges: "198.51.100.0/24" };
    revise_location(world.app(), &admin, seen, &terms).await.unwrap();
    submit_location(world.app(), &admin, world.seen(id).await, ALL).await.unwrap();
    assert_eq!(outcome(approve_location(world.app(), &tenant, seen, ALL).await), "conflict");
    assert_eq!(world.active_names().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_approvers_at_once_one_decides() {
    let world = World::new().await;
    let other_node = world.test.another_node().await;
    let id = world.submitted("Main site", RANGES).await;
    let seen = world.seen(id).await;
    let (tenant, other) = (world.by(TENANT).await, world.by(OTHER_TENANT).await);
    let (approved, rejected) = tokio::join!(
        approve_location(world.app(), &tenant, seen, ALL),
        reject_location(&other_node.app, &other, seen, "who manages the firewall?"),
    );
    let mut outcomes = [outcome(approved), outcome(rejected)];
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["conflict", "done"]);
    assert_eq!(world.events("named_location_approved").await + world.events("named_location_rejected").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_kept() {
    let world = World::new().await;
    let admin = world.by(ADMIN).await;
    let check = async |typed: TypedLocation<'_>, expected: &[&str]| {
        let refused = request_location(world.app(), &admin, next_location(world.app(), &admin), &typed).await;
        let Err(Error::Invalid(wrong)) = refused else { panic!("{refused:?}") };
        assert_eq!(wrong.iter().map(|wrong| wrong.field).collect::<Vec<_>>(), expected);
    };
    let terms = TypedTerms { owner: "nobody", ranges: "10.0.0.0/24\n203.0.113.1/28" };
    let typed = TypedLocation { organisation: "B1", name: "x", connection: "", terms };
    check(typed, &["organisation", "name", "connection", "owner", "ranges", "ranges"]).await;
    // An owner whom the administrator may not see is nobody.
    let terms = TypedTerms { owner: ELSEWHERE, ranges: RANGES };
    let typed = TypedLocation { organisation: "A1", name: "Main site", connection: "internet", terms };
    check(typed, &["owner"]).await;
    world.draft("Main site", RANGES).await;
    let terms = TypedTerms { owner: OWNER, ranges: RANGES };
    check(TypedLocation { name: "MAIN site", terms, ..typed }, &["name"]).await;
    let found = find_locations(world.app(), &admin, None).await.unwrap();
    assert_eq!(found.locations.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_sent_twice_does_nothing_twice() {
    let world = World::new().await;
    let (admin, tenant) = (world.by(ADMIN).await, world.by(TENANT).await);
    let id = next_location(world.app(), &admin);
    let terms = TypedTerms { owner: OWNER, ranges: RANGES };
    let typed = TypedLocation { organisation: "A1", name: "Main site", connection: "internet", terms };
    for _ in 0..2 {
        request_location(world.app(), &admin, id, &typed).await.unwrap();
    }
    assert_eq!(world.events("named_location_drafted").await, 1);
    let seen = world.seen(id).await;
    assert_eq!(outcome(submit_location(world.app(), &admin, seen, ALL).await), "done");
    assert_eq!(outcome(submit_location(world.app(), &admin, seen, ALL).await), "conflict");
    let seen = world.seen(id).await;
    assert_eq!(outcome(approve_location(world.app(), &tenant, seen, ALL).await), "done");
    assert_eq!(outcome(approve_location(world.app(), &tenant, seen, ALL).await), "conflict");
    assert_eq!(world.events("named_location_approved").await, 1);
    assert_eq!(world.told("named_location_approved").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_request_is_written_anew_and_a_rejected_change_changes_nothing() {
    let world = World::new().await;
    let (admin, tenant) = (world.by(ADMIN).await, world.by(TENANT).await);
    let id = world.submitted("Main site", RANGES).await;
    reject_location(world.app(), &tenant, world.seen(id).await, "say who manages the firewall").await.unwrap();
    assert_eq!(world.told("named_location_rejected").await, [ADMIN, OWNER]);
    let facts = world.facts(id).await;
    assert_eq!(facts.because.map(|(_, why)| why.as_str().to_owned()), Some("say who manages the firewall".to_owned()));
    let terms = TypedTerms { owner: ADMIN, ranges: "203.0.113.0/29" };
    revise_location(world.app(), &admin, world.seen(id).await, &terms).await.unwrap();
    submit_location(world.app(), &admin, world.seen(id).await, ALL).await.unwrap();
    approve_location(world.app(), &tenant, world.seen(id).await, ALL).await.unwrap();

    let change = TypedTerms { owner: OWNER, ranges: "198.51.100.0/24" };
    propose_location_change(world.app(), &admin, world.seen(id).await, &change, ALL).await.unwrap();
    let before = world.facts(id).await;
    assert_eq!(before.location.approved().unwrap().terms.ranges.to_text(), "203.0.113.0/29", "the old ranges go on");
    reject_location(world.app(), &tenant, world.seen(id).await, "a hotel's").await.unwrap();
    let after = world.facts(id).await;
    assert_eq!((after.phase, after.location.waits()), (Phase::Active, None));
    propose_location_change(world.app(), &admin, world.seen(id).await, &change, ALL).await.unwrap();
    approve_location(world.app(), &tenant, world.seen(id).await, ALL).await.unwrap();
    assert_eq!(world.facts(id).await.location.approved().unwrap().terms.ranges.to_text(), "198.51.100.0/24");
    assert_eq!(world.facts(id).await.owner.unwrap().address, OWNER);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_hears_who_else_has_these_addresses() {
    let world = World::new().await;
    let elsewhere = world.by(ELSEWHERE).await;
    let id = next_location(world.app(), &elsewhere);
    let terms = TypedTerms { owner: ELSEWHERE, ranges: "203.0.113.8" };
    let typed = TypedLocation { organisation: "B1", name: "Other practice", connection: "internet", terms };
    request_location(world.app(), &elsewhere, id, &typed).await.unwrap();
    submit_location(world.app(), &elsewhere, world.seen(id).await, ALL).await.unwrap();
    let own = world.submitted("Main site", RANGES).await;
    assert_eq!(world.facts(own).await.overlaps, [], "the other is not active");
    approve_location(world.app(), &world.by(TENANT).await, world.seen(id).await, ALL).await.unwrap();
    let overlaps = world.facts(own).await.overlaps;
    assert_eq!(overlaps.iter().map(|overlap| overlap.name.as_str()).collect::<Vec<_>>(), ["Other practice"]);
    let admin = see_location(world.app(), &world.by(ADMIN).await, own).await.unwrap();
    assert_eq!(admin.overlaps, [], "who asks hears nothing of other organisations");
    let apart = world.submitted("Branch", "198.51.100.0/24").await;
    assert_eq!(world.facts(apart).await.overlaps, []);
    // It is told, and does not stop the approval.
    let other = world.by(OTHER_TENANT).await;
    let seen = SeenLocation { ..world.seen(own).await };
    approve_location(world.app(), &other, seen, ALL).await.unwrap();
    assert_eq!(world.active_names().await.len(), 2);
}
